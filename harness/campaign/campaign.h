/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A campaign: sessions of one or many scenarios, run side by side into a folder of their own, and
 * what they come to together. Runs, replays, gates and searches all stand on it.
 *
 * How it works. In this order:
 *
 * - campaign_open() notes what is wanted and finds what belongs to the program.
 * - campaign_select() reads scenarios, and makes their sessions: seeds, devices, shards, repeats.
 *   Or campaign_read() reads a single plan, of which the owner makes sessions himself. All that is
 *   wrong with what the user has asked for is told by then, and nothing is made yet.
 * - campaign_begin() opens the history and the cache of booted devices, and makes the folder, or
 *   takes over that of a campaign that was left.
 * - campaign_run() runs the sessions, keeps to the budget, writes the reports and the history. Or
 *   the owner runs sessions of his own, round by round, with campaign_run_jobs(), or a search's
 *   with search_open(), and writes what they need.
 * - campaign_close() in every case.
 *
 * It neither prints nor exits. What there is to tell goes through struct campaign_ops, errors
 * through its wrong() or through struct error, and what came of it is a value.
 */
#ifndef CAMPAIGN_CAMPAIGN_H
#define CAMPAIGN_CAMPAIGN_H

#include "harness/campaign/jobs.h"
#include "harness/campaign/live.h"
#include "harness/campaign/record.h"

/** What is wanted of all sessions. Texts are borrowed; NULL and 0: nothing is said. */
struct campaign_wish {
	bool frozen;        /**< plans of sessions are replayed; else scenarios are run */
	const char *device; /**< in place of the scenarios' own */
	bool may_differ;    /**< a frozen plan counts though what it was made from has changed */

	size_t side_by_side; /**< 1 to POOL_JOBS_MAX; campaign_cores() if nobody says */
	enum transport transport;
	bool share;   /**< what sessions have in common at their beginning */
	unsigned bus; /**< bits of session/folder.h */
	uint64_t wall_limit_ns;
	struct campaign_live_wish live;

	const char *dir;     /**< the folder, which must not be there yet; NULL: the next number */
	const char *goes_on; /**< the folder of a campaign that was left, in place of the former */
	const char *cache;
	/** a file, or RECORD_NONE; NULL: the standard one, if that can be had */
	const char *history;
};

/** Which sessions campaign_select() makes, and how campaign_run() runs them. */
struct campaign_sessions {
	char *const *operands; /**< files, folders and suites; ends with NULL */
	const char *tag;
	struct jobs_wish jobs;
	const char *shard; /**< "2/8", as the user gave it */
	bool strict;       /**< a fault that never matches is not as expected */
	bool fail_fast;    /**< nothing is begun after the first session that is not as expected */
	bool has_budget;
	/** else that of the suites, if there is nothing but suites with one */
	uint64_t budget_ns;
	const char *const *words; /**< by which it can go on; ends with NULL */
};

struct campaign;

/** So many sessions run side by side if nobody says: one a core. */
size_t campaign_cores(void);

/**
 * @param wish Copied.
 * @param ops Copied.
 * @return NULL if the program does not find its own files, which ops->wrong() was told.
 */
struct campaign *campaign_open(const struct campaign_wish *wish, const struct campaign_ops *ops);

/**
 * @return false if anything is wrong with any scenario: ops->wrong() was told of each.
 * @param sessions Copied.
 */
bool campaign_select(struct campaign *campaign, const struct campaign_sessions *sessions);

/**
 * Reads a plan as the wish has it, and looks at its files.
 * @param device In place of the wish's; NULL: that.
 * @param ret_plan To be released with plan_close().
 */
bool campaign_read(const struct campaign *campaign, const char *path, const char *device, bool frozen, struct plan *ret_plan,
                   struct error *err);

/**
 * @return false, with ops->wrong() told: there is no folder, and nothing is left of what was made.
 */
bool campaign_begin(struct campaign *campaign);

/** Runs what was selected. */
enum campaign_outcome campaign_run(struct campaign *campaign);

/**
 * Runs these sessions, which are the owner's, to their ends.
 * @param hold As pool_options.hold(); may be NULL.
 */
void campaign_run_jobs(struct campaign *campaign, struct jobs *jobs, const char *(*hold)(void *ctx, const struct job *job), void *ctx);

/**
 * After campaign_begin(): the folder, what sessions are run with, and the history, NULL if nothing
 * is recorded.
 */
const char *campaign_dir(const struct campaign *campaign);
const struct paths *campaign_paths(const struct campaign *campaign);
struct history *campaign_history(const struct campaign *campaign);

/** Whether the user wants an end, once sessions have been begun. */
bool campaign_is_stopped(const struct campaign *campaign);

/**
 * Releases everything.
 * @param campaign May be NULL.
 * @return false if the network is not as it was: ops->wrong() was told.
 */
bool campaign_close(struct campaign *campaign);

#endif
