/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults at work: which of them act on an event, how often they did, and who is told. All layers
 * use this one engine.
 *
 * How it works: a layer arms its faults when it opens. Whatever happens at one of its sites is an
 * event (event.h), of which it asks each of its faults whether it acts. A fault acts if the event
 * matches (its site, window and conditions), and if it is one of those that the match picks
 * (ordinals, address, probability). What acting means is the layer's.
 *
 * A fault of frames is asked in two steps, since its behaviour lies between them (proxy/rule.h);
 * all others in one, armed_fault_acts(), which writes the trace's line and tells the decision for a
 * frozen plan.
 */
#ifndef FAULT_ARMED_H
#define FAULT_ARMED_H

#include "lib/base/map.h"
#include "lib/fault/decision.h"
#include "lib/fault/event.h"
#include "lib/fault/window.h"
#include "lib/sim/random.h"
#include "lib/sim/trace.h"

struct fault_counters {
	/** events that came to the fault; only the proxy knows it, others count what matched */
	uint64_t seen;
	uint64_t matched;    /**< of these, those that its match is about */
	uint64_t applied;    /**< of these, those it acted on */
	sim_ns last_applied; /**< SIM_NEVER if never */
};

/** A fault at work. What every event asks of it comes first. */
struct armed_fault {
	const struct fault *fault; /**< borrowed */
	bool taken_out;            /**< by "enabled: false" */
	bool has_at;
	enum site site;
	struct fault_counters counters;
	sim_ns before; /* counters.last_applied before the last time */
	struct random_stream stream;
	struct map picks; /* of a correlated probability */
	struct fault_address at;
	struct window window;
	size_t index; /**< in the list that it was armed from */
};

/** @param fault Borrowed; fault_check() must hold. */
void armed_fault_init(struct armed_fault *armed, const struct fault *fault, struct random_stream stream);
void armed_fault_close(struct armed_fault *armed);

/** The fault lies elsewhere from now on. */
void armed_fault_moves(struct armed_fault *armed, const struct fault *fault);

/** Whether the fault is about @p event; its pcap filter is another question (proxy/filters.h). */
bool armed_fault_matches(const struct armed_fault *armed, const struct fault_event *event);

/**
 * Whether the @p ordinal-th event that matches is one that the match picks, its probability
 * included.
 */
bool armed_fault_picks(struct armed_fault *armed, const struct fault_event *event, uint64_t ordinal);

/** The fault has acted at @p now. */
void armed_fault_counts(struct armed_fault *armed, sim_ns now);

/**
 * The fault does once more what it has begun: that counts as if it had matched again, and is no
 * decision.
 */
void armed_fault_goes_on(struct armed_fault *armed, sim_ns now);

/** What armed_fault_counts() was told last has come to nothing. Once for each. */
void armed_fault_takes_back(struct armed_fault *armed);

/** Whom a layer tells. Any may be NULL. */
struct armed_ops {
	/** A fault has acted; for a frozen plan. */
	void (*decided)(void *ctx, const struct decision *decision);
	/**
	 * An event has come to a site with addresses, for windows of other layers that begin or end
	 * there.
	 */
	void (*happened)(void *ctx, const struct fault_event *event);
};

/** The faults of a layer, in the order of the plan. */
struct armed_faults {
	struct trace *trace;
	struct armed_ops ops;
	void *ctx;
	struct armed_fault *list;
	size_t count;
	size_t by_address;      /* whose window begins or ends at an address */
	uint64_t events[SITES]; /**< that have come to each site */
	struct {
		sim_ns from; /* SIM_NEVER: it is not asked for, or has come */
		uint64_t seed;
	} redraw;
};

/** @param faults Borrowed; those of other layers are left out. */
void armed_faults_open(struct armed_faults *armed, const struct fault *faults, size_t count, enum fault_layer layer, uint64_t seed,
                       struct trace *trace, struct armed_ops ops, void *ctx);
/**
 * From an instant on they draw as with another seed (struct redraw); to be called before the first
 * event.
 */
void armed_faults_redraw(struct armed_faults *armed, const struct redraw *redraw);
void armed_faults_close(struct armed_faults *armed);

/** Something has happened in another layer: windows may begin or end there. */
void armed_faults_see(struct armed_faults *armed, const struct fault_event *event);

/** The session enters a phase. */
void armed_faults_enter(struct armed_faults *armed, const char *phase);

/**
 * The @p number-th event comes to a site of this layer; then armed_fault_acts() is asked of every
 * fault.
 */
struct fault_event armed_faults_event(struct armed_faults *armed, enum site site, uint64_t number, sim_ns now);

/** The next event of a site that nobody else counts. */
struct fault_event armed_faults_next(struct armed_faults *armed, enum site site, sim_ns now);

/** Asks whether a fault acts on @p event; if so it is counted, traced and told. */
bool armed_fault_acts(struct armed_faults *armed, struct armed_fault *fault, const struct fault_event *event);

/**
 * What a fault has done. @return false if the @p index-th fault of the plan is not of this layer.
 */
bool armed_faults_counters(const struct armed_faults *armed, size_t index, struct fault_counters *ret_counters);

/**
 * A decision as a fault that happens there and then, and only once; of a frame, the direction is
 * the caller's.
 */
struct fault fault_again(const struct decision *decision);

#endif
