/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/pool/families.h"

#include <stdlib.h>

#include "harness/pool/beginnings.h"

/*
 * So many sessions make it worth to run their beginning apart; and so many, for each that may run
 * at a time, to run all of the session without faults first, which nobody runs beside.
 */
#define FAMILY_MIN 3
#define TREE_ROUNDS 3
#define TREE_MIN 6

static int compare_groups(const void *a, const void *b, void *jobs)
{
	size_t left = *(const size_t *)a, right = *(const size_t *)b;
	uint64_t left_group = ((const struct job *)jobs)[left].group, right_group = ((const struct job *)jobs)[right].group;

	if (left_group != right_group)
		return left_group < right_group ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void sort(const struct families_wish *wish, size_t *order)
{
	qsort_r(order, wish->count, sizeof *order, compare_groups, wish->jobs);
}

/* How many sessions of a family there are to be; those that are alone do not count. */
static size_t family_size(const struct families_wish *wish, const size_t *order, size_t first, size_t end)
{
	const uint64_t family = wish->jobs[order[first]].group;
	size_t count = 0;

	for (size_t i = first; i < end; i++)
		count += !wish->jobs[order[i]].alone;
	if (family == 0)
		return 0;
	return wish->kept != NULL ? beginnings_expect(wish->kept, family, count) : count;
}

/*
 * The jobs of a family stand at these places. From now on the group has the number of its first
 * job.
 */
static void make_family(const struct families_wish *wish, const size_t *order, size_t first, size_t end)
{
	const size_t leader = order[first], size = family_size(wish, order, first, end);
	const bool is_tree = wish->kept != NULL && size >= TREE_MIN && size >= TREE_ROUNDS * wish->side_by_side;

	for (size_t i = first; i < end; i++) {
		struct job *job = &wish->jobs[order[i]];
		job->group = size >= FAMILY_MIN ? leader : order[i];
		job->depth = size < FAMILY_MIN || job->alone ? 0 : is_tree ? BEGINNING_WHOLE : beginning_depth(&job->plan);
	}
}

void families_put_in_order(const struct families_wish *wish, size_t *order)
{
	if (wish->count < FAMILY_MIN && wish->kept == NULL)
		return;
	for (size_t i = 0; i < wish->count; i++)
		wish->jobs[i].group = beginning_family(&wish->jobs[i].plan);
	sort(wish, order);
	for (size_t first = 0, i = 1; i <= wish->count; i++) {
		if (i < wish->count && wish->jobs[order[i]].group == wish->jobs[order[first]].group)
			continue;
		make_family(wish, order, first, i);
		first = i;
	}
	sort(wish, order);
}
