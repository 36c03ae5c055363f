/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/param.h"
#include "base/unit.h"
#include "cli/values.h"
#include "cli/record.h"
#include "reports/text.h"

#define RUNS_SHOWN 20
#define RUNS_SHOWN_MAX 1000000

static const struct cli_option options[] = {
	{"history", "FILE", "history file (default: " RECORD_PLACE ")"},
	{"scenario", "NAME", "show: only this scenario"},
	{"device", "NAME", "show: only this device"},
	{"runs", "N", "show: the last N runs (default: 20)"},
	{"from", "RUN", "show: number of the earlier run to compare (default: the last before that has half of its scenarios)"},
	{"to", "RUN", "show: number of the later run to compare (default: the last)"},
	{NULL, NULL, NULL},
};

/* -- writing -- */

static bool import_folder(struct history *history, const char *dir, struct error *err)
{
	struct history_recorded recorded;

	if (!record_run(history, dir, &recorded, err))
		return false;
	if (recorded.is_new)
		printf("%s: %zu session%s\n", dir, recorded.sessions, recorded.sessions == 1 ? "" : "s");
	else if (recorded.updated > 0)
		printf("%s: %zu session%s updated\n", dir, recorded.updated, recorded.updated == 1 ? "" : "s");
	else
		printf("%s: its sessions are recorded already\n", dir);
	return true;
}

static bool merge_file(struct history *history, const char *path, struct error *err)
{
	size_t count;

	if (!history_merge(history, path, &count, err))
		return false;
	printf("%s: %zu new run%s\n", path, count, count == 1 ? "" : "s");
	return true;
}

/* What is wrong with one folder or file is told, and the others are taken all the same. */
static int write_all(const struct cli_values *values, bool (*one)(struct history *, const char *, struct error *), const char *what)
{
	struct error err;
	int status = EXIT_PASSED;

	if (values->operand_count < 2) {
		error_set(&err, "which %s?", what);
		return cli_fail(&err);
	}
	struct history *history = record_open(cli_value(values, "history"), HISTORY_WRITE, &err);
	if (history == NULL)
		return cli_fail(&err);
	for (int i = 1; i < values->operand_count; i++)
		if (!one(history, values->operands[i], &err))
			status = cli_fail(&err);
	history_close(history);
	return status;
}

/* -- show -- */

static void print_trend(void *ctx, const struct history_trend *trend)
{
	size_t *count = ctx;
	char date[32] = "", wall[UNIT_TEXT_MAX];
	time_t ended = (time_t)trend->ended_s;
	struct tm utc;

	if ((*count)++ == 0)
		printf("%5s  %-16s  %8s  %11s  %6s  %12s  %10s  %s\n", "run", "ended (UTC)", "sessions", "as expected", "failed",
		       "inconclusive", "on a core", "folder");
	if (gmtime_r(&ended, &utc) != NULL)
		(void)strftime(date, sizeof date, "%Y-%m-%d %H:%M", &utc);
	printf("%5" PRId64 "  %-16s  %8" PRIu64 "  %11" PRIu64 "  %6" PRIu64 "  %12" PRIu64 "  %10s  ", trend->run, date, trend->sessions,
	       trend->as_expected, trend->failed, trend->inconclusive, unit_show_duration(trend->wall_ns, wall));
	text_put_plain(stdout, trend->name);
	putchar('\n');
}

static void print_part(const char *what, const char *text)
{
	if (text[0] == '\0')
		return;
	printf("%s ", what);
	text_put_plain(stdout, text);
	fputs(", ", stdout);
}

/* Its texts come from folders of anywhere. */
static void print_failure(void *ctx, const struct history_failure *failure)
{
	static const char *const names[] = {"new", "flaky", "lasting", "fixed", "vanished"};
	size_t *counts = ctx;

	counts[failure->change]++;
	printf("%-9s ", names[failure->change]);
	text_put_plain(stdout, failure->scenario);
	fputs(" on ", stdout);
	text_put_plain(stdout, failure->device);
	printf(", seed %" PRIu64 ": ", failure->seed);
	print_part("judge", failure->judge);
	print_part("phase", failure->phase);
	/* One line each. */
	text_put_first_line(stdout, failure->reason);
	putchar('\n');
}

