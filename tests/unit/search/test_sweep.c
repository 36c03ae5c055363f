/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/member.h"
#include "reports/search/told.h"
#include "harness/search/pairs.h"
#include "harness/search/states.h"
#include "harness/search/sweep_told.h"
#include "tests/test.h"
#include "tests/unit/search/places.h"

extern const CU_TestInfo tests_sweep[];

static struct ending ending_of_kind(enum verdict_kind kind, const char *judge, const char *reason)
{
	struct ending ending = {.kind = kind};

	(void)snprintf(ending.judge, sizeof ending.judge, "%s", judge);
	(void)snprintf(ending.phase, sizeof ending.phase, "download");
	(void)snprintf(ending.reason, sizeof ending.reason, "%s", reason);
	return ending;
}

static void a_session_is_survived_only_if_the_fault_acted(void)
{
	struct ending ending = ending_of_kind(VERDICT_PASS, "", "updated");

	CU_ASSERT_EQUAL(sweep_outcome(&ending, 1), OUTCOME_NO_ACT);
	ending.acted = 1;
	CU_ASSERT_EQUAL(sweep_outcome(&ending, 1), OUTCOME_SURVIVED);
	/* Of a pair both. */
	CU_ASSERT_EQUAL(sweep_outcome(&ending, 3), OUTCOME_NO_ACT);
	ending.acted = 3;
	CU_ASSERT_EQUAL(sweep_outcome(&ending, 3), OUTCOME_SURVIVED);
}

static void hanging_is_told_from_failing(void)
{
	struct ending ending = ending_of_kind(VERDICT_FAIL, "", "download: HTTP status 404");

	CU_ASSERT_EQUAL(sweep_outcome(&ending, 1), OUTCOME_FAILED);
	ending = ending_of_kind(VERDICT_FAIL, "hang", "judge hang: no sign of life for 2min");
	CU_ASSERT_EQUAL(sweep_outcome(&ending, 1), OUTCOME_HUNG);
	ending = ending_of_kind(VERDICT_FAIL, "", "download: no result before the deadline; the last report was 'phase download begin'");
	CU_ASSERT_EQUAL(sweep_outcome(&ending, 1), OUTCOME_HUNG);
	ending.kind = VERDICT_INCONCLUSIVE;
	CU_ASSERT_EQUAL(sweep_outcome(&ending, 1), OUTCOME_INCONCLUSIVE);
}

static void a_replay_that_shows_nothing_is_no_other_way(void)
{
	const struct ending failed = ending_of_kind(VERDICT_FAIL, "", "download: HTTP status 404");
	struct ending replay = failed;

	CU_ASSERT_EQUAL(sweep_replayed(&failed, &replay), REPLAYED_SAME);
	replay.kind = VERDICT_INCONCLUSIVE;
	CU_ASSERT_EQUAL(sweep_replayed(&failed, &replay), REPLAYED_UNKNOWN);
	replay = ending_of_kind(VERDICT_PASS, "", "updated");
	CU_ASSERT_EQUAL(sweep_replayed(&failed, &replay), REPLAYED_OTHER);
}

/* -- a sweep as if it had been run -- */

static struct plan plan;

static void open_sweep(struct sweep *sweep, const char *only, size_t attempts)
{
	struct error err;

	(void)snprintf(plan.name, sizeof plan.name, "clean");
	(void)snprintf(plan.device.name, sizeof plan.device.name, "reference");
	*sweep = (struct sweep){.plan = &plan, .dir = test_folder()};
	filter_init(&sweep->filter);
	CU_ASSERT_FATAL(filter_read(&sweep->filter, only, &err) && targets_parse(&sweep->targets, PLACES, &err));
	sampling_open(&sweep->sampling, &sweep->targets, &sweep->filter, 0);
	sweep->attempts = memory_new(attempts * sizeof *sweep->attempts);
	for (; sweep->count < attempts; sweep->count++) {
		struct attempt *attempt = &sweep->attempts[sweep->count];
		CU_ASSERT_FATAL(sampling_next(&sweep->sampling, &attempt->cell[0], &attempt->target[0]));
		attempt->faults = 1;
		attempt->outcome = OUTCOME_SURVIVED;
		attempt->ending = ending_of_kind(VERDICT_PASS, "", "updated");
		(void)kind_say(&kinds[sweep->sampling.cells[attempt->cell[0]].kind], &sweep->targets.list[attempt->target[0]],
		               attempt->what, sizeof attempt->what);
		(void)snprintf(attempt->key, sizeof attempt->key, "%zu", sweep->count);
	}
	sweep->single_count = sweep->count;
}

static void fail(struct sweep *sweep, size_t i, const char *judge, const char *reason)
{
	struct attempt *attempt = &sweep->attempts[i];

	const struct ending ending = ending_of_kind(VERDICT_FAIL, judge, reason);
	sweep_take(sweep, attempt, sweep_outcome(&ending, 1), &ending);
	attempt->replayed = REPLAYED_SAME;
	(void)snprintf(attempt->plan, sizeof attempt->plan, "kills/%04zu.yaml", i + 1);
}

