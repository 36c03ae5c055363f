/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The reports of a run, made from folders as runs leave them, complete and broken off, and read
 * back by other programs. Texts are as hostile as a console can make them.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/timestamp.h"
#include "reports/run/reports.h"
#include "harness/session/folder.h"
#include "tests/test.h"
#include "tests/unit/reports/written.h"

extern const CU_TestInfo tests_run[];

#define HOSTILE "<&>\"' ]]> \x01\x1b[31m \xff\xfe \xed\xa0\x80 \xef\xbf\xbe \xe2\x82\xac &#0; <!-- \x7f"
#define SCRIPT "</style></script><script>alert(1)</script><img src=x onerror=alert(1)>{{causes}}\" onclick=\"alert(1)"

#define COUNT 4
static struct fault fault;
static struct plan plans[2];
static struct verdict verdicts[COUNT];
static const char *folders[COUNT];
static struct run run;
static struct causes causes;
static char output[65536];

static void make_sessions(void)
{
	static const char *const dirs[COUNT] = {"lost-syn/1", "clean/1", "lost-syn/2", "clean/2"};
	static const enum verdict_kind kinds[COUNT] = {VERDICT_PASS, VERDICT_FAIL, VERDICT_INCONCLUSIVE, VERDICT_PASS};

	memset(plans, 0, sizeof plans);
	memset(verdicts, 0, sizeof verdicts);
	memset(&fault, 0, sizeof fault);
	for (unsigned i = 0; i < 2; i++) {
		(void)snprintf(plans[i].name, sizeof plans[i].name, "%s", i == 0 ? "lost-syn" : "clean");
		(void)snprintf(plans[i].path, sizeof plans[i].path, "dir/%s.yaml", plans[i].name);
		(void)snprintf(plans[i].device.name, sizeof plans[i].device.name, "box");
		plans[i].seed = i == 0 ? 7 : UINT64_MAX;
	}
	for (unsigned i = 0; i < COUNT; i++) {
		folders[i] = dirs[i];
		verdicts[i].kind = kinds[i];
		verdicts[i].met_expectation = i == 0;
		verdicts[i].wall_ns = 1500000000;
		verdicts[i].virtual_ns = 61000000001;
		(void)snprintf(verdicts[i].reason, sizeof verdicts[i].reason, "reason %c", 'a' + (char)i);
		(void)snprintf(verdicts[i].phase, sizeof verdicts[i].phase, "download");
		(void)snprintf(verdicts[i].digest, sizeof verdicts[i].digest, "%032u", i);
		if (i != 0)
			(void)snprintf(verdicts[i].expectation, sizeof verdicts[i].expectation, "pass was expected");
	}
}

static void make_hostile(const char *text)
{
	make_sessions();
	(void)snprintf(plans[0].name, sizeof plans[0].name, "%.60s", text);
	(void)snprintf(plans[0].device.name, sizeof plans[0].device.name, "%.60s", text);
	for (unsigned i = 0; i < COUNT; i++) {
		(void)snprintf(verdicts[i].reason, sizeof verdicts[i].reason, "%s", text);
		(void)snprintf(verdicts[i].problem, sizeof verdicts[i].problem, "%s", text);
		(void)snprintf(verdicts[i].faults, sizeof verdicts[i].faults, "%s", text);
		if (!verdicts[i].met_expectation)
			(void)snprintf(verdicts[i].expectation, sizeof verdicts[i].expectation, "%s", text);
	}
}

/* -- the folder -- */

static int begin(size_t count)
{
	static const char *const notes[] = {"a note", NULL};
	struct run_planned planned[COUNT];
	struct error err = {0};

	for (size_t i = 0; i < count; i++) {
		planned[i] = (struct run_planned){.folder = folders[i]};
		plan_describe(&plans[i % 2], "", &planned[i].of);
		plan_hash(&plans[i % 2], planned[i].hash);
	}
	int fd = run_begin(test_folder(),
	                   &(struct run_plan){.sessions = planned, .count = count, .started = "2026-01-01T00:00:00Z", .notes = notes},
	                   &err);
	CU_ASSERT_FATAL(fd >= 0);
	return fd;
}

