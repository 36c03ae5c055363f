/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/record.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/history/import.h"
#include "reports/run/before.h"
#include "harness/session/folder.h"

static char *standard_path(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *user = getpwuid(geteuid());

	/* The XDG base directory specification has relative paths ignored. */
	if (state != NULL && state[0] == '/')
		return memory_format("%s/stutter/history.db", state);
	if (home == NULL || home[0] != '/')
		home = user != NULL ? user->pw_dir : "/";
	return memory_format("%s/.local/state/stutter/history.db", home);
}

struct history *record_open(const char *wanted, enum history_use use, struct error *err)
{
	char *path = wanted != NULL ? memory_text(wanted) : standard_path(), *folder = memory_text(path);
	struct history *history = NULL;

	*(strrchr(folder, '/') != NULL ? strrchr(folder, '/') : folder) = '\0';
	if (wanted != NULL || use == HISTORY_READ || folder_make(folder, err))
		history = history_open(path, use, err);
	free(folder);
	free(path);
	return history;
}

bool record_open_wanted(const char *wanted, struct history **ret_history, struct error *err)
{
	*ret_history = NULL;
	*err = (struct error){.text = ""};
	if (wanted != NULL && strcmp(wanted, RECORD_NONE) == 0)
		return true;
	*ret_history = record_open(wanted, HISTORY_WRITE, err);
	return *ret_history != NULL || wanted == NULL || error_context(err, "--history");
}

bool record_estimate(struct history *history, struct jobs *jobs, struct error *err)
{
	const struct job *last = NULL;
	uint64_t wall_ns = 0;
	bool known = false;

	for (size_t i = 0; i < jobs->count; i++) {
		struct job *job = &jobs->list[i];
		bool same = last != NULL && strcmp(last->plan.name, job->plan.name) == 0 &&
		            strcmp(last->plan.device.name, job->plan.device.name) == 0;
		if (!same && !history_duration(history, job->plan.name, job->plan.device.name, &known, &wall_ns, err))
			return false;
		job->expected_ms = known ? wall_ns / SIM_MS + 1 : 0;
		last = job;
	}
	return true;
}

/* -- what was before -- */

#define RUNS_BEFORE 30

struct known {
	int64_t last; /* the number of the latest run before; 0: there is none */
	struct before_run runs[RUNS_BEFORE];
	size_t run_count;
	struct before_failure *failures; /* whose texts are owned */
	size_t failure_count;
};

static void know_run(void *ctx, const struct history_trend *trend)
{
	struct known *known = ctx;

	known->last = known->last == 0 ? trend->run : known->last;
	known->runs[known->run_count++] = (struct before_run){.ended_s = trend->ended_s,
	                                                      .sessions = trend->sessions,
	                                                      .as_expected = trend->as_expected,
	                                                      .failed = trend->failed,
	                                                      .inconclusive = trend->inconclusive};
}

static void know_failure(void *ctx, const struct history_failure *failure)
{
	struct known *known = ctx;

	known->failures = memory_resize(known->failures, known->failure_count + 1, sizeof *known->failures);
	known->failures[known->failure_count++] = (struct before_failure){memory_text(failure->scenario), memory_text(failure->device),
	                                                                  failure->seed};
}

bool record_before(struct history *history, const struct history_place *places, size_t count, int64_t run, const char *dir,
                   struct error *err)
{
	const struct history_filter all = {NULL, NULL};
	struct known known = {.last = 0};

	bool good = history_alike(history, places, count, run, RUNS_BEFORE, know_run, &known, err);
	/* Of a run and itself all failures are told. */
	good = good && (known.last == 0 || history_compare(history, known.last, known.last, &all, know_failure, &known, err));
	good = good && (known.last == 0 || before_write(dir,
	                                                &(struct before){.runs = known.runs,
	                                                                 .run_count = known.run_count,
	                                                                 .failures = known.failures,
	                                                                 .failure_count = known.failure_count},
	                                                err));
	for (size_t i = 0; i < known.failure_count; i++) {
		free((char *)known.failures[i].scenario);
		free((char *)known.failures[i].device);
	}
	free(known.failures);
	return good;
}

bool record_run(struct history *history, const char *dir, struct history_recorded *ret_recorded, struct error *err)
{
	struct import import;

	if (!import_open(&import, dir, err))
		return false;
	bool good = history_record(history, &import.run, ret_recorded, err);
	import_close(&import);
	return good;
}
