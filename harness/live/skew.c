/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/skew.h"

#define STEP_BITS 5U
_Static_assert(1U << STEP_BITS == SKEW_STEPS, "buckets are numbered by bits");

/*
 * Below SKEW_STEPS a bucket is a nanosecond wide; from there on it has the leading one and the
 * STEP_BITS bits behind it in common.
 */
static unsigned bucket_of(uint64_t ns)
{
	if (ns < SKEW_STEPS)
		return (unsigned)ns;
	const unsigned shift = 63U - (unsigned)__builtin_clzll(ns) - STEP_BITS;

	return (shift + 1) * SKEW_STEPS + (unsigned)(ns >> shift) - SKEW_STEPS;
}

/* The largest value that a bucket counts. */
static uint64_t end_of(unsigned bucket)
{
	if (bucket < SKEW_STEPS)
		return bucket;
	const unsigned shift = bucket / SKEW_STEPS - 1;
	const uint64_t first = (uint64_t)(bucket % SKEW_STEPS + SKEW_STEPS) << shift;

	return first + ((UINT64_C(1) << shift) - 1);
}

void skew_add(struct skew *skew, uint64_t late_ns)
{
	skew->count++;
	skew->beyond += skew->limit_ns != 0 && late_ns > skew->limit_ns;
	if (late_ns > skew->max_ns)
		skew->max_ns = late_ns;
	skew->buckets[bucket_of(late_ns)]++;
}

/* The least value that @p percent of the frames do not exceed. */
static uint64_t percentile(const struct skew *skew, unsigned percent)
{
	const uint64_t wanted = skew->count / 100 * percent + (skew->count % 100 * percent + 99) / 100;
	uint64_t passed = 0;

	for (unsigned i = 0; i < SKEW_BUCKETS; i++) {
		passed += skew->buckets[i];
		if (passed >= wanted)
			return end_of(i) < skew->max_ns ? end_of(i) : skew->max_ns;
	}
	return skew->max_ns;
}

struct skew_summary skew_summary(const struct skew *skew)
{
	struct skew_summary summary = {.max_ns = skew->max_ns, .limit_ns = skew->limit_ns, .frames = skew->count, .beyond = skew->beyond};

	if (skew->count > 0) {
		summary.p50_ns = percentile(skew, 50);
		summary.p99_ns = percentile(skew, 99);
	}
	return summary;
}
