/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How long this machine needs by itself to wake a process up: what no proxy of packets can be
 * faster than.
 */
#ifndef TESTS_BENCH_WAKING_H
#define TESTS_BENCH_WAKING_H

struct waking {
	double p50_us, p99_us;
};

/**
 * How late a timer wakes a process on @p core that sleeps a millisecond, and runs before all that
 * are not real-time ones.
 */
struct waking waking_by_timer(int core);

/** How long it takes from a write on another core until such a process has read it. */
struct waking waking_by_write(int core);

#endif
