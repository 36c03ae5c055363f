/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which frames a rule is about, and whose state it keeps. */
#include "harness/proxy/rule.h"

bool rule_matches(const struct rule *rule, const struct passage *passage)
{
	return !rule->retired && armed_fault_matches(&rule->armed, &passage->event);
}

uint64_t rule_scope(const struct rule *rule, const struct passage *passage)
{
	return rule->fault.match.netem_exact ? passage->event.direction : draw_what(&passage->event);
}
