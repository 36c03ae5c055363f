/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "scenario/plan.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"
#include "fault/netem.h"
#include "fault/preset.h"
#include "scenario/sense.h"

static const char *const verdicts[] = {"pass", "fail", "any", NULL};

const struct param plan_params[] = {
	PARAM_ROW_TEXT(plan, name, "name", NULL, "short, for reports"),
	PARAM_ROW_TEXT(plan, summary, "summary", "", "what it shows, in a sentence"),
	PARAM_ROW_QUANTITY(plan, seed, "seed", UNIT_NONE, "1", 0, 0, "of all random draws"),
	PARAM_ROW_CUSTOM(plan, seeds, "seeds", &ordinals_codec, "0",
                         "instead of one: a session for each seed of this range; `--seed` and `--seeds` go before it"),
	PARAM_ROW_QUANTITY(plan, deadline_ns, "deadline", UNIT_DURATION, "10min", 1000000000, FAULT_TIME_MAX,
                           "virtual time at which a session is ended"),
	PARAM_ROW_TEXT(plan, image, "image", "", "the file that the device downloads; empty: the one that the build makes"),
	{0},
};

const struct param expect_params[] = {
	PARAM_ROW_CHOICE(expectation, verdict, "verdict", verdicts, "pass", "what the session must come to"),
	PARAM_ROW_TEXT(expectation, phase, "phase", "", "in which a failure must end; empty: any"),
	PARAM_ROW_QUANTITY(expectation, at_least_ns, "at_least", UNIT_DURATION, "0ns", 0, 0,
                           "virtual time that the session takes; 0ns: not asked"),
	PARAM_ROW_QUANTITY(expectation, at_most_ns, "at_most", UNIT_DURATION, "0ns", 0, 0,
                           "virtual time that the session takes; 0ns: not asked"),
	PARAM_ROW_TEXT(expectation, judge, "judge", "", "that finds the failure (`stutter list oracles`); empty: any, or none"),
	PARAM_ROW_TEXT(expectation, failure_of, "failure_of", "", "the client whose confirmed failure is expected; empty: the device"),
	PARAM_ROW_TEXT(expectation, reason, "reason", "", "a pattern (glob(7)) that the reason of a failure has in it; empty: any"),
	JUDGES_ROWS(expectation, judges),
	{0},
};

/* -- faults -- */

/* The keys that a fault may have beside those of its match: its name and one action. */
static size_t fault_keys(const char *keys[FAULT_KINDS + 2])
{
	size_t count = 0;
	const struct action *action;

	keys[count++] = "name";
	while ((action = action_at(count - 1)) != NULL)
		keys[count++] = action->name;
	keys[count] = NULL;
	return count;
}

/* A fault's action written as a bare value sets its first parameter: `delay: 100ms`. */
static bool read_bare(const struct yaml_file *file, const struct yaml_node *node, struct fault *fault, struct error *err)
{
	const struct param *row = fault->action->params;

	params_init(row, &fault->params);
	if (!param_set(row, &fault->params, node->text, err)) {
		error_context(err, "%s", fault->action->name);
		return error_at(err, file->path, node->line, node->column);
	}
	for (row++; row->key != NULL; row++)
		if (row->standard == NULL)
			return yaml_error(file, node, err, "%s needs '%s' too, so write its parameters as keys and values",
			                  fault->action->name, row->key);
	return true;
}

static bool read_action(const struct yaml_file *file, const struct yaml_node *mapping, struct fault *fault, struct error *err)
{
	const struct yaml_node *node = NULL;

	for (size_t i = 0; i < mapping->count; i++) {
		const struct action *action = action_find(mapping->entries[i].key->text);
		if (action == NULL)
			continue;
		if (fault->action != NULL)
			return yaml_error(file, mapping->entries[i].key, err, "a fault does one thing, and this one already has '%s'",
			                  fault->action->name);
		fault->action = action;
		node = mapping->entries[i].value;
	}
	if (fault->action == NULL || node == NULL)
		return yaml_error(
			file, mapping, err,
			"this fault does nothing: give it an action, such as drop, delay or outage (`stutter list faults` has them all)");
	if (node->kind == YAML_SCALAR)
		return read_bare(file, node, fault, err);
	return yaml_fill(file, node, fault->action->params, NULL, fault->action->name, &fault->params, err);
}

/* The node to blame for @p key: in the fault, in its action, or the fault itself. */
static const struct yaml_node *blame(const struct yaml_node *mapping, const struct fault *fault, const char *key)
{
	const struct yaml_node *action = yaml_get(mapping, fault->action->name);
	const struct yaml_node *node = key != NULL ? yaml_get(mapping, key) : NULL;

	if (node == NULL && key != NULL && action != NULL && action->kind == YAML_MAPPING)
		node = yaml_get(action, key);
	return node != NULL ? node : mapping;
}

