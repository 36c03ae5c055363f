/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames come later, by a time that is said or drawn. */
#include <string.h>

#include "harness/proxy/exact.h"
#include "harness/proxy/jitter.h"

struct delay_params {
	uint64_t time_ns; /**< mean */
	/** uniform: from time - jitter to time + jitter; else the scale of the distribution */
	uint64_t jitter_ns;
	unsigned distribution;      /**< enum distribution */
	char table[FAULT_PATH_MAX]; /**< of DIST_TABLE: a file (dist.h) */
	/**
	 * billionths: how often a frame takes the draw of the one before it in its flow and
	 * direction
	 */
	uint64_t correlation;
	/** a frame never overtakes one that this fault delayed before it in the same direction */
	bool keep_order;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(delay_params, time_ns, "time", UNIT_DURATION, NULL, 0, FAULT_TIME_MAX, "mean delay"),
	PARAM_ROW_QUANTITY(delay_params, jitter_ns, "jitter", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "variation, uniform: as much less or more; otherwise the factor of the distribution"),
	PARAM_ROW_CHOICE(delay_params, distribution, "distribution", jitter_distributions, "uniform",
                         "distribution of the jitter, in tc-netem's words"),
	PARAM_ROW_TEXT(delay_params, table, "table", "",
                       "file of distribution 'table', in the format of tc-netem's .dist, relative to the scenario"),
	PARAM_ROW_QUANTITY(delay_params, correlation, "correlation", UNIT_PROBABILITY, "0%", 0, 0,
                           "correlation of the delay with that of the frame before in the same flow and direction"),
	PARAM_ROW_BOOL(delay_params, keep_order, "keep_order", "true", "true keeps frames of one direction in order"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct delay_params *params = fault_params(fault);

	/* Linux takes a jitter above the delay, and what would be below nothing leaves at once. */
	return jitter_check(fault->match.netem_exact ? UINT64_MAX : params->time_ns, params->jitter_ns, params->distribution, params->table,
	                    ret_key, err);
}

static bool draws(const struct action_params *params)
{
	return ((const struct delay_params *)(const void *)params->bytes)->jitter_ns > 0;
}

struct delay {
	sim_ns last[2]; /* by direction: when the last frame that this rule delayed leaves */
	struct map draws;
	struct jitter jitter;
};

static uint64_t draw(const struct rule *rule, const struct passage *passage)
{
	const struct delay_params *params = fault_params(&rule->fault);
	struct delay *delay = rule->state;

	if (rule->fault.match.netem_exact)
		return jitter_exactly(&delay->jitter,
		                      draw_crandom(rule->armed.stream, &passage->event, &delay->draws, PURPOSE_DELAY, params->correlation));
	return jitter_draw(
		&delay->jitter, rule->armed.stream, draw_what(&passage->event),
		draw_correlated(rule->armed.stream, &passage->event, &delay->draws, PURPOSE_DELAY, PURPOSE_REPEAT, params->correlation));
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct delay_params *params = fault_params(&rule->fault);
	struct delay *delay = rule->state;
	sim_ns *last = &delay->last[passage->event.direction];

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

static void open(struct rule *rule)
{
	const struct delay_params *params = fault_params(&rule->fault);

	jitter_open(&((struct delay *)rule->state)->jitter, params->time_ns, params->jitter_ns, params->distribution, params->table);
}

static void close(struct rule *rule)
{
	struct delay *delay = rule->state;

	map_close(&delay->draws);
	jitter_close(&delay->jitter);
}

void delay_exactly(struct act *act, sim_ns by)
{
	struct delay_params *exact = act_says(act, &fault_delay);

	exact->time_ns = by;
	exact->distribution = DIST_UNIFORM;
	exact->keep_order = true;
}

static const struct behaviour behaviour = {.apply = apply, .state_size = sizeof(struct delay), .open = open, .close = close};

const struct action fault_delay = {
	.name = "delay",
	.summary = "the frame comes later",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct delay_params),
	.amount = "time",
	.file = "table",
	.is_netems = true,
	.check = check,
	.draws = draws,
	.act = &behaviour,
};
