/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What a proxy in wall time shows while it runs: on a terminal a table of its rules and counters,
 * which is drawn anew in its place; elsewhere a line now and then.
 */
#ifndef CLI_LIVE_TABLE_H
#define CLI_LIVE_TABLE_H

#include <stdio.h>

#include "harness/live/bridge.h"

struct live_table {
	bool terminal, colours; /**< set by the owner */
	unsigned lines;         /* that stand on the terminal */
	uint64_t told_ns;       /* when the last line was written elsewhere */
};

/** Shows what the bridge has done so far, on standard error. */
void live_table_show(struct live_table *table, struct bridge *bridge);

/** Takes the table away, for what is printed after it. */
void live_table_close(struct live_table *table);

/** How a table is drawn. */
struct live_table_form {
	unsigned columns, rows; /**< of the terminal */
	bool in_place;          /**< over what stands there */
	bool colours;
	sim_ns now;
};

/** Draws the table. @return how many lines it has; each ends with a line feed. */
unsigned live_table_draw(FILE *stream, const struct bridge_status *status, const struct bridge_rule *rules, size_t count,
                         const struct live_table_form *form);

/**
 * "12 frames to-server, 9 to-device; later than asked by 12 us (p50), ...": what a run is told as
 * in a line, without a line feed.
 */
void live_table_line(FILE *stream, const struct bridge_status *status);

#endif
