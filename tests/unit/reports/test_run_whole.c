/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What only all sessions of a run together show: repeats, faults that never matched, and sessions
 * that were not to be run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "reports/run/merge.h"
#include "reports/run/reports.h"
#include "reports/run/shard.h"
#include "harness/session/folder.h"
#include "tests/test.h"
#include "tests/unit/reports/written.h"

#define SESSIONS_MAX 6

static struct plan plan;
static struct fault faults[2];
static struct run run;
static struct causes causes;
static const char *dir_of_run = ""; /* below the test's folder, with a slash in front */
static const char *shard;

/*
 * A session as it is to be found: with this digest and verdict, or with none if @c digest is NULL.
 */
struct session {
	const char *folder;
	bool again;
	const char *digest;
	enum verdict_kind kind;
	uint64_t matched; /* of the first of two faults; the second always matched */
};

static void write_verdict(const struct session *session)
{
	struct verdict verdict = {.kind = session->kind, .met_expectation = session->kind == VERDICT_PASS, .rule_count = 2};
	char *dir = memory_format("%s%s/%s", test_folder(), dir_of_run, session->folder);
	struct error err;

	verdict.rules[0].matched = session->matched;
	verdict.rules[1].matched = 1;
	(void)snprintf(verdict.digest, sizeof verdict.digest, "%032d", atoi(session->digest));
	(void)snprintf(verdict.reason, sizeof verdict.reason, "reason %s", session->digest);
	if (!verdict.met_expectation)
		(void)snprintf(verdict.expectation, sizeof verdict.expectation, "pass was expected");
	CU_ASSERT_FATAL(folder_make(dir, &err) && folder_write_verdict(dir, &plan, &verdict, &err));
	free(dir);
}

static void make_run(const struct session *sessions, size_t count, bool strict, const char *held)
{
	static const char *const none[] = {NULL};
	struct run_planned planned[SESSIONS_MAX];
	struct error err = {.text = ""};

	memset(&plan, 0, sizeof plan);
	(void)snprintf(plan.name, sizeof plan.name, "s");
	(void)snprintf(plan.device.name, sizeof plan.device.name, "box");
	(void)snprintf(faults[0].name, sizeof faults[0].name, "one");
	(void)snprintf(faults[1].name, sizeof faults[1].name, "two");
	faults[0].action = faults[1].action = action_at(0);
	plan.faults = faults;
	plan.fault_count = 2;
	for (size_t i = 0; i < count; i++) {
		planned[i] = (struct run_planned){.folder = sessions[i].folder, .again = sessions[i].again};
		plan_describe(&plan, "", &planned[i].of);
		plan_hash(&plan, planned[i].hash);
	}
	const struct run_plan whole = {.sessions = planned, .count = count, .started = "", .strict = strict, .shard = shard, .notes = none};
	char *dir = memory_format("%s%s", test_folder(), dir_of_run);
	CU_ASSERT_FATAL(folder_make(dir, &err));
	int fd = run_begin(dir, &whole, &err);
	CU_ASSERT_FATAL(fd >= 0);
	(void)close(fd);
	for (size_t i = 0; i < count; i++)
		if (sessions[i].digest != NULL)
			write_verdict(&sessions[i]);
	CU_ASSERT_FATAL(held == NULL || run_hold(dir, held, &err));
	CU_ASSERT_FATAL(run_open(&run, dir, &err));
	causes_open(&causes, &run);
	free(dir);
}

static void close_run(void)
{
	causes_close(&causes);
	run_close(&run);
}

static void the_same_each_time_is_told_once(void)
{
	const struct session sessions[] = {
		{"a", false, "1", VERDICT_PASS, 1}, {"a-2", true, "1", VERDICT_PASS, 1}, {"a-3", true, "1", VERDICT_PASS, 1}};

	make_run(sessions, 3, false, NULL);
	CU_ASSERT_EQUAL(run.outcomes[RUN_SURVIVED], 3);
	TEST_CONTAINS(written_by(report_terminal, &causes), "s on box, seed 0: the same 3 times, digest 00000000000000000000000000000001");
	TEST_CONTAINS(written_by(report_junit, &causes), "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\"");
	close_run();
}

