/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What sessions came to, over all runs: a SQLite file that grows by whole runs.
 *
 * A run is known by what its sessions came to, not by where its folder lies: recorded twice, or
 * brought together from several machines, it is there once. So is a session of a run that is a part
 * of another one: the part is dropped.
 * Several processes may use a file at once: a run is written in one transaction, and who finds the
 * file taken waits (HISTORY_PATIENCE_MS).
 *
 * Functions that return bool fill @p err on failure; the file is as it was before then.
 */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/** How long a process waits for another one's transaction. */
#define HISTORY_PATIENCE_MS 30000

struct history;

/** Whether the file must be there. */
enum history_use {
	HISTORY_READ,  /**< it must */
	HISTORY_WRITE, /**< it is made if it is not; the folder is not */
};

/**
 * Opens a history, and brings one of an older version up to date.
 * @return NULL if the file cannot be opened, is no history, or is one of a newer version.
 */
struct history *history_open(const char *path, enum history_use use, struct error *err);

/** @param history May be NULL. */
void history_close(struct history *history);

/* -- writing -- */

/** A session; texts are empty where there is nothing to say, never NULL. */
struct history_session {
	const char *folder; /**< relative to the run's: a name for the session within the run */
	const char *scenario, *device;
	uint64_t seed;
	const char *verdict; /**< pass, fail, inconclusive */
	bool as_expected;
	const char *judge, *phase, *reason;
	const char *digest, *plan_hash;
	/** of the snapshot, of what it downloads, of its kernel */
	const char *device_image, *image_hash, *kernel_hash;
	uint64_t virtual_ns, wall_ns;
	uint64_t requests, retries, frames, spi_messages, image_bytes;
};

struct history_run {
	const char *name; /**< where it was */
	const char *tool; /**< name and version; empty if it is not known */
	int64_t ended_s;  /**< seconds since 1970 */
	const struct history_session *sessions;
	size_t count;
};

/** What came of recording a run. */
struct history_recorded {
	int64_t run; /**< its number in this file */
	/** false: it is there already, by itself or as a part of the run with this number */
	bool is_new;
	size_t sessions; /**< that it has */
	/**
	 * of those that were there by itself: sessions that were judged otherwise, and have the new
	 * judgement now
	 */
	size_t updated;
};

/**
 * Records a run, and drops those that were parts of it: what it was before it was resumed, the
 * shards that it was merged from.
 */
bool history_record(struct history *history, const struct history_run *run, struct history_recorded *ret_recorded, struct error *err);

/**
 * Takes over the runs of another history that are not yet here, by themselves or as parts. @param
 * ret_count How many that were.
 */
bool history_merge(struct history *history, const char *path, size_t *ret_count, struct error *err);

/* -- looking back -- */

/**
 * How long the sessions of a scenario on a device took on the wall, on the average of the last run
 * that has any. @param ret_known false: none has.
 */
bool history_duration(struct history *history, const char *scenario, const char *device, bool *ret_known, uint64_t *ret_wall_ns,
                      struct error *err);

/** Which sessions are looked at; NULL: of any. */
struct history_filter {
	const char *scenario, *device;
};

struct history_trend {
	int64_t run; /**< its number in this file */
	const char *name, *tool;
	int64_t ended_s;
	/** failed: not as expected, though something was proved */
	uint64_t sessions, as_expected, failed, inconclusive;
	uint64_t virtual_ns, wall_ns; /**< of all these sessions together */
};

typedef void history_trend_visitor(void *ctx, const struct history_trend *trend);

/** The last @p count runs that have such sessions, the latest first. */
bool history_trend(struct history *history, const struct history_filter *filter, size_t count, history_trend_visitor *visit, void *ctx,
                   struct error *err);

/**
 * What became of a failure from one run to a later one. A session is known by its scenario, device
 * and seed.
 */
enum history_change {
	/** fails in the later run; in the earlier one it did not, or was not there */
	HISTORY_NEW,
	HISTORY_FLAKY,   /**< fails in the later run at one time and does not at another */
	HISTORY_LASTING, /**< fails in both */
	/** failed in the earlier run, and comes out as expected in the later one */
	HISTORY_FIXED,
	/**
	 * failed in the earlier run, and was not run later, or came to nothing: whether it is fixed
	 * is not known
	 */
	HISTORY_VANISHED,
};

struct history_failure {
	enum history_change change;
	const char *scenario, *device;
	uint64_t seed;
	/** of the later run, unless it failed only in the earlier one */
	const char *judge, *phase, *reason;
};

typedef void history_failure_visitor(void *ctx, const struct history_failure *failure);

/** The failures of two runs, in the order of enum history_change, then by name. */
bool history_compare(struct history *history, int64_t earlier, int64_t later, const struct history_filter *filter,
                     history_failure_visitor *visit, void *ctx, struct error *err);

/** A scenario on a device. */
struct history_place {
	const char *scenario, *device;
};

/**
 * The last @p count runs that are like one of these places: that have at least half of them; the
 * latest first. What is counted are their sessions in these places. Runs before the last
 * HISTORY_LOOKED_AT are not looked at. @param before Only those that ended before this run; 0: all.
 */
bool history_alike(struct history *history, const struct history_place *places, size_t place_count, int64_t before, size_t count,
                   history_trend_visitor *visit, void *ctx, struct error *err);
#define HISTORY_LOOKED_AT 500

/**
 * The run that a later one is compared with: the last before it that is like its places, as
 * history_alike() has it. @param ret_run 0: there is none. @return false also if there is no @p
 * run.
 */
bool history_before(struct history *history, int64_t run, const struct history_filter *filter, int64_t *ret_run, struct error *err);

/** The last run that has such sessions. @param ret_run 0: there is none. */
bool history_last(struct history *history, const struct history_filter *filter, int64_t *ret_run, struct error *err);

#endif
