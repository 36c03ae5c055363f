/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole sessions, as the program runs them; the figures are those of verdict.json. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/bench.h"

#define SESSIONS 5U
#define PATH_SIZE 512
#define TARGET_RESTORE_S 0.3
#define TARGET_CLEAN_RATIO 1.5
#define TARGET_OUTAGE_RATIO 100.0
#define TARGET_OUTSIDE_PERCENT 15.0
#define TARGET_TWO_RATIO 1.3
#define TARGET_UPDATE_RATIO 1.0
#define TARGET_CUTS_S 600.0

struct figures {
	double virtual_s, wall_s, restore_s, outside_s;
};

static char folder[] = "/tmp/stutter-bench-XXXXXX";

static bool run(const char *words, const char *out)
{
	const char *program = getenv("STUTTER");
	char command[2 * PATH_SIZE];

	(void)snprintf(command, sizeof command, "%s run %s --out %s/%s >%s/%s.txt 2>&1", program != NULL ? program : "build/stutter", words,
	               folder, out, folder, out);
	return system(command) == 0;
}

static bool load(const char *session, struct figures *ret_figures)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof path, "%s/%s/verdict.json", folder, session);
	json_t *json = json_load_file(path, 0, NULL);
	if (json == NULL)
		return false;
	ret_figures->virtual_s = json_number_value(json_object_get(json, "virtual_s"));
	ret_figures->wall_s = json_number_value(json_object_get(json, "wall_s"));
	ret_figures->restore_s = json_number_value(json_object_get(json, "restore_s"));
	ret_figures->outside_s = json_number_value(json_object_get(json, "harness_cpu_s"));
	json_decref(json);
	return ret_figures->wall_s > 0;
}

static int ascending(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double values[SESSIONS])
{
	qsort(values, SESSIONS, sizeof *values, ascending);
	return values[SESSIONS / 2];
}

/* @return the median wall time of a clean session, or 0. */
static double bench_clean(void)
{
	double restore[SESSIONS], ratio[SESSIONS], outside[SESSIONS], wall[SESSIONS];
	struct figures figures;
	char session[64];

	/* The first run may have to boot the device for its snapshot. */
	if (!run("scenarios/first/clean.yaml --jobs 1", "warm") || !run("scenarios/first/clean.yaml --jobs 1 --seeds 1..5", "clean")) {
		bench_missing("session: clean", "it did not pass; see `stutter run scenarios/first/clean.yaml`");
		return 0;
	}
	for (unsigned i = 0; i < SESSIONS; i++) {
		(void)snprintf(session, sizeof session, "clean/clean/seed-%u", i + 1);
		if (!load(session, &figures)) {
			bench_missing("session: clean", "there is no verdict.json");
			return 0;
		}
		restore[i] = figures.restore_s;
		wall[i] = figures.wall_s;
		ratio[i] = figures.virtual_s / figures.wall_s;
		outside[i] = 100 * figures.outside_s / figures.wall_s;
	}
	bench_report("session: restore to the guest's first request", median(restore), "s", TARGET_RESTORE_S, true);
	bench_report("session: clean, virtual time to wall time", median(ratio), "x", TARGET_CLEAN_RATIO, false);
	bench_report("session: clean, share of wall time outside QEMU", median(outside), "%", TARGET_OUTSIDE_PERCENT, true);
	return median(wall);
}

static void bench_outage(void)
{
	static const char what[] = "session: long outage, virtual time to wall time";
	struct figures figures;

	if (!run("scenarios/first/long-outage.yaml --jobs 1", "outage") || !load("outage/long-outage/seed-1", &figures))
		bench_missing(what, "scenarios/first/long-outage.yaml did not pass");
	else
		bench_report(what, figures.virtual_s / figures.wall_s, "x", TARGET_OUTAGE_RATIO, false);
}

static void bench_two(double one_s)
{
	static const char what[] = "session: two side by side, their wall time to that of one";
	struct figures a, b;

	if (one_s <= 0 || !run("scenarios/first/clean.yaml --jobs 2 --seeds 1..2", "two") || !load("two/clean/seed-1", &a) ||
	    !load("two/clean/seed-2", &b))
		bench_missing(what, "they did not pass");
	else
		bench_report(what, (a.wall_s > b.wall_s ? a.wall_s : b.wall_s) / one_s, "x", TARGET_TWO_RATIO, true);
}

/* The whole update: three stages, TLS, flash, reset and confirmation. */
static void bench_update(void)
{
	static const char what[] = "session: whole update, virtual time to wall time";
	double ratio[SESSIONS];
	struct figures figures;
	char session[64];

	if (!run("scenarios/session/update.yaml --jobs 1 --seeds 1..5", "update")) {
		bench_missing(what, "scenarios/session/update.yaml did not pass");
		return;
	}
	for (unsigned i = 0; i < SESSIONS; i++) {
		(void)snprintf(session, sizeof session, "update/update/seed-%u", i + 1);
		if (!load(session, &figures)) {
			bench_missing(what, "there is no verdict.json");
			return;
		}
		ratio[i] = figures.virtual_s / figures.wall_s;
	}
	bench_report(what, median(ratio), "x", TARGET_UPDATE_RATIO, false);
}

/* A session for each flash operation of an update, with a power cut in its middle. */
static void bench_cuts(void)
{
	static const char what[] = "flash: a power cut at every operation of an update";
	uint64_t start = bench_now_ns();

	printf("%s: takes minutes\n", what);
	(void)fflush(stdout);
	if (!run("scenarios/flash/cut-every.yaml --jobs 2", "cuts"))
		bench_missing(what, "scenarios/flash/cut-every.yaml did not pass");
	else
		bench_report(what, (double)(bench_now_ns() - start) / 1e9, "s", TARGET_CUTS_S, true);
}

void bench_sessions(void)
{
	char command[PATH_SIZE];

	if (mkdtemp(folder) == NULL) {
		bench_missing("sessions", "no folder in /tmp");
		return;
	}
	double one_s = bench_clean();
	bench_outage();
	bench_two(one_s);
	bench_update();
	bench_cuts();
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		perror(folder);
}
