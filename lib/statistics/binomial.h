/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Tails of the binomial distribution, and the two intervals for a share that are made of them or in
 * place of them.
 *
 * Counts are plain integers, shares and probabilities billionths. A tail is summed term by term,
 * each the one before it times a ratio of integers (number.h). What comes out is never below the
 * true value, and above it by at most a billionth and one part in 10^12.
 */
#ifndef STATISTICS_BINOMIAL_H
#define STATISTICS_BINOMIAL_H

#include <stdint.h>

#include "lib/statistics/number.h"

/** The most runs that a sample has. */
#define SAMPLE_MAX 100000U

/**
 * The probability of @p k or more hits in @p n runs whose share of hits is @p share.
 * @param n At most SAMPLE_MAX.
 * @return Billionths, rounded up.
 */
uint64_t binomial_at_least(uint64_t k, uint64_t n, uint64_t share);

/** The same of @p k hits or fewer. */
uint64_t binomial_at_most(uint64_t k, uint64_t n, uint64_t share);

/** A share is between these, billionths, both rounded outward. */
struct interval {
	uint64_t low, high;
};

/**
 * The exact interval for the share of hits when @p k of @p n runs hit (Clopper and Pearson, "The
 * use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26,
 * 1934): the shares under which neither @p k or more nor @p k or fewer is rarer than @p tail.
 * @param n 0 gives the interval from 0 to 1.
 * @param tail What may lie beyond either end, billionths; 25000000 for an interval of 95 %.
 */
struct interval interval_clopper_pearson(uint64_t k, uint64_t n, uint64_t tail);

/**
 * Squares of the normal quantile for two tails of 5, 2.5 and 0.5 %, billionths: the 90, 95 and 99 %
 * points of chi squared with one degree of freedom.
 */
#define Z_SQUARED_90 UINT64_C(2705543454)
#define Z_SQUARED_95 UINT64_C(3841458821)
#define Z_SQUARED_99 UINT64_C(6634896601)

/**
 * The score interval (Wilson, "Probable inference, the law of succession, and statistical
 * inference", JASA 22, 1927): the shares p with (k/n - p)^2 <= z^2 p (1 - p) / n. Nearer to the
 * nominal confidence on the average, but not exact; told beside the exact one, never decided by.
 * @param z_squared Billionths, at most 10 billion.
 */
struct interval interval_wilson(uint64_t k, uint64_t n, uint64_t z_squared);

#endif
