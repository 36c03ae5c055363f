/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The rows of a session's ladder: frames and events in their order, with bulk transfer as one row,
 * so that thousands of frames become as many rows as somebody can read.
 */
#ifndef REPORTS_SESSION_LADDER_H
#define REPORTS_SESSION_LADDER_H

#include "reports/session/events.h"
#include "reports/session/crossings.h"

/**
 * If there are more rows than this, lost and repeated segments go into bulk as well; if there still
 * are, those in the middle are left out.
 */
#define LADDER_ROWS_MAX 3000U

enum ladder_kind { LADDER_FRAME, LADDER_BULK, LADDER_EVENT, LADDER_GAP };

struct ladder_row {
	enum ladder_kind kind;
	const struct crossing *crossing; /**< LADDER_FRAME; LADDER_BULK: the first */
	const struct event *event;       /**< LADDER_EVENT */
	sim_ns to;                       /**< LADDER_BULK: when the last was sent */
	/** LADDER_BULK, by direction; LADDER_GAP: frames[0] rows */
	uint64_t frames[2], bytes[2];
	uint64_t delayed, lost, retransmissions;
};

struct ladder {
	size_t count, room;
	struct ladder_row *rows;
};

/** @param ret_ladder Borrows from both; to be released with ladder_close(). */
void ladder_make(struct ladder *ret_ladder, const struct crossings *crossings, const struct events *events);
void ladder_close(struct ladder *ladder);

#endif
