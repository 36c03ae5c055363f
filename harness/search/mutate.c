/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/mutate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/text.h"

/* Seeds are drawn from 1 on, so that people can type them. */
#define SEEDS 1000

bool candidate_draw(const struct grounds *grounds, struct dice *dice, struct candidate *ret_candidate)
{
	/* One fault as often as two, and so on: what a single one reaches is the first to know. */
	const size_t wanted = dice_between(dice, 1, CANDIDATE_FAULTS_MAX);

	memset(ret_candidate, 0, sizeof *ret_candidate);
	ret_candidate->seed = grounds->plans[0]->seed;
	while (ret_candidate->count < wanted && limits_draw(grounds, dice, &ret_candidate->list[ret_candidate->count]))
		ret_candidate->count++;
	return ret_candidate->count == wanted;
}

/* -- changes -- */

enum change { CHANGE_ADD, CHANGE_REMOVE, CHANGE_ALTER, CHANGE_AIM, CHANGE_SEED, CHANGE_CROSS, CHANGES };

static bool take_over(struct candidate *candidate, const struct candidate *other, struct dice *dice)
{
	if (other == NULL || other->count == 0 || candidate->count == CANDIDATE_FAULTS_MAX)
		return false;
	candidate->list[candidate->count++] = other->list[dice_below(dice, other->count)];
	return true;
}

static bool change_fault(const struct grounds *grounds, enum change change, struct dice *dice, struct candidate *candidate)
{
	if (candidate->count == 0)
		return false;
	const size_t which = dice_below(dice, candidate->count);
	if (change == CHANGE_AIM)
		return limits_aim(grounds, dice, &candidate->list[which]);
	if (change == CHANGE_ALTER)
		return limits_alter(grounds, dice, &candidate->list[which]);
	if (candidate->count == 1)
		return false;
	candidate->count--;
	memmove(&candidate->list[which], &candidate->list[which + 1], (candidate->count - which) * sizeof candidate->list[0]);
	return true;
}

/* @return false, with the candidate as it was, if that change cannot be made. */
static bool change_once(const struct grounds *grounds, enum change change, const struct candidate *other, struct dice *dice,
                        struct candidate *candidate)
{
	struct drawn more;

	switch (change) {
	case CHANGE_ADD:
		if (candidate->count == CANDIDATE_FAULTS_MAX || !limits_draw(grounds, dice, &more))
			return false;
		candidate->list[candidate->count++] = more;
		return true;
	case CHANGE_SEED:
		candidate->seed = 1 + dice_below(dice, SEEDS);
		return true;
	case CHANGE_CROSS:
		return take_over(candidate, other, dice);
	default:
		return change_fault(grounds, change, dice, candidate);
	}
}

void candidate_mutate(const struct grounds *grounds, const struct candidate *parent, const struct candidate *other, struct dice *dice,
                      struct candidate *ret_candidate)
{
	/*
	 * Another seed is another session from its start on and tells little of what the parent has
	 * reached: it is the rarest.
	 */
	static const enum change tickets[] = {CHANGE_ADD, CHANGE_ADD, CHANGE_REMOVE, CHANGE_ALTER, CHANGE_ALTER,
	                                      CHANGE_AIM, CHANGE_AIM, CHANGE_AIM,    CHANGE_CROSS, CHANGE_SEED};
	const uint64_t count = 1 + dice_below(dice, 2);

	*ret_candidate = *parent;
	for (uint64_t done = 0; done < count;)
		done += change_once(grounds, tickets[dice_below(dice, sizeof tickets / sizeof tickets[0])], other, dice, ret_candidate);
}

/* -- sessions -- */

void candidate_trial(const struct candidate *candidate, const struct plan *plan, bool keep_faults, struct trial *ret_trial)
{
	const size_t kept = keep_faults ? plan->fault_count : 0;
	struct fault *faults = memory_new((kept + CANDIDATE_FAULTS_MAX) * sizeof *faults);
	char text[CANDIDATE_TEXT_MAX];

	if (kept > 0)
		memcpy(faults, plan->faults, kept * sizeof *faults);
	for (size_t i = 0; i < candidate->count; i++)
		faults[kept + i] = candidate->list[i].fault;
	trial_with_faults(ret_trial, plan, faults, kept + candidate->count);
	plan_set_seed(&ret_trial->plan, candidate->seed);
	(void)snprintf(ret_trial->name, sizeof ret_trial->name, "%.*s", (int)sizeof ret_trial->name - 1,
	               candidate_say(candidate, text, sizeof text));
	free(faults);
}

/* -- words -- */

/* The parameters that were drawn. */
static void say_params(struct text *text, const struct drawn *drawn)
{
	const struct limit *limit = &limits[drawn->limit];
	char value[PARAM_VALUE_MAX];

	for (size_t i = 0; i < LIMIT_PARAMS_MAX && limit->params[i].key != NULL; i++) {
		const char *key = limit->params[i].key;
		const bool is_match = key[0] == '@';
		const struct param *row = is_match ? param_find(match_params, key + 1) : param_find(drawn->fault.action->params, key);
		const void *object = is_match ? (const void *)&drawn->fault.match : (const void *)&drawn->fault.params;
		text_add(text, ", %s %s", is_match ? key + 1 : key, param_get(row, object, value));
	}
}

static void say_fault(struct text *text, const struct drawn *drawn)
{
	static const char *const ways[] = {"", " to-server", " to-device"};
	const struct match *match = &drawn->fault.match;
	char quantity[UNIT_TEXT_MAX];

	text_add(text, "%s", drawn->fault.name);
	if (match->at[0] != '\0')
		text_add(text, " at%s %s", ways[match->direction], match->at);
	say_params(text, drawn);
	if (match->nth.first > 0)
		text_add(text, ", message %" PRIu64 "..%" PRIu64, match->nth.first, match->nth.last);
	if (match->from.kind == EDGE_ADDRESS)
		text_add(text, " from %s", match->from.at);
	if (match->until.kind == EDGE_AFTER)
		text_add(text, " for %s%s", unit_format(UNIT_DURATION, match->until.ns, quantity),
		         match->at[0] == '\0' ? ways[match->direction] : "");
}

const char *candidate_say(const struct candidate *candidate, char *ret_text, size_t size)
{
	struct text text = text_in(ret_text, size);

	for (size_t i = 0; i < candidate->count; i++) {
		say_fault(&text, &candidate->list[i]);
		text_add(&text, "; ");
	}
	text_add(&text, "seed %" PRIu64, candidate->seed);
	return ret_text;
}
