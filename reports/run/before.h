/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What had been known of a run's sessions when it began, or was merged: before.json in its folder,
 * from the history. With it a report tells what is new in a run, and what is fixed; without it, it
 * does not speak of that.
 */
#ifndef REPORTS_RUN_BEFORE_H
#define REPORTS_RUN_BEFORE_H

#include "reports/run/run.h"

/** What came of an earlier run, as far as its sessions are of this one's scenarios and devices. */
struct before_run {
	int64_t ended_s; /**< seconds since 1970 */
	uint64_t sessions, as_expected, failed, inconclusive;
};

/** A session of the last of them that was not as expected, though something was proved. */
struct before_failure {
	const char *scenario, *device;
	uint64_t seed;
};

struct before {
	const struct before_run *runs; /**< the latest first */
	size_t run_count;
	const struct before_failure *failures;
	size_t failure_count;
};

/** Writes before.json into the folder of a run. */
bool before_write(const char *dir, const struct before *before, struct error *err);

/** What has changed since the last run before. */
struct changes {
	bool known;     /**< whether there is a run before */
	char since[24]; /**< "2022-01-20 01:00 UTC" */
	/** sessions that failed now, and did not then, or did then as well */
	size_t new, lasting;
	size_t fixed;            /**< failed then, and are as expected now */
	size_t not_seen;         /**< failed then, and were not run now, or proved nothing */
	bool *is_new;            /**< a flag a session of the run */
	struct before_run *runs; /**< the latest first */
	size_t run_count;
};

/**
 * @param ret_changes To be released with changes_close(). What is wrong with before.json makes it
 * as good as missing.
 */
void changes_open(struct changes *ret_changes, const struct run *run);
void changes_close(struct changes *changes);

#endif
