/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * When each fault of a session has acted, as bands over the buckets of a series: from what is said
 * of each frame, and from the trace.
 */
#ifndef REPORTS_SESSION_RULES_H
#define REPORTS_SESSION_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

/** More faults than this are counted as one. */
#define RULES_MAX 64U

/** Neighbouring buckets in each of which it acted. */
struct rules_band {
	size_t first, last;
	uint64_t count;
};

struct rule {
	char *name, *action;
	uint64_t count; /* times that it acted */
	size_t band_count, band_room;
	struct rules_band *bands;
};

struct rules {
	size_t count;
	struct rule list[RULES_MAX];
};

void rules_close(struct rules *rules);

/**
 * Takes a text such as `'jitter' delay 10.45 ms, 'bursts' gemodel -> dropped`, of something in this
 * bucket; buckets must not go backwards.
 * @return whether none of the faults in it did more than to delay.
 */
bool rules_take(struct rules *rules, struct bytes text, size_t bucket);

#endif
