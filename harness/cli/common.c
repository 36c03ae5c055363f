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

int cli_fail(const struct error *err)
{
	char text[ERROR_TEXT_MAX + ERROR_FILE_MAX + 32];

	error_format(err, text, sizeof text);
	/* An error with a place begins with the place, so that editors find it. */
	fprintf(stderr, "%s%s\n", err->file[0] != '\0' ? "" : "stutter: ", text);
	return EXIT_USAGE;
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

static int visit(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	size_t length = strlen(path);

	(void)status;
	(void)where;
	if (kind == FTW_F && length > 5 && strcmp(path + length - 5, ".yaml") == 0)
		add_path(walked, path);
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool add_folder(struct paths *paths, const char *folder, struct error *err)
{
	size_t before = paths->count;

	walked = paths;
	if (nftw(folder, visit, 16, 0) != 0)
		return error_set(err, "the folder %s cannot be read: %s", folder, strerror(errno));
	if (paths->count == before)
		return error_set(err, "the folder %s has no scenario (*.yaml) in it", folder);
	qsort(paths->all + before, paths->count - before, sizeof *paths->all, compare);
	return true;
}

bool cli_find_scenarios(char *const *operands, char ***ret_paths, struct error *err)
{
	struct paths paths = {NULL, 0};
	struct stat status;
	bool good = operands[0] != NULL || error_set(err, "which scenario? Give files or folders, such as scenarios/first");

	memset(err->file, 0, sizeof err->file);
	for (size_t i = 0; good && operands[i] != NULL; i++) {
		if (stat(operands[i], &status) == 0 && S_ISDIR(status.st_mode))
			good = add_folder(&paths, operands[i], err);
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
