/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A process for one session, which starts a QEMU of its own beside it and speaks with it through
 * FIFOs: what there is where there are no engines (engines.h).
 */
#ifndef POOL_WORKER_H
#define POOL_WORKER_H

#include <sys/types.h>

#include "harness/pool/page.h"
#include "harness/live/wall.h"
#include "harness/scenario/plan.h"

struct worker_job {
	const struct plan *plan;
	const char *dir; /**< made if it is not there */
	const struct paths *paths;
	unsigned bus;
	struct session_page *page;
	int pipe;
	const struct wall_wish *wall; /**< it is in wall time; NULL: it is not */
	int port_fd;                  /**< of WALL_TAP; else 0 */
};

/** Starts it, in a process group of its own. SIGTERM ends the session in order. */
bool worker_start(const struct worker_job *job, pid_t *ret_pid, struct error *err);

#endif
