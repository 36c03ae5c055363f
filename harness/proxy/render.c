/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was done to a frame, in words.
 */
#include <stdio.h>
#include <string.h>

#include "harness/proxy/proxy.h"

/* What is at its standard value goes without saying. */
static size_t render_action(const struct action *action, const struct action_params *params, char *text, size_t size)
{
	struct action_params standard;
	char value[PARAM_VALUE_MAX], usual[PARAM_VALUE_MAX];
	size_t used = (size_t)snprintf(text, size, "%s", action->name);

	action_init(action, &standard);
	for (const struct param *row = action->params; row->key != NULL && used < size; row++) {
		(void)param_get(row, params, value);
		if (row->standard != NULL && strcmp(value, param_get(row, &standard, usual)) == 0)
			continue;
		if (row->type == PARAM_QUANTITY && row->unit == UNIT_DURATION)
			(void)unit_show_duration(param_quantity(row, params), value);
		/* The first parameter is the one that a bare value sets. */
		if (row == action->params)
			used += (size_t)snprintf(text + used, size - used, " %s", value);
		else
			used += (size_t)snprintf(text + used, size - used, " %s=%s", row->key, value);
	}
	return used;
}

const char *proxy_fate_render(const struct proxy *proxy, const struct proxy_fate *fate, sim_ns now, char *ret_text, size_t size)
{
	char quantity[UNIT_TEXT_MAX];
	size_t used = 0;

	for (size_t i = 0; i < fate->cause_count && used < size; i++) {
		const struct proxy_cause *cause = &fate->causes[i];
		used += (size_t)snprintf(ret_text + used, size - used, "%s'%s' ", i == 0 ? "" : ", ",
		                         proxy_fault(proxy, cause->fault)->name);
		if (used < size)
			used += render_action(cause->action, &cause->params, ret_text + used, size - used);
	}
	if (fate->limit != NULL && used < size)
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used == 0 ? "" : ", ", fate->limit);
	if (used >= size)
		return ret_text;
	if (fate->dropped)
		(void)snprintf(ret_text + used, size - used, " -> dropped");
	else if (fate->held)
		(void)snprintf(ret_text + used, size - used, " -> held");
	else
		(void)snprintf(ret_text + used, size - used, " -> leaves after %s", unit_show_duration(fate->release - now, quantity));
	return ret_text;
}
