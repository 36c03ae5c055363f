/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames are lost: all that match, those that a model picks, or all for some time.
 */
#include "fault/crandom.h"
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
	sim_ns begun, until; /* 0: none was yet */
};

static void apply_outage(struct rule *rule, const struct passage *passage, struct act *act)
{
	struct outage *outage = rule->state;

	outage->begun = passage->now;
	outage->until = passage->now + rule->fault.params.outage.for_ns;
	act->drop = true;
	act_tell(act, rule);
}

static bool watch_outage(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct outage *outage = rule->state;

	if (passage->now >= outage->until)
		return false;
	act->applied = act->drop = act->consequence = true;
	return true;
}

static bool outage_in_force(const struct rule *rule, sim_ns now)
{
	return now < ((const struct outage *)rule->state)->until;
}

static bool cut_outage(const struct rule *rule, sim_ns now, sim_ns *ret_begun, union action_params *ret_params)
{
	const struct outage *outage = rule->state;

	if (now >= outage->until)
		return false;
	*ret_begun = outage->begun;
	*ret_params = rule->fault.params;
	ret_params->outage.for_ns = now - outage->begun;
	return true;
}

const struct behaviour behaviour_outage = {
	.apply = apply_outage, .watch = watch_outage, .state_size = sizeof(struct outage), .in_force = outage_in_force, .cut = cut_outage};

/* -- gemodel -- */

/* The state of a flow and direction; what is kept is 1 for good, 2 for bad, 0 for not started. */
enum { GE_NEW, GE_GOOD, GE_BAD };

struct gemodel {
	struct map states;
};

static void start_gemodel(const struct rule *rule, const struct passage *passage, uint64_t *state)
{
	const struct gemodel_params *params = &rule->fault.params.gemodel;

	/* Linux starts well. */
	if (rule->fault.match.netem_exact) {
		*state = GE_GOOD;
		return;
	}
	/* The stationary probability of the bad state is p / (p + r). */
	uint64_t drawn = random_below(rule->stream, passage_what(passage), PURPOSE_START, params->p + params->r);

	*state = drawn < params->p ? GE_BAD : GE_GOOD;
}

static void apply_gemodel(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct gemodel_params *params = &rule->fault.params.gemodel;
	uint64_t what = passage_what(passage);
	uint64_t *state = map_at(&((struct gemodel *)rule->state)->states, rule_scope(rule, passage));

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

/* -- loss -- */

struct loss {
	struct map draws;
};

static void apply_loss(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct loss_params *params = &rule->fault.params.loss;
	struct loss *loss = rule->state;

	if (rule->fault.match.netem_exact) {
		act->applied = act->drop = crandom_hits(params->percent,
		                                        passage_crandom(rule, passage, &loss->draws, PURPOSE_LOSS, params->correlation));
		return;
	}
	uint64_t which = passage_correlated(rule, passage, &loss->draws, PURPOSE_LOSS, PURPOSE_REPEAT, params->correlation);
	act->applied = act->drop = random_happens(rule->stream, passage_what(passage), which, params->percent);
}

static void close_loss(struct rule *rule)
{
	map_close(&((struct loss *)rule->state)->draws);
}

const struct behaviour behaviour_loss = {.apply = apply_loss, .state_size = sizeof(struct loss), .close = close_loss};

/* -- loss_state -- */

/* The states by tc-netem's numbers; 0: not started. */
enum { LS_NEW, LS_GOOD, LS_BURST_GOOD, LS_BURST_LOSS, LS_SINGLE_LOSS, LS_COUNT };

struct loss_state {
	struct map states;
};

/* What is 1 - p13 unless the user has said so. */
static uint64_t p31_of(const struct loss_state_params *params)
{
	return params->p31 == LOSS_STATE_REST ? UNIT_PROBABILITY_ONE - params->p13 : params->p31;
}

__extension__ typedef unsigned __int128 wide;

/*
 * The stationary distribution, but for a common factor. What flows into a state flows out of it: w1 p13 = w3 p31, w2 p23 = w3 p32, w4 = w1 p14. Without p32
 * state 2 is never entered, and p23 says nothing.
 */
static void weigh_states(const struct loss_state_params *params, wide ret_weights[LS_COUNT])
{
	const wide one = UNIT_PROBABILITY_ONE, p13 = params->p13, p31 = p31_of(params);
	const wide p32 = params->p32, p23 = p32 > 0 ? params->p23 : one;

	ret_weights[LS_NEW] = 0;
	ret_weights[LS_GOOD] = p13 > 0 ? p31 * p23 * one : one;
	ret_weights[LS_BURST_GOOD] = p13 * p32 * one;
	ret_weights[LS_BURST_LOSS] = p13 * p23 * one;
	ret_weights[LS_SINGLE_LOSS] = p13 > 0 ? p31 * p23 * params->p14 : params->p14;
}

static unsigned start_loss_state(const struct rule *rule, const struct passage *passage)
{
	wide weights[LS_COUNT], total = 0;
	unsigned state = LS_GOOD;

	weigh_states(&rule->fault.params.loss_state, weights);
	for (unsigned i = LS_GOOD; i < LS_COUNT; i++)
		total += weights[i];
	/* Up to 2^92; a draw has 64 bits. */
	while (total >> 62 != 0) {
		total = 0;
		for (unsigned i = LS_GOOD; i < LS_COUNT; i++)
			total += weights[i] >>= 1;
	}
	uint64_t drawn = random_below(rule->stream, passage_what(passage), PURPOSE_START, (uint64_t)total);
	for (; drawn >= weights[state]; state++)
		drawn -= (uint64_t)weights[state];
	return state;
}

static unsigned next_loss_state(const struct loss_state_params *params, unsigned state, uint64_t drawn)
{
	uint64_t p31 = p31_of(params);

	switch (state) {
	case LS_GOOD:
		return drawn < params->p13 ? LS_BURST_LOSS : drawn < params->p13 + params->p14 ? LS_SINGLE_LOSS : LS_GOOD;
	case LS_BURST_GOOD:
		return drawn < params->p23 ? LS_BURST_LOSS : LS_BURST_GOOD;
	case LS_BURST_LOSS:
		return drawn < p31 ? LS_GOOD : drawn < p31 + params->p32 ? LS_BURST_GOOD : LS_BURST_LOSS;
	default:
		return LS_GOOD;
	}
}

/* A frame is lost by the state that it finds. */
static void apply_loss_state(struct rule *rule, const struct passage *passage, struct act *act)
{
	uint64_t what = passage_what(passage), *state = map_at(&((struct loss_state *)rule->state)->states, rule_scope(rule, passage));

	if (*state == LS_NEW)
		*state = rule->fault.match.netem_exact ? LS_GOOD : start_loss_state(rule, passage);
	act->applied = act->drop = *state == LS_BURST_LOSS || *state == LS_SINGLE_LOSS;
	*state = next_loss_state(&rule->fault.params.loss_state, (unsigned)*state,
	                         random_below(rule->stream, what, passage_which(passage, PURPOSE_STATE), UNIT_PROBABILITY_ONE));
}

static void close_loss_state(struct rule *rule)
{
	map_close(&((struct loss_state *)rule->state)->states);
}

const struct behaviour behaviour_loss_state = {
	.apply = apply_loss_state, .state_size = sizeof(struct loss_state), .close = close_loss_state};
