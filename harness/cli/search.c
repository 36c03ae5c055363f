/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/search.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/unit.h"
#include "cli/resume.h"
#include "cli/run_folder.h"
#include "cli/selection.h"
#include "reports/file.h"
#include "reports/member.h"

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

static bool read_words(struct cli_search *cli, const char *dir, struct error *err)
{
	char path[DEVICE_PATH_MAX + 32];
	json_error_t why;

	if ((size_t)snprintf(cli->dir, sizeof cli->dir, "%s", dir) >= sizeof cli->dir)
		return error_set(err, "--resume: the name is too long");
	(void)snprintf(path, sizeof path, "%s/" SEARCH_FILE, dir);
	json_t *json = json_load_file(path, 0, &why);
	if (json == NULL)
		return error_set(err, "--resume: %s is no folder of a search: %s: %s", dir, path, why.text);
	const json_t *words = json_object_get(json, "arguments");
	const size_t count = json_array_size(words);
	if (strcmp(member_text(json, "command"), cli->command->name) != 0 || count == 0) {
		error_set(err, "--resume: %s was begun by `stutter %s`, not by `stutter %s`", dir, member_text(json, "command"),
		          cli->command->name);
		json_decref(json);
		return false;
	}
	cli->words = memory_new(sizeof *cli->words);
	cli->words->list = memory_new((count + 1) * sizeof *cli->words->list);
	for (; (size_t)cli->words->count < count; cli->words->count++) {
		const char *word = json_string_value(json_array_get(words, (size_t)cli->words->count));
		cli->words->list[cli->words->count] = memory_text(word != NULL ? word : "");
	}
	json_decref(json);
	return true;
}

/* None of it bears on what is found, but for how much of it there is time for. */
static const char *const free_options[] = {"jobs", "budget", "cache", "no-share", "quiet", "no-color", NULL};

/* The budget of then is used up. */
static bool take_anew(struct cli_search *cli, const struct cli_values *now, struct error *err)
{
	cli_replace(&cli->values, "budget", NULL);
	return cli_take_anew(&cli->values, now, free_options, "what the search", "search", err);
}

