/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the proxy: frames that wait in front of a link, as it was recorded.
 *
 * How it works: each direction is a queue of its own in front of a server that works off one frame
 * after the other, so when a frame leaves is known when it comes, and nothing has to wake up in
 * between. The recording begins when the fault's window opens. What is decided of a frame is a
 * delay or a loss.
 */
#ifndef PROXY_BACKLOG_H
#define PROXY_BACKLOG_H

#include "harness/proxy/rule.h"

/** When the frames leave that wait; a ring. */
struct backlog {
	sim_ns *leaves;
	size_t first, count, room;
	sim_ns last; /**< when the last one leaves, or has left */
};

/** The row of the parameter that says how many may wait. */
#define BACKLOG_ROW(s) PARAM_ROW_QUANTITY(s, queue, "queue", UNIT_NONE, "1000", 1, 1000000, "frames that may wait, in each direction")

/** @param room Frames that may wait at once, at least 1. To be released with backlog_close(). */
void backlog_open(struct backlog *backlog, uint64_t room);
void backlog_close(struct backlog *backlog);

/** Forgets those that have left. */
void backlog_clear(struct backlog *backlog, sim_ns now);

/**
 * There is room for one more, and it has been served at @p served; what came to the link at
 * act->release leaves at @p leaves.
 */
void backlog_pass(struct backlog *backlog, struct act *act, sim_ns served, sim_ns leaves);

#endif
