/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The plans that have reached something new, and the map of all that was reached. Those whose reach
 * is the rarest are chosen most often, and less with every time they were.
 */
#ifndef SEARCH_CORPUS_H
#define SEARCH_CORPUS_H

#include "harness/search/mutate.h"
#include "harness/search/reach.h"

struct corpus_entry {
	struct candidate candidate;
	struct reach reach;
	uint64_t chosen; /**< so often */
};

/** All zero is empty. */
struct corpus {
	struct corpus_entry *list;
	size_t count, room;
	struct reach map; /**< of all sessions, those of plans that are not kept, too */
};

void corpus_close(struct corpus *corpus);

/**
 * Takes what a session has reached, and keeps its plan if that was new.
 * @param candidate NULL: the session is of none, and only its reach counts. @param reach Taken
 * over, and empty then.
 * @return how many items were new.
 */
size_t corpus_take(struct corpus *corpus, const struct candidate *candidate, struct reach *reach);

/** How likely an entry is chosen, against the others; at least 1. */
uint64_t corpus_energy(const struct corpus *corpus, size_t index);

/** Chooses an entry, of which there must be one, and counts that it was. */
const struct candidate *corpus_choose(struct corpus *corpus, struct dice *dice);

#endif
