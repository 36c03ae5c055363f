/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What several sessions came to, counted: how many failed, and how surely that says how often such
 * sessions fail.
 */
#ifndef SEARCH_TALLY_H
#define SEARCH_TALLY_H

#include "harness/search/trial.h"
#include "lib/statistics/binomial.h"

/** Counts of sessions. Those that were inconclusive say nothing, and count neither way. */
struct tally {
	/** failed in the same way as the session that is explained, or in another */
	uint64_t passed, same, other;
	uint64_t unknown; /**< inconclusive */
};

/**
 * Counts a trial that is done; one that was not run is left out. @param failing What it is compared
 * with.
 */
void tally_add(struct tally *tally, const struct trial *trial, const struct ending *failing);

/** Those that failed in whatever way. */
uint64_t tally_failed(const struct tally *tally);
/** Those that passed or failed. */
uint64_t tally_known(const struct tally *tally);

/** The share that failed, billionths; 0 if nothing is known. */
uint64_t tally_rate(const struct tally *tally);

/** The interval for how often such sessions fail: exact (Clopper and Pearson), 95 %. */
struct interval tally_interval(const struct tally *tally);

#endif
