/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sim/random.h"

#include "tests/test.h"

/* A plan of today must give the same run in ten years: these numbers are frozen. */
static void draws_are_frozen(void)
{
	const struct random_stream one = random_stream(1, "golden"), other = random_stream(2, "golden"), none = random_stream(0, "");

	CU_ASSERT_EQUAL(one.key, UINT64_C(0xfba6b5c8bbfd156a));
	CU_ASSERT_EQUAL(other.key, UINT64_C(0x9f7ea177d5245cd7));
	CU_ASSERT_EQUAL(random_bits(one, 0, 0), UINT64_C(0x3e64911741485e50));
	CU_ASSERT_EQUAL(random_bits(one, 1, 0), UINT64_C(0x28982b87b52a372b));
	CU_ASSERT_EQUAL(random_bits(one, 0, 1), UINT64_C(0x82abafc429725f60));
	CU_ASSERT_EQUAL(random_bits(other, UINT64_MAX, UINT64_MAX), UINT64_C(0xdb58f77cd47f2e8c));
	CU_ASSERT_EQUAL(random_bits(none, 0, 0), UINT64_C(0x7a88f56dbc15b398));
	CU_ASSERT_EQUAL(random_below(one, 3, 4, 1000), 365);
}

/*
 * Known answers of philox4x32-10 (Random123): all zeros, all ones, the digits of pi. Only the low
 * 64 of 128 bits are drawn.
 */
static void the_generator_gives_its_published_answers(void)
{
	const struct random_stream zeros = {0}, ones = {UINT64_MAX}, pi = {UINT64_C(0x299f31d0a4093822)};

	CU_ASSERT_EQUAL(random_bits(zeros, 0, 0), UINT64_C(0xe169c58d6627e8d5));
	CU_ASSERT_EQUAL(random_bits(ones, UINT64_MAX, UINT64_MAX), UINT64_C(0x41c83b0e408f276d));
	CU_ASSERT_EQUAL(random_bits(pi, UINT64_C(0x85a308d3243f6a88), UINT64_C(0x0370734413198a2e)), UINT64_C(0x94fdccebd16cfe09));
}

static void a_draw_depends_on_everything_that_addresses_it(void)
{
	const struct random_stream stream = random_stream(1, "a");

	CU_ASSERT_NOT_EQUAL(random_stream(1, "a").key, random_stream(2, "a").key);
	CU_ASSERT_NOT_EQUAL(random_stream(1, "a").key, random_stream(1, "b").key);
	CU_ASSERT_NOT_EQUAL(random_stream(1, "a").key, random_stream(1, "a ").key);
	CU_ASSERT_EQUAL(random_stream(1, "a").key, stream.key);
	CU_ASSERT_NOT_EQUAL(random_bits(stream, 1, 2), random_bits(stream, 2, 1));
	CU_ASSERT_NOT_EQUAL(random_bits(stream, 1, 2), random_bits(stream, 1, 3));
	CU_ASSERT_NOT_EQUAL(random_bits(stream, UINT64_C(1) << 32, 0), random_bits(stream, 0, 0));
	CU_ASSERT_NOT_EQUAL(random_bits(stream, 0, UINT64_C(1) << 32), random_bits(stream, 0, 0));
	CU_ASSERT_EQUAL(random_bits(stream, 1, 2), random_bits(stream, 1, 2));
}

#define CELLS 64U
#define DRAWS_A_CELL 1000U
/*
 * The chi-square distribution of 63 degrees of freedom lies between these with probability 0.9998.
 */
#define CHI_LEAST 28.0
#define CHI_MOST 115.0

static double chi_square(const unsigned counts[CELLS])
{
	double sum = 0;

	for (unsigned i = 0; i < CELLS; i++) {
		double off = (double)counts[i] - DRAWS_A_CELL;
		sum += off * off / DRAWS_A_CELL;
	}
	return sum;
}

static void draws_are_uniform(void)
{
	for (uint64_t seed = 1; seed <= 4; seed++) {
		const struct random_stream stream = random_stream(seed, "uniform");
		unsigned below[CELLS] = {0}, low_bits[CELLS] = {0}, flows[CELLS] = {0};
		for (uint64_t i = 0; i < (uint64_t)CELLS * DRAWS_A_CELL; i++) {
			below[random_below(stream, 17, i, CELLS)]++;
			low_bits[random_bits(stream, 17, i) % CELLS]++;
			flows[random_below(stream, i, 1, CELLS)]++;
		}
		CU_ASSERT(chi_square(below) > CHI_LEAST && chi_square(below) < CHI_MOST);
		CU_ASSERT(chi_square(low_bits) > CHI_LEAST && chi_square(low_bits) < CHI_MOST);
		CU_ASSERT(chi_square(flows) > CHI_LEAST && chi_square(flows) < CHI_MOST);
	}
}

