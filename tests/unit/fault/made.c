/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/fault/made.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

/* Settings are "key=value;key=value". */
static void set_all(const struct param *table, void *object, const char *settings)
{
	char text[512], *rest = NULL;
	struct error err = {0};

	params_init(table, object);
	(void)snprintf(text, sizeof text, "%s", settings);
	for (char *setting = strtok_r(text, ";", &rest); setting != NULL; setting = strtok_r(NULL, ";", &rest)) {
		char *value = strchr(setting, '=');
		CU_ASSERT_FATAL(value != NULL);
		*value++ = '\0';
		const struct param *row = param_find(table, setting);
		CU_ASSERT_FATAL(row != NULL && param_set(row, object, value, &err));
	}
}

struct fault made_fault(const char *name, const char *match, const char *action, const char *params)
{
	struct fault fault;

	memset(&fault, 0, sizeof fault);
	(void)snprintf(fault.name, sizeof fault.name, "%s", name);
	fault.action = action_find(action);
	CU_ASSERT_FATAL(fault.action != NULL);
	set_all(match_params, &fault.match, match);
	set_all(fault.action->params, &fault.params, params);
	return fault;
}

struct fault made_checked_fault(const char *name, const char *match, const char *action, const char *params)
{
	struct fault fault = made_fault(name, match, action, params);
	struct error err = {0};
	const char *key = NULL;

	CU_ASSERT_FATAL(fault_check(&fault, &key, &err));
	return fault;
}

const char *made_value(const struct fault *fault, const char *key)
{
	static char text[PARAM_VALUE_MAX];
	const struct param *row = param_find(fault->action->params, key);

	CU_ASSERT_FATAL(row != NULL);
	return param_get(row, &fault->params, text);
}
