/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loss by chance, each frame for itself or correlated. */
#include "lib/fault/crandom.h"
#include "harness/proxy/rule.h"

/** Independent or correlated loss, tc-netem's `loss random`. Billionths. */
struct loss_params {
	uint64_t percent;
	/** how often a frame is decided as the one before it in its flow and direction */
	uint64_t correlation;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(loss_params, percent, "percent", UNIT_PROBABILITY, NULL, 0, 0, "probability of loss"),
	PARAM_ROW_QUANTITY(loss_params, correlation, "correlation", UNIT_PROBABILITY, "0%", 0, 0,
                           "correlation of the loss with the frame before in the same flow and direction"),
	{0},
};

struct loss {
	struct map draws;
};

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct loss_params *params = fault_params(&rule->fault);
	struct loss *loss = rule->state;

	if (rule->fault.match.netem_exact) {
		act->applied = act->drop = crandom_hits(params->percent, draw_crandom(rule->armed.stream, &passage->event, &loss->draws,
		                                                                      PURPOSE_LOSS, params->correlation));
		return;
	}
	uint64_t which = draw_correlated(rule->armed.stream, &passage->event, &loss->draws, PURPOSE_LOSS, PURPOSE_REPEAT,
	                                 params->correlation);
	act->applied = act->drop = random_happens(rule->armed.stream, draw_what(&passage->event), which, params->percent);
}

static void close(struct rule *rule)
{
	map_close(&((struct loss *)rule->state)->draws);
}

static const struct behaviour behaviour = {.makes_good = true, .apply = apply, .state_size = sizeof(struct loss), .close = close};

const struct action fault_loss = {
	.name = "loss",
	.summary = "frames are lost by chance: tc-netem's 'loss random'",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct loss_params),
	.is_netems = true,
	.draws = draws_always,
	.act = &behaviour,
};
