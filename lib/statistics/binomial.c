/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/binomial.h"

#include <stdbool.h>

#include "lib/base/check.h"

__extension__ typedef unsigned __int128 wide;

uint64_t binomial_at_least(uint64_t k, uint64_t n, uint64_t share)
{
	CHECK(n <= SAMPLE_MAX && share <= BILLION);
	if (k == 0)
		return BILLION;
	if (k > n || share == 0)
		return 0;
	if (share == BILLION)
		return BILLION;
	/*
	 * From n hits down to k: of j - 1 hits it is j (1 - p) / ((n - j + 1) p) times as likely as
	 * of j.
	 */
	struct number term = number_power(share, BILLION, n), sum = term;
	for (uint64_t j = n; j > k; j--) {
		term = number_scale(term, j * (BILLION - share), (n - j + 1) * share);
		sum = number_add(sum, term);
	}
	return number_billionths(sum);
}

uint64_t binomial_at_most(uint64_t k, uint64_t n, uint64_t share)
{
	CHECK(share <= BILLION);
	return k >= n ? BILLION : binomial_at_least(n - k, n, BILLION - share);
}

/* -- intervals: where a condition that grows truer with the share begins to hold -- */

struct sample {
	uint64_t k, n, limit; /* the tail, or the square of z */
};

typedef bool condition(const struct sample *sample, uint64_t share);

/* The first share for which the condition holds; it must hold for BILLION. */
static uint64_t first_share(condition *holds, const struct sample *sample)
{
	uint64_t low = 0, high = BILLION;

	while (low < high) {
		uint64_t middle = (low + high) / 2;
		if (holds(sample, middle))
			high = middle;
		else
			low = middle + 1;
	}
	return high;
}

static bool makes_so_few_too_rare(const struct sample *sample, uint64_t share)
{
	return binomial_at_most(sample->k, sample->n, share) <= sample->limit;
}

/* The upper end; the lower end is that of the misses. */
static uint64_t clopper_pearson_high(uint64_t k, uint64_t n, uint64_t tail)
{
	const struct sample sample = {k, n, tail};

	return k == n ? BILLION : first_share(makes_so_few_too_rare, &sample);
}

struct interval interval_clopper_pearson(uint64_t k, uint64_t n, uint64_t tail)
{
	CHECK(k <= n && n <= SAMPLE_MAX);
	return (struct interval){BILLION - clopper_pearson_high(n - k, n, tail), clopper_pearson_high(k, n, tail)};
}

/* (k - n p)^2 > z^2 n p (1 - p), in units of 10^-27: below 10^37 for the largest sample. */
static bool lies_above_wilson(const struct sample *sample, uint64_t share)
{
	uint64_t hits = sample->k * BILLION, expected = sample->n * share;

	if (expected < hits)
		return false;
	wide distance = expected - hits;
	return distance * distance * BILLION > (wide)sample->limit * sample->n * share * (BILLION - share);
}

static uint64_t wilson_high(uint64_t k, uint64_t n, uint64_t z_squared)
{
	const struct sample sample = {k, n, z_squared};

	return k == n ? BILLION : first_share(lies_above_wilson, &sample);
}

struct interval interval_wilson(uint64_t k, uint64_t n, uint64_t z_squared)
{
	CHECK(k <= n && n <= SAMPLE_MAX && z_squared <= 10 * (uint64_t)BILLION);
	return (struct interval){BILLION - wilson_high(n - k, n, z_squared), wilson_high(k, n, z_squared)};
}
