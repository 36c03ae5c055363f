/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Every frame of a session on its whole way, from both captures: when it came to the proxy, what
 * was done to it there, and when it reached the other end.
 */
#ifndef REPORTS_SESSION_CROSSINGS_H
#define REPORTS_SESSION_CROSSINGS_H

#include "lib/address/address.h"
#include "lib/base/bytes.h"
#include "reports/session/capture.h"
#include "reports/session/rules.h"
#include "reports/session/series.h"

enum crossing_fate {
	CROSSING_ARRIVED,
	CROSSING_DROPPED, /**< by the proxy */
	CROSSING_GONE,    /**< lost on the cable, or still under way at the end */
	CROSSING_MADE,    /**< by the proxy; it has arrived */
};

struct crossing {
	uint64_t id; /**< the proxy's number; 0: it has none */
	enum crossing_fate fate;
	enum direction direction;
	/** when it came to the proxy; of what the proxy has made, when it arrived */
	sim_ns sent;
	sim_ns arrived; /**< SIM_NEVER if it did not */
	bool retransmission;
	/** a segment of bulk transfer to which nothing happened but a delay */
	bool routine;
	bool delayed;         /**< by a fault */
	struct address at;    /**< if it was named */
	bool is_named;        /**< what the proxy never took in is not */
	struct bytes comment; /**< what was done to it */
	struct bytes data;
};

struct crossings {
	struct capture captures[2]; /* the device's and the server's */
	bool has[2];
	size_t count;
	struct crossing *list; /* in order of `sent` */
};

/**
 * Reads both captures in @p dir; those that are missing or torn give what they have. @param series
 * Takes what passes. @param rules Take what was done.
 * @param ret_crossings To be released with crossings_close().
 */
void crossings_read(struct crossings *ret_crossings, const char *dir, struct series *series, struct rules *rules);
void crossings_close(struct crossings *crossings);

#endif