static void counts_of_a_cell_are_those_of_its_outcomes(void)
{
	struct sweep sweep;

	open_sweep(&sweep, "drop,duplicate", 10);
	fail(&sweep, 0, "", "dhcp: no lease within 120000 ms");
	fail(&sweep, 3, "hang", "judge hang: no sign of life");
	sweep.attempts[4].outcome = OUTCOME_NO_ACT;
	sweep.attempts[5].outcome = OUTCOME_INCONCLUSIVE;
	const struct coverage_counts all = sweep_counts(&sweep, SIZE_MAX, SIZE_MAX);
	CU_ASSERT_EQUAL(all.targets, 22);
	CU_ASSERT_EQUAL(all.tried, 10);
	CU_ASSERT_EQUAL(all.outcomes[OUTCOME_SURVIVED], 6);
	CU_ASSERT_EQUAL(all.outcomes[OUTCOME_FAILED], 1);
	CU_ASSERT_EQUAL(all.outcomes[OUTCOME_HUNG], 1);
	size_t targets = 0, tried = 0;
	for (size_t kind = 0; kinds[kind].name != NULL; kind++)
		for (size_t phase = 0; phase < 3; phase++) {
			targets += sweep_counts(&sweep, kind, phase).targets;
			tried += sweep_counts(&sweep, kind, phase).tried;
		}
	CU_ASSERT_EQUAL(targets, 22);
	CU_ASSERT_EQUAL(tried, 10);
	sweep_close(&sweep);
}

static void a_sweep_in_which_nothing_acted_shows_nothing(void)
{
	struct sweep sweep;

	open_sweep(&sweep, "drop,duplicate", 2);
	CU_ASSERT(sweep_shows(&sweep));
	sweep.attempts[0].outcome = OUTCOME_NO_ACT;
	sweep.attempts[1].outcome = OUTCOME_INCONCLUSIVE;
	CU_ASSERT_FALSE(sweep_shows(&sweep));
	fail(&sweep, 1, "", "dhcp: no lease within 120000 ms");
	CU_ASSERT(sweep_shows(&sweep));
	sweep.count = sweep.single_count = 0;
	CU_ASSERT_FALSE(sweep_shows(&sweep));
	sweep_close(&sweep);
}

static char *print_told(const struct sweep *sweep)
{
	json_t *told = told_new();
	char *text;
	size_t size;

	sweep_tell(sweep, told);
	FILE *stream = open_memstream(&text, &size);
	told_print(told, stream, false);
	(void)fclose(stream);
	json_decref(told);
	return text;
}

static void what_kills_is_told_by_the_ways_of_failing(void)
{
	struct sweep sweep;

	open_sweep(&sweep, "drop,duplicate", 10);
	fail(&sweep, 0, "", "dhcp: no lease within 120000 ms");
	fail(&sweep, 3, "hang", "judge hang: no sign of life");
	fail(&sweep, 7, "", "dhcp: no lease within 60000 ms");
	char *text = print_told(&sweep);
	TEST_CONTAINS(text, "3 of 10 single faults kill the update of 'clean' on device 'reference'; it fails in 2 ways.");
	TEST_CONTAINS(text, "12 were not, and nothing is known of them");
	TEST_CONTAINS(text, "kills/0008.yaml");
	TEST_CONTAINS(text, "fails in the same way");
	free(text);
	/* The last of them as if it were a pair: its way is not one of single faults. */
	sweep.single_count = 3;
	text = print_told(&sweep);
	TEST_CONTAINS(text, "1 of 3 single faults kills the update of 'clean' on device 'reference'; it fails in 1 way.");
	free(text);
	sweep.single_count = sweep.count;
	json_t *json = sweep_json(&sweep);
	const json_t *kills = json_object_get(json, "kills");
	CU_ASSERT_EQUAL(json_array_size(kills), 3);
	CU_ASSERT_EQUAL(member_number(json, "ways"), 2);
	CU_ASSERT_EQUAL(member_number(json_array_get(kills, 2), "way"), 1);
	CU_ASSERT_STRING_EQUAL(member_text(json_array_get(kills, 1), "outcome"), "hung");
	json_decref(json);
	sweep_close(&sweep);
}

static void a_sample_is_told_as_one(void)
{
	struct sweep sweep;

	open_sweep(&sweep, "drop", 4);
	char *text = print_told(&sweep);
	TEST_CONTAINS(text, "survives all of the 4 single faults that acted, a sample of 11.");
	free(text);
	sweep_close(&sweep);
	open_sweep(&sweep, "drop", 11);
	text = print_told(&sweep);
	TEST_CONTAINS(text, "survives all of the 11 single faults that acted.");
	free(text);
	sweep_close(&sweep);
}

