/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/parts.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/scenario/sense.h"
#include "harness/scenario/suite.h"

static const char *const verdicts[] = {"pass", "fail", "any", NULL};

const struct param plan_params[] = {
	PARAM_ROW_TEXT(plan, name, "name", NULL, "short name, for reports"),
	PARAM_ROW_TEXT(plan, summary, "summary", "", "one sentence on what the scenario shows"),
	PARAM_ROW_QUANTITY(plan, seed, "seed", UNIT_NONE, "1", 0, 0, "seed of all random draws"),
	PARAM_ROW_CUSTOM(plan, seeds, "seeds", &ordinals_codec, "0",
                         "seeds instead of one: a session for each of this range; `--seed` and `--seeds` go before it"),
	PARAM_ROW_QUANTITY(plan, deadline_ns, "deadline", UNIT_DURATION, "10min", 1000000000, FAULT_TIME_MAX,
                           "virtual time at which a session is ended"),
	PARAM_ROW_TEXT(plan, image, "image", "", "the file that the device downloads; empty: the one that the build makes"),
	{0},
};

/* Those that are no judge's. */
static const struct param expect_params[] = {
	PARAM_ROW_CHOICE(expectation, verdict, "verdict", verdicts, "pass", "verdict that is expected"),
	PARAM_ROW_TEXT(expectation, phase, "phase", "", "phase in which a failure must end; empty: any"),
	PARAM_ROW_QUANTITY(expectation, at_least_ns, "at_least", UNIT_DURATION, "0ns", 0, 0,
                           "virtual time that the session takes; 0ns: not asked"),
	PARAM_ROW_QUANTITY(expectation, at_most_ns, "at_most", UNIT_DURATION, "0ns", 0, 0,
                           "virtual time that the session takes; 0ns: not asked"),
	PARAM_ROW_TEXT(expectation, judge, "judge", "", "judge that finds the failure (`stutter list judges`); empty: any, or none"),
	PARAM_ROW_TEXT(expectation, failure_of, "failure_of", "", "the client whose confirmed failure is expected; empty: the device"),
	PARAM_ROW_TEXT(expectation, reason, "reason", "", "a pattern (glob(7)) that the reason of a failure has in it; empty: any"),
	{0},
};

struct expect_table expect_table(void)
{
	const struct judge_table judges = judge_table();
	struct expect_table table;
	size_t count = 0;

	memset(&table, 0, sizeof table);
	for (const struct param *row = expect_params; row->key != NULL; row++)
		table.rows[count++] = *row;
	for (const struct param *row = judges.rows; row->key != NULL; row++) {
		CHECK_INT(count + 1, <, sizeof table.rows / sizeof table.rows[0]);
		table.rows[count] = *row;
		table.rows[count++].offset += offsetof(struct expectation, judges);
	}
	return table;
}

void expect_init(struct expectation *expect)
{
	memset(expect, 0, sizeof *expect);
	params_init(expect_params, expect);
	judge_settings_init(&expect->judges);
}

const struct param redraw_params[] = {
	PARAM_ROW_QUANTITY(
		redraw, from_ns, "from", UNIT_DURATION, NULL, 0, FAULT_TIME_MAX,
		"virtual time from which on all that faults draw is drawn as with another seed; what is before it stays as it was"),
	PARAM_ROW_QUANTITY(redraw, seed, "seed", UNIT_NONE, NULL, 0, 0, "the other seed"),
	{0},
};

/* -- what made a run -- */

static bool read_made(const struct yaml_file *file, const struct yaml_node *node, struct plan *plan, struct error *err)
{
	static const char *const others[] = {"scenario", NULL};

	if (node == NULL)
		return true;
	if (!yaml_fill(file, node, made_params, others, "made", &plan->made, err))
		return false;
	const struct yaml_node *text = yaml_get(node, "scenario");
	if (text != NULL && text->kind == YAML_SCALAR) {
		free(plan->scenario);
		plan->scenario = memory_text(text->text);
	}
	return true;
}

/* The scenario as the user wrote it, for the plan of its run. */
static void keep_text(struct plan *plan)
{
	char *text = memory_file(plan->path);

	if (text != NULL && text[0] != '\0')
		plan->scenario = memory_text(text);
	free(text);
}

