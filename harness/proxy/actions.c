/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of behaviours: which file carries out which action. Names and parameters are in fault/fault.c.
 * And what all of them leave behind: a frame as another, and that they have acted.
 */
#include "base/check.h"
#include "proxy/rule.h"

static const struct behaviour *const behaviours[FAULT_KINDS] = {
	[FAULT_CORRUPT] = &behaviour_corrupt,   [FAULT_TRUNCATE] = &behaviour_truncate,   [FAULT_PAD] = &behaviour_pad,
	[FAULT_MTU] = &behaviour_mtu,           [FAULT_FORGE] = &behaviour_forge,         [FAULT_REBIND] = &behaviour_rebind,
	[FAULT_FIREWALL] = &behaviour_firewall, [FAULT_MAHIMAHI] = &behaviour_mahimahi,   [FAULT_LINK_TRACE] = &behaviour_link_trace,
	[FAULT_DROP] = &behaviour_drop,         [FAULT_DELAY] = &behaviour_delay,         [FAULT_OUTAGE] = &behaviour_outage,
	[FAULT_GEMODEL] = &behaviour_gemodel,   [FAULT_LOSS] = &behaviour_loss,           [FAULT_LOSS_STATE] = &behaviour_loss_state,
	[FAULT_RATE] = &behaviour_rate,         [FAULT_SLOT] = &behaviour_slot,           [FAULT_REORDER] = &behaviour_reorder,
	[FAULT_HOLD] = &behaviour_hold,         [FAULT_DUPLICATE] = &behaviour_duplicate,
};

const struct behaviour *rule_behaviour(const struct rule *rule)
{
	const struct behaviour *behaviour = behaviours[rule->fault.action->kind];

	CHECK(behaviour != NULL);
	return behaviour;
}

void act_own(struct act *act, size_t length)
{
	struct frame *copy;

	if (act->owned && act->frame->length == length)
		return;
	copy = frame_resized(act->frame, length);
	copy->id = act->frame->id;
	if (act->owned)
		frame_free(act->frame);
	act->frame = copy;
	act->owned = true;
}

void act_tell(struct act *act, const struct rule *rule)
{
	act->applied = true;
	act->action = rule->fault.action;
	act->params = rule->fault.params;
}

void rule_counts(struct rule *rule, sim_ns now)
{
	rule->before = rule->counters.last_applied;
	rule->counters.last_applied = now;
	rule->counters.applied++;
}

void rule_takes_back(struct rule *rule)
{
	rule->counters.last_applied = rule->before;
	rule->counters.applied--;
}

void act_clear(struct act *act)
{
	act->applied = act->drop = act->consequence = act->twinned = false;
	act->hold = 0;
	act->action = NULL;
}
