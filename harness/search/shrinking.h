/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A shrink at work: what its stages share. A stage asks for variants of the smallest plan so far,
 * and makes one of them the smallest.
 */
#ifndef SEARCH_SHRINKING_H
#define SEARCH_SHRINKING_H

#include "harness/search/shrink.h"

struct shrinking {
	struct search *search;
	const struct plan *plan; /* frozen: the one that was given, or what its run has left */
	struct shrunk *shrunk;
	char session[DEVICE_PATH_MAX]; /* folder of the last session that was kept */
	struct error *err;
	bool has_failed; /* with err */
	bool is_over;    /* nothing more can be asked */
	/* sessions, whether they were run or known: as many for a search that is resumed */
	size_t asked;
	size_t begun; /* of these, before the stage that goes on */
};

/* -- items: a plan's decisions, or its faults -- */

/** An index is below this; what is returned belongs to the plan. */
size_t item_count(const struct plan *plan);
const struct action *item_action(const struct plan *plan, size_t index);
struct action_params *item_params(struct plan *plan, size_t index);
const char *item_name(const struct plan *plan, size_t index);
unsigned item_direction(const struct plan *plan, size_t index);
/** Where it acts; "" if it has no address. */
const char *item_at(const struct plan *plan, size_t index);

/** The smallest plan so far, with just those of its items that are kept; NULL: all. */
void shrinking_variant(const struct shrinking *shrinking, const bool *keep, struct trial *ret_trial);

/**
 * Runs variants and says which end as the target does. @return false: nothing more can be asked;
 * answers that are known are there all the same.
 */
bool shrinking_ask(struct shrinking *shrinking, struct trial *trials, size_t count, enum answer *ret_answers);

/** Makes the trial, which is taken over, the smallest so far. */
void shrinking_take(struct shrinking *shrinking, struct trial *trial);

/** Begins a stage, and notes what the one before has come to. */
void shrinking_stage(struct shrinking *shrinking, const char *name);
void shrinking_end_stage(struct shrinking *shrinking, const char *name);

/**
 * Replaces what is left by outages where conversations were stalled in the session that was given,
 * if these are fewer and fail so.
 * @param thoroughly Not just all of them at once, but one after the other.
 */
void shrinking_stalls(struct shrinking *shrinking, bool thoroughly);

/** Makes the magnitudes of all that is left as small as can be. */
void shrinking_magnitudes(struct shrinking *shrinking);

/** Looks for the upper borders. */
void shrinking_upper_borders(struct shrinking *shrinking);

/** Judges how sharp the lower borders are, with all else as small as it is in the end. */
void shrinking_judge_borders(struct shrinking *shrinking);

/** Finds the simplest address of each part. */
void shrinking_words(struct shrinking *shrinking);

/** The sentence, by the smallest plan and its parts. */
void shrinking_sentence(struct shrunk *shrunk);

#endif
