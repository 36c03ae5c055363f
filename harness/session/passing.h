/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What passes between the two ends of a world, written down: the lines of the proxy in the trace,
 * the captures, and the decisions that took effect.
 *
 * It belongs to a fault chain, whose callbacks tell it, and is the same in virtual time (world.h)
 * and in wall time (live/bridge.h); a frozen plan, a trace and a capture of one read as those of
 * the other. What else a world wants to know of a frame, it asks for itself before it calls.
 */
#ifndef SESSION_PASSING_H
#define SESSION_PASSING_H

#include "lib/fault/decision.h"
#include "harness/proxy/proxy.h"
#include "harness/session/captures.h"
#include "lib/sim/trace.h"

struct passing {
	const struct proxy *proxy; /**< to be set when the chain is open, before its first frame */
	struct trace *trace;
	struct captures captures;
	/** that took effect, in their order; those of the board, too (passing_keep()) */
	struct decisions decisions;
	uint64_t frames[2]; /**< that came to the proxy, by direction */
	void *wire_digest;  /* XXH3 state over frames and their times */
};

/** Begins the captures. @param trace Borrowed. @param captures Copied; the streams are borrowed. */
void passing_open(struct passing *passing, struct trace *trace, const struct captures *captures);
void passing_close(struct passing *passing);

/** What struct proxy_ops tells, with the world's own context in front of it. */
void passing_decided(struct passing *passing, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate);
void passing_made(struct passing *passing, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now);

/** What an outage has come to that was ended before its time (struct proxy_ops). */
void passing_cut(struct passing *passing, uint64_t place, sim_ns begun, const struct action_params *params);

/** Keeps a decision that was not the proxy's. */
void passing_keep(struct passing *passing, const struct decision *decision);

/** A frame has come to the end that it was for. @param id The proxy's number. */
void passing_received(const struct passing *passing, enum vantage where, uint64_t id, struct bytes data, sim_ns now);

/** A frame has left its end, with a comment such as why it never came to the proxy; NULL: none. */
void passing_sent(const struct passing *passing, const struct frame *frame, enum direction direction, const char *comment, sim_ns now);

/** Writes a line for every address of a frame that has passed: `to-server tcp.syn[80/1]#1..2`. */
void passing_write_addresses(const struct namer *namer, FILE *stream);

/**
 * A line of addresses.txt for the events of a site, if there were any: `server    srv.http#1..3`.
 */
void passing_write_events(const struct armed_faults *faults, enum site site, FILE *stream);

/** Writes the line of the trace that counts and hashes what has passed. */
void passing_finish(const struct passing *passing, sim_ns now);

#endif
