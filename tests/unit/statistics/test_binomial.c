/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/binomial.h"

#include <math.h>
#include <stdbool.h>

#include "tests/test.h"
#include "tests/unit/statistics/rmath.h"

extern const CU_TestInfo tests_binomial[];

#define TAIL_95 (BILLION / 40)

/*
 * Whether @p got is @p wanted rounded up to a billionth; R's own error is below 1e-11 of the value.
 */
static bool is_rounded_up(uint64_t got, double wanted)
{
	double error = (double)got - wanted * BILLION;

	return error > -0.01 && error < 1.01;
}

static const uint64_t sizes[] = {1, 2, 3, 10, 59, 120, 1000, 20000};
static const uint64_t shares[] = {1, 1000, 10000000, 100000000, 333333333, 500000000, 900000000, 999999999};

static void tails_are_those_of_r(void)
{
	struct rmath rmath = rmath_open();
	unsigned wrong = 0, compared = 0;

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		for (size_t j = 0; j < sizeof shares / sizeof shares[0]; j++)
			for (uint64_t n = sizes[i], step = n / 12 + 1, k = 0; k <= n; k += step, compared++) {
				double share = (double)shares[j] / BILLION;
				wrong += !is_rounded_up(binomial_at_most(k, n, shares[j]), rmath.pbinom((double)k, (double)n, share, 1, 0));
				wrong += !is_rounded_up(binomial_at_least(k, n, shares[j]),
				                        rmath.pbinom((double)k - 1, (double)n, share, 0, 0));
			}
	CU_ASSERT(compared > 400);
	CU_ASSERT_EQUAL(wrong, 0);
}

