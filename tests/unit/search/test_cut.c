/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "search/cut.h"

#include <string.h>

#include "campaign/beginnings.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"

extern const CU_TestInfo tests_cut[];

static struct cut_curve curve;

static void put(uint64_t at_s, uint64_t passed, uint64_t failed)
{
	cut_put(&curve, &(struct cut){.at_ns = at_s * SIM_S, .tally = {.passed = passed, .same = failed}});
}

/* From power on to 100 s. */
static void begin(void)
{
	cut_curve_close(&curve);
	curve.end_ns = 100 * SIM_S;
}

static void cuts_stand_in_their_order_and_one_place_is_one_cut(void)
{
	begin();
	put(50, 1, 2);
	put(0, 3, 0);
	put(75, 0, 3);
	put(50, 1, 1);
	CU_ASSERT_EQUAL_FATAL(curve.count, 3);
	CU_ASSERT(curve.list[0].at_ns == 0 && curve.list[1].at_ns == 50 * SIM_S && curve.list[2].at_ns == 75 * SIM_S);
	CU_ASSERT(curve.list[1].tally.passed == 2 && curve.list[1].tally.same == 3);
	cut_curve_close(&curve);
}

static void the_border_is_behind_the_last_that_passed(void)
{
	uint64_t at = 0;

	begin();
	put(0, 4, 0);
	put(20, 0, 4);
	put(40, 1, 3);
	put(60, 0, 4);
	put(80, 0, 4);
	CU_ASSERT_EQUAL(cut_last_passed(&curve), 3);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 3);
	CU_ASSERT(cut_between(&curve, &at) && at == 50 * SIM_S);
	/* What the proof has seen pass moves it on. */
	put(60, 1, 7);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 4);
	CU_ASSERT(cut_between(&curve, &at) && at == 70 * SIM_S);
	cut_curve_close(&curve);
}

static void what_nothing_is_known_of_is_no_border(void)
{
	uint64_t at = 0;

	begin();
	put(0, 2, 2);
	put(50, 0, 0);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 2);
	CU_ASSERT(cut_between(&curve, &at) && at == 50 * SIM_S);
	put(60, 0, 1);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 2);
	CU_ASSERT_EQUAL(curve.list[2].at_ns, 60 * SIM_S);
	cut_curve_close(&curve);
}

static void where_nothing_ever_passed_there_is_nothing_between(void)
{
	uint64_t at = 0;

	begin();
	put(0, 0, 4);
	put(50, 0, 4);
	CU_ASSERT_EQUAL(cut_last_passed(&curve), 0);
	CU_ASSERT_EQUAL(cut_first_lost(&curve), 0);
	CU_ASSERT_FALSE(cut_between(&curve, &at));
	cut_curve_close(&curve);
}

static void cuts_do_not_come_closer_than_they_tell_anything(void)
{
	uint64_t at = 0;

	begin();
	cut_put(&curve, &(struct cut){.at_ns = SIM_S, .tally = {.passed = 1}});
	cut_put(&curve, &(struct cut){.at_ns = SIM_S + SIM_MS, .tally = {.same = 1}});
	CU_ASSERT_FALSE(cut_between(&curve, &at));
	CU_ASSERT_FALSE(cut_of_jump(&curve, &at));
	cut_curve_close(&curve);
}

static void the_largest_jump_is_looked_into(void)
{
	uint64_t at = 0;

	begin();
	put(0, 10, 0);
	put(40, 7, 3);
	put(60, 1, 9);
	put(90, 0, 10);
	CU_ASSERT(cut_of_jump(&curve, &at) && at == 50 * SIM_S);
	begin();
	put(0, 10, 0);
	put(50, 9, 1);
	CU_ASSERT_FALSE(cut_of_jump(&curve, &at));
	cut_curve_close(&curve);
}

