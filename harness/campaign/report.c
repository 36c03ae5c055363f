/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/base/timestamp.h"
#include "harness/campaign/selection.h"
#include "lib/fault/netem_note.h"
#include "reports/run/reports.h"
#include "reports/run/run.h"
#include "reports/session/session.h"

/* -- the beginning -- */

/* @param note Becomes the list's own. */
static char **add_note(char **notes, size_t *count, char *note)
{
	notes = memory_resize(notes, *count + 2, sizeof *notes);
	notes[(*count)++] = note;
	notes[*count] = NULL;
	return notes;
}

/* Where words of tc mean something else here than to Linux; in a replay nothing is drawn. */
static char **add_notes(char **notes, size_t *count, const struct plan *plan)
{
	char note[NETEM_NOTE_MAX];

	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++) {
		if (!netem_note(&plan->faults[i], note))
			continue;
		notes = add_note(notes, count,
		                 memory_format("%s: fault '%s' %s; `netem_exact: true` means Linux' arithmetic", plan->name,
		                               plan->faults[i].name, note));
	}
	return notes;
}

/* What a gate passes over counts here; a reader should know that somebody does not want it to. */
static char *exception_note(const struct exception *exception)
{
	const bool waives = exception->reason[0] != '\0';

	return memory_format("%s: %s%s%s until %s, by %s: %s; a gate passes over it, this run does not", exception->scenario,
	                     waives ? "a failure like '" : "in quarantine", exception->reason, waives ? "' is waived" : "",
	                     exception->until, exception->owner, exception->why);
}

/* The sessions of a scenario follow each other among the jobs, and have the same faults. */
static char **collect_notes(const struct job *jobs, size_t count, const struct report_wish *wish)
{
	char **notes = memory_new(sizeof *notes);
	size_t note_count = 0;

	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(jobs[i].plan.name, jobs[i - 1].plan.name) != 0)
			notes = add_notes(notes, &note_count, &jobs[i].plan);
	for (size_t i = 0; i < wish->suite_count; i++)
		for (size_t j = 0; j < wish->suites[i].exception_count; j++)
			notes = add_note(notes, &note_count, exception_note(&wish->suites[i].exceptions[j]));
	return notes;
}

int report_begin(const char *dir, const struct job *jobs, size_t count, const struct report_wish *wish, struct error *err)
{
	char started[TIMESTAMP_TEXT_MAX];

	struct run_planned *sessions = memory_new((count + 1) * sizeof *sessions);
	for (size_t i = 0; i < count; i++) {
		sessions[i] = (struct run_planned){.folder = jobs[i].name, .again = i % wish->times > 0};
		plan_describe(&jobs[i].plan, "", &sessions[i].of);
		plan_hash(&jobs[i].plan, sessions[i].hash);
	}
	char **notes = collect_notes(jobs, count, wish);
	int fd = run_begin(dir,
	                   &(struct run_plan){.sessions = sessions,
	                                      .count = count,
	                                      .device = wish->device,
	                                      .started = timestamp_write((int64_t)time(NULL), started),
	                                      .strict = wish->strict,
	                                      .shard = wish->shard,
	                                      .arguments = wish->arguments,
	                                      .notes = (const char *const *)notes},
	                   err);
	selection_free_paths(notes);
	free(sessions);
	return fd;
}

/* -- the end -- */

static enum campaign_outcome outcome_of(const struct run *run)
{
	bool ours = false;

	for (size_t i = 0; i < run->count; i++)
		ours = ours || run->sessions[i].ours;
	if (ours)
		return CAMPAIGN_BROKEN;
	if (run->outcomes[RUN_FAILED] > 0)
		return CAMPAIGN_FAILED;
	/*
	 * A run of which nothing was run, or a part is not there, shows nothing. What was held back
	 * by whoever asked for it is no part of what is shown.
	 */
	if (run_done(run) == 0 || run_missing(run, 0) != NULL || run->outcomes[RUN_WAITING] > 0)
		return CAMPAIGN_INCONCLUSIVE;
	return run->outcomes[RUN_INCONCLUSIVE] + run->outcomes[RUN_WITHOUT_VERDICT] > 0 ? CAMPAIGN_INCONCLUSIVE : CAMPAIGN_PASSED;
}

/*
 * Two that write the reports of a run at once would write the same unfinished files.
 * @return a descriptor to close; -1 where folders cannot be locked.
 */
static int wait_for_others(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		continue;
	return fd;
}

static bool report_alone(const char *dir, const struct campaign_ops *ops, enum campaign_outcome *ret_outcome, struct error *err)
{
	struct causes causes;
	struct run run;
	size_t made = 0;

	if (!run_open(&run, dir, err))
		return false;
	causes_open(&causes, &run);
	/*
	 * First, since who reads of them is told what is there. The page of the run links to those
	 * of its sessions, which on a full disk are worth less than itself.
	 */
	bool good = report_files(&causes, err) && session_pages(&run, &made, err) && (made == 0 || report_files(&causes, err));
	if (ops != NULL && ops->reported != NULL)
		ops->reported(ops->ctx, &causes);
	*ret_outcome = outcome_of(&run);
	causes_close(&causes);
	run_close(&run);
	return good;
}

bool report_end(const char *dir, const struct campaign_ops *ops, enum campaign_outcome *ret_outcome, struct error *err)
{
	int others = wait_for_others(dir);
	bool good = report_alone(dir, ops, ret_outcome, err);

	if (others >= 0)
		(void)close(others);
	return good;
}
