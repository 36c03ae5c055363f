/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames are lost: all that match, those that a model picks, or all for some time.
 */
#include "proxy/rule.h"

/* -- drop -- */

static void apply_drop(struct rule *rule, const struct passage *passage, struct act *act)
{
	(void)passage;
	act->applied = act->drop = rule->fault.params.drop.enabled;
}

const struct behaviour behaviour_drop = {.apply = apply_drop};

/* -- outage -- */

struct outage {
	sim_ns until; /* 0: none was yet */
};

static void apply_outage(struct rule *rule, const struct passage *passage, struct act *act)
{
	struct outage *outage = rule->state;

	outage->until = passage->now + rule->fault.params.outage.for_ns;
	act->applied = act->drop = true;
}

static bool watch_outage(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct outage *outage = rule->state;

	if (passage->now >= outage->until)
		return false;
	act->applied = act->drop = true;
	return true;
}

static bool outage_in_force(const struct rule *rule, sim_ns now)
{
	return now < ((const struct outage *)rule->state)->until;
}

const struct behaviour behaviour_outage = {
	.apply = apply_outage, .watch = watch_outage, .state_size = sizeof(struct outage), .in_force = outage_in_force};

/* -- gemodel -- */

/* The state of a flow and direction; what is kept is 1 for good, 2 for bad, 0 for not started. */
enum { GE_NEW, GE_GOOD, GE_BAD };

struct gemodel {
	struct map states;
};

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
	uint64_t *state = map_at(&((struct gemodel *)rule->state)->states, what);

	if (*state == GE_NEW)
		start_gemodel(rule, passage, state);
	bool bad = *state == GE_BAD;
	act->applied = act->drop = random_happens(rule->stream, what, passage_which(passage, PURPOSE_LOSS),
	                                          bad ? params->one_less_h : params->one_less_k);
	if (random_happens(rule->stream, what, passage_which(passage, PURPOSE_STATE), bad ? params->r : params->p))
		*state = bad ? GE_GOOD : GE_BAD;
}

static void close_gemodel(struct rule *rule)
{
	map_close(&((struct gemodel *)rule->state)->states);
}

const struct behaviour behaviour_gemodel = {.apply = apply_gemodel, .state_size = sizeof(struct gemodel), .close = close_gemodel};