/* The interval's ends are quantiles of the beta distribution. */
static void exact_intervals_are_those_of_r(void)
{
	static const uint64_t tails[] = {5000000, 25000000, 50000000};
	struct rmath rmath = rmath_open();
	unsigned wrong = 0;

	for (size_t i = 0; i + 1 < sizeof sizes / sizeof sizes[0]; i++)
		for (size_t j = 0; j < sizeof tails / sizeof tails[0]; j++)
			for (uint64_t n = sizes[i], step = n / 7 + 1, k = 0; k <= n; k += step) {
				struct interval got = interval_clopper_pearson(k, n, tails[j]);
				double tail = (double)tails[j] / BILLION, hits = (double)k, runs = (double)n;
				double low = k == 0 ? 0 : rmath.qbeta(tail, hits, runs - hits + 1, 1, 0);
				double high = k == n ? 1 : rmath.qbeta(tail, hits + 1, runs - hits, 0, 0);
				wrong += !is_rounded_up(got.high, high) || !is_rounded_up(BILLION - got.low, 1 - low);
			}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void points_of_chi_squared_are_those_of_r(void)
{
	struct rmath rmath = rmath_open();

	CU_ASSERT_EQUAL(Z_SQUARED_90, llround(rmath.qchisq(0.9, 1, 1, 0) * BILLION));
	CU_ASSERT_EQUAL(Z_SQUARED_95, llround(rmath.qchisq(0.95, 1, 1, 0) * BILLION));
	CU_ASSERT_EQUAL(Z_SQUARED_99, llround(rmath.qchisq(0.99, 1, 1, 0) * BILLION));
}

/*
 * Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17,
 * 1998, table I: 95 %, methods 3 and 5.
 */
static void intervals_are_the_published_ones(void)
{
	static const struct {
		uint64_t k, n, wilson_low, wilson_high, exact_low, exact_high; /* of 10,000 */
	} published[] = {
		{81, 263, 2553, 3662, 2527, 3676},
		{15, 148, 624, 1605, 578, 1617},
		{0, 20, 0, 1611, 0, 1684},
		{1, 29, 61, 1718, 9, 1776},
	};

	for (size_t i = 0; i < sizeof published / sizeof published[0]; i++) {
		struct interval wilson = interval_wilson(published[i].k, published[i].n, Z_SQUARED_95);
		struct interval exact = interval_clopper_pearson(published[i].k, published[i].n, TAIL_95);
		CU_ASSERT_EQUAL((wilson.low + 50000) / 100000, published[i].wilson_low);
		CU_ASSERT_EQUAL((wilson.high + 50000) / 100000, published[i].wilson_high);
		CU_ASSERT_EQUAL((exact.low + 50000) / 100000, published[i].exact_low);
		CU_ASSERT_EQUAL((exact.high + 50000) / 100000, published[i].exact_high);
	}
}

/* The closed form, which needs a square root. */
static void wilson_solves_its_equation(void)
{
	unsigned wrong = 0;

	for (uint64_t n = 1; n <= SAMPLE_MAX; n = n * 3 + 1)
		for (uint64_t k = 0; k <= n; k += n / 9 + 1) {
			double z2 = (double)Z_SQUARED_99 / BILLION, runs = (double)n, share = (double)k / runs;
			double centre = (share + z2 / (2 * runs)) / (1 + z2 / runs);
			double half = sqrt(z2 * (share * (1 - share) / runs + z2 / (4 * runs * runs))) / (1 + z2 / runs);
			struct interval got = interval_wilson(k, n, Z_SQUARED_99);
			wrong += !is_rounded_up(got.high, centre + half) || !is_rounded_up(BILLION - got.low, 1 - centre + half);
		}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void the_ends_are_exact(void)
{
	struct interval nothing = interval_clopper_pearson(0, 0, TAIL_95), all = interval_clopper_pearson(5, 5, TAIL_95);

	CU_ASSERT_EQUAL(nothing.low, 0);
	CU_ASSERT_EQUAL(nothing.high, BILLION);
	CU_ASSERT_EQUAL(all.high, BILLION);
	CU_ASSERT_EQUAL(all.low, 478176249); /* 0.025^(1/5) = 0.47817624909... */
	CU_ASSERT_EQUAL(binomial_at_least(0, 7, 0), BILLION);
	CU_ASSERT_EQUAL(binomial_at_least(1, 7, 0), 0);
	CU_ASSERT_EQUAL(binomial_at_least(7, 7, BILLION), BILLION);
	CU_ASSERT_EQUAL(binomial_at_least(8, 7, BILLION), 0);
	CU_ASSERT_EQUAL(binomial_at_most(7, 7, BILLION), BILLION);
	CU_ASSERT_EQUAL(binomial_at_most(6, 7, BILLION), 0);
	CU_ASSERT_EQUAL(interval_wilson(0, 0, Z_SQUARED_95).high, BILLION);
}

static void the_largest_sample_is_exact_too(void)
{
	/*
	 * Half the sum of all terms, and half of the middle one: (1 + C(n, n/2) / 2^n) / 2 =
	 * 0.5012615630... for n = 100,000.
	 */
	CU_ASSERT(fabs((double)binomial_at_least(SAMPLE_MAX / 2, SAMPLE_MAX, BILLION / 2) -
	               BILLION * (0.5 + 0.5 * exp(lgamma(SAMPLE_MAX + 1.0) - 2 * lgamma(SAMPLE_MAX / 2 + 1.0) - SAMPLE_MAX * log(2.0)))) <
	          2);
}

const CU_TestInfo tests_binomial[] = {
	{"tails are those of R", tails_are_those_of_r},
	{"exact intervals are those of R", exact_intervals_are_those_of_r},
	{"points of chi squared are those of R", points_of_chi_squared_are_those_of_r},
	{"intervals are the published ones", intervals_are_the_published_ones},
	{"Wilson's interval solves its equation", wilson_solves_its_equation},
	{"the ends are exact", the_ends_are_exact},
	{"the largest sample is exact, too", the_largest_sample_is_exact_too},
	CU_TEST_INFO_NULL,
};