static void surely_below_is_said_of_the_interval_and_not_of_the_rate(void)
{
	begin();
	put(0, 10, 10);
	put(20, 1, 2);
	CU_ASSERT_EQUAL(cut_surely_below(&curve, 900000000), 1);
	CU_ASSERT_EQUAL(cut_surely_below(&curve, 500000000), 0);
	cut_curve_close(&curve);
}

static void a_redraw_is_the_plan_s_faults_with_another_seed_from_there_on(void)
{
	struct fault fault = made_checked_fault("lost", "", "loss", "percent=30%");
	struct decision decision = {.at = "tcp.syn#1"};
	struct plan plan = {.seed = 5, .faults = &fault, .fault_count = 1, .decisions = {&decision, 1, 1}, .replay = true};
	struct trial trial;

	cut_trial(&trial, &plan, 41 * SIM_S, 77);
	CU_ASSERT(trial.plan.redraw.asked && trial.plan.redraw.from_ns == 41 * SIM_S && trial.plan.redraw.seed == 77);
	CU_ASSERT(!trial.plan.replay && trial.plan.seed == 5 && trial.plan.fault_count == 1 && trial.plan.decisions.count == 0);
	TEST_CONTAINS(trial.name, "41 s");
	trial_close(&trial);
	CU_ASSERT_EQUAL(cut_seed(5, SIM_S, 1), cut_seed(5, SIM_S, 1));
	CU_ASSERT(cut_seed(5, SIM_S, 1) != cut_seed(5, SIM_S, 2) && cut_seed(5, SIM_S, 1) != cut_seed(5, 2 * SIM_S, 1) &&
	          cut_seed(5, SIM_S, 1) != cut_seed(6, SIM_S, 1));
}

static uint64_t family_of(const struct plan *plan, uint64_t at_ns, uint64_t seed)
{
	struct trial trial;

	cut_trial(&trial, plan, at_ns, seed);
	const uint64_t family = beginning_family(&trial.plan);
	trial_close(&trial);
	return family;
}

/* What they have in common is the session with its faults, and so it is not what sessions with other faults have. */
static void redraws_of_one_session_share_their_beginning(void)
{
	struct fault faults[] = {made_checked_fault("lost", "", "loss", "percent=30%"),
	                         made_checked_fault("lost", "", "loss", "percent=31%")};
	const struct plan plan = {.name = "x", .seed = 5, .faults = faults, .fault_count = 1};
	const struct plan other = {.name = "x", .seed = 5, .faults = &faults[1], .fault_count = 1};
	const uint64_t family = family_of(&plan, SIM_S, 1);

	CU_ASSERT_EQUAL(family_of(&plan, 2 * SIM_S, 2), family);
	CU_ASSERT_NOT_EQUAL(family_of(&other, SIM_S, 1), family);
	CU_ASSERT_NOT_EQUAL(beginning_family(&plan), family);
	CU_ASSERT_EQUAL(beginning_family(&plan), beginning_family(&other));
}

const CU_TestInfo tests_cut[] = {
	{"cuts_stand_in_their_order_and_one_place_is_one_cut", cuts_stand_in_their_order_and_one_place_is_one_cut},
	{"the_border_is_behind_the_last_that_passed", the_border_is_behind_the_last_that_passed},
	{"what_nothing_is_known_of_is_no_border", what_nothing_is_known_of_is_no_border},
	{"where_nothing_ever_passed_there_is_nothing_between", where_nothing_ever_passed_there_is_nothing_between},
	{"cuts_do_not_come_closer_than_they_tell_anything", cuts_do_not_come_closer_than_they_tell_anything},
	{"the_largest_jump_is_looked_into", the_largest_jump_is_looked_into},
	{"surely_below_is_said_of_the_interval_and_not_of_the_rate", surely_below_is_said_of_the_interval_and_not_of_the_rate},
	{"a_redraw_is_the_plan_s_faults_with_another_seed_from_there_on", a_redraw_is_the_plan_s_faults_with_another_seed_from_there_on},
	{"redraws_of_one_session_share_their_beginning", redraws_of_one_session_share_their_beginning},
	CU_TEST_INFO_NULL};
