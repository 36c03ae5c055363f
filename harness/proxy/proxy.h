/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The packet-manipulating proxy: a chain of faults between two ports, sans I/O.
 *
 * How it works: proxy_submit() takes a frame in with its name, lets every fault of the chain that
 * matches it act, and tells the observer what was decided. What is not dropped waits in one queue,
 * ordered by time and then by arrival. proxy_next() says when the first of it is due,
 * proxy_deliver() hands it out. `now` is an argument everywhere, so the same object serves in
 * virtual time, in wall time and step by step in a test.
 *
 * Random draws are keyed on (the fault's text, the frame's flow, the frame's ordinal within its
 * flow and direction), so that neither another fault nor a frame of another flow moves a decision.
 * For the same reason the state of a loss model is kept for each flow and direction, starting from
 * the model's stationary distribution; tc-netem keeps one state for a whole interface, and a fault
 * that is netem_exact one for a direction.
 *
 * A chain may be made of decisions instead (a frozen plan): each is looked up by the address of the
 * frame, and nothing is drawn.
 */
#ifndef PROXY_PROXY_H
#define PROXY_PROXY_H

#include "lib/address/namer.h"
#include "lib/fault/armed.h"
#include "lib/link/frame.h"
#include "lib/sim/sim.h"

/**
 * Frames that may wait in the queue; one more is dropped with the cause "the proxy's queue is
 * full".
 */
#define PROXY_QUEUE_MAX 1000000U

/** All faults that this layer carries out. */
extern const struct fault_catalogue catalogue_proxy;

struct proxy;

/** What one fault did to a frame. */
struct proxy_cause {
	size_t fault;                /**< index in the chain */
	bool consequence;            /**< of what it had done before: not a decision by itself */
	const struct action *action; /**< exact, without a draw */
	struct action_params params;
};

/** What became of a frame, and why. */
struct proxy_fate {
	bool dropped;
	/** it waits for others to overtake it, so its time is not known yet */
	bool held;
	sim_ns release;                   /**< when it leaves, if it was neither dropped nor held */
	size_t cause_count;               /**< faults that acted on it, in order */
	const struct proxy_cause *causes; /**< the chain's, valid until the next frame */
	const char *limit;                /**< a limit of ours that dropped it, or NULL */
};

struct proxy_ops {
	/**
	 * Called for every frame that comes in, as it came, before it is queued or released. @param
	 * event Its coming.
	 */
	void (*decided)(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate);
	/**
	 * A frame of fault @p fault's own making will leave at @p release, or never (SIM_NEVER) for
	 * want of room in the queue; its id is new. NULL: nobody cares.
	 */
	void (*made)(void *ctx, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now);
	/**
	 * proxy_change() has ended what the fault at @p place had begun at @p begun, before its
	 * time: that decision was one with these parameters. NULL: nobody cares.
	 */
	void (*cut)(void *ctx, uint64_t place, sim_ns begun, const struct action_params *params);
};

/**
 * @param faults Copied; fault_check() must hold for each. Those of other layers are left out.
 * @param seed Of the random draws.
 * @return the chain, to be released with proxy_close().
 */
struct proxy *proxy_open(const struct fault *faults, size_t count, uint64_t seed, struct proxy_ops ops, void *ctx);

/**
 * From an instant on the chain draws as with another seed (struct redraw); to be called before the
 * first frame. What a rule remembers of frames before, such as the state of a loss model, stays; a
 * correlated draw that is repeated is the one that the other seed would have had.
 * @param faults Those that it was opened with.
 */
void proxy_redraw(struct proxy *proxy, const struct fault *faults, size_t count, const struct redraw *redraw);

/**
 * Changes the chain while it runs, between two frames: these faults from now on, in this order. A
 * fault that was there before, equal in all, goes on as it was: its state, its draws, its counters.
 * One that is new begins now, with nothing counted; if it stands where one was taken away, its
 * decisions have the place of that. What a fault that is taken away has begun: an outage ends;
 * frames that wait leave when they were to; a rebinding goes on, as a NAT's would, and the fault
 * stays in the chain as one that has retired. So a frozen plan of all decisions still repeats the
 * run.
 *
 * Not for a chain of decisions, and not while a redraw is ahead.
 * @param faults Copied; fault_check() must hold for each. Those of other layers are left out.
 * @param seed That of proxy_open().
 * @param now Later than every frame that has come.
 */
void proxy_change(struct proxy *proxy, const struct fault *faults, size_t count, uint64_t seed, sim_ns now);

/** Whether the chain can be changed now. */
bool proxy_can_change(const struct proxy *proxy);

/** Whether fault @p index has been taken away and only goes on with what it has begun. */
bool proxy_has_retired(const struct proxy *proxy, size_t index);

/**
 * As proxy_open(), from decisions; each fault of the chain is one of them, in their order, those of
 * other layers left out. They act in the order of their places: what goes on for some time, such as
 * an outage, acts where its fault stood. @param decisions Copied.
 */
struct proxy *proxy_open_frozen(const struct decisions *decisions, struct proxy_ops ops, void *ctx);
void proxy_close(struct proxy *proxy);

/**
 * Takes @p frame over and gives it the next id. @p now must not go backwards.
 * @param named What the frame is called, by whoever names all that comes here (namer_name()).
 */
void proxy_submit(struct proxy *proxy, struct frame *frame, enum direction direction, const struct named *named, sim_ns now);

/** The session enters a phase, which matches may ask for. */
void proxy_enter(struct proxy *proxy, const char *phase);

/** Something has happened at a site of another layer, which windows may ask for. */
void proxy_see(struct proxy *proxy, const struct fault_event *event);

/** When the next frame is due, or SIM_NEVER. */
sim_ns proxy_next(const struct proxy *proxy);

/** @return a frame that is due at @p now, handed over to the caller, or NULL. */
struct frame *proxy_deliver(struct proxy *proxy, sim_ns now, enum direction *ret_direction);

/**
 * The faults in the chain; of a frozen one, its decisions. An index is below their number, and a
 * fault is borrowed.
 */
size_t proxy_fault_count(const struct proxy *proxy);
const struct fault *proxy_fault(const struct proxy *proxy, size_t index);
/**
 * Where fault @p index stands in the chain that decided: itself, or the fault behind a decision.
 */
uint64_t proxy_place(const struct proxy *proxy, size_t index);
struct fault_counters proxy_counters(const struct proxy *proxy, size_t index);

/**
 * Whether fault @p index can act on a frame at @p now: within its window, its ordinals not used up,
 * and it has acted before; or its outage is under way.
 */
bool proxy_in_force(const struct proxy *proxy, size_t index, sim_ns now);

/** "'NAME' drop" or "'NAME' delay 20ms, 'OTHER' ..." for traces and captures. @return ret_text. */
const char *proxy_fate_render(const struct proxy *proxy, const struct proxy_fate *fate, sim_ns now, char *ret_text, size_t size);

#endif