static void write_folder(const char *folder, const char *name, const char *text)
{
	struct error err = {0};
	char *dir = memory_format("%s/%s", test_folder(), folder), *path = memory_format("%s/%s", folder, name);

	CU_ASSERT_FATAL(folder_make(dir, &err));
	(void)test_write(path, text);
	free(dir);
	free(path);
}

static void write_verdict(size_t i)
{
	struct error err = {0};
	char *dir = memory_format("%s/%s", test_folder(), folders[i]);

	write_folder(folders[i], "plan.yaml", "name: x\n");
	CU_ASSERT_FATAL(folder_write_verdict(dir, &plans[i % 2], &verdicts[i], &err));
	free(dir);
}

static void read_run(void)
{
	struct error err = {0};

	CU_ASSERT_FATAL(run_open(&run, test_folder(), &err));
	causes_open(&causes, &run);
}

/* Writes the sessions as they are, and all reports. */
static void make_run(void)
{
	struct error err = {0};

	(void)close(begin(COUNT));
	for (size_t i = 0; i < COUNT; i++)
		write_verdict(i);
	read_run();
	CU_ASSERT_FATAL(report_files(&causes, &err));
}

static void needs(const char *program, const char *package)
{
	char said[256];

	if (test_shell(said, sizeof said, "%s", program) != 0)
		test_skip("%s is not installed (apt-get install %s)", program, package);
}

/* -- junit.xml -- */

/* What an XPath expression says about junit.xml, without the line feed at its end. */
static const char *xpath(const char *expression)
{
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "xmllint --nonet --xpath \"%s\" %s/junit.xml", expression, test_folder()), 0);
	output[strcspn(output, "\n")] = '\0';
	return output;
}

static void a_suite_is_a_scenario_and_a_case_a_session(void)
{
	needs("xmllint --version", "libxml2-utils");
	make_sessions();
	make_run();
	TEST_SAME_TEXT(xpath("count(/testsuites/testsuite)"), "2");
	TEST_SAME_TEXT(xpath("string(/testsuites/testsuite[1]/@name)"), "lost-syn");
	TEST_SAME_TEXT(xpath("string(/testsuites/testsuite[2]/@name)"), "clean");
	TEST_SAME_TEXT(xpath("count(//testcase)"), "4");
	TEST_SAME_TEXT(xpath("string(//testsuite[2]/testcase[1]/@name)"), "seed 18446744073709551615");
	TEST_SAME_TEXT(xpath("string(//testsuite[2]/testcase[1]/@classname)"), "clean");
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[1]/@time)"), "1.500");
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[2]//property[@name='folder']/@value)"), "lost-syn/2");
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[2]//property[@name='seed']/@value)"), "7");
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[2]//property[@name='digest']/@value)"), "00000000000000000000000000000002");
	char *plan = memory_format("%s/lost-syn/1/plan.yaml", test_folder()), *replay = memory_format("stutter replay %s", plan);
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[1]//property[@name='plan']/@value)"), plan);
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[1]//property[@name='replay']/@value)"), replay);
	free(plan);
	free(replay);
}

static void counts_agree_with_the_cases(void)
{
	needs("xmllint --version", "libxml2-utils");
	make_sessions();
	make_run();
	TEST_SAME_TEXT(xpath("concat(/testsuites/@tests, ' ', /testsuites/@failures, ' ', /testsuites/@errors, ' ', /testsuites/@time)"),
	               "4 2 1 6.000");
	TEST_SAME_TEXT(xpath("concat(//testsuite[1]/@tests, ' ', //testsuite[1]/@failures, ' ', //testsuite[1]/@errors)"), "2 0 1");
	TEST_SAME_TEXT(xpath("concat(//testsuite[2]/@tests, ' ', //testsuite[2]/@failures, ' ', //testsuite[2]/@errors)"), "2 2 0");
	TEST_SAME_TEXT(xpath("concat(count(//failure), ' ', count(//error))"), "2 1");
}