static bool read_name(const struct yaml_file *file, const struct yaml_node *mapping, struct fault *fault, struct error *err)
{
	const struct yaml_node *name = yaml_get(mapping, "name");

	if (name == NULL) {
		(void)snprintf(fault->name, sizeof fault->name, "%s", fault->action->name);
		return true;
	}
	if (name->kind != YAML_SCALAR || strlen(name->text) >= sizeof fault->name || name->text[0] == '\0')
		return yaml_error(file, name, err, "a fault's name must be a text of 1 to %zu bytes", sizeof fault->name - 1);
	(void)snprintf(fault->name, sizeof fault->name, "%s", name->text);
	return true;
}

/* The path of a file that the fault's action reads, and what the file is; NULL if it reads none. */
static char *file_of(struct fault *fault, const char **ret_what)
{
	switch (fault->action->kind) {
	case FAULT_DELAY:
		*ret_what = "table";
		return fault->params.delay.table;
	case FAULT_SLOT:
		*ret_what = "table";
		return fault->params.slot.table;
	case FAULT_MAHIMAHI:
		*ret_what = "recording";
		return fault->params.mahimahi.file;
	case FAULT_LINK_TRACE:
		*ret_what = "recording";
		return fault->params.link_trace.file;
	default:
		return NULL;
	}
}

/*
 * Such a file is named from where the scenario lies. A plan lies elsewhere, so its path becomes absolute; on another machine, where it leads nowhere, the file may
 * lie beside the plan.
 */
static bool resolve_fault_file(const struct yaml_file *file, const struct yaml_node *node, struct fault *fault, struct error *err)
{
	const char *slash = strrchr(file->path, '/'), *what;
	char joined[FAULT_PATH_MAX + ERROR_FILE_MAX], whole[PATH_MAX];
	char *path = file_of(fault, &what);

	if (path == NULL || path[0] == '\0')
		return true;
	const bool absolute = path[0] == '/';
	if (absolute && (yaml_get(file->root, "made") == NULL || !made_find_beside(file->path, "", path, FAULT_PATH_MAX)))
		return true;
	(void)snprintf(joined, sizeof joined, "%.*s%s", slash != NULL && !absolute ? (int)(slash - file->path) + 1 : 0, file->path, path);
	if (realpath(joined, whole) == NULL)
		return yaml_error(file, node, err, "the %s %s cannot be read: %s", what, joined, strerror(errno));
	if (strlen(whole) >= FAULT_PATH_MAX)
		return yaml_error(file, node, err, "the path of the %s, %s, is longer than %d bytes", what, whole, FAULT_PATH_MAX - 1);
	memcpy(path, whole, strlen(whole) + 1);
	return true;
}

/* Reads a fault of one action, of which the match is known. */
static bool read_single(const struct yaml_file *file, const struct yaml_node *mapping, const struct plan *plan, struct fault *fault,
                        struct error *err)
{
	const char *wrong = NULL;

	if (!read_action(file, mapping, fault, err) || !read_name(file, mapping, fault, err) ||
	    !resolve_fault_file(file, blame(mapping, fault, param_find(fault->action->params, "file") != NULL ? "file" : "table"), fault,
	                        err))
		return false;
	if (fault_check(fault, &wrong, err) && sense_fault(plan, fault, &wrong, err))
		return true;
	const struct yaml_node *node = blame(mapping, fault, wrong);
	return error_at(err, file->path, node->line, node->column);
}

/* Entries of which one becomes several faults: how they are written, and what they are made of. */
struct several {
	const char *key, *example;
	bool has_chances; /* its words have chances of their own */
	bool (*expand)(const char *text, const struct fault *base, struct fault *ret_faults, size_t *ret_count, struct error *err);
};

static const struct several severals[] = {
	{"netem", "\"delay 100ms 20ms loss 1%\"", true, netem_parse},
	{"preset", "gprs", false, preset_expand},
};
#define SEVERALS (sizeof severals / sizeof severals[0])
#define ENTRY_FAULTS_MAX (NETEM_FAULTS_MAX > PRESET_FAULTS_MAX ? NETEM_FAULTS_MAX : PRESET_FAULTS_MAX)

static const struct several *several_of(const struct yaml_node *mapping)
{
	for (size_t i = 0; i < SEVERALS; i++)
		if (yaml_get(mapping, severals[i].key) != NULL)
			return &severals[i];
	return NULL;
}

