/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The whole world of a session in virtual time: board, wire, proxy and far end, joined. Knows
 * nothing of QEMU: whoever holds the SPI bus drives it.
 *
 * Its parts know nothing of each other: what one of them sends or tells comes to world.c, which has
 * the list of who gets it.
 *
 * One world a process, since the far end's stack is one a process (server/host.h).
 */
#ifndef SESSION_WORLD_H
#define SESSION_WORLD_H

#include "emulator/board/board.h"
#include "harness/proxy/proxy.h"
#include "harness/scenario/plan.h"
#include "harness/cable/cable.h"
#include "harness/judge/judges.h"
#include "harness/session/far_end.h"
#include "harness/session/load.h"
#include "harness/session/passing.h"

struct world;

struct world {
	const struct plan *plan;
	struct sim sim;
	struct trace *trace;
	const struct outside *outside; /* NULL: time is virtual */
	uint64_t frames_before_boot;   /* that the device had sent when it last booted */
	uint64_t unix_base_ns;         /* the date of the world's time 0, since 1970 */
	struct link link;
	struct board board;
	struct namer *namer; /* names what comes to the proxy */
	struct proxy *proxy;
	struct sim_event proxy_event;
	struct world_far_end far_end;
	struct cable *cable;
	struct service_faults *service_faults;
	/* of each layer but the proxy; NULL until it is there */
	struct armed_faults *armed[LAYERS];
	/* in the flash of a device that updates in stages; NULL otherwise */
	struct firmware *firmware;
	/* of board and cable: the plan's, or made from decisions */
	const struct fault *faults;
	size_t fault_count;
	struct fault *made; /* faults made from decisions; NULL otherwise */
	/* of the plan's decisions: which rule of the chain, or which of `made` */
	size_t *decision_places;
	struct sim_event power_back; /* the supply returns after a cut */
	bool supply_failed;          /* until world_take_power_cut() */
	uint64_t off_ns;             /* for how long */
	/* a window begins or ends at an event of a site, or somebody writes them down */
	bool tells_events;
	struct passing passing;
	struct wire_log wire;
	struct judges judges;
	struct load load;
};

/**
 * Builds the world at the instant @p start.
 * @param trace Borrowed.
 * @param captures Where what each end sees is written; copied.
 * @param outside Borrowed; the wall's time begins. NULL: all of it is virtual.
 * @return false with @p err if the image or the recorded session cannot be read.
 */
bool world_open(struct world *world, const struct plan *plan, sim_ns start, struct trace *trace, const struct captures *captures,
                const struct outside *outside, struct error *err);
void world_close(struct world *world);

/** The session enters a phase, which faults may ask for. */
void world_enter(struct world *world, const char *phase);

/** The device has booted again. */
void world_booted(struct world *world);

/**
 * Whether the supply has failed since this was asked last; the processor is then to be reset.
 * @param ret_off_ns For how long there is none.
 */
bool world_take_power_cut(struct world *world, uint64_t *ret_off_ns);

/** Runs all that happens up to @p now. */
void world_run(struct world *world, sim_ns now);

/** The world's time 0 is at another date than was thought, in wall time. */
void world_date(struct world *world, uint64_t unix_base_ns);

/**
 * What judges may know of the world as it is now. @param passed The session is a success as far as
 * is known without them.
 */
struct evidence world_evidence(const struct world *world, bool passed);

/**
 * The earliest time at which the device could notice something that the world does by itself, or
 * SIM_NEVER: the INT line is all it notices.
 */
sim_ns world_next(const struct world *world);

/** What a fault of the plan has done. @param index Of the plan's faults; not in a replay. */
struct fault_counters world_counters(const struct world *world, size_t index);

/** In a replay, whether a decision of the plan has found what it is about. */
bool world_decision_found(const struct world *world, size_t index);

/**
 * Writes a line for every address that the session has shown: `to-server tcp.syn[80/1]#1..2`,
 * `board enc.tx#1..812`.
 */
void world_write_addresses(const struct world *world, FILE *stream);

/**
 * In a replay: a line for each decision of the plan, whether it was found, not found, or lies
 * behind the end.
 */
void world_write_replay(const struct world *world, FILE *stream);

/** Writes how busy the board was. */
void world_write_load(struct world *world, FILE *stream);

/** Writes the closing lines of the trace: counters and digests. */
void world_finish(struct world *world);

/**
 * "'bursts' gemodel (37 applied, the last 0.3 s before)": the faults in force now, and those that
 * acted within the last minute. @return ret_text.
 */
const char *world_faults_in_force(const struct world *world, char *ret_text, size_t size);

#endif
