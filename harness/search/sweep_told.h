/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What a sweep has found, told: the fault-coverage table, the ways in which the update fails,
 * and the faults that kill it; for people and as JSON.
 */
#ifndef SEARCH_SWEEP_TOLD_H
#define SEARCH_SWEEP_TOLD_H

#include <jansson.h>

#include "harness/search/sweep.h"

/** Adds the blocks to @p told (reports/search/told.h). */
void sweep_tell(const struct sweep *sweep, json_t *told);

/** @return the member `sweep` of search.json. */
json_t *sweep_json(const struct sweep *sweep);

/** Counts of a cell of the table, or of several. */
struct coverage_counts {
	size_t targets;            /**< that the faults fit */
	size_t tried;              /**< of these, whatever came of it */
	size_t outcomes[OUTCOMES]; /**< by enum outcome */
};

/**
 * The counts of single faults over all cells that fit. @param kind SIZE_MAX: any. @param phase
 * SIZE_MAX: any.
 */
struct coverage_counts sweep_counts(const struct sweep *sweep, size_t kind, size_t phase);

#endif
