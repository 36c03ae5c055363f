/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/mutate.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/search/fixture.h"

extern const CU_TestInfo tests_mutate[];

static void draw(const struct draw_fixture *f, uint64_t index, struct candidate *ret_candidate)
{
	struct dice dice = draw_fixture_dice(1, index);

	CU_ASSERT_FATAL(candidate_draw(&f->grounds, &dice, ret_candidate));
}

static void a_plan_has_one_to_four_faults_and_the_scenarios_seed(void)
{
	struct draw_fixture f;
	struct candidate candidate;
	unsigned of[CANDIDATE_FAULTS_MAX + 1] = {0};

	draw_fixture_open(&f);
	for (uint64_t i = 0; i < 500; i++) {
		draw(&f, i, &candidate);
		CU_ASSERT_FATAL(candidate.count >= 1 && candidate.count <= CANDIDATE_FAULTS_MAX && candidate.seed == 7);
		of[candidate.count]++;
	}
	for (unsigned i = 1; i <= CANDIDATE_FAULTS_MAX; i++)
		CU_ASSERT(of[i] > 0);
	draw_fixture_close(&f);
}

static void the_same_seed_draws_the_same_plans(void)
{
	struct draw_fixture f;
	struct candidate one, two, other;
	char first[CANDIDATE_TEXT_MAX], second[CANDIDATE_TEXT_MAX];

	draw_fixture_open(&f);
	draw(&f, 5, &one);
	draw(&f, 6, &other);
	draw(&f, 5, &two);
	TEST_SAME_TEXT(candidate_say(&one, first, sizeof first), candidate_say(&two, second, sizeof second));
	CU_ASSERT_STRING_NOT_EQUAL(first, candidate_say(&other, second, sizeof second));
	draw_fixture_close(&f);
}

static void a_change_keeps_within_limits_and_changes_something(void)
{
	struct draw_fixture f;
	struct candidate parent, other, child;
	char before[CANDIDATE_TEXT_MAX], after[CANDIDATE_TEXT_MAX];
	unsigned same = 0, seeds = 0, more = 0, fewer = 0;

	draw_fixture_open(&f);
	for (uint64_t i = 0; i < 1000; i++) {
		struct dice dice = draw_fixture_dice(2, i);
		draw(&f, i, &parent);
		draw(&f, i + 1, &other);
		candidate_mutate(&f.grounds, &parent, &other, &dice, &child);
		CU_ASSERT_FATAL(child.count >= 1 && child.count <= CANDIDATE_FAULTS_MAX);
		for (size_t k = 0; k < child.count; k++)
			CU_ASSERT(limits_hold(&child.list[k]));
		same += strcmp(candidate_say(&parent, before, sizeof before), candidate_say(&child, after, sizeof after)) == 0;
		seeds += child.seed != parent.seed;
		more += child.count > parent.count;
		fewer += child.count < parent.count;
	}
	CU_ASSERT(same < 100);
	CU_ASSERT(seeds > 50 && more > 100 && fewer > 50);
	draw_fixture_close(&f);
}

static void a_plan_without_faults_can_only_gain(void)
{
	struct draw_fixture f;
	struct candidate none = {.seed = 3}, child;

	draw_fixture_open(&f);
	for (uint64_t i = 0; i < 100; i++) {
		struct dice dice = draw_fixture_dice(3, i);
		candidate_mutate(&f.grounds, &none, NULL, &dice, &child);
		CU_ASSERT(child.count > 0 || child.seed != none.seed || i > 0);
	}
	draw_fixture_close(&f);
}

static void a_session_has_the_plans_own_faults_only_if_they_are_kept(void)
{
	struct draw_fixture f;
	struct candidate candidate;
	struct trial trial;
	struct drawn own;
	struct dice dice = draw_fixture_dice(4, 1);

	draw_fixture_open(&f);
	CU_ASSERT_FATAL(limits_draw(&f.grounds, &dice, &own));
	f.plan.faults = &own.fault;
	f.plan.fault_count = 1;
	draw(&f, 9, &candidate);
	candidate.seed = 12;
	candidate_trial(&candidate, &f.plan, false, &trial);
	CU_ASSERT_EQUAL(trial.plan.fault_count, candidate.count);
	CU_ASSERT_EQUAL(trial.plan.seed, 12);
	trial_close(&trial);
	candidate_trial(&candidate, &f.plan, true, &trial);
	CU_ASSERT_EQUAL(trial.plan.fault_count, candidate.count + 1);
	CU_ASSERT_STRING_EQUAL(trial.plan.faults[0].name, own.fault.name);
	trial_close(&trial);
	draw_fixture_close(&f);
}

const CU_TestInfo tests_mutate[] = {
	{"a plan has one to four faults and the scenarios seed", a_plan_has_one_to_four_faults_and_the_scenarios_seed},
	{"the same seed draws the same plans", the_same_seed_draws_the_same_plans},
	{"a change keeps within limits and changes something", a_change_keeps_within_limits_and_changes_something},
	{"a plan without faults can only gain", a_plan_without_faults_can_only_gain},
	{"a session has the plans own faults only if they are kept", a_session_has_the_plans_own_faults_only_if_they_are_kept},
	CU_TEST_INFO_NULL,
};