static void what_did_not_act_is_never_told_as_survived(void)
{
	struct sweep sweep;

	open_sweep(&sweep, "drop", 4);
	for (size_t i = 0; i < 4; i++)
		sweep.attempts[i].outcome = OUTCOME_NO_ACT;
	char *text = print_told(&sweep);
	TEST_CONTAINS(text, "nothing is known");
	TEST_CONTAINS(text, "did not act");
	CU_ASSERT_PTR_NULL(strstr(text, " ok"));
	CU_ASSERT_PTR_NULL(strstr(text, "survives"));
	free(text);
	sweep_close(&sweep);
}

/* -- pairs -- */

static void note(struct sweep *sweep, size_t i, const char *trace)
{
	struct reach states;
	struct error err;

	states_parse(trace, &states);
	CU_ASSERT(reach_keep(&states, test_folder(), sweep->attempts[i].key, &err));
	reach_close(&states);
}

static void only_the_first_to_come_into_a_state_is_new(void)
{
	struct sweep sweep = {.dir = test_folder()};
	struct attempt attempts[] = {{.key = "one"}, {.key = "two"}, {.key = "cut"}};

	sweep.attempts = attempts;
	note(&sweep, 0, "[  1.0] device  a\n[  1.1] device  b\n");
	note(&sweep, 1, "[  1.0] device  b\n[  1.1] device  c\n");
	(void)test_write(REACH_FOLDER "/cut", "reach 1\n0000");
	CU_ASSERT_EQUAL(sweep_new_states(&sweep, "cut"), 0);
	CU_ASSERT_EQUAL(sweep_new_states(&sweep, "one"), 2);
	CU_ASSERT_EQUAL(sweep_new_states(&sweep, "two"), 1);
	CU_ASSERT_EQUAL(sweep_new_states(&sweep, "never run"), 0);
	reach_close(&sweep.states);
	/* They are there when a sweep goes on. */
	CU_ASSERT_EQUAL(sweep_new_states(&sweep, "two"), 2);
	CU_ASSERT_EQUAL(sweep_new_states(&sweep, "one"), 1);
	reach_close(&sweep.states);
}

static void pairs_are_of_what_was_survived_with_new_states_first(void)
{
	struct sweep sweep;
	struct pairs pairs;
	struct pair pair;
	size_t count = 0;

	open_sweep(&sweep, "drop", 5);
	fail(&sweep, 0, "", "no lease");
	note(&sweep, 1, "[  1.0] device  a\n");
	note(&sweep, 2, "[  1.0] device  a\n");
	note(&sweep, 3, "[  1.0] device  b\n[  1.0] device  c\n");
	note(&sweep, 4, "[  1.0] device  d\n");
	pairs_open(&pairs, &sweep);
	/* By new states: 3 (two), 1 and 4 (one each), 2 (none). */
	CU_ASSERT_FATAL(pairs_next(&pairs, &pair));
	CU_ASSERT(pair.attempt[0] + pair.attempt[1] == 4 && (pair.attempt[0] == 3 || pair.attempt[1] == 3));
	CU_ASSERT_FATAL(pairs_next(&pairs, &pair));
	CU_ASSERT(pair.attempt[0] + pair.attempt[1] == 7);
	for (count = 2; pairs_next(&pairs, &pair); count++) {
		CU_ASSERT(pair.attempt[0] != 0 && pair.attempt[1] != 0);
		CU_ASSERT(sweep.attempts[pair.attempt[0]].target[0] < sweep.attempts[pair.attempt[1]].target[0]);
	}
	CU_ASSERT_EQUAL(count, 6);
	pairs_close(&pairs);
	sweep_close(&sweep);
}

static void two_faults_at_one_place_are_no_pair(void)
{
	struct sweep sweep;
	struct pairs pairs;
	struct pair pair;

	open_sweep(&sweep, "drop,duplicate,tcp.syn", 2);
	pairs_open(&pairs, &sweep);
	CU_ASSERT_FALSE(pairs_next(&pairs, &pair));
	pairs_close(&pairs);
	sweep_close(&sweep);
}

const CU_TestInfo tests_sweep[] = {
	{"a session is survived only if the fault acted", a_session_is_survived_only_if_the_fault_acted},
	{"hanging is told from failing", hanging_is_told_from_failing},
	{"a replay that shows nothing is no other way", a_replay_that_shows_nothing_is_no_other_way},
	{"a sweep in which nothing acted shows nothing", a_sweep_in_which_nothing_acted_shows_nothing},
	{"counts of a cell are those of its outcomes", counts_of_a_cell_are_those_of_its_outcomes},
	{"what kills is told by the ways of failing", what_kills_is_told_by_the_ways_of_failing},
	{"a sample is told as one", a_sample_is_told_as_one},
	{"what did not act is never told as survived", what_did_not_act_is_never_told_as_survived},
	{"only the first to come into a state is new", only_the_first_to_come_into_a_state_is_new},
	{"pairs are of what was survived, with new states first", pairs_are_of_what_was_survived_with_new_states_first},
	{"two faults at one place are no pair", two_faults_at_one_place_are_no_pair},
	CU_TEST_INFO_NULL,
};
