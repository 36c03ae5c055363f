/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session: builds the world from a plan, restores the device, answers it until there is a result, judges, and leaves a folder behind.
 *
 * A session wants a process of its own (server/host.h). Its folder then holds plan.yaml, trace.txt, wire.pcapng, console.log, qemu.log and verdict.json, and bus.vcd and bus.txt if asked for.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <signal.h>

#include "scenario/plan.h"
#include "session/verdict.h"

struct session_options {
	const char *dir; /**< made if it is not there */
	const struct places *places;
	unsigned bus;                                                        /**< what to write of the SPI bus (session/folder.h) */
	int cpu;                                                             /**< the core for QEMU and this process; -1: any */
	const volatile sig_atomic_t *stop;                                   /**< set to end the session early */
	void (*progress)(void *ctx, uint64_t virtual_ns, const char *phase); /**< now and then; may be NULL */
	void *ctx;
};

/** Runs the session. There always is a verdict: what goes wrong on our side makes it inconclusive and says why. */
void session_run(const struct plan *plan, const struct session_options *options, struct verdict *ret_verdict);

#endif
