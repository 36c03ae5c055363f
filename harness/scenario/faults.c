/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: an entry of the list is a match and one action, whose name is the key that a
 * catalogue knows. An entry with `netem` or `preset` in place of the action becomes several faults,
 * each with the match of the entry; they are checked as if each had been written out.
 */
#include "harness/scenario/parts.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/fault/armed.h"
#include "lib/fault/netem.h"
#include "lib/fault/preset.h"
#include "harness/scenario/sense.h"

/* -- faults -- */

/* A fault's action written as a bare value sets its first parameter: `delay: 100ms`. */
static bool read_bare(const struct yaml_file *file, const struct yaml_node *node, struct fault *fault, struct error *err)
{
	const struct param *row = fault->action->params;

	action_init(fault->action, &fault->params);
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
			return yaml_error(file, mapping->entries[i].key, err, "a fault has one action, and this one already has '%s'",
			                  fault->action->name);
		fault->action = action;
		node = mapping->entries[i].value;
	}
	if (fault->action == NULL || node == NULL)
		return yaml_error(file, mapping, err,
		                  "this fault has no action: add one, such as drop, delay or outage (`stutter list faults` shows them "
		                  "all)");
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
char *parts_file_of(struct fault *fault, const char **ret_what)
{
	const struct action *action = fault->action;

	if (action->file == NULL)
		return NULL;
	*ret_what = action->is_recording ? "recording" : "table";
	return (char *)fault->params.bytes + param_find(action->params, action->file)->offset;
}

/*
 * Such a file is named from where the scenario lies. A plan lies elsewhere, so its path becomes
 * absolute; on another machine, where it leads nowhere, the file may lie beside the plan.
 */
static bool resolve_fault_file(const struct yaml_file *file, const struct yaml_node *node, struct fault *fault, struct error *err)
{
	const char *slash = strrchr(file->path, '/'), *what;
	char joined[FAULT_PATH_MAX + ERROR_FILE_MAX], whole[PATH_MAX];
	char *path = parts_file_of(fault, &what);

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
	    !resolve_fault_file(file, blame(mapping, fault, fault->action->file), fault, err))
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

/*
 * The keys that an entry may have beside those of its match: a name, and one action or what becomes
 * several. @return to be released with free().
 */
static const char **fault_keys(bool with_several)
{
	const size_t actions = actions_count();
	const char **keys = memory_new((actions + SEVERALS + 2) * sizeof *keys);
	size_t count = 0;

	keys[count++] = "name";
	for (size_t i = 0; i < actions; i++)
		keys[count++] = action_at(i)->name;
	for (size_t i = 0; i < SEVERALS && with_several; i++)
		keys[count++] = severals[i].key;
	return keys;
}

static const struct several *several_of(const struct yaml_node *mapping)
{
	for (size_t i = 0; i < SEVERALS; i++)
		if (yaml_get(mapping, severals[i].key) != NULL)
			return &severals[i];
	return NULL;
}

/*
 * Such a word shares the entry with no action, with no other such word and, if it has chances, with
 * no other chance.
 */
static bool check_alone(const struct yaml_file *file, const struct yaml_node *mapping, const struct several *several, struct error *err)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const struct yaml_node *key = mapping->entries[i].key;
		bool is_other = action_find(key->text) != NULL;
		for (size_t k = 0; k < SEVERALS; k++)
			is_other |= &severals[k] != several && strcmp(severals[k].key, key->text) == 0;
		if (is_other)
			return yaml_error(file, key, err, "a fault has one action, and this one already has '%s'", several->key);
		if (several->has_chances && (strcmp(key->text, "probability") == 0 || strcmp(key->text, "correlation") == 0))
			return yaml_error(file, key, err, "'%s' cannot be used with '%s', which sets it itself", key->text, several->key);
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

/*
 * A replay has decisions in place of its faults. These stay in its plan as they are, and what they
 * would read need not be there.
 */
static bool read_idle(const struct yaml_file *file, const struct yaml_node *mapping, struct fault *fault, struct error *err)
{
	return read_action(file, mapping, fault, err) && read_name(file, mapping, fault, err);
}

/* Reads an entry of the list into one fault or several. */
static bool read_fault(const struct yaml_file *file, const struct yaml_node *mapping, const struct plan *plan, struct fault *faults,
                       size_t *ret_count, struct error *err)
{
	const char **keys = fault_keys(true);
	struct fault base;

	memset(&base, 0, sizeof base);
	const bool good = yaml_fill(file, mapping, match_params, keys, "a fault", &base.match, err);
	free(keys);
	if (!good)
		return false;
	const struct several *several = several_of(mapping);
	if (several != NULL)
		return read_several(file, mapping, several, plan, &base, faults, ret_count, err);
	*faults = base;
	*ret_count = 1;
	return plan->replay ? read_idle(file, mapping, faults, err) : read_single(file, mapping, plan, faults, err);
}

