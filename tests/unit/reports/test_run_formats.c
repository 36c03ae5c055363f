/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reports of a run for other programs: junit.xml, summary.json, TAP, and the lines that GitHub
 * reads.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/timestamp.h"
#include "tests/test.h"
#include "tests/unit/reports/run_fixture.h"
#include "tests/unit/reports/written.h"

static struct run_fixture f;
static char output[65536];

/* -- junit.xml -- */

static void a_suite_is_a_scenario_and_a_case_a_session(void)
{
	test_needs_program("xmllint");
	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	TEST_SAME_TEXT(run_fixture_xpath("count(/testsuites/testsuite)"), "2");
	TEST_SAME_TEXT(run_fixture_xpath("string(/testsuites/testsuite[1]/@name)"), "lost-syn");
	TEST_SAME_TEXT(run_fixture_xpath("string(/testsuites/testsuite[2]/@name)"), "clean");
	TEST_SAME_TEXT(run_fixture_xpath("count(//testcase)"), "4");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[2]/testcase[1]/@name)"), "seed 18446744073709551615");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[2]/testcase[1]/@classname)"), "clean");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[1]/@time)"), "1.500");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[2]//property[@name='folder']/@value)"), "lost-syn/2");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[2]//property[@name='seed']/@value)"), "7");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[2]//property[@name='digest']/@value)"),
	               "00000000000000000000000000000002");
	char *plan = memory_format("%s/lost-syn/1/plan.yaml", test_folder()), *replay = memory_format("stutter replay %s", plan);
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[1]//property[@name='plan']/@value)"), plan);
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[1]//property[@name='replay']/@value)"), replay);
	free(plan);
	free(replay);
}

static void counts_agree_with_the_cases(void)
{
	test_needs_program("xmllint");
	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	TEST_SAME_TEXT(run_fixture_xpath(
			       "concat(/testsuites/@tests, ' ', /testsuites/@failures, ' ', /testsuites/@errors, ' ', /testsuites/@time)"),
	               "4 2 1 6.000");
	TEST_SAME_TEXT(run_fixture_xpath("concat(//testsuite[1]/@tests, ' ', //testsuite[1]/@failures, ' ', //testsuite[1]/@errors)"),
	               "2 0 1");
	TEST_SAME_TEXT(run_fixture_xpath("concat(//testsuite[2]/@tests, ' ', //testsuite[2]/@failures, ' ', //testsuite[2]/@errors)"),
	               "2 2 0");
	TEST_SAME_TEXT(run_fixture_xpath("concat(count(//failure), ' ', count(//error))"), "2 1");
}

/* A session that failed as was expected is no failure; one that passed against expectation is. */
static void expectation_makes_the_failure(void)
{
	test_needs_program("xmllint");
	run_fixture_make_sessions(&f);
	f.verdicts[1].met_expectation = true;
	(void)snprintf(f.verdicts[3].problem, sizeof f.verdicts[3].problem, "at 3.000 s: retry");
	(void)snprintf(f.verdicts[3].faults, sizeof f.verdicts[3].faults, "'f' drop");
	run_fixture_make_run(&f);
	TEST_SAME_TEXT(run_fixture_xpath("count(//testsuite[2]/testcase[1]/failure)"), "0");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[2]/testcase[2]/failure/@type)"), "pass");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[2]/testcase[2]/failure/@message)"), "pass was expected");
	TEST_CONTAINS(run_fixture_xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"), "reason d replay: stutter replay ");
	TEST_CONTAINS(run_fixture_xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"),
	              " first problem: at 3.000 s: retry faults then: 'f' drop");
	TEST_SAME_TEXT(run_fixture_xpath("string(//testsuite[1]/testcase[2]/error/@type)"), "inconclusive");
}

/* What failed, what it waited for, what acted since it last got on; and then where it all began. */
static void a_failure_has_its_last_stretch(void)
{
	test_needs_program("xmllint");
	run_fixture_make_sessions(&f);
	f.verdicts[3].kind = VERDICT_FAIL;
	(void)snprintf(f.verdicts[3].problem, sizeof f.verdicts[3].problem, "at 3.000 s: retry");
	f.verdicts[3].stretch =
		(struct verdict_stretch){.progress_ns = 61250000000, .end_ns = 70000000000, .report = "<phase>", .waits = "for nothing"};
	run_fixture_make_run(&f);
	TEST_CONTAINS(
		run_fixture_xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"),
		"last report: at 0.000 s: <phase> far end waits: at 70.000 s: for nothing last progress: at 61.250 s faults since: none "
		"first problem: at 3.000 s: retry");
}

