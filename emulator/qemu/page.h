/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a session that runs inside QEMU and the process that started it see of each other while it
 * runs: memory that both map.
 *
 * Whoever started the session cannot ask it anything, since its only thread that works is the
 * virtual CPU's; so it looks here. The page outlives the session, which is how a crash tells where
 * it happened. Written by the session unless said otherwise.
 */
#ifndef QEMU_PAGE_H
#define QEMU_PAGE_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Exit statuses of a process that a session runs in, if it ends without a verdict. */
enum {
	QEMU_STATUS_BROKEN = 3,  /**< it could not begin; its log says why */
	QEMU_STATUS_MISFIT = 75, /**< it does not have the beginning that it was to share */
};

struct qemu_page {
	atomic_uint_fast64_t requests; /**< that the guest has made so far */
	/** after QEMU_STATUS_MISFIT: the first request that it answers otherwise, counted from 1 */
	atomic_uint_fast64_t misfit;
	atomic_bool in_world; /**< the harness works, not QEMU */
	/** written by the starter: the session is to end at the guest's next request */
	volatile sig_atomic_t stop;
	struct {
		volatile sig_atomic_t number; /**< of the signal; 0: none */
		bool in_world;                /**< the harness was at work */
		bool in_harness;              /**< the instruction is the harness's own */
		/** of the instruction, in the library or program that it belongs to */
		uint64_t offset;
	} crash;
};

#endif
