/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The plans of a hunt: a seed and a few faults, drawn anew or made from one that has reached
 * something.
 */
#ifndef SEARCH_MUTATE_H
#define SEARCH_MUTATE_H

#include "harness/search/limits.h"
#include "harness/search/trial.h"

#define CANDIDATE_FAULTS_MAX 4
#define CANDIDATE_TEXT_MAX 768

struct candidate {
	uint64_t seed;
	size_t count;
	struct drawn list[CANDIDATE_FAULTS_MAX];
};

/**
 * Draws one anew, with the seed of the first of the grounds' plans. @return false if no fault makes
 * sense here.
 */
bool candidate_draw(const struct grounds *grounds, struct dice *dice, struct candidate *ret_candidate);

/**
 * Makes one from another: one or two of these are done to it: a fault more or less, a parameter
 * drawn anew, a fault aimed elsewhere, another seed, a fault of @p other.
 * @param other NULL: there is none.
 */
void candidate_mutate(const struct grounds *grounds, const struct candidate *parent, const struct candidate *other, struct dice *dice,
                      struct candidate *ret_candidate);

/**
 * The session of a candidate. @param keep_faults The plan's own faults act, too, before the drawn
 * ones.
 */
void candidate_trial(const struct candidate *candidate, const struct plan *plan, bool keep_faults, struct trial *ret_trial);

/**
 * "drop at tcp.syn[80/1]#1; loss, percent 30%, for 20s from http.request#3; seed 7". @return
 * ret_text.
 */
const char *candidate_say(const struct candidate *candidate, char *ret_text, size_t size);

#endif
