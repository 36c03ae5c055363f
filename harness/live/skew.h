/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How much later frames left than the plan asked for, as a distribution: median, 99th percentile,
 * maximum, and how many were beyond a limit.
 *
 * How it works: times are counted in buckets whose width is a thirty-second of their beginning, so
 * what is told of a percentile is at most so much too large, and never too small. The maximum and
 * the count beyond the limit are exact.
 */
#ifndef LIVE_SKEW_H
#define LIVE_SKEW_H

#include <stdint.h>

/** 32 buckets for each power of two of nanoseconds. */
#define SKEW_STEPS 32U
#define SKEW_BUCKETS (64U * SKEW_STEPS)

/** All zero, but for the limit, is empty. */
struct skew {
	uint64_t limit_ns; /**< set by the owner; 0: there is none */
	uint64_t count, beyond, max_ns;
	uint64_t buckets[SKEW_BUCKETS];
};

/** What is told of it. Nanoseconds; all zero if there were no frames. */
struct skew_summary {
	uint64_t p50_ns, p99_ns, max_ns, limit_ns;
	uint64_t frames, beyond; /**< beyond: of the frames, those that were later than the limit */
};

/** A frame has left so much later than was decided, in nanoseconds. */
void skew_add(struct skew *skew, uint64_t late_ns);

/** Of all frames so far; may be asked at any time. */
struct skew_summary skew_summary(const struct skew *skew);

#endif
