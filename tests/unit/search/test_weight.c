/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/weight.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_weight[];

static struct decisions decisions;

static void add(const char *name, uint64_t time_ms)
{
	struct decision decision = {.time = time_ms * SIM_MS};

	(void)snprintf(decision.name, sizeof decision.name, "%s", name);
	(void)snprintf(decision.at, sizeof decision.at, "frame#%zu", decisions.count + 1);
	decisions_add(&decisions, &decision);
}

/* Two bursts of losses, and delays in between: indices 0 to 8. */
static void make(void)
{
	decisions_close(&decisions);
	add("loss", 10);
	add("loss", 11);
	add("delay", 12);
	add("loss", 13);
	add("delay", 500);
	add("delay", 900);
	add("loss", 1000);
	add("loss", 1001);
	add("delay", 1002);
}

static void decisions_are_told_apart_by_their_faults(void)
{
	struct weight *list;

	make();
	CU_ASSERT_EQUAL_FATAL(weight_faults(&decisions, &list), 2);
	CU_ASSERT_STRING_EQUAL(list[0].name, "loss");
	CU_ASSERT(list[0].first == 0 && list[0].last == 7 && list[0].count == 5 && list[0].depth == 0);
	CU_ASSERT_STRING_EQUAL(list[1].name, "delay");
	CU_ASSERT(list[1].first == 2 && list[1].last == 8 && list[1].count == 4);
	CU_ASSERT(weight_has(&list[0], &decisions, 3) && !weight_has(&list[0], &decisions, 4) && !weight_has(&list[0], &decisions, 8));
	free(list);
}

static void a_few_are_split_into_single_ones(void)
{
	struct weight *list, parts[WEIGHT_PARTS_MAX];

	make();
	(void)weight_faults(&decisions, &list);
	CU_ASSERT_EQUAL_FATAL(weight_split(&decisions, &list[0], parts), 5);
	const size_t wanted[] = {0, 1, 3, 6, 7};
	for (size_t i = 0; i < 5; i++) {
		CU_ASSERT(parts[i].count == 1 && parts[i].first == wanted[i] && parts[i].last == wanted[i] && parts[i].depth == 1);
		CU_ASSERT_STRING_EQUAL(parts[i].name, "loss");
	}
	free(list);
}

/*
 * Fourteen bursts of three with silence between them: all parts are whole bursts, two of which hang
 * together where the silence is shortest.
 */
static void many_are_split_where_they_lie_furthest_apart(void)
{
	struct weight *list, parts[WEIGHT_PARTS_MAX];
	size_t all = 0;

	decisions_close(&decisions);
	for (unsigned burst = 0; burst < 14; burst++)
		for (unsigned i = 0; i < 3; i++) {
			add("loss", 1000 * burst + 10 * burst * burst + i);
			add("delay", 1000 * burst + 10 * burst * burst + i);
		}
	(void)weight_faults(&decisions, &list);
	CU_ASSERT_EQUAL_FATAL(weight_split(&decisions, &list[0], parts), WEIGHT_PARTS_MAX);
	for (size_t i = 0; i < WEIGHT_PARTS_MAX; i++) {
		CU_ASSERT_EQUAL(parts[i].count % 3, 0);
		all += parts[i].count;
	}
	CU_ASSERT_EQUAL(all, 42);
	CU_ASSERT(parts[0].count == 9 && parts[1].count == 3);
	free(list);
}

static void what_is_taken_out_is_all_that_is_missing(void)
{
	struct weight *list;
	struct trial trial;

	make();
	struct plan plan = {.decisions = decisions, .least_found = 5};
	(void)weight_faults(&decisions, &list);
	weight_trial(&trial, &plan, &list[0]);
	CU_ASSERT(trial.plan.replay && trial.plan.least_found == 0);
	CU_ASSERT_EQUAL_FATAL(trial.plan.decisions.count, 4);
	for (size_t i = 0; i < 4; i++)
		CU_ASSERT_STRING_EQUAL(trial.plan.decisions.list[i].name, "delay");
	CU_ASSERT_STRING_EQUAL(trial.name, "without 5 decisions of 'loss'");
	trial_close(&trial);
	struct weight one = {.name = "loss", .first = 6, .last = 6, .count = 1};
	weight_trial(&trial, &plan, &one);
	CU_ASSERT_EQUAL(trial.plan.decisions.count, 8);
	CU_ASSERT_STRING_EQUAL(trial.plan.decisions.list[6].at, "frame#8");
	CU_ASSERT_STRING_EQUAL(trial.name, "without 'loss' at frame#7");
	trial_close(&trial);
	free(list);
	decisions_close(&decisions);
}

const CU_TestInfo tests_weight[] = {{"decisions_are_told_apart_by_their_faults", decisions_are_told_apart_by_their_faults},
                                    {"a_few_are_split_into_single_ones", a_few_are_split_into_single_ones},
                                    {"many_are_split_where_they_lie_furthest_apart", many_are_split_where_they_lie_furthest_apart},
                                    {"what_is_taken_out_is_all_that_is_missing", what_is_taken_out_is_all_that_is_missing},
                                    CU_TEST_INFO_NULL};
