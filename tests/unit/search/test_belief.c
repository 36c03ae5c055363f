/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/belief.h"

#include <math.h>
#include <stdio.h>

#include "tests/test.h"
#include "tests/unit/search/simulated.h"

extern const CU_TestInfo tests_belief[];

#define PERCENT UINT64_C(10000000)

static struct belief_options standard(const struct revisions *revisions)
{
	return (struct belief_options){.revisions = revisions, .batch = 4, .confidence = 95 * PERCENT, .most = 2000};
}

/* How many of a few simulated histories are found, and how many of those are right. */
struct totals {
	unsigned sure, right;
	uint64_t sessions;
};

static struct totals simulate(uint64_t after, uint64_t before, unsigned histories)
{
	struct totals totals = {.sure = 0};
	struct revisions row;

	simulated_row(&row, 32);
	for (unsigned i = 0; i < histories; i++) {
		const struct simulated simulated = {.revisions = &row, .before = before * PERCENT, .after = after * PERCENT, .seed = i};
		const struct belief_options options = standard(&row);
		const struct simulated_result result = simulated_belief(&simulated, &options);
		totals.sure += result.state == BELIEF_SURE;
		totals.right += result.is_right;
		totals.sessions += result.sessions;
	}
	revisions_close(&row);
	return totals;
}

/*
 * With 40 histories and 95 %, fewer than 35 right ones come up once in 70 times; the draws are
 * always the same.
 */
static void it_is_right_as_often_as_it_says(void)
{
	static const struct {
		uint64_t after, before;
	} rates[] = {{100, 0}, {50, 0}, {20, 0}, {50, 5}, {40, 10}};

	for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
		const struct totals totals = simulate(rates[i].after, rates[i].before, 40);
		CU_ASSERT_EQUAL(totals.sure, 40);
		CU_ASSERT(totals.right >= 35);
	}
}

static void a_certain_failure_takes_few_sessions(void)
{
	const struct totals totals = simulate(100, 0, 20);

	CU_ASSERT_EQUAL(totals.right, 20);
	CU_ASSERT(totals.sessions < 20 * 40);
}

static void add(struct belief *belief, size_t at, unsigned failed, unsigned passed)
{
	const struct belief_count count = {.failed = failed, .passed = passed};

	belief_add(belief, at, &count);
}

/*
 * Against the integrals worked out with Beta functions is too much for here: a case that symmetry
 * decides.
 */
static void shares_are_those_of_bayes(void)
{
	struct revisions row;
	struct belief belief;
	double sum = 0;

	simulated_row(&row, 8);
	const struct belief_options options = standard(&row);
	belief_open(&belief, &options);
	for (size_t at = 1; at <= 8; at++)
		CU_ASSERT_DOUBLE_EQUAL(belief.share[at], 0.125, 1e-12);
	add(&belief, 0, 0, 20);
	add(&belief, 8, 20, 0);
	add(&belief, 4, 20, 0);
	for (size_t at = 1; at <= 8; at++)
		sum += belief.share[at];
	CU_ASSERT_DOUBLE_EQUAL(sum, 1, 1e-12);
	/* What failed 20 of 20 times is bad: the culprit is one of the four up to it, all alike. */
	for (size_t at = 1; at <= 4; at++)
		CU_ASSERT_DOUBLE_EQUAL(belief.share[at], 0.25, 1e-6);
	CU_ASSERT(belief.before < 0.02);
	CU_ASSERT(belief.after > 0.98);
	belief_close(&belief);
	revisions_close(&row);
}

static void one_failure_among_passes_is_not_trusted_where_both_sides_fail(void)
{
	struct revisions row;
	struct belief belief;

	simulated_row(&row, 8);
	const struct belief_options options = standard(&row);
	belief_open(&belief, &options);
	add(&belief, 0, 10, 90);
	add(&belief, 8, 50, 50);
	add(&belief, 4, 1, 3);
	double bad = belief.share[1] + belief.share[2] + belief.share[3] + belief.share[4];
	CU_ASSERT(bad > 0.3 && bad < 0.6);
	add(&belief, 4, 7, 1);
	bad = belief.share[1] + belief.share[2] + belief.share[3] + belief.share[4];
	CU_ASSERT(bad > 0.98);
	belief_close(&belief);
	revisions_close(&row);
}

/*
 * Runs until it stops, sessions being those of a row whose culprit is known; some revisions cannot
 * be tested.
 */
static enum belief_state run(struct belief *belief, size_t culprit, size_t broken_from, size_t broken_to)
{
	enum belief_state state;
	size_t at;

	while ((state = belief_next(belief, &at)) == BELIEF_GOES_ON) {
		if (at >= broken_from && at < broken_to)
			belief_cannot_test(belief, at);
		else
			add(belief, at, at >= culprit ? 4 : 0, at >= culprit ? 0 : 4);
	}
	return state;
}

static void those_that_nothing_tells_apart_are_told_together(void)
{
	struct revisions row;
	struct belief belief;

	simulated_row(&row, 32);
	const struct belief_options options = standard(&row);
	belief_open(&belief, &options);
	CU_ASSERT_EQUAL(run(&belief, 12, 10, 14), BELIEF_SURE);
	for (size_t at = 1; at <= 32; at++)
		CU_ASSERT_EQUAL(belief.like_best[at], at >= 10 && at <= 14);
	CU_ASSERT(belief.sure >= 0.95);
	belief_close(&belief);
	revisions_close(&row);
}

