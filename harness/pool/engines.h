/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The engines that a run keeps, one for each device image: restored once, and every session of the
 * image is a branch of it.
 */
#ifndef POOL_ENGINES_H
#define POOL_ENGINES_H

#include <signal.h>
#include <sys/types.h>

#include "harness/pool/beginnings.h"
#include "emulator/qemu/engine.h"
#include "harness/scenario/plan.h"

/**
 * So many images at once; the one that was used least lately makes room. A waiting engine holds
 * some 150 MiB.
 */
#define ENGINES_MAX 4

struct engines {
	struct {
		struct engine *engine; /* NULL: free */
		struct device device;  /* what it was made for */
		struct made present;   /* and what was in its files then */
		char hash[QEMU_HASH_SIZE];
		unsigned long used;
	} list[ENGINES_MAX];
	unsigned long uses;
	struct beginnings beginnings;
	/** the session could not be started for want of memory or the like: perhaps later */
	bool refuses;
	char lacks[512]; /**< if not empty: what this QEMU lacks for there to be engines */
	const struct paths *paths;
	const volatile sig_atomic_t *stop;
};

/** How a session is to be started. */
struct engines_job {
	const struct plan *plan;
	const char *dir; /**< there already */
	unsigned bus;
	bool alone; /**< it gets an engine of its own, which ends with it */
	/**
	 * of the beginning that it may share with others of its family (beginnings.h); 0: just the
	 * device's
	 */
	unsigned depth;
	uint64_t request; /**< of BEGINNING_AT: where it branches off */
	int page_fd, pipe_fd;
	const struct wall_wish *wall; /**< it is in wall time, and alone; NULL: it is not */
	int port_fd;                  /**< of WALL_TAP; else 0 */
};

/**
 * Starts a session.
 * @param ret_depth Of the beginning that it has been started from. It may turn out to be another's:
 * the session then ends with QEMU_STATUS_MISFIT and without a verdict, and is to be started again,
 * with less.
 * @return false with @p err; engines->lacks says whether it could be had without engines.
 */
bool engines_start(struct engines *engines, const struct engines_job *job, pid_t *ret_pid, char *ret_hash, unsigned *ret_depth,
                   struct error *err);

/** @param paths Borrowed. @param stop Ends what waits; NULL: none. */
void engines_open(struct engines *engines, const struct paths *paths, const volatile sig_atomic_t *stop);
void engines_close(struct engines *engines);

#endif
