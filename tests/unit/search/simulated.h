/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Bisections of simulated histories: a culprit, the rates of failure before it and from it
 * on, and sessions whose outcomes are addressed draws.
 */
#ifndef SEARCH_SIMULATED_H
#define SEARCH_SIMULATED_H

#include "harness/search/belief.h"

/** A row of @p count candidates behind a good end. */
void simulated_row(struct revisions *ret_revisions, size_t count);

struct simulated {
	const struct revisions *revisions;
	uint64_t before, after; /**< billionths */
	/** of the history: which is the culprit, and what sessions come to */
	uint64_t seed;
};

struct simulated_result {
	bool is_right;
	uint64_t sessions;
	enum belief_state state;
};

size_t simulated_culprit(const struct simulated *simulated);

/** As `stutter bisect` does it. @param options But for its revisions. */
struct simulated_result simulated_belief(const struct simulated *simulated, const struct belief_options *options);

/**
 * Plain bisection with so many sessions a step: a revision is bad if as many of them fail as is
 * more probable from the culprit on than before it.
 */
struct simulated_result simulated_halving(const struct simulated *simulated, unsigned repeats);

#endif