/* Such a word shares the entry with no action, with no other such word and, if it has chances, with no other chance. */
static bool check_alone(const struct yaml_file *file, const struct yaml_node *mapping, const struct several *several, struct error *err)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const struct yaml_node *key = mapping->entries[i].key;
		bool is_other = action_find(key->text) != NULL;
		for (size_t k = 0; k < SEVERALS; k++)
			is_other |= &severals[k] != several && strcmp(severals[k].key, key->text) == 0;
		if (is_other)
			return yaml_error(file, key, err, "a fault does one thing, and this one already has '%s'", several->key);
		if (several->has_chances && (strcmp(key->text, "probability") == 0 || strcmp(key->text, "correlation") == 0))
			return yaml_error(file, key, err, "'%s' has no place beside '%s', whose words have their own", key->text,
			                  several->key);
	}
	return true;
}

/* Reads an entry that becomes several faults, of which @p base has the match. */
static bool read_several(const struct yaml_file *file, const struct yaml_node *mapping, const struct several *several,
                         const struct plan *plan, struct fault *base, struct fault *faults, size_t *ret_count, struct error *err)
{
	const struct yaml_node *node = yaml_get(mapping, several->key), *name = yaml_get(mapping, "name");
	const char *wrong = NULL;

	if (!check_alone(file, mapping, several, err))
		return false;
	if (node->kind != YAML_SCALAR)
		return yaml_error(file, node, err, "'%s' must be a text, such as %s", several->key, several->example);
	(void)snprintf(base->name, sizeof base->name, "%.*s", FAULT_NAME_MAX - 1, several->has_chances ? several->key : node->text);
	if (name != NULL && !read_name(file, mapping, base, err))
		return false;
	bool good = several->expand(node->text, base, faults, ret_count, err);
	for (size_t i = 0; good && i < *ret_count; i++) {
		if (!resolve_fault_file(file, node, &faults[i], err))
			return false;
		good = fault_check(&faults[i], &wrong, err) && sense_fault(plan, &faults[i], &wrong, err);
	}
	if (good)
		return true;
	const struct yaml_node *key = wrong != NULL ? yaml_get(mapping, wrong) : NULL;
	if (key == NULL)
		error_context(err, "%s", several->key);
	else
		node = key;
	return error_at(err, file->path, node->line, node->column);
}

/* A replay has decisions in place of its faults. These stay in its plan as they are, and what they would read need not be there. */
static bool read_idle(const struct yaml_file *file, const struct yaml_node *mapping, struct fault *fault, struct error *err)
{
	return read_action(file, mapping, fault, err) && read_name(file, mapping, fault, err);
}

/* Reads an entry of the list into one fault or several. */
static bool read_fault(const struct yaml_file *file, const struct yaml_node *mapping, const struct plan *plan, struct fault *faults,
                       size_t *ret_count, struct error *err)
{
	const char *keys[FAULT_KINDS + 2 + SEVERALS];
	struct fault base;
	size_t count = fault_keys(keys);

	for (size_t i = 0; i < SEVERALS; i++)
		keys[count++] = severals[i].key;
	keys[count] = NULL;
	memset(&base, 0, sizeof base);
	if (!yaml_fill(file, mapping, match_params, keys, "a fault", &base.match, err))
		return false;
	const struct several *several = several_of(mapping);
	if (several != NULL)
		return read_several(file, mapping, several, plan, &base, faults, ret_count, err);
	*faults = base;
	*ret_count = 1;
	return plan->replay ? read_idle(file, mapping, faults, err) : read_single(file, mapping, plan, faults, err);
}

static bool read_faults(const struct yaml_file *file, const struct yaml_node *list, struct plan *plan, struct error *err)
{
	struct fault faults[ENTRY_FAULTS_MAX];
	char found[128];

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE)
		return yaml_error(file, list, err, "'faults' must be a list ('- ' before each), not %s",
		                  yaml_describe(list, found, sizeof found));
	if (list->count > FAULTS_MAX)
		return yaml_error(file, list, err, "more than %d faults", FAULTS_MAX);
	plan->faults = memory_new(FAULTS_MAX * sizeof *plan->faults);
	for (size_t i = 0, count = 0; i < list->count; i++, plan->fault_count += count) {
		const struct yaml_node *entry = list->entries[i].value;
		if (!read_fault(file, entry, plan, faults, &count, err))
			return false;
		if (plan->fault_count + count > FAULTS_MAX)
			return yaml_error(file, entry, err, "more than %d faults", FAULTS_MAX);
		memcpy(&plan->faults[plan->fault_count], faults, count * sizeof *faults);
	}
	return true;
}

/* -- decisions -- */

