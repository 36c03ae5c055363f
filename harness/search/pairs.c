/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/pairs.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

struct rank {
	size_t attempt, fresh;
};

/* Those with more new states first; of equals the one that was tried first. */
static int compare(const void *a, const void *b)
{
	const struct rank *left = a, *right = b;

	if (left->fresh != right->fresh)
		return left->fresh > right->fresh ? -1 : 1;
	return left->attempt < right->attempt ? -1 : 1;
}

void pairs_open(struct pairs *pairs, struct sweep *sweep)
{
	struct rank *ranks = memory_new((sweep->single_count + 1) * sizeof *ranks);

	*pairs = (struct pairs){.sweep = sweep, .ranked = memory_new((sweep->single_count + 1) * sizeof *pairs->ranked), .sum = 1};
	for (size_t i = 0; i < sweep->single_count; i++) {
		const size_t fresh = sweep_new_states(sweep, sweep->attempts[i].key);
		if (sweep->attempts[i].outcome == OUTCOME_SURVIVED)
			ranks[pairs->count++] = (struct rank){i, fresh};
	}
	if (pairs->count > 0)
		qsort(ranks, pairs->count, sizeof *ranks, compare);
	for (size_t i = 0; i < pairs->count; i++)
		pairs->ranked[i] = ranks[i].attempt;
	free(ranks);
}

void pairs_close(struct pairs *pairs)
{
	free(pairs->ranked);
	memset(pairs, 0, sizeof *pairs);
}

/* Two faults at one place are mostly one fault, or none. */
static bool is_apart(const struct sweep *sweep, size_t a, size_t b)
{
	return sweep->attempts[a].target[0] != sweep->attempts[b].target[0];
}

/*
 * All pairs of ranks whose sum is 1, then 2 and so on: the best come first, and none waits for
 * ever.
 */
bool pairs_next(struct pairs *pairs, struct pair *ret_pair)
{
	while (pairs->count >= 2 && pairs->sum <= 2 * pairs->count - 3) {
		const size_t low = pairs->low, high = pairs->sum - low;
		const bool is_there = low < high && high < pairs->count;
		if (low >= high) {
			pairs->sum++;
			pairs->low = 0;
			continue;
		}
		pairs->low++;
		if (!is_there || !is_apart(pairs->sweep, pairs->ranked[low], pairs->ranked[high]))
			continue;
		const size_t a = pairs->ranked[low], b = pairs->ranked[high];
		const bool is_in_order = pairs->sweep->attempts[a].target[0] < pairs->sweep->attempts[b].target[0];
		*ret_pair = (struct pair){{is_in_order ? a : b, is_in_order ? b : a}};
		return true;
	}
	return false;
}
