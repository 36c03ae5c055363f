/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/history_show.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "lib/base/unit.h"
#include "harness/campaign/record.h"
#include "reports/text.h"

#define RUNS_SHOWN 20
#define RUNS_SHOWN_MAX 1000000

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

int cli_history_show(const struct cli_values *values)
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
