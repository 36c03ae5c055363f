/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a run consists of and how far it goes: suites, tags, shards, budgets, and resuming. */
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_run_options[];

#define OUTPUT_MAX 65536

static char output[OUTPUT_MAX];

#define stutter(...) session_fixture_run(output, sizeof output, __VA_ARGS__)

/* Two scenarios of a small image, a device of another name, and a suite of them. */
static void write_suite(const char *suite)
{
	(void)test_shell(output, sizeof output, "mkdir -p %s/suites %s/theme", test_folder(), test_folder());
	(void)test_write("theme/a.yaml", "name: a\nimage: ../small.bin\ndevice: reference\ndeadline: 5min\ntags: [quick]\n");
	(void)test_write("theme/b.yaml", "name: b\nimage: ../small.bin\ndevice: reference\ndeadline: 5min\n");
	(void)test_write("suites/x.yaml", suite);
}

static json_t *summary_of(const char *run)
{
	char path[256];

	(void)snprintf(path, sizeof path, "%s/%s/summary.json", test_folder(), run);
	json_t *json = json_load_file(path, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

/* The folders of a run's sessions with their verdicts, in order: "a/seed-1 pass, b/seed-1 none". */
static const char *sessions_of(const char *run)
{
	static char text[4096];
	json_t *summary = summary_of(run), *session;
	size_t i;

	text[0] = '\0';
	json_array_foreach(json_object_get(summary, "sessions"), i, session)
	{
		TEST_APPEND(text, "%s%s %s", i > 0 ? ", " : "", json_string_value(json_object_get(session, "folder")),
		            json_string_value(json_object_get(session, "verdict")));
	}
	json_decref(summary);
	return text;
}

static void a_suite_runs_what_it_lists(void)
{
	write_suite("suite: x\nseeds: 3\nscenarios:\n- ../theme\n- {path: ../theme/b.yaml, seeds: 1..2, devices: [reference, patient]}\n");
	test_expect_status(output, stutter("run suites/x --out r"), 0);
	TEST_SAME_TEXT(sessions_of("r"),
	               "a/seed-3 pass, b/reference/seed-1 pass, b/reference/seed-2 pass, b/patient/seed-1 pass, b/patient/seed-2 pass");
	test_expect_status(output, stutter("run suites/x --tag quick --out tagged"), 0);
	TEST_SAME_TEXT(sessions_of("tagged"), "a/seed-3 pass");
	/* A folder's walk finds its scenarios alone. */
	(void)test_shell(output, sizeof output, "rm -r %s/r %s/tagged", test_folder(), test_folder());
	test_expect_status(output, stutter("check ."), 0);
	TEST_CONTAINS(output, "# ./theme/a.yaml");
	CU_ASSERT_PTR_NULL(strstr(output, "suites/x.yaml"));
}

static void a_suite_that_names_what_is_not_there_is_an_error(void)
{
	write_suite("suite: x\nscenarios:\n- ../theme\n- ../them/c.yaml\n");
	test_expect_status(output, stutter("run suites/x --out r"), 2);
	TEST_CONTAINS(output, "suites/x.yaml:4:3: cannot find suites/../them/c.yaml");
	write_suite("suite: x\nscenarios:\n- {tag: slow}\n");
	test_expect_status(output, stutter("check suites/x.yaml"), 2);
	TEST_CONTAINS(output, "suites/x.yaml:3:3: no scenario in suites/.. has the tag 'slow'");
}

static void shards_make_up_the_whole(void)
{
	write_suite("suite: x\nscenarios: [../theme]\n");
	test_expect_status(output, stutter("run theme --seeds 1..3 --shard 1/4 --out r1"), 0);
	test_expect_status(output, stutter("run theme --seeds 1..3 --shard 4/4 --out r4"), 0);
	TEST_SAME_TEXT(sessions_of("r1"), "a/seed-1 pass, b/seed-2 pass");
	TEST_SAME_TEXT(sessions_of("r4"), "b/seed-1 pass");
	/* A part is not the whole. */
	test_expect_status(output, stutter("merge r4 r1 --out whole"), 125);
	TEST_SAME_TEXT(sessions_of("whole"), "a/seed-1 pass, b/seed-1 pass, b/seed-2 pass");
	TEST_CONTAINS(output, "WARNING: shard 2/4 is not among what was merged");
	TEST_CONTAINS(output, "WARNING: shard 3/4 is not among what was merged");
	/* Recorded is the whole, in place of its shards, and what came before it is told. */
	test_expect_status(output, stutter("run theme --seeds 1..3 --shard 1/2 --history h.db --out r1-2"), 0);
	test_expect_status(output, stutter("run theme --seeds 1..3 --shard 2/2 --history h.db --out r2-2"), 0);
	test_expect_status(output, stutter("merge r1-2 r2-2 --history h.db --out first"), 0);
	CU_ASSERT_PTR_NULL(strstr(output, "failures new"));
	test_expect_status(output, stutter("run theme --seeds 1..3 --shard 1/2 --history none --out r1-2b"), 0);
	test_expect_status(output, stutter("run theme --seeds 1..3 --shard 2/2 --history none --out r2-2b"), 0);
	test_expect_status(output, stutter("merge r1-2b r2-2b --history h.db --out second"), 0);
	TEST_CONTAINS(output, ": failures new 0, lasting 0, fixed 0, not seen again 0.");
	test_expect_status(output, stutter("history show --history h.db"), 0);
	TEST_CONTAINS(output, "/first\n");
	TEST_CONTAINS(output, "/second\n");
	CU_ASSERT_PTR_NULL(strstr(output, "/r1-2"));
	test_expect_status(output, stutter("merge r1-2 r2-2 --history /nowhere/h.db --out third"), 2);
	TEST_CONTAINS(output, "--history: ");
	test_expect_status(output, stutter("run theme --shard 5/4 --out r5"), 2);
	TEST_CONTAINS(output, "--shard: '5/4' must be a share from 1/N to N/N");
}

/* What a gate would pass over counts in a run, and is told. */
static void exceptions_are_told(void)
{
	write_suite("suite: x\nscenarios: [../theme/a.yaml]\n"
	            "quarantine: [{scenario: a, owner: net team, until: 2026-06-30, why: under repair}]\n"
	            "waivers: [{scenario: a, reason: timed out, owner: net team, until: 2026-06-30, why: old server}]\n");
	test_expect_status(output, stutter("run suites/x --out r"), 0);
	TEST_CONTAINS(output,
	              "NOTE: a: in quarantine until 2026-06-30, by net team: under repair; a gate passes over it, this run does not");
	TEST_CONTAINS(output, "NOTE: a: a failure like 'timed out' is waived until 2026-06-30, by net team: old server; a gate");
}

/* A budget that is nothing leaves everything, and the run goes on from there. */
static void a_budget_is_kept_and_the_run_resumed(void)
{
	write_suite("suite: x\nbudget: 1ms\nscenarios: [../theme]\n");
	test_expect_status(output, stutter("run suites/x --out r"), 125);
	TEST_SAME_TEXT(sessions_of("r"), "a/seed-1 none, b/seed-1 none");
	TEST_CONTAINS(output, "2 sessions were not run: the budget of 1 ms "
	                      "is used up. `stutter run --resume r` continues "
	                      "it.");
	test_expect_status(output, stutter("run --resume r --budget 10min"), 0);
	TEST_SAME_TEXT(sessions_of("r"), "a/seed-1 pass, b/seed-1 pass");
	/* There is nothing left to do. */
	test_expect_status(output, stutter("run --resume r --budget 10min --json-lines"), 0);
	TEST_CONTAINS(output, "{\"event\":\"begin\",\"folder\":\"r\",\"sessions\":0}");
}

static void a_killed_run_is_resumed(void)
{
	write_suite("suite: x\nscenarios: [../theme]\n");
	char *first = NULL;

	/* Killed when its first session has a verdict. */
	(void)test_shell(output, sizeof output,
	                 "cd %s && head -c 200000 /dev/zero >small.bin && { %s run theme --seeds 1..3 --jobs 1 --out r >/dev/null 2>&1 & "
	                 "until [ -e r/a/seed-1/verdict.json ]; do sleep 0.05; done; kill -KILL $!; wait; }",
	                 test_folder(), test_program());
	first = test_read_own("r/a/seed-1/verdict.json");
	test_expect_status(output, stutter("report r"), 125);
	test_expect_status(output, stutter("run --resume r"), 0);
	TEST_SAME_TEXT(sessions_of("r"), "a/seed-1 pass, a/seed-2 pass, a/seed-3 pass, b/seed-1 pass, b/seed-2 pass, b/seed-3 pass");
	char *again = test_read_own("r/a/seed-1/verdict.json");
	TEST_SAME_TEXT(again, first);
	free(first);
	free(again);
}

static void a_run_of_something_else_is_not_resumed(void)
{
	write_suite("suite: x\nbudget: 1ms\nscenarios: [../theme]\n");
	test_expect_status(output, stutter("run suites/x --out r"), 125);
	test_expect_status(output, stutter("run --resume r --seeds 1..2"), 2);
	TEST_CONTAINS(output, "--resume continues the run as it was begun; it takes no --seeds");
	test_expect_status(output, stutter("run --resume r theme"), 2);
	(void)test_write("theme/b.yaml", "name: b\nimage: ../small.bin\ndevice: reference\ndeadline: 6min\n");
	test_expect_status(output, stutter("run --resume r --budget 10min"), 125);
	TEST_CONTAINS(output, "theme/b.yaml, or the device, image or program that it is run with, has changed since the run in r began");
	TEST_SAME_TEXT(sessions_of("r"), "a/seed-1 none, b/seed-1 none");
	test_expect_status(output, stutter("run --resume nowhere"), 2);
	TEST_CONTAINS(output, "nowhere is not the folder of a run");
}

static void fail_fast_starts_nothing_more(void)
{
	write_suite("suite: x\nscenarios: [../theme]\n");
	(void)test_write("theme/a.yaml", "name: a\nimage: ../small.bin\ndevice: reference\ndeadline: 5min\nexpect: {verdict: fail}\n");
	test_expect_status(output, stutter("run suites/x --fail-fast --jobs 1 --out r"), 1);
	TEST_SAME_TEXT(sessions_of("r"), "a/seed-1 pass, b/seed-1 none");
	TEST_CONTAINS(output, "1 session was not run: --fail-fast, and a, seed 1 was not as expected.");
}

static void events_are_lines_of_json(void)
{
	size_t lines = 0, ended = 0;

	write_suite("suite: x\nscenarios: [../theme]\n");
	test_expect_status(output, stutter("run suites/x --json-lines --out r 2>/dev/null"), 0);
	for (char *line = strtok(output, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
		json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
		const char *event = json_string_value(json_object_get(json, "event"));
		CU_ASSERT_PTR_NOT_NULL_FATAL(event);
		CU_ASSERT(strcmp(event, "begin") == 0 ? lines == 0 : lines > 0);
		ended += strcmp(event, "end") == 0 && json_is_true(json_object_get(json, "as_expected"));
		json_decref(json);
	}
	CU_ASSERT_EQUAL(ended, 2);
}

/* How long sessions took is the machine's affair; here one is said to have taken long. */
static void say_that_it_took_long(const char *scenario)
{
	char file[PATH_MAX], sql[128];
	sqlite3 *db = NULL;

	(void)snprintf(file, sizeof file, "%s/h.db", test_folder());
	(void)snprintf(sql, sizeof sql, "UPDATE session SET wall_ns = 60000000000 WHERE scenario = '%s'", scenario);
	CU_ASSERT_EQUAL_FATAL(sqlite3_open(file, &db), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	CU_ASSERT_EQUAL(sqlite3_changes(db), 1);
	CU_ASSERT_EQUAL(sqlite3_close(db), SQLITE_OK);
}

/* What took least the last time goes first. */
static void a_history_gives_the_order(void)
{
	write_suite("suite: x\nscenarios: [../theme]\n");
	test_expect_status(output, stutter("run suites/x --history h.db --jobs 1 --out r"), 0);
	CU_ASSERT(strstr(output, "pass         a ") < strstr(output, "pass         b "));
	say_that_it_took_long("a");
	test_expect_status(output, stutter("run suites/x --history h.db --jobs 1 --out r2"), 0);
	CU_ASSERT(strstr(output, "pass         b ") < strstr(output, "pass         a "));
	TEST_CONTAINS(output, ": failures new 0, lasting 0, fixed 0, not seen again 0.");
	/* What is reported keeps the order in which it was asked for. */
	TEST_SAME_TEXT(sessions_of("r2"), "a/seed-1 pass, b/seed-1 pass");
	test_expect_status(output, stutter("history show --history h.db"), 0);
	TEST_CONTAINS(output, "/r2");
	test_expect_status(output, stutter("run suites/x --history /nowhere/h.db --out r3"), 2);
	TEST_CONTAINS(output, "--history: ");
}

const CU_TestInfo tests_run_options[] = {
	{"a suite runs what it lists", a_suite_runs_what_it_lists},
	{"a suite that names what is not there is an error", a_suite_that_names_what_is_not_there_is_an_error},
	{"shards make up the whole", shards_make_up_the_whole},
	{"exceptions are told", exceptions_are_told},
	{"a budget is kept and the run resumed", a_budget_is_kept_and_the_run_resumed},
	{"a killed run is resumed", a_killed_run_is_resumed},
	{"a run of something else is not resumed", a_run_of_something_else_is_not_resumed},
	{"--fail-fast starts nothing more", fail_fast_starts_nothing_more},
	{"events are lines of JSON", events_are_lines_of_json},
	{"a history gives the order", a_history_gives_the_order},
	CU_TEST_INFO_NULL,
};
