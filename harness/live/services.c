/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulator's far end behind a bridge: what its services' faults do is told where the chain's is, and windows of either may open by the other.
 */
#include "live/far_end.h"
#include "live/inside.h"

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
	const struct far_end_ties ties = {
		.trace = bridge->trace,
		.now = tell_time,
		.troubles = {keep_decision, see_occasion},
		.secret = keep_secret,
		.ctx = bridge,
	};

	if (bridge->options->far_end != NULL)
		far_end_begin(bridge->options->far_end, &ties);
}

void inside_tell_services(struct bridge *bridge, const struct naming *naming, sim_ns now)
{
	if (bridge->options->far_end != NULL)
		troubles_see(far_end_troubles(bridge->options->far_end), naming, now);
}

void inside_deliver_to_device(struct bridge *bridge, struct bytes frame)
{
	if (bridge->options->far_end != NULL)
		far_end_delivered(bridge->options->far_end, frame);
}

void inside_enter_services(struct bridge *bridge, const char *phase)
{
	if (bridge->options->far_end != NULL)
		troubles_enter(far_end_troubles(bridge->options->far_end), phase);
}

size_t inside_service_rules(const struct bridge *bridge, struct bridge_rule *ret_rules, size_t most, size_t count)
{
	const struct plan *plan = bridge->options->plan;
	struct proxy_counters counters = {.last_applied = SIM_NEVER};

	if (bridge->options->far_end == NULL || plan->replay)
		return count;
	for (size_t i = 0; i < plan->fault_count; i++) {
		if (!troubles_counters(far_end_troubles(bridge->options->far_end), i, &counters.matched, &counters.applied))
			continue;
		counters.seen = counters.matched;
		if (count < most)
			ret_rules[count] = (struct bridge_rule){.fault = plan->faults[i], .counters = counters};
		count++;
	}
	return count;
}
