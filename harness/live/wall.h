/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The outside of a session of the emulated device that is in wall time (session/outside.h): this
 * host's clock, and perhaps a port, behind which there is another far end.
 *
 * How it works: the world's time is what CLOCK_MONOTONIC has gone on since the session began, and
 * the world never comes before it. How far it is behind when a frame leaves the fault chain is that
 * frame's skew (skew.h): what emulating the device has cost more time than there was, and what this
 * host was late. A frame that waits at the port when the session begins was for somebody else.
 *
 * It lives in the session's process, which may be QEMU's: it starts no thread, and waits by a
 * system call of its own.
 */
#ifndef LIVE_WALL_H
#define LIVE_WALL_H

#include "harness/live/port.h"
#include "harness/session/outside.h"

enum wall_far_end {
	WALL_OWN, /**< the emulator's */
	WALL_TAP, /**< what is behind a TAP interface; its descriptor is given to wall_connect() */
	/**
	 * what is behind an interface of this machine, which has been taken (interface.h); this
	 * process may read and send frames
	 */
	WALL_INTERFACE,
};

/** Plain data: it goes to the session's process as it is. */
struct wall_wish {
	enum wall_far_end far_end;
	/** of the far end, for people; of WALL_INTERFACE the interface */
	char name[PORT_NAME_MAX];
	struct relay_ports web_ports; /**< of the far end, on which faults of HTTP and TLS act */
	/** a session with a frame that was later proves nothing; 0: there is none */
	uint64_t skew_limit_ns;
};

struct wall;

/** @return to be released with wall_close(). */
struct wall *wall_open(const struct wall_wish *wish);
void wall_close(struct wall *wall);

/**
 * Opens its port, before the session begins. @param tap Of WALL_TAP; belongs to the wall from then
 * on.
 */
bool wall_connect(struct wall *wall, int tap, struct error *err);

/** It as a session sees it; lives as long as the wall. */
const struct outside *wall_outside(const struct wall *wall);

#endif
