/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/history/history.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/history/store.h"
#include "tests/test.h"
#include "tests/unit/history/fixture.h"

extern const CU_TestInfo tests_history[];

static const struct history_filter everything = {NULL, NULL};

/* -- what comes out, as text -- */

static char shown[4096];

__attribute__((format(printf, 1, 2))) static void show(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_append_list(shown, sizeof shown, format, args);
	va_end(args);
}

static void show_trend(void *ctx, const struct history_trend *trend)
{
	(void)ctx;
	show("%" PRId64 " at %" PRId64 ": %" PRIu64 " = %" PRIu64 " + %" PRIu64 " + %" PRIu64 ", %" PRIu64 " s\n", trend->run,
	     trend->ended_s, trend->sessions, trend->as_expected, trend->failed, trend->inconclusive, trend->wall_ns / 1000000000U);
}

static void show_failure(void *ctx, const struct history_failure *failure)
{
	static const char *const names[] = {"new", "flaky", "lasting", "fixed", "vanished"};

	(void)ctx;
	show("%s %s/%s/%" PRIu64 " %s %s: %s\n", names[failure->change], failure->scenario, failure->device, failure->seed, failure->judge,
	     failure->phase, failure->reason);
}

static void check_trend(struct history *history, const struct history_filter *filter, size_t count, const char *expected)
{
	struct error err;

	shown[0] = '\0';
	CU_ASSERT(history_trend(history, filter, count, show_trend, NULL, &err));
	TEST_SAME_TEXT(shown, expected);
}

static void check_changes(struct history *history, int64_t earlier, int64_t later, const struct history_filter *filter,
                          const char *expected)
{
	struct error err;

	shown[0] = '\0';
	CU_ASSERT(history_compare(history, earlier, later, filter, show_failure, NULL, &err));
	TEST_SAME_TEXT(shown, expected);
}

static uint64_t duration_s(struct history *history, const char *scenario, const char *device)
{
	uint64_t wall_ns = 7;
	bool known = false;
	struct error err;

	CU_ASSERT(history_duration(history, scenario, device, &known, &wall_ns, &err));
	return known ? wall_ns / 1000000000U : 0;
}

/* -- the tests -- */

static void a_run_is_recorded_once(void)
{
	struct history *history = history_fixture_open("h.db");

	CU_ASSERT(history_fixture_add(history, 1000, "a/d/1/pass/5 a/d/2/fail/6"));
	CU_ASSERT(!history_fixture_add(history, 2000, "a/d/1/pass/5 a/d/2/fail/6"));
	CU_ASSERT(history_fixture_add(history, 2000, "a/d/1/pass/5 a/d/2/fail/7"));
	history_close(history);
	history = history_fixture_open("h.db");
	check_trend(history, &everything, 10, "2 at 2000: 2 = 1 + 1 + 0, 12 s\n1 at 1000: 2 = 1 + 1 + 0, 11 s\n");
	history_close(history);
}

/*
 * As by the report of a run with --strict, recorded before by its verdicts: what a session came to
 * is the same, and is judged otherwise.
 */
static void a_run_that_is_judged_anew_is_updated(void)
{
	struct history_session sessions[] = {
		{"a/1", "a", "d", 1, "pass", true, "", "done", "updated", "x", "", "", "", "", 0, 5000000000, 0, 0, 0, 0, 0},
		{"a/2", "a", "d", 2, "fail", false, "hang", "download", "it hung", "y", "", "", "", "", 0, 6000000000, 0, 0, 0, 0, 0}};
	const struct history_run run = {.name = "a run", .tool = "", .ended_s = 1000, .sessions = sessions, .count = 2};
	struct history *history = history_fixture_open("h.db");

	history_fixture_add(history, 500, "a/d/1/pass/5");
	struct history_recorded recorded = history_fixture_run(history, &run);
	CU_ASSERT(recorded.is_new && recorded.run == 2 && recorded.sessions == 2 && recorded.updated == 0);
	recorded = history_fixture_run(history, &run);
	CU_ASSERT(!recorded.is_new && recorded.run == 2 && recorded.sessions == 2 && recorded.updated == 0);
	sessions[0].as_expected = false;
	recorded = history_fixture_run(history, &run);
	CU_ASSERT(!recorded.is_new && recorded.run == 2 && recorded.sessions == 2 && recorded.updated == 1);
	check_trend(history, &everything, 10, "2 at 1000: 2 = 0 + 2 + 0, 11 s\n1 at 500: 1 = 1 + 0 + 0, 5 s\n");
	/* Each of what may differ. */
	sessions[0].judge = "oracle";
	CU_ASSERT_EQUAL(history_fixture_run(history, &run).updated, 1);
	sessions[0].reason = "a rule never matched";
	CU_ASSERT_EQUAL(history_fixture_run(history, &run).updated, 1);
	sessions[0].phase = "flash";
	sessions[1].phase = "check";
	CU_ASSERT_EQUAL(history_fixture_run(history, &run).updated, 2);
	CU_ASSERT_EQUAL(history_fixture_run(history, &run).updated, 0);
	check_changes(history, 1, 2, &everything, "new a/d/1 oracle flash: a rule never matched\nnew a/d/2 hang check: it hung\n");
	history_close(history);
}

