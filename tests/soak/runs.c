/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kills of processes that run sessions, merge runs and decide gates: whenever a kill comes, what is
 * there can be reported, makes no false claim, and the work can be resumed to the same end.
 */
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "tests/soak/soak.h"

#define SEEDS 4U
#define COMMAND_MAX (2 * PATH_MAX)

/*
 * The program alone is killed, not what it has started: that has to notice. @return whether it had
 * come to its end before.
 */
static bool kill_after(const char *words, uint64_t after_us)
{
	char command[COMMAND_MAX];
	int status = 0;

	(void)snprintf(command, sizeof command, "exec %s %s >/dev/null 2>&1", soak_program(), words);
	pid_t pid = soak_start(command);
	soak_wait(after_us);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status);
}

static const char *killed_after(uint64_t after_us)
{
	static char text[64];

	(void)snprintf(text, sizeof text, "killed after %.3f s", (double)after_us / 1e6);
	return text;
}

void soak_look_at_run(const char *run, const char *where)
{
	int status = soak_shell("%s report %s/%s >/dev/null 2>&1", soak_program(), soak_folder, run);

	if (status != 0 && status != 1 && status != 125)
		soak_fail("%s: `stutter report %s` came to %d", where, run, status);
}

/* -- runs -- */

/* Sessions die with their runner; until the last has died, the folder is still in use. */
static int resume(const char *run)
{
	int status = 2;

	for (int tries = 0; status == 2 && tries < 50; tries++) {
		if (tries > 0)
			soak_wait(100000);
		status = soak_shell("%s run --resume %s/%s >%s/resumed.txt 2>&1", soak_program(), soak_folder, run, soak_folder);
	}
	return status;
}

void soak_runs(void)
{
	char words[COMMAND_MAX];
	double start = soak_seconds();
	unsigned killed = 0;

	(void)snprintf(words, sizeof words, "run %s --seeds 1..%u --jobs 2 --out %s/whole", soak_short_scenario(), SEEDS, soak_folder);
	const uint64_t whole_us = soak_time_of(words);
	(void)snprintf(words, sizeof words, "run %s/short.yaml --seeds 1..%u --jobs 2 --out %s/run", soak_folder, SEEDS, soak_folder);
	for (unsigned i = 0; killed < SOAK_MOMENTS / soak_share && i < 3 * SOAK_MOMENTS; i++) {
		const uint64_t after_us = soak_drawn("run", i, whole_us);
		killed += !kill_after(words, after_us);
		if (soak_is_there("run/run.json")) {
			soak_look_at_run("run", killed_after(after_us));
			int status = resume("run");
			if (status != 0)
				soak_fail("killed after %.3f s: going on came to %d: see %s/resumed.txt", (double)after_us / 1e6, status,
				          soak_folder);
			if (soak_compare("run", "whole") != SEEDS)
				soak_fail("killed after %.3f s: not all sessions are there", (double)after_us / 1e6);
		}
		soak_forget("run");
	}
	soak_forget("whole");
	printf("runs: %u killed at drawn moments, each of which went on to the same end, in %.0f s\n", killed, soak_seconds() - start);
}

/* -- merges -- */

void soak_merges(void)
{
	char words[COMMAND_MAX];
	double start = soak_seconds();
	unsigned killed = 0;

	(void)soak_shell("for k in 1 2; do %s run %s --seeds 1..%u --shard $k/2 --out %s/share-$k; done >/dev/null 2>&1", soak_program(),
	                 soak_short_scenario(), SEEDS, soak_folder);
	(void)snprintf(words, sizeof words, "merge %s/share-1 %s/share-2 --out %s/merged", soak_folder, soak_folder, soak_folder);
	const uint64_t whole_us = soak_time_of(words);
	(void)soak_shell("mv %s/merged %s/whole", soak_folder, soak_folder);
	for (unsigned i = 0; killed < SOAK_MOMENTS / soak_share && i < 3 * SOAK_MOMENTS; i++) {
		const uint64_t after_us = soak_drawn("merge", i, whole_us);
		killed += !kill_after(words, after_us);
		/* What is called a run is whole, or is said not to be. */
		if (soak_is_there("merged/run.json"))
			soak_look_at_run("merged", killed_after(after_us));
		soak_forget("merged");
		if (soak_shell("%s %s >/dev/null 2>&1", soak_program(), words) != 0 || soak_compare("merged", "whole") != SEEDS)
			soak_fail("killed after %.3f s: merging again does not do", (double)after_us / 1e6);
		soak_forget("merged");
	}
	(void)soak_shell("cd %s && rm -rf whole share-1 share-2", soak_folder);
	printf("merges: %u killed at drawn moments, each done again, in %.0f s\n", killed, soak_seconds() - start);
}

/* -- gates -- */

void soak_look_at_gate(const char *gate, const char *where)
{
	static const char *const claims[] = {"promotion.json", "index.html"};
	char file[128];

	(void)snprintf(file, sizeof file, "%s/gate.json", gate);
	const bool decided = soak_is_there(file);
	if (decided && soak_shell("grep -q '\"decision\": \"PROMOTE\"' %s/%s", soak_folder, file) != 0)
		soak_fail("%s: gate.json says something else", where);
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		(void)snprintf(file, sizeof file, "%s/%s", gate, claims[i]);
		if (!decided && soak_is_there(file))
			soak_fail("%s: %s without a decision", where, claims[i]);
	}
	for (int side = 0; side < 2; side++) {
		char run[96];
		(void)snprintf(run, sizeof run, "%s/%s", gate, side == 0 ? "baseline" : "candidate");
		(void)snprintf(file, sizeof file, "%s/run.json", run);
		if (soak_is_there(file))
			soak_look_at_run(run, where);
	}
}

void soak_gates(void)
{
	char words[COMMAND_MAX];
	double start = soak_seconds();
	unsigned killed = 0;

	(void)soak_short_scenario();
	(void)soak_shell("printf 'suite: s\\nscenarios: [short.yaml]\\n' >%s/suite.yaml", soak_folder);
	(void)snprintf(
		words, sizeof words,
		"gate %s/suite.yaml --baseline worst --candidate reference --feed retail-eval --to retail --release 22.01 --out %s/gate",
		soak_folder, soak_folder);
	const uint64_t whole_us = soak_time_of(words);
	if (!soak_is_there("gate/promotion.json"))
		soak_fail("the gate does not promote what it is to be killed at");
	soak_forget("gate");
	for (unsigned i = 0; killed < SOAK_MOMENTS / soak_share && i < 3 * SOAK_MOMENTS; i++) {
		const uint64_t after_us = soak_drawn("gate", i, whole_us);
		killed += !kill_after(words, after_us);
		soak_look_at_gate("gate", killed_after(after_us));
		soak_forget("gate");
	}
	printf("gates: %u killed at drawn moments, none of which claims what is not so, in %.0f s\n", killed, soak_seconds() - start);
}
