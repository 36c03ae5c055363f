/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a bridge: its verdict, the last lines of its trace, and its folder.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/live/inside.h"
#include "harness/live/outcome.h"

static void write_addresses(const void *what, FILE *stream)
{
	const struct bridge *bridge = what;

	passing_write_addresses(bridge->namer, stream);
	inside_write_events(bridge, stream);
}

/*
 * A frozen chain has a rule for each decision about a frame, and the services behind it a fault for
 * each of theirs; each in their order.
 */
static bool *find_decisions(const struct bridge *bridge)
{
	const struct decisions *decisions = &bridge->options->plan->decisions;
	bool *found = memory_new(decisions->count * sizeof *found);
	size_t in_chain = 0, in_services = 0;

	for (size_t i = 0; i < decisions->count; i++)
		found[i] = decisions->list[i].action->site == SITE_FRAME ? proxy_counters(bridge->proxy, in_chain++).applied > 0
		                                                         : inside_service_acted(bridge, in_services++);
	return found;
}

/* As a session's (session/world.h). */
static void write_replay(const void *what, FILE *stream)
{
	static const char *const directions[] = {"", ", to-server", ", to-device"};
	const struct bridge *bridge = what;
	const struct decisions *decisions = &bridge->options->plan->decisions;

	bool *was_found = find_decisions(bridge);

	for (size_t i = 0; i < decisions->count; i++) {
		const struct decision *decision = &decisions->list[i];
		const bool found = was_found[i];
		fprintf(stream, "%-11s '%s' %s at %s%s\n",
		        found                          ? "found"
		        : decision->time > bridge->now ? "not reached"
		                                       : "not found",
		        decision->name, decision->action->name, decision->at, directions[decision->direction]);
	}
	free(was_found);
}

static void take_rules(const struct bridge *bridge, struct bridge_result *result)
{
	const size_t count = bridge_rules(bridge, NULL, 0);

	result->rules = memory_new(count * sizeof *result->rules);
	result->rule_count = bridge_rules(bridge, result->rules, count);
}

static void write_last_lines(const struct bridge *bridge, const struct bridge_result *result)
{
	const struct verdict *verdict = &result->verdict;
	char text[VERDICT_TEXT_MAX];

	trace_line(bridge->trace, bridge->now, "session", "%s: %s", verdict_name(verdict->kind), verdict->reason);
	passing_finish(&bridge->passing, bridge->now);
	trace_aside(bridge->trace, bridge->now, "skew", "%s", verdict_skew(&verdict->live, text));
	if (bridge->waiting > 0)
		trace_aside(bridge->trace, bridge->now, "proxy", "%" PRIu64 " frames were still waiting, and have not left",
		            bridge->waiting);
	for (size_t i = 0; i < result->rule_count; i++) {
		const struct bridge_rule *rule = &result->rules[i];
		trace_aside(bridge->trace, bridge->now, "fault", "'%s': %" PRIu64 " matched, %" PRIu64 " applied%s%s", rule->fault.name,
		            rule->counters.matched, rule->counters.applied, rule->counters.applied == 0 ? ": it never did anything" : "",
		            rule->gone ? "; it was taken away" : "");
	}
}

/*
 * The verdict tells of all rules that there were; the plan keeps its own. Of a device between two
 * interfaces nobody knows which it is: it is none of the emulator's.
 */
static bool write_verdict(const struct bridge *bridge, const struct bridge_result *result, struct error *err)
{
	struct plan shown = *bridge->options->plan;
	struct fault *faults = memory_new(result->rule_count * sizeof *faults);

	for (size_t i = 0; i < result->rule_count; i++)
		faults[i] = result->rules[i].fault;
	shown.faults = faults;
	shown.fault_count = result->rule_count;
	if (bridge->options->conclude == NULL)
		shown.device.name[0] = '\0';
	bool good = folder_write_verdict(bridge->options->dir, &shown, &result->verdict, err);
	free(faults);
	return good;
}

static bool fill_folder(struct bridge *bridge, struct error *err)
{
	const struct plan *plan = bridge->options->plan;
	const char *dir = bridge->options->dir;
	struct error unclosed;

	bool good = folder_freeze_plan(dir, plan, &bridge->passing.decisions, "", true, err) &&
	            folder_write_file(dir, "addresses.txt", write_addresses, bridge, err) &&
	            (!plan->replay || folder_write_file(dir, "replay.txt", write_replay, bridge, err));
	if (folder_close(&bridge->folder, &unclosed))
		return good;
	return good ? error_set(err, "%s", unclosed.text) : false;
}

static void withdraw(struct bridge_result *result, const struct error *err)
{
	result->verdict.kind = VERDICT_INCONCLUSIVE;
	result->verdict.met_expectation = false;
	(void)snprintf(result->verdict.reason, sizeof result->verdict.reason, "%.*s", VERDICT_TEXT_MAX - 1, err->text);
}

void inside_finish(struct bridge *bridge, struct bridge_result *ret_result)
{
	const struct plan *plan = bridge->options->plan;
	struct verdict *verdict = &ret_result->verdict;
	bool *found = plan->replay ? find_decisions(bridge) : NULL;
	struct error err;

	(void)inside_look(bridge);
	ret_result->status = bridge_status(bridge);
	take_rules(bridge, ret_result);
	outcome_decide(&(struct outcome_facts){.status = &ret_result->status,
	                                       .ended = bridge->broken ? NULL : bridge->why,
	                                       .broken = bridge->broken ? bridge->why : NULL,
	                                       .odd = bridge->odd},
	               verdict);
	outcome_count(plan, ret_result->rules, ret_result->rule_count, found, verdict);
	(void)snprintf(verdict->phase, sizeof verdict->phase, "%s", bridge->phase);
	if (bridge->options->conclude != NULL)
		bridge->options->conclude(bridge->options->ctx, verdict);
	free(found);
	write_last_lines(bridge, ret_result);
	(void)trace_digest(bridge->trace, verdict->digest);
	if (!bridge->keeps)
		return;
	if (!fill_folder(bridge, &err))
		withdraw(ret_result, &err);
	if (!write_verdict(bridge, ret_result, &err))
		withdraw(ret_result, &err);
}

void bridge_result_close(struct bridge_result *result)
{
	free(result->rules);
	memset(result, 0, sizeof *result);
}
