/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How busy the board was: the SPI bus, the INT line, the chip's receive ring and the flash, counted
 * by buckets of virtual time.
 *
 * How it works: the board counts anyway. A bucket is closed by whatever comes first after its end,
 * and gets what was counted since the one before it; so a request of the guest costs two
 * comparisons here. When all rows are used, pairs of them become one and buckets twice as wide.
 * Nothing of this is in the trace, and nothing asks for it while the session runs.
 */
#ifndef SESSION_LOAD_H
#define SESSION_LOAD_H

#include <stdio.h>

#include "emulator/board/board.h"
#include "lib/sim/sim.h"

/** The file of a session that has it, as a table (RFC 4180) whose first line names the columns. */
#define LOAD_FILE "series.csv"
#define LOAD_ROWS_MAX 2000U
#define LOAD_BUCKET_NS (100 * SIM_MS)

struct load_counts {
	uint64_t messages, bytes; /* on the SPI bus */
	uint64_t interrupts;      /* times that INT has fallen, as the processor sees it */
	uint64_t flash;           /* programs and erases that the flash has begun */
};

struct load {
	/* the first bucket begins at start, the present one ends at end */
	sim_ns start, bucket_ns, end;
	size_t current;            /* the present one */
	uint64_t interrupts;       /* ever */
	struct load_counts closed; /* when the last bucket was closed */
	unsigned ring;             /* bytes in the receive ring, when it was looked at last */
	struct load_row {
		struct load_counts counts;
		unsigned ring; /* at most, within the bucket */
	} rows[LOAD_ROWS_MAX];
};

/** @param start The time of the world; before the first load_look(). */
void load_init(struct load *load, sim_ns start);

/**
 * To be told of every instant at which the board is about to do something, before it does. @p now
 * must not go backwards.
 */
void load_look(struct load *load, const struct board *board, sim_ns now);

/** INT has fallen, as the processor sees it. */
void load_interrupt(struct load *load, const struct board *board, sim_ns now);

/** Writes all buckets up to @p now. */
void load_write(struct load *load, const struct board *board, sim_ns now, FILE *stream);

#endif