static void ends_that_are_wrong_are_told_soon(void)
{
	struct revisions row;
	struct belief belief;
	size_t at;

	simulated_row(&row, 32);
	const struct belief_options options = standard(&row);
	belief_open(&belief, &options);
	CU_ASSERT_EQUAL(run(&belief, 1000, 0, 0), BELIEF_NO_FAILURE);
	CU_ASSERT_EQUAL(belief.sessions, BELIEF_ENDS_MAX);
	belief_close(&belief);

	belief_open(&belief, &options);
	enum belief_state state;
	while ((state = belief_next(&belief, &at)) == BELIEF_GOES_ON && belief.sessions < 1000)
		add(&belief, at, 2, 2);
	CU_ASSERT_EQUAL(state, BELIEF_NO_DIFFERENCE);
	belief_close(&belief);
	revisions_close(&row);
}

static void sessions_that_say_nothing_are_neither_good_nor_bad(void)
{
	const struct belief_count nothing = {.neither = 4}, mixed = {.failed = 1, .neither = 3};
	struct revisions row;
	struct belief belief;

	simulated_row(&row, 8);
	const struct belief_options options = standard(&row);
	belief_open(&belief, &options);
	add(&belief, 0, 0, 8);
	add(&belief, 8, 8, 0);
	const double before = belief.share[3];
	belief_add(&belief, 4, &nothing);
	CU_ASSERT_DOUBLE_EQUAL(belief.share[3], before, 1e-12);
	CU_ASSERT(belief.untestable[4]);
	belief_add(&belief, 5, &mixed);
	CU_ASSERT(!belief.untestable[5]);
	CU_ASSERT(belief.share[3] > before);
	CU_ASSERT_EQUAL(belief.sessions, 24);
	belief_close(&belief);
	revisions_close(&row);
}

static void one_session_that_says_nothing_does_not_end_it(void)
{
	const struct belief_count nothing = {.neither = 1};
	struct revisions row;
	struct belief belief;
	size_t at;

	simulated_row(&row, 8);
	struct belief_options options = standard(&row);
	options.batch = 1;
	belief_open(&belief, &options);
	add(&belief, 0, 0, 8);
	add(&belief, 8, 8, 0);
	belief_add(&belief, 8, &nothing);
	CU_ASSERT(!belief.untestable[8]);
	CU_ASSERT_EQUAL(belief_next(&belief, &at), BELIEF_GOES_ON);
	for (unsigned i = 0; i < 4; i++) {
		CU_ASSERT(!belief.untestable[4]);
		belief_add(&belief, 4, &nothing);
	}
	CU_ASSERT(belief.untestable[4]);
	for (unsigned i = 0; i < 8; i++)
		belief_add(&belief, 8, &nothing);
	CU_ASSERT(belief.untestable[8]);
	belief_close(&belief);
	revisions_close(&row);
}

static void it_is_given_up_after_so_many_sessions(void)
{
	struct revisions row;
	const struct simulated simulated = {.before = 30 * PERCENT, .after = 34 * PERCENT, .seed = 1};

	simulated_row(&row, 32);
	struct simulated here = simulated;
	here.revisions = &row;
	struct belief_options options = standard(&row);
	options.most = 400;
	const struct simulated_result result = simulated_belief(&here, &options);
	CU_ASSERT(result.state == BELIEF_GIVEN_UP || result.state == BELIEF_NO_DIFFERENCE);
	CU_ASSERT(result.sessions < 404);
	revisions_close(&row);
}

/*
 * Asked at the same place by turns, what is built already is asked rather than its neighbour, which
 * tells as much.
 */
static void what_a_build_costs_is_taken_into_account(void)
{
	struct revisions row;
	struct belief belief;
	size_t at = 0;

	simulated_row(&row, 64);
	struct belief_options options = standard(&row);
	options.build_cost = 100;
	belief_open(&belief, &options);
	add(&belief, 0, 0, 40);
	add(&belief, 64, 8, 32);
	CU_ASSERT_EQUAL(belief_next(&belief, &at), BELIEF_GOES_ON);
	const size_t first = at;
	add(&belief, first, 0, 4);
	CU_ASSERT_EQUAL(belief_next(&belief, &at), BELIEF_GOES_ON);
	CU_ASSERT_EQUAL(at, first);
	belief_close(&belief);

	options.build_cost = 0;
	belief_open(&belief, &options);
	add(&belief, 0, 0, 40);
	add(&belief, 64, 8, 32);
	add(&belief, first, 0, 4);
	CU_ASSERT_EQUAL(belief_next(&belief, &at), BELIEF_GOES_ON);
	CU_ASSERT_NOT_EQUAL(at, first);
	belief_close(&belief);
	revisions_close(&row);
}

const CU_TestInfo tests_belief[] = {
	{"it is right as often as it says", it_is_right_as_often_as_it_says},
	{"a certain failure takes few sessions", a_certain_failure_takes_few_sessions},
	{"shares are those of Bayes", shares_are_those_of_bayes},
	{"one failure among passes is not trusted where both sides fail", one_failure_among_passes_is_not_trusted_where_both_sides_fail},
	{"those that nothing tells apart are told together", those_that_nothing_tells_apart_are_told_together},
	{"ends that are wrong are told soon", ends_that_are_wrong_are_told_soon},
	{"one session that says nothing does not end it", one_session_that_says_nothing_does_not_end_it},
	{"sessions that say nothing are neither good nor bad", sessions_that_say_nothing_are_neither_good_nor_bad},
	{"it is given up after so many sessions", it_is_given_up_after_so_many_sessions},
	{"what a build costs is taken into account", what_a_build_costs_is_taken_into_account},
	CU_TEST_INFO_NULL,
};