static const char *const decision_directions[] = {"both", "to-server", "to-device", NULL};

static const struct param decision_params[] = {
	PARAM_ROW_TEXT(decision, at, "at", "", "what was hit; empty: at its time"),
	PARAM_ROW_CHOICE(decision, direction, "direction", decision_directions, "both", "of the frame"),
	PARAM_ROW_QUANTITY(decision, time, "time", UNIT_DURATION, NULL, 0, 0, "when it was taken"),
	PARAM_ROW_TEXT(decision, name, "by", NULL, "the name of the fault behind it"),
	PARAM_ROW_QUANTITY(decision, place, "place", UNIT_NONE, "0", 0, 0, "of that fault in the chain"),
	{0},
};

static bool read_decision(const struct yaml_file *file, const struct yaml_node *mapping, struct decision *decision, struct error *err)
{
	const char *keys[FAULT_KINDS + 2], *wrong = NULL;
	struct fault fault;

	memset(&fault, 0, sizeof fault);
	memset(decision, 0, sizeof *decision);
	params_init(match_params, &fault.match);
	(void)fault_keys(keys);
	if (!yaml_fill(file, mapping, decision_params, keys, "a decision", decision, err) || !read_action(file, mapping, &fault, err))
		return false;
	fault.match.direction = fault.action->layer == LAYER_PROXY ? decision->direction : MATCH_BOTH;
	if (fault.action->layer != LAYER_LINK)
		memcpy(fault.match.at, decision->at, sizeof fault.match.at);
	else if (decision->at[0] != '\0' && !param_set(param_find(match_params, "from"), &fault.match, decision->at, err))
		return error_at(err, file->path, mapping->line, mapping->column);
	if (!fault_check(&fault, &wrong, err)) {
		const struct yaml_node *node = blame(mapping, &fault, wrong);
		return error_at(err, file->path, node->line, node->column);
	}
	if (fault.action->layer == LAYER_PROXY && (decision->at[0] == '\0' || decision->direction == MATCH_BOTH))
		return yaml_error(file, mapping, err, "a decision about a frame needs its address and its direction");
	decision->action = fault.action;
	decision->params = fault.params;
	return true;
}

static bool read_decisions(const struct yaml_file *file, const struct yaml_node *list, struct plan *plan, struct error *err)
{
	struct decision decision;
	char found[128];

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE)
		return yaml_error(file, list, err, "'decisions' must be a list, not %s", yaml_describe(list, found, sizeof found));
	for (size_t i = 0; i < list->count; i++) {
		if (!read_decision(file, list->entries[i].value, &decision, err))
			return false;
		decisions_add(&plan->decisions, &decision);
	}
	return true;
}

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
	FILE *stream = fopen(plan->path, "re");
	char *text = NULL;
	size_t size = 0;

	if (stream == NULL)
		return;
	if (getdelim(&text, &size, '\0', stream) > 0)
		plan->scenario = memory_text(text);
	free(text);
	(void)fclose(stream);
}

/* The tables and recordings that the faults read. @return how many; the rest of the list is NULL. */
static size_t tables_of(const struct plan *plan, const char *ret_paths[FAULTS_MAX + 1])
{
	const char *what;
	size_t count = 0;

	memset(ret_paths, 0, (FAULTS_MAX + 1) * sizeof *ret_paths);
	for (size_t i = 0; i < plan->fault_count && !plan->replay; i++) {
		const char *path = file_of(&plan->faults[i], &what);
		if (path != NULL && path[0] != '\0')
			ret_paths[count++] = path;
	}
	return count;
}