static void a_resumed_run_counts_once(void)
{
	struct history *history = history_fixture_open("h.db");

	CU_ASSERT(history_fixture_add(history, 1000, "a/d/1/pass/5 a/d/2/inconclusive/6"));
	CU_ASSERT(history_fixture_add(history, 2000, "a/d/1/pass/5 a/d/2/fail/7 b/d/1/pass/8"));
	check_trend(history, &everything, 10, "2 at 2000: 3 = 2 + 1 + 0, 20 s\n");
	CU_ASSERT_EQUAL(history_fixture_sessions("h.db"), 3);
	/* Begun anew, and killed before anything had come to a verdict. */
	CU_ASSERT(history_fixture_add(history, 3000, "a/d/1/inconclusive/5"));
	CU_ASSERT(history_fixture_add(history, 4000, "a/d/1/pass/6 a/d/2/fail/7"));
	check_trend(history, &everything, 10,
	            "4 at 4000: 2 = 1 + 1 + 0, 13 s\n3 at 3000: 1 = 0 + 0 + 1, 5 s\n2 at 2000: 3 = 2 + 1 + 0, 20 s\n");
	history_close(history);
}

/*
 * In whichever order the shards of a run and what was made of them come, from this machine or from
 * others.
 */
static void shards_count_once(void)
{
	static const char one[] = "a/d/1/pass/5 a/d/3/inconclusive/1", two[] = "a/d/3/inconclusive/2 a/d/2/fail/6",
			  whole[] = "a/d/1/pass/5 a/d/2/fail/6 a/d/3/pass/9";
	struct history *history = history_fixture_open("h.db"), *other = history_fixture_open("other.db");
	struct error err;
	size_t count;

	history_fixture_add(history, 1000, one);
	history_fixture_add(history, 1100, "a/d/2/fail/7");
	CU_ASSERT(history_fixture_add(history, 2000, whole));
	CU_ASSERT(!history_fixture_add(history, 1200, two));
	check_trend(history, &everything, 10, "3 at 2000: 3 = 2 + 1 + 0, 20 s\n2 at 1100: 1 = 0 + 1 + 0, 7 s\n");
	history_fixture_add(other, 1000, one);
	history_fixture_add(other, 1200, two);
	CU_ASSERT(history_merge(history, test_path("other.db"), &count, &err));
	CU_ASSERT_EQUAL(count, 0);
	CU_ASSERT_EQUAL(history_fixture_sessions("h.db"), 4);
	CU_ASSERT(history_merge(other, test_path("h.db"), &count, &err));
	CU_ASSERT_EQUAL(count, 2);
	CU_ASSERT_EQUAL(history_fixture_sessions("other.db"), 4);
	history_close(other);
	history_close(history);
}

/*
 * A shard that proved nothing, and one that is all that the whole has proved: the whole stays, in
 * whichever order they come.
 */
static void the_whole_stays_whatever_it_proves(void)
{
	static const char whole[] = "a/d/1/pass/5 b/d/1/inconclusive/6", first[] = "a/d/1/pass/5",
			  second[] = "a/d/2/inconclusive/9 b/d/1/inconclusive/6";
	struct history *history = history_fixture_open("h.db"), *other = history_fixture_open("other.db");

	CU_ASSERT(history_fixture_add(history, 2000, whole));
	CU_ASSERT(!history_fixture_add(history, 1000, first));
	CU_ASSERT(!history_fixture_add(history, 3000, second));
	check_trend(history, &everything, 10, "1 at 2000: 2 = 1 + 0 + 1, 11 s\n");
	history_fixture_add(other, 1000, first);
	history_fixture_add(other, 3000, second);
	CU_ASSERT(history_fixture_add(other, 2000, whole));
	check_trend(other, &everything, 10, "3 at 2000: 2 = 1 + 0 + 1, 11 s\n");
	history_close(other);
	history_close(history);
}

