/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A failing and a passing session side by side: where their traces first differ, beyond what was
 * taken out of the one to make the other.
 */
#ifndef SEARCH_NEIGHBOUR_H
#define SEARCH_NEIGHBOUR_H

#include "harness/search/cut.h"
#include "harness/search/weight.h"

/** The first difference of two traces. */
struct difference {
	bool found;
	/** of the first line that the other has not; the end of a trace that has ended: 0 */
	uint64_t at_ns[2];
	char *common;   /**< the last lines before it, which both have */
	char *lines[2]; /**< what comes then, in the failing session and in the passing one */
};

/**
 * Compares the text of two traces; lines about the run rather than about the session are left out.
 * @param removed Decisions that the first has and the second lacks, whose own lines are no
 * difference; NULL: none. @param decisions Those that it is a part of.
 * @param ret_difference To be released with difference_close().
 */
void difference_find(const char *failing, const char *passing, const struct weight *removed, const struct decisions *decisions,
                     struct difference *ret_difference);

/**
 * The same of what the device says and what the session comes to, whenever that is: the lines hold
 * no more than that.
 */
void difference_heard(const char *failing, const char *passing, struct difference *ret_difference);
void difference_close(struct difference *difference);

/** The nearest session that passes. */
struct neighbour {
	/** one has passed before; without the next there was no time to run it for its folder */
	bool known;
	bool found;
	struct trial trial; /**< its folder stays */
	struct difference all, heard;
};

/**
 * Runs it, if one is known: with one decision taken out, the latest of those; else drawn anew from
 * the latest cut at which one passed; else with the fewest decisions taken out.
 * @param failing_dir The folder of the failing session. @param ret_neighbour To be released with
 * neighbour_close(), in any case. @return as search_run().
 */
bool neighbour_run(struct search *search, const struct plan *plan, const char *failing_dir, const struct cut_curve *curve,
                   const struct weights *weights, struct neighbour *ret_neighbour, struct error *err);
void neighbour_close(struct neighbour *neighbour);

/** Of what was taken out and then passed: the nearest. @return NULL: nothing has passed. */
const struct weight *neighbour_choose(const struct weights *weights);

#endif
