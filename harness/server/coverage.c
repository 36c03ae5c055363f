/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/coverage.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

void coverage_add(struct coverage *coverage, uint64_t from, uint64_t to)
{
	size_t first = 0, behind;

	if (from >= to)
		return;
	while (first < coverage->count && coverage->spans[first].to < from)
		first++;
	/* All from `first` to `behind` touch the new one and become part of it. */
	for (behind = first; behind < coverage->count && coverage->spans[behind].from <= to; behind++) {
		from = coverage->spans[behind].from < from ? coverage->spans[behind].from : from;
		to = coverage->spans[behind].to > to ? coverage->spans[behind].to : to;
	}
	if (coverage->count == coverage->room) {
		coverage->room = coverage->room > 0 ? coverage->room * 2 : 8;
		coverage->spans = memory_resize(coverage->spans, coverage->room, sizeof *coverage->spans);
	}
	memmove(coverage->spans + first + 1, coverage->spans + behind, (coverage->count - behind) * sizeof *coverage->spans);
	coverage->count = coverage->count - (behind - first) + 1;
	coverage->spans[first] = (struct span){from, to};
}

uint64_t coverage_total(const struct coverage *coverage)
{
	uint64_t total = 0;

	for (size_t i = 0; i < coverage->count; i++)
		total += coverage->spans[i].to - coverage->spans[i].from;
	return total;
}

void coverage_close(struct coverage *coverage)
{
	free(coverage->spans);
	*coverage = (struct coverage){0};
}
