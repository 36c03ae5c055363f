/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to a frame that is hit: a row of the table at the end and a function. Names and parameters are in fault/fault.c.
 */
#include <string.h>

#include "base/check.h"
#include "proxy/rule.h"

/* A year: no session is so long, and the sum of a chain of such times stays within the clock. */
#define TIME_MAX_NS UINT64_C(31536000000000000)

/* -- drop -- */

static void apply_drop(struct rule *rule, const struct passage *passage, struct act *act)
{
	(void)passage;
	act->applied = act->drop = rule->fault.params.drop.enabled;
}

/* -- delay -- */

static void apply_delay(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct delay_params *params = &rule->fault.params.delay;
	uint64_t spread = params->jitter_ns * 2 + 1;
	sim_ns release = act->release + params->time_ns - params->jitter_ns +
	                 random_below(rule->stream, passage_what(passage), passage_which(passage, PURPOSE_DELAY), spread);
	sim_ns *last = &rule->last_release[passage->direction];

	if (params->keep_order && release < *last)
		release = *last;
	if (release > *last)
		*last = release;
	act->applied = release != act->release;
	act->release = release;
}

/* -- outage -- */

static void apply_outage(struct rule *rule, const struct passage *passage, struct act *act)
{
	rule->outage_until = passage->now + rule->fault.params.outage.for_ns;
	act->applied = act->drop = true;
}

static bool watch_outage(struct rule *rule, const struct passage *passage, struct act *act)
{
	if (passage->now >= rule->outage_until)
		return false;
	act->applied = act->drop = true;
	return true;
}

/* -- gemodel -- */

/* The state of a flow and direction; what is kept is 1 for good, 2 for bad, 0 for not started. */
enum { GE_NEW, GE_GOOD, GE_BAD };

static void start_gemodel(const struct rule *rule, const struct passage *passage, uint64_t *state)
{
	const struct gemodel_params *params = &rule->fault.params.gemodel;
	/* The stationary probability of the bad state is p / (p + r). */
	uint64_t drawn = random_below(rule->stream, passage_what(passage), PURPOSE_START, params->p + params->r);

	*state = drawn < params->p ? GE_BAD : GE_GOOD;
}

static void apply_gemodel(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct gemodel_params *params = &rule->fault.params.gemodel;
	uint64_t what = passage_what(passage);
	uint64_t *state = map_at(&rule->states, what);

	if (*state == GE_NEW)
		start_gemodel(rule, passage, state);
	bool bad = *state == GE_BAD;
	act->applied = act->drop = random_happens(rule->stream, what, passage_which(passage, PURPOSE_LOSS),
	                                          bad ? params->one_less_h : params->one_less_k);
	if (random_happens(rule->stream, what, passage_which(passage, PURPOSE_STATE), bad ? params->r : params->p))
		*state = bad ? GE_GOOD : GE_BAD;
}

static const struct behaviour behaviours[FAULT_KINDS] = {
	[FAULT_DROP] = {apply_drop, NULL},
	[FAULT_DELAY] = {apply_delay, NULL},
	[FAULT_OUTAGE] = {apply_outage, watch_outage},
	[FAULT_GEMODEL] = {apply_gemodel, NULL},
};

const struct behaviour *rule_behaviour(const struct rule *rule)
{
	const struct behaviour *behaviour = &behaviours[action_kind(rule->fault.action)];

	CHECK(behaviour->apply != NULL);
	return behaviour;
}
