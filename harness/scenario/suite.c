/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/suite.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/scenario/yaml.h"

#define DEVICES_MAX 64

const struct param suite_params[] = {
	PARAM_ROW_TEXT(suite, name, SUITE_KEY, NULL, "its name, for reports"),
	PARAM_ROW_TEXT(suite, summary, "summary", "", "one sentence on what the suite is for"),
	PARAM_ROW_QUANTITY(suite, budget_ns, "budget", UNIT_DURATION, "0ns", 0, 0,
                           "limit of the host's time: no session is started that would not end within it; 0ns: none"),
	PARAM_ROW_CUSTOM(suite, seeds, "seeds", &ordinals_codec, "0", "a session for each seed of this range; 0: what a scenario says"),
	{0},
};

const struct param suite_entry_params[] = {
	PARAM_ROW_TEXT(suite_entry, path, "path", "",
                       "a scenario, a frozen plan, or a folder of them; with a tag, all scenarios by default"),
	PARAM_ROW_TEXT(suite_entry, tag, "tag", "", "tag of the scenarios that are taken"),
	PARAM_ROW_CUSTOM(suite_entry, seeds, "seeds", &ordinals_codec, "0", "seeds in place of the suite's"),
	{0},
};

static const char *const suite_parts[] = {"devices", "judges", "scenarios", "quarantine", "waivers", NULL};
static const char *const entry_parts[] = {"devices", NULL};

static void free_list(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

/* A device's name stays one; a path becomes one that can be opened. */
static bool read_device(const struct yaml_file *file, const struct yaml_node *node, char **ret_text, struct error *err)
{
	char path[DEVICE_PATH_MAX];

	if (node->kind != YAML_SCALAR || node->text[0] == '\0' || strlen(node->text) >= sizeof path)
		return yaml_error(file, node, err, "devices: each must be a name or the path of a device's file");
	memcpy(path, node->text, strlen(node->text) + 1);
	if (strchr(path, '/') != NULL && !yaml_resolve_path(file, path, sizeof path, err))
		return error_at(err, file->path, node->line, node->column);
	*ret_text = memory_text(path);
	return true;
}

static bool read_devices(const struct yaml_file *file, const struct yaml_node *mapping, char ***ret_list, struct error *err)
{
	const struct yaml_node *list = yaml_get(mapping, "devices");

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE || list->count == 0 || list->count > DEVICES_MAX)
		return yaml_error(file, list, err, "'devices' must be a list of 1 to %d devices, such as [reference, worst]", DEVICES_MAX);
	*ret_list = memory_new((list->count + 1) * sizeof **ret_list);
	for (size_t i = 0; i < list->count; i++)
		if (!read_device(file, list->entries[i].value, &(*ret_list)[i], err))
			return false;
	return true;
}

/* A text is a path; all else that can be said of an entry needs a mapping. */
static bool fill_entry(const struct yaml_file *file, const struct yaml_node *node, struct suite_entry *entry, struct error *err)
{
	if (node->kind == YAML_MAPPING)
		return yaml_fill(file, node, suite_entry_params, entry_parts, "an entry of a suite", entry, err) &&
		       read_devices(file, node, &entry->devices, err);
	params_init(suite_entry_params, entry);
	if (node->kind != YAML_SCALAR || strlen(node->text) >= sizeof entry->path)
		return yaml_error(file, node, err, "an entry of 'scenarios' must be a path, or keys and values such as {tag: smoke}");
	memcpy(entry->path, node->text, strlen(node->text) + 1);
	return true;
}

static bool read_entry(const struct yaml_file *file, const struct yaml_node *node, struct suite_entry *entry, struct error *err)
{
	if (!fill_entry(file, node, entry, err))
		return false;
	entry->line = node->line;
	entry->column = node->column;
	if (entry->path[0] == '\0' && entry->tag[0] == '\0')
		return yaml_error(file, node, err, "an entry of 'scenarios' needs a path or a tag");
	if (entry->path[0] == '\0')
		memcpy(entry->path, SUITE_ABOVE, sizeof SUITE_ABOVE);
	return yaml_resolve_path(file, entry->path, sizeof entry->path, err) || error_at(err, file->path, node->line, node->column);
}

