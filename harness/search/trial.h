/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session that a search wants run: a variant of a plan, and what it came to.
 *
 * A variant is a shallow copy of its base, which must outlive it, with faults and decisions of its
 * own.
 */
#ifndef SEARCH_TRIAL_H
#define SEARCH_TRIAL_H

#include "lib/base/hash.h"
#include "harness/scenario/plan.h"
#include "harness/search/ending.h"

enum trial_state {
	TRIAL_NEW,  /**< not run: search_run() was not called, or has failed before it came to it */
	TRIAL_DONE, /**< it has an ending */
	/** not run, or not to its end: the budget was used up, or the search was stopped */
	TRIAL_HELD,
};

struct trial {
	struct plan plan;
	char name[FAULT_AT_MAX + FAULT_NAME_MAX + 16]; /**< for people: "drop tcp.syn#1" */
	bool keep;                                     /**< its folder stays, however it ends */
	bool keep_if_fails;                            /**< its folder stays if it fails */
	/**
	 * from power on, sharing nothing with others: to prove something. Its result is not taken
	 * from one that shared.
	 */
	bool alone;
	/**
	 * which of several runs of the same plan this is: each is made, though one result is like
	 * another
	 */
	unsigned round;
	/**
	 * its folder is to have a list of all that passes (session/folder.h): FOLDER_EVENTS_FILE
	 */
	bool lists_events;
	enum trial_state state;
	struct ending ending;      /**< of one that is done */
	char dir[DEVICE_PATH_MAX]; /**< its folder; empty if it has not stayed */
	char key[HASH_TEXT_MAX];   /* what its result is remembered by */
	bool is_cached;            /* its result was there already */
};

/**
 * A variant with other faults. @param faults Copied. The variant is no replay and has no decisions.
 */
void trial_with_faults(struct trial *ret_trial, const struct plan *base, const struct fault *faults, size_t count);

/** A variant that replays just these decisions. @param decisions Copied. */
void trial_with_decisions(struct trial *ret_trial, const struct plan *base, const struct decision *decisions, size_t count);

/** The base itself, with its own faults and decisions, and perhaps another seed. */
void trial_with_seed(struct trial *ret_trial, const struct plan *base, uint64_t seed);

/**
 * Asks of no fault that it acts (`acted:` under `expect:`) of which nothing is left: no fault of
 * this name, or in a replay no decision. The functions above do so; whoever then takes faults or
 * decisions out does so again.
 */
void trial_expect(struct trial *trial);

/**
 * The faults, decisions and seed of a frozen plan, a replay if it is one, on another base: the same
 * scenario with another device. A decision before the end that does not find its address makes it
 * inconclusive.
 */
void trial_with_device(struct trial *ret_trial, const struct plan *base, const struct plan *plan);

void trial_close(struct trial *trial);

/** Writes the trial's plan as a file of its own, whole or not at all. */
bool trial_write_plan(const struct trial *trial, const char *dir, const char *name, struct error *err);

#endif
