/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which revision brought a failure that comes by chance, before it and after it: what the sessions
 * run so far let one believe, which revision to ask next, and when to stop. Pure: it is told what
 * sessions came to, and runs none.
 *
 * How it works. A hypothesis is a culprit; under it a session fails with one probability at the
 * culprit and all that descend from it, and with another, at most as high, elsewhere. Neither is
 * known. Both are taken from a grid that is denser towards 0 and 1 (near Jeffreys' prior), with a
 * share of the belief set aside for "never" before and "always" after, and summed over.
 *
 * The next revision is the one whose batch of sessions is expected to tell most about the culprit
 * (mutual information of the batch's count and the revision's side), for what it costs; one that
 * has to be built first costs more.
 *
 * To stop needs more than the average belief: the culprit must be as probable as was asked for
 * under every pair of rates that the sessions leave plausible, not just on the average over them.
 * Given the true rates such a belief is right as often as it says; the average alone is too sure of
 * itself where the rates are near each other.
 *
 * Floating point, but of the basic operations only, in a fixed order: the same on every machine.
 */
#ifndef SEARCH_BELIEF_H
#define SEARCH_BELIEF_H

#include "harness/search/revisions.h"

enum belief_state {
	BELIEF_GOES_ON,
	BELIEF_SURE,          /**< as sure as was asked for */
	BELIEF_NO_FAILURE,    /**< the bad end has not failed once */
	BELIEF_NO_DIFFERENCE, /**< the good end fails as often as the bad one */
	/** the ends cannot be tested, or nothing is left that can be and would tell more */
	BELIEF_UNTESTABLE,
	BELIEF_GIVEN_UP, /**< as many sessions as were allowed */
};

struct belief_options {
	const struct revisions *revisions;
	unsigned batch;      /**< sessions at once, 1 to BELIEF_BATCH_MAX */
	unsigned build_cost; /**< of a revision that was not built yet, in sessions */
	uint64_t confidence; /**< billionths */
	uint64_t most;       /**< sessions at most */
	bool on_average;     /**< for comparisons: stop by the average belief */
};

#define BELIEF_BATCH_MAX 64
/** So many sessions do the ends get before they are given up. */
#define BELIEF_ENDS_MAX 96

/** What was found at a revision. */
struct belief_count {
	unsigned failed, passed;
	unsigned neither; /**< inconclusive, or failed in another way: says nothing */
};

struct belief {
	struct belief_options options;
	struct belief_count *counts; /**< a place for each revision, as all arrays here */
	bool *built, *untestable;
	double *share; /**< of the belief that it is the culprit, summed over the rates */
	/** nothing that can be tested tells it from the best: the best itself is one of them */
	bool *like_best;
	size_t best;
	/** how probable the best, with those like it, is at least under all plausible rates */
	double sure;
	double average;       /**< how probable they are, summed over the rates */
	double before, after; /**< the rates, as the belief has them */
	uint64_t sessions;    /**< so far */
};

/** @param options Borrowed. To be released with belief_close(). */
void belief_open(struct belief *belief, const struct belief_options *options);
void belief_close(struct belief *belief);

/** What to do next. @param ret_at Where the next batch is to run, if it goes on. */
enum belief_state belief_next(struct belief *belief, size_t *ret_at);

/**
 * Takes what a batch came to. A revision is not asked again if none of the batch's sessions said
 * anything, nor did most of those before.
 */
void belief_add(struct belief *belief, size_t at, const struct belief_count *count);

/** It cannot be built, say. */
void belief_cannot_test(struct belief *belief, size_t at);

#endif
