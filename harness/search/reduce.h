/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The smallest set of items that still does it: delta debugging over a test that takes several
 * candidates at once.
 *
 * A candidate is a set of items that are kept. All candidates of a round are asked together and
 * decided in their order; how many there are does not depend on how many sessions run side by side.
 * Whatever becomes of a reduction, its set is one that was seen to do it.
 *
 * reduce_weighed() is ProbDD (Wang et al., "Probabilistic Delta Debugging", ESEC/FSE 2021): each
 * item has a probability that it is needed; the next candidate leaves out those items, the least
 * needed first, for which the expected gain is largest, and an answer that they cannot all go makes
 * each of them likelier to be needed, by Bayes' rule. reduce_halved() is ddmin (Zeller and
 * Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", TSE 2002), complements only, to
 * compare with.
 */
#ifndef SEARCH_REDUCE_H
#define SEARCH_REDUCE_H

#include <stdbool.h>
#include <stddef.h>

/** Candidates of one round of reduce_weighed(). */
#define REDUCE_WIDTH 4

struct reduce {
	size_t count; /**< of items */
	bool *keep;   /**< the set so far, borrowed: at first one that does it */
	/**
	 * Asks about candidates, a row of count flags each.
	 * @return false: it is over, and nothing more can be asked.
	 */
	bool (*ask)(void *ctx, const bool *candidates, size_t candidate_count, bool *ret_does);
	void *ctx;
	bool is_over; /**< ask() has said so */
};

/** How many items are kept. */
size_t reduce_left(const struct reduce *reduce);

/**
 * Leaves out what comes last, as much as can go at once: the items are in the order of time, and
 * after the point of no return nothing matters.
 */
void reduce_tail(struct reduce *reduce);

/**
 * Leaves out whole classes: each by itself, then all of those together that can go alone. @param
 * class_of Of each item, below @p classes.
 */
void reduce_classes(struct reduce *reduce, const size_t *class_of, size_t classes);

/** ProbDD, REDUCE_WIDTH candidates a round. */
void reduce_weighed(struct reduce *reduce);

/** The same with so many candidates a round. */
void reduce_weighed_by(struct reduce *reduce, size_t width);

/** ddmin, a candidate a round. */
void reduce_halved(struct reduce *reduce);

/** Leaves out single items until no single one can go. */
void reduce_singly(struct reduce *reduce);

#endif
