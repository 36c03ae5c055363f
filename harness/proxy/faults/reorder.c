/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame overtakes those that wait. */
#include "harness/proxy/rule.h"

/** The frame is not held up with the others; tc-netem's `reorder`. */
struct reorder_params {
	uint64_t gap; /**< behind one, so many less 1 go the usual way */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(reorder_params, gap, "gap", UNIT_NONE, "1", 1, 0,
                           "the first frame that may jump, and the next behind one that did, is the gap-th of its flow and direction"),
	{0},
};

struct reorder {
	struct map behind; /* by rule_scope(): frames that have come since one jumped */
};

/*
 * The gap is counted over all frames that match, and only who comes behind it has to be lucky: so
 * tc-netem has it.
 */
static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct reorder_params *params = fault_params(&rule->fault);
	uint64_t *behind = map_at(&((struct reorder *)rule->state)->behind, rule_scope(rule, passage));

	if (++*behind < params->gap || !armed_fault_picks(&rule->armed, &passage->event, rule->armed.counters.matched))
		return;
	*behind = 0;
	act->release = passage->event.now;
	/*
	 * In a frozen plan the delays that were left out have no decision, and one that is there,
	 * such as a slot's, counts.
	 */
	act->express = !passage->frozen;
	/* There each frame comes for itself, too. */
	*(struct reorder_params *)act_says(act, rule->fault.action) = (struct reorder_params){.gap = 1};
}

static void close(struct rule *rule)
{
	map_close(&((struct reorder *)rule->state)->behind);
}

static const struct behaviour behaviour = {.apply = apply, .picks = true, .state_size = sizeof(struct reorder), .close = close};

const struct action fault_reorder = {
	.name = "reorder",
	.summary = "the frame leaves at once, whatever delays and rates the chain has for the others",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct reorder_params),
	.is_netems = true,
	.act = &behaviour,
};
