/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/clock.h"
#include "lib/sim/sim.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_clock[];

/* Some moment of both clocks of a host. */
#define REAL (1700000000 * SIM_S)
#define MONOTONIC (5000 * SIM_S)

static void the_age_of_a_frame_is_since_its_stamp(void)
{
	struct stamp_clock clock = {0};

	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL - 7 * SIM_US, REAL, MONOTONIC), 7 * SIM_US);
	/* An hour later, while NTP slews. */
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + 3600 * SIM_S, REAL + 3600 * SIM_S + 20 * SIM_MS, MONOTONIC + 3599 * SIM_S),
	                20 * SIM_MS);
}

static void a_stamp_of_the_future_or_too_long_ago_has_none(void)
{
	struct stamp_clock clock = {0};

	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + 1, REAL, MONOTONIC), 0);
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL - 10 * SIM_S, REAL, MONOTONIC), 0);
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL - 10 * SIM_S + 1, REAL, MONOTONIC), 10 * SIM_S - 1);
}

/*
 * As `date -s` or a first answer of NTP do: frames that were on their way then say nothing, later
 * ones do.
 */
static void a_clock_that_is_set_makes_no_frame_late(void)
{
	struct stamp_clock clock = {0};

	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL - SIM_US, REAL, MONOTONIC), SIM_US);
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + SIM_MS, REAL + 3 * SIM_S, MONOTONIC + 2 * SIM_MS), 0);
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + 2 * SIM_MS, REAL + 3 * SIM_S + SIM_MS, MONOTONIC + 3 * SIM_MS), 0);
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + 3 * SIM_S + SIM_MS, REAL + 3 * SIM_S + 2 * SIM_MS, MONOTONIC + 4 * SIM_MS), SIM_MS);
	/* And back again. */
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + 3 * SIM_S + 3 * SIM_MS, REAL + 4 * SIM_MS, MONOTONIC + 5 * SIM_MS), 0);
	CU_ASSERT_EQUAL(clock_age_ns(&clock, REAL + 5 * SIM_MS, REAL + 6 * SIM_MS, MONOTONIC + 7 * SIM_MS), SIM_MS);
}

const CU_TestInfo tests_live_clock[] = {
	{"the age of a frame is since its stamp", the_age_of_a_frame_is_since_its_stamp},
	{"a stamp of the future or too long ago has none", a_stamp_of_the_future_or_too_long_ago_has_none},
	{"a clock that is set makes no frame late", a_clock_that_is_set_makes_no_frame_late},
	CU_TEST_INFO_NULL,
};
