/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/timestamp.h"
#include "cli/values.h"
#include "cli/selection.h"
#include "fault/netem_note.h"
#include "reports/run/reports.h"
#include "reports/search/told.h"
#include "reports/session/picture.h"
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
	for (size_t i = 0; i < count; i++)
		sessions[i] = (struct run_planned){&jobs[i].plan, jobs[i].name, i % wish->times > 0};
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

bool report_on_github(void)
{
	const char *said = getenv("GITHUB_ACTIONS");

	return said != NULL && strcmp(said, "true") == 0;
}

static int exit_code(const struct run *run)
{
	bool ours = false;

	for (size_t i = 0; i < run->count; i++)
		ours = ours || run->sessions[i].ours;
	if (ours)
		return EXIT_BUG;
	if (run->outcomes[RUN_FAILED] > 0)
		return EXIT_FAILED;
	/* A run of which nothing was run, or a part is not there, shows nothing. What was held back by whoever asked for it is no part of what is shown. */
	if (run_done(run) == 0 || run_missing(run, 0) != NULL || run->outcomes[RUN_WAITING] > 0)
		return EXIT_INCONCLUSIVE;
	return run->outcomes[RUN_INCONCLUSIVE] + run->outcomes[RUN_WITHOUT_VERDICT] > 0 ? EXIT_INCONCLUSIVE : EXIT_PASSED;
}

/* Two that write the reports of a run at once would write the same unfinished files. @return a descriptor to close; -1 where folders cannot be locked. */
static int wait_for_others(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && flock(fd, LOCK_EX) != 0 && errno == EINTR)
		continue;
	return fd;
}

static bool report_alone(const char *dir, bool terminal, bool github, int *ret_code, struct error *err)
{
	struct causes causes;
	struct run run;
	size_t made = 0;

	if (!run_open(&run, dir, err))
		return false;
	causes_open(&causes, &run);
	/* First, since the terminal is told what is there. The page of the run links to those of its sessions, which on a full disk are worth less than itself. */
	bool good = report_files(&causes, err) && session_pages(&run, &made, err) && (made == 0 || report_files(&causes, err));
	if (terminal)
		report_terminal(stdout, &causes);
	if (github)
		report_github(stdout, &causes);
	fflush(stdout);
	*ret_code = exit_code(&run);
	causes_close(&causes);
	run_close(&run);
	return good;
}

bool report_end(const char *dir, bool terminal, bool github, int *ret_code, struct error *err)
{
	int others = wait_for_others(dir);
	bool good = report_alone(dir, terminal, github, ret_code, err);

	if (others >= 0)
		(void)close(others);
	return good;
}

/* -- the command -- */

static const struct cli_option report_options[] = {
	{"github", NULL, "print annotations for GitHub Actions, too (default: where GITHUB_ACTIONS is true)"},
	{"picture", "FILE", "only draw a picture (SVG): the first cause, and its first session from the first loss or fault on"},
	{NULL, NULL, NULL},
};

static bool draw(const char *dir, const char *path, struct error *err)
{
	struct causes causes;
	struct run run;

	if (!run_open(&run, dir, err))
		return false;
	causes_open(&causes, &run);
	bool good = picture_write(path, &causes, err);
	causes_close(&causes);
	run_close(&run);
	return good;
}

/* Of a search, too, the page comes from what its folder holds, by the same code as at its end. */
static int report_search(const char *dir, struct error *err)
{
	json_t *search = search_read(dir, err);

	if (search == NULL)
		return cli_fail(err);
	const bool good = search_page_write(search, dir, err);
	const int code = (int)json_integer_value(json_object_get(search, "status"));
	told_print(json_object_get(search, "told"), stdout, cli_takes_colours());
	json_decref(search);
	if (good)
		return code;
	cli_fail(err);
	return EXIT_INCONCLUSIVE;
}

static int report(const struct cli_values *values)
{
	struct error err = {.text = ""};
	int code = EXIT_USAGE;

	if (values->operand_count != 1)
		error_set(&err, "which run? Give its folder, such as stutter-runs/001");
	else if (search_is_one(values->operands[0]) && (cli_is_given(values, "picture") || cli_is_given(values, "github")))
		error_set(&err, "%s is the folder of a search; --%s is for one of a run", values->operands[0],
		          cli_is_given(values, "picture") ? "picture" : "github");
	else if (search_is_one(values->operands[0]))
		return report_search(values->operands[0], &err);
	else if (cli_is_given(values, "picture") && draw(values->operands[0], cli_value(values, "picture"), &err))
		return EXIT_PASSED;
	else if (!cli_is_given(values, "picture") &&
	         report_end(values->operands[0], true, cli_is_given(values, "github") || report_on_github(), &code, &err))
		return code;
	cli_fail(&err);
	return code == EXIT_PASSED ? EXIT_INCONCLUSIVE : code;
}

const struct cli_command cli_report = {
	"report", "DIR", "show the result of a run or a search from its folder, and write its reports anew", report, {report_options}};