void plan_look(struct plan *plan)
{
	const struct device *device = &plan->device;
	const char *tables[FAULTS_MAX + 1];
	struct made *made = &plan->present;

	made_tool(made);
	made_hash((const char *const[]){plan->image, NULL}, made->image);
	made_hash((const char *const[]){device->kernel, NULL}, made->kernel);
	made_hash((const char *const[]){device->initramfs, NULL}, made->initramfs);
	made_hash((const char *const[]){device->overlay[0] != '\0' ? device->overlay : NULL, NULL}, made->overlay);
	if (tables_of(plan, tables) > 0)
		made_hash(tables, made->tables);
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

/* -- the device -- */

static bool exists(const char *path)
{
	return access(path, R_OK) == 0;
}

static bool read_device_file(const char *path, struct plan *plan, struct error *err)
{
	struct yaml_file file;

	if (!yaml_open(&file, path, err))
		return false;
	bool good = sense_kind(file.root) != SENSE_SCENARIO ? device_read(&file, file.root, &plan->device, err)
	                                                    : error_set(err, "%s is a scenario, not a device", path);
	yaml_take_warnings(&file, &plan->warnings);
	yaml_close(&file);
	return good;
}

/* The device file in the folder whose name is spelled most like @name, without its ending; empty if none is near. */
static void nearest_device(const char *folder, const char *name, char ret_name[64])
{
	const char *names[65] = {NULL};
	struct dirent **entries;
	int count = scandir(folder, &entries, NULL, alphasort), known = 0;

	for (int i = 0; i < count; i++) {
		char *ending = strstr(entries[i]->d_name, ".yaml");
		if (ending == NULL || known == 64)
			continue;
		*ending = '\0';
		names[known++] = entries[i]->d_name;
	}
	const char *near = param_nearest(NULL, names, name);
	(void)snprintf(ret_name, 64, "%.63s", near != NULL ? near : "");
	for (int i = 0; i < count; i++)
		free(entries[i]);
	if (count >= 0)
		free(entries);
}

/* A name is looked for among the device files; what has a slash or ends in .yaml is a path. */
static bool is_device_path(const char *name)
{
	size_t length = strlen(name);

	return strchr(name, '/') != NULL || (length > 5 && strcmp(name + length - 5, ".yaml") == 0);
}

static bool find_device(const char *name, const struct places *places, struct plan *plan, struct error *err)
{
	char path[2 * DEVICE_PATH_MAX];

	if (is_device_path(name))
		return read_device_file(name, plan, err);
	(void)snprintf(path, sizeof path, "%s/%s.yaml", places->devices, name);
	if (!exists(path)) {
		char near[64];
		nearest_device(places->devices, name, near);
		return error_set(err, "there is no device '%s' in %s%s%s%s; `stutter list devices` shows those there are", name,
		                 places->devices, near[0] != '\0' ? "; did you mean '" : "", near, near[0] != '\0' ? "'?" : "");
	}
	return read_device_file(path, plan, err);
}

/* A device that a scenario names; a path is relative to it. What is wrong within the device's file has its place there, all else here. */
static bool read_named(const struct yaml_file *file, const struct yaml_node *node, const struct places *places, struct plan *plan,
                       struct error *err)
{
	char name[DEVICE_PATH_MAX];

	if (node == NULL)
		return find_device("reference", places, plan, err);
	bool good = (size_t)snprintf(name, sizeof name, "%s", node->text) < sizeof name || error_set(err, "the device's path is too long");
	good = good && (!is_device_path(name) || yaml_resolve_path(file, name, sizeof name, err)) && find_device(name, places, plan, err);
	if (good || err->line != 0)
		return good;
	if (err->file[0] != '\0')
		error_context(err, "the device %s", name);
	return error_at(err, file->path, node->line, node->column);
}

static bool read_device(const struct yaml_file *file, const char *override, const struct places *places, struct plan *plan,
                        struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, "device");

	if (override != NULL) {
		/* Whoever names another device means its parts to be others. */
		plan->made.kernel[0] = plan->made.initramfs[0] = plan->made.overlay[0] = plan->made.device_image[0] = '\0';
		return find_device(override, places, plan, err) || error_context(err, "--device");
	}
	if (node != NULL && node->kind == YAML_MAPPING)
		return device_read(file, node, &plan->device, err);
	if (node != NULL && node->kind != YAML_SCALAR)
		return yaml_error(file, node, err, "'device' must be a name or a device's keys and values, not a list");
	return read_named(file, node, places, plan, err);
}

/* -- files -- */

/*
 * Takes the standard file where none is named, and looks whether it can be read. A plan lies elsewhere than its scenario, so paths become absolute. The files that a
 * frozen plan was made with may lie beside it: whoever gets a failure from another machine puts them there.
 * @param hash Of the file that a frozen plan was made with, or empty.
 */
static bool resolve_file(const struct plan *plan, char path[DEVICE_PATH_MAX], const char *standard, const char *hash, bool *ret_is_standard,
                         const char *what, const char *cure, struct error *err)
{
	char whole[PATH_MAX];

	*ret_is_standard = path[0] == '\0';
	if (*ret_is_standard)
		(void)snprintf(path, DEVICE_PATH_MAX, "%s", standard);
	if (hash[0] != '\0' && made_find_beside(plan->path, hash, path, DEVICE_PATH_MAX))
		*ret_is_standard = false;
	if (exists(path) && realpath(path, whole) != NULL) {
		if (strlen(whole) >= DEVICE_PATH_MAX)
			return error_set(err, "the path of the %s %s is too long", what, whole);
		memcpy(path, whole, strlen(whole) + 1);
		return true;
	}
	return error_set(err, "the %s %s cannot be read: %s%s%s", what, path, strerror(errno), cure,
	                 hash[0] != '\0' ? "; one of the same name beside the plan would do" : "");
}