static void a_run_without_sessions_is_none(void)
{
	struct history *history = history_fixture_open("h.db");
	struct history_run run = {.name = "empty", .tool = ""};
	struct history_recorded recorded;
	struct error err;

	CU_ASSERT(!history_record(history, &run, &recorded, &err));
	TEST_SAME_TEXT(err.text, "empty has no sessions");
	history_close(history);
}

static void the_trend_is_of_what_is_asked_for(void)
{
	const struct history_filter a = {"a", NULL}, b_on_e = {"b", "e"}, c = {"c", NULL};
	struct history *history = history_fixture_open("h.db");

	/* Runs are shown by when they ended, not by when they were recorded. */
	history_fixture_add(history, 3000, "a/d/1/pass/1 b/e/1/inconclusive/2");
	history_fixture_add(history, 1000, "a/d/1/pass/3");
	history_fixture_add(history, 2000, "b/d/1/fail/4 b/e/1/pass/5");
	check_trend(history, &everything, 10,
	            "1 at 3000: 2 = 1 + 0 + 1, 3 s\n3 at 2000: 2 = 1 + 1 + 0, 9 s\n2 at 1000: 1 = 1 + 0 + 0, 3 s\n");
	check_trend(history, &everything, 1, "1 at 3000: 2 = 1 + 0 + 1, 3 s\n");
	check_trend(history, &a, 10, "1 at 3000: 1 = 1 + 0 + 0, 1 s\n2 at 1000: 1 = 1 + 0 + 0, 3 s\n");
	check_trend(history, &b_on_e, 10, "1 at 3000: 1 = 0 + 0 + 1, 2 s\n3 at 2000: 1 = 1 + 0 + 0, 5 s\n");
	check_trend(history, &c, 10, "");
	history_close(history);
}

static void durations_are_those_of_the_last_run_that_has_any(void)
{
	struct history *history = history_fixture_open("h.db");

	CU_ASSERT_EQUAL(duration_s(history, "a", "d"), 0);
	history_fixture_add(history, 2000, "a/d/1/pass/10 a/d/2/fail/20 a/e/1/pass/99");
	history_fixture_add(history, 1000, "a/d/1/pass/500");
	history_fixture_add(history, 3000, "b/d/1/pass/7 a/d/1/inconclusive/0");
	CU_ASSERT_EQUAL(duration_s(history, "a", "d"), 15);
	CU_ASSERT_EQUAL(duration_s(history, "a", "e"), 99);
	CU_ASSERT_EQUAL(duration_s(history, "b", "d"), 7);
	CU_ASSERT_EQUAL(duration_s(history, "b", "e"), 0);
	history_close(history);
}

static void changes_between_two_runs_are_told_apart(void)
{
	const struct history_filter f = {"f", NULL};
	struct history *history = history_fixture_open("h.db");
	struct error err;

	history_fixture_add(
		history, 1000,
		"a/d/1/pass/1 b/d/1/fail/1 c/d/1/fail/1 e/d/1/fail/1 f/d/1/fail/1 g/d/1/pass/1 i/d/1/inconclusive/1 j/d/1/fail/1");
	history_fixture_add(history, 2000,
	                    "a/d/1/fail/2 a/e/1/fail/2 b/d/1/fail/2 c/d/1/pass/2 f/d/1/inconclusive/2 g/d/1/pass/2 i/d/1/inconclusive/2 "
	                    "h/d/18446744073709551615/fail/2 j/d/1/fail/2 j/d/1/pass/3");
	check_changes(history, 1, 2, &everything,
	              "new a/d/1 hang download: it came to fail\n"
	              "new a/e/1 hang download: it came to fail\n"
	              "new h/d/18446744073709551615 hang download: it came to fail\n"
	              "flaky j/d/1 hang download: it came to fail\n"
	              "lasting b/d/1 hang download: it came to fail\n"
	              "fixed c/d/1 hang download: it came to fail\n"
	              "vanished e/d/1 hang download: it came to fail\n"
	              "vanished f/d/1 hang download: it came to fail\n");
	check_changes(history, 1, 2, &f, "vanished f/d/1 hang download: it came to fail\n");
	CU_ASSERT(!history_compare(history, 1, 3, &everything, show_failure, NULL, &err));
	TEST_CONTAINS(err.text, "has no run 3");
	history_close(history);
}

