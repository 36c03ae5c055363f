/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file What the benchmarks share: a line of the report, and the wall clock. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Prints a line: what was measured, the figure, the target, and whether it is met. @p at_most:
 * smaller is better.
 */
void bench_report(const char *what, double value, const char *unit, double target, bool at_most);

/** Prints a line of a figure that others are to be compared with, and that has no target. */
void bench_figure(const char *what, double value, const char *unit);

/** Prints a line for what could not be measured. */
void bench_missing(const char *what, const char *why);

/**
 * Runs a group in a process of its own, for what it does to its process; what it misses counts
 * here.
 */
void bench_apart(void (*group)(void));

/** Wall time in nanoseconds from some instant on. */
uint64_t bench_now_ns(void);

/** The least time in nanoseconds that one of @p times calls takes, over several rounds. */
double bench_call_ns(void (*call)(void *ctx), void *ctx, unsigned times);

/** The groups, in the order of the report. */
void bench_sessions(void);
void bench_chip(void);
void bench_proxy(void);
void bench_reports(void);
void bench_history(void);
void bench_bisection(void);
void bench_runner(void);
void bench_searches(void);
void bench_live(void);

#endif
