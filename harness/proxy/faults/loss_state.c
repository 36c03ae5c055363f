/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bursty loss, by tc-netem's model of four states. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "harness/proxy/rule.h"

/* What p31 is if nobody says. */
#define LOSS_STATE_REST UINT64_MAX

/**
 * The Markov chain of tc-netem's `loss state` (Salsano, Ludovici and Ordine, "Definition of a
 * general and intuitive loss model for packet networks and its implementation in the Netem module
 * in the Linux kernel").
 * In state 1 frames pass; state 4 is an isolated loss; in a burst they are lost in state 3 and pass
 * in state 2. Billionths, a frame.
 */
struct loss_state_params {
	uint64_t p13;
	uint64_t p31; /**< LOSS_STATE_REST: 1 - p13 */
	uint64_t p32, p23, p14;
};

/* p31 may be left to p13. */
#define REST_TEXT "1-p13"

static bool set_rest(void *value, const char *text, struct error *err)
{
	if (strcmp(text, REST_TEXT) != 0)
		return unit_parse(UNIT_PROBABILITY, text, value, err);
	*(uint64_t *)value = LOSS_STATE_REST;
	return true;
}

static void get_rest(const void *value, char *ret_text, size_t size)
{
	char quantity[UNIT_TEXT_MAX];
	uint64_t known = *(const uint64_t *)value;

	(void)snprintf(ret_text, size, "%s", known == LOSS_STATE_REST ? REST_TEXT : unit_format(UNIT_PROBABILITY, known, quantity));
}

static const struct param_codec rest_codec = {set_rest, get_rest, "a probability or " REST_TEXT, false};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(loss_state_params, p13, "p13", UNIT_PROBABILITY, NULL, 0, 0,
                           "probability of going from the good state into a burst, per frame"),
	PARAM_ROW_CUSTOM(loss_state_params, p31, "p31", &rest_codec, REST_TEXT,
                         "probability of going from loss in a burst back to the good state"),
	PARAM_ROW_QUANTITY(loss_state_params, p32, "p32", UNIT_PROBABILITY, "0%", 0, 0,
                           "probability of going from loss to good reception within a burst"),
	PARAM_ROW_QUANTITY(loss_state_params, p23, "p23", UNIT_PROBABILITY, "100%", 0, 0,
                           "probability of going from good reception to loss within a burst"),
	PARAM_ROW_QUANTITY(loss_state_params, p14, "p14", UNIT_PROBABILITY, "0%", 0, 0, "probability of a single loss in the good state"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct loss_state_params *params = fault_params(fault);

	*ret_key = "p14";
	if (params->p13 + params->p14 > UNIT_PROBABILITY_ONE)
		return error_set(err, "p13 and p14 both leave the good state, and their sum is more than 100%%");
	*ret_key = "p32";
	if (params->p31 != LOSS_STATE_REST && params->p31 + params->p32 > UNIT_PROBABILITY_ONE)
		return error_set(err, "p31 and p32 both leave the loss in a burst, and their sum is more than 100%%");
	if (params->p31 == LOSS_STATE_REST && params->p32 > params->p13)
		return error_set(err, "p32 and p31, which is 100%% less p13, both leave the loss in a burst, and their sum is more than "
		                      "100%%");
	*ret_key = "p23";
	if (params->p13 > 0 && params->p32 > 0 && params->p23 == 0)
		return error_set(err, "with p32 above 0 and p23 0, the model ends in a state that loses nothing");
	*ret_key = NULL;
	return true;
}

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
 * The stationary distribution, but for a common factor. What flows into a state flows out of it: w1
 * p13 = w3 p31, w2 p23 = w3 p32, w4 = w1 p14. Without p32 state 2 is never entered, and p23 says
 * nothing.
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

static unsigned start(const struct rule *rule, const struct passage *passage)
{
	wide weights[LS_COUNT], total = 0;
	unsigned state = LS_GOOD;

	weigh_states(fault_params(&rule->fault), weights);
	for (unsigned i = LS_GOOD; i < LS_COUNT; i++)
		total += weights[i];
	/* Up to 2^92; a draw has 64 bits. */
	while (total >> 62 != 0) {
		total = 0;
		for (unsigned i = LS_GOOD; i < LS_COUNT; i++)
			total += weights[i] >>= 1;
	}
	uint64_t drawn = random_below(rule->armed.stream, draw_what(&passage->event), PURPOSE_START, (uint64_t)total);
	for (; drawn >= weights[state]; state++)
		drawn -= (uint64_t)weights[state];
	return state;
}

static unsigned next_state(const struct loss_state_params *params, unsigned state, uint64_t drawn)
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
static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	uint64_t what = draw_what(&passage->event), *state = map_at(&((struct loss_state *)rule->state)->states, rule_scope(rule, passage));

	if (*state == LS_NEW)
		*state = rule->fault.match.netem_exact ? LS_GOOD : start(rule, passage);
	act->applied = act->drop = *state == LS_BURST_LOSS || *state == LS_SINGLE_LOSS;
	*state = next_state(fault_params(&rule->fault), (unsigned)*state,
	                    random_below(rule->armed.stream, what, draw_which(&passage->event, PURPOSE_STATE), UNIT_PROBABILITY_ONE));
}

static void close(struct rule *rule)
{
	map_close(&((struct loss_state *)rule->state)->states);
}

static const struct behaviour behaviour = {.makes_good = true, .apply = apply, .state_size = sizeof(struct loss_state), .close = close};

const struct action fault_loss_state = {
	.name = "loss_state",
	.summary = "bursty loss: tc-netem's 4-state Markov model, a state for each flow and direction",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct loss_state_params),
	.is_netems = true,
	.check = check,
	.draws = draws_always,
	.act = &behaviour,
};
