/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A job on its way to the process that runs its session: a file in memory, with the plan as
 * plan.yaml has it.
 */
#ifndef POOL_HANDOVER_H
#define POOL_HANDOVER_H

#include "harness/live/wall.h"
#include "emulator/qemu/qemu.h"
#include "harness/scenario/plan.h"

/** What a session is, besides its plan. Plain data. */
struct handover {
	struct paths paths;
	unsigned bus; /**< as session_options.bus */
	/** in wall time, as the next says; the order's port_fd is a TAP's, if there is one */
	bool is_live;
	struct wall_wish wall;
	bool is_common; /**< the beginning of other sessions, which is held for them */
	char image_hash[QEMU_HASH_SIZE];
	/** a file for all that the guest asks and is answered; empty: none */
	char record[DEVICE_PATH_MAX];
	/** such a file, from which the guest is answered without a world; empty: none */
	char play[DEVICE_PATH_MAX];
};

/** Writes a job. @return the file's descriptor, or -1 with @p err. */
int handover_write(const struct plan *plan, const struct handover *handover, struct error *err);

/** Reads a job. @param ret_plan To be released with plan_close(). */
bool handover_read(int fd, struct plan *ret_plan, struct handover *ret_handover, struct error *err);

#endif