/* Pairs of draws at the same address from two streams: an 8 x 8 table of both must be flat too. */
static void streams_are_independent(void)
{
	static const char *const names[][2] = {{"fault drop", "fault drop 1"}, {"a", "b"}, {"host random", "host isn"}};

	for (unsigned n = 0; n < sizeof names / sizeof names[0]; n++) {
		const struct random_stream a = random_stream(1, names[n][0]), b = random_stream(1, names[n][1]),
					   c = random_stream(2, names[n][0]);
		unsigned by_name[CELLS] = {0}, by_seed[CELLS] = {0}, by_next[CELLS] = {0};
		for (uint64_t i = 0; i < (uint64_t)CELLS * DRAWS_A_CELL; i++) {
			uint64_t first = random_below(a, 5, i, 8);
			by_name[first * 8 + random_below(b, 5, i, 8)]++;
			by_seed[first * 8 + random_below(c, 5, i, 8)]++;
			by_next[first * 8 + random_below(a, 5, i + 1, 8)]++;
		}
		CU_ASSERT(chi_square(by_name) > CHI_LEAST && chi_square(by_name) < CHI_MOST);
		CU_ASSERT(chi_square(by_seed) > CHI_LEAST && chi_square(by_seed) < CHI_MOST);
		CU_ASSERT(chi_square(by_next) > CHI_LEAST && chi_square(by_next) < CHI_MOST);
	}
}

static void p0_percent_never_happens_and_100_percent_always(void)
{
	const struct random_stream stream = random_stream(3, "edges");
	unsigned never = 0, always = 0;

	for (uint64_t i = 0; i < 100000; i++) {
		never += random_happens(stream, 1, i, 0);
		always += random_happens(stream, 1, i, 1000000000);
	}
	CU_ASSERT_EQUAL(never, 0);
	CU_ASSERT_EQUAL(always, 100000);
}

/* A draw happens for every probability above the number drawn, and for none up to it. */
static void a_probability_is_exact_to_a_billionth(void)
{
	const struct random_stream stream = random_stream(6, "exact");

	for (uint64_t i = 0; i < 100; i++) {
		uint64_t drawn = random_below(stream, 2, i, 1000000000);
		CU_ASSERT_FALSE(random_happens(stream, 2, i, drawn));
		CU_ASSERT(random_happens(stream, 2, i, drawn + 1));
	}
}

/* 200,000 draws of one in five: the standard deviation is 179, the bounds are at four of them. */
static void a_probability_is_met_on_average(void)
{
	const struct random_stream stream = random_stream(4, "fifth");
	unsigned hits = 0;

	for (uint64_t i = 0; i < 200000; i++)
		hits += random_happens(stream, 9, i, 200000000);
	CU_ASSERT(hits > 40000 - 716 && hits < 40000 + 716);
}

static void a_number_is_below_its_limit(void)
{
	const struct random_stream stream = random_stream(5, "below");
	static const uint64_t limits[] = {1, 2, 3, 1000000007, UINT64_MAX};
	bool reached[3] = {false};

	for (uint64_t i = 0; i < 1000; i++) {
		for (unsigned l = 0; l < sizeof limits / sizeof limits[0]; l++)
			if (random_below(stream, l, i, limits[l]) >= limits[l])
				CU_FAIL_FATAL("a number is not below its limit");
		reached[random_below(stream, 2, i, 3)] = true;
	}
	CU_ASSERT(reached[0] && reached[1] && reached[2]);
}

const CU_TestInfo tests_random[] = {
	{"draws are frozen", draws_are_frozen},
	{"the generator gives its published answers", the_generator_gives_its_published_answers},
	{"a draw depends on everything that addresses it", a_draw_depends_on_everything_that_addresses_it},
	{"draws are uniform", draws_are_uniform},
	{"streams are independent", streams_are_independent},
	{"0 % never happens and 100 % always", p0_percent_never_happens_and_100_percent_always},
	{"a probability is exact to a billionth", a_probability_is_exact_to_a_billionth},
	{"a probability is met on average", a_probability_is_met_on_average},
	{"a number is below its limit", a_number_is_below_its_limit},
	CU_TEST_INFO_NULL,
};
