/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/campaign/record.h"
#include "harness/campaign/report.h"
#include "harness/campaign/run_folder.h"
#include "harness/cli/shown.h"
#include "harness/cli/values.h"
#include "reports/run/merge.h"

static const struct cli_option options[] = {
	{"out", "DIR", "write the merged run to this folder, which must not exist yet (default: " RUN_FOLDERS "/NUMBER)"},
	{"history", "FILE", "record the merged run in this file, in place of its shards, or " RECORD_NONE " (default: " RECORD_PLACE ")"},
	{NULL, NULL, NULL},
};

static bool open_runs(const struct cli_values *values, struct run *runs, size_t *count, struct error *err)
{
	for (*count = 0; values->operands[*count] != NULL; ++*count) {
		if (!run_open(&runs[*count], values->operands[*count], err))
			return false;
		if (runs[*count].goes_on) {
			++*count;
			return error_set(err, "the run in %s is still going; wait until it ends", values->operands[*count - 1]);
		}
	}
	return *count > 0 || error_set(err, "no runs given; name their folders, such as stutter-runs/001 stutter-runs/002");
}

/* What came to a verdict is recorded as one run, and compared with earlier runs like it. */
static bool record(struct history *history, const char *dir, struct error *err)
{
	struct history_recorded recorded;
	struct run run;

	if (!run_open(&run, dir, err))
		return false;
	struct history_place *places = memory_new((run.count + 1) * sizeof *places);
	for (size_t i = 0; i < run.count; i++)
		places[i] = (struct history_place){run.sessions[i].scenario, run.sessions[i].device};
	bool good = run.outcomes[RUN_WITHOUT_VERDICT] == run_done(&run) ||
	            (record_run(history, dir, &recorded, err) && record_before(history, places, run.count, recorded.run, dir, err));
	free(places);
	run_close(&run);
	return good;
}

/*
 * The merged run stays as it is, whatever becomes of the history or of a report. What is recorded
 * is what the reports say; what they say of earlier runs is what is recorded, so they are written
 * twice.
 */
static int finish(struct history *history, const char *dir)
{
	struct reported reported = {.terminal = true, .github = reported_on_github()};
	const struct campaign_ops ops = {.reported = reported_print, .ctx = &reported};
	enum campaign_outcome outcome = CAMPAIGN_INCONCLUSIVE;
	struct error err;

	bool good = history == NULL || (report_end(dir, NULL, &outcome, &err) && record(history, dir, &err));
	if (!good)
		cli_fail(&err);
	if (!report_end(dir, &ops, &outcome, &err)) {
		cli_fail(&err);
		good = false;
	}
	return shown_status(good || outcome != CAMPAIGN_PASSED ? outcome : CAMPAIGN_INCONCLUSIVE);
}

static bool merge(const struct cli_values *values, const struct run *runs, size_t count, int *code, struct error *err)
{
	char dir[DEVICE_PATH_MAX] = "";
	struct history *history;

	if (!record_open_wanted(cli_value(values, "history"), &history, err))
		return false;
	if (history == NULL && err->text[0] != '\0')
		fprintf(stderr, "stutter: warning: the whole is not recorded: %s\n", err->text);
	const bool made = run_folder_make(cli_value(values, "out"), dir, err), merged = made && run_merge(dir, runs, count, err);
	if (merged)
		*code = finish(history, dir);
	history_close(history);
	/* Of a merge that was refused nothing is left. */
	if (made && !merged)
		(void)rmdir(dir);
	return merged;
}

static int run(const struct cli_values *values)
{
	struct run *runs = memory_new(((size_t)values->operand_count + 1) * sizeof *runs);
	struct error err = {.text = ""};
	int code = EXIT_USAGE;
	size_t count;

	bool good = open_runs(values, runs, &count, &err) && merge(values, runs, count, &code, &err);
	for (size_t i = 0; i < count; i++)
		run_close(&runs[i]);
	free(runs);
	return good ? code : cli_fail(&err);
}

const struct cli_command cli_merge = {
	"merge", "DIR...", "join runs into one: the shards of a run, from one machine or several", run, {options}};