static int64_t run_before(struct history *history, int64_t run, const struct history_filter *filter)
{
	struct error err;
	int64_t before = -1;

	CU_ASSERT(history_before(history, run, filter, &before, &err));
	return before;
}

static int64_t last_run(struct history *history, const struct history_filter *filter)
{
	struct error err;
	int64_t last = -1;

	CU_ASSERT(history_last(history, filter, &last, &err));
	return last;
}

static void the_previous_run_shares_half_of_its_scenarios(void)
{
	const struct history_filter a = {"a", NULL}, b = {"b", NULL}, none = {"z", NULL};
	struct history *history = history_fixture_open("h.db");
	struct error err;
	int64_t run;

	CU_ASSERT_EQUAL(last_run(history, &everything), 0);
	history_fixture_add(history, 1000, "a/d/1/fail/1 b/d/1/fail/1 c/d/1/fail/1");
	history_fixture_add(history, 2000, "b/d/1/pass/2 c/d/1/pass/2");
	/* One of them is run by hand; then comes the next nightly run. */
	history_fixture_add(history, 3000, "a/d/1/fail/3");
	history_fixture_add(history, 4000, "a/d/1/fail/4 b/d/1/fail/4 c/d/1/fail/4");
	CU_ASSERT_EQUAL(last_run(history, &everything), 4);
	CU_ASSERT_EQUAL(run_before(history, 4, &everything), 2);
	CU_ASSERT_EQUAL(run_before(history, 2, &everything), 1);
	CU_ASSERT_EQUAL(run_before(history, 1, &everything), 0);
	/* Of one scenario, any run of it will do. */
	CU_ASSERT_EQUAL(run_before(history, 4, &a), 3);
	CU_ASSERT_EQUAL(last_run(history, &b), 4);
	CU_ASSERT_EQUAL(run_before(history, 4, &b), 2);
	CU_ASSERT_EQUAL(last_run(history, &none), 0);
	CU_ASSERT_EQUAL(run_before(history, 4, &none), 0);
	CU_ASSERT(!history_before(history, 9, &everything, &run, &err));
	TEST_CONTAINS(err.text, "has no run 9");
	history_close(history);
}

static void check_alike(struct history *history, int64_t before, size_t count, const char *expected)
{
	const struct history_place places[] = {{"a", "d"}};
	struct error err;

	shown[0] = '\0';
	CU_ASSERT(history_alike(history, places, 1, before, count, show_trend, NULL, &err));
	TEST_SAME_TEXT(shown, expected);
}

static void runs_of_long_ago_are_not_looked_at(void)
{
	static const char first[] = "2 at 1100: 1 = 1 + 0 + 0, 2 s\n",
			  both[] = "2 at 1100: 1 = 1 + 0 + 0, 2 s\n1 at 1000: 1 = 0 + 1 + 0, 1 s\n";
	struct history *history = history_fixture_open("h.db");
	struct error err;

	history_fixture_add(history, 1000, "a/d/1/fail/1");
	history_fixture_add(history, 1100, "a/d/1/pass/2 b/d/1/fail/7");
	/* With those two they are HISTORY_LOOKED_AT. */
	CU_ASSERT_FATAL(store_run(history,
	                          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 498) "
	                          "INSERT INTO run (key, name, tool, ended_s) SELECT i, '', '', 2000 + i FROM n",
	                          &err));
	check_alike(history, 0, 10, both);
	check_alike(history, 0, 1, first);
	history_fixture_add(history, 9000, "b/d/1/fail/1");
	check_alike(history, 0, 10, first);
	check_alike(history, HISTORY_LOOKED_AT + 1, 10, both);
	history_fixture_add(history, 9100, "b/d/1/fail/2");
	check_alike(history, 0, 10, "");
	history_close(history);
}

/* -- merging -- */

static void check_merge_fails(struct history *history, const char *name, const char *why)
{
	struct error err = {.text = ""};
	size_t count = 5;

	CU_ASSERT(!history_merge(history, test_path(name), &count, &err));
	TEST_CONTAINS(err.text, why);
	CU_ASSERT_EQUAL(count, 5);
}

