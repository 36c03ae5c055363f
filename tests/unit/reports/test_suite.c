/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * junit.xml, summary.json and the verdict in it, read back by other programs; texts are as hostile as a console can make them.
 */
#include "reports/suite.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

#define HOSTILE "<&>\"' ]]> \x01\x1b[31m \xff\xfe \xed\xa0\x80 \xef\xbf\xbe \xe2\x82\xac &#0; <!-- \x7f"

#define COUNT 4
static struct plan plans[2];
static struct verdict verdicts[COUNT];
static struct suite_session sessions[COUNT];

static void make_sessions(void)
{
	static const char *const dirs[COUNT] = {"lost-syn/1", "clean/1", "lost-syn/2", "clean/2"};
	static const enum verdict_kind kinds[COUNT] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_PASS};

	memset(plans, 0, sizeof plans);
	memset(verdicts, 0, sizeof verdicts);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(plans[i].name, sizeof plans[i].name, "%s", i == 0 ? "lost-syn" : "clean");
		(void)snprintf(plans[i].device.name, sizeof plans[i].device.name, "box");
		plans[i].seed = i == 0 ? 7 : UINT64_MAX;
	}
	for (unsigned i = 0; i < COUNT; i++) {
		sessions[i] = (struct suite_session){&plans[i % 2], &verdicts[i], dirs[i], false};
		verdicts[i].kind = kinds[i];
		verdicts[i].met_expectation = i == 0;
		verdicts[i].wall_ns = 1500000000;
		verdicts[i].virtual_ns = 61000000001;
		(void)snprintf(verdicts[i].reason, sizeof verdicts[i].reason, "reason %u", i);
		(void)snprintf(verdicts[i].phase, sizeof verdicts[i].phase, "download");
		(void)snprintf(verdicts[i].digest, sizeof verdicts[i].digest, "%032u", i);
		if (i != 0)
			(void)snprintf(verdicts[i].expectation, sizeof verdicts[i].expectation, "pass was expected");
	}
}

static void make_hostile(void)
{
	make_sessions();
	(void)snprintf(plans[0].name, sizeof plans[0].name, "%.60s", HOSTILE);
	(void)snprintf(plans[0].device.name, sizeof plans[0].device.name, "%.60s", HOSTILE);
	for (unsigned i = 0; i < COUNT; i++) {
		(void)snprintf(verdicts[i].reason, sizeof verdicts[i].reason, HOSTILE);
		(void)snprintf(verdicts[i].trouble, sizeof verdicts[i].trouble, HOSTILE);
		(void)snprintf(verdicts[i].faults, sizeof verdicts[i].faults, HOSTILE);
		if (!verdicts[i].met_expectation)
			(void)snprintf(verdicts[i].expectation, sizeof verdicts[i].expectation, HOSTILE);
		sessions[i].dir = HOSTILE;
	}
}

static void needs_xmllint(void)
{
	char output[256];

	if (test_shell(output, sizeof output, "xmllint --version") != 0)
		test_skip("xmllint is not installed (apt-get install libxml2-utils)");
}

/* What an XPath expression says about junit.xml, without the line feed at its end. */
static const char *xpath(const char *expression)
{
	static char output[8192];

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "xmllint --nonet --xpath \"%s\" %s/junit.xml", expression, test_folder()), 0);
	output[strcspn(output, "\n")] = '\0';
	return output;
}

static void a_suite_is_a_scenario_and_a_case_a_session(void)
{
	struct error err = {0};

	needs_xmllint();
	make_sessions();
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, COUNT, &err));
	CU_ASSERT_STRING_EQUAL(xpath("count(/testsuites/testsuite)"), "2");
	CU_ASSERT_STRING_EQUAL(xpath("string(/testsuites/testsuite[1]/@name)"), "lost-syn");
	CU_ASSERT_STRING_EQUAL(xpath("string(/testsuites/testsuite[2]/@name)"), "clean");
	CU_ASSERT_STRING_EQUAL(xpath("count(//testcase)"), "4");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[2]/testcase[1]/@name)"), "seed 18446744073709551615");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[2]/testcase[1]/@classname)"), "clean");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[1]/testcase[2]//property[@name='folder']/@value)"), "lost-syn/2");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[1]/testcase[1]/@time)"), "1.500");
}

