/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Runs many sessions, some side by side: a process and a core each.
 *
 * A worker is forked for each session, in a process group of its own, so that Ctrl-C reaches only the pool, which then ends the workers in order. A worker
 * that dies without a verdict leaves an inconclusive one that says how it died. What is reported does not depend on which session ends first.
 */
#ifndef CAMPAIGN_POOL_H
#define CAMPAIGN_POOL_H

#include <signal.h>
#include <stddef.h>

#include "scenario/plan.h"
#include "session/verdict.h"

#define POOL_JOBS_MAX 64

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE };

/** One session of the run. */
struct job {
	struct plan plan;          /**< with the seed of this session */
	char name[128];            /**< of its folder below the run's: "clean/seed-1" */
	char dir[DEVICE_PATH_MAX]; /**< its folder */
	enum job_state state;      /* below: the pool's own, to be read by the observer */
	struct verdict verdict;
	struct verdict *shared; /* the worker's */
	uint64_t virtual_ns;    /**< while running: how far it is */
	char phase[32];
	int pid, pipe, slot;
};

struct pool_options {
	size_t side_by_side; /**< 1 to POOL_JOBS_MAX */
	const struct places *places;
	unsigned bus;                                      /**< what every session writes of its bus (session/folder.h) */
	const volatile sig_atomic_t *stop;                 /**< set to end all */
	void (*changed)(void *ctx, const struct job *job); /**< a job started, went on or ended */
	void *ctx;
};

/** How many cores this process may use. */
size_t pool_cores(void);

/** Runs all jobs. Afterwards every job is JOB_DONE and has a verdict. */
void pool_run(struct job *jobs, size_t count, const struct pool_options *options);

#endif
