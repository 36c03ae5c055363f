/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/campaign/selection.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/scenario/sense.h"

/* -- folders -- */

struct path_list {
	char **all;
	size_t count;
};

static void add_path(struct path_list *paths, const char *path)
{
	paths->all = memory_resize(paths->all, paths->count + 2, sizeof *paths->all);
	paths->all[paths->count++] = memory_text(path);
	paths->all[paths->count] = NULL;
}

static enum selection_kind kind_of(const char *path)
{
	return suite_is(path) ? SELECTION_SUITES : sense_is_device(path) ? SELECTION_DEVICES : SELECTION_SCENARIOS;
}

static bool is_wanted(const char *path, enum selection_kind kind)
{
	size_t length = strlen(path);

	return length > 5 && strcmp(path + length - 5, ".yaml") == 0 && (kind == SELECTION_DEVICES || kind_of(path) == kind);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/*
 * Links are followed, as for a file that is named. @return false with errno: the folder itself
 * cannot be read.
 */
static bool walk(const char *folder, enum selection_kind kind, struct path_list *paths)
{
	char *const roots[] = {(char *)(uintptr_t)folder, NULL};
	FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
	bool good = tree != NULL;

	for (FTSENT *entry; good && (entry = fts_read(tree)) != NULL;) {
		const bool is_broken = entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR;
		if (is_broken && entry->fts_level == FTS_ROOTLEVEL) {
			errno = entry->fts_errno;
			good = false;
		} else if (entry->fts_info == FTS_F && is_wanted(entry->fts_path, kind)) {
			add_path(paths, entry->fts_path);
		}
	}
	const int why = errno;
	if (tree != NULL)
		(void)fts_close(tree);
	errno = why;
	return good;
}

bool selection_walk(const char *folder, enum selection_kind kind, char ***ret_paths, struct error *err)
{
	static const char *const names[] = {"scenario", "suite", "device"};
	struct path_list paths = {NULL, 0};

	if (!walk(folder, kind, &paths))
		error_set(err, "the folder %s cannot be read: %s", folder, strerror(errno));
	else if (paths.count == 0)
		error_set(err, "the folder %s contains no %s (*.yaml)", folder, names[kind]);
	else
		qsort(paths.all, paths.count, sizeof *paths.all, compare);
	if (paths.count > 0)
		*ret_paths = paths.all;
	return paths.count > 0;
}

void selection_free_paths(char **paths)
{
	for (size_t i = 0; paths != NULL && paths[i] != NULL; i++)
		free(paths[i]);
	free(paths);
}

/* -- choices -- */

static void free_choice(struct choice *choice)
{
	free(choice->path);
	free(choice->device);
}

static bool is_same(const char *a, const char *b)
{
	char left[PATH_MAX], right[PATH_MAX];

	return realpath(a, left) != NULL && realpath(b, right) != NULL && strcmp(left, right) == 0;
}

/* What a suite has said of a scenario until now, it says no more. */
static void forget(struct selection *selection, const char *path, const struct suite *suite)
{
	size_t kept = 0;

	for (size_t i = 0; i < selection->count; i++) {
		if (suite != NULL && selection->list[i].suite == suite && is_same(selection->list[i].path, path))
			free_choice(&selection->list[i]);
		else
			selection->list[kept++] = selection->list[i];
	}
	selection->count = kept;
}

static void add_choice(struct selection *selection, const struct choice *choice)
{
	selection->list = memory_resize(selection->list, selection->count + 1, sizeof *selection->list);
	struct choice *kept = &selection->list[selection->count++];
	*kept = *choice;
	kept->path = memory_text(choice->path);
	kept->device = choice->device != NULL ? memory_text(choice->device) : NULL;
}

/* @param devices In place of the scenario's own, ends with NULL; NULL: its own. */
static void add_scenario(struct selection *selection, const char *path, char *const *devices, const struct choice *like,
                         const struct selection_wish *wish)
{
	struct choice choice = *like;
	char copy[PATH_MAX];

	if (wish->tag != NULL && !suite_has_tag(path, wish->tag))
		return;
	(void)snprintf(copy, sizeof copy, "%s", path);
	choice.path = copy;
	forget(selection, path, like->suite);
	if (wish->device != NULL || devices == NULL) {
		char device[DEVICE_PATH_MAX];
		(void)snprintf(device, sizeof device, "%s", wish->device != NULL ? wish->device : "");
		choice.device = wish->device != NULL ? device : NULL;
		add_choice(selection, &choice);
		return;
	}
	choice.several = devices[1] != NULL;
	for (size_t i = 0; devices[i] != NULL; i++) {
		choice.device = devices[i];
		add_choice(selection, &choice);
	}
}

/* -- suites -- */

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool add_entry(struct selection *selection, const struct suite *suite, const struct suite_entry *entry,
                      const struct selection_wish *wish, struct error *err)
{
	const struct choice like = {.suite = suite, .seeds = entry->seeds.first != 0 ? entry->seeds : suite->seeds};
	char *const *devices = entry->devices != NULL ? entry->devices : suite->devices;
	char one[DEVICE_PATH_MAX], *alone[2] = {one, NULL}, **paths = alone;
	bool found = false;

	(void)snprintf(one, sizeof one, "%s", entry->path);
	if (access(one, F_OK) != 0) {
		error_set(err, "cannot find %s: %s", one, strerror(errno));
		return error_at(err, suite->path, entry->line, entry->column);
	}
	if (is_folder(one) && !selection_walk(one, SELECTION_SCENARIOS, &paths, err))
		return error_at(err, suite->path, entry->line, entry->column);
	for (size_t i = 0; paths[i] != NULL; i++) {
		if (entry->tag[0] != '\0' && !suite_has_tag(paths[i], entry->tag))
			continue;
		add_scenario(selection, paths[i], devices, &like, wish);
		found = true;
	}
	if (paths != alone)
		selection_free_paths(paths);
	if (found)
		return true;
	error_set(err, "no scenario in %s has the tag '%s'", one, entry->tag);
	return error_at(err, suite->path, entry->line, entry->column);
}

static bool add_suite(struct selection *selection, const char *path, const struct selection_wish *wish, struct error *err)
{
	struct suite *suite = &selection->suites[selection->suite_count];
	bool good = true;

	if (!suite_open(suite, path, err))
		return false;
	selection->suite_count++;
	for (size_t i = 0; good && i < suite->count; i++)
		good = add_entry(selection, suite, &suite->entries[i], wish, err);
	return good;
}

/* -- operands -- */

static bool add_folder(struct selection *selection, const char *folder, const struct selection_wish *wish, struct error *err)
{
	char **paths;

	if (!selection_walk(folder, SELECTION_SCENARIOS, &paths, err))
		return false;
	for (size_t i = 0; paths[i] != NULL; i++)
		add_scenario(selection, paths[i], NULL, &(struct choice){.suite = NULL}, wish);
	selection_free_paths(paths);
	return true;
}

static bool add_operand(struct selection *selection, const char *operand, const struct selection_wish *wish, struct error *err)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s", operand);
	if (access(path, F_OK) != 0)
		(void)snprintf(path, sizeof path, "%s.yaml", operand);
	if (access(path, F_OK) != 0)
		(void)snprintf(path, sizeof path, "%s", operand);
	if (is_folder(path))
		return add_folder(selection, path, wish, err);
	if (suite_is(path))
		return add_suite(selection, path, wish, err);
	add_scenario(selection, path, NULL, &(struct choice){.suite = NULL}, wish);
	return true;
}

bool selection_open(struct selection *ret_selection, char *const *operands, const struct selection_wish *wish, struct error *err)
{
	struct selection selection = {.count = 0};
	size_t count = 0;
	bool good = operands[0] != NULL || error_set(err, "no scenario given; name files, folders or suites, such as scenarios/first");

	memset(err->file, 0, sizeof err->file);
	while (operands[count] != NULL)
		count++;
	/* Choices point at their suites, which must stay where they are. */
	selection.suites = memory_new((count + 1) * sizeof *selection.suites);
	for (size_t i = 0; good && i < count; i++)
		good = add_operand(&selection, operands[i], wish, err);
	if (good && selection.count == 0)
		good = error_set(err, "none of these scenarios has the tag '%s'", wish->tag != NULL ? wish->tag : "");
	if (good)
		*ret_selection = selection;
	else
		selection_close(&selection);
	return good;
}

void selection_close(struct selection *selection)
{
	for (size_t i = 0; i < selection->count; i++)
		free_choice(&selection->list[i]);
	for (size_t i = 0; i < selection->suite_count; i++)
		suite_close(&selection->suites[i]);
	free(selection->list);
	free(selection->suites);
	*selection = (struct selection){.count = 0};
}
