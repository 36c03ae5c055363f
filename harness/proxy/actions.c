/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of behaviours: which file carries out which action. Names and parameters are in fault/fault.c.
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
