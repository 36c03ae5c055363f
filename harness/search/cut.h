/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The moment after which a failure was bound to come: everything up to a cut as it was, all that
 * faults draw after it drawn anew (`redraw:` of a plan), several times.
 *
 * How it works. Given what has happened up to an instant, the session fails with some probability,
 * which moves up and down as things happen, and once it is one stays one. So the cuts at which no
 * redraw passes lie behind all those at which one does, but for chance, and the border between them
 * can be found by bisection. Where it is found it is proved by other redraws than those that have
 * found it: a border that is chosen because nothing passed there looks better than it is.
 *
 * A failure of any kind counts as one; how many were of the same way is told beside it.
 */
#ifndef SEARCH_CUT_H
#define SEARCH_CUT_H

#include "harness/search/search.h"
#include "harness/search/tally.h"

/**
 * So many redraws are run in one batch at most: each takes some 40 kB while the batch lasts, more
 * if the plan has many faults.
 */
#define CUT_BATCH_MAX 512U

struct cut {
	uint64_t at_ns; /**< virtual time, inclusive: from here on all is drawn anew */
	struct tally tally;
};

struct cut_options {
	uint64_t redraws; /**< at each cut, from 1 */
	uint64_t cuts;    /**< evenly from the beginning to the end, from 1 */
	uint64_t steps;   /**< of the bisection, and half as many where else the rate jumps */
};

struct cut_curve {
	const char *why_not; /**< a text that stays: why there is no curve; NULL: there is one */
	uint64_t start_ns, end_ns;
	size_t count, room;
	struct cut *list; /**< in the order of time */
	/** a redraw had another digest than the failing session: something is drawn */
	bool differs;
	bool whole;     /**< the search had time for all of it */
	bool has_proof; /**< of proof */
	/** the first cut from which on no redraw passed, with redraws of its own only */
	struct cut proof;
	bool has_saved;      /**< of the two below */
	uint64_t saved_ns;   /**< the last cut at which a redraw passed */
	uint64_t saved_seed; /**< of such a redraw */
};

/**
 * Makes the curve.
 * @param plan A frozen plan that fails, with its faults and decisions. @param drawn What a run of
 * its faults came to, @param failing a replay of its decisions.
 * @param start_ns Where the session begins. @param ret_curve To be released with cut_curve_close(),
 * in any case.
 * @return false with @p err: as search_run().
 */
bool cut_run(struct search *search, const struct plan *plan, const struct ending *failing, const struct trial *drawn, uint64_t start_ns,
             uint64_t end_ns, const struct cut_options *options, struct cut_curve *ret_curve, struct error *err);
void cut_curve_close(struct cut_curve *curve);

/** The trial of one redraw: the plan's faults, drawn anew from an instant on. */
void cut_trial(struct trial *ret_trial, const struct plan *plan, uint64_t at_ns, uint64_t seed);

/** The seed of the @p index-th redraw at a cut. */
uint64_t cut_seed(uint64_t plan_seed, uint64_t at_ns, uint64_t index);

/** Puts a cut into the curve, in its place; at one that is there the counts are added. */
void cut_put(struct cut_curve *curve, const struct cut *cut);

/** The index of the last cut at which a redraw passed, plus 1; 0: none did. */
size_t cut_last_passed(const struct cut_curve *curve);

/**
 * The index of the first cut from which on every redraw failed, of which at least one is known; the
 * curve's count if there is none.
 */
size_t cut_first_lost(const struct cut_curve *curve);

/**
 * Between the last cut that could be passed and the first that could not: the instant to try next.
 * @return false: nothing is between.
 */
bool cut_between(const struct cut_curve *curve, uint64_t *ret_at_ns);

/**
 * In the middle of the largest jump of the rate between two cuts. @return false: there is none that
 * is worth it.
 */
bool cut_of_jump(const struct cut_curve *curve, uint64_t *ret_at_ns);

/** The last cut whose rate is surely below @p share (billionths), its index plus 1; 0: none. */
size_t cut_surely_below(const struct cut_curve *curve, uint64_t share);

#endif