static bool resolve_image(const struct yaml_file *file, const struct places *places, struct plan *plan, struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, "image");
	struct stat status;

	if (yaml_resolve_path(file, plan->image, sizeof plan->image, err) &&
	    resolve_file(plan, plan->image, places->image, plan->made.image, &plan->standard.image, "image",
	                 node == NULL ? "; `make image` makes it" : "", err) &&
	    ((stat(plan->image, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) ||
	     error_set(err, "the image %s is not a file with something in it", plan->image)))
		return true;
	if (node != NULL)
		error_at(err, file->path, node->line, node->column);
	return false;
}

static bool resolve_overlay(const struct places *places, struct plan *plan, const char *cure, struct error *err)
{
	char *overlay = plan->device.overlay;
	bool is_clients = strcmp(overlay, DEVICE_OVERLAY_CLIENTS) == 0;

	if (overlay[0] == '\0')
		return true;
	if (is_clients)
		overlay[0] = '\0';
	return resolve_file(plan, overlay, places->clients, plan->made.overlay, &plan->standard.overlay, "overlay", is_clients ? cure : "",
	                    err);
}

static bool resolve_files(const struct yaml_file *file, const struct places *places, struct plan *plan, struct error *err)
{
	static const char cure[] = "; `make guest` makes the standard one";
	struct device *device = &plan->device;

	if (!resolve_image(file, places, plan, err))
		return false;
	if (resolve_file(plan, device->kernel, places->kernel, plan->made.kernel, &plan->standard.kernel, "kernel", cure, err) &&
	    resolve_file(plan, device->initramfs, places->initramfs, plan->made.initramfs, &plan->standard.initramfs, "initramfs", cure,
	                 err) &&
	    resolve_overlay(places, plan, cure, err))
		return true;
	const struct yaml_node *node = yaml_get(file->root, "device");
	return error_at(err, file->path, node != NULL ? node->line : 1, node != NULL ? node->column : 1);
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
	const char *near = param_nearest(NULL, names, node->text);
	return yaml_error(file, node, err, "acted: no fault of this scenario is called '%s'%s%s%s", node->text,
	                  near != NULL ? "; did you mean '" : "", near != NULL ? near : "", near != NULL ? "'?" : "");
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
	const struct {
		const char *key;
		const struct param *table;
		const char *const *others;
		void *object;
	} parts[] = {{"link", link_params, none, &plan->link},
	             {"server", service_params, none, &plan->server},
	             {"expect", expect_params, acted, &plan->expect}};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const struct yaml_node *node = yaml_get(file->root, parts[i].key);
		params_init(parts[i].table, parts[i].object);
		if (node != NULL && !yaml_fill(file, node, parts[i].table, parts[i].others, parts[i].key, parts[i].object, err))
			return false;
	}
	return read_faults(file, yaml_get(file->root, "faults"), plan, err) &&
	       read_decisions(file, yaml_get(file->root, "decisions"), plan, err) && read_acted(file, plan, err);
}

const char *const plan_parts[] = {"device", "link", "server", "faults", "expect", "decisions", "made", NULL};

static bool read_plan(const struct yaml_file *file, const char *device, const struct places *places, struct plan *plan, struct error *err)
{
	if (sense_kind(file->root) == SENSE_DEVICE)
		return yaml_error(file, file->root, err, "this is a device, not a scenario: a scenario names it, as `device: PATH`");
	return yaml_fill(file, file->root, plan_params, plan_parts, "a scenario", plan, err) &&
	       read_made(file, yaml_get(file->root, "made"), plan, err) && read_device(file, device, places, plan, err) &&
	       read_parts(file, plan, err) && sense_plan(file, plan, err) && resolve_files(file, places, plan, err);
}

/* How a plan is to be read. */
struct reading {
	bool keeps_text;    /* of the scenario, with the plan */
	bool replay;        /* of its decisions */
	const char *device; /* in place of its own; NULL: none */
};

/* Takes what a file says; the file is closed. */
static bool take_file(struct yaml_file *file, const char *path, const struct reading *how, const struct places *places,
                      struct plan *ret_plan, struct error *err)
{
	struct plan plan;

	memset(&plan, 0, sizeof plan);
	(void)snprintf(plan.path, sizeof plan.path, "%s", path);
	plan.replay = how->replay;
	if (how->keeps_text)
		keep_text(&plan);
	bool good = read_plan(file, how->device, places, &plan, err);
	yaml_take_warnings(file, &plan.warnings);
	yaml_close(file);
	if (good)
		*ret_plan = plan;
	else
		plan_close(&plan);
	return good;
}

