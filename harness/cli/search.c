/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/cli/search.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Without a terminal progress is a line every so often. */
#define LINE_MS 15000

const struct cli_option cli_search_options[] = {
	{"jobs", "N", "run N sessions side by side (default: one per core); the result is the same"},
	{"out", "DIR", "write the search to this folder, which must not exist yet (default: stutter-runs/NUMBER)"},
	{"resume", "DIR", "continue a search that was interrupted, with the options it was started with"},
	{"budget", "TIME", "end the search after TIME of the host's time, with what it has found so far (default: none)"},
	{"device", "D", "use this device, by name or as a file, instead of the scenario's own"},
	{"cache", "DIR", "keep snapshots of booted devices here (default: as for `stutter run`)"},
	{"no-share", NULL, "run every session from power on instead of sharing beginnings"},
	{"anyway", NULL, "accept a frozen plan even if its image, device or stutter have changed since"},
	{"quiet", NULL, "print only the result, no progress"},
	{"no-color", NULL, "print without colours, as if NO_COLOR were set"},
	{NULL, NULL, NULL},
};

/* -- the words -- */

/* None of it bears on what is found, but for how much of it there is time for. */
static const char *const free_options[] = {"jobs", "budget", "cache", "no-share", "quiet", "no-color", NULL};

/* The budget of then is used up. */
static int resume(struct cli_search *cli, const struct cli_values *now)
{
	const char *dir = cli_value(now, "resume");
	struct error err = {.text = ""};

	if (!search_folder_words(dir, cli->command->name, &cli->words, &err))
		return cli_fail(&err);
	(void)snprintf(cli->dir, sizeof cli->dir, "%s", dir);
	cli->goes_on = true;
	int code = cli_parse(cli->command, cli->words.count, cli->words.list, &cli->values);
	if (code != CLI_GO_ON)
		return code;
	cli_replace(&cli->values, "budget", NULL);
	return cli_take_anew(&cli->values, now, free_options, "what the search", "search", &err) ? CLI_GO_ON : cli_fail(&err);
}

/* A budget of "10m" is meant in minutes, which are "min" everywhere else. */
static bool read_budget(const char *text, uint64_t *ret_ns, struct error *err)
{
	const size_t length = strlen(text);
	char minutes[64];

	const bool is_short = length > 1 && length < sizeof minutes - 2 && text[length - 1] == 'm' &&
	                      isdigit((unsigned char)text[length - 2]);
	(void)snprintf(minutes, sizeof minutes, "%.60sin", text);
	if (!unit_parse(UNIT_DURATION, is_short ? minutes : text, ret_ns, err))
		return error_context(err, "--budget");
	return *ret_ns >= SIM_S || error_set(err, "--budget: %s is less than a second", text);
}

static struct resume_words words_of(const struct cli_search *cli)
{
	return (struct resume_words){.count = cli->values.argc, .list = cli->values.argv};
}

static bool read_common(struct cli_search *cli, struct error *err)
{
	const struct cli_values *values = &cli->values;
	const struct resume_words words = words_of(cli);
	uint64_t jobs = campaign_cores();

	if (!search_folder_can_keep(&words, err) || !cli_read_number(values, "jobs", 1, POOL_JOBS_MAX, &jobs, err))
		return false;
	if (cli_is_given(values, "budget") && !read_budget(cli_value(values, "budget"), &cli->budget_ns, err))
		return false;
	cli->options.side_by_side = (size_t)jobs;
	cli->options.share = !cli_is_given(values, "no-share");
	cli->quiet = cli_is_given(values, "quiet");
	cli->is_terminal = !cli->quiet && cli_is_terminal();
	cli->colours = !cli_is_given(values, "no-color") && cli_takes_colours();
	return true;
}

/* -- while it goes on -- */

static void end_line(struct cli_search *cli)
{
	if (cli->line_open)
		fputs("\r\033[K", stderr);
	cli->line_open = false;
}

static void say_left(const struct search_progress *progress, char *ret_text, size_t size)
{
	const uint64_t minutes = progress->left_ms / 60000;

	ret_text[0] = '\0';
	if (progress->left_ms > 0 && minutes == 0)
		(void)snprintf(ret_text, size, ", less than a minute left");
	else if (progress->left_ms > 0)
		(void)snprintf(ret_text, size, ", about %" PRIu64 " min left", minutes + 1);
}

static void show_progress(void *ctx, const struct search_progress *progress)
{
	struct cli_search *cli = ctx;
	char left[64], expected[48] = "";

	const bool is_due = cli->is_terminal || progress->spent_ms - cli->last_told_ms >= LINE_MS;
	if (cli->quiet || !is_due)
		return;
	cli->last_told_ms = progress->spent_ms;
	say_left(progress, left, sizeof left);
	if (progress->expected > 0)
		(void)snprintf(expected, sizeof expected, " of about %zu", progress->expected);
	fprintf(stderr, "%s%s: %zu%s sessions%s%s", cli->is_terminal ? "\r\033[K" : "", progress->stage, progress->done, expected, left,
	        cli->is_terminal ? "" : "\n");
	cli->line_open = cli->is_terminal;
}

