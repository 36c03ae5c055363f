/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A test that may be looked at after every observation, and ended there (Wald, "Sequential tests of
 * statistical hypotheses", Annals of Mathematical Statistics 16, 1945).
 *
 * Of two hypotheses, a hit has one chance by the first and a larger one by the second. The test
 * follows the likelihood ratio LR, how much likelier what was seen is by the second than by the
 * first. By Wald's argument a likelihood ratio reaches x, ever, with a chance of at most 1/x when
 * its denominator is true; so 1/x, at its smallest until now, is a p-value at whatever observation
 * one stops, and for whatever reason. There is one for either hypothesis:
 *
 *     first  = 1 / max LR    small: hits are more frequent than the first hypothesis has it
 *     second =     min LR    small: hits are rarer than the second hypothesis has it
 *
 * Both hold for all that lies beyond, too: for hits rarer than by the first, and for hits more
 * frequent than by the second.
 *
 * To reject at `first <= alpha` and `second <= beta` is Wald's test with the boundaries 1/alpha and
 * beta, a little wider than his (1 - beta)/alpha and beta/(1 - alpha): both error rates are bounds
 * then, not approximations. A bound on the number of observations ends the test with neither
 * rejected; it lets no error rate grow.
 */
#ifndef STATISTICS_SEQUENTIAL_H
#define STATISTICS_SEQUENTIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/statistics/number.h"

/** A test under way. Plain data. */
struct sequential {
	uint64_t hit[2], miss[2];     /* by which LR grows, as numerator and denominator */
	struct number ratio, inverse; /* LR and 1 / LR, either rounded up */
	uint64_t first, second;       /**< p-values in billionths, rounded up */
};

/** Two shares of hits, billionths, with 0 < @p first < @p second < BILLION. */
void sequential_of_shares(struct sequential *test, uint64_t first, uint64_t second);

/** As many hits as misses, against @p odds hits for each miss; @p odds from 2 to 1000. */
void sequential_of_odds(struct sequential *test, uint64_t odds);

/** One more trial, after one of the functions above. */
void sequential_add(struct sequential *test, bool is_hit);

#endif
