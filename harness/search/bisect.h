/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which revision brought a failure.
 *
 * How it works. With a frozen plan, that is by certainty: one session a revision, the suspects
 * halved by each (revisions.h), and then the proof: the culprit fails three times, and each of its
 * parents passes three times, from power on, always in the same way. By chance: sessions with seeds
 * of their own, and belief (belief.h).
 *
 * What is bad is a session that fails in the way that the bad end does. One that fails in another
 * way, is inconclusive, or whose revision cannot be built says nothing: the revision stays a
 * suspect. The ends are looked at before anything else.
 */
#ifndef SEARCH_BISECT_H
#define SEARCH_BISECT_H

#include <jansson.h>

#include "harness/search/belief.h"
#include "harness/search/builds.h"
#include "harness/search/search.h"

/** So often the proof asks each of its revisions. */
#define BISECT_PROOF 3

struct bisect_options {
	struct search *search;
	const struct paths *paths;
	const char *plan; /**< the file */
	bool by_chance;   /**< it is run as a scenario; else just its decisions are */
	/** by chance: every failure counts, not just those of the bad end's kind */
	bool any_failure;
	bool may_differ; /**< from what it was made from, besides the device */
	uint64_t least;  /**< billionths: with fewer decisions found a session shows nothing */
	const struct revisions *revisions;
	struct builds *builds;        /**< NULL: the revisions' ids are devices */
	struct belief_options belief; /**< by chance; but for the revisions */
	/** where the result is told; an object for what programs want to know */
	json_t *told, *json;
};

enum bisect_state {
	BISECT_FOUND, /**< the culprit, proved or as sure as was asked for */
	/** several are left, and nothing that can be tested tells them apart; or the proof fails */
	BISECT_SUSPECTS,
	BISECT_HELD,       /**< stopped, or out of its budget, or given up */
	BISECT_WRONG_ENDS, /**< with an error: the ends are not what they were said to be */
	BISECT_NO_PROOF,   /**< with an error: nothing can be said of the ends */
	BISECT_BROKEN,     /**< with an error */
};

/** Bisects, and tells the result. */
enum bisect_state bisect_run(const struct bisect_options *options, struct error *err);

/**
 * Reads the plan for a revision's device.
 * @param device By name or as a file; NULL: the plan's own.
 * @param ret_plan To be released with plan_close().
 */
bool bisect_read_plan(const struct bisect_options *options, const char *device, struct plan *ret_plan, struct error *err);

/* -- between the files that make it -- */

enum outcome { OUTCOME_FAILS, OUTCOME_PASSES, OUTCOME_OTHER, OUTCOME_INCONCLUSIVE };

/** What is known of a revision. */
struct subject {
	struct plan plan;
	bool has_plan, is_built;
	/** it cannot be built, or its device be read; empty: it can */
	char why_not[ERROR_TEXT_MAX];
	unsigned counts[OUTCOME_INCONCLUSIVE + 1];
	/** of its first session; by chance of its first failure, if there is one */
	struct ending ending;
	bool has_ending;
	/** the how-manieth look at a revision the first look here was; 0: none was */
	unsigned looks;
	struct {
		unsigned right, asked; /**< of the proof */
		char dir[DEVICE_PATH_MAX];
	} proof;
};

struct bisect {
	struct bisect_options options;
	struct subject *subjects; /**< a place for each revision */
	unsigned looks;           /**< revisions that were run or found not to build */
	struct ending reference;  /**< the failure that is looked for */
	bool has_reference;
	struct suspects suspects; /**< by certainty */
	struct belief belief;     /**< by chance */
	bool is_proved;
};

/** How a step of it ended. */
enum step { STEP_DONE, STEP_HELD, STEP_BROKEN };

/** Makes a revision's plan, or finds why that cannot be: subject.why_not. */
enum step bisect_prepare(struct bisect *bisect, size_t at, struct error *err);

/** Says what it does from now on. */
void bisect_stage(struct bisect *bisect, const char *stage);

/** Tells the result into options.told and options.json. */
void bisect_tell(struct bisect *bisect, enum bisect_state state);

/** "abc1234567 "its subject"", or a device's name. @return ret_text. */
const char *bisect_name(const struct bisect *bisect, size_t at, char *ret_text, size_t size);

#endif
