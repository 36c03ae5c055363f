/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/action.h"

#include <string.h>

#include "lib/base/check.h"

const struct param plain_params[] = {
	PARAM_ROW_BOOL(plain_params, enabled, "enabled", "true", "false disables the fault"),
	{0},
};

static const struct action *const *actions_of(size_t layer)
{
	static const struct action *const none[] = {NULL};

	return fault_catalogues[layer] != NULL ? fault_catalogues[layer]->actions : none;
}

const struct action *action_at(size_t index)
{
	for (size_t i = 0; i < LAYERS; i++)
		for (const struct action *const *action = actions_of(i); *action != NULL; action++)
			if (index-- == 0)
				return *action;
	return NULL;
}

size_t actions_count(void)
{
	size_t count = 0;

	while (action_at(count) != NULL)
		count++;
	return count;
}

const struct action *action_find(const char *name)
{
	for (size_t i = 0; i < LAYERS; i++)
		for (const struct action *const *action = actions_of(i); *action != NULL; action++)
			if (strcmp((*action)->name, name) == 0)
				return *action;
	return NULL;
}

const void *action_act(const struct action *action, enum fault_layer layer)
{
	CHECK_INT(action_layer(action), ==, layer);
	return action->act;
}

bool draws_always(const struct action_params *params)
{
	(void)params;
	return true;
}

static void action_check(const struct action *action)
{
	CHECK(action->name != NULL && action->summary != NULL && action->params != NULL && action->act != NULL);
	CHECK(action_find(action->name) == action);
	CHECK_INT(action->params_size, <=, sizeof(struct action_params));
	for (const struct param *row = action->params; row->key != NULL; row++)
		CHECK_INT(row->offset, <, action->params_size);
	CHECK(action->amount == NULL || param_find(action->params, action->amount) != NULL);
	CHECK(action->file == NULL || param_find(action->params, action->file) != NULL);
}

void actions_check(void)
{
	for (size_t i = 0; i < LAYERS; i++)
		for (const struct action *const *action = actions_of(i); *action != NULL; action++) {
			action_check(*action);
			CHECK_INT(action_layer(*action), ==, i);
			CHECK(fault_catalogues[i]->is_whole(*action));
		}
}

void action_init(const struct action *action, struct action_params *ret_params)
{
	memset(ret_params, 0, sizeof *ret_params);
	params_init(action->params, ret_params);
}

static const struct param *row_of(const struct action *action, const char *key)
{
	const struct param *row = param_find(action->params, key);

	CHECK(row != NULL && row->type == PARAM_QUANTITY);
	return row;
}

uint64_t action_quantity(const struct action *action, const struct action_params *params, const char *key)
{
	return param_quantity(row_of(action, key), params);
}

void action_set_quantity(const struct action *action, struct action_params *params, const char *key, uint64_t value)
{
	param_set_quantity(row_of(action, key), params, value);
}

bool action_is_taken_out(const struct action *action, const struct action_params *params)
{
	const struct param *row = action->params;

	return row->type == PARAM_BOOL && strcmp(row->key, "enabled") == 0 && !*(const bool *)(params->bytes + row->offset);
}
