/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of one layer at work at their sites: which of them act on an occasion, how often they did, and who is told.
 *
 * A fault belongs to a site, and a site counts its occasions from 1 since power on. Every fault that acts is a line of the trace with its site's address,
 * such as enc.tx#7, so that the next plan can name it. What acting means is the layer's.
 */
#ifndef FAULT_TROUBLE_H
#define FAULT_TROUBLE_H

#include "fault/decision.h"
#include "fault/point.h"
#include "sim/trace.h"

/** What others want to know. Any may be NULL. */
struct trouble_ops {
	/** A fault has acted; for a frozen plan. */
	void (*decided)(void *ctx, const struct decision *decision);
	/** An occasion at a site has come, for windows of others that begin or end there. */
	void (*occasion)(void *ctx, const char *site, uint64_t occasion, sim_ns now);
};

/** A fault at work. */
struct trouble {
	const struct fault *fault;
	size_t index; /**< in the plan */
	struct random_stream stream;
	struct point at; /**< if the match has one */
	struct window window;
	uint64_t matched, applied;
};

struct troubles {
	struct trace *trace;
	struct trouble_ops ops;
	void *ctx;
	struct trouble *list;
	size_t count;
	size_t by_points; /**< whose window begins or ends at a point */
	uint64_t occasions[SITES];
	struct {
		sim_ns from; /* SIM_NEVER: it is not asked for, or has come */
		uint64_t seed;
	} redraw;
};

/** @param faults Borrowed; those of other layers are left out. */
void troubles_open(struct troubles *troubles, const struct fault *faults, size_t count, enum fault_layer layer, uint64_t seed,
                   struct trace *trace, struct trouble_ops ops, void *ctx);
/** From an instant on they draw as with another seed (struct redraw); to be called before the first occasion. */
void troubles_redraw(struct troubles *troubles, const struct redraw *redraw);
void troubles_close(struct troubles *troubles);

/** A frame passes, an occasion comes at a site of another layer, or the session enters a phase: windows may begin or end there. */
void troubles_see(struct troubles *troubles, const struct naming *naming, sim_ns now);
void troubles_see_occasion(struct troubles *troubles, const char *site, uint64_t occasion, sim_ns now);
void troubles_enter(struct troubles *troubles, const char *phase);

/** The @p occasion-th occasion of a site of this layer has come; then trouble_acts() is asked of every fault that could be meant. */
void troubles_begin(struct troubles *troubles, enum site site, uint64_t occasion, sim_ns now);

/** The next occasion of a site that nobody else counts. @return its number. */
uint64_t troubles_next(struct troubles *troubles, enum site site, sim_ns now);

/** Whether a fault acts on the present occasion of the site; tells of it if so. */
bool trouble_acts(struct troubles *troubles, struct trouble *trouble, enum site site, sim_ns now);

/** A fault that has no site, such as one about power on, acts; tells of it. */
void trouble_acted(struct troubles *troubles, struct trouble *trouble, sim_ns now);

/** A decision about what is no frame, as a fault that happens there and then, and only once. */
struct fault trouble_again(const struct decision *decision);

/** What a fault has done. @return false if the @p index-th fault of the plan is not of this layer. */
bool troubles_counters(const struct troubles *troubles, size_t index, uint64_t *ret_matched, uint64_t *ret_applied);

#endif
