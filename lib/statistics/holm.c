/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/statistics/holm.h"

#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/statistics/number.h"

struct ranked {
	uint64_t p;
	size_t place;
};

/*
 * By p-value; equal ones in their order, so that the result does not hang on the library's way to
 * sort.
 */
static int compare(const void *a, const void *b)
{
	const struct ranked *one = a, *other = b;

	if (one->p != other->p)
		return one->p < other->p ? -1 : 1;
	return one->place < other->place ? -1 : one->place > other->place;
}

void holm_correct(const uint64_t *p, size_t count, uint64_t *ret_corrected)
{
	struct ranked *ranked = memory_new((count + 1) * sizeof *ranked);
	uint64_t largest = 0;

	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){p[i], i};
	qsort(ranked, count, sizeof *ranked, compare);
	for (size_t i = 0; i < count; i++) {
		uint64_t tests = count - i, corrected = ranked[i].p > BILLION / tests ? BILLION : ranked[i].p * tests;
		largest = corrected > largest ? corrected : largest;
		ret_corrected[ranked[i].place] = largest;
	}
	free(ranked);
}
