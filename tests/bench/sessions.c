/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole sessions, as the program runs them. What is judged are ratios within this run, one kind of
 * session after the other in turns, so that what else the machine does hits both alike: against the
 * transport over FIFOs, against QEMU executing the same alone, and against virtual time. Absolute
 * times are printed beside them.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/bench/bench.h"
#include "tests/engine/branching.h"

#define ROUNDS 3U
#define PATH_SIZE 512
#define SESSIONS 5U

static char folder[] = "/tmp/stutter-bench-XXXXXX";
static unsigned runs;

/* What a run has cost: of all processes that it has started. */
struct cost {
	double cpu_s, wall_s;
};

static double cpu_of_children(void)
{
	struct rusage usage;

	(void)getrusage(RUSAGE_CHILDREN, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       ((double)usage.ru_utime.tv_usec + (double)usage.ru_stime.tv_usec) / 1e6;
}

/* @return false if the program itself failed; that a session is not as expected is fine. */
static bool run(const char *words, struct cost *ret_cost)
{
	const char *program = getenv("STUTTER");
	char command[2 * PATH_SIZE];
	double cpu_s = cpu_of_children();
	uint64_t start = bench_now_ns();

	(void)snprintf(command, sizeof command, "%s run %s --out %s/%u >%s/%u.txt 2>&1; [ $? -le 1 ]",
	               program != NULL ? program : "build/stutter", words, folder, runs + 1, folder, runs + 1);
	runs++;
	bool good = system(command) == 0;
	ret_cost->wall_s = (double)(bench_now_ns() - start) / 1e9;
	ret_cost->cpu_s = cpu_of_children() - cpu_s;
	return good;
}

/* A number of the last run's session, from its verdict.json. */
static double number(const char *session, const char *key)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof path, "%s/%u/%s/verdict.json", folder, runs, session);
	json_t *json = json_load_file(path, 0, NULL);
	double value = json_number_value(json_object_get(json, key));
	json_decref(json);
	return value;
}

/* Both in turns, @p rounds times. */
static bool compare(const char *words, const char *options, const char *others, unsigned rounds, struct cost *ret_cost,
                    struct cost *ret_other)
{
	char with[PATH_SIZE], without[PATH_SIZE];
	struct cost cost;

	memset(ret_cost, 0, sizeof *ret_cost);
	memset(ret_other, 0, sizeof *ret_other);
	(void)snprintf(with, sizeof with, "%s %s", words, options);
	(void)snprintf(without, sizeof without, "%s %s", words, others);
	for (unsigned i = 0; i < rounds; i++) {
		if (!run(with, &cost))
			return false;
		ret_cost->cpu_s += cost.cpu_s / rounds;
		ret_cost->wall_s += cost.wall_s / rounds;
		if (!run(without, &cost))
			return false;
		ret_other->cpu_s += cost.cpu_s / rounds;
		ret_other->wall_s += cost.wall_s / rounds;
	}
	return true;
}

#define FIFO "--transport fifo"

static void bench_cpu(const char *what, const char *words, double target)
{
	struct cost inside, fifo;

	if (!compare(words, "--no-share", FIFO, ROUNDS, &inside, &fifo)) {
		bench_missing(what, words);
		return;
	}
	bench_report(what, inside.cpu_s / fifo.cpu_s, "x", target, true);
	printf("    %.2f s against %.2f s\n", inside.cpu_s, fifo.cpu_s);
}

static void bench_wall(const char *what, const char *words, unsigned rounds, double target)
{
	struct cost inside, fifo;

	if (!compare(words, "", FIFO, rounds, &inside, &fifo)) {
		bench_missing(what, words);
		return;
	}
	bench_report(what, inside.wall_s / fifo.wall_s, "x", target, true);
	printf("    %.2f s against %.2f s\n", inside.wall_s, fifo.wall_s);
}

/*
 * Sessions of several seeds are branches of one device; what the device itself cost is not theirs.
 */
