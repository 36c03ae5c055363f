/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/sense.h"

#include <string.h>

#include "lib/fault/address.h"
#include "emulator/guest/boot/slot.h"
#include "harness/judge/judge.h"
#include "harness/scenario/phases.h"

/* -- what a file is -- */

static bool is_one_of(const char *const *names, const char *name)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Both have a name and a summary. */
static bool has_key(const struct yaml_node *mapping, const struct param *table, const char *const *parts)
{
	for (size_t i = 0; i < mapping->count; i++) {
		const char *key = mapping->entries[i].key->text;
		if (strcmp(key, "name") != 0 && strcmp(key, "summary") != 0 && (param_find(table, key) != NULL || is_one_of(parts, key)))
			return true;
	}
	return false;
}

enum sense_kind sense_kind(const struct yaml_node *mapping)
{
	bool scenario = has_key(mapping, plan_params, plan_parts), device = has_key(mapping, device_params, device_parts);

	return scenario == device ? SENSE_EITHER : scenario ? SENSE_SCENARIO : SENSE_DEVICE;
}

bool sense_is_device(const char *path)
{
	struct yaml_file file;
	struct error err;

	if (!yaml_open(&file, path, &err))
		return false;
	bool is_device = sense_kind(file.root) == SENSE_DEVICE;
	yaml_close(&file);
	return is_device;
}

/* -- the plan -- */

/* The node of @p key below @p part, or what is nearest to it. */
static const struct yaml_node *node_of(const struct yaml_file *file, const char *part, const char *key)
{
	const struct yaml_node *above = part != NULL ? yaml_get(file->root, part) : file->root;
	const struct yaml_node *node = above != NULL && above->kind == YAML_MAPPING ? yaml_get(above, key) : NULL;

	return node != NULL ? node : above != NULL ? above : file->root;
}

/* It becomes the name of a folder. */
static bool check_name(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, "name");

	if (plan->name[0] == '\0')
		return yaml_error(file, node, err, "the scenario's name is empty: the folders of its sessions are named after it");
	return (strchr(plan->name, '/') == NULL && plan->name[0] != '.') ||
	       yaml_error(file, node, err, "the scenario's name '%s' cannot be a folder's name: use no slash and no leading dot",
	                  plan->name);
}

static bool check_seeds(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct ordinals *seeds = &plan->seeds;
	const struct yaml_node *node = node_of(file, NULL, "seeds");

	if (seeds->first == ORDINALS_SEED)
		return yaml_error(file, node, err, "seeds: 'seed' is not a range such as 1..16");
	return seeds->first == 0 || seeds->last - seeds->first < PLANNED_SESSIONS_MAX ||
	       yaml_error(file, node, err, "seeds: a range can have at most %u seeds", PLANNED_SESSIONS_MAX);
}

static bool check_times(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct expectation *expect = &plan->expect;
	const struct yaml_node *node = node_of(file, "expect", "at_least");
	char least[UNIT_TEXT_MAX], limit[UNIT_TEXT_MAX];

	(void)unit_format(UNIT_DURATION, expect->at_least_ns, least);
	if (expect->at_most_ns != 0 && expect->at_least_ns > expect->at_most_ns)
		return yaml_error(file, node, err, "at_least: %s is more than at_most, %s: lower it, or raise at_most", least,
		                  unit_format(UNIT_DURATION, expect->at_most_ns, limit));
	return expect->at_least_ns <= plan->deadline_ns ||
	       yaml_error(file, node, err, "at_least: no session takes %s, as its deadline is at %s: lower it, or raise the deadline",
	                  least, unit_format(UNIT_DURATION, plan->deadline_ns, limit));
}

static bool check_judge_name(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const char *names[JUDGES_COUNT + 1] = {NULL}, *judge = plan->expect.judge;

	if (judge[0] == '\0' || judge_find(judge) != NULL)
		return true;
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		names[i] = judge_catalogue[i]->name;
	char meant[PARAM_VALUE_MAX];
	return yaml_error(file, node_of(file, "expect", "judge"), err, "judge: unknown judge '%s'%s; `stutter list judges` shows them all",
	                  judge, param_did_you_mean(param_nearest(NULL, names, judge), meant));
}

/* A judge that is switched off finds nothing. */
static bool check_judge(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	char none[PARAM_VALUE_MAX];

	if (!check_judge_name(file, plan, err))
		return false;
	const struct judge *judge = judge_find(plan->expect.judge);
	return judge == NULL || judge_is_on(&plan->expect.judges, judge) ||
	       yaml_error(file, node_of(file, "expect", "judge"), err,
	                  "judge: '%s: %s' switches this judge off, so it finds nothing: give '%s' another value", judge->name,
	                  param_get(&judge->params[0], judge_params(&plan->expect.judges, judge), none), judge->name);
}

