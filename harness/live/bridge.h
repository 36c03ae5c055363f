/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The world in wall time: two ends, the fault chain between them, trace, captures and decisions.
 *
 * How it works: the chain is the one of the emulator, and asks for the time as it does there. Time
 * is what CLOCK_MONOTONIC has gone on since the bridge began, in nanoseconds; a frame comes when it
 * is read. One epoll(7) instance waits for both ends, for the next frame that is due (a timerfd(2),
 * whose times are absolute and without slack), and for whatever else whoever runs it is to be woken
 * for. What leaves is sent at once, so one loop without threads is enough.
 *
 * Nothing here repeats to the last bit: when a frame comes, and so which of two came first, is the
 * world's. What is decided about a frame is a function of the plan, the seed, and the frame's
 * ordinal in its conversation, as in virtual time, and the frozen plan repeats it, here and there.
 *
 * Skew: how much later than asked a frame left, from its coming to this host (its stamp) on. What
 * no fault has asked for shows nothing about a plan. So a run in which a frame was later than the
 * limit, or was lost at an end, is inconclusive.
 *
 * Rules: the faults of a chain that runs. They can be added, changed and removed (proxy_change());
 * plan.yaml keeps the plan's own.
 */
#ifndef LIVE_BRIDGE_H
#define LIVE_BRIDGE_H

#include <signal.h>

#include "harness/live/port.h"
#include "harness/live/skew.h"
#include "harness/proxy/proxy.h"
#include "harness/scenario/plan.h"
#include "lib/verdict/verdict.h"

/** What may wake a bridge beside its ends. At most so many. */
#define BRIDGE_SIDES_MAX 8

struct bridge;
struct far_end;
struct relayed;

/** Something else that is waited for. */
struct bridge_side {
	/** borrowed; level-triggered, so ready() has to read from it */
	int fd;
	/** it is readable, or its other end is gone; may call what follows below */
	void (*ready)(void *ctx, struct bridge *bridge);
	void *ctx;
};

struct bridge_options {
	/** one of fit.h must hold. In a replay its decisions act, not its faults. */
	const struct plan *plan;
	/** the run folder, made if it is not there; NULL: nothing is kept */
	const char *dir;
	/** by the direction in which they send: TO_SERVER is the device's side. Borrowed. */
	struct port *ends[2];
	/**
	 * The emulator's far end (live/far_end.h), if that is behind the end TO_DEVICE: faults of
	 * its services act, too. It begins with the bridge. Borrowed; NULL: the far end is
	 * another's.
	 */
	struct far_end *far_end;
	/**
	 * A real server with the relay before it (live/relayed.h), if that is behind the end
	 * TO_DEVICE. It begins with the bridge. Borrowed; NULL: there is none.
	 */
	struct relayed *relayed;
	uint64_t skew_limit_ns; /**< 0: there is none */
	uint64_t for_ns;        /**< after which it ends by itself; 0: it does not */
	const volatile sig_atomic_t
		/**
		 * asks it to end when it is not 0; a signal that sets it wakes the bridge. NULL:
		 * there is none
		 */
		*stop;
	const struct bridge_side *sides;
	size_t side_count;
	/**
	 * Everything is open, and no frame has been read. @return false with @p err to end it
	 * there. NULL: there is nothing to do.
	 */
	bool (*ready)(void *ctx, struct error *err);
	/** Four times a second, and once at the end. NULL: nobody looks. */
	void (*look)(void *ctx, struct bridge *bridge);
	/**
	 * Has the last word on the verdict, before anything of it is written. NULL: what the bridge
	 * says is all.
	 */
	void (*conclude)(void *ctx, struct verdict *verdict);
	void *ctx; /**< of ready(), look() and conclude() */
};

/** What it has done so far. */
struct bridge_status {
	uint64_t elapsed_ns;
	uint64_t frames[2]; /**< that came, by their direction */
	uint64_t waiting;   /**< frames that are still to leave */
	struct skew_summary skew;
	struct port_counters ends[2];
	char phase[FAULT_PHASE_MAX]; /**< that was told last; empty: none */
};

/** A rule: a fault in the chain, or one that was. */
struct bridge_rule {
	struct fault fault;
	struct fault_counters counters;
	bool gone; /**< it was changed or removed, and this is what it had done */
};

struct bridge_result {
	struct verdict verdict;
	struct bridge_status status; /**< at the end */
	/** all there were: of the chain, those that are gone, of services */
	struct bridge_rule *rules;
	size_t rule_count;
};

/**
 * Runs until it is asked to stop, an end is gone, or its time is up.
 * @param ret_result Always filled; to be released with bridge_result_close().
 * @return false with @p err if it could not begin: the folder cannot be made, ready() refuses.
 */
bool bridge_run(const struct bridge_options *options, struct bridge_result *ret_result, struct error *err);
void bridge_result_close(struct bridge_result *result);

/* -- for ready() and look(): of a bridge that runs -- */

/** The plan that it was begun with. */
const struct plan *bridge_plan(const struct bridge *bridge);

/** The faults in its chain, in their order, until they are changed. @return how many. */
size_t bridge_faults(const struct bridge *bridge, const struct fault **ret_faults);

/**
 * The same with what they have done. @param ret_rules Room for @p most. @return how many there are;
 * all those in the chain, then those that are gone.
 */
size_t bridge_rules(const struct bridge *bridge, struct bridge_rule *ret_rules, size_t most);

/** What it has done so far: a copy. */
struct bridge_status bridge_status(const struct bridge *bridge);

/** Its time. */
sim_ns bridge_now(struct bridge *bridge);

/**
 * Puts other faults into the chain; those that are equal to ones in it go on as they were
 * (proxy_change()).
 * @param what Has been done, for the trace, such as "add 'slow' delay".
 * @return false with @p err, and nothing has changed: too many, or the chain cannot be changed.
 */
bool bridge_change(struct bridge *bridge, const struct fault *faults, size_t count, const char *what, struct error *err);

/** The device is in this phase from now on. */
void bridge_enter(struct bridge *bridge, const char *phase);

/** Ends it. @param why For the verdict: "it was asked to". The first one counts. */
void bridge_stop(struct bridge *bridge, const char *why);

#endif
