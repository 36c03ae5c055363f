/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report says about earlier runs. */
#include "reports/run/before.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/run/reports.h"
#include "harness/session/folder.h"
#include "tests/test.h"
#include "tests/unit/reports/written.h"

extern const CU_TestInfo tests_before[];

static struct causes causes;
static struct run run;

static void put_session(const char *name, const char *outcome)
{
	char *path = memory_format("%s/verdict.json", name);
	char *text = memory_format("{\"version\": 1, \"verdict\": \"%s\", \"reason\": \"download: curl 28\", \"as_expected\": %s}", outcome,
	                           strcmp(outcome, "pass") == 0 ? "true" : "false");

	char *dir = memory_format("%s/%s", test_folder(), name);
	struct error err;

	CU_ASSERT_FATAL(folder_make(dir, &err));
	(void)test_write(path, text);
	free(dir);
	free(path);
	free(text);
}

/* Of a scenario a session each with seeds 1 to 4: passed, failed, failed, inconclusive. */
static void make_run(const struct before *before)
{
	struct error err = {.text = ""};

	put_session("a/seed-1", "pass");
	put_session("a/seed-2", "fail");
	put_session("a/seed-3", "fail");
	put_session("a/seed-4", "inconclusive");
	(void)test_write("run.json",
	                 "{\"version\": 1, \"tool\": \"\", \"started\": \"\", \"notes\": [], \"sessions\": ["
	                 "{\"folder\": \"a/seed-1\", \"scenario\": \"a\", \"device\": \"d\", \"seed\": \"1\"},"
	                 "{\"folder\": \"a/seed-2\", \"scenario\": \"a\", \"device\": \"d\", \"seed\": \"2\"},"
	                 "{\"folder\": \"a/seed-3\", \"scenario\": \"a\", \"device\": \"d\", \"seed\": \"18446744073709551615\"},"
	                 "{\"folder\": \"a/seed-4\", \"scenario\": \"a\", \"device\": \"d\", \"seed\": \"4\"}]}");
	CU_ASSERT_FATAL(before == NULL || before_write(test_folder(), before, &err));
	CU_ASSERT_FATAL(run_open(&run, test_folder(), &err));
	causes_open(&causes, &run);
}

static void close_run(void)
{
	causes_close(&causes);
	run_close(&run);
}

static const struct before_run runs[] = {{1642640400, 4, 2, 2, 0}, {1642554000, 4, 4, 0, 0}};

static void what_is_new_and_what_is_fixed(void)
{
	/* One is fixed, one lasts, one proved nothing now, one was not run. */
	static const struct before_failure failures[] = {{"a", "d", 1}, {"a", "d", UINT64_MAX}, {"a", "d", 4}, {"a", "other", 2}};
	const struct before before = {runs, 2, failures, 4};

	make_run(&before);
	CU_ASSERT(causes.changes.known && causes.changes.new == 1 && causes.changes.lasting == 1 && causes.changes.fixed == 1 &&
	          causes.changes.not_seen == 2);
	CU_ASSERT_EQUAL(cause_new(&causes, &causes.list[0]), 1);
	TEST_CONTAINS(written_by(report_terminal, &causes),
	              "Since the run of 2022-01-20 01:00 UTC: failures new 1, lasting 1, fixed 1, not seen again 2.");
	TEST_CONTAINS(written_by(report_page, &causes), "Since the run of 2022-01-20 01:00 UTC: <b>1</b> failure is new");
	TEST_CONTAINS(written_by(report_page, &causes), "<span class=\"mark new\">1 new</span>");
	TEST_CONTAINS(written_by(report_page, &causes), "the oldest run first: 0, 2, and 2 in this run\"");
	json_t *summary = json_loads(written_by(report_summary, &causes), JSON_DECODE_INT_AS_REAL, NULL);
	CU_ASSERT_EQUAL(json_number_value(json_object_get(json_object_get(summary, "since_the_run_before"), "not_seen_again")), 2);
	json_decref(summary);
	close_run();
}

static void without_a_run_before_nothing_is_said(void)
{
	make_run(NULL);
	CU_ASSERT(!causes.changes.known);
	CU_ASSERT_EQUAL(cause_new(&causes, &causes.list[0]), 0);
	CU_ASSERT_PTR_NULL(strstr(written_by(report_terminal, &causes), "Since the run"));
	CU_ASSERT_PTR_NULL(strstr(written_by(report_page, &causes), "id=\"trend\""));
	close_run();
}

static void what_cannot_be_read_is_as_good_as_missing(void)
{
	(void)test_write("before.json", "{\"version\": 2, \"runs\": [{\"ended_s\": 5}]}");
	make_run(NULL);
	CU_ASSERT(!causes.changes.known);
	close_run();
	(void)test_write("before.json", "{\"version\": 1, \"runs\": 7, \"failures\": [7, {\"scenario\": 7}]");
	make_run(NULL);
	CU_ASSERT(!causes.changes.known);
	close_run();
	(void)test_write("before.json", "{\"version\": 1, \"runs\": [{\"ended_s\": \"x\", \"failed\": -1}], \"failures\": [7]}");
	make_run(NULL);
	CU_ASSERT(causes.changes.known && causes.changes.runs[0].failed == 0 && causes.changes.new == 2);
	close_run();
}

const CU_TestInfo tests_before[] = {
	{"what is new, and what is fixed", what_is_new_and_what_is_fixed},
	{"without a run before, nothing is said", without_a_run_before_nothing_is_said},
	{"what cannot be read is as good as missing", what_cannot_be_read_is_as_good_as_missing},
	CU_TEST_INFO_NULL,
};
