/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is outside of a session in wall time: the clock on the wall, and perhaps another far end
 * than the emulator's.
 *
 * A session that has none is a function of its plan. One that has one is not: its device is kept to
 * the wall (pace.h), and what comes from another far end comes when it comes. Nothing in this
 * folder asks for the wall's time but through this, so whoever gives no outside gives no clock.
 */
#ifndef SESSION_OUTSIDE_H
#define SESSION_OUTSIDE_H

#include "lib/base/bytes.h"
#include "lib/base/error.h"
#include "lib/link/sent.h"
#include "harness/relay/relay.h"
#include "lib/verdict/verdict.h"
#include "lib/sim/sim.h"

/**
 * @param frame From the destination address on, without FCS; valid during the call. @param came The
 * world's time when it came to this host, by the wall.
 */
typedef void outside_take(void *ctx, struct bytes frame, sim_ns came);

struct outside_ops {
	/**
	 * The session begins: by the wall it is @p start now. @return the date of the world's time
	 * 0, in nanoseconds since 1970.
	 */
	uint64_t (*begin)(void *state, sim_ns start);
	/** What time it is by the wall, in the world's time. Never less than before. */
	sim_ns (*now)(void *state);
	/**
	 * The wall is put back by so much: the device began, or booted, so much later than it
	 * seemed. @return the date of the world's time 0 by that.
	 */
	uint64_t (*put_back)(void *state, uint64_t ns);
	/**
	 * Waits until then, or for less: until a frame is there to be read, or a signal has come.
	 */
	void (*wait)(void *state, sim_ns until);
	/** A frame has left the fault chain, so much later than it was to. */
	void (*passed)(void *state, uint64_t late_ns);
	/**
	 * Has the last word: tells how late frames were, and takes back a verdict that this makes
	 * worth nothing. Before decide_expectation().
	 */
	void (*conclude)(void *state, struct verdict *verdict);
	/* Of another far end only: */
	/**
	 * Calls @p take for the frames that wait, in the order in which they came. @return false
	 * with @p err if the far end is gone.
	 */
	bool (*read)(void *state, outside_take *take, void *ctx, struct error *err);
	/** A frame for it. Of SENT_LOST and SENT_NEVER (it is gone), @p err says why. */
	enum sent (*send)(void *state, struct bytes frame, struct error *err);
};

struct outside {
	const struct outside_ops *ops;
	void *state;
	/**
	 * the name of another far end, to which all goes that is for the server; NULL: it is the
	 * emulator's own
	 */
	const char *far_end;
	/** of another far end, on which faults of HTTP and TLS act */
	struct relay_ports web_ports;
};

/** Whether the far end is another's. @param outside NULL: there is none. */
static inline bool outside_is_far_end(const struct outside *outside)
{
	return outside != NULL && outside->far_end != NULL;
}

#endif