static void another_digest_proves_nothing(void)
{
	const struct session sessions[] = {{"a", false, "1", VERDICT_PASS, 1}, {"a-2", true, "2", VERDICT_PASS, 1}};

	make_run(sessions, 2, false, NULL);
	CU_ASSERT(run.sessions[0].outcome == RUN_SURVIVED && run.sessions[1].outcome == RUN_INCONCLUSIVE && run.sessions[1].ours);
	TEST_CONTAINS(run.sessions[1].reason, "NOT REPEATABLE: the digest is not that of the first time, 00000000000000000000000000000001");
	CU_ASSERT_PTR_NULL(strstr(written_by(report_terminal, &causes), "the same"));
	/* One case, which is an error. */
	TEST_CONTAINS(written_by(report_junit, &causes), "tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\"");
	TEST_CONTAINS(written_by(report_junit, &causes), "<error message=\"NOT REPEATABLE");
	close_run();
}

static void repeats_are_written_as_surefire_does(void)
{
	const struct session fails[] = {{"a", false, "1", VERDICT_FAIL, 1}, {"a-2", true, "1", VERDICT_FAIL, 1}};
	const struct session mends[] = {{"a", false, "1", VERDICT_INCONCLUSIVE, 1}, {"a-2", true, "2", VERDICT_PASS, 1}};

	make_run(fails, 2, false, NULL);
	TEST_CONTAINS(written_by(report_junit, &causes), "<failure message=\"pass was expected\"");
	TEST_CONTAINS(written_by(report_junit, &causes), "<rerunFailure message=\"pass was expected\"");
	close_run();
	make_run(mends, 2, false, NULL);
	TEST_CONTAINS(written_by(report_junit, &causes), "<flakyError message=\"pass was expected\"");
	TEST_CONTAINS(written_by(report_junit, &causes), "failures=\"0\" errors=\"0\"");
	close_run();
}

static void strict_blames_the_sessions_of_an_idle_fault(void)
{
	const struct session idle[] = {{"a", false, "1", VERDICT_PASS, 0}, {"b", false, "2", VERDICT_FAIL, 0}};
	const struct session one_hits[] = {{"a", false, "1", VERDICT_PASS, 0}, {"b", false, "2", VERDICT_PASS, 1}};

	make_run(idle, 2, true, NULL);
	CU_ASSERT_EQUAL(run.outcomes[RUN_FAILED], 2);
	TEST_SAME_TEXT(run.sessions[0].expectation, "--strict: the fault 'one' never matched anything");
	TEST_SAME_TEXT(run.sessions[1].expectation, "pass was expected");
	close_run();
	/* Faults are asked over all sessions of the scenario. */
	make_run(one_hits, 2, true, NULL);
	CU_ASSERT_EQUAL(run.outcomes[RUN_FAILED], 0);
	close_run();
	make_run(idle, 2, false, NULL);
	CU_ASSERT_EQUAL(run.outcomes[RUN_FAILED], 1);
	close_run();
}