/* A session that failed as was expected is no failure; one that passed against expectation is. */
static void expectation_makes_the_failure(void)
{
	needs("xmllint --version", "libxml2-utils");
	make_sessions();
	verdicts[1].met_expectation = true;
	(void)snprintf(verdicts[3].problem, sizeof verdicts[3].problem, "at 3.000 s: retry");
	(void)snprintf(verdicts[3].faults, sizeof verdicts[3].faults, "'f' drop");
	make_run();
	TEST_SAME_TEXT(xpath("count(//testsuite[2]/testcase[1]/failure)"), "0");
	TEST_SAME_TEXT(xpath("string(//testsuite[2]/testcase[2]/failure/@type)"), "pass");
	TEST_SAME_TEXT(xpath("string(//testsuite[2]/testcase[2]/failure/@message)"), "pass was expected");
	TEST_CONTAINS(xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"), "reason d replay: stutter replay ");
	TEST_CONTAINS(xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"),
	              " first problem: at 3.000 s: retry faults then: 'f' drop");
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/testcase[2]/error/@type)"), "inconclusive");
}

/* What failed, what it waited for, what acted since it last got on; and then where it all began. */
static void a_failure_has_its_last_stretch(void)
{
	needs("xmllint --version", "libxml2-utils");
	make_sessions();
	verdicts[3].kind = VERDICT_FAIL;
	(void)snprintf(verdicts[3].problem, sizeof verdicts[3].problem, "at 3.000 s: retry");
	verdicts[3].stretch =
		(struct verdict_stretch){.progress_ns = 61250000000, .end_ns = 70000000000, .report = "<phase>", .waits = "for nothing"};
	make_run();
	TEST_CONTAINS(
		xpath("normalize-space(//testsuite[2]/testcase[2]/failure)"),
		"last report: at 0.000 s: <phase> far end waits: at 70.000 s: for nothing last progress: at 61.250 s faults since: none "
		"first problem: at 3.000 s: retry");
}

static void hostile_text_leaves_the_xml_well_formed(void)
{
	needs("xmllint --version", "libxml2-utils");
	make_hostile(HOSTILE);
	make_run();
	TEST_SAME_TEXT(xpath("count(//testcase)"), "4");
	TEST_CONTAINS(xpath("string(//testsuite[2]/testcase[1]/failure/@message)"), "<&>\"' ]]> ");
	TEST_CONTAINS(xpath("string(//testsuite[2]/testcase[1]/failure/@message)"), " \xe2\x82\xac &#0; <!-- ");
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

	make_sessions();
	plans[1].seed = 99;
	const int64_t before_s = (int64_t)time(NULL);
	int64_t ended_s = 0;
	make_run();
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
	make_hostile(HOSTILE);
	plans[1].seed = 1;
	make_run();
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
	needs("/usr/bin/python3 -c 'import jsonschema'", "python3-jsonschema");
	make_hostile(HOSTILE);
	plans[0].faults = &fault;
	verdicts[0].rule_count = 0;
	make_run();
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, VALIDATE " %s/summary.json", test_folder()), 0);
	char *text = test_read_own("summary.json"), *at = strstr(text, "\"not_as_expected\"");
	CU_ASSERT_FATAL(at != NULL);
	at[1] = 'N';
	(void)test_write("other.json", text);
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, VALIDATE " %s/other.json", test_folder()), 0);
	free(text);
}

/* -- what is not there -- */

static void no_sessions_make_sound_reports(void)
{
	struct error err = {0};

	make_sessions();
	(void)close(begin(0));
	read_run();
	CU_ASSERT_FATAL(report_files(&causes, &err));
	json_t *summary = read_summary();
	CU_ASSERT_EQUAL(json_array_size(json_object_get(summary, "sessions")), 0);
	json_decref(summary);
	needs("xmllint --version", "libxml2-utils");
	TEST_SAME_TEXT(xpath("count(//testsuite)"), "0");
}

static void a_folder_that_is_no_runs_is_an_error(void)
{
	struct error err = {0};

	CU_ASSERT_FALSE(run_open(&run, "/no/such/folder", &err));
	TEST_CONTAINS(err.text, "/no/such/folder is not the folder of a run: there is no run.json in it");
	(void)test_write(RUN_FILE, "{\"version\": 1, ");
	CU_ASSERT_FALSE(run_open(&run, test_folder(), &err));
	TEST_CONTAINS(err.text, "run.json cannot be read: line 1: ");
	(void)test_write(RUN_FILE, "{\"version\": 2}");
	CU_ASSERT_FALSE(run_open(&run, test_folder(), &err));
	TEST_CONTAINS(err.text, "run.json is of version 2, and this stutter, ");
}