static void counts_agree_with_the_cases(void)
{
	struct error err = {0};

	needs_xmllint();
	make_sessions();
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, COUNT, &err));
	CU_ASSERT_STRING_EQUAL(
		xpath("concat(/testsuites/@tests, ' ', /testsuites/@failures, ' ', /testsuites/@errors, ' ', /testsuites/@time)"),
		"4 2 1 6.000");
	CU_ASSERT_STRING_EQUAL(xpath("concat(//testsuite[1]/@tests, ' ', //testsuite[1]/@failures, ' ', //testsuite[1]/@errors)"), "2 0 1");
	CU_ASSERT_STRING_EQUAL(xpath("concat(//testsuite[2]/@tests, ' ', //testsuite[2]/@failures, ' ', //testsuite[2]/@errors)"), "2 2 0");
	CU_ASSERT_STRING_EQUAL(xpath("concat(count(//failure), ' ', count(//error))"), "2 1");
}

static void a_fault_that_never_matched_is_a_property(void)
{
	struct error err = {0};
	struct fault faults[2] = {{.name = "idle"}, {.name = "busy"}};

	needs_xmllint();
	make_sessions();
	plans[1].fault_count = 2;
	plans[1].faults = faults;
	verdicts[3].rule_count = 2;
	verdicts[3].rules[1].matched = 1;
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, COUNT, &err));
	CU_ASSERT_STRING_EQUAL(xpath("count(//property[@name='never matched'])"), "1");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[2]/testcase[2]//property[@name='never matched']/@value)"), "idle");
}

/* A session that failed as was expected is no failure; one that passed against expectation is. */
static void expectation_makes_the_failure(void)
{
	struct error err = {0};

	needs_xmllint();
	make_sessions();
	verdicts[1].met_expectation = true;
	(void)snprintf(verdicts[3].trouble, sizeof verdicts[3].trouble, "at 3.000 s: retry");
	(void)snprintf(verdicts[3].faults, sizeof verdicts[3].faults, "'f' drop");
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, COUNT, &err));
	CU_ASSERT_STRING_EQUAL(xpath("count(//testsuite[2]/testcase[1]/failure)"), "0");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[2]/testcase[2]/failure/@type)"), "pass");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[2]/testcase[2]/failure/@message)"), "pass was expected");
	CU_ASSERT_STRING_EQUAL(xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"),
	                       "reason 3 first trouble: at 3.000 s: retry faults in force then: 'f' drop");
	CU_ASSERT_STRING_EQUAL(xpath("string(//testsuite[1]/testcase[2]/error/@type)"), "inconclusive");
}

/* What failed, what it waited for, what acted since it last got on; and then where it all began. */
static void a_failure_has_its_last_stretch(void)
{
	struct error err = {0};

	needs_xmllint();
	make_sessions();
	verdicts[3].kind = VERDICT_FAIL;
	(void)snprintf(verdicts[3].trouble, sizeof verdicts[3].trouble, "at 3.000 s: retry");
	verdicts[3].stretch = (struct verdict_stretch){.progress_ns = 61250000000, .report = "<phase>", .waits = "for nothing"};
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, COUNT, &err));
	TEST_SAME_TEXT(xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"),
	               "reason 3 last report: <phase> the far end waits: for nothing last progress: at 61.250 s faults since then: none "
	               "first trouble: at 3.000 s: retry");
}

static void hostile_text_leaves_the_xml_well_formed(void)
{
	struct error err = {0};
	char output[4096];

	needs_xmllint();
	make_hostile();
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, COUNT, &err));
	int status = test_shell(output, sizeof output, "xmllint --nonet --noout %s/junit.xml", test_folder());
	if (status != 0)
		printf("    %s\n", output);
	CU_ASSERT_EQUAL(status, 0);
	TEST_CONTAINS(xpath("string(//testsuite[2]/testcase[1]/failure/@message)"), "<&>\"' ]]> ");
	TEST_CONTAINS(xpath("string(//testsuite[2]/testcase[1]/failure/@message)"), " \xe2\x82\xac &#0; <!-- ");
}

