/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The sessions of a run, from the scenarios that were chosen for it.
 */
#ifndef CAMPAIGN_JOBS_H
#define CAMPAIGN_JOBS_H

#include "harness/campaign/reading.h"
#include "harness/pool/pool.h"

#define JOBS_TIMES_MAX 1000U

/** What a run asks of its sessions, whatever their scenarios say. */
struct jobs_wish {
	bool has_seeds; /**< the two below, in place of the scenarios' own */
	uint64_t first_seed, last_seed;
	/**
	 * of all sessions, each `shards`-th from number `shard` on, counted from 1; shards 0: all
	 */
	size_t shard, shards;
	size_t times; /**< how often each session: from 1 to JOBS_TIMES_MAX */
	bool keeps_going, may_differ;
	uint64_t least; /**< of a replay, billionths */
};

/**
 * Jobs in the order in which they were asked for. Those of a session follow each other, and those
 * of a scenario on a device do.
 */
struct jobs {
	struct job *list;
	size_t count;
	size_t sessions; /* counted for the shards: those of others, too */
};

/**
 * Adds the sessions of a scenario.
 * @return false with @p err: it is wrong, or one of its name is there already.
 */
bool jobs_add(struct jobs *jobs, const struct choice *choice, const struct jobs_wish *wish, struct reading *reading, struct error *err);

/**
 * Adds the sessions with these seeds of a scenario that was read before.
 * @param like Its plan, which has looked at its files.
 */
bool jobs_add_seeds(struct jobs *jobs, const struct choice *choice, const struct plan *like, uint64_t first, uint64_t last,
                    const struct jobs_wish *wish, const struct reading *reading, struct error *err);

/** The seeds that a scenario is run with. */
void jobs_find_seeds(const struct plan *plan, const struct choice *choice, const struct jobs_wish *wish, uint64_t *ret_first,
                     uint64_t *ret_last);

/** Gives every job its folder below that of the run. */
void jobs_place(struct jobs *jobs, const char *dir);

/**
 * Sorts them by what they are expected to take; what is not known goes last, and stays in the order
 * in which it was asked for.
 */
void jobs_sort_by_cost(struct jobs *jobs);

void jobs_close(struct jobs *jobs);

/** The longest name of a run's folder: leaves room for the session's below it. */
#define JOBS_FOLDER_MAX (DEVICE_PATH_MAX - 224)

#endif
