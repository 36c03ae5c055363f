/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Whether one of two does worse when both are given the same tasks (McNemar, "Note on the sampling
 * error of the difference between correlated proportions or percentages", Psychometrika 12, 1947),
 * exactly.
 *
 * Only the pairs that come out differently tell anything. If both are equally good, either of the
 * two fails in such a pair with a chance of one half, whatever the tasks are and however hard they
 * are. How many pairs there are must not hang on what came out; sequential.h has what may.
 */
#ifndef STATISTICS_MCNEMAR_H
#define STATISTICS_MCNEMAR_H

#include <stdint.h>

/**
 * The chance that so many or more of the differing pairs speak against the one that does no worse.
 * @return Billionths, rounded up.
 */
uint64_t mcnemar_one_sided(uint64_t against, uint64_t in_favour);

/**
 * The chance of such a difference in either direction: twice the smaller tail, at most 1. @return
 * Billionths, rounded up.
 */
uint64_t mcnemar_two_sided(uint64_t a, uint64_t b);

#endif
