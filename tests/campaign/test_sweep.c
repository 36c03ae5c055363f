/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reports/member.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_sweep_sessions[];

static char output[64 * 1024];

#define stutter(...) session_fixture_run(output, sizeof output, __VA_ARGS__)
enum { PASSED = 0, FAILED = 1, USAGE = 2, INCONCLUSIVE = 125 };

/* Answers of the service, at three requests, not all of which the client asks for again. */
#define FEW "sweep s.yaml --only http_status --during connect,check,report "

static void write_scenario(const char *faults)
{
	char text[512];

	(void)snprintf(text, sizeof text, "name: small\nimage: small.bin\ndeadline: 5min\n%s", faults);
	(void)test_write("s.yaml", text);
}

/* The member `sweep` of a folder's search.json, as text. To be released with free(). */
static char *result_of(const char *dir)
{
	char name[128];

	(void)snprintf(name, sizeof name, "%s/search.json", dir);
	char *text = test_read_own(name);
	json_t *json = json_loads(text, 0, NULL);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	char *sweep = json_dumps(json_object_get(json, "sweep"), JSON_INDENT(1));
	CU_ASSERT_PTR_NOT_NULL_FATAL(sweep);
	json_decref(json);
	free(text);
	return sweep;
}

static void expect_same(const char *a, const char *b)
{
	char *left = result_of(a), *right = result_of(b);

	TEST_SAME_TEXT(left, right);
	free(left);
	free(right);
}

static void replay_of_each_kill(const json_t *kills, const char *dir)
{
	size_t i;
	const json_t *kill;

	json_array_foreach(kills, i, kill)
	{
		CU_ASSERT_STRING_EQUAL(member_text(kill, "replayed"), "same");
		test_expect_status(output, stutter("replay %s/%s --out replay-%zu", dir, member_text(kill, "plan"), i), FAILED);
		TEST_CONTAINS(output, member_text(kill, "reason"));
	}
}

static void what_kills_the_update_is_found_and_fails_again(void)
{
	write_scenario("");
	test_expect_status(output, stutter(FEW "--out w"), FAILED);
	char *text = result_of("w");
	json_t *sweep = json_loads(text, 0, NULL);
	const json_t *all = json_object_get(sweep, "all");
	CU_ASSERT_EQUAL(member_number(all, "places"), 6);
	CU_ASSERT_EQUAL(member_number(all, "tried"), 6);
	CU_ASSERT_EQUAL(member_number(all, "did_not_act"), 0);
	CU_ASSERT(member_number(all, "failed") > 0);
	CU_ASSERT_EQUAL(json_array_size(json_object_get(sweep, "kills")), member_number(all, "failed") + member_number(all, "hung"));
	TEST_CONTAINS(output, "single fault");
	TEST_CONTAINS(output, "http 404");
	replay_of_each_kill(json_object_get(sweep, "kills"), "w");
	json_decref(sweep);
	free(text);
}

static void a_sweep_without_failures_exits_with_success(void)
{
	write_scenario("");
	test_expect_status(output, stutter("sweep s.yaml --only drop,tcp.syn --during connect,check --budget 30m --out w"), PASSED);
	TEST_CONTAINS(output, "survives all of the 2 single faults that acted");
}

static void it_is_the_same_at_any_number_of_jobs(void)
{
	write_scenario("");
	test_expect_status(output, stutter(FEW "--pairs --most 8 --jobs 1 --out one"), FAILED);
	test_expect_status(output, stutter(FEW "--pairs --most 8 --jobs 2 --out two"), FAILED);
	expect_same("one", "two");
}

/* As if it had been killed: the last results are not there, and one is cut off. */
static void an_interrupted_sweep_is_resumed(void)
{
	write_scenario("");
	test_expect_status(output, stutter(FEW "--out w"), FAILED);
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "cd %s && cp w/search.json whole.json && head -c $(($(wc -c <w/results.jsonl) / 2)) w/results.jsonl >half "
	                   "&& cp half w/results.jsonl && mkdir whole && cp whole.json whole/search.json",
	                   test_folder()),
		0);
	test_expect_status(output, stutter("sweep --resume w"), FAILED);
	expect_same("whole", "w");
	test_expect_status(output, stutter("sweep --resume w"), FAILED);
	TEST_CONTAINS(output, "0 sessions were run");
	expect_same("whole", "w");
}

static void a_session_that_fails_by_itself_is_refused(void)
{
	write_scenario("faults:\n  - {name: gone, at: srv.http#1..9, http_status: {code: 404}}\n");
	test_expect_status(output, stutter("sweep s.yaml --keep-faults --only drop,tcp.syn --out w"), INCONCLUSIVE);
	TEST_CONTAINS(output, "the session does not pass as it is, with the scenario's own faults");
	CU_ASSERT_PTR_NULL(strstr(output, "--resume"));
	TEST_FILE_CONTAINS("w/search.json", "\"error\": \"the session does not pass as it is");
	/* Without them it passes. */
	test_expect_status(output, stutter("sweep s.yaml --only drop,tcp.syn --during check --out v"), PASSED);
}

static void wrong_options_are_reported_before_anything_is_created(void)
{
	write_scenario("");
	test_expect_status(output, stutter("sweep s.yaml --during downlod --out w"), USAGE);
	TEST_CONTAINS(output, "did you mean 'download'");
	test_expect_status(output, stutter("sweep s.yaml --only tcp.sin --out w"), USAGE);
	TEST_CONTAINS(output, "did you mean 'tcp.syn'");
	test_expect_status(output, stutter("sweep s.yaml s.yaml --out w"), USAGE);
	test_expect_status(output, stutter("sweep s.yaml --budget soon --out w"), USAGE);
	TEST_CONTAINS(output, "--budget: 'soon' is not a duration");
	test_expect_status(output, stutter("sweep nowhere.yaml --out w"), USAGE);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && ! [ -e w ] && mkdir w && echo mine >w/file", test_folder()), 0);
	test_expect_status(output, stutter("sweep s.yaml --out w"), USAGE);
	TEST_CONTAINS(output, "w");
}

static void addresses_that_the_session_lacks_are_reported(void)
{
	write_scenario("");
	test_expect_status(output, stutter("sweep s.yaml --during activate --out w"), USAGE);
	TEST_CONTAINS(output, "the session has no phase 'activate'; it has start, dhcp");
	test_expect_status(output, stutter("sweep s.yaml --only power_cut --out v"), USAGE);
	TEST_CONTAINS(output, "none of the chosen faults fits a chosen address");
}

const CU_TestInfo tests_sweep_sessions[] = {
	{"what kills the update is found and fails again", what_kills_the_update_is_found_and_fails_again},
	{"a sweep without failures exits with success", a_sweep_without_failures_exits_with_success},
	{"it is the same at any number of jobs", it_is_the_same_at_any_number_of_jobs},
	{"an interrupted sweep is resumed", an_interrupted_sweep_is_resumed},
	{"a session that fails by itself is refused", a_session_that_fails_by_itself_is_refused},
	{"wrong options are reported before anything is created", wrong_options_are_reported_before_anything_is_created},
	{"addresses that the session lacks are reported", addresses_that_the_session_lacks_are_reported},
	CU_TEST_INFO_NULL,
};
