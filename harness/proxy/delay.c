/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames come later.
 */
#include "proxy/rule.h"

struct delay {
	sim_ns last[2]; /* by direction: when the last frame that this rule delayed leaves */
};

static void apply_delay(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct delay_params *params = &rule->fault.params.delay;
	uint64_t spread = params->jitter_ns * 2 + 1;
	sim_ns release = act->release + params->time_ns - params->jitter_ns +
	                 random_below(rule->stream, passage_what(passage), passage_which(passage, PURPOSE_DELAY), spread);
	sim_ns *last = &((struct delay *)rule->state)->last[passage->direction];

	if (params->keep_order && release < *last)
		release = *last;
	if (release > *last)
		*last = release;
	act->applied = release != act->release;
	act->release = release;
}

const struct behaviour behaviour_delay = {.apply = apply_delay, .state_size = sizeof(struct delay)};
