/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/sequential.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_sequential[];

/* A letter an observation: 'x' is a hit. */
static struct sequential after(uint64_t odds, const char *observations)
{
	struct sequential test;

	sequential_of_odds(&test, odds);
	for (; *observations != '\0'; observations++)
		sequential_add(&test, *observations == 'x');
	return test;
}

static void likelihoods_are_multiplied(void)
{
	CU_ASSERT_EQUAL(after(4, "").first, BILLION);
	CU_ASSERT_EQUAL(after(4, "").second, BILLION);
	CU_ASSERT_EQUAL(after(4, "x").first, 625000000);      /* 1/1.6 */
	CU_ASSERT_EQUAL(after(4, "xxxxxxx").first, 37252903); /* 1/1.6^7 = 0.03725290298... */
	/* 0.4^2, which has no end in binary: a billionth too much */
	CU_ASSERT_EQUAL(after(4, "..").second, 160000001);
	CU_ASSERT_EQUAL(after(3, "..").second, 250000000); /* (1/2)^2 */
	CU_ASSERT_EQUAL(after(2, "x").first, 750000000);   /* 1/(4/3) */
	CU_ASSERT_EQUAL(after(2, "x").second, BILLION);
}

static void what_was_once_seen_stays(void)
{
	CU_ASSERT_EQUAL(after(4, "xxx........").first, after(4, "xxx").first);
	CU_ASSERT_EQUAL(after(4, "....xxxxxxxx").second, after(4, "....").second);
}

/* Odds of three to one are a share of three quarters. */
static void odds_are_shares(void)
{
	struct sequential odds, shares;
	unsigned wrong = 0;

	sequential_of_odds(&odds, 3);
	sequential_of_shares(&shares, BILLION / 2, BILLION / 4 * 3);
	for (unsigned i = 0; i < 200; i++) {
		sequential_add(&odds, i % 5 < 3);
		sequential_add(&shares, i % 5 < 3);
		wrong += odds.first != shares.first || odds.second != shares.second;
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

#define OBSERVATIONS 400

/* LR after so many hits and misses, or 1/LR. */
static struct number ratio_of(const struct sequential *test, uint64_t hits, uint64_t misses, bool inverse)
{
	return number_multiply(number_power(test->hit[inverse], test->hit[!inverse], hits),
	                       number_power(test->miss[inverse], test->miss[!inverse], misses));
}

/*
 * The exact chance that a hypothesis is ever rejected within OBSERVATIONS, when a share p of them
 * are hits: a sum over all paths, by their hits.
 */
static double chance_of_rejection(const struct sequential *test, double p, uint64_t level, bool of_first)
{
	static double alive[OBSERVATIONS + 1];
	double rejected = 0;

	memset(alive, 0, sizeof alive);
	alive[0] = 1;
	for (uint64_t n = 1; n <= OBSERVATIONS; n++) {
		for (uint64_t hits = n; hits + 1 > 0; hits--)
			alive[hits] = (hits < n ? alive[hits] * (1 - p) : 0) + (hits > 0 ? alive[hits - 1] * p : 0);
		for (uint64_t hits = 0; hits <= n; hits++) {
			if (alive[hits] < 1e-30 || number_billionths(ratio_of(test, hits, n - hits, of_first)) > level)
				continue;
			rejected += alive[hits];
			alive[hits] = 0;
		}
	}
	return rejected;
}

static void check_errors(const struct sequential *test, double first, double second, uint64_t level)
{
	double share = (double)level / BILLION,
	       wrongly[2] = {chance_of_rejection(test, first, level, true), chance_of_rejection(test, second, level, false)};

	/* A bound, and not much too wide: LR goes beyond its boundary by one step at most. */
	CU_ASSERT(wrongly[0] <= share && wrongly[0] > 0.4 * share);
	CU_ASSERT(wrongly[1] <= share && wrongly[1] > 2 * share * (1 - second));
	/* Rates beyond it are wrongly rejected less often. */
	CU_ASSERT(chance_of_rejection(test, 0.8 * first, level, true) < wrongly[0]);
	CU_ASSERT(chance_of_rejection(test, second + 0.2 * (1 - second), level, false) < wrongly[1]);
	/* And what is there is found. */
	CU_ASSERT(chance_of_rejection(test, second, level, true) > 0.99);
	CU_ASSERT(chance_of_rejection(test, first, level, false) > 0.99);
}

static void both_error_rates_are_kept_at_any_stopping(void)
{
	static const uint64_t odds[] = {2, 3, 4, 9}, levels[] = {BILLION / 10, BILLION / 20, BILLION / 200};
	struct sequential test;

	for (size_t j = 0; j < sizeof levels / sizeof levels[0]; j++)
		for (size_t i = 0; i < sizeof odds / sizeof odds[0]; i++) {
			sequential_of_odds(&test, odds[i]);
			check_errors(&test, 0.5, (double)odds[i] / (double)(odds[i] + 1), levels[j]);
		}
}

/* Of the shares that the gate asks about, the boundaries are reached one by one or miss by miss. */
static void rare_hits_keep_the_error_rates_too(void)
{
	struct sequential test;

	sequential_of_shares(&test, BILLION / 50, BILLION / 10);
	CU_ASSERT(chance_of_rejection(&test, 0.1, BILLION / 40, false) <= 0.025);
	CU_ASSERT(chance_of_rejection(&test, 0.1, BILLION / 40, false) > 0.02);
	CU_ASSERT(chance_of_rejection(&test, 0.02, BILLION / 20, true) <= 0.05);
	CU_ASSERT(chance_of_rejection(&test, 0.02, BILLION / 40, false) > 0.9);
}

const CU_TestInfo tests_sequential[] = {
	{"likelihoods are multiplied", likelihoods_are_multiplied},
	{"what was once seen stays", what_was_once_seen_stays},
	{"odds are shares", odds_are_shares},
	{"both error rates are kept at any stopping", both_error_rates_are_kept_at_any_stopping},
	{"rare hits keep the error rates, too", rare_hits_keep_the_error_rates_too},
	CU_TEST_INFO_NULL,
};
