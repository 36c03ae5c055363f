/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The faults of a bridge: what they have done, and how they are changed while it runs.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/live/inside.h"

void inside_open_rules(struct bridge *bridge, struct proxy_ops ops)
{
	const struct plan *plan = bridge->options->plan;

	if (plan->replay) {
		bridge->proxy = proxy_open_frozen(&plan->decisions, ops, bridge);
		return;
	}
	bridge->fault_count = plan->fault_count;
	bridge->faults = memory_new(plan->fault_count * sizeof *bridge->faults);
	if (plan->fault_count > 0)
		memcpy(bridge->faults, plan->faults, plan->fault_count * sizeof *bridge->faults);
	bridge->gone = memory_new(INSIDE_GONE_MAX * sizeof *bridge->gone);
	bridge->proxy = proxy_open(plan->faults, plan->fault_count, plan->seed, ops, bridge);
	proxy_redraw(bridge->proxy, plan->faults, plan->fault_count, &plan->redraw);
}

void inside_close_rules(struct bridge *bridge)
{
	proxy_close(bridge->proxy);
	free(bridge->faults);
	free(bridge->gone);
}

const struct plan *bridge_plan(const struct bridge *bridge)
{
	return bridge->options->plan;
}

size_t bridge_faults(const struct bridge *bridge, const struct fault **ret_faults)
{
	*ret_faults = bridge->faults;
	return bridge->fault_count;
}

size_t bridge_rules(const struct bridge *bridge, struct bridge_rule *ret_rules, size_t most)
{
	const size_t in_chain = bridge->options->plan->replay ? 0 : proxy_fault_count(bridge->proxy);
	size_t count = 0;

	for (size_t i = 0; i < in_chain; i++) {
		if (proxy_has_retired(bridge->proxy, i))
			continue;
		if (count < most)
			ret_rules[count] = (struct bridge_rule){.fault = *proxy_fault(bridge->proxy, i),
			                                        .counters = proxy_counters(bridge->proxy, i)};
		count++;
	}
	for (size_t i = 0; i < bridge->gone_count; i++, count++)
		if (count < most)
			ret_rules[count] = bridge->gone[i];
	return inside_service_rules(bridge, ret_rules, most, count);
}

static bool is_among(const struct fault *faults, size_t count, const struct fault *fault)
{
	for (size_t i = 0; i < count; i++)
		if (fault_is_same(&faults[i], fault))
			return true;
	return false;
}

static void remember(struct bridge *bridge, const struct bridge_rule *rule)
{
	if (bridge->gone_count == INSIDE_GONE_MAX)
		memmove(bridge->gone, bridge->gone + 1, --bridge->gone_count * sizeof *bridge->gone);
	bridge->gone[bridge->gone_count] = *rule;
	bridge->gone[bridge->gone_count++].gone = true;
}

/* What is not asked for any more keeps what it has done. */
static void remember_what_goes(struct bridge *bridge, const struct fault *faults, size_t count)
{
	for (size_t i = 0; i < proxy_fault_count(bridge->proxy); i++) {
		const struct bridge_rule rule = {.fault = *proxy_fault(bridge->proxy, i), .counters = proxy_counters(bridge->proxy, i)};
		if (!proxy_has_retired(bridge->proxy, i) && !is_among(faults, count, &rule.fault))
			remember(bridge, &rule);
	}
}

static bool can_change(const struct bridge *bridge, size_t count, struct error *err)
{
	if (bridge->options->plan->replay)
		return error_set(err, "this is a replay: its decisions are those of an earlier run, and cannot be changed");
	if (!proxy_can_change(bridge->proxy))
		return error_set(err, "the plan redraws at a later time ('redraw'), and nothing can be changed before");
	return count <= FAULTS_MAX || error_set(err, "too many faults: at most %d are allowed", FAULTS_MAX);
}

bool bridge_change(struct bridge *bridge, const struct fault *faults, size_t count, const char *what, struct error *err)
{
	struct fault *copy;

	if (!can_change(bridge, count, err))
		return false;
	/* Later than every frame that has come. */
	(void)inside_look(bridge);
	bridge->now++;
	copy = memory_new(count * sizeof *copy);
	if (count > 0)
		memcpy(copy, faults, count * sizeof *copy);
	remember_what_goes(bridge, copy, count);
	trace_line(bridge->trace, bridge->now, "control", "%s", what);
	proxy_change(bridge->proxy, copy, count, bridge->options->plan->seed, bridge->now);
	free(bridge->faults);
	bridge->faults = copy;
	bridge->fault_count = count;
	return true;
}

void bridge_enter(struct bridge *bridge, const char *phase)
{
	(void)snprintf(bridge->phase, sizeof bridge->phase, "%s", phase);
	trace_line(bridge->trace, inside_look(bridge), "control", "phase %s", phase);
	proxy_enter(bridge->proxy, phase);
	inside_enter_services(bridge, phase);
}
