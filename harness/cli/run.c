/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `run`: sessions of scenarios; and going on with a run that was left. */
#include "harness/campaign/resume.h"
#include "harness/cli/run_options.h"

static const struct cli_option options[] = {
	{"seed", "N", "seed of all random draws (default: that of the suite or the scenario, else 1)"},
	{"seeds", "A..B", "run a session for each seed from A to B"},
	{"tag", "WORD", "run only scenarios with this tag, or in a folder of this name"},
	{"shard", "K/N", "run only the K-th of N shares of the sessions; `stutter merge` joins the shares"},
	{"resume", "DIR", "continue a run that was interrupted: run the sessions without a verdict, and the inconclusive ones"},
	{"strict", NULL, "count a scenario as not as expected if one of its faults never matched in any session"},
	{"history", "FILE", "record the run in this file, or " RECORD_NONE " (default: " RECORD_PLACE ")"},
	{NULL, NULL, NULL},
};

static bool read_seeds(const struct cli_values *values, struct jobs_wish *wish, struct error *err)
{
	struct cli_seeds seeds = {.given = false};

	if (!cli_read_seeds(values, &seeds, err))
		return false;
	wish->has_seeds = seeds.given;
	wish->first_seed = seeds.first;
	wish->last_seed = seeds.last;
	return true;
}

static bool read_shard(const struct cli_values *values, struct campaign_sessions *sessions, struct error *err)
{
	uint64_t shard, shards;

	sessions->shard = cli_value(values, "shard");
	if (sessions->shard == NULL)
		return true;
	if (!cli_two("shard", sessions->shard, "/", &shard, &shards, err))
		return false;
	if (shard == 0 || shard > shards || shards > PLANNED_SESSIONS_MAX)
		return error_set(err, "--shard: '%s' must be a share from 1/N to N/N, of at most %u", sessions->shard,
		                 PLANNED_SESSIONS_MAX);
	sessions->jobs.shard = shard;
	sessions->jobs.shards = shards;
	return true;
}

/* What sessions in wall time come to says nothing of those that repeat. */
static const char *history_of(const struct cli_values *values, const struct campaign_wish *wish)
{
	return wish->live.is_on && !cli_is_given(values, "history") ? RECORD_NONE : cli_value(values, "history");
}

/* @param goes_on The folder of the run that these words began; NULL: it begins. */
static int run_from(const struct cli_values *values, const char *goes_on)
{
	struct campaign_wish wish = {.goes_on = goes_on};
	struct campaign_sessions sessions = {.tag = cli_value(values, "tag"), .strict = cli_is_given(values, "strict")};
	struct error err = {.text = ""};

	if (!cli_run_read(values, &wish, &sessions, &err) || !read_seeds(values, &sessions.jobs, &err) ||
	    !read_shard(values, &sessions, &err))
		return cli_fail(&err);
	wish.history = history_of(values, &wish);
	return cli_run_campaign(values, &wish, &sessions);
}

/* What may be other when a run goes on: none of it bears on what its sessions come to. */
static const char *const free_options[] = {"jobs", "budget", "fail-fast", "cache", "quiet", "json-lines", "no-color", "history", NULL};

static int resume(const struct cli_values *values)
{
	char dir[DEVICE_PATH_MAX];
	struct error err = {.text = ""};
	struct resume_words words;
	struct cli_values begun;

	if (!resume_read(cli_value(values, "resume"), dir, &words, &err))
		return cli_fail(&err);
	int code = cli_parse(&cli_run, words.count, words.list, &begun);
	if (code == CLI_GO_ON)
		code = cli_take_anew(&begun, values, free_options, "the scenarios that the run", "run", &err) ? run_from(&begun, dir)
		                                                                                              : cli_fail(&err);
	resume_free(&words);
	return code;
}

static int run(const struct cli_values *values)
{
	return cli_is_given(values, "resume") ? resume(values) : run_from(values, NULL);
}

const struct cli_command cli_run = {"run", "SCENARIO|SUITE...", "run scenarios and judge them", run, {cli_run_options, options}};