/* What is asked of a failure is asked of nothing if the session must pass. */
static bool check_failure(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct expectation *expect = &plan->expect;
	const struct {
		const char *key, *value;
	} asked[] = {{"phase", expect->phase}, {"judge", expect->judge}, {"failure_of", expect->failure_of}, {"reason", expect->reason}};

	for (size_t i = 0; i < sizeof asked / sizeof asked[0] && expect->verdict == EXPECT_PASS; i++)
		if (asked[i].value[0] != '\0')
			return yaml_error(file, node_of(file, "expect", asked[i].key), err,
			                  "%s: only a failure has one, but the expected verdict "
			                  "is pass: add 'verdict: fail', or leave it out",
			                  asked[i].key);
	return true;
}

/* Judges that wait so long that the deadline always comes first are never lost. */
static bool check_waits(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct judge_table table = judge_table();
	char limit[UNIT_TEXT_MAX], deadline[UNIT_TEXT_MAX];

	for (const struct param *row = table.rows; row->key != NULL; row++) {
		if (row->type != PARAM_QUANTITY || row->unit != UNIT_DURATION)
			continue;
		const uint64_t wait_ns = param_quantity(row, &plan->expect.judges);
		if (wait_ns >= plan->deadline_ns)
			return yaml_error(file, node_of(file, "expect", row->key), err,
			                  "%s: no session lasts longer than %s, as its deadline is at %s: lower it, or raise the deadline",
			                  row->key, unit_format(UNIT_DURATION, wait_ns, limit),
			                  unit_format(UNIT_DURATION, plan->deadline_ns, deadline));
	}
	return true;
}

/* @param name Of a phase; empty: any. */
static bool check_phase(const struct plan *plan, const char *name, struct error *err)
{
	struct phases phases;

	phases_of(&plan->device, &phases);
	return name[0] == '\0' || phases_check(&phases, name, err);
}

static bool check_expected_phase(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct yaml_node *node = node_of(file, "expect", "phase");

	return check_phase(plan, plan->expect.phase, err) ||
	       (error_context(err, "phase"), error_at(err, file->path, node->line, node->column));
}

/* What a judge's own table cannot check. */
static bool check_judges(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const char *key = "";

	if (judge_settings_check(&plan->expect.judges, &key, err))
		return true;
	const struct yaml_node *node = node_of(file, "expect", key);
	return error_context(err, "%s", key), error_at(err, file->path, node->line, node->column);
}

/*
 * An image of the flash has a header; one that is larger than a slot is an offer that a device has
 * to refuse.
 */
static bool check_os_size(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	return !plan->device.flash.fitted || plan->server.os_size > SLOT_HEADER ||
	       yaml_error(file, node_of(file, "server", "os_size"), err,
	                  "os_size: an OS for the flash has a header of %u bytes, so it must be larger than that", SLOT_HEADER);
}

bool sense_seed(const struct plan *plan, uint64_t seed, struct error *err)
{
	for (size_t i = 0; i < plan->fault_count && seed == 0; i++)
		if (plan->faults[i].match.nth.first == ORDINALS_SEED)
			return error_set(err, "seed: 'nth: seed' of the fault '%s' counts from 1, so the seed must not be 0",
			                 plan->faults[i].name);
	return true;
}

static bool check_seed(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	const struct yaml_node *node = node_of(file, NULL, "seed");

	return plan->seeds.first != 0 || sense_seed(plan, plan->seed, err) || error_at(err, file->path, node->line, node->column);
}

static bool check_redraw(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	char from[UNIT_TEXT_MAX], deadline[UNIT_TEXT_MAX];

	return !plan->redraw.asked || plan->redraw.from_ns < plan->deadline_ns ||
	       yaml_error(file, node_of(file, "redraw", "from"), err,
	                  "from: nothing is redrawn from %s on, as the deadline is at %s: begin earlier, or raise the deadline",
	                  unit_format(UNIT_DURATION, plan->redraw.from_ns, from), unit_format(UNIT_DURATION, plan->deadline_ns, deadline));
}

bool sense_plan(const struct yaml_file *file, const struct plan *plan, struct error *err)
{
	return check_name(file, plan, err) && check_seeds(file, plan, err) && check_seed(file, plan, err) && check_times(file, plan, err) &&
	       check_failure(file, plan, err) && check_judge(file, plan, err) && check_waits(file, plan, err) &&
	       check_expected_phase(file, plan, err) && check_judges(file, plan, err) && check_os_size(file, plan, err) &&
	       check_redraw(file, plan, err);
}

/* -- faults -- */

static bool names_flash(const struct window_edge *edge)
{
	return edge->kind == EDGE_ADDRESS && strncmp(edge->at, "nor.", 4) == 0;
}