static void hostile_text_leaves_the_xml_well_formed(void)
{
	test_needs_program("xmllint");
	run_fixture_make_hostile(&f, RUN_FIXTURE_HOSTILE);
	run_fixture_make_run(&f);
	TEST_SAME_TEXT(run_fixture_xpath("count(//testcase)"), "4");
	TEST_CONTAINS(run_fixture_xpath("string(//testsuite[2]/testcase[1]/failure/@message)"), "<&>\"' ]]> ");
	TEST_CONTAINS(run_fixture_xpath("string(//testsuite[2]/testcase[1]/failure/@message)"), " \xe2\x82\xac &#0; <!-- ");
}

/* -- summary.json -- */

static json_t *read_summary(void)
{
	json_error_t why;
	char *text = test_read_own("summary.json");

	json_t *summary = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	if (summary == NULL)
		printf("    line %d: %s\n", why.line, why.text);
	CU_ASSERT_FATAL(summary != NULL);
	free(text);
	return summary;
}

static const char *member(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void the_summary_counts_and_lists(void)
{
	static const struct {
		const char *key;
		json_int_t value;
	} counts[] = {{"version", 1}, {"sessions_run", 4}, {"passed", 2}, {"failed", 1}, {"inconclusive", 1}, {"not_as_expected", 3}};

	run_fixture_make_sessions(&f);
	f.plans[1].seed = 99;
	const int64_t before_s = (int64_t)time(NULL);
	int64_t ended_s = 0;
	run_fixture_make_run(&f);
	json_t *summary = read_summary(), *list = json_object_get(summary, "sessions"), *second = json_array_get(list, 1);
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, counts[i].key)), counts[i].value);
	CU_ASSERT_EQUAL(json_array_size(list), 4);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(summary, "causes")), 3);
	TEST_SAME_TEXT(member(second, "scenario"), "clean");
	TEST_SAME_TEXT(member(second, "device"), "box");
	TEST_SAME_TEXT(member(second, "source"), "dir/clean.yaml");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(second, "seed")), 99);
	TEST_SAME_TEXT(member(second, "verdict"), "fail");
	TEST_SAME_TEXT(member(second, "reason"), "reason b");
	TEST_SAME_TEXT(member(second, "expectation"), "pass was expected");
	CU_ASSERT(json_is_false(json_object_get(second, "as_expected")));
	CU_ASSERT(json_is_true(json_object_get(json_array_get(list, 0), "as_expected")));
	CU_ASSERT_PTR_NULL(json_object_get(json_array_get(list, 0), "expectation"));
	CU_ASSERT_PTR_NULL(json_object_get(second, "first_trouble"));
	TEST_SAME_TEXT(member(second, "digest"), "00000000000000000000000000000001");
	TEST_SAME_TEXT(member(second, "folder"), "clean/1");
	CU_ASSERT(json_real_value(json_object_get(second, "virtual_s")) > 61.0 &&
	          json_real_value(json_object_get(second, "wall_s")) == 1.5);
	CU_ASSERT_PTR_NOT_NULL_FATAL(member(second, "ended"));
	CU_ASSERT(timestamp_read(member(second, "ended"), &ended_s) && ended_s >= before_s && ended_s <= (int64_t)time(NULL));
	json_decref(summary);
}

static void hostile_text_leaves_the_json_sound(void)
{
	run_fixture_make_hostile(&f, RUN_FIXTURE_HOSTILE);
	f.plans[1].seed = 1;
	run_fixture_make_run(&f);
	json_t *summary = read_summary(), *first = json_array_get(json_object_get(summary, "sessions"), 0);
	TEST_CONTAINS(member(first, "reason"), "<&>\"' ]]> \x01\x1b[31m \xef\xbf\xbd\xef\xbf\xbd ");
	TEST_CONTAINS(member(first, "first_trouble"), " \xe2\x82\xac &#0; <!-- \x7f");
	json_decref(summary);
}

