/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the wire tells of the device besides its frames: which were the last, when it last gave a sign of life, and how fast it begins connections.
 */
#ifndef SESSION_WITNESS_H
#define SESSION_WITNESS_H

#include "address/namer.h"
#include "link/frame.h"
#include "link/link.h"
#include "scenario/judges.h"
#include "sim/sim.h"

/** How many frames are remembered. */
#define WITNESS_FRAMES 5
#define WITNESS_FRAME_TEXT_MAX 200

struct witness {
	char frames[WITNESS_FRAMES][WITNESS_FRAME_TEXT_MAX]; /* a ring: the next one goes to frame_count % WITNESS_FRAMES */
	uint64_t frame_count;
	sim_ns last_active; /**< when a frame or a report of the device last came */
	uint64_t limit;     /**< of connections begun within JUDGES_STORM_NS; 0: they are not counted */
	struct begun {
		sim_ns at;
		uint64_t flow;
		uint32_t sequence;
	} begun[JUDGES_STORM_MAX]; /* a ring of `limit`: the last that were begun */
	uint64_t connections;      /**< begun */
	bool storm;                /**< there were more than the limit */
	sim_ns storm_at;           /**< and when that was first */
};

/** @param limit At most JUDGES_STORM_MAX. */
void witness_init(struct witness *witness, uint64_t limit, sim_ns now);

/** A frame has come to the proxy. */
void witness_sees(struct witness *witness, const struct frame *frame, enum direction direction, const struct naming *naming, bool dropped,
                  sim_ns now);

/** The device has given a sign of life. */
void witness_hears(struct witness *witness, sim_ns now);

/** The last frames, a line each, the latest last. @return ret_text. */
const char *witness_last_frames(const struct witness *witness, char *ret_text, size_t size);

#endif
