/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sessions, searches, chip, proxy (in virtual time and in wall time), reports and history
 * cost. Nothing else should run meanwhile: figures are of wall time. `make bench` runs it.
 *
 * Targets are for a small machine (two cores); a missed one is told and is no failure, since it may
 * be the machine's.
 */
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 7

static unsigned missed;

void bench_report(const char *what, double value, const char *unit, double target, bool at_most)
{
	bool met = at_most ? value <= target : value >= target;

	missed += !met;
	printf("%-58s %10.2f %-5s target %s %g: %s\n", what, value, unit, at_most ? "<=" : ">=", target, met ? "met" : "MISSED");
	(void)fflush(stdout);
}

void bench_figure(const char *what, double value, const char *unit)
{
	printf("%-58s %10.2f %s\n", what, value, unit);
	(void)fflush(stdout);
}

void bench_missing(const char *what, const char *why)
{
	missed++;
	printf("%-58s not measured: %s\n", what, why);
	(void)fflush(stdout);
}

void bench_apart(void (*group)(void))
{
	int status = 0;

	(void)fflush(stdout);
	pid_t pid = fork();
	if (pid == 0) {
		missed = 0;
		group();
		(void)fflush(stdout);
		_exit(missed < 100 ? (int)missed : 100);
	}
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status))
		missed += (unsigned)WEXITSTATUS(status);
	else
		bench_missing("a group", "its process has crashed");
}

uint64_t bench_now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

double bench_call_ns(void (*call)(void *ctx), void *ctx, unsigned times)
{
	double best = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		uint64_t start = bench_now_ns();
		for (unsigned i = 0; i < times; i++)
			call(ctx);
		double each = (double)(bench_now_ns() - start) / times;
		if (round == 0 || each < best)
			best = each;
	}
	return best;
}

static const struct {
	const char *name;
	void (*run)(void);
} groups[] = {
	{"chip", bench_chip},         {"proxy", bench_proxy},         {"reports", bench_reports},
	{"history", bench_history},   {"runner", bench_runner},       {"sessions", bench_sessions},
	{"searches", bench_searches}, {"bisection", bench_bisection}, {"live", bench_live},
};

#define GROUPS (sizeof groups / sizeof groups[0])

/* @return whether there is such a group. */
static bool run_groups(const char *only)
{
	bool any = false;

	for (size_t i = 0; i < GROUPS; i++) {
		if (only != NULL && strcmp(only, groups[i].name) != 0)
			continue;
		groups[i].run();
		any = true;
	}
	return any;
}

int main(void)
{
	const char *only = getenv("BENCH_ONLY");

	if (!run_groups(only)) {
		fprintf(stderr, "BENCH_ONLY: there is no group '%s'; there are", only);
		for (size_t i = 0; i < GROUPS; i++)
			fprintf(stderr, "%s %s", i > 0 ? "," : "", groups[i].name);
		fputc('\n', stderr);
		return 2;
	}
	if (missed > 0)
		printf("%u targets missed or not measured\n", missed);
	else
		puts("all targets met");
	return 0;
}