static void a_report_that_cannot_be_written_is_an_error(void)
{
	struct error err = {0};
	char *path;

	make_sessions();
	make_run();
	path = memory_format("%s/junit.xml.new", test_folder());
	CU_ASSERT_FATAL(folder_make(path, &err));
	CU_ASSERT_FALSE(report_files(&causes, &err));
	TEST_CONTAINS(err.text, "/junit.xml cannot be written: ");
	free(path);
}

/*
 * The run was killed: one session has its verdict, one was under way, one has a verdict that is no
 * longer whole, one never began.
 */
static void a_session_without_a_verdict_is_shown_as_one(void)
{
	static const struct {
		enum run_outcome outcome;
		const char *reason, *replay;
	} rows[COUNT] = {{RUN_SURVIVED, "reason a", "replay"},
	                 {RUN_WITHOUT_VERDICT, "no verdict: the run ended before", "run"},
	                 {RUN_WITHOUT_VERDICT, "no verdict: verdict.json cannot be read: line 1: ", "run"},
	                 {RUN_WITHOUT_VERDICT, "not run: the run ended before", "run dir/clean.yaml --seed 18446744073709551615"}};

	make_sessions();
	(void)close(begin(COUNT));
	write_verdict(0);
	write_folder("clean/1", "plan.yaml", "name: x\n");
	write_folder("lost-syn/2", "plan.yaml", "name: x\n");
	write_folder("lost-syn/2", "verdict.json", "{\"version\": 1, \"verdict\": \"pa");
	read_run();
	for (size_t i = 0; i < COUNT; i++) {
		CU_ASSERT_EQUAL(run.sessions[i].outcome, rows[i].outcome);
		TEST_CONTAINS(run.sessions[i].reason, rows[i].reason);
		char *replay = memory_format("stutter %s", rows[i].replay);
		CU_ASSERT_EQUAL(strncmp(run.sessions[i].replay, replay, strlen(replay)), 0);
		free(replay);
	}
	CU_ASSERT_EQUAL(run.outcomes[RUN_WITHOUT_VERDICT], 3);
	const char *text = written_by(report_terminal, &causes);
	TEST_CONTAINS(text, "NO VERDICT clean, seed 18446744073709551615: no verdict: the run ended before\n");
	CU_ASSERT_PTR_NULL(strstr(text, "/clean/2"));
}

static void a_verdict_of_another_version_is_none(void)
{
	make_sessions();
	(void)close(begin(COUNT));
	write_folder("lost-syn/1", "verdict.json", "{\"version\": 2, \"verdict\": \"pass\", \"as_expected\": true}");
	write_folder("clean/1", "verdict.json", "{\"version\": 1, \"verdict\": \"fine\", \"as_expected\": true}");
	read_run();
	TEST_CONTAINS(run.sessions[0].reason, "no verdict: verdict.json is of a version that this stutter");
	TEST_CONTAINS(run.sessions[1].reason, "no verdict: verdict.json says neither pass nor fail nor inconclusive");
}

/* Whoever looks into the folder of a run that goes on is not told that it ended. */
static void a_run_that_goes_on_is_told_from_one_that_ended(void)
{
	make_sessions();
	int fd = begin(1);
	read_run();
	CU_ASSERT(run.goes_on);
	TEST_SAME_TEXT(run.sessions[0].reason, "its turn has not come: the run is still going");
	TEST_CONTAINS(written_by(report_terminal, &causes), "The run is still going: ");
	(void)close(fd);
	read_run();
	CU_ASSERT_FALSE(run.goes_on);
	TEST_SAME_TEXT(run.sessions[0].reason, "not run: the run ended before");
}

/* -- causes -- */

static void amounts_make_no_other_cause(void)
{
	static const struct {
		const char *text, *normal;
	} rows[] = {
		{"curl 28: Operation timed out after 20001 milliseconds with 4096 out of 65536 bytes",
	         "curl 28: Operation timed out after # milliseconds with # out of # bytes"},
		{"HTTP status 404", "HTTP status 404"},
		{"killed by signal 9", "killed by signal 9"},
		{"at 7.169 s, in 10min, 203.0.113.30:443, 0x7f1c", "at # s, in #min, #, #"},
		{"SHA-256 of os-22.02.bin is 352b1897..., not deadbeef", "SHA-# of os-#.bin is #..., not deadbeef"},
		{"updated to version 22.02", "updated to version 22.02"},
		{"enc28j60 spi0.0 eth0", "enc28j60 spi0.# eth0"},
		{"28", "#"},
		{"", ""},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *normal = cause_normal(rows[i].text);
		TEST_SAME_TEXT(normal, rows[i].normal);
		free(normal);
	}
}

