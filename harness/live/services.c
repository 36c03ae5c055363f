/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The services behind a bridge, the emulator's or a real server's: what their faults do is told
 * where the chain's is, and windows of either may open by the other.
 */
#include "lib/fault/armed.h"
#include "harness/live/far_end.h"
#include "harness/live/inside.h"
#include "harness/live/relayed.h"

static sim_ns tell_time(void *ctx)
{
	return inside_look(ctx);
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	struct bridge *bridge = ctx;

	passing_keep(&bridge->passing, decision);
}

/*
 * An event that the far end had been due for before is noticed when it runs, and the chain's time
 * never goes back.
 */
static void happened(void *ctx, const struct fault_event *event)
{
	struct bridge *bridge = ctx;
	struct fault_event noticed = *event;

	noticed.now = inside_look(bridge);
	proxy_see(bridge->proxy, &noticed);
}

/* For names of what is encrypted, and for the readers of the captures. */
static void keep_secret(void *ctx, const char *line)
{
	struct bridge *bridge = ctx;

	namer_secret(bridge->namer, line);
	captures_secret(&bridge->passing.captures, line);
}

void inside_open_services(struct bridge *bridge)
{
	const struct bridge_options *options = bridge->options;
	const struct service_ties ties = {
		.trace = bridge->trace,
		.now = tell_time,
		.faults = {keep_decision, happened},
		.secret = keep_secret,
		.ctx = bridge,
	};

	if (options->far_end != NULL)
		far_end_begin(options->far_end, &ties);
	if (options->relayed != NULL)
		relayed_begin(options->relayed, &ties);
}

/* NULL: what is behind the bridge has no faults of ours. */
static struct armed_faults *faults_of(const struct bridge *bridge)
{
	const struct bridge_options *options = bridge->options;

	if (options->far_end != NULL)
		return far_end_faults(options->far_end);
	return options->relayed != NULL ? relayed_faults(options->relayed) : NULL;
}

void inside_tell_services(struct bridge *bridge, const struct fault_event *event)
{
	if (faults_of(bridge) != NULL)
		armed_faults_see(faults_of(bridge), event);
}

void inside_deliver_to_device(struct bridge *bridge, struct bytes frame)
{
	if (bridge->options->far_end != NULL)
		far_end_delivered(bridge->options->far_end, frame);
}

void inside_enter_services(struct bridge *bridge, const char *phase)
{
	if (faults_of(bridge) != NULL)
		armed_faults_enter(faults_of(bridge), phase);
}

bool inside_has_services(const struct bridge *bridge)
{
	return faults_of(bridge) != NULL;
}

void inside_write_events(const struct bridge *bridge, FILE *stream)
{
	for (unsigned site = 0; faults_of(bridge) != NULL && site < SITES; site++)
		passing_write_events(faults_of(bridge), (enum site)site, stream);
}

bool inside_service_acted(const struct bridge *bridge, size_t index)
{
	struct fault_counters counters;

	return faults_of(bridge) != NULL && armed_faults_counters(faults_of(bridge), index, &counters) && counters.applied > 0;
}

size_t inside_service_rules(const struct bridge *bridge, struct bridge_rule *ret_rules, size_t most, size_t count)
{
	const struct plan *plan = bridge->options->plan;
	struct fault_counters counters;

	if (faults_of(bridge) == NULL || plan->replay)
		return count;
	for (size_t i = 0; i < plan->fault_count; i++) {
		if (!armed_faults_counters(faults_of(bridge), i, &counters))
			continue;
		if (count < most)
			ret_rules[count] = (struct bridge_rule){.fault = plan->faults[i], .counters = counters};
		count++;
	}
	return count;
}