static bool check_flash(const struct plan *plan, const struct fault *fault, const char **ret_key, struct error *err)
{
	const enum site site = fault->action->site;

	if (plan->device.flash.fitted)
		return true;
	*ret_key = fault->action->name;
	if (site == SITE_NOR_OP || site == SITE_NOR_READ)
		return error_set(err, "'%s' acts on a flash, and the device '%s' has none: use one that has, such as 21.10",
		                 fault->action->name, plan->device.name);
	*ret_key = names_flash(&fault->match.from) ? "from" : "until";
	return (!names_flash(&fault->match.from) && !names_flash(&fault->match.until)) ||
	       error_set(err, "the device '%s' has no flash, so nothing happens at nor.op or nor.read", plan->device.name);
}

/* The stock driver begins in half duplex; what another kernel's does is not known. */
static bool runs_half_duplex(const struct device *device)
{
	return device->duplex == DEVICE_DUPLEX_HALF || (device->duplex == DEVICE_DUPLEX_DRIVER && device->kernel[0] == '\0');
}

/* A fault of one chip cannot happen to another. */
static bool check_nic(const struct plan *plan, const struct fault *fault, const char **ret_key, struct error *err)
{
	const char *wanted = fault->action->nic, *fitted = device_nic(&plan->device)->name;

	*ret_key = fault->action->name;
	return wanted == NULL || strcmp(wanted, fitted) == 0 ||
	       error_set(err, "'%s' is a fault of the %s, and the device '%s' has the %s", fault->action->name, wanted, plan->device.name,
	                 fitted);
}

/*
 * PAUSE belongs to full duplex (IEEE 802.3 31B.1), collisions and what is taken for them to half
 * duplex (IEEE 802.3 4.1.2.2).
 */
static bool check_duplex(const struct plan *plan, const struct fault *fault, const char **ret_key, struct error *err)
{
	const enum action_duplex duplex = fault->action->duplex;

	*ret_key = fault->action->name;
	if (duplex == ACTION_FULL_DUPLEX && plan->link.duplex != LINK_FULL)
		return error_set(err,
		                 "a port in half duplex sends no pause frames: add 'link: {duplex: full}', and a device in full duplex");
	if (duplex == ACTION_FULL_DUPLEX && runs_half_duplex(&plan->device))
		return error_set(err,
		                 "the device '%s' runs its end in half duplex, where it ignores "
		                 "pause frames: use one with 'duplex: full', such as full-duplex",
		                 plan->device.name);
	return duplex != ACTION_HALF_DUPLEX || plan->device.duplex != DEVICE_DUPLEX_FULL ||
	       error_set(err, "'%s' happens in half duplex only, and the device '%s' runs its end in full duplex", fault->action->name,
	                 plan->device.name);
}

/* A window that opens when no session runs any more. */
static bool check_window(const struct plan *plan, const struct fault *fault, struct error *err)
{
	const struct window_edge *from = &fault->match.from;
	char begin[UNIT_TEXT_MAX], deadline[UNIT_TEXT_MAX];

	return from->kind != EDGE_TIME || from->ns < plan->deadline_ns ||
	       error_set(err, "from: no session reaches %s, as its deadline is at %s: lower it, or raise the deadline",
	                 unit_format(UNIT_DURATION, from->ns, begin), unit_format(UNIT_DURATION, plan->deadline_ns, deadline));
}

/* The far end never asks, and the device never answers. */
static bool check_way(const struct fault *fault, struct error *err)
{
	const struct match *match = &fault->match;
	struct fault_address address;

	if (match->at[0] == '\0' || match->direction == MATCH_BOTH || !fault_address_parse(match->at, &address, err) ||
	    address.site != SITE_FRAME)
		return true;
	const struct address_word_row *word = &address_words[address.frame.word];
	return word->way == ADDRESS_EITHER_WAY || (word->way == ADDRESS_TO_SERVER) == (match->direction == MATCH_TO_SERVER) ||
	       error_set(err, "direction: every %s goes %s: leave 'direction' out, or use another address", word->word,
	                 word->way == ADDRESS_TO_SERVER ? "to-server" : "to-device");
}

bool sense_fault(const struct plan *plan, const struct fault *fault, const char **ret_key, struct error *err)
{
	const char *key;

	if (plan->made.tool[0] != '\0')
		return true;
	if (!check_flash(plan, fault, &key, err) || !check_nic(plan, fault, &key, err) || !check_duplex(plan, fault, &key, err)) {
		*ret_key = key;
		return false;
	}
	if (!check_window(plan, fault, err)) {
		*ret_key = "from";
		return false;
	}
	if (!check_way(fault, err)) {
		*ret_key = "direction";
		return false;
	}
	if (check_phase(plan, fault->match.during, err))
		return true;
	*ret_key = "during";
	return error_context(err, "during");
}