static json_t *read_summary(void)
{
	char path[600];
	json_error_t why;

	(void)snprintf(path, sizeof path, "%s/summary.json", test_folder());
	json_t *summary = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
	if (summary == NULL)
		printf("    line %d: %s\n", why.line, why.text);
	CU_ASSERT_FATAL(summary != NULL);
	return summary;
}

static void the_summary_counts_and_lists(void)
{
	struct error err = {0};

	make_sessions();
	plans[1].seed = 99;
	CU_ASSERT_FATAL(report_summary(test_folder(), sessions, COUNT, &err));
	json_t *summary = read_summary(), *list = json_object_get(summary, "sessions"), *second = json_array_get(list, 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "sessions_run")), 4);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "passed")), 2);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "failed")), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "inconclusive")), 1);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "not_as_expected")), 3);
	CU_ASSERT_EQUAL(json_array_size(list), 4);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "scenario")), "clean");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "device")), "box");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(second, "seed")), 99);
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "verdict")), "fail");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "reason")), "reason 1");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "expectation")), "pass was expected");
	CU_ASSERT(json_is_false(json_object_get(second, "as_expected")));
	CU_ASSERT(json_is_true(json_object_get(json_array_get(list, 0), "as_expected")));
	CU_ASSERT_PTR_NULL(json_object_get(json_array_get(list, 0), "expectation"));
	CU_ASSERT_PTR_NULL(json_object_get(second, "first_trouble"));
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "digest")), "00000000000000000000000000000001");
	CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(second, "folder")), "clean/1");
	CU_ASSERT(json_real_value(json_object_get(second, "virtual_s")) > 61.0 &&
	          json_real_value(json_object_get(second, "wall_s")) == 1.5);
	json_decref(summary);
}

static void hostile_text_leaves_the_json_sound(void)
{
	struct error err = {0};

	make_hostile();
	plans[1].seed = 1;
	CU_ASSERT_FATAL(report_summary(test_folder(), sessions, COUNT, &err));
	json_t *summary = read_summary(), *first = json_array_get(json_object_get(summary, "sessions"), 0);
	TEST_CONTAINS(json_string_value(json_object_get(first, "reason")), "<&>\"' ]]> \x01\x1b[31m \xef\xbf\xbd\xef\xbf\xbd ");
	TEST_CONTAINS(json_string_value(json_object_get(first, "first_trouble")), " \xe2\x82\xac &#0; <!-- \x7f");
	json_decref(summary);
}

static void no_sessions_make_sound_reports(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(report_summary(test_folder(), sessions, 0, &err));
	json_t *summary = read_summary();
	CU_ASSERT_EQUAL(json_array_size(json_object_get(summary, "sessions")), 0);
	json_decref(summary);
	CU_ASSERT_FATAL(report_junit(test_folder(), sessions, 0, &err));
	needs_xmllint();
	CU_ASSERT_STRING_EQUAL(xpath("count(//testsuite)"), "0");
}

static void a_folder_that_is_not_there_is_an_error(void)
{
	struct error err = {0};

	make_sessions();
	CU_ASSERT_FALSE(report_junit("/no/such/folder", sessions, COUNT, &err));
	TEST_CONTAINS(err.text, "/no/such/folder/junit.xml cannot be written: ");
	CU_ASSERT_FALSE(report_summary("/no/such/folder", sessions, COUNT, &err));
	TEST_CONTAINS(err.text, "/no/such/folder/summary.json cannot be written: ");
}

const CU_TestInfo tests_suite[] = {
	{"a fault that never matched is a property", a_fault_that_never_matched_is_a_property},
	{"a suite is a scenario and a case a session", a_suite_is_a_scenario_and_a_case_a_session},
	{"counts agree with the cases", counts_agree_with_the_cases},
	{"expectation makes the failure", expectation_makes_the_failure},
	{"a failure has its last stretch", a_failure_has_its_last_stretch},
	{"hostile text leaves the XML well-formed", hostile_text_leaves_the_xml_well_formed},
	{"the summary counts and lists", the_summary_counts_and_lists},
	{"hostile text leaves the JSON sound", hostile_text_leaves_the_json_sound},
	{"no sessions make sound reports", no_sessions_make_sound_reports},
	{"a folder that is not there is an error", a_folder_that_is_not_there_is_an_error},
	CU_TEST_INFO_NULL,
};