bool plan_open(struct plan *ret_plan, const char *path, const char *device, const struct places *places, struct error *err)
{
	const struct reading how = {.keeps_text = true, .device = device};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	return yaml_open(&file, path, err) && take_file(&file, path, &how, places, ret_plan, err);
}

bool plan_open_frozen(struct plan *ret_plan, const char *path, const char *device, const struct places *places, struct error *err)
{
	const struct reading how = {.keeps_text = true, .replay = true, .device = device};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	if (!yaml_open(&file, path, err))
		return false;
	const struct yaml_node *made = yaml_get(file.root, "made");
	if (made != NULL && yaml_get(made, "tool") != NULL)
		return take_file(&file, path, &how, places, ret_plan, err);
	yaml_close(&file);
	error_set(err, "this is no frozen plan: every session leaves one as plan.yaml in its folder; `stutter run` takes scenarios");
	return error_at(err, path, 1, 1);
}

bool plan_read(struct plan *ret_plan, const char *text, size_t length, const char *path, bool replay, const struct places *places,
               struct error *err)
{
	const struct reading how = {.replay = replay};
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	return yaml_parse(&file, path, text, length, err) && take_file(&file, path, &how, places, ret_plan, err);
}

void plan_close(struct plan *plan)
{
	free(plan->faults);
	free(plan->scenario);
	yaml_free_warnings(&plan->warnings);
	decisions_close(&plan->decisions);
	memset(plan, 0, sizeof *plan);
}

/* -- writing -- */

/* Characters that YAML takes only escaped (its section 5.1) or as the end of a line, in UTF-8; control characters in ASCII are seen to below. */
static const struct {
	const char *bytes;
	unsigned code;
} escaped[] = {
	{"\xe2\x80\xa8", 0x2028}, {"\xe2\x80\xa9", 0x2029}, {"\xef\xbb\xbf", 0xfeff}, {"\xef\xbf\xbe", 0xfffe}, {"\xef\xbf\xbf", 0xffff}};

/* Writes the character at @p text if it has to be escaped; tells its length, or 0. */
static size_t write_escaped(FILE *stream, const char *text)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (bytes[0] < ' ' || bytes[0] == 0x7f) {
		fprintf(stream, "\\x%02x", bytes[0]);
		return 1;
	}
	if (bytes[0] == 0xc2 && bytes[1] < 0xa0) {
		fprintf(stream, "\\x%02x", bytes[1]);
		return 2;
	}
	for (size_t i = 0; i < sizeof escaped / sizeof escaped[0]; i++)
		if (strncmp(text, escaped[i].bytes, 3) == 0) {
			fprintf(stream, "\\u%04x", escaped[i].code);
			return 3;
		}
	return 0;
}

static void write_quoted(FILE *stream, const char *text)
{
	fputc('"', stream);
	while (*text != '\0') {
		size_t length = write_escaped(stream, text);
		text += length;
		if (length > 0)
			continue;
		if (*text == '"' || *text == '\\')
			fputc('\\', stream);
		fputc(*text++, stream);
	}
	fputc('"', stream);
}

static void write_table(FILE *stream, const struct param *table, const void *object, int indent)
{
	char value[PARAM_VALUE_MAX];

	for (const struct param *row = table; row->key != NULL; row++) {
		fprintf(stream, "%*s%s: ", indent, "", row->key);
		param_get(row, object, value);
		if (row->type == PARAM_TEXT || row->type == PARAM_MAC || (row->type == PARAM_CUSTOM && !row->codec->is_number))
			write_quoted(stream, value);
		else
			fputs(value, stream);
		fputc('\n', stream);
	}
}

static void write_fault(FILE *stream, const struct fault *fault)
{
	fputs("  - name: ", stream);
	write_quoted(stream, fault->name);
	fputc('\n', stream);
	write_table(stream, match_params, &fault->match, 4);
	fprintf(stream, "    %s:\n", fault->action->name);
	write_table(stream, fault->action->params, &fault->params, 6);
}

/* What the table fills in by itself goes without saying. */
static void write_exactly(FILE *stream, const struct param *table, const union action_params *params)
{
	char value[PARAM_VALUE_MAX], usual[PARAM_VALUE_MAX];
	union action_params standard;
	const char *comma = "";

	memset(&standard, 0, sizeof standard);
	params_init(table, &standard);
	for (const struct param *row = table; row->key != NULL; row++) {
		(void)param_get(row, params, value);
		if (row->standard != NULL && strcmp(value, param_get(row, &standard, usual)) == 0)
			continue;
		fprintf(stream, "%s%s: ", comma, row->key);
		write_quoted(stream, value);
		comma = ", ";
	}
}

