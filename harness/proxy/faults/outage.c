/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Nothing passes for some time, from the frame that is hit on. */
#include "harness/proxy/rule.h"

struct outage_params {
	/**
	 * from the frame that starts it on, every frame in both directions is dropped for so long
	 */
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(outage_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "time for which all frames of both directions are dropped"),
	{0},
};

struct outage {
	sim_ns begun, until; /* 0: none was yet */
};

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct outage_params *params = fault_params(&rule->fault);
	struct outage *outage = rule->state;

	outage->begun = passage->event.now;
	outage->until = passage->event.now + params->for_ns;
	act->drop = true;
	act_tell(act, rule);
}

static bool watch(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct outage *outage = rule->state;

	if (passage->event.now >= outage->until)
		return false;
	act->applied = act->drop = act->consequence = true;
	return true;
}

static bool in_force(const struct rule *rule, sim_ns now)
{
	return now < ((const struct outage *)rule->state)->until;
}

static bool cut(const struct rule *rule, sim_ns now, sim_ns *ret_begun, struct action_params *ret_params)
{
	const struct outage *outage = rule->state;

	if (now >= outage->until)
		return false;
	*ret_begun = outage->begun;
	*ret_params = rule->fault.params;
	((struct outage_params *)(void *)ret_params->bytes)->for_ns = now - outage->begun;
	return true;
}

static const struct behaviour behaviour = {
	.apply = apply, .watch = watch, .state_size = sizeof(struct outage), .in_force = in_force, .cut = cut};

const struct action fault_outage = {
	.name = "outage",
	.summary = "from the frame that matches, nothing passes in either direction for some time",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct outage_params),
	.amount = "for",
	.act = &behaviour,
};
