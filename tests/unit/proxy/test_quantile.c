/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inverse distribution functions against their closed forms. */
#include "harness/proxy/quantile.h"

#include <math.h>

#include "tests/test.h"
#include "tests/unit/proxy/law.h"

/* P(Z > z) falls, so a z that is right to within @p error lies between two probabilities. */
static bool is_normal_quantile(uint64_t bits, double error)
{
	double z = (double)quantile_normal(bits) / QUANTILE_ONE, above = ldexp((double)~bits, -64);

	return law_normal_above(z + error) <= above && above <= law_normal_above(z - error);
}

static void the_normal_quantile_is_right_to_a_ten_thousandth(void)
{
	uint64_t wrong = 0, far = UINT64_C(1) << 63;

	/* Four deviations leave 2^64 x 0.0000317 above. */
	for (uint64_t bits = far; bits < UINT64_MAX - 584000000000000; bits += UINT64_C(46116860184273))
		wrong += !is_normal_quantile(bits, 0.0001);
	CU_ASSERT_EQUAL(wrong, 0);
	/*
	 * The table itself is right to its last bit: at the ends of the parts nothing is
	 * interpolated.
	 */
	for (unsigned octave = 0; octave < 13; octave++)
		for (uint64_t part = 32; part < 64; part++)
			wrong += !is_normal_quantile(~(part << (57 - octave)), 0.51 / QUANTILE_ONE + 1e-12);
	CU_ASSERT_EQUAL(wrong, 0);
}

static void quantiles_are_cut_and_symmetrical_where_they_should_be(void)
{
	CU_ASSERT_EQUAL(quantile_normal(0), -QUANTILE_MAX);
	CU_ASSERT_EQUAL(quantile_normal(UINT64_MAX), QUANTILE_MAX);
	CU_ASSERT_EQUAL(quantile_pareto(UINT64_MAX), QUANTILE_MAX);
	CU_ASSERT_EQUAL(quantile_pareto(0), -2 * QUANTILE_ONE / 3);
	CU_ASSERT_EQUAL(quantile_paretonormal(UINT64_MAX), QUANTILE_MAX);
	for (uint64_t i = 0; i < 1000; i++) {
		uint64_t bits = i * UINT64_C(0x123456789abcdef1);
		CU_ASSERT_EQUAL(quantile_normal(bits), -quantile_normal(~bits));
	}
}

/* Rounded down twice, so up to 1 + 4/3 units too low. */
static void the_pareto_quantile_is_the_inverse_of_its_closed_form(void)
{
	unsigned wrong = 0;

	for (uint64_t i = 1; i < 10000; i++) {
		uint64_t bits = i * UINT64_C(1844674407370955);
		double exact = (pow(ldexp((double)~bits + 1, -64), -1.0 / 3) - 1.5) * 4 / 3;
		double error = (double)quantile_pareto(bits) - fmin(exact, 4) * QUANTILE_ONE;
		wrong += error < -2.4 || error > 1.01;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

/* A plan of today must give the same run in ten years. */
static void quantiles_never_change(void)
{
	static const struct {
		uint64_t bits;
		int64_t normal, pareto, paretonormal;
	} rows[] = {
		{UINT64_C(0x0000123456789abc), -262144, -43690, -98303}, {UINT64_C(0x123456789abcdef0), -96181, -41516, -55182},
		{UINT64_C(0x8000000000000000), 1, -20978, -15733},       {UINT64_C(0xc123456789abcdef), 45125, 8468, 17632},
		{UINT64_C(0xfe00000000000000), 158438, 262144, 236217},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		CU_ASSERT_EQUAL(quantile_normal(rows[i].bits), rows[i].normal);
		CU_ASSERT_EQUAL(quantile_pareto(rows[i].bits), rows[i].pareto);
		CU_ASSERT_EQUAL(quantile_paretonormal(rows[i].bits), rows[i].paretonormal);
	}
}

const CU_TestInfo tests_quantile[] = {
	{"the normal quantile is right to a ten-thousandth", the_normal_quantile_is_right_to_a_ten_thousandth},
	{"quantiles are cut and symmetrical where they should be", quantiles_are_cut_and_symmetrical_where_they_should_be},
	{"the Pareto quantile is the inverse of its closed form", the_pareto_quantile_is_the_inverse_of_its_closed_form},
	{"quantiles never change", quantiles_never_change},
	CU_TEST_INFO_NULL,
};
