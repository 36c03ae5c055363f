/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/search/blocks.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"
#include "reports/member.h"

/* Beyond, places on an axis are as good as the same. */
#define PLACE_MAX 1e18

static const char *const kinds[BLOCK_KINDS] = {
	[BLOCK_HEADING] = "heading", [BLOCK_TEXT] = "text",   [BLOCK_RESULT] = "result", [BLOCK_LINK] = "link",
	[BLOCK_LINES] = "lines",     [BLOCK_TABLE] = "table", [BLOCK_CURVE] = "curve",
};

static const char *const senses[] = {[TOLD_PLAIN] = "plain", [TOLD_GOOD] = "good", [TOLD_BAD] = "bad", [TOLD_UNKNOWN] = "unknown"};

const char *block_name(enum block_kind kind)
{
	return kinds[kind];
}

enum block_kind block_kind_of(const json_t *block)
{
	int kind = 0;

	while (kind < BLOCK_KINDS && strcmp(member_text(block, "kind"), kinds[kind]) != 0)
		kind++;
	return (enum block_kind)kind;
}

const char *block_sense_name(enum told_sense sense)
{
	return senses[sense];
}

enum told_sense block_sense_of(const json_t *json)
{
	for (int i = TOLD_GOOD; i <= TOLD_UNKNOWN; i++)
		if (strcmp(member_text(json, "sense"), senses[i]) == 0)
			return (enum told_sense)i;
	return TOLD_PLAIN;
}

bool block_is_number(const json_t *table, size_t column)
{
	const json_t *rows = json_object_get(table, "rows");
	bool any = false;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const char *text = member_text(json_array_get(json_array_get(rows, i), column), "text");
		if (text[strspn(text, "0123456789., %-")] != '\0')
			return false;
		any = any || text[0] != '\0';
	}
	return any;
}

static uint64_t share_of(const json_t *json, const char *key)
{
	const uint64_t share = member_number(json, key);

	return share < UNIT_PROBABILITY_ONE ? share : UNIT_PROBABILITY_ONE;
}

static int compare_points(const void *a, const void *b)
{
	const struct block_point *left = a, *right = b;

	return left->x < right->x ? -1 : left->x > right->x;
}

struct block_point *block_points(const json_t *curve, const char *key, size_t *ret_count)
{
	const json_t *list = json_object_get(curve, key);
	struct block_point *points = memory_new((json_array_size(list) + 1) * sizeof *points);
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *json = json_array_get(list, i);
		double x = json_number_value(json_object_get(json, "x"));
		const char *label = member_text(json, "label");
		x = x > PLACE_MAX ? PLACE_MAX : x < -PLACE_MAX ? -PLACE_MAX : x;
		points[count++] = (struct block_point){.x = x,
		                                       .y = share_of(json, "y_billionths"),
		                                       .low = share_of(json, "low_billionths"),
		                                       .high = share_of(json, "high_billionths"),
		                                       .text = label[0] != '\0' ? label : member_text(json, "text")};
	}
	/*
	 * Those of one place stay as they were told: the sort of glibc is stable while there is
	 * memory, and places are hardly ever the same.
	 */
	qsort(points, count, sizeof *points, compare_points);
	*ret_count = count;
	return points;
}
