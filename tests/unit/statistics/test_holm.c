/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/holm.h"

#include "lib/statistics/number.h"
#include "tests/test.h"

extern const CU_TestInfo tests_holm[];

#define MILLI (BILLION / 1000)

static void check(const uint64_t *p, size_t count, const uint64_t *wanted)
{
	uint64_t corrected[8];

	CU_ASSERT_FATAL(count <= 8);
	holm_correct(p, count, corrected);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(corrected[i], wanted[i] * MILLI);
}

/* As R's p.adjust(p, "holm") has them. */
static void p_values_are_corrected_step_by_step(void)
{
	check((const uint64_t[]){10 * MILLI, 40 * MILLI, 30 * MILLI, 5 * MILLI}, 4, (const uint64_t[]){30, 60, 60, 20});
	check((const uint64_t[]){10 * MILLI, 20 * MILLI, 30 * MILLI, 40 * MILLI}, 4, (const uint64_t[]){40, 60, 60, 60});
	check((const uint64_t[]){BILLION, 1 * MILLI, 900 * MILLI}, 3, (const uint64_t[]){1000, 3, 1000});
	check((const uint64_t[]){7 * MILLI}, 1, (const uint64_t[]){7});
	check((const uint64_t[]){0, 0}, 2, (const uint64_t[]){0, 0});
	check(NULL, 0, NULL);
}

static void the_order_does_not_matter(void)
{
	check((const uint64_t[]){5 * MILLI, 30 * MILLI, 10 * MILLI, 40 * MILLI}, 4, (const uint64_t[]){20, 60, 30, 60});
	check((const uint64_t[]){40 * MILLI, 5 * MILLI, 10 * MILLI, 30 * MILLI}, 4, (const uint64_t[]){60, 20, 30, 60});
}

const CU_TestInfo tests_holm[] = {
	{"p-values are corrected step by step", p_values_are_corrected_step_by_step},
	{"the order does not matter", the_order_does_not_matter},
	CU_TEST_INFO_NULL,
};
