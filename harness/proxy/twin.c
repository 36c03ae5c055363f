/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/twin.h"

#include <string.h>

#include "lib/base/check.h"

static void begin(struct twin *twin, size_t index, const struct act *act)
{
	twin->awaits = true;
	twin->base = frame_new(act->frame->data, act->frame->length);
	twin->rule = index;
	twin->cause = twin->fate->cause_count - 1;
	twin->from = act->release;
	twin->act = (struct act){
		.frame = frame_new(act->frame->data, act->frame->length), .owned = true, .release = act->release, .express = act->express};
}

/* There is no copy after all, and whoever announced it has done nothing. */
static void lose(struct twin *twin)
{
	struct proxy_cause *cause = &twin->causes[twin->cause];

	armed_fault_takes_back(&twin->rules[twin->rule].armed);
	twin->awaits = false;
	twin->fate->cause_count--;
	memmove(cause, cause + 1, (twin->fate->cause_count - twin->cause) * sizeof *cause);
	frame_free(twin->base);
	frame_free(twin->act.frame);
}

/*
 * Its bytes are inverted, and nothing else (fault_check()). Of those, a decision can hold so many;
 * what is beyond comes as it was.
 */
static void state_flips(struct twin *twin, struct flips *flips)
{
	const struct frame *base = twin->base;
	struct frame *copy = twin->act.frame;

	CHECK_INT(copy->length, ==, base->length);
	for (size_t i = 0; i < base->length; i++)
		if (!flips_add(flips, (uint16_t)i, copy->data[i] ^ base->data[i]))
			copy->data[i] = base->data[i];
}

/* The decision gets what has become of the copy. */
static void settle(struct twin *twin)
{
	struct duplicate_params *params = (void *)twin->causes[twin->cause].params.bytes;

	twin->awaits = false;
	params->copies = 1;
	/* Whoever jumps the queue leaves at once, but not before there was a copy. */
	if (twin->act.release < twin->from)
		twin->act.release = twin->from;
	params->between_ns = twin->act.release - twin->from;
	state_flips(twin, &params->flips);
	frame_free(twin->base);
	passage_emit(twin->passage, &twin->rules[twin->rule], twin->act.frame, twin->passage->event.direction, twin->act.release);
}

/* A copy is not copied again. */
static bool is_concerned(const struct twin *twin, size_t index)
{
	const struct rule *rule = &twin->rules[index];

	return rule->fault.match.netem_exact && !rule->behaviour->copies && rule_matches(rule, twin->passage) &&
	       filters_take(twin->filters, index, twin->act.frame);
}

/* @return whether the rule loses it. */
static bool pass(struct twin *twin, struct rule *rule)
{
	struct passage own = *twin->passage;

	own.event.twin = true;
	act_clear(&twin->act);
	if (rule->behaviour->picks || armed_fault_picks(&rule->armed, &own.event, rule->armed.counters.matched))
		rule->behaviour->apply(rule, &own, &twin->act);
	if (twin->act.applied)
		armed_fault_counts(&rule->armed, twin->passage->event.now);
	return twin->act.drop;
}

void twin_ends(struct twin *twin)
{
	bool lost = false;

	if (!twin->awaits)
		return;
	for (size_t i = twin->rule + 1; i < twin->rule_count && !lost; i++)
		lost = is_concerned(twin, i) && pass(twin, &twin->rules[i]);
	if (lost)
		lose(twin);
	else
		settle(twin);
}

/*
 * sch_netem counts one up for a copy and one down for a loss: a frame that is copied and lost comes
 * once.
 */
static bool makes_good(const struct twin *twin, const struct rule *rule)
{
	return twin->awaits && rule->fault.match.netem_exact && rule->behaviour->makes_good;
}

void twin_follows(struct twin *twin, size_t index, struct act *act)
{
	struct rule *rule = &twin->rules[index];
	struct proxy_fate *fate = twin->fate;

	if (fate->dropped && makes_good(twin, rule)) {
		rule->drops--;
		armed_fault_takes_back(&rule->armed);
		fate->cause_count--;
		fate->dropped = act->drop = false;
		lose(twin);
	}
	if (!act->twinned)
		return;
	twin_ends(twin);
	begin(twin, index, act);
}