/* A session and its data, the record of a gate, a table of each fault, and NULL. */
enum { TABLES_MAX = FAULTS_MAX + 4 };

/*
 * What the far end and the faults read: a session, the record of a gate, tables and recordings.
 * @return how many; the rest of the list is NULL.
 */
static size_t tables_of(const struct plan *plan, const char *ret_paths[TABLES_MAX])
{
	const char *what;
	size_t count = 0;

	memset(ret_paths, 0, TABLES_MAX * sizeof *ret_paths);
	if (plan->session[0] != '\0')
		ret_paths[count++] = plan->session;
	if (plan->session_data[0] != '\0')
		ret_paths[count++] = plan->session_data;
	if (plan->server.promotion[0] != '\0')
		ret_paths[count++] = plan->server.promotion;
	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++) {
		const char *path = parts_file_of(&plan->faults[i], &what);
		if (path != NULL && path[0] != '\0')
			ret_paths[count++] = path;
	}
	return count;
}

void plan_look(struct plan *plan)
{
	const struct device *device = &plan->device;
	const char *tables[TABLES_MAX];
	struct made *made = &plan->present;

	made_tool(made);
	made_hash((const char *const[]){plan->image, NULL}, made->image);
	made_hash((const char *const[]){device->kernel, NULL}, made->kernel);
	made_hash((const char *const[]){device->initramfs, NULL}, made->initramfs);
	made_hash((const char *const[]){device->overlay[0] != '\0' ? device->overlay : NULL, NULL}, made->overlay);
	if (tables_of(plan, tables) > 0)
		made_hash(tables, made->tables);
}

size_t plan_files(const struct plan *plan, struct plan_file ret_files[PLAN_FILES_MAX])
{
	const struct device *device = &plan->device;
	const struct plan_file files[] = {{plan->image, plan->present.image},
	                                  {device->kernel, plan->present.kernel},
	                                  {device->initramfs, plan->present.initramfs},
	                                  {device->overlay, plan->present.overlay}};
	const char *tables[TABLES_MAX];
	const size_t table_count = tables_of(plan, tables);
	size_t count = 0;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (files[i].path[0] != '\0')
			ret_files[count++] = files[i];
	for (size_t i = 0; i < table_count; i++)
		ret_files[count++] = (struct plan_file){.path = tables[i]};
	return count;
}

bool plan_check_device(const struct plan *plan, struct error *err)
{
	const struct device *device = &plan->device;
	const char *const files[] = {device->kernel, device->initramfs, device->overlay}, *const hashes[] = {plan->present.kernel,
	                                                                                                     plan->present.initramfs,
	                                                                                                     plan->present.overlay};
	char hash[MADE_HASH_MAX];

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		if (hashes[i][0] == '\0')
			continue;
		made_hash((const char *const[]){files[i], NULL}, hash);
		if (strcmp(hash, hashes[i]) != 0)
			return error_set(err, "%s was changed after the plan was read", files[i]);
	}
	return true;
}

const char *plan_differs(const struct plan *plan, const char *device_image, char *ret_text, size_t size)
{
	struct made present = plan->present;

	(void)snprintf(present.device_image, sizeof present.device_image, "%s", device_image);
	return made_differs(&plan->made, &present, ret_text, size);
}

void plan_freeze(struct plan *plan, const struct decisions *decisions, const char *device_image)
{
	plan->decisions = (struct decisions){0};
	for (size_t i = 0; i < decisions->count; i++)
		decisions_add(&plan->decisions, &decisions->list[i]);
	if (plan->present.tool[0] == '\0')
		plan_look(plan);
	plan->made = plan->present;
	(void)snprintf(plan->made.device_image, sizeof plan->made.device_image, "%s", device_image);
}

/* -- what is expected -- */

bool expect_means(const char *wanted, const char *name)
{
	size_t length = strlen(wanted);

	return strncmp(wanted, name, length) == 0 && (name[length] == '\0' || strncmp(name + length, ": ", 2) == 0);
}

/* A fault that is asked for must be one of the scenario's, or it could never have acted. */
static bool check_acted(const struct yaml_file *file, const struct yaml_node *node, const struct plan *plan, struct error *err)
{
	const char *names[FAULTS_MAX + 1] = {NULL};

	for (size_t i = 0; i < plan->fault_count; i++) {
		if (expect_means(node->text, plan->faults[i].name))
			return true;
		names[i] = plan->faults[i].name;
	}
	char meant[PARAM_VALUE_MAX];
	return yaml_error(file, node, err, "acted: this scenario has no fault '%s'%s", node->text,
	                  param_did_you_mean(param_nearest(NULL, names, node->text), meant));
}

