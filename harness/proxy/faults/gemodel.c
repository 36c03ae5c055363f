/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bursty loss, by the Gilbert-Elliott model. */
#include "harness/proxy/rule.h"

/**
 * The Gilbert-Elliott model in tc-netem's parameters (Elliott, Bell System Technical Journal 42,
 * 1963). Billionths.
 */
struct gemodel_params {
	uint64_t p;          /**< from good to bad, a frame */
	uint64_t r;          /**< from bad to good, a frame */
	uint64_t one_less_h; /**< loss in the bad state, 1-h */
	uint64_t one_less_k; /**< loss in the good state, 1-k */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(gemodel_params, p, "p", UNIT_PROBABILITY, NULL, 0, 0,
                           "probability of going from the good state to the bad one, per frame"),
	PARAM_ROW_QUANTITY(gemodel_params, r, "r", UNIT_PROBABILITY, NULL, 0, 0,
                           "probability of going from the bad state to the good one, per frame"),
	PARAM_ROW_QUANTITY(gemodel_params, one_less_h, "1-h", UNIT_PROBABILITY, "100%", 0, 0, "probability of loss in the bad state"),
	PARAM_ROW_QUANTITY(gemodel_params, one_less_k, "1-k", UNIT_PROBABILITY, "0%", 0, 0, "probability of loss in the good state"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct gemodel_params *params = fault_params(fault);

	if (params->p + params->r > 0)
		return true;
	*ret_key = "p";
	return error_set(err, "with p and r both 0 the model never changes its state: use drop with a probability");
}

/* The state of a flow and direction; what is kept is 1 for good, 2 for bad, 0 for not started. */
enum { GE_NEW, GE_GOOD, GE_BAD };

struct gemodel {
	struct map states;
};

static void start(const struct rule *rule, const struct passage *passage, uint64_t *state)
{
	const struct gemodel_params *params = fault_params(&rule->fault);

	/* Linux starts well. */
	if (rule->fault.match.netem_exact) {
		*state = GE_GOOD;
		return;
	}
	/* The stationary probability of the bad state is p / (p + r). */
	uint64_t drawn = random_below(rule->armed.stream, draw_what(&passage->event), PURPOSE_START, params->p + params->r);

	*state = drawn < params->p ? GE_BAD : GE_GOOD;
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct gemodel_params *params = fault_params(&rule->fault);
	uint64_t what = draw_what(&passage->event);
	uint64_t *state = map_at(&((struct gemodel *)rule->state)->states, rule_scope(rule, passage));

	if (*state == GE_NEW)
		start(rule, passage, state);
	bool bad = *state == GE_BAD;
	act->applied = act->drop = random_happens(rule->armed.stream, what, draw_which(&passage->event, PURPOSE_LOSS),
	                                          bad ? params->one_less_h : params->one_less_k);
	if (random_happens(rule->armed.stream, what, draw_which(&passage->event, PURPOSE_STATE), bad ? params->r : params->p))
		*state = bad ? GE_GOOD : GE_BAD;
}

static void close(struct rule *rule)
{
	map_close(&((struct gemodel *)rule->state)->states);
}

static const struct behaviour behaviour = {.makes_good = true, .apply = apply, .state_size = sizeof(struct gemodel), .close = close};

const struct action fault_gemodel = {
	.name = "gemodel",
	.summary = "bursty loss: Gilbert-Elliott with tc-netem's parameters, a state for each flow and direction",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct gemodel_params),
	.is_netems = true,
	.check = check,
	.draws = draws_always,
	.act = &behaviour,
};
