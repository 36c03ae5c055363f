/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The reports over a run, as they are left at its end and as they are made anew: both from the
 * run's folder, by the same code.
 */
#ifndef CAMPAIGN_REPORT_H
#define CAMPAIGN_REPORT_H

#include "harness/campaign/ops.h"
#include "harness/pool/pool.h"
#include "harness/scenario/suite.h"

/** What is said of a run besides its sessions. */
struct report_wish {
	const char *device; /**< that the user gave in place of the scenarios' own; NULL: none */
	/** how often each session stands among the jobs, one behind the other */
	size_t times;
	bool strict;
	const char *shard;            /**< "2/8"; NULL: the run is whole */
	const char *const *arguments; /**< by which it can go on; ends with NULL */
	/** that the scenarios come from: what these let a gate pass over is told */
	const struct suite *suites;
	size_t suite_count;
};

/**
 * Writes down what is to be run.
 * @return a descriptor, to be closed when all sessions are at their end; -1 with @p err.
 */
int report_begin(const char *dir, const struct job *jobs, size_t count, const struct report_wish *wish, struct error *err);

/**
 * Writes what came of it.
 * @param ops Whose reported() is called, with the files written or not; NULL: none is.
 * @param ret_outcome What its sessions come to, as the folder tells it.
 * @return false with @p err if a file could not be written, or the folder is no run's; then @p
 *        ret_outcome may be untouched.
 */
bool report_end(const char *dir, const struct campaign_ops *ops, enum campaign_outcome *ret_outcome, struct error *err);

#endif