static bool read_run(const struct cli_values *values, const char *name, int64_t *run, struct error *err)
{
	uint64_t number = (uint64_t)*run;

	if (!cli_read_number(values, name, 1, INT64_MAX, &number, err))
		return false;
	*run = (int64_t)number;
	return true;
}

/* @param ret_runs The earlier run, 0 if there is none, and the later one. */
static bool choose_runs(struct history *history, const struct history_filter *filter, const struct cli_values *values, int64_t ret_runs[2],
                        struct error *err)
{
	return history_last(history, filter, &ret_runs[1], err) && read_run(values, "to", &ret_runs[1], err) &&
	       history_before(history, ret_runs[1], filter, &ret_runs[0], err) && read_run(values, "from", &ret_runs[0], err);
}

static bool show_changes(struct history *history, const struct history_filter *filter, const struct cli_values *values, struct error *err)
{
	size_t counts[HISTORY_VANISHED + 1] = {0};
	int64_t runs[2] = {0};

	if (!choose_runs(history, filter, values, runs, err))
		return false;
	if (runs[0] == 0)
		return printf("\nthere is no earlier run to compare with\n") > 0;
	printf("\nfailures, from run %" PRId64 " to run %" PRId64 ":\n", runs[0], runs[1]);
	if (!history_compare(history, runs[0], runs[1], filter, print_failure, counts, err))
		return false;
	printf("%zu new, %zu flaky, %zu lasting, %zu fixed, %zu vanished\n", counts[HISTORY_NEW], counts[HISTORY_FLAKY],
	       counts[HISTORY_LASTING], counts[HISTORY_FIXED], counts[HISTORY_VANISHED]);
	return true;
}

static int show(const struct cli_values *values)
{
	const struct history_filter filter = {cli_value(values, "scenario"), cli_value(values, "device")};
	uint64_t runs = RUNS_SHOWN;
	size_t shown = 0;
	struct error err;

	if (!cli_read_number(values, "runs", 1, RUNS_SHOWN_MAX, &runs, &err))
		return cli_fail(&err);
	struct history *history = record_open(cli_value(values, "history"), HISTORY_READ, &err);
	if (history == NULL)
		return cli_fail(&err);
	bool good = history_trend(history, &filter, (size_t)runs, print_trend, &shown, &err);
	if (good && shown == 0)
		puts("there is no such session in the history");
	else if (good)
		good = show_changes(history, &filter, values, &err);
	history_close(history);
	return good ? EXIT_PASSED : cli_fail(&err);
}

static int run(const struct cli_values *values)
{
	static const char *const verbs[] = {"import", "merge", "show", NULL};
	const char *verb = values->operands[0];
	struct error err;

	if (verb == NULL) {
		error_set(&err, "history needs a word: import DIR..., merge FILE... or show");
		return cli_fail(&err);
	}
	if (strcmp(verb, "import") == 0)
		return write_all(values, import_folder, "folder? Give those of runs, such as stutter-runs/001");
	if (strcmp(verb, "merge") == 0)
		return write_all(values, merge_file, "file? Give other histories");
	if (strcmp(verb, "show") == 0 && values->operand_count == 1)
		return show(values);
	if (strcmp(verb, "show") == 0) {
		error_set(&err, "history show takes no '%s'; --scenario, --device and --runs choose what is shown", values->operands[1]);
		return cli_fail(&err);
	}
	char *advice = cli_suggest(param_nearest(NULL, verbs, verb), "", "history");
	error_set(&err, "history: unknown action '%s'%s", verb, advice);
	free(advice);
	return cli_fail(&err);
}

const struct cli_command cli_history = {
	"history", "import|merge|show [PATH]...", "keep the results of runs: import DIR..., merge FILE..., show", run, {options}};
