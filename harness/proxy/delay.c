/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames come later, by a time that is said or drawn.
 */
#include "proxy/jitter.h"
#include "proxy/rule.h"

struct delay {
	sim_ns last[2]; /* by direction: when the last frame that this rule delayed leaves */
	struct map draws;
	struct jitter jitter;
};

static uint64_t draw(const struct rule *rule, const struct passage *passage)
{
	const uint64_t correlation = rule->fault.params.delay.correlation;
	struct delay *delay = rule->state;

	if (rule->fault.match.netem_exact)
		return jitter_exactly(&delay->jitter, passage_crandom(rule, passage, &delay->draws, PURPOSE_DELAY, correlation));
	return jitter_draw(&delay->jitter, rule->stream, passage_what(passage),
	                   passage_correlated(rule, passage, &delay->draws, PURPOSE_DELAY, PURPOSE_REPEAT, correlation));
}

static void apply_delay(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct delay_params *params = &rule->fault.params.delay;
	struct delay *delay = rule->state;
	sim_ns *last = &delay->last[passage->direction];

	if (act->express)
		return;
	sim_ns release = act->release + draw(rule, passage);
	if (params->keep_order && release < *last)
		release = *last;
	if (release > *last)
		*last = release;
	act->applied = release != act->release;
	act->release = release;
}

static void open_delay(struct rule *rule)
{
	const struct delay_params *params = &rule->fault.params.delay;

	jitter_open(&((struct delay *)rule->state)->jitter, params->time_ns, params->jitter_ns, params->distribution, params->table);
}

static void close_delay(struct rule *rule)
{
	struct delay *delay = rule->state;

	map_close(&delay->draws);
	jitter_close(&delay->jitter);
}

const struct behaviour behaviour_delay = {
	.apply = apply_delay, .state_size = sizeof(struct delay), .open = open_delay, .close = close_delay};
