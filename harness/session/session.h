/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session: builds the world from a plan, restores the device, answers it until there is a result,
 * judges, and leaves a folder behind.
 *
 * A session wants a process of its own (server/host.h). Its folder then holds plan.yaml, trace.txt,
 * device.pcapng, server.pcapng, console.log, qemu.log and verdict.json, and bus.vcd and bus.txt if
 * asked for.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <signal.h>

#include "emulator/qemu/qemu.h"
#include "harness/scenario/plan.h"
#include "harness/session/outside.h"
#include "lib/verdict/verdict.h"

/** In place of a phase: the request with which the device reports its result. */
#define SESSION_HOLD_RESULT "result"

/**
 * A session may be held at a request of the guest, and go on from there in several processes, each
 * with a folder of its own.
 */
struct session_hold {
	/** the request, counted from 1; 0: none. To be set anew by wait(), as is phase. */
	uint64_t at;
	/**
	 * or the first one in this phase, or the one that says the result, SESSION_HOLD_RESULT; "":
	 * none
	 */
	const char *phase;
	/**
	 * Waits until somebody says how to go on. @return the folder in which to, which is there.
	 */
	const char *(*wait)(struct session_hold *hold);
	/** All files are in that folder now. */
	void (*moved)(struct session_hold *hold);
};

struct session_options {
	const char *dir; /**< made if it is not there */
	/**
	 * Gives the device, from its guest's first request on. @param ret_hash The name of what it
	 * was restored from.
	 * @return NULL with @p err.
	 */
	struct qemu *(*start)(void *ctx, const struct plan *plan, const char *dir, char ret_hash[QEMU_HASH_SIZE], struct error *err);
	/**
	 * that the device had made before this session branched off from another; for the verdict
	 */
	uint64_t requests_shared;
	struct session_hold *hold; /**< NULL: goes through to its end */
	/**
	 * it is in wall time, and perhaps with another far end; NULL: time is virtual. Borrowed.
	 */
	const struct outside *outside;
	unsigned bus; /**< what to write of the SPI bus (session/folder.h) */
	/** now and then; may be NULL */
	void (*progress)(void *ctx, uint64_t virtual_ns, const char *phase);
	/** of start() and progress() */
	void *ctx;
};

/** What QEMU is to boot for a device. The paths are those of @p device. */
struct qemu_image session_image(const struct device *device);

/**
 * Runs the session. There always is a verdict: what goes wrong on our side makes it inconclusive
 * and says why.
 */
void session_run(const struct plan *plan, const struct session_options *options, struct verdict *ret_verdict);

#endif
