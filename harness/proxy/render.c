/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was done to a frame, in words.
 */
#include <string.h>

#include "lib/base/text.h"
#include "harness/proxy/proxy.h"

/* What is at its standard value goes without saying. */
static void render_action(const struct action *action, const struct action_params *params, struct text *text)
{
	struct action_params standard;
	char value[PARAM_VALUE_MAX], usual[PARAM_VALUE_MAX];

	text_add(text, "%s", action->name);
	action_init(action, &standard);
	for (const struct param *row = action->params; row->key != NULL; row++) {
		(void)param_get(row, params, value);
		if (row->standard != NULL && strcmp(value, param_get(row, &standard, usual)) == 0)
			continue;
		if (row->type == PARAM_QUANTITY && row->unit == UNIT_DURATION)
			(void)unit_show_duration(param_quantity(row, params), value);
		/* The first parameter is the one that a bare value sets. */
		if (row == action->params)
			text_add(text, " %s", value);
		else
			text_add(text, " %s=%s", row->key, value);
	}
}

const char *proxy_fate_render(const struct proxy *proxy, const struct proxy_fate *fate, sim_ns now, char *ret_text, size_t size)
{
	char quantity[UNIT_TEXT_MAX];
	struct text text = text_in(ret_text, size);

	for (size_t i = 0; i < fate->cause_count; i++) {
		const struct proxy_cause *cause = &fate->causes[i];
		text_add(&text, "%s'%s' ", text_separator(&text, ", "), proxy_fault(proxy, cause->fault)->name);
		render_action(cause->action, &cause->params, &text);
	}
	if (fate->limit != NULL)
		text_add(&text, "%s%s", text_separator(&text, ", "), fate->limit);
	if (fate->dropped)
		text_add(&text, " -> dropped");
	else if (fate->held)
		text_add(&text, " -> held");
	else
		text_add(&text, " -> leaves after %s", unit_show_duration(fate->release - now, quantity));
	return ret_text;
}
