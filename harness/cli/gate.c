/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `gate`: whether a release may go out. */
#include "harness/gate/gate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "harness/campaign/run_folder.h"
#include "harness/cli/shown.h"
#include "harness/cli/values.h"

static const struct cli_option options[] = {
	{"baseline", "D", "device that is in the field now, by name or as a file"},
	{"candidate", "D", "device that is to be released; the devices that suites and scenarios name are ignored"},
	{"jobs", "N", "run N sessions side by side (default: one per core)"},
	{"out", "DIR", "write the report to this folder, which must not exist yet (default: " RUN_FOLDERS "/NUMBER)"},
	{"budget", "TIME", "start no round after TIME of the host's time (default: what the suites say)"},
	{"seeds", "A..B", "draw plans with these seeds instead of the suites' (for other plans than the last time)"},
	{"wall-limit", "TIME", "end a session that takes longer than TIME on the wall clock, inconclusive (default: none)"},
	{"cache", "DIR", "keep snapshots of booted devices here (default: as for `stutter run`)"},
	{"day", "YYYY-MM-DD", "apply the quarantines and waivers of this day (default: today)"},
	{"feed", "F", "feed that the release is in; with --to, a promotion writes promotion.json, which the update service honours"},
	{"to", "F", "feed that it goes to"},
	{"release", "VERSION", "version that is promoted (default: the candidate's name)"},
	{"quiet", NULL, "print only the verdict: no progress, no line per session"},
	{"no-color", NULL, "print without colours, as if NO_COLOR were set"},
	{"history", "FILE", "record the sessions in this file, or " RECORD_NONE " (default: " RECORD_PLACE ")"},
	{NULL, NULL, NULL},
};

static const char *today(char ret_day[EXCEPTION_DAY_MAX])
{
	const time_t now = time(NULL);
	struct tm parts;

	if (gmtime_r(&now, &parts) == NULL || strftime(ret_day, EXCEPTION_DAY_MAX, "%Y-%m-%d", &parts) == 0)
		(void)snprintf(ret_day, EXCEPTION_DAY_MAX, "1970-01-01");
	return ret_day;
}

static bool read_day(const char *text, struct gate_wish *wish, struct error *err)
{
	if (text == NULL) {
		(void)today(wish->day);
		return true;
	}
	if (!exception_is_day(text))
		return error_set(err, "--day: '%s' is not a date such as 2027-01-31", text);
	memcpy(wish->day, text, strlen(text) + 1);
	return true;
}

static bool read_seeds(const char *text, struct gate_wish *wish, struct error *err)
{
	struct ordinals seeds = {0};

	if (text == NULL)
		return true;
	if (!ordinals_codec.set(&seeds, text, err))
		return error_context(err, "--seeds");
	if (seeds.first == 0 || seeds.last == seeds.first || seeds.last - seeds.first >= PLANNED_SESSIONS_MAX)
		return error_set(err, "--seeds: '%s' must be a range such as 301..600, of at most %u", text, PLANNED_SESSIONS_MAX);
	wish->seeds = seeds;
	return true;
}

/* The update service has these two, and a release goes one way. */
static bool read_feeds(const struct cli_values *values, struct gate_wish *wish, struct error *err)
{
	wish->from_feed = cli_value(values, "feed");
	wish->to_feed = cli_value(values, "to");
	wish->release = cli_value(values, "release");
	if ((wish->from_feed == NULL) != (wish->to_feed == NULL))
		return error_set(err, "--feed and --to must be used together");
	if (wish->from_feed != NULL && (strcmp(wish->from_feed, SERVICE_FEED_EVAL) != 0 || strcmp(wish->to_feed, SERVICE_FEED_RETAIL) != 0))
		return error_set(err, "--feed '%s' --to '%s': a release goes from " SERVICE_FEED_EVAL " to " SERVICE_FEED_RETAIL,
		                 wish->from_feed, wish->to_feed);
	return true;
}

static bool read_devices(const struct cli_values *values, struct gate_wish *wish, struct error *err)
{
	static const char *const names[GATE_SIDES] = {"baseline", "candidate"};

	for (size_t i = 0; i < GATE_SIDES; i++) {
		wish->devices[i] = cli_value(values, names[i]);
		if (wish->devices[i] == NULL)
			return error_set(err, "no %s given; name a device, such as --baseline 21.10 --candidate 22.01", names[i]);
	}
	return true;
}

static bool read_options(const struct cli_values *values, struct gate_wish *wish, struct error *err)
{
	uint64_t side_by_side = campaign_cores();

	*wish = (struct gate_wish){
		.operands = values->operands, .has_budget = cli_is_given(values, "budget"), .now_s = (int64_t)time(NULL)};
	if (!read_devices(values, wish, err) || !cli_read_number(values, "jobs", 1, POOL_JOBS_MAX, &side_by_side, err) ||
	    !read_day(cli_value(values, "day"), wish, err) || !read_feeds(values, wish, err) ||
	    !read_seeds(cli_value(values, "seeds"), wish, err))
		return false;
	wish->campaign = (struct campaign_wish){.side_by_side = (size_t)side_by_side,
	                                        .transport = TRANSPORT_INSIDE,
	                                        .share = true,
	                                        .dir = cli_value(values, "out"),
	                                        .cache = cli_value(values, "cache"),
	                                        .history = cli_value(values, "history")};
	return cli_read_quantity(values, "wall-limit", UNIT_DURATION, &wish->campaign.wall_limit_ns, err) &&
	       cli_read_quantity(values, "budget", UNIT_DURATION, &wish->budget_ns, err);
}

static void on_decided(void *ctx, const struct told_gate *told, const char *dir, bool is_written)
{
	(void)ctx;
	told_terminal(stdout, told);
	if (is_written)
		printf("The report lies in %s: index.html, gate.json, and a run for each device.\n", dir);
}

static void on_promoted(void *ctx, const char *version, const char *dir)
{
	const struct gate_wish *wish = ctx;

	printf("%s is promoted from %s to %s: %s/promotion.json\n", version, wish->from_feed, wish->to_feed, dir);
}

static int run(const struct cli_values *values)
{
	struct shown shown = {.says_notes = false};
	struct error err = {.text = ""};
	struct gate_wish wish;
	int code = EXIT_USAGE;

	shown_choose(&shown, false, cli_is_given(values, "quiet"), cli_is_given(values, "no-color"));
	if (!read_options(values, &wish, &err))
		return cli_fail(&err);
	const struct gate_ops ops = {.campaign = shown_ops(&shown), .decided = on_decided, .promoted = on_promoted, .ctx = &wish};
	struct gate *gate = gate_open(&wish, &ops);
	if (gate != NULL && gate_begin(gate))
		code = shown_status(gate_run(gate));
	gate_close(gate);
	return code;
}

const struct cli_command cli_gate = {
	"gate", "SUITE...", "judge a release against the one before it: promote, block, or not enough evidence", run, {options}};
