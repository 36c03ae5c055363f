/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which decisions matter, and how much: each taken out of a replay of the others.
 *
 * How it works. There may be thousands, so whole faults are taken out first. What does not matter
 * as a whole is left at that. What does is split where its decisions lie furthest apart in time,
 * into bursts, and these again, down to single decisions, as long as there are sessions left.
 *
 * What comes after a decision that is not taken meets the other decisions where their frames still
 * come; how many did not come is told with it.
 */
#ifndef SEARCH_WEIGHT_H
#define SEARCH_WEIGHT_H

#include "harness/search/search.h"
#include "harness/search/tally.h"

/** So many parts something is split into at most. */
#define WEIGHT_PARTS_MAX 12U
/** So many rates at most: with all faults, and without each of the first that have acted. */
#define WEIGHT_RATES_MAX 9U

enum weight_effect {
	WEIGHT_UNTRIED, /**< there were no sessions left for it */
	WEIGHT_PASSES,  /**< without it the session passes */
	WEIGHT_SAME,    /**< it fails in the same way */
	WEIGHT_OTHER,   /**< it fails in another way */
	WEIGHT_UNKNOWN, /**< inconclusive */
};

/** Some decisions of one fault, and what comes of the others without them. */
struct weight {
	char name[FAULT_NAME_MAX]; /**< of the fault */
	/**
	 * indices of its first and last decision; those of the same name from one to the other
	 * belong to it
	 */
	size_t first, last;
	size_t count;
	unsigned depth; /**< 0: all of the fault */
	bool is_split;
	enum weight_effect effect;
	struct ending ending; /**< unless it is untried */
};

/** How often sessions fail without one of the faults, over other seeds. */
struct weight_rate {
	char name[FAULT_NAME_MAX]; /**< empty: with all of them */
	struct tally tally;
};

struct weights {
	struct weight *list; /**< whole faults, then their parts */
	size_t count, room;
	/** the first is of all faults; none for a plan that draws nothing */
	struct weight_rate *rates;
	size_t rate_count;
	bool whole; /**< all were tried that there was a reason to try */
};

/**
 * Takes decisions out.
 * @param plan A frozen plan that fails. @param removals So many sessions at most.
 * @param ret_weights To be released with weights_close(), in any case. @return false with @p err:
 * as search_run().
 */
bool weight_run(struct search *search, const struct plan *plan, const struct ending *failing, uint64_t removals,
                struct weights *ret_weights, struct error *err);

/**
 * Takes whole faults that have acted out, and draws with other seeds. Adds the rates. @param seeds
 * How many.
 */
bool weight_rates(struct search *search, const struct plan *plan, const struct ending *failing, uint64_t seeds, struct weights *weights,
                  struct error *err);

void weights_close(struct weights *weights);

/** The trial without them. */
void weight_trial(struct trial *ret_trial, const struct plan *plan, const struct weight *weight);

/**
 * All faults of the decisions, in the order of their first ones. @return how many; ret_list is to
 * be released with free().
 */
size_t weight_faults(const struct decisions *decisions, struct weight **ret_list);

/** Splits at the widest gaps. @return how many parts, at most WEIGHT_PARTS_MAX. */
size_t weight_split(const struct decisions *decisions, const struct weight *weight, struct weight ret_parts[WEIGHT_PARTS_MAX]);

/** Whether a decision is one of these. */
bool weight_has(const struct weight *weight, const struct decisions *decisions, size_t index);

/** "passes", "fails in the same way" and so on. */
const char *weight_effect_name(enum weight_effect effect);

#endif
