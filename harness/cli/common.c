/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/unit.h"
#include "cli/cli.h"
#include "scenario/sense.h"

int cli_fail(const struct error *err)
{
	char text[ERROR_TEXT_MAX + ERROR_FILE_MAX + 32];

	error_format(err, text, sizeof text);
	/* An error with a place begins with the place, so that editors find it. */
	fprintf(stderr, "%s%s\n", err->file[0] != '\0' ? "" : "stutter: ", text);
	return EXIT_USAGE;
}

/* As compilers write them. */
static void warn(const struct error *warning)
{
	fprintf(stderr, "%s:%d:%d: warning: %s\n", warning->file, warning->line, warning->column, warning->text);
}

bool cli_number(const char *option, const char *text, unsigned long long min, unsigned long long max, unsigned long long *ret_value,
                struct error *err)
{
	uint64_t value;

	if (!unit_parse(UNIT_NONE, text, &value, err))
		return error_context(err, "--%s", option);
	if (value < min || value > max)
		return error_set(err, "--%s: %s is not between %llu and %llu", option, text, min, max);
	*ret_value = value;
	return true;
}

bool cli_is_terminal(void)
{
	const char *term = getenv("TERM");

	return isatty(STDERR_FILENO) && getenv("NO_COLOR") == NULL && getenv("CI") == NULL && term != NULL && strcmp(term, "dumb") != 0;
}

/* -- finding scenarios -- */

struct paths {
	char **all;
	size_t count;
};

static void add_path(struct paths *paths, const char *path)
{
	paths->all = memory_resize(paths->all, paths->count + 2, sizeof *paths->all);
	paths->all[paths->count++] = memory_text(path);
	paths->all[paths->count] = NULL;
}

/* nftw() has no argument for its visitor. */
static struct paths *walked;
static enum cli_files walked_for;

static int visit(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	size_t length = strlen(path);

	(void)status;
	(void)where;
	if (kind == FTW_F && length > 5 && strcmp(path + length - 5, ".yaml") == 0 && (walked_for == CLI_DEVICES || !sense_is_device(path)))
		add_path(walked, path);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_folder(struct paths *paths, const char *folder, enum cli_files kind, struct error *err)
{
	size_t before = paths->count;

	walked = paths;
	walked_for = kind;
	if (nftw(folder, visit, 16, 0) != 0)
		return error_set(err, "the folder %s cannot be read: %s", folder, strerror(errno));
	if (paths->count == before)
		return error_set(err, "the folder %s has no %s (*.yaml) in it", folder, kind == CLI_DEVICES ? "device" : "scenario");
	qsort(paths->all + before, paths->count - before, sizeof *paths->all, compare);
	return true;
}

bool cli_find_files(char *const *operands, enum cli_files kind, char ***ret_paths, struct error *err)
{
	struct paths paths = {NULL, 0};
	struct stat status;
	bool good = operands[0] != NULL || error_set(err, "which scenario? Give files or folders, such as scenarios/first");

	memset(err->file, 0, sizeof err->file);
	for (size_t i = 0; good && operands[i] != NULL; i++) {
		if (stat(operands[i], &status) == 0 && S_ISDIR(status.st_mode))
			good = add_folder(&paths, operands[i], kind, err);
		else
			add_path(&paths, operands[i]);
	}
	if (good)
		*ret_paths = paths.all;
	else
		cli_free_paths(paths.all);
	return good;
}

void cli_free_paths(char **paths)
{
	for (size_t i = 0; paths != NULL && paths[i] != NULL; i++)
		free(paths[i]);
	free(paths);
}

/* -- reading them -- */

bool cli_reading_open(struct cli_reading *reading, const char *device, bool frozen, struct error *err)
{
	*reading = (struct cli_reading){.device = device, .frozen = frozen};
	return places_find(&reading->places, err);
}

/* The place of what is wrong with a scenario among others is its beginning. */
static bool check_among_others(const struct cli_reading *reading, const struct plan *plan, const char *path, struct error *err)
{
	bool good = true;

	for (size_t i = 0; good && i < reading->count; i++)
		good = strcmp(reading->names[i], plan->name) != 0 ||
		       error_set(err,
		                 "another scenario of this run is called '%s' too: the folders of their sessions need names of their own",
		                 plan->name);
	return good || error_at(err, path, 1, 1);
}

bool cli_reading_again(const struct cli_reading *reading, const char *path, struct plan *ret_plan, struct error *err)
{
	return reading->frozen ? plan_open_frozen(ret_plan, path, reading->device, &reading->places, err)
	                       : plan_open(ret_plan, path, reading->device, &reading->places, err);
}

bool cli_reading_next(struct cli_reading *reading, const char *path, struct plan *ret_plan, struct error *err)
{
	struct plan plan;

	if (!cli_reading_again(reading, path, &plan, err))
		return false;
	for (size_t i = 0; i < plan.warnings.count; i++)
		warn(&plan.warnings.list[i]);
	if (!check_among_others(reading, &plan, path, err)) {
		plan_close(&plan);
		return false;
	}
	reading->names = memory_resize(reading->names, reading->count + 2, sizeof *reading->names);
	reading->names[reading->count++] = memory_text(plan.name);
	reading->names[reading->count] = NULL;
	*ret_plan = plan;
	return true;
}

void cli_reading_close(struct cli_reading *reading)
{
	cli_free_paths(reading->names);
	reading->names = NULL;
	reading->count = 0;
}
