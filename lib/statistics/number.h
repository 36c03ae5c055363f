/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Numbers of any size above zero, rounded upward: integer arithmetic that comes to the same on
 * every machine.
 *
 * A decision must not hang on a library's log() or on how a compiler orders floating point. A
 * number is a mantissa of 64 bits with an exponent, and every operation rounds up, by less than
 * 2^-63 of the result. So what comes out is never below the true value, and after k operations at
 * most k x 2^-63 of it above: under 2e-13 for what the largest sample here takes.
 */
#ifndef STATISTICS_NUMBER_H
#define STATISTICS_NUMBER_H

#include <stdint.h>

#include "lib/base/unit.h"

/**
 * A share, a probability or a p-value of one: all that goes in and out of this folder is counted in
 * billionths.
 */
#define BILLION UNIT_PROBABILITY_ONE

/** mantissa x 2^exponent. Zero has no mantissa; else its top bit is set. */
struct number {
	uint64_t mantissa;
	int64_t exponent;
};

/** Exact. */
struct number number_of(uint64_t value);

/** @p a x @p numerator / @p denominator, in one rounding. @param denominator Not 0. */
struct number number_scale(struct number a, uint64_t numerator, uint64_t denominator);

struct number number_multiply(struct number a, struct number b);
struct number number_add(struct number a, struct number b);

/** (@p numerator / @p denominator) to the power @p n. */
struct number number_power(uint64_t numerator, uint64_t denominator, uint64_t n);

/**
 * The number in billionths, rounded up, and at most BILLION: a probability is never told as smaller
 * than it is.
 */
uint64_t number_billionths(struct number a);

#endif
