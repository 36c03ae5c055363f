/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Links that were recorded, read from files: mahimahi's packet-delivery traces (Netravali et al.,
 * "Mahimahi: Accurate Record-and-Replay for HTTP", USENIX ATC 2015) and tables of rate, delay and
 * loss. Plain data; the chain plays it.
 */
#ifndef FAULT_RECORDING_H
#define FAULT_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/** Lines that a recording can have. */
#define RECORDING_ROWS_MAX 1000000U

/**
 * A line a delivery opportunity: the millisecond, from the beginning of the recording, at which
 * 1500 bytes could pass.
 */
struct opportunities {
	/** never going backwards; the last one, more than 0, is how long the recording is */
	uint64_t *at_ns;
	size_t count; /**< at least 1 */
};

/**
 * @return false with @p err, its text beginning with the place in the file. @param
 * ret_opportunities To be released with opportunities_close().
 */
bool opportunities_open(struct opportunities *ret_opportunities, const char *path, struct error *err);
void opportunities_close(struct opportunities *opportunities);

/** What the link is from some time on, until the next row. */
struct link_row {
	uint64_t at_ns;
	bool has_rate;
	uint64_t rate_bps; /**< 0: nothing passes */
	uint64_t delay_ns;
	uint64_t loss; /**< billionths */
};

struct link_rows {
	struct link_row *list; /**< each later than the one before */
	size_t count;          /**< at least 1 */
};

/**
 * CSV (RFC 4180, but that no cell goes on in the next line); the first line names the columns:
 * `time` and any of `rate`, `delay`, `loss`. Values have units; an empty rate is no limit, an empty
 * delay or loss is none.
 */
bool link_rows_open(struct link_rows *ret_rows, const char *path, struct error *err);
void link_rows_close(struct link_rows *rows);

#endif