static void what_was_not_to_be_run_is_neither_good_nor_bad(void)
{
	const struct session sessions[] = {{"a", false, "1", VERDICT_PASS, 1}, {"b", false, NULL, VERDICT_PASS, 0}};

	make_run(sessions, 2, false, "the budget of 3 s is used up");
	CU_ASSERT(run.sessions[1].outcome == RUN_HELD && !run_is_unexpected(&run.sessions[1]) && run_unexpected(&run) == 0);
	TEST_SAME_TEXT(run.sessions[1].reason, "not run: the budget of 3 s is used up");
	TEST_CONTAINS(written_by(report_terminal, &causes), "1 session was not run: the budget of 3 s is used up.");
	TEST_CONTAINS(written_by(report_junit, &causes), "<skipped message=\"not run: the budget of 3 s is used up\"/>");
	TEST_CONTAINS(written_by(report_junit, &causes), "tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\"");
	TEST_CONTAINS(written_by(report_tap, &causes), "ok 2 - s on box, seed 0 # SKIP not run: the budget");
	TEST_CONTAINS(written_by(report_summary, &causes), "\"not_run\": 1");
	TEST_CONTAINS(written_by(report_summary, &causes), "\"as_expected\": false");
	TEST_CONTAINS(written_by(report_summary, &causes), "\"sessions_run\": 1");
	TEST_SAME_TEXT(written_by(report_headline, &causes), "1 session came out as expected; 1 was not run");
	TEST_CONTAINS(run.sessions[1].replay, "stutter run ");
	close_run();
	/* Without it, the run has died. */
	(void)test_shell((char[8]){0}, 8, "rm %s/" RUN_HELD_FILE, test_folder());
	make_run(sessions, 2, false, NULL);
	CU_ASSERT(run.sessions[1].outcome == RUN_WITHOUT_VERDICT && run_unexpected(&run) == 1);
	close_run();
}

static void a_run_in_progress_is_not_resumed_by_another_process(void)
{
	const struct session sessions[] = {{"a", false, "1", VERDICT_PASS, 1}, {"b", false, NULL, VERDICT_PASS, 1}};
	struct error err = {.text = ""};

	make_run(sessions, 2, false, "a reason");
	close_run();
	int first = run_go_on(test_folder(), &err);
	CU_ASSERT_FATAL(first >= 0);
	/* Sessions that have not started are no failure while the run is in progress. */
	CU_ASSERT_FATAL(run_open(&run, test_folder(), &err));
	causes_open(&causes, &run);
	CU_ASSERT(run.sessions[1].outcome == RUN_WAITING && run_unexpected(&run) == 0 && run_done(&run) == 1);
	TEST_SAME_TEXT(written_by(report_headline, &causes),
	               "The run is still going, with 1 of 2 sessions done: 1 session came out as expected");
	TEST_CONTAINS(written_by(report_junit, &causes), "<skipped message=\"its turn has not come: the run is still going\"/>");
	CU_ASSERT(run_go_on(test_folder(), &err) < 0);
	TEST_CONTAINS(err.text, "another process is working on the run in ");
	(void)close(first);
	close_run();
}

/* -- merging -- */

#define PARTS 2

/* Which of them has held sessions back; PARTS: none. */
static size_t held_part = PARTS;

/*
 * Makes the parts "/p0" and "/p1" of these sessions, and merges them into "/whole". @return the
 * error; "" if they are merged, and read.
 */
static const char *merge(const struct session *const sessions[PARTS], const size_t counts[PARTS], const char *const shards[PARTS])
{
	static const char *const dirs[PARTS] = {"/p0", "/p1"};
	static struct error err;
	struct run parts[PARTS];
	char *whole = memory_format("%s/whole", test_folder());

	err.text[0] = '\0';
	for (size_t i = 0; i < PARTS; i++) {
		dir_of_run = dirs[i];
		shard = shards[i];
		make_run(sessions[i], counts[i], false, i == held_part ? "the budget is used up" : NULL);
		causes_close(&causes);
		parts[i] = run;
	}
	CU_ASSERT_FATAL(folder_make(whole, &err));
	if (run_merge(whole, parts, PARTS, &err)) {
		CU_ASSERT_FATAL(run_open(&run, whole, &err));
		causes_open(&causes, &run);
	}
	for (size_t i = 0; i < PARTS; i++)
		run_close(&parts[i]);
	free(whole);
	return err.text;
}

static void shards_are_put_in_their_order(void)
{
	const struct session first[] = {{"a", false, "1", VERDICT_PASS, 1}, {"c", false, "3", VERDICT_FAIL, 1}};
	const struct session second[] = {{"b", false, "2", VERDICT_PASS, 1}, {"d", false, NULL, VERDICT_PASS, 1}};

	TEST_SAME_TEXT(merge((const struct session *const[]){second, first}, (const size_t[]){2, 2}, (const char *const[]){"2/3", "1/3"}),
	               "");
	CU_ASSERT_EQUAL_FATAL(run.count, 4);
	TEST_SAME_TEXT(run.sessions[0].folder, "a");
	TEST_SAME_TEXT(run.sessions[1].folder, "b");
	TEST_SAME_TEXT(run.sessions[2].folder, "c");
	TEST_SAME_TEXT(run.sessions[3].folder, "d");
	CU_ASSERT(run.sessions[2].outcome == RUN_FAILED && run.sessions[3].outcome == RUN_WITHOUT_VERDICT);
	close_run();
}

