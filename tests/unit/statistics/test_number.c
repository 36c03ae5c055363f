/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/number.h"

#include <math.h>
#include <stdbool.h>

#include "lib/sim/random.h"
#include "tests/test.h"

extern const CU_TestInfo tests_number[];

/* Exact but for the last bits of the mantissa, which a long double of 64 bits has room for. */
static long double value(struct number a)
{
	return ldexpl((long double)a.mantissa, (int)a.exponent);
}

static bool equals(struct number a, struct number b)
{
	return a.mantissa == b.mantissa && a.exponent == b.exponent;
}

static void whole_numbers_stay_what_they_are(void)
{
	CU_ASSERT(value(number_of(0)) == 0);
	CU_ASSERT(value(number_of(1)) == 1);
	CU_ASSERT(value(number_of(UINT64_MAX)) == (long double)UINT64_MAX);
	CU_ASSERT(equals(number_add(number_of(0), number_of(7)), number_of(7)));
	CU_ASSERT(equals(number_add(number_of(7), number_of(0)), number_of(7)));
	CU_ASSERT(equals(number_add(number_of(5), number_of(7)), number_of(12)));
	CU_ASSERT(equals(number_multiply(number_of(5), number_of(7)), number_of(35)));
	CU_ASSERT(equals(number_scale(number_of(35), 6, 7), number_of(30)));
	CU_ASSERT(equals(number_scale(number_of(35), 0, 7), number_of(0)));
	CU_ASSERT(equals(number_scale(number_of(0), 3, 7), number_of(0)));
	CU_ASSERT(equals(number_power(3, 1, 20), number_of(3486784401)));
	CU_ASSERT(equals(number_power(3, 7, 0), number_of(1)));
}

/* Any numerator and denominator, small and large ones. */
static uint64_t draw(uint64_t which, uint64_t i)
{
	struct random_stream stream = random_stream(1, "numbers");

	return (random_bits(stream, which, i) >> random_below(stream, which + 100, i, 63)) | 1;
}

static void every_operation_rounds_up_and_by_little(void)
{
	unsigned wrong = 0;

	for (uint64_t i = 0; i < 100000; i++) {
		struct number a = number_scale(number_of(draw(1, i)), draw(2, i), draw(3, i)), back;
		uint64_t numerator = draw(4, i), denominator = draw(5, i);
		back = number_scale(number_scale(a, numerator, denominator), denominator, numerator);
		long double error = (value(back) - value(a)) / value(a);
		wrong += !(error >= 0 && error <= ldexpl(1, -61));
		struct number b = number_of(draw(6, i)), sum = number_add(a, b);
		error = (value(sum) - (value(a) + value(b))) / value(sum);
		wrong += !(error >= -ldexpl(1, -63) && error <= ldexpl(1, -62));
		wrong += !equals(sum, number_add(b, a)) || value(sum) < value(a) || value(sum) < value(b);
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void a_sum_with_something_tiny_is_larger(void)
{
	struct number one = number_of(1), tiny = number_power(1, 2, 1000), sum = number_add(one, tiny);

	CU_ASSERT_EQUAL(sum.mantissa, (UINT64_C(1) << 63) + 1);
	CU_ASSERT_EQUAL(number_billionths(tiny), 1);
	CU_ASSERT_EQUAL(number_billionths(number_power(2, 1, 1000)), BILLION);
}

static void billionths_are_rounded_up(void)
{
	CU_ASSERT_EQUAL(number_billionths(number_of(0)), 0);
	CU_ASSERT_EQUAL(number_billionths(number_of(1)), BILLION);
	CU_ASSERT_EQUAL(number_billionths(number_power(1, 2, 9)), 1953125);
	CU_ASSERT_EQUAL(number_billionths(number_power(1, 2, 10)), 976563);
	CU_ASSERT_EQUAL(number_billionths(number_power(1, 2, 29)), 2);
	CU_ASSERT_EQUAL(number_billionths(number_power(1, 2, 30)), 1);
	CU_ASSERT_EQUAL(number_billionths(number_scale(number_of(1), 1, 3)), 333333334);
	CU_ASSERT_EQUAL(number_billionths(number_scale(number_of(1), 999999999, 1000000000)), 1000000000);
}

const CU_TestInfo tests_number[] = {
	{"whole numbers stay what they are", whole_numbers_stay_what_they_are},
	{"every operation rounds up, and by little", every_operation_rounds_up_and_by_little},
	{"a sum with something tiny is larger", a_sum_with_something_tiny_is_larger},
	{"billionths are rounded up", billionths_are_rounded_up},
	CU_TEST_INFO_NULL,
};