static void bench_branched(void)
{
	static const char what[] = "session: clean, a branch of a device, CPU to that beside QEMU";
	struct cost fifo, many;
	double branched_s = 0;
	char session[64];

	if (!run("scenarios/first/clean.yaml --jobs 1 --seeds 1..1 " FIFO, &fifo) ||
	    !run("scenarios/first/clean.yaml --jobs 1 --seeds 1..5", &many)) {
		bench_missing(what, "scenarios/first/clean.yaml did not run");
		return;
	}
	for (unsigned i = 1; i <= SESSIONS; i++) {
		(void)snprintf(session, sizeof session, "clean/seed-%u", i);
		branched_s += number(session, "harness_cpu_s") / SESSIONS;
	}
	bench_report(what, branched_s / fifo.cpu_s, "x", 0.45, true);
	printf("    %.2f s against %.2f s; with the device and the program, %.2f s a session\n", branched_s, fifo.cpu_s,
	       many.cpu_s / SESSIONS);
	bench_report("session: clean, virtual time to CPU time of a branch", number("clean/seed-1", "virtual_s") / branched_s, "x", 1.5,
	             false);
}

static void bench_outage(void)
{
	static const char what[] = "session: long outage, virtual time to wall time";
	struct cost cost;

	if (!run("scenarios/first/long-outage.yaml --jobs 1", &cost))
		bench_missing(what, "scenarios/first/long-outage.yaml did not run");
	else
		bench_report(what, number("long-outage/seed-1", "virtual_s") / number("long-outage/seed-1", "wall_s"), "x", 100, false);
}

/* Of a session's CPU time, what is not QEMU's: the harness, the switches to it and back. */
static void bench_outside(void)
{
	static const char what[] = "session: clean, share of CPU that is not QEMU's";
	double session_s = 0, played_s = 0, one_s, other_s;
	struct error err = {.text = ""};
	char dir[PATH_SIZE];

	for (unsigned i = 0; i < ROUNDS; i++) {
		(void)snprintf(dir, sizeof dir, "%s/outside-%u", folder, i);
		char command[PATH_SIZE + 16];
		(void)snprintf(command, sizeof command, "mkdir %s", dir);
		if (system(command) != 0 || !branching_measure("scenarios/first/clean.yaml", dir, &one_s, &other_s, &err)) {
			bench_missing(what, err.text);
			return;
		}
		session_s += one_s / ROUNDS;
		played_s += other_s / ROUNDS;
	}
	bench_report(what, 100 * (1 - played_s / session_s), "%", 10, true);
	printf("    %.2f s, of which %.2f s with recorded answers\n", session_s, played_s);
}

static void bench_branch(void)
{
	static const char what[] = "engine: a branch, from the order to its answer";
	struct branching branching = {.scenario = "scenarios/first/clean.yaml", .points = {2, 200, 5000}, .count = 3};
	struct error err = {.text = ""};
	char dir[PATH_SIZE];

	(void)snprintf(dir, sizeof dir, "%s/branch", folder);
	if (!branching_run(&branching, 1, dir, &err) || branching.differs[0] != '\0')
		bench_missing(what, err.text);
	else
		bench_report(what, branching.branch_ms, "ms", 5, true);
}

/* All there is takes most of an hour. */
static void bench_everything(void)
{
	if (getenv("BENCH_ALL") == NULL)
		printf("scenarios, all: not run; BENCH_ALL=1 does it, in most of an hour\n");
	else
		bench_wall("scenarios, all, wall time to that beside QEMU", "scenarios --jobs 2", 1, 0.5);
}

void bench_sessions(void)
{
	char command[PATH_SIZE];
	struct cost cost;

	if (mkdtemp(folder) == NULL || setenv("XDG_STATE_HOME", folder, 1) != 0) {
		bench_missing("sessions", "no folder in /tmp");
		return;
	}
	/* The first run may have to boot the devices for their snapshots. */
	(void)run("scenarios/first/clean.yaml scenarios/session/update.yaml", &cost);
	bench_cpu("session: clean, CPU to that beside QEMU", "scenarios/first/clean.yaml --jobs 1", 0.6);
	bench_cpu("session: whole update, CPU to that beside QEMU", "scenarios/session/update.yaml --jobs 1", 0.6);
	bench_branched();
	bench_outside();
	bench_wall("session: long outage, wall time to that beside QEMU", "scenarios/first/long-outage.yaml --jobs 1", ROUNDS, 0.5);
	bench_outage();
	bench_branch();
	bench_wall("sessions: 16 seeds of a flaky link, wall time to that beside QEMU",
	           "scenarios/first/flaky-link.yaml --seeds 1..16 --jobs 2", 1, 0.5);
	bench_everything();
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		perror(folder);
}
