/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a trace tells besides frames: what the device reported, the services did, the chips noticed
 * and faults of the board did; and the sections of the session, which are its phases, each try by
 * itself.
 */
#ifndef REPORTS_SESSION_EVENTS_H
#define REPORTS_SESSION_EVENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/bytes.h"
#include "lib/sim/sim.h"

/** More than these are left out; the last section then goes on to the end. */
#define EVENTS_SECTIONS_MAX 400U

enum lane { LANE_DEVICE, LANE_PROXY, LANE_SERVER };

struct event {
	sim_ns at;
	enum lane lane;
	bool problem; /**< somebody has to look at it: a retry, a failure, a fault, a finding */
	const char *topic, *text;
};

enum section_end { SECTION_OPEN, SECTION_OK, SECTION_FAILED };

struct section {
	char name[32];    /**< "download", "booted again", "no power" */
	unsigned attempt; /**< from 1; more after each retry */
	sim_ns from, to;
	enum section_end end;
	const char *how; /**< what the device said at its end */
};

struct events {
	char *file;
	bool there;        /**< there was a trace */
	sim_ns start, end; /**< of its lines */
	size_t count;
	struct event *list; /* in the order of the trace */
	size_t section_count;
	struct section sections[EVENTS_SECTIONS_MAX];
};

/**
 * Reads the trace; one that is missing or torn gives what it has. @param ret_events To be released
 * with events_close().
 */
void events_read(struct events *ret_events, const char *path);
void events_close(struct events *events);

#endif
