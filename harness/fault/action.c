/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault/action.h"

#include <string.h>

const struct param plain_params[] = {
	PARAM_ROW_BOOL(plain_params, enabled, "enabled", "true", "false takes the fault out"),
	{0},
};

static const struct action *const tables[] = {actions_proxy, actions_link, actions_board, actions_flash, actions_server};

const struct action *action_at(size_t index)
{
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		for (const struct action *action = tables[i]; action->name != NULL; action++)
			if (index-- == 0)
				return action;
	return NULL;
}

const struct action *action_find(const char *name)
{
	const struct action *action;

	for (size_t i = 0; (action = action_at(i)) != NULL; i++)
		if (strcmp(action->name, name) == 0)
			return action;
	return NULL;
}
