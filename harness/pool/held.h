/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session without faults that is held at a request, for others to be branched from.
 *
 * It has a page of its own, since how many requests it has made is its branches' to know. Its
 * folder is there only until it is held.
 */
#ifndef POOL_HELD_H
#define POOL_HELD_H

#include <signal.h>

#include "emulator/qemu/engine.h"
#include "harness/scenario/device.h"

/** Plain data; all zero: there is none. */
struct held {
	struct engine *engine;     /**< NULL: there is none */
	uint64_t request;          /**< that it stands at, counted from 1 */
	char dir[DEVICE_PATH_MAX]; /* its folder, while it goes on */
};

/** Where to. One of the first two. */
struct held_point {
	const char *phase; /**< the first request in this phase, or SESSION_HOLD_RESULT */
	uint64_t request;
	const volatile sig_atomic_t *stop; /**< ends the wait; NULL: none */
};

/**
 * Lets a branch of @p from go on to a point, and waits for it there.
 * @param beside Its folder is beside this one, for a moment.
 * @param job_fd What it is; -1: as it was.
 * @return false if it never came there. @p ret_held is then as it was.
 */
bool held_branch(struct held *ret_held, struct engine *from, const struct held_point *point, const char *beside, int job_fd);

/** Leads it on to a later point. @return false if it never came there: it is closed then. */
bool held_go_on(struct held *held, const struct held_point *point);

/** Ends it. One that is not there is fine. */
void held_close(struct held *held);

#endif
