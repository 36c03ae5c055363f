/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the wire tells of the device besides its frames: which were the last, when its client last
 * gave a sign of life, and when it last got on. Kept while a session runs, for judges and for
 * people.
 *
 * A sign of life is a report of the device, or a frame that the client is behind: one that opens a
 * connection, carries new data or a request, opens a window that was closed, or acknowledges data
 * for the first time. The last the kernel does too, but only until the window of a client that does
 * not read is full. What it does by itself for ever is none: it renews leases, answers ARP and
 * pings, repeats what was lost and acknowledges window probes. A scenario may say instead which
 * frames count, as a pcap filter.
 *
 * Progress is less: a report that is not of a failure, or data of the far end that is acknowledged
 * for the first time.
 */
#ifndef JUDGE_WIRE_LOG_H
#define JUDGE_WIRE_LOG_H

#include <pcap/pcap.h>

#include "lib/address/namer.h"
#include "lib/link/frame.h"
#include "lib/link/link.h"
#include "lib/sim/sim.h"

/** How many frames are remembered. */
#define WIRE_LOG_FRAMES 5
#define WIRE_LOG_FRAME_TEXT_MAX 200
/** How many conversations are followed at once; the one that began first makes room. */
#define WIRE_LOG_FLOWS 64U

struct wire_log {
	/* a ring: the next one goes to frame_count % WIRE_LOG_FRAMES */
	char frames[WIRE_LOG_FRAMES][WIRE_LOG_FRAME_TEXT_MAX];
	uint64_t frame_count;
	bool filters; /* the scenario says which frames are signs of life */
	struct bpf_program filter;
	sim_ns last_active;                       /**< when the last sign of life came */
	char heard[WIRE_LOG_FRAME_TEXT_MAX];      /**< what it was */
	uint64_t others;                          /**< frames of the device since then */
	char last_other[WIRE_LOG_FRAME_TEXT_MAX]; /**< the last of them */
	sim_ns progress_at;                       /**< when there was progress last */
	struct wire_flow {
		uint64_t flow;
		/* sequence numbers: behind what the device has sent, and has acknowledged */
		uint32_t next, acked;
		bool has_acked, shut; /* its window is closed */
	} flows[WIRE_LOG_FLOWS];
	uint64_t flow_count; /* ever; a ring */
};

/** @param signs_of_life A pcap filter, which must compile; empty: what the client is behind. */
void wire_log_open(struct wire_log *log, const char *signs_of_life, sim_ns now);
void wire_log_close(struct wire_log *log);

/** A frame has come to the proxy. */
void wire_log_see(struct wire_log *log, const struct frame *frame, enum direction direction,
                  const struct naming *naming, bool dropped, sim_ns now);

/**
 * The device has given a sign of life by other means than a frame.
 * @param what "report 'phase download begin'".
 */
void wire_log_sign(struct wire_log *log, const char *what, bool progress, sim_ns now);

/** The last frames, a line each, the latest last. @return ret_text. */
const char *wire_log_last_frames(const struct wire_log *log, char *ret_text, size_t size);

#endif
