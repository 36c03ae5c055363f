/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/record.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "history/import.h"
#include "session/folder.h"

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

bool record_run(struct history *history, const char *dir, size_t *ret_sessions, bool *ret_new, struct error *err)
{
	struct import import;

	if (!import_open(&import, dir, err))
		return false;
	if (ret_sessions != NULL)
		*ret_sessions = import.run.count;
	bool good = history_record(history, &import.run, ret_new, err);
	import_close(&import);
	return good;
}
