/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames come later, by a time that is said or drawn.
 */
#include "base/check.h"
#include "fault/dist.h"
#include "proxy/quantile.h"
#include "proxy/rule.h"

__extension__ typedef __int128 wide;

struct delay {
	sim_ns last[2]; /* by direction: when the last frame that this rule delayed leaves */
	struct map draws;
	struct dist table;
};

/* @p scale jitters of @p of, rounded down. */
static int64_t jitters(const struct delay_params *params, int64_t scale, int64_t of)
{
	wide product = (wide)params->jitter_ns * (wide)scale;

	return (int64_t)((product - (product < 0 ? of - 1 : 0)) / of);
}

/* How much more or less than the mean. */
static int64_t deviation(const struct rule *rule, uint64_t what, uint64_t which)
{
	const struct delay_params *params = &rule->fault.params.delay;
	const struct dist *table = &((const struct delay *)rule->state)->table;

	switch (params->distribution) {
	case DIST_UNIFORM:
		return (int64_t)random_below(rule->stream, what, which, params->jitter_ns * 2 + 1) - (int64_t)params->jitter_ns;
	case DIST_NORMAL:
		return jitters(params, quantile_normal(random_bits(rule->stream, what, which)), QUANTILE_ONE);
	case DIST_PARETO:
		return jitters(params, quantile_pareto(random_bits(rule->stream, what, which)), QUANTILE_ONE);
	case DIST_PARETONORMAL:
		return jitters(params, quantile_paretonormal(random_bits(rule->stream, what, which)), QUANTILE_ONE);
	case DIST_TABLE:
		return jitters(params, table->values[random_below(rule->stream, what, which, table->count)], DIST_SCALE);
	default:
		return 0;
	}
}

static sim_ns draw_delay(struct rule *rule, const struct passage *passage)
{
	const struct delay_params *params = &rule->fault.params.delay;
	struct delay *delay = rule->state;

	if (params->jitter_ns == 0)
		return params->time_ns;
	uint64_t which = passage_correlated(rule, passage, &delay->draws, PURPOSE_DELAY, PURPOSE_REPEAT, params->correlation);
	int64_t drawn = (int64_t)params->time_ns + deviation(rule, passage_what(passage), which);
	return drawn > 0 ? (sim_ns)drawn : 0;
}

static void apply_delay(struct rule *rule, const struct passage *passage, struct act *act)
{
	sim_ns *last = &((struct delay *)rule->state)->last[passage->direction];

	if (act->express)
		return;
	sim_ns release = act->release + draw_delay(rule, passage);
	if (rule->fault.params.delay.keep_order && release < *last)
		release = *last;
	if (release > *last)
		*last = release;
	act->applied = release != act->release;
	act->release = release;
}

static void open_delay(struct rule *rule)
{
	const struct delay_params *params = &rule->fault.params.delay;
	struct error err;

	if (params->distribution == DIST_TABLE)
		CHECK(dist_open(&((struct delay *)rule->state)->table, params->table, &err));
}

static void close_delay(struct rule *rule)
{
	struct delay *delay = rule->state;

	map_close(&delay->draws);
	dist_close(&delay->table);
}

const struct behaviour behaviour_delay = {
	.apply = apply_delay, .state_size = sizeof(struct delay), .open = open_delay, .close = close_delay};