#define VALIDATE \
	"/usr/bin/python3 -c 'import json, sys, jsonschema; s = json.load(open(\"reports/run/summary.schema.json\")); " \
	"jsonschema.Draft202012Validator.check_schema(s); jsonschema.Draft202012Validator(s).validate(json.load(open(sys.argv[1])))'"

static void the_summary_keeps_to_its_schema(void)
{
	test_needs_python("jsonschema");
	run_fixture_make_hostile(&f, RUN_FIXTURE_HOSTILE);
	f.plans[0].faults = &f.fault;
	f.verdicts[0].rule_count = 0;
	run_fixture_make_run(&f);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, VALIDATE " %s/summary.json", test_folder()), 0);
	char *text = test_read_own("summary.json"), *at = strstr(text, "\"not_as_expected\"");
	CU_ASSERT_FATAL(at != NULL);
	at[1] = 'N';
	(void)test_write("other.json", text);
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, VALIDATE " %s/other.json", test_folder()), 0);
	free(text);
}

/* -- TAP and GitHub -- */

static void tap_has_a_point_a_session(void)
{
	run_fixture_make_sessions(&f);
	(void)snprintf(f.plans[0].name, sizeof f.plans[0].name, "a # TODO \\ b");
	run_fixture_make_run(&f);
	const char *text = written_by(report_tap, &f.causes);
	CU_ASSERT_EQUAL(
		strncmp(text, "TAP version 14\n1..4\nok 1 - a \\# TODO \\\\ b on box, seed 7\nnot ok 2 - clean on box, seed 18", 80), 0);
	TEST_CONTAINS(text, "\n  ---\n  message: \"reason b\"\n  expectation: \"pass was expected\"\n  severity: \"fail\"\n");
	TEST_CONTAINS(text, "\n  digest: \"00000000000000000000000000000001\"\n");
	TEST_CONTAINS(text, "/clean/1/plan.yaml\"\n  ...\nnot ok 3 - ");
}

static void github_gets_a_line_a_cause(void)
{
	run_fixture_make_sessions(&f);
	(void)snprintf(f.verdicts[1].reason, sizeof f.verdicts[1].reason, "100%%\n::error::owned");
	(void)snprintf(f.plans[1].path, sizeof f.plans[1].path, "a,b:c.yaml");
	run_fixture_make_run(&f);
	const char *text = written_by(report_github, &f.causes);
	TEST_CONTAINS(
		text,
		"::error file=a%2Cb%3Ac.yaml,line=1,title=FAIL in 1 session::100%25%0A::error::owned (pass was expected)%0Aclean on box");
	CU_ASSERT_PTR_NULL(strstr(text, "\n::error::owned"));
	TEST_CONTAINS(text, "\n::warning file=dir/lost-syn.yaml,line=1,title=INCONCLUSIVE in 1 session::reason c");
}

/* -- no sessions -- */

static void no_sessions_make_sound_reports(void)
{
	struct error err = {0};

	run_fixture_make_sessions(&f);
	(void)close(run_fixture_begin(&f, 0));
	run_fixture_read(&f);
	CU_ASSERT_FATAL(report_files(&f.causes, &err));
	json_t *summary = read_summary();
	CU_ASSERT_EQUAL(json_array_size(json_object_get(summary, "sessions")), 0);
	json_decref(summary);
	test_needs_program("xmllint");
	TEST_SAME_TEXT(run_fixture_xpath("count(//testsuite)"), "0");
}

const CU_TestInfo tests_run_formats[] = {
	{"a suite is a scenario and a case a session", a_suite_is_a_scenario_and_a_case_a_session},
	{"counts agree with the cases", counts_agree_with_the_cases},
	{"expectation makes the failure", expectation_makes_the_failure},
	{"a failure has its last stretch", a_failure_has_its_last_stretch},
	{"hostile text leaves the XML well-formed", hostile_text_leaves_the_xml_well_formed},
	{"the summary counts and lists", the_summary_counts_and_lists},
	{"hostile text leaves the JSON sound", hostile_text_leaves_the_json_sound},
	{"the summary keeps to its schema", the_summary_keeps_to_its_schema},
	{"no sessions make sound reports", no_sessions_make_sound_reports},
	{"TAP has a point a session", tap_has_a_point_a_session},
	{"GitHub gets a line a cause", github_gets_a_line_a_cause},
	CU_TEST_INFO_NULL,
};