/* `acted:` a list of names, under `expect:`. */
static bool read_acted(const struct yaml_file *file, struct plan *plan, struct error *err)
{
	const struct yaml_node *expect = yaml_get(file->root, "expect");
	const struct yaml_node *list = expect != NULL ? yaml_get(expect, "acted") : NULL;
	char found[128];

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE || list->count > EXPECT_ACTED_MAX)
		return yaml_error(file, list, err, "'acted' must be a list of at most %d names of faults, such as [slow], not %s",
		                  EXPECT_ACTED_MAX, yaml_describe(list, found, sizeof found));
	for (size_t i = 0; i < list->count; i++) {
		const struct yaml_node *node = list->entries[i].value;
		if (node->kind != YAML_SCALAR || node->text[0] == '\0' || strlen(node->text) >= FAULT_NAME_MAX)
			return yaml_error(file, node, err, "acted: the name of a fault must be a text of 1 to %d bytes",
			                  FAULT_NAME_MAX - 1);
		if (!check_acted(file, node, plan, err))
			return false;
		(void)snprintf(plan->expect.acted[i], FAULT_NAME_MAX, "%s", node->text);
	}
	return true;
}

/* -- the whole -- */

static bool read_parts(const struct yaml_file *file, struct plan *plan, struct error *err)
{
	static const char *const none[] = {NULL}, *const acted[] = {"acted", NULL};
	const struct expect_table expect = expect_table();
	const struct {
		const char *key;
		const struct param *table;
		const char *const *others;
		void *object;
	} parts[] = {{"link", link_params, none, &plan->link},
	             {"server", service_params, none, &plan->server},
	             {"expect", expect.rows, acted, &plan->expect}};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const struct yaml_node *node = yaml_get(file->root, parts[i].key);
		params_init(parts[i].table, parts[i].object);
		if (node != NULL && !yaml_fill(file, node, parts[i].table, parts[i].others, parts[i].key, parts[i].object, err))
			return false;
	}
	return parts_faults(file, yaml_get(file->root, "faults"), plan, err) &&
	       parts_decisions(file, yaml_get(file->root, "decisions"), plan, err) && read_acted(file, plan, err);
}

/* `redraw:` */
static bool read_redraw(const struct yaml_file *file, struct plan *plan, struct error *err)
{
	static const char *const none[] = {NULL};
	const struct yaml_node *node = yaml_get(file->root, "redraw");

	if (node == NULL)
		return true;
	plan->redraw.asked = true;
	return yaml_fill(file, node, redraw_params, none, "redraw", &plan->redraw, err);
}

/* `tags:` a list of words. */
static bool read_tags(const struct yaml_file *file, struct plan *plan, struct error *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const struct yaml_node *list = yaml_get(file->root, "tags");
	char found[128];

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE || list->count > PLAN_TAGS_MAX)
		return yaml_error(file, list, err, "'tags' must be a list of at most %d words, such as [smoke, slow], not %s",
		                  PLAN_TAGS_MAX, yaml_describe(list, found, sizeof found));
	for (size_t i = 0; i < list->count; i++) {
		const struct yaml_node *node = list->entries[i].value;
		if (node->kind != YAML_SCALAR || node->text[0] == '\0' || strlen(node->text) >= PLAN_TAG_MAX ||
		    node->text[strspn(node->text, allowed)] != '\0')
			return yaml_error(file, node, err,
			                  "tags: each must be a word of 1 to %d letters, digits, dots, dashes and underscores",
			                  PLAN_TAG_MAX - 1);
		memcpy(plan->tags[i], node->text, strlen(node->text) + 1);
	}
	return true;
}

const char *const plan_parts[] = {"tags", "session", "redraw", "device", "link", "server", "faults", "expect", "decisions", "made", NULL};

