/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to a frame that is hit. An action is a row of the table at the end, its parameters and a function.
 */
#include <string.h>

#include "base/check.h"
#include "proxy/rule.h"

/* A year: no session is so long, and the sum of a chain of such times stays within the clock. */
#define TIME_MAX_NS UINT64_C(31536000000000000)

/* -- drop -- */

static const struct param drop_params[] = {
	PARAM_ROW_BOOL(drop_params, enabled, "enabled", "true", "false takes the fault out of the chain"),
	{0},
};

static void apply_drop(struct rule *rule, const struct passage *passage, struct act *act)
{
	(void)passage;
	act->applied = act->drop = rule->fault.params.drop.enabled;
}

/* -- delay -- */

static const struct param delay_params[] = {
	PARAM_ROW_QUANTITY(delay_params, time_ns, "time", UNIT_DURATION, NULL, 0, TIME_MAX_NS, "how long on average"),
	PARAM_ROW_QUANTITY(delay_params, jitter_ns, "jitter", UNIT_DURATION, "0ns", 0, 0, "uniform, as much less or more"),
	PARAM_ROW_BOOL(delay_params, keep_order, "keep_order", "true", "frames of one direction do not overtake each other"),
	{0},
};

static bool check_delay(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct delay_params *params = &fault->params.delay;

	if (params->jitter_ns <= params->time_ns)
		return true;
	*ret_key = "jitter";
	return error_set(err, "the jitter is larger than the delay: a frame would leave before it came");
}

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

static const struct param outage_params[] = {
	PARAM_ROW_QUANTITY(outage_params, for_ns, "for", UNIT_DURATION, NULL, 1, TIME_MAX_NS, "how long every frame of both directions is dropped"),
	{0},
};

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

static const struct param gemodel_params[] = {
	PARAM_ROW_QUANTITY(gemodel_params, p, "p", UNIT_PROBABILITY, NULL, 0, 0, "from the good state to the bad one, a frame"),
	PARAM_ROW_QUANTITY(gemodel_params, r, "r", UNIT_PROBABILITY, NULL, 0, 0, "from the bad state to the good one, a frame"),
	PARAM_ROW_QUANTITY(gemodel_params, one_less_h, "1-h", UNIT_PROBABILITY, "100%", 0, 0, "loss in the bad state"),
	PARAM_ROW_QUANTITY(gemodel_params, one_less_k, "1-k", UNIT_PROBABILITY, "0%", 0, 0, "loss in the good state"),
	{0},
};

static bool check_gemodel(const struct fault *fault, const char **ret_key, struct error *err)
{
	if (fault->params.gemodel.p + fault->params.gemodel.r > 0)
		return true;
	*ret_key = "p";
	return error_set(err, "with p and r both 0 the model never changes its state: use drop with a probability");
}

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
	act->applied = act->drop =
		random_happens(rule->stream, what, passage_which(passage, PURPOSE_LOSS), bad ? params->one_less_h : params->one_less_k);
	if (random_happens(rule->stream, what, passage_which(passage, PURPOSE_STATE), bad ? params->r : params->p))
		*state = bad ? GE_GOOD : GE_BAD;
}

static const struct action actions[] = {
	{.name = "drop", .summary = "the frame is lost", .params = drop_params, .apply = apply_drop},
	{.name = "delay", .summary = "the frame comes later", .params = delay_params, .apply = apply_delay, .check = check_delay},
	{.name = "outage",
	 .summary = "from the frame that matches, nothing passes in either direction for some time",
	 .params = outage_params,
	 .apply = apply_outage,
	 .watch = watch_outage},
	{.name = "gemodel",
	 .summary = "bursty loss: Gilbert-Elliott with tc-netem's parameters, a state for each flow and direction",
	 .params = gemodel_params,
	 .apply = apply_gemodel,
	 .check = check_gemodel},
	{0},
};

const struct action *action_at(size_t index)
{
	return index < sizeof actions / sizeof actions[0] - 1 ? &actions[index] : NULL;
}

const struct action *action_find(const char *name)
{
	for (const struct action *action = actions; action->name != NULL; action++)
		if (strcmp(action->name, name) == 0)
			return action;
	return NULL;
}

const char *action_name(const struct action *action)
{
	return action->name;
}

const char *action_summary(const struct action *action)
{
	return action->summary;
}

const struct param *action_params(const struct action *action)
{
	return action->params;
}
