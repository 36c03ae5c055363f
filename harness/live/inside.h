/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the bridge: bridge.c runs it, rules.c changes its chain, ending.c says what it
 * came to.
 */
#ifndef LIVE_INSIDE_H
#define LIVE_INSIDE_H

#include "harness/live/bridge.h"
#include "harness/live/clock.h"
#include "harness/session/folder.h"
#include "harness/session/passing.h"

/**
 * Of so many frames that came last it is known how old they were; what waits while so many others
 * come counts from when it was read. A power of two.
 */
#define INSIDE_AGES 65536U

/** Rules that are gone and still told of; of more, the first are forgotten. */
#define INSIDE_GONE_MAX FAULTS_MAX

/** How long a frame had been on this host when it was read. */
struct inside_age {
	uint64_t id, ns;
};

struct bridge {
	const struct bridge_options *options;
	struct folder folder;
	bool keeps; /* there is a folder */
	struct trace *trace;
	struct passing passing;
	struct namer *namer; /* names what comes to the chain */
	struct proxy *proxy;
	struct fault *faults; /* of the chain; not in a replay */
	size_t fault_count;
	struct bridge_rule *gone;
	size_t gone_count;
	struct skew skew;
	struct inside_age *ages;
	struct stamp_clock stamps;
	uint64_t age_ns;   /* of the frame under way */
	uint64_t began_ns; /* CLOCK_MONOTONIC */
	sim_ns now;        /* the last that was looked at */
	/* of the ends, when it began: what was lost by then was no frame of its own */
	struct port_counters before[2];
	uint64_t waiting, odd;
	char phase[FAULT_PHASE_MAX];
	int epoll, due, tick; /* descriptors; -1: not open */
	sim_ns armed;         /* what `due` is set to; SIM_NEVER: it is not */
	bool over, broken;
	char why[ERROR_TEXT_MAX];
};

/** Looks at the clock. It does not go backwards. */
sim_ns inside_look(struct bridge *bridge);

/** Ends it because something failed. The first cause counts. */
void inside_break(struct bridge *bridge, const char *why);

/** Makes the chain of the plan. */
void inside_open_rules(struct bridge *bridge, struct proxy_ops ops);
void inside_close_rules(struct bridge *bridge);

/**
 * The services behind the bridge that have faults of ours, if there are any: they begin, a frame
 * has come to the proxy or to the device, and the device enters a phase.
 */
void inside_open_services(struct bridge *bridge);
void inside_tell_services(struct bridge *bridge, const struct fault_event *event);
void inside_deliver_to_device(struct bridge *bridge, struct bytes frame);
void inside_enter_services(struct bridge *bridge, const char *phase);

/** Whether there are such services, which tell their events. */
bool inside_has_services(const struct bridge *bridge);

/** Writes which events they had, as lines of addresses.txt. */
void inside_write_events(const struct bridge *bridge, FILE *stream);

/** Whether the @p index-th fault of the services has acted. */
bool inside_service_acted(const struct bridge *bridge, size_t index);

/** The faults of its services, behind @p count other rules. @return how many there are together. */
size_t inside_service_rules(const struct bridge *bridge, struct bridge_rule *ret_rules, size_t most, size_t count);

/**
 * Comes to the verdict and writes what belongs into the folder; the last lines of the trace, too.
 */
void inside_finish(struct bridge *bridge, struct bridge_result *ret_result);

#endif