/* On one line, since there may be thousands. */
void plan_write_decision(FILE *stream, const struct decision *decision)
{
	char value[PARAM_VALUE_MAX];

	fputs("  - {", stream);
	for (const struct param *row = decision_params; row->key != NULL; row++) {
		param_get(row, decision, value);
		bool goes_without_saying = row->type == PARAM_QUANTITY && row->standard != NULL && strcmp(value, row->standard) == 0;
		if ((row->type == PARAM_TEXT && value[0] == '\0') || goes_without_saying)
			continue;
		fprintf(stream, "%s: ", row->key);
		if (row->type == PARAM_TEXT)
			write_quoted(stream, value);
		else
			fputs(value, stream);
		fputs(", ", stream);
	}
	fprintf(stream, "%s: {", decision->action->name);
	write_exactly(stream, decision->action->params, &decision->params);
	fputs("}}\n", stream);
}

static void write_made(FILE *stream, const struct plan *plan)
{
	if (plan->made.tool[0] == '\0')
		return;
	fputs("made:\n", stream);
	write_table(stream, made_params, &plan->made, 2);
	if (plan->scenario != NULL) {
		fputs("  scenario: ", stream);
		write_quoted(stream, plan->scenario);
		fputc('\n', stream);
	}
}

static void write_acted(FILE *stream, const struct expectation *expect)
{
	fputs("  acted: [", stream);
	for (size_t i = 0; i < EXPECT_ACTED_MAX && expect->acted[i][0] != '\0'; i++) {
		fputs(i > 0 ? ", " : "", stream);
		write_quoted(stream, expect->acted[i]);
	}
	fputs("]\n", stream);
}

static void write_all_but_decisions(const struct plan *resolved, FILE *stream)
{
	struct plan shown = *resolved;
	const struct plan *plan = &shown;

	if (shown.standard.image)
		shown.image[0] = '\0';
	if (shown.standard.kernel)
		shown.device.kernel[0] = '\0';
	if (shown.standard.initramfs)
		shown.device.initramfs[0] = '\0';
	if (shown.standard.overlay)
		(void)snprintf(shown.device.overlay, sizeof shown.device.overlay, DEVICE_OVERLAY_CLIENTS);
	write_table(stream, plan_params, plan, 0);
	fputs("device:\n", stream);
	write_table(stream, device_params, &plan->device, 2);
	fputs("  agent:\n", stream);
	write_table(stream, agent_params, &plan->device.agent, 4);
	fputs("  dhcp:\n", stream);
	write_table(stream, dhcp_params, &plan->device.dhcp, 4);
	if (plan->device.flash.fitted) {
		fputs("  flash:\n", stream);
		write_table(stream, flash_params, &plan->device.flash, 4);
	}
	fputs("link:\n", stream);
	write_table(stream, link_params, &plan->link, 2);
	fputs("server:\n", stream);
	write_table(stream, service_params, &plan->server, 2);
	fputs(plan->fault_count > 0 ? "faults:\n" : "faults: []\n", stream);
	for (size_t i = 0; i < plan->fault_count; i++)
		write_fault(stream, &plan->faults[i]);
	fputs("expect:\n", stream);
	write_table(stream, expect_params, &plan->expect, 2);
	write_acted(stream, &plan->expect);
	write_made(stream, plan);
}

void plan_write(const struct plan *plan, FILE *stream)
{
	write_all_but_decisions(plan, stream);
	if (plan->made.tool[0] == '\0')
		return;
	fputs(plan->decisions.count > 0 ? "decisions:\n" : "decisions: []\n", stream);
	for (size_t i = 0; i < plan->decisions.count; i++)
		plan_write_decision(stream, &plan->decisions.list[i]);
}

void plan_write_frozen(const struct plan *plan, const char *lines, FILE *stream)
{
	write_all_but_decisions(plan, stream);
	fputs(lines[0] != '\0' ? "decisions:\n" : "decisions: []\n", stream);
	fputs(lines, stream);
}

const char *plan_failure_of(const struct plan *plan)
{
	return plan->expect.failure_of[0] != '\0' ? plan->expect.failure_of : plan->device.name;
}

void plan_set_seed(struct plan *plan, uint64_t seed)
{
	plan->seed = seed;
	plan->seeds = (struct ordinals){0, 0};
	for (size_t i = 0; i < plan->fault_count; i++)
		if (plan->faults[i].match.nth.first == ORDINALS_SEED)
			plan->faults[i].match.nth = (struct ordinals){seed, seed};
}
