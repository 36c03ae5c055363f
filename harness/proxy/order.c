/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames in another order, or more than once.
 */
#include "proxy/rule.h"

/* -- reorder -- */

struct reorder {
	struct map behind; /* by rule_scope(): frames that have come since one jumped */
};

/* The gap is counted over all frames that match, and only who comes behind it has to be lucky: so tc-netem has it. */
static void apply_reorder(struct rule *rule, const struct passage *passage, struct act *act)
{
	uint64_t *behind = map_at(&((struct reorder *)rule->state)->behind, rule_scope(rule, passage));

	if (++*behind < rule->fault.params.reorder.gap || !rule_picks(rule, passage, rule->counters.matched))
		return;
	*behind = 0;
	act->release = passage->now;
	/* In a frozen plan the delays that were left out have no decision, and one that is there, such as a slot's, counts. */
	act->express = !passage->frozen;
	act_tell(act, rule);
	/* There each frame comes for itself, too. */
	act->params.reorder.gap = 1;
}

static void close_reorder(struct rule *rule)
{
	map_close(&((struct reorder *)rule->state)->behind);
}

const struct behaviour behaviour_reorder = {
	.apply = apply_reorder, .picks = true, .state_size = sizeof(struct reorder), .close = close_reorder};

/* -- hold -- */

static void apply_hold(struct rule *rule, const struct passage *passage, struct act *act)
{
	(void)passage;
	act->hold = rule->fault.params.hold.frames;
	act_tell(act, rule);
}

const struct behaviour behaviour_hold = {.apply = apply_hold};

/* -- duplicate -- */

static struct frame *copy_of(const struct frame *frame, const struct flips *flips)
{
	struct frame *copy = frame_new(frame->data, frame->length);

	for (size_t i = 0; i < flips->count && flips->list[i].offset < copy->length; i++)
		copy->data[flips->list[i].offset] ^= flips->list[i].mask;
	return copy;
}

static void apply_duplicate(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct duplicate_params *params = &rule->fault.params.duplicate;

	/* The chain makes this copy, when it knows what becomes of it. */
	act->twinned = rule->fault.match.netem_exact;
	for (uint64_t i = 1; i <= params->copies && !act->twinned; i++)
		passage_emit(passage, rule, copy_of(act->frame, &params->flips), passage->direction, act->release + i * params->between_ns);
	act_tell(act, rule);
}

const struct behaviour behaviour_duplicate = {.apply = apply_duplicate};
