/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The whole world of a session in virtual time: board, wire, proxy and far end, joined. Knows nothing of QEMU: whoever holds the SPI bus drives it.
 *
 * One world a process, since the far end's stack is one a process (server/host.h).
 */
#ifndef SESSION_WORLD_H
#define SESSION_WORLD_H

#include "board/board.h"
#include "proxy/proxy.h"
#include "scenario/plan.h"
#include "session/cable.h"

struct world;

struct world {
	const struct plan *plan;
	struct sim sim;
	struct trace *trace;
	struct link link;
	struct board board;
	struct proxy *proxy;
	struct sim_event proxy_event;
	struct service service;
	struct cable *cable;
	FILE *capture;      /* borrowed; NULL: none */
	uint64_t frames[2]; /* that came to the proxy, by direction */
	void *wire_digest;  /* XXH3 state over frames and their times */
};

/**
 * Builds the world at the instant @p start.
 * @param trace Borrowed.
 * @param capture Every frame that comes to the proxy is written here as pcapng; may be NULL.
 * @return false with @p err if the image cannot be read.
 */
bool world_open(struct world *world, const struct plan *plan, sim_ns start, struct trace *trace, FILE *capture, struct error *err);
void world_close(struct world *world);

/** Runs all that happens up to @p now. */
void world_run(struct world *world, sim_ns now);

/** The earliest time at which the device could notice something that the world does by itself, or SIM_NEVER: the INT line is all it notices. */
sim_ns world_next(const struct world *world);

/** Writes the closing lines of the trace: counters and digests. */
void world_finish(struct world *world);

/** "'bursts' gemodel (37 applied, the last 0.3 s before)": the faults in force now, and those that acted within the last minute. @return ret_text. */
const char *world_faults_in_force(const struct world *world, char *ret_text, size_t size);

#endif