static bool read_plan(const struct yaml_file *file, const char *device, const struct paths *paths, struct plan *plan, struct error *err)
{
	if (yaml_get(file->root, SUITE_KEY) != NULL)
		return yaml_error(file, file->root, err,
		                  "this is a suite, not a scenario: `stutter run` and `stutter check` take it, a suite does not");
	if (sense_kind(file->root) == SENSE_DEVICE)
		return yaml_error(file, file->root, err, "this is a device, not a scenario: a scenario names it, as `device: PATH`");
	return yaml_fill(file, file->root, plan_params, plan_parts, "a scenario", plan, err) && read_tags(file, plan, err) &&
	       read_redraw(file, plan, err) && read_made(file, yaml_get(file->root, "made"), plan, err) && parts_session(file, plan, err) &&
	       parts_device(file, device, paths, plan, err) && read_parts(file, plan, err) && sense_plan(file, plan, err) &&
	       parts_files(file, paths, plan, err);
}

/* How a plan is to be read. */
struct reading {
	bool keeps_text;    /* of the scenario, with the plan */
	bool replay;        /* of its decisions */
	const char *device; /* in place of its own; NULL: none */
};

/* Takes what a file says; the file is closed. */
static bool take_file(struct yaml_file *file, const char *path, const struct reading *how, const struct paths *paths, struct plan *ret_plan,
                      struct error *err)
{
	struct plan plan;

	memset(&plan, 0, sizeof plan);
	(void)snprintf(plan.path, sizeof plan.path, "%s", path);
	plan.replay = how->replay;
	if (how->keeps_text)
		keep_text(&plan);
	bool good = read_plan(file, how->device, paths, &plan, err);
	yaml_take_warnings(file, &plan.warnings);
	yaml_close(file);
	if (good)
		*ret_plan = plan;
	else
		plan_close(&plan);
	return good;
}

bool plan_open(struct plan *ret_plan, const char *path, const char *device, const struct paths *paths, struct error *err)
{
	const struct reading how = {.keeps_text = true, .device = device};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	return yaml_open(&file, path, err) && take_file(&file, path, &how, paths, ret_plan, err);
}

bool plan_open_frozen(struct plan *ret_plan, const char *path, const char *device, const struct paths *paths, struct error *err)
{
	const struct reading how = {.keeps_text = true, .replay = true, .device = device};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	if (!yaml_open(&file, path, err))
		return false;
	const struct yaml_node *made = yaml_get(file.root, "made");
	if (made != NULL && yaml_get(made, "tool") != NULL)
		return take_file(&file, path, &how, paths, ret_plan, err);
	yaml_close(&file);
	error_set(err, "this is not a frozen plan: every session leaves one as plan.yaml in its folder; `stutter run` takes scenarios");
	return error_at(err, path, 1, 1);
}

bool plan_read(struct plan *ret_plan, const char *text, size_t length, const char *path, bool replay, const struct paths *paths,
               struct error *err)
{
	const struct reading how = {.replay = replay};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	return yaml_parse(&file, path, text, length, err) && take_file(&file, path, &how, paths, ret_plan, err);
}

void plan_close(struct plan *plan)
{
	free(plan->faults);
	free(plan->scenario);
	yaml_free_warnings(&plan->warnings);
	decisions_close(&plan->decisions);
	memset(plan, 0, sizeof *plan);
}

const char *plan_failure_of(const struct plan *plan)
{
	return plan->expect.failure_of[0] != '\0' ? plan->expect.failure_of : plan->device.name;
}

void plan_describe(const struct plan *plan, const char *device_image, struct planned_session *ret_planned)
{
	*ret_planned = (struct planned_session){.scenario = plan->name,
	                                        .source = plan->path,
	                                        .device = plan->device.name,
	                                        .seed = plan->seed,
	                                        .replay = plan->replay,
	                                        .failure_of = plan_failure_of(plan),
	                                        .image_hash = plan->present.image,
	                                        .kernel_hash = plan->present.kernel,
	                                        .faults = plan->faults};
	(void)plan_differs(plan, device_image, ret_planned->differs, sizeof ret_planned->differs);
}

void plan_set_seed(struct plan *plan, uint64_t seed)
{
	plan->seed = seed;
	plan->seeds = (struct ordinals){0, 0};
	for (size_t i = 0; i < plan->fault_count; i++)
		if (plan->faults[i].match.nth.first == ORDINALS_SEED)
			plan->faults[i].match.nth = (struct ordinals){seed, seed};
}
