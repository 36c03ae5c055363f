/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The services behind a bridge, the emulator's or a real server's: what their faults do is told where the chain's is, and windows of either may open by the other.
 */
#include "fault/trouble.h"
#include "live/far_end.h"
#include "live/inside.h"
#include "live/relayed.h"

static sim_ns tell_time(void *ctx)
{
	return inside_look(ctx);
}

static void keep_decision(void *ctx, const struct decision *decision)
{
	struct bridge *bridge = ctx;

	passing_keep(&bridge->passing, decision);
}

/* An occasion that the far end had been due for before is noticed when it runs, and the chain's time never goes back. */
static void see_occasion(void *ctx, const char *site, uint64_t number, sim_ns now)
{
	struct bridge *bridge = ctx;

	(void)now;
	proxy_occasion(bridge->proxy, site, number, inside_look(bridge));
}

/* For names of what is encrypted, and for the readers of the captures. */
static void keep_secret(void *ctx, const char *line)
{
	struct bridge *bridge = ctx;

	proxy_secret(bridge->proxy, line);
	captures_secret(&bridge->passing.captures, line);
}

void inside_open_services(struct bridge *bridge)
{
	const struct bridge_options *options = bridge->options;
	const struct service_ties ties = {
		.trace = bridge->trace,
		.now = tell_time,
		.troubles = {keep_decision, see_occasion},
		.secret = keep_secret,
		.ctx = bridge,
	};

	if (options->far_end != NULL)
		far_end_begin(options->far_end, &ties);
	if (options->relayed != NULL)
		relayed_begin(options->relayed, &ties);
}

/* NULL: what is behind the bridge has no faults of ours. */
static struct troubles *troubles_of(const struct bridge *bridge)
{
	const struct bridge_options *options = bridge->options;

	if (options->far_end != NULL)
		return far_end_troubles(options->far_end);
	return options->relayed != NULL ? relayed_troubles(options->relayed) : NULL;
}

void inside_tell_services(struct bridge *bridge, const struct naming *naming, sim_ns now)
{
	if (troubles_of(bridge) != NULL)
		troubles_see(troubles_of(bridge), naming, now);
}

void inside_deliver_to_device(struct bridge *bridge, struct bytes frame)
{
	if (bridge->options->far_end != NULL)
		far_end_delivered(bridge->options->far_end, frame);
}

void inside_enter_services(struct bridge *bridge, const char *phase)
{
	if (troubles_of(bridge) != NULL)
		troubles_enter(troubles_of(bridge), phase);
}

bool inside_has_services(const struct bridge *bridge)
{
	return troubles_of(bridge) != NULL;
}

void inside_write_occasions(const struct bridge *bridge, FILE *stream)
{
	for (size_t i = 0; troubles_of(bridge) != NULL && fault_sites[i].name != NULL; i++)
		passing_write_occasion(troubles_of(bridge), i, stream);
}

bool inside_service_acted(const struct bridge *bridge, size_t index)
{
	uint64_t matched, applied = 0;

	return troubles_of(bridge) != NULL && troubles_counters(troubles_of(bridge), index, &matched, &applied) && applied > 0;
}

size_t inside_service_rules(const struct bridge *bridge, struct bridge_rule *ret_rules, size_t most, size_t count)
{
	const struct plan *plan = bridge->options->plan;
	struct proxy_counters counters = {.last_applied = SIM_NEVER};

	if (troubles_of(bridge) == NULL || plan->replay)
		return count;
	for (size_t i = 0; i < plan->fault_count; i++) {
		if (!troubles_counters(troubles_of(bridge), i, &counters.matched, &counters.applied))
			continue;
		counters.seen = counters.matched;
		if (count < most)
			ret_rules[count] = (struct bridge_rule){.fault = plan->faults[i], .counters = counters};
		count++;
	}
	return count;
}