static void show_find(void *ctx, const char *text)
{
	struct cli_search *cli = ctx;

	end_line(cli);
	if (!cli->quiet)
		fprintf(stderr, "%s\n", text);
}

static void show_warning(void *ctx, const char *text)
{
	end_line(ctx);
	fprintf(stderr, "stutter: warning: %s\n", text);
}

static void on_wrong(void *ctx, const struct error *err)
{
	(void)ctx;
	(void)cli_fail(err);
}

static const volatile sig_atomic_t *on_stop(void *ctx)
{
	(void)ctx;
	return cli_stop_when_asked();
}

/* -- the beginning -- */

int cli_search_open(struct cli_search *cli, const struct cli_command *command, const struct cli_values *values)
{
	struct error err = {.text = ""};

	*cli = (struct cli_search){.command = command, .values = *values};
	if (cli_is_given(values, "resume")) {
		int code = resume(cli, values);
		if (code != CLI_GO_ON)
			return code;
	}
	if (!read_common(cli, &err))
		return cli_fail(&err);
	const struct campaign_wish wish = {.device = cli_value(&cli->values, "device"),
	                                   .may_differ = cli_is_given(&cli->values, "anyway"),
	                                   .dir = cli_value(&cli->values, "out"),
	                                   .goes_on = cli->goes_on ? cli->dir : NULL,
	                                   .cache = cli_value(&cli->values, "cache"),
	                                   .history = RECORD_NONE};
	cli->ops = (struct campaign_ops){.wrong = on_wrong, .warn = show_warning, .stop = on_stop, .ctx = cli};
	cli->campaign = campaign_open(&wish, &cli->ops);
	return cli->campaign != NULL ? CLI_GO_ON : EXIT_USAGE;
}

int cli_search_begin(struct cli_search *cli)
{
	const struct resume_words words = words_of(cli);
	struct error err = {.text = ""};

	if (!campaign_begin(cli->campaign))
		return EXIT_USAGE;
	(void)snprintf(cli->dir, sizeof cli->dir, "%s", campaign_dir(cli->campaign));
	if (!search_folder_open(&cli->folder, cli->dir, cli->command->name, &words, &err))
		return cli_fail(&err);
	cli->json = cli->folder.json;
	cli->told = cli->folder.told;
	cli->options.paths = campaign_paths(cli->campaign);
	cli->options.dir = cli->dir;
	cli->options.budget_ms = cli->budget_ns / SIM_MS;
	cli->options.stop = cli_stop_when_asked();
	cli->options.progress = show_progress;
	cli->options.found = show_find;
	cli->options.warn = show_warning;
	cli->options.ctx = cli;
	cli->search = search_open(&cli->options, &err);
	return cli->search != NULL ? CLI_GO_ON : cli_fail(&err);
}

/* -- the end -- */

int cli_search_end(struct cli_search *cli, int code)
{
	const bool was_cut = search_was_cut(cli->search);
	struct error err = {.text = ""};

	end_line(cli);
	if (search_is_broken(cli->search))
		code = EXIT_BUG;
	const bool good = search_folder_end(&cli->folder, cli->search, code, !was_cut, was_cut, &err);
	told_print(cli->told, stdout, cli->colours);
	if (good) {
		printf("\nThe result lies in %s: index.html and " SEARCH_FILE ".\n", cli->dir);
		return code;
	}
	/* A full disk is no mistake of ours. */
	cli_fail(&err);
	fprintf(stderr, "stutter: the result above could not be kept; with room for it, `stutter %s --resume %s` does\n",
	        cli->command->name, cli->dir);
	return code == EXIT_BUG ? EXIT_BUG : EXIT_INCONCLUSIVE;
}

int cli_search_fail(struct cli_search *cli, const struct error *err, int code)
{
	struct error of_file = {.text = ""};

	end_line(cli);
	cli_fail(err);
	if (cli->search == NULL)
		return EXIT_USAGE;
	if (search_is_broken(cli->search))
		code = EXIT_BUG;
	const bool goes_on = code == EXIT_INCONCLUSIVE && !search_is_settled(cli->search);
	search_folder_tell_error(&cli->folder, err);
	if (search_folder_end(&cli->folder, cli->search, code, !goes_on && !search_was_cut(cli->search), goes_on, &of_file))
		fprintf(stderr, "stutter: what was found until then lies in %s: index.html and " SEARCH_FILE "\n", cli->dir);
	else
		cli_fail(&of_file);
	if (goes_on)
		fprintf(stderr, "stutter: `stutter %s --resume %s` continues it\n", cli->command->name, cli->dir);
	return code;
}

void cli_search_close(struct cli_search *cli)
{
	search_close(cli->search);
	search_folder_close(&cli->folder);
	(void)campaign_close(cli->campaign);
	resume_free(&cli->words);
}
