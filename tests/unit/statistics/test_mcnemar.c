/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/mcnemar.h"

#include "lib/statistics/number.h"
#include "tests/test.h"
#include "tests/unit/statistics/rmath.h"

extern const CU_TestInfo tests_mcnemar[];

/*
 * Dixon and Mood, "The statistical sign test", JASA 41, 1946: the most signs of the rarer kind that
 * are significant at 5 and at 1 %, in two tails.
 */
static void the_test_has_the_critical_values_of_the_sign_test(void)
{
	static const struct {
		uint64_t n;
		int at_5, at_1; /* -1: none is */
	} table[] = {{5, -1, -1}, {6, 0, -1}, {8, 0, 0}, {9, 1, 0}, {12, 2, 1}, {15, 3, 2}, {20, 5, 3}, {25, 7, 5}, {40, 13, 11}};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		int at_5 = -1, at_1 = -1;
		for (uint64_t rare = 0; rare <= table[i].n / 2; rare++) {
			uint64_t p = mcnemar_two_sided(rare, table[i].n - rare);
			at_5 = p <= BILLION / 20 ? (int)rare : at_5;
			at_1 = p <= BILLION / 100 ? (int)rare : at_1;
		}
		CU_ASSERT_EQUAL(at_5, table[i].at_5);
		CU_ASSERT_EQUAL(at_1, table[i].at_1);
	}
}

static void the_test_is_that_of_r(void)
{
	struct rmath rmath = rmath_open();
	unsigned wrong = 0;

	for (uint64_t worse = 0; worse <= 60; worse++)
		for (uint64_t better = 0; better <= 60; better++) {
			double tail = rmath.pbinom((double)worse - 1, (double)(worse + better), 0.5, 0, 0) * BILLION;
			double error = (double)mcnemar_one_sided(worse, better) - tail;
			wrong += !(error > -0.001 && error < 1.001);
			wrong += mcnemar_two_sided(worse, better) != mcnemar_two_sided(better, worse);
		}
	CU_ASSERT_EQUAL(wrong, 0);
	/* 11/1024 = 0.0107421875 in each tail */
	CU_ASSERT_EQUAL(mcnemar_two_sided(1, 9), 2 * UINT64_C(10742188));
	CU_ASSERT_EQUAL(mcnemar_two_sided(0, 0), BILLION);
	CU_ASSERT_EQUAL(mcnemar_two_sided(4, 4), BILLION);
}

const CU_TestInfo tests_mcnemar[] = {
	{"the test has the critical values of the sign test", the_test_has_the_critical_values_of_the_sign_test},
	{"the test is that of R", the_test_is_that_of_r},
	CU_TEST_INFO_NULL,
};
