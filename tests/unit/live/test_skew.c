/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/skew.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

static struct skew skew;

static void none_is_all_zero(void)
{
	const struct skew_summary summary = skew_summary(&skew);

	CU_ASSERT(summary.p50_ns == 0 && summary.p99_ns == 0 && summary.max_ns == 0 && summary.frames == 0 && summary.beyond == 0);
}

static void small_times_are_exact(void)
{
	for (uint64_t ns = 1; ns <= 20; ns++)
		skew_add(&skew, ns);
	const struct skew_summary summary = skew_summary(&skew);
	CU_ASSERT(summary.p50_ns == 10 && summary.p99_ns == 20 && summary.max_ns == 20 && summary.frames == 20);
}

static void one_frame_is_all_percentiles(void)
{
	skew_add(&skew, 123456789);
	const struct skew_summary summary = skew_summary(&skew);
	CU_ASSERT(summary.p50_ns == 123456789 && summary.p99_ns == 123456789 && summary.max_ns == 123456789);
}

/* Never too small, and at most a thirty-second too large, whatever the size. */
static void percentiles_are_as_exact_as_they_say(void)
{
	for (uint64_t unit = 1; unit < UINT64_MAX / 2000; unit = unit * 7 + 3) {
		memset(&skew, 0, sizeof skew);
		for (uint64_t i = 1; i <= 1000; i++)
			skew_add(&skew, i * unit);
		const struct skew_summary summary = skew_summary(&skew);
		CU_ASSERT_FATAL(summary.p50_ns >= 500 * unit && summary.p50_ns - 500 * unit <= 500 * unit / 32);
		CU_ASSERT_FATAL(summary.p99_ns >= 990 * unit && summary.p99_ns - 990 * unit <= 990 * unit / 32);
		CU_ASSERT_FATAL(summary.max_ns == 1000 * unit);
	}
}

static void the_largest_time_has_a_bucket(void)
{
	skew_add(&skew, UINT64_MAX);
	skew_add(&skew, 0);
	const struct skew_summary summary = skew_summary(&skew);
	CU_ASSERT(summary.p50_ns == 0 && summary.p99_ns == UINT64_MAX && summary.max_ns == UINT64_MAX);
}

static void the_limit_itself_is_not_beyond(void)
{
	skew.limit_ns = 1000;
	skew_add(&skew, 999);
	skew_add(&skew, 1000);
	CU_ASSERT_EQUAL(skew_summary(&skew).beyond, 0);
	skew_add(&skew, 1001);
	CU_ASSERT_EQUAL(skew_summary(&skew).beyond, 1);
	CU_ASSERT_EQUAL(skew_summary(&skew).limit_ns, 1000);
}

const CU_TestInfo tests_live_skew[] = {
	{"none is all zero", none_is_all_zero},
	{"small times are exact", small_times_are_exact},
	{"one frame is all percentiles", one_frame_is_all_percentiles},
	{"percentiles are as exact as they say", percentiles_are_as_exact_as_they_say},
	{"the largest time has a bucket", the_largest_time_has_a_bucket},
	{"the limit itself is not beyond", the_limit_itself_is_not_beyond},
	CU_TEST_INFO_NULL,
};
