/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The order in which a sweep tries faults at addresses, such that it may end at any time: whatever
 * was tried by then is spread evenly.
 *
 * Cells are the combinations of phase, kind of fault and group of addresses. They are gone through
 * in rounds, each cell once a round: phase after phase takes its turn, and in each of them kinds
 * come in the order of a van der Corput sequence, which begins with another kind in each phase.
 * Within a cell, addresses come in such an order, too: the first, the middle one, those at the
 * quarters and so on.
 */
#ifndef SEARCH_SAMPLING_H
#define SEARCH_SAMPLING_H

#include "harness/search/filter.h"

struct cell {
	size_t kind;
	unsigned phase, sort;
	size_t *targets; /**< indices */
	size_t count, room;
	size_t taken;  /**< so many were given out */
	size_t cursor; /* into the order of its targets */
};

struct sampling {
	struct cell *cells; /**< by kind, sort and phase */
	size_t count;
	size_t most;   /**< of a cell with very many targets, so many are taken; 0: all */
	size_t *order; /* of the cells, within a round */
	size_t at;     /* in this order */
};

/** @param filter Borrowed for the call. */
void sampling_open(struct sampling *sampling, const struct targets *targets, const struct filter *filter, size_t most);
void sampling_close(struct sampling *sampling);

/** @return false when all has been given out. */
bool sampling_next(struct sampling *sampling, size_t *ret_cell, size_t *ret_target);

/** How many it gives out in all. */
size_t sampling_size(const struct sampling *sampling);

/**
 * The next of 0 to count - 1 in the order of a van der Corput sequence: numbers whose binary digits
 * are read backwards.
 * @param cursor 0 at first. @return @p count behind the last.
 */
size_t sampling_spread(size_t *cursor, size_t count);

#endif
