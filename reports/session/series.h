/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A session over time, by buckets: what the captures tell of the wire, and what series.csv tells of
 * the board (session/load.h), whose buckets are taken.
 */
#ifndef REPORTS_SESSION_SERIES_H
#define REPORTS_SESSION_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/link/frame.h"
#include "lib/sim/sim.h"

/** As many as series.csv has rows at most. */
#define SERIES_ROWS_MAX 2000U

struct series_row {
	/** bytes of frames that have come to the other end, by direction */
	uint64_t delivered[2];
	uint64_t waiting;         /**< frames between both ends at once, at most */
	uint64_t retransmissions; /**< frames */
	uint64_t messages, bytes; /**< on the SPI bus */
	/** of the INT line; bytes in the receive ring, at most; of the flash */
	uint64_t interrupts, ring, operations;
};

struct series {
	sim_ns start, bucket_ns;
	size_t count;
	struct series_row *rows;
	bool knows_board; /**< there was a series.csv */
	size_t last;      /* up to here it is known how many frames wait */
	uint64_t waiting;
};

/**
 * Begins with what series.csv says; without one with empty buckets from @p start to @p end. To be
 * released with series_close().
 */
void series_open(struct series *series, const char *path, sim_ns start, sim_ns end);
void series_close(struct series *series);

/** The bucket of an instant; what lies outside is in the first or the last. */
size_t series_at(const struct series *series, sim_ns at);

/** A frame has come between both ends, or to the other one. Instants must not go backwards. */
void series_sends(struct series *series, sim_ns at, bool retransmission);
void series_delivers(struct series *series, sim_ns at, enum direction direction, size_t length);
/** No frame comes any more: those that wait do so up to the end. */
void series_end(struct series *series);

#endif