static int resume(struct cli_search *cli, const struct cli_values *now)
{
	struct error err = {.text = ""};

	if (!read_words(cli, cli_value(now, "resume"), &err))
		return cli_fail(&err);
	int code = cli_parse(cli->command, cli->words->count, cli->words->list, &cli->values);
	if (code != CLI_GO_ON)
		return code;
	return take_anew(cli, now, &err) ? CLI_GO_ON : cli_fail(&err);
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

/* JSON takes UTF-8 alone; without one of its words a search would go on as another. */
static bool check_words(const struct cli_values *values, struct error *err)
{
	bool good = true;

	for (int i = 0; i < values->argc && good; i++) {
		json_t *word = json_string(values->argv[i]);
		good = word != NULL ||
		       error_set(err, "'%s' is no UTF-8, and so --resume could not go on with it: rename the file", values->argv[i]);
		json_decref(word);
	}
	return good;
}

static bool read_common(struct cli_search *cli, struct error *err)
{
	const struct cli_values *values = &cli->values;
	uint64_t jobs = pool_cores() < POOL_JOBS_MAX ? pool_cores() : POOL_JOBS_MAX;

	if (!check_words(values, err) || !cli_read_number(values, "jobs", 1, POOL_JOBS_MAX, &jobs, err))
		return false;
	if (cli_is_given(values, "budget") && !read_budget(cli_value(values, "budget"), &cli->budget_ns, err))
		return false;
	cli->options.side_by_side = (size_t)jobs;
	cli->options.share = !cli_is_given(values, "no-share");
	cli->quiet = cli_is_given(values, "quiet");
	cli->is_terminal = !cli->quiet && cli_is_terminal();
	cli->colours = !cli_is_given(values, "no-color") && cli_takes_colours();
	return cli_reading_open(&cli->reading, false, err);
}

int cli_search_open(struct cli_search *cli, const struct cli_command *command, const struct cli_values *values)
{
	struct error err = {.text = ""};

	*cli = (struct cli_search){.command = command, .values = *values};
	if (cli_is_given(values, "resume")) {
		int code = resume(cli, values);
		if (code != CLI_GO_ON)
			return code;
	}
	return read_common(cli, &err) ? CLI_GO_ON : cli_fail(&err);
}

bool cli_search_read(struct cli_search *cli, const char *path, bool frozen, struct plan *ret_plan, struct error *err)
{
	const char *device = cli_value(&cli->values, "device");
	bool good = frozen ? plan_open_frozen(ret_plan, path, device, &cli->reading.places, err)
	                   : plan_open(ret_plan, path, device, &cli->reading.places, err);

	if (!good)
		return false;
	ret_plan->may_differ = cli_is_given(&cli->values, "anyway");
	plan_look(ret_plan);
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

/* -- the folder -- */

static bool write_json(struct cli_search *cli, struct error *err)
{
	struct report_file file;

	if (!report_file_open(&file, cli->dir, SEARCH_FILE, err))
		return false;
	(void)json_dumpf(cli->json, file.stream, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	(void)fputc('\n', file.stream);
	return report_file_close(&file, err);
}

static void begin_json(struct cli_search *cli)
{
	const struct cli_values *values = &cli->values;
	json_t *words = json_array();

	for (int i = 0; i < values->argc; i++)
		(void)json_array_append_new(words, json_string(values->argv[i]));
	cli->json = json_object();
	cli->told = told_new();
	(void)json_object_set_new(cli->json, "version", json_integer(SEARCH_VERSION));
	(void)json_object_set_new(cli->json, "command", json_string(cli->command->name));
	(void)json_object_set_new(cli->json, "arguments", words);
	(void)json_object_set_new(cli->json, "told", cli->told);
}

/* Two at work on one folder would write over each other. The lock is the process's, and goes with it. */
static bool lock_folder(const char *dir, struct error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	error_set(err, errno == EWOULDBLOCK ? "somebody else is at work on the search in %s" : "%s cannot be locked", dir);
	if (fd >= 0)
		(void)close(fd);
	return false;
}

static bool open_folder(struct cli_search *cli, struct error *err)
{
	struct places *places = &cli->reading.places;

	if (!places_open_cache(places, cli_value(&cli->values, "cache"), err))
		return false;
	if (cli->words == NULL && !run_folder_make(cli_value(&cli->values, "out"), cli->dir, err))
		return false;
	if (!lock_folder(cli->dir, err))
		return false;
	begin_json(cli);
	return write_json(cli, err);
}

int cli_search_begin(struct cli_search *cli)
{
	struct error err = {.text = ""};

	if (!open_folder(cli, &err))
		return cli_fail(&err);
	cli->options.places = &cli->reading.places;
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

static void tell_counts(struct cli_search *cli, bool is_whole, bool goes_on)
{
	const struct search_counts counts = search_counts(cli->search);
	json_t *json = json_object();

	(void)json_object_set_new(json, "run", json_integer((json_int_t)counts.run));
	(void)json_object_set_new(json, "known", json_integer((json_int_t)counts.cached));
	(void)json_object_set_new(json, "checked", json_integer((json_int_t)counts.checked));
	(void)json_object_set_new(cli->json, "sessions", json);
	(void)json_object_set_new(cli->json, "whole", json_boolean(is_whole));
	if (goes_on)
		told_text(cli->told, "The search was ended before it was through; `stutter %s --resume %s` goes on with it.",
		          cli->command->name, cli->dir);
	told_text(cli->told, "%zu sessions were run, %zu results were known; %zu were checked against a session from power on.", counts.run,
	          counts.cached, counts.checked);
}

static bool write_result(struct cli_search *cli, int code, struct error *err)
{
	(void)json_object_set_new(cli->json, "status", json_integer(code));
	return write_json(cli, err) && search_page_write(cli->json, cli->dir, err);
}

int cli_search_end(struct cli_search *cli, int code)
{
	struct error err = {.text = ""};

	end_line(cli);
	if (search_is_broken(cli->search))
		code = EXIT_BUG;
	const bool was_cut = search_was_cut(cli->search);
	tell_counts(cli, !was_cut, was_cut);
	const bool good = write_result(cli, code, &err);
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

/* The error is what comes first, whatever was told already. */
static void tell_error(struct cli_search *cli, const struct error *err)
{
	char *text = memory_new(ERROR_TEXT_MAX);
	json_t *first = told_new();

	(void)error_format(err, text, ERROR_TEXT_MAX);
	told_result(first, TOLD_UNKNOWN, "The search ended with an error: %s", text);
	told_text(first, "%s", text);
	(void)json_array_insert(cli->told, 0, json_array_get(first, 0));
	(void)json_object_set(cli->json, "error", json_object_get(json_array_get(first, 1), "text"));
	json_decref(first);
	free(text);
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
	tell_error(cli, err);
	tell_counts(cli, !goes_on && !search_was_cut(cli->search), goes_on);
	if (write_result(cli, code, &of_file))
		fprintf(stderr, "stutter: what was found until then lies in %s: index.html and " SEARCH_FILE "\n", cli->dir);
	else
		cli_fail(&of_file);
	if (goes_on)
		fprintf(stderr, "stutter: `stutter %s --resume %s` goes on\n", cli->command->name, cli->dir);
	return code;
}

void cli_search_close(struct cli_search *cli)
{
	search_close(cli->search);
	if (cli->json != NULL)
		json_decref(cli->json);
	places_close_cache(&cli->reading.places);
	cli_reading_close(&cli->reading);
	if (cli->words != NULL) {
		resume_free(cli->words);
		free(cli->words);
	}
}
