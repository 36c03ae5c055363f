/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inverse distribution functions in whole numbers, so that a draw is the same on every machine: no
 * libm, whose last bit may differ.
 *
 * They have the law of the tables that tc-netem comes with: mean 0 (where the tail is not cut), and
 * nothing beyond four.
 */
#ifndef PROXY_QUANTILE_H
#define PROXY_QUANTILE_H

#include <stdint.h>

/** What stands for one. */
#define QUANTILE_ONE 65536
/** The largest that comes out: tc's 16 bits end there, too. */
#define QUANTILE_MAX (4 * QUANTILE_ONE)

/** The standard normal distribution, cut at four either way, for @p bits / 2^64. */
int64_t quantile_normal(uint64_t bits);

/**
 * Pareto's distribution with shape 3 and scale 1 as tc-netem has it, (X - 3/2) * 4/3, cut at four:
 * from -2/3 up; one in ninety draws is four. 4/3 is one over the variance, not over the standard
 * deviation, so that without the cut the standard deviation would be 1.155.
 */
int64_t quantile_pareto(uint64_t bits);

/**
 * A quarter of the normal one and three quarters of Pareto's, both for the same @p bits, as in
 * tc-netem's table.
 */
int64_t quantile_paretonormal(uint64_t bits);

#endif
