/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Runs many sessions, some side by side: a process each.
 *
 * A session runs inside its QEMU, which is a branch of an engine (engines.h); or, with the FIFOs,
 * in a worker that is forked for it and that starts a QEMU. Each is a process group of its own, so
 * that Ctrl-C reaches only the pool, which then ends the sessions in order. A session that dies
 * without a verdict gets an inconclusive one that says how it died, and its folder is completed.
 * What is reported does not depend on which session ends first.
 */
#ifndef POOL_POOL_H
#define POOL_POOL_H

#include <signal.h>
#include <stddef.h>

#include "harness/pool/engines.h"
#include "harness/live/wall.h"
#include "harness/pool/page.h"
#include "emulator/qemu/silence.h"
#include "harness/scenario/plan.h"
#include "lib/verdict/verdict.h"

#define POOL_JOBS_MAX 64

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE };

/** One session of the run. */
struct job {
	struct plan plan;          /**< with the seed of this session */
	char name[192];            /**< of its folder below the run's: "clean/seed-1" */
	char dir[DEVICE_PATH_MAX]; /**< its folder */
	bool alone;                /**< it shares nothing, so that others can be compared with it */
	uint64_t expected_ms;      /**< what it takes on the wall, most likely; 0: not known */
	enum job_state state;      /* below: the pool's own, to be read by the observer */
	struct verdict verdict;
	struct session_page *page; /* which it shares with the session */
	uint64_t virtual_ns;       /**< while running: how far it is */
	char phase[32];
	int pid, pipe;
	bool is_inside; /* the session runs inside QEMU, and is looked after from here */
	/* jobs of a group follow each other: those of a family (beginnings.h) */
	uint64_t group;
	int port_fd;      /* of its far end (pool_live); 0: it has none */
	bool has_entered; /* pool_live.enter() was good, and leave() is to come */
	unsigned depth;   /* how deep a beginning may still be tried, and is tried */
	/* the request that it branches off at, of the session without faults; 0: not found out */
	uint64_t branches_at;
	struct silence silence;
	uint64_t started_ms;   /**< on the clock of pool_now_ms() */
	uint64_t stopped_ms;   /* when it was told to stop; 0: not yet */
	const char *ended_for; /* why it was killed from here; NULL: it was not */
	/** why pool_options.hold() wanted it not run, or not to its end; NULL: it did not */
	const char *held_for;
};

/** How a session and its QEMU speak with each other. */
enum transport {
	TRANSPORT_INSIDE, /**< one process */
	/** two processes and two FIFOs; all that works with another QEMU, or under a sanitizer */
	TRANSPORT_FIFO,
};

/** How sessions are in wall time. */
struct pool_live {
	struct wall_wish wall;
	/**
	 * Before each, whose folder is there: what is at the far end begins. @param ret_port_fd Of
	 * WALL_TAP, borrowed until leave(). @return false with @p err. May be NULL, as leave().
	 */
	bool (*enter)(void *ctx, const struct job *job, int *ret_port_fd, struct error *err);
	/** And ends. Called after each enter() that was good. */
	void (*leave)(void *ctx, struct job *job);
	void *ctx;
};

struct pool_options {
	enum transport transport;
	bool share; /**< sessions of one device image share their beginning */
	/**
	 * The engines and beginnings that are there and stay, for pools one after the other; NULL:
	 * the pool has its own.
	 */
	struct engines *engines;

	size_t side_by_side; /**< 1 to POOL_JOBS_MAX */
	const struct paths *paths;
	/**
	 * Sessions are in wall time: one after the other, and nothing of them is shared. NULL: they
	 * are not.
	 */
	const struct pool_live *live;
	/** a session that takes longer on the wall is ended and inconclusive; 0: none */
	uint64_t wall_limit_ms;
	/** what every session writes of its bus (session/folder.h) */
	unsigned bus;
	const volatile sig_atomic_t *stop; /**< set to end all */
	/**
	 * Asked before a job is started, and several times a second while it runs (see its state).
	 * @return why it is not to be run, a text that stays; NULL: it is. May be NULL.
	 */
	const char *(*hold)(void *ctx, const struct job *job);
	void (*changed)(void *ctx, const struct job *job); /**< a job started, went on or ended */
	/** called several times a second; may be NULL */
	void (*tick)(void *ctx);
	/** something the user should know; may be NULL */
	void (*warn)(void *ctx, const char *text);
	void *ctx;
};

/** Milliseconds of a clock that only runs forwards. */
uint64_t pool_now_ms(void);

/** How many cores this process may use. */
size_t pool_cores(void);

/** Runs all jobs. Afterwards every job is JOB_DONE and has a verdict. */
void pool_run(struct job *jobs, size_t count, const struct pool_options *options);

#endif
