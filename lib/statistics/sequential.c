/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/sequential.h"

#include "lib/base/check.h"

static void begin(struct sequential *test, uint64_t hit, uint64_t hit_before, uint64_t miss, uint64_t miss_before)
{
	*test = (struct sequential){{hit, hit_before}, {miss, miss_before}, number_of(1), number_of(1), BILLION, BILLION};
}

void sequential_of_shares(struct sequential *test, uint64_t first, uint64_t second)
{
	CHECK(first > 0 && first < second && second < BILLION);
	begin(test, second, first, BILLION - second, BILLION - first);
}

void sequential_of_odds(struct sequential *test, uint64_t odds)
{
	CHECK(odds >= 2 && odds <= 1000);
	/* The chances of a hit are odds / (odds + 1) and one half. */
	begin(test, 2 * odds, odds + 1, 2, odds + 1);
}

void sequential_add(struct sequential *test, bool is_hit)
{
	const uint64_t *factor = is_hit ? test->hit : test->miss;

	test->ratio = number_scale(test->ratio, factor[0], factor[1]);
	test->inverse = number_scale(test->inverse, factor[1], factor[0]);
	uint64_t first = number_billionths(test->inverse), second = number_billionths(test->ratio);
	test->first = first < test->first ? first : test->first;
	test->second = second < test->second ? second : test->second;
}