#define MANY 40

/* Forty sessions of one scenario, of which the last ten have another cause. */
static void make_many(void)
{
	struct run_planned planned[MANY];
	static struct plan many[MANY];
	static char names[MANY][16];
	static const char *const none[] = {NULL};
	struct error err = {0};

	make_sessions();
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = plans[1];
		many[i].seed = i + 1;
		(void)snprintf(names[i], sizeof names[i], "clean/seed-%u", i + 1);
		planned[i] = (struct run_planned){.folder = names[i]};
		plan_describe(&many[i], "", &planned[i].of);
		plan_hash(&many[i], planned[i].hash);
	}
	(void)close(run_begin(test_folder(), &(struct run_plan){.sessions = planned, .count = MANY, .started = "", .notes = none}, &err));
	for (unsigned i = 0; i < MANY; i++) {
		char *dir = memory_format("%s/%s", test_folder(), names[i]);
		(void)snprintf(verdicts[1].reason, sizeof verdicts[1].reason, "download: HTTP status %u after %u.%u s", i < 30 ? 404 : 500,
		               i, i);
		CU_ASSERT_FATAL(folder_make(dir, &err) && folder_write_verdict(dir, &many[i], &verdicts[1], &err));
		free(dir);
	}
	read_run();
}

static void the_same_failure_in_many_sessions_is_one_entry(void)
{
	make_many();
	CU_ASSERT_EQUAL_FATAL(causes.count, 2);
	CU_ASSERT_EQUAL(causes.list[0].count, 30);
	CU_ASSERT_EQUAL(causes.list[1].count, 10);
	const char *text = written_by(report_terminal, &causes);
	TEST_CONTAINS(text, "FAIL in 30 sessions: download: HTTP status 404 after 0.0 s (pass was expected)\n  replay          stutter ");
	TEST_CONTAINS(text, "  sessions        clean on box, seeds 1..30\n");
	TEST_CONTAINS(text, "  sessions        clean on box, seeds 31..40\n");
	CU_ASSERT(strstr(text, "FAIL in 30") < strstr(text, "not as expected"));
}

static void judge_and_phase_make_another_cause(void)
{
	make_sessions();
	verdicts[3] = verdicts[1];
	make_run();
	CU_ASSERT_EQUAL(causes.count, 2);
	(void)snprintf(verdicts[3].judge, sizeof verdicts[3].judge, "told");
	make_run();
	CU_ASSERT_EQUAL(causes.count, 3);
	verdicts[3].judge[0] = '\0';
	(void)snprintf(verdicts[3].phase, sizeof verdicts[3].phase, "auth");
	make_run();
	CU_ASSERT_EQUAL(causes.count, 3);
}

static void a_guest_cannot_send_control_sequences_to_the_terminal(void)
{
	make_hostile(HOSTILE "\xe2\x80\xae");
	make_run();
	const char *text = written_by(report_terminal, &causes);
	CU_ASSERT_PTR_NULL(strchr(text, '\x1b'));
	CU_ASSERT_PTR_NULL(strstr(text, "\xe2\x80\xae"));
}

static void a_fault_that_never_matched_is_told_everywhere(void)
{
	make_sessions();
	(void)snprintf(fault.name, sizeof fault.name, "idle");
	fault.action = action_at(0);
	for (size_t i = 0; i < 2; i++) {
		plans[i].faults = &fault;
		plans[i].fault_count = 1;
	}
	for (size_t i = 0; i < COUNT; i++)
		verdicts[i].rule_count = 1;
	verdicts[3].rules[0].matched = 1;
	make_run();
	const char *text = written_by(report_terminal, &causes);
	TEST_CONTAINS(text, "WARNING: lost-syn: fault 'idle' never matched anything in 2 sessions");
	CU_ASSERT_PTR_NULL(strstr(text, "WARNING: clean"));
	TEST_CONTAINS(written_by(report_tap, &causes), "\n# fault that never matched: lost-syn: idle\n");
	TEST_CONTAINS(written_by(report_github, &causes),
	              "::warning file=dir/lost-syn.yaml,line=1,title=A fault never matched::lost-syn: idle\n");
	TEST_CONTAINS(written_by(report_page, &causes),
	              "<bdi>lost-syn</bdi>: the fault <bdi>idle</bdi> never matched anything, in 2 sessions");
	needs("xmllint --version", "libxml2-utils");
	TEST_SAME_TEXT(xpath("string(//testsuite[1]/properties/property[@name='fault that never matched']/@value)"), "idle");
	TEST_SAME_TEXT(xpath("count(//testsuite[2]/properties/property[@name='fault that never matched'])"), "0");
}