static void histories_of_several_machines_become_one(void)
{
	struct history *one = history_fixture_open("one.db"), *two = history_fixture_open("two.db");
	struct error err;
	size_t count;

	history_fixture_add(one, 1000, "a/d/1/pass/1");
	history_fixture_add(one, 3000, "a/d/1/pass/3 a/d/2/fail/3");
	history_fixture_add(two, 2000, "a/d/1/fail/2 b/d/18446744073709551615/fail/1");
	history_fixture_add(two, 3000, "a/d/1/pass/3 a/d/2/fail/3");
	history_close(two);
	CU_ASSERT(history_merge(one, test_path("two.db"), &count, &err));
	CU_ASSERT_EQUAL(count, 1);
	check_trend(one, &everything, 10, "2 at 3000: 2 = 1 + 1 + 0, 6 s\n3 at 2000: 2 = 0 + 2 + 0, 3 s\n1 at 1000: 1 = 1 + 0 + 0, 1 s\n");
	check_changes(one, 1, 3, &everything,
	              "new a/d/1 hang download: it came to fail\nnew b/d/18446744073709551615 hang download: it came to fail\n");
	CU_ASSERT(history_merge(one, test_path("two.db"), &count, &err));
	CU_ASSERT_EQUAL(count, 0);
	check_merge_fails(one, "one.db", "cannot be merged into itself");
	check_merge_fails(one, "none.db", "there is no readable history");
	(void)test_write("text.db", "this is a file that is long enough to be looked at by SQLite, but is not one of its own, by far");
	check_merge_fails(one, "text.db", "text.db");
	CU_ASSERT(history_merge(one, test_path("two.db"), &count, &err));
	history_close(one);
}

/* A manual run of one scenario in ten is not a run of the ten. */
static void similar_runs_share_half_of_their_scenarios(void)
{
	static const struct history_place places[] = {{"a", "d"}, {"b", "d"}, {"c", "d"}, {"a", "d"}};
	struct history *history = history_fixture_open("h.db");
	struct error err;

	history_fixture_add(history, 1000, "a/d/1/pass/1 b/d/1/pass/1 z/d/1/fail/1");
	history_fixture_add(history, 2000, "a/d/1/fail/2 a/d/2/fail/2");
	history_fixture_add(history, 3000, "a/d/1/fail/3 c/d/1/pass/3 b/d/1/inconclusive/3");
	history_fixture_add(history, 4000, "a/e/1/fail/4 b/e/1/pass/4");
	for (int times = 0; times < 2; times++) {
		shown[0] = '\0';
		CU_ASSERT(history_alike(history, places, 4, 0, 10, show_trend, NULL, &err));
		TEST_SAME_TEXT(shown, "3 at 3000: 3 = 1 + 1 + 1, 9 s\n1 at 1000: 2 = 2 + 0 + 0, 2 s\n");
	}
	shown[0] = '\0';
	CU_ASSERT(history_alike(history, places, 4, 0, 1, show_trend, NULL, &err));
	TEST_SAME_TEXT(shown, "3 at 3000: 3 = 1 + 1 + 1, 9 s\n");
	shown[0] = '\0';
	CU_ASSERT(history_alike(history, places, 4, 3, 10, show_trend, NULL, &err));
	TEST_SAME_TEXT(shown, "1 at 1000: 2 = 2 + 0 + 0, 2 s\n");
	check_changes(history, 3, 3, &everything, "new a/d/1 hang download: it came to fail\n");
	history_close(history);
}

const CU_TestInfo tests_history[] = {
	{"a run is recorded once", a_run_is_recorded_once},
	{"a run that is judged anew is updated", a_run_that_is_judged_anew_is_updated},
	{"a resumed run counts once", a_resumed_run_counts_once},
	{"shards count once", shards_count_once},
	{"the whole stays whatever it proves", the_whole_stays_whatever_it_proves},
	{"a run without sessions is none", a_run_without_sessions_is_none},
	{"the trend is of what is asked for", the_trend_is_of_what_is_asked_for},
	{"durations are those of the last run that has any", durations_are_those_of_the_last_run_that_has_any},
	{"changes between two runs are told apart", changes_between_two_runs_are_told_apart},
	{"the previous run shares half of its scenarios", the_previous_run_shares_half_of_its_scenarios},
	{"runs of long ago are not looked at", runs_of_long_ago_are_not_looked_at},
	{"similar runs share half of their scenarios", similar_runs_share_half_of_their_scenarios},
	{"histories of several machines become one", histories_of_several_machines_become_one},
	CU_TEST_INFO_NULL,
};