static bool read_entries(const struct yaml_file *file, struct suite *suite, struct error *err)
{
	const struct yaml_node *list = yaml_get(file->root, "scenarios");

	if (list == NULL || list->kind != YAML_SEQUENCE || list->count == 0)
		return yaml_error(file, list != NULL ? list : file->root, err,
		                  "a suite needs 'scenarios': a list of paths, or of keys and values such as {tag: smoke}");
	suite->entries = memory_new(list->count * sizeof *suite->entries);
	for (size_t i = 0; i < list->count; i++) {
		suite->count++;
		if (!read_entry(file, list->entries[i].value, &suite->entries[i], err))
			return false;
	}
	return true;
}

/* A judge that the suite does not name is off, whatever it is by default in a scenario. */
static bool read_judges(const struct yaml_file *file, struct suite *suite, struct error *err)
{
	static const struct judge_settings off;
	const struct yaml_node *node = yaml_get(file->root, "judges");
	const struct judge_table table = judge_table();
	char text[PARAM_VALUE_MAX];

	if (node == NULL)
		return true;
	if (!yaml_fill(file, node, table.rows, NULL, "judges", &suite->judges, err))
		return false;
	for (const struct param *row = table.rows; row->key != NULL; row++) {
		if (yaml_get(node, row->key) != NULL)
			continue;
		param_get(row, &off, text);
		(void)param_set(row, &suite->judges, text, err);
	}
	return true;
}

static bool read_suite(const struct yaml_file *file, struct suite *suite, struct error *err)
{
	(void)snprintf(suite->path, sizeof suite->path, "%s", file->path);
	return yaml_fill(file, file->root, suite_params, suite_parts, "a suite", suite, err) && read_judges(file, suite, err) &&
	       read_devices(file, file->root, &suite->devices, err) && read_entries(file, suite, err) &&
	       exceptions_read(file, &suite->exceptions, &suite->exception_count, err);
}

bool suite_open(struct suite *ret_suite, const char *path, struct error *err)
{
	struct suite suite = {.count = 0};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	if (!yaml_open(&file, path, err))
		return false;
	bool good = read_suite(&file, &suite, err);
	yaml_close(&file);
	if (good)
		*ret_suite = suite;
	else
		suite_close(&suite);
	return good;
}

void suite_close(struct suite *suite)
{
	for (size_t i = 0; i < suite->count; i++)
		free_list(suite->entries[i].devices);
	free_list(suite->devices);
	free(suite->entries);
	free(suite->exceptions);
	*suite = (struct suite){.count = 0};
}

bool suite_is(const char *path)
{
	struct yaml_file file;
	struct error err;

	if (!yaml_open(&file, path, &err))
		return false;
	bool is_suite = yaml_get(file.root, SUITE_KEY) != NULL;
	yaml_close(&file);
	return is_suite;
}

void suite_require(const struct suite *suite, struct plan *plan)
{
	static const struct judge_settings none;
	char wanted[PARAM_VALUE_MAX], own[PARAM_VALUE_MAX], standard[PARAM_VALUE_MAX], off[PARAM_VALUE_MAX];
	const struct judge_table table = judge_table();
	struct judge_settings usual;
	struct error err;

	if (plan->expect.verdict != EXPECT_PASS)
		return;
	judge_settings_init(&usual);
	for (const struct param *row = table.rows; row->key != NULL; row++) {
		param_get(row, &suite->judges, wanted);
		param_get(row, &none, off);
		param_get(row, &plan->expect.judges, own);
		param_get(row, &usual, standard);
		if (strcmp(wanted, off) != 0 && strcmp(own, standard) == 0)
			(void)param_set(row, &plan->expect.judges, wanted, &err);
	}
}

/* -- tags -- */

/* The name of the folder that a file lies in. */
static bool lies_in(const char *path, const char *folder)
{
	char whole[PATH_MAX];

	if (realpath(path, whole) == NULL)
		return false;
	*strrchr(whole, '/') = '\0';
	const char *slash = strrchr(whole, '/');
	return slash != NULL && strcmp(slash + 1, folder) == 0;
}

static bool is_tagged(const struct yaml_node *list, const char *tag)
{
	for (size_t i = 0; list != NULL && list->kind == YAML_SEQUENCE && i < list->count; i++)
		if (list->entries[i].value->kind == YAML_SCALAR && strcmp(list->entries[i].value->text, tag) == 0)
			return true;
	return false;
}

bool suite_has_tag(const char *path, const char *tag)
{
	struct yaml_file file;
	struct error err;

	if (lies_in(path, tag))
		return true;
	if (!yaml_open(&file, path, &err))
		return false;
	bool tagged = is_tagged(yaml_get(file.root, "tags"), tag);
	yaml_close(&file);
	return tagged;
}
