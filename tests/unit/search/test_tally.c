/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/tally.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_tally[];

static struct trial trial(enum trial_state state, enum verdict_kind kind, const char *phase)
{
	struct trial trial = {.state = state, .ending = {.kind = kind}};

	(void)snprintf(trial.ending.phase, sizeof trial.ending.phase, "%s", phase);
	return trial;
}

static void sessions_are_counted_by_what_they_came_to(void)
{
	const struct trial failing = trial(TRIAL_DONE, VERDICT_FAIL, "download");
	const struct trial all[] = {failing,
	                            trial(TRIAL_DONE, VERDICT_FAIL, "connect"),
	                            trial(TRIAL_DONE, VERDICT_PASS, "report"),
	                            trial(TRIAL_DONE, VERDICT_INCONCLUSIVE, "download"),
	                            trial(TRIAL_HELD, VERDICT_PASS, ""),
	                            trial(TRIAL_NEW, VERDICT_PASS, "")};
	struct tally tally = {0};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		tally_add(&tally, &all[i], &failing.ending);
	CU_ASSERT(tally.passed == 1 && tally.same == 1 && tally.other == 1 && tally.unknown == 1);
	CU_ASSERT(tally_known(&tally) == 3 && tally_failed(&tally) == 2);
	CU_ASSERT_EQUAL(tally_rate(&tally), 666666666);
}

static void nothing_known_may_be_anything(void)
{
	const struct tally none = {.unknown = 5};

	CU_ASSERT_EQUAL(tally_rate(&none), 0);
	CU_ASSERT(tally_interval(&none).low == 0 && tally_interval(&none).high == 1000000000);
}

/* 0.025^(1/16) = 0.794 */
static void sixteen_failures_of_sixteen_are_no_certainty(void)
{
	const struct tally all = {.same = 10, .other = 6};
	const struct interval interval = tally_interval(&all);

	CU_ASSERT(interval.low > 793000000 && interval.low < 795000000 && interval.high == 1000000000);
}

const CU_TestInfo tests_tally[] = {{"sessions_are_counted_by_what_they_came_to", sessions_are_counted_by_what_they_came_to},
                                   {"nothing_known_may_be_anything", nothing_known_may_be_anything},
                                   {"sixteen_failures_of_sixteen_are_no_certainty", sixteen_failures_of_sixteen_are_no_certainty},
                                   CU_TEST_INFO_NULL};
