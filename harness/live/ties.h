/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What a bridge and the services behind it tell each other, be they the emulator's
 * (live/far_end.h) or a real server's (live/relayed.h).
 */
#ifndef LIVE_TIES_H
#define LIVE_TIES_H

#include "lib/fault/armed.h"
#include "lib/sim/sim.h"
#include "lib/sim/trace.h"

/** The bridge around them. All functions must be set. */
struct service_ties {
	struct trace *trace;
	/** the bridge's time, which never goes back */
	sim_ns (*now)(void *ctx);
	/** a fault of the services has acted; an event has come to a site */
	struct armed_ops faults;
	/** of TLS, before anything is sent that it is needed for (struct service_ops) */
	void (*secret)(void *ctx, const char *line);
	void *ctx;
};

/** The services' time becomes the bridge's: what was due by now happens. */
void ties_catch_up(const struct service_ties *ties, struct sim *sim);

/**
 * Sets a timer (timerfd_create(2), CLOCK_MONOTONIC): due at once if something waits to be read,
 * else when something of the services next happens.
 */
void ties_set_timer(int timer, const struct sim *sim, bool waits);

#endif
