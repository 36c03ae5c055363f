/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file What stands in `told`, as its readers see it. It may come from a file that others have
 * written: what is missing is empty, what is unknown is passed over.
 */
#ifndef REPORTS_SEARCH_BLOCKS_H
#define REPORTS_SEARCH_BLOCKS_H

#include "reports/search/told.h"

enum block_kind { BLOCK_HEADING, BLOCK_TEXT, BLOCK_RESULT, BLOCK_LINK, BLOCK_LINES, BLOCK_TABLE, BLOCK_CURVE, BLOCK_KINDS };

/** @return as `kind` has it. */
const char *block_name(enum block_kind kind);

/** @return BLOCK_KINDS: none that is known. */
enum block_kind block_kind_of(const json_t *block);

/** @return as `sense` has it. */
const char *block_sense_name(enum told_sense sense);

/** @return TOLD_PLAIN if nothing is said. */
enum told_sense block_sense_of(const json_t *json);

/**
 * @return whether all that stands in this column of the table are numbers, amounts or shares, and
 * there is one at least.
 */
bool block_is_number(const json_t *table, size_t column);

/** A point or a mark of a curve. Shares in billionths, never above one. */
struct block_point {
	double x;
	uint64_t y, low, high;
	const char *text; /**< belongs to the block; empty: nothing */
};

/**
 * @param key "points" or "marks". @return these in the order of their place, to be released with
 * free().
 */
struct block_point *block_points(const json_t *curve, const char *key, size_t *ret_count);

/** Writes the curve as a picture (SVG). */
void block_curve(FILE *stream, const json_t *curve);

#endif
