/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Which two of the single faults of a sweep are tried together, and in which order: those
 * first whose sessions came into states that none before had come into.
 */
#ifndef SEARCH_PAIRS_H
#define SEARCH_PAIRS_H

#include "harness/search/sweep.h"

struct pair {
	size_t attempt[2]; /**< of the sweep, the first one the one that passed earlier */
};

struct pairs {
	const struct sweep *sweep;
	/* single faults that did something and were survived, the most promising first */
	size_t *ranked;
	size_t count;
	size_t sum, low; /* the next pair: ranks low and sum - low */
};

/**
 * @param sweep Whose single faults have been tried. Borrowed; its attempts may become more. Counts
 * their states.
 */
void pairs_open(struct pairs *pairs, struct sweep *sweep);
void pairs_close(struct pairs *pairs);

/** @return false when there are no more. */
bool pairs_next(struct pairs *pairs, struct pair *ret_pair);

#endif