/* -- TAP and GitHub -- */

static void tap_has_a_point_a_session(void)
{
	make_sessions();
	(void)snprintf(plans[0].name, sizeof plans[0].name, "a # TODO \\ b");
	make_run();
	const char *text = written_by(report_tap, &causes);
	CU_ASSERT_EQUAL(
		strncmp(text, "TAP version 14\n1..4\nok 1 - a \\# TODO \\\\ b on box, seed 7\nnot ok 2 - clean on box, seed 18", 80), 0);
	TEST_CONTAINS(text, "\n  ---\n  message: \"reason b\"\n  expectation: \"pass was expected\"\n  severity: \"fail\"\n");
	TEST_CONTAINS(text, "\n  digest: \"00000000000000000000000000000001\"\n");
	TEST_CONTAINS(text, "/clean/1/plan.yaml\"\n  ...\nnot ok 3 - ");
}

static void github_gets_a_line_a_cause(void)
{
	make_sessions();
	(void)snprintf(verdicts[1].reason, sizeof verdicts[1].reason, "100%%\n::error::owned");
	(void)snprintf(plans[1].path, sizeof plans[1].path, "a,b:c.yaml");
	make_run();
	const char *text = written_by(report_github, &causes);
	TEST_CONTAINS(
		text,
		"::error file=a%2Cb%3Ac.yaml,line=1,title=FAIL in 1 session::100%25%0A::error::owned (pass was expected)%0Aclean on box");
	CU_ASSERT_PTR_NULL(strstr(text, "\n::error::owned"));
	TEST_CONTAINS(text, "\n::warning file=dir/lost-syn.yaml,line=1,title=INCONCLUSIVE in 1 session::reason c");
}

/* Without a result there are no decisions to replay, just a plan to run again. */
static void what_proved_nothing_is_run_again(void)
{
	make_sessions();
	make_run();
	TEST_CONTAINS(run.sessions[1].replay, "stutter replay ");
	TEST_CONTAINS(run.sessions[2].replay, "stutter run ");
}

static void a_replay_command_is_safe_for_a_shell(void)
{
	make_sessions();
	folders[0] = "it's $(here)/1";
	make_run();
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "set -- %s; printf '%%s' \"$3\"", run.sessions[0].replay), 0);
	TEST_CONTAINS(output, "/it's $(here)/1/plan.yaml");
}

/* -- the page -- */

/* Of tags and attributes there are just those of the page's own. */
static void text_from_guests_can_neither_break_the_page_nor_run_scripts(void)
{
	make_sessions();
	make_run();
	char *plain = test_read_own("index.html");
	make_hostile(SCRIPT);
	(void)snprintf(verdicts[3].phase, sizeof verdicts[3].phase, "other");
	folders[1] = "javascript:alert(1)//\"><script>/1";
	make_run();
	char *page = test_read_own("index.html");
	CU_ASSERT_EQUAL(test_count(plain, "<script"), 1);
	CU_ASSERT_EQUAL(test_count(page, "<script"), 1);
	CU_ASSERT_EQUAL(test_count(page, "</style>"), 1);
	CU_ASSERT_EQUAL(test_count(page, "<img"), 0);
	CU_ASSERT_EQUAL(test_count(page, "\" onclick="), 0);
	CU_ASSERT_EQUAL(test_count(page, "href=\"j"), 0);
	CU_ASSERT(test_count(page, "&lt;script&gt;alert(1)&lt;/script&gt;") > 4);
	CU_ASSERT(test_count(page, "{{causes}}") > 4);
	free(plain);
	free(page);
}