bool parts_faults(const struct yaml_file *file, const struct yaml_node *list, struct plan *plan, struct error *err)
{
	struct fault faults[ENTRY_FAULTS_MAX];
	char found[128];

	if (list == NULL)
		return true;
	if (list->kind != YAML_SEQUENCE)
		return yaml_error(file, list, err, "'faults' must be a list ('- ' before each), not %s",
		                  yaml_describe(list, found, sizeof found));
	if (list->count > FAULTS_MAX)
		return yaml_error(file, list, err, "too many faults: at most %d are allowed", FAULTS_MAX);
	plan->faults = memory_new(FAULTS_MAX * sizeof *plan->faults);
	for (size_t i = 0, count = 0; i < list->count; i++, plan->fault_count += count) {
		const struct yaml_node *entry = list->entries[i].value;
		if (!read_fault(file, entry, plan, faults, &count, err))
			return false;
		if (plan->fault_count + count > FAULTS_MAX)
			return yaml_error(file, entry, err, "too many faults: at most %d are allowed", FAULTS_MAX);
		memcpy(&plan->faults[plan->fault_count], faults, count * sizeof *faults);
	}
	return true;
}

bool plan_read_fault(const struct plan *plan, const char *text, const char *what, struct fault **ret_faults, size_t *ret_count,
                     struct error *err)
{
	struct fault faults[ENTRY_FAULTS_MAX];
	struct yaml_file file;

	memset(err, 0, sizeof *err);
	if (!yaml_parse(&file, what, text, strlen(text), err))
		return false;
	bool good = read_fault(&file, file.root, plan, faults, ret_count, err);
	yaml_close(&file);
	if (!good)
		return false;
	*ret_faults = memory_new(*ret_count * sizeof *faults);
	memcpy(*ret_faults, faults, *ret_count * sizeof *faults);
	return true;
}

/* -- decisions -- */

static const char *const decision_directions[] = {"both", "to-server", "to-device", NULL};

const struct param decision_params[] = {
	PARAM_ROW_TEXT(decision, at, "at", "", "what was hit; empty: at its time"),
	PARAM_ROW_TEXT(decision, during, "during", "", "of a fault of the cable: it came in this phase, whenever that is"),
	PARAM_ROW_QUANTITY(decision, from_ns, "from", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX, "and not before this time"),
	PARAM_ROW_CHOICE(decision, direction, "direction", decision_directions, "both", "of the frame"),
	PARAM_ROW_QUANTITY(decision, time, "time", UNIT_DURATION, NULL, 0, 0, "when it was taken"),
	PARAM_ROW_TEXT(decision, name, "by", NULL, "the name of the fault behind it"),
	PARAM_ROW_QUANTITY(decision, place, "place", UNIT_NONE, "0", 0, 0, "of that fault in the chain"),
	{0},
};

static bool read_decision(const struct yaml_file *file, const struct yaml_node *mapping, struct decision *decision, struct error *err)
{
	const char **keys = fault_keys(false), *wrong = NULL;
	struct fault fault;

	memset(&fault, 0, sizeof fault);
	memset(decision, 0, sizeof *decision);
	params_init(match_params, &fault.match);
	const bool good = yaml_fill(file, mapping, decision_params, keys, "a decision", decision, err);
	free(keys);
	if (!good || !read_action(file, mapping, &fault, err))
		return false;
	decision->action = fault.action;
	decision->params = fault.params;
	if (fault.action->site == SITE_CABLE && decision->at[0] != '\0' &&
	    !param_set(param_find(match_params, "from"), &fault.match, decision->at, err))
		return error_at(err, file->path, mapping->line, mapping->column);
	fault = fault_again(decision);
	if (fault.action->site == SITE_FRAME)
		fault.match.direction = decision->direction;
	if (!fault_check(&fault, &wrong, err)) {
		const struct yaml_node *node = blame(mapping, &fault, wrong);
		return error_at(err, file->path, node->line, node->column);
	}
	if (fault.action->site == SITE_FRAME && (decision->at[0] == '\0' || decision->direction == MATCH_BOTH))
		return yaml_error(file, mapping, err, "a decision about a frame needs its address and its direction");
	return true;
}

bool parts_decisions(const struct yaml_file *file, const struct yaml_node *list, struct plan *plan, struct error *err)
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