static void a_missing_shard_is_told_in_every_report(void)
{
	const struct session whole[] = {{"a", false, "1", VERDICT_PASS, 1}}, first[] = {{"b", false, "2", VERDICT_PASS, 1}};

	/* Whichever of the runs is a shard. */
	TEST_SAME_TEXT(merge((const struct session *const[]){whole, first}, (const size_t[]){1, 1}, (const char *const[]){NULL, "1/3"}),
	               "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(run_missing(&run, 1));
	TEST_SAME_TEXT(run_missing(&run, 0), "2/3");
	TEST_SAME_TEXT(run_missing(&run, 1), "3/3");
	CU_ASSERT_PTR_NULL(run_missing(&run, 2));
	TEST_CONTAINS(written_by(report_terminal, &causes), "WARNING: shard 2/3 is not among what was merged");
	TEST_CONTAINS(written_by(report_headline, &causes), "All 2 sessions came out as expected; missing: shard 2/3, 3/3");
	TEST_CONTAINS(written_by(report_page, &causes), "<li>Shard 3/3 is not among what was merged");
	TEST_CONTAINS(written_by(report_junit, &causes), "tests=\"4\" failures=\"0\" errors=\"2\"");
	TEST_CONTAINS(written_by(report_junit, &causes), "<error message=\"shard 2/3 is not among");
	TEST_CONTAINS(written_by(report_tap, &causes), "1..4\n");
	TEST_CONTAINS(written_by(report_tap, &causes), "not ok 4 - shard 3/3 is not among");
	TEST_CONTAINS(written_by(report_github, &causes), "::error title=A shard is missing::shard 2/3 is not");
	TEST_CONTAINS(written_by(report_summary, &causes), "\"2/3\"");
	close_run();
}

static void what_a_merged_run_lacks_is_found_when_it_comes(void)
{
	const struct session one[] = {{"a", false, "1", VERDICT_PASS, 1}}, two[] = {{"b", false, "2", VERDICT_PASS, 1}};
	struct run runs[PARTS];
	struct error err = {.text = ""};
	char *again = memory_format("%s/again", test_folder());

	TEST_SAME_TEXT(merge((const struct session *const[]){one, two}, (const size_t[]){1, 1}, (const char *const[]){"1/3", "2/3"}), "");
	TEST_SAME_TEXT(run_missing(&run, 0), "3/3");
	causes_close(&causes);
	runs[0] = run;
	dir_of_run = "/late";
	shard = "3/3";
	make_run((const struct session[]){{"c", false, "3", VERDICT_PASS, 1}}, 1, false, NULL);
	causes_close(&causes);
	runs[1] = run;
	CU_ASSERT_FATAL(folder_make(again, &err) && run_merge(again, runs, PARTS, &err) && run_open(&run, again, &err));
	CU_ASSERT_EQUAL(run.count, 3);
	CU_ASSERT_PTR_NULL(run_missing(&run, 0));
	for (size_t i = 0; i < PARTS; i++)
		run_close(&runs[i]);
	run_close(&run);
	free(again);
}

/* Whoever wrote run.json: what is no shard is passed over, and of many each is told once. */
static void malformed_shards_are_refused(void)
{
	json_t *odd = json_pack("[i, s, s, s, s]", 1, "0/2", "3/2", "1/99999999999", "x"), *missing = shards_missing(odd);

	CU_ASSERT_EQUAL(json_array_size(missing), 0);
	json_decref(missing);
	json_decref(odd);
	json_t *many = json_pack("[s, s, s, s]", "2/3", "1/2", "2/3", "1/3");
	missing = shards_missing(many);
	CU_ASSERT_EQUAL_FATAL(json_array_size(missing), 2);
	TEST_SAME_TEXT(json_string_value(json_array_get(missing, 0)), "3/3");
	TEST_SAME_TEXT(json_string_value(json_array_get(missing, 1)), "2/2");
	json_decref(missing);
	json_decref(many);
	missing = shards_missing(NULL);
	CU_ASSERT_EQUAL(json_array_size(missing), 0);
	json_decref(missing);
}

/*
 * One shard kept to its budget, the other died: what the first left out was not to be run, what the
 * second left out is lost.
 */
static void what_one_shard_held_back_says_nothing_of_another(void)
{
	const struct session first[] = {{"a", false, "1", VERDICT_PASS, 1}, {"c", false, NULL, VERDICT_PASS, 1}};
	const struct session second[] = {{"b", false, NULL, VERDICT_PASS, 1}};

	held_part = 0;
	TEST_SAME_TEXT(merge((const struct session *const[]){first, second}, (const size_t[]){2, 1}, (const char *const[]){"1/2", "2/2"}),
	               "");
	held_part = PARTS;
	CU_ASSERT_EQUAL_FATAL(run.count, 3);
	CU_ASSERT(run.sessions[1].outcome == RUN_WITHOUT_VERDICT && run.sessions[2].outcome == RUN_HELD);
	TEST_SAME_TEXT(run.sessions[2].reason, "not run: the budget is used up");
	TEST_CONTAINS(written_by(report_terminal, &causes), "1 session was not run: the budget is used up.\n");
	close_run();
}

static void what_proved_something_is_taken(void)
{
	const struct session lost[] = {{"a", false, NULL, VERDICT_PASS, 1}, {"b", false, "2", VERDICT_INCONCLUSIVE, 1}};
	const struct session again[] = {{"a", false, "1", VERDICT_PASS, 1}, {"b", false, "2", VERDICT_FAIL, 1}};

	TEST_SAME_TEXT(merge((const struct session *const[]){lost, again}, (const size_t[]){2, 2}, (const char *const[]){NULL, NULL}), "");
	CU_ASSERT_EQUAL_FATAL(run.count, 2);
	CU_ASSERT(run.sessions[0].outcome == RUN_SURVIVED && run.sessions[1].outcome == RUN_FAILED);
	close_run();
}

static void contradictions_are_not_merged(void)
{
	const struct session one[] = {{"a", false, "1", VERDICT_PASS, 1}}, other[] = {{"a", false, "2", VERDICT_PASS, 1}};

	TEST_CONTAINS(merge((const struct session *const[]){one, other}, (const size_t[]){1, 1}, (const char *const[]){NULL, NULL}),
	              "NOT REPEATABLE: a has the digest 00000000000000000000000000000001 in ");
}

const CU_TestInfo tests_run_whole[] = {
	{"the same each time is told once", the_same_each_time_is_told_once},
	{"another digest proves nothing", another_digest_proves_nothing},
	{"repeats are written as Surefire does", repeats_are_written_as_surefire_does},
	{"strict blames the sessions of an idle fault", strict_blames_the_sessions_of_an_idle_fault},
	{"what was not to be run is neither good nor bad", what_was_not_to_be_run_is_neither_good_nor_bad},
	{"a run in progress is not resumed by another process", a_run_in_progress_is_not_resumed_by_another_process},
	{"shards are put in their order", shards_are_put_in_their_order},
	{"a missing shard is told in every report", a_missing_shard_is_told_in_every_report},
	{"what a merged run lacks is found when it comes", what_a_merged_run_lacks_is_found_when_it_comes},
	{"malformed shards are refused", malformed_shards_are_refused},
	{"what one shard held back says nothing of another", what_one_shard_held_back_says_nothing_of_another},
	{"what proved something is taken", what_proved_something_is_taken},
	{"contradictions are not merged", contradictions_are_not_merged},
	CU_TEST_INFO_NULL,
};