static void the_page_is_valid(void)
{
	needs("tidy -v", "tidy");
	make_hostile(HOSTILE SCRIPT);
	make_run();
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "tidy -e -q %s/index.html", test_folder()), 0);
	TEST_SAME_TEXT(output, "");
}

/* What asks the network for something, or is asked for from elsewhere. */
static void the_page_is_self_contained(void)
{
	static const char *const foreign[] = {"http://", "https://", "src=", "<link", "@import", "url("};

	make_sessions();
	make_run();
	char *page = test_read_own("index.html");
	for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
		CU_ASSERT_EQUAL(test_count(page, foreign[i]), 0);
	TEST_CONTAINS(page, "content=\"default-src 'none'; ");
	free(page);
}

/*
 * A browser takes the page's own style and script only if their hashes are those that the policy
 * names.
 */
static void the_content_security_policy_allows_what_is_in_the_page(void)
{
	static const char *const parts[] = {"style", "script"};

	needs("openssl version", "openssl");
	make_sessions();
	make_run();
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(
			test_shell(output, sizeof output,
		                   "cd %s && perl -0777 -ne 'print $1 if m{<%s>(.*)</%s>}s' index.html | openssl dgst -sha256 -binary | "
		                   "openssl base64 | { read -r hash && grep -qF \"%s-src 'sha256-$hash'\" index.html; }",
		                   test_folder(), parts[i], parts[i], parts[i]),
			0);
}

static void the_page_says_first_what_went_wrong(void)
{
	make_many();
	const char *page = written_by(report_page, &causes);
	TEST_CONTAINS(page, "<h1>40 of 40 sessions did not come out as expected, for 2 causes</h1>");
	TEST_CONTAINS(page, "<li><bdi>clean on box, seeds 1..30</bdi></li>");
	TEST_CONTAINS(page, "40 failed</span></td>");
	CU_ASSERT(strstr(page, "HTTP status 404") < strstr(page, "Scenarios by device"));
}

const CU_TestInfo tests_run[] = {
	{"a suite is a scenario and a case a session", a_suite_is_a_scenario_and_a_case_a_session},
	{"counts agree with the cases", counts_agree_with_the_cases},
	{"expectation makes the failure", expectation_makes_the_failure},
	{"a failure has its last stretch", a_failure_has_its_last_stretch},
	{"hostile text leaves the XML well-formed", hostile_text_leaves_the_xml_well_formed},
	{"the summary counts and lists", the_summary_counts_and_lists},
	{"hostile text leaves the JSON sound", hostile_text_leaves_the_json_sound},
	{"the summary keeps to its schema", the_summary_keeps_to_its_schema},
	{"no sessions make sound reports", no_sessions_make_sound_reports},
	{"a folder that is no run's is an error", a_folder_that_is_no_runs_is_an_error},
	{"a report that cannot be written is an error", a_report_that_cannot_be_written_is_an_error},
	{"a session without a verdict is shown as one", a_session_without_a_verdict_is_shown_as_one},
	{"a verdict of another version is none", a_verdict_of_another_version_is_none},
	{"a run that goes on is told from one that ended", a_run_that_goes_on_is_told_from_one_that_ended},
	{"amounts make no other cause", amounts_make_no_other_cause},
	{"the same failure in many sessions is one entry", the_same_failure_in_many_sessions_is_one_entry},
	{"judge and phase make another cause", judge_and_phase_make_another_cause},
	{"a guest cannot send control sequences to the terminal", a_guest_cannot_send_control_sequences_to_the_terminal},
	{"a fault that never matched is told everywhere", a_fault_that_never_matched_is_told_everywhere},
	{"TAP has a point a session", tap_has_a_point_a_session},
	{"GitHub gets a line a cause", github_gets_a_line_a_cause},
	{"what proved nothing is run again", what_proved_nothing_is_run_again},
	{"a replay command is safe for a shell", a_replay_command_is_safe_for_a_shell},
	{"text from guests can neither break the page nor run scripts", text_from_guests_can_neither_break_the_page_nor_run_scripts},
	{"the page is valid", the_page_is_valid},
	{"the page is self-contained", the_page_is_self_contained},
	{"the content security policy allows what is in the page", the_content_security_policy_allows_what_is_in_the_page},
	{"the page says first what went wrong", the_page_says_first_what_went_wrong},
	CU_TEST_INFO_NULL,
};
