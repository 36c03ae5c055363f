/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/settings.h"

#include <string.h>

#include "lib/base/check.h"
#include "harness/judge/judge.h"

struct judge_table judge_table(void)
{
	struct judge_table table;
	size_t count = 0;

	memset(&table, 0, sizeof table);
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		for (const struct param *row = judge_catalogue[i]->params; row->key != NULL;
		     row++) {
			CHECK_INT(count, <, JUDGE_ROWS_MAX);
			table.rows[count] = *row;
			table.rows[count++].offset += offsetof(struct judge_settings, of) +
			                              i * sizeof(struct judge_params);
		}
	return table;
}

void judge_settings_init(struct judge_settings *settings)
{
	memset(settings, 0, sizeof *settings);
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		params_init(judge_catalogue[i]->params, &settings->of[i]);
}

static size_t number_of(const struct judge *judge)
{
	size_t number = 0;

	while (number < JUDGES_COUNT && judge_catalogue[number] != judge)
		number++;
	CHECK_INT(number, <, JUDGES_COUNT);
	return number;
}

const void *judge_params(const struct judge_settings *settings, const struct judge *judge)
{
	return settings->of[number_of(judge)].bytes;
}

static uint64_t number_at(const struct param *row, const void *object)
{
	return row->type == PARAM_BOOL ? *(const bool *)((const char *)object + row->offset)
	                               : param_quantity(row, object);
}

bool judge_is_on(const struct judge_settings *settings, const struct judge *judge)
{
	return number_at(&judge->params[0], judge_params(settings, judge)) != 0;
}

const struct judge *judge_asked_for(const struct judge_settings *settings, bool of_services)
{
	struct judge_settings standard;

	judge_settings_init(&standard);
	for (size_t i = 0; i < JUDGES_COUNT; i++) {
		const struct judge *judge = judge_catalogue[i];
		if (judge_is_on(settings, judge) && !judge_is_on(&standard, judge) &&
		    (judge->asks_services || !of_services))
			return judge;
	}
	return NULL;
}

void judge_settings_take_due(struct judge_settings *settings, const struct judge_settings *from)
{
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		if (judge_catalogue[i]->due != NULL)
			settings->of[i] = from->of[i];
}

/* -- by key -- */

static const struct param *find_row(const char *key, size_t *ret_judge)
{
	const struct param *row = NULL;

	for (*ret_judge = 0; *ret_judge < JUDGES_COUNT; ++*ret_judge)
		if ((row = param_find(judge_catalogue[*ret_judge]->params, key)) != NULL)
			break;
	CHECK(row != NULL);
	return row;
}

const char *judge_settings_text(const struct judge_settings *settings, const char *key)
{
	size_t judge;
	const struct param *row = find_row(key, &judge);

	CHECK(row->type == PARAM_TEXT);
	return (const char *)settings->of[judge].bytes + row->offset;
}

uint64_t judge_settings_number(const struct judge_settings *settings, const char *key)
{
	size_t judge;
	const struct param *row = find_row(key, &judge);

	return number_at(row, &settings->of[judge]);
}

void judge_settings_set(struct judge_settings *settings, const char *key, const char *text)
{
	size_t judge;
	struct error err;
	const struct param *row = find_row(key, &judge);

	CHECK(param_set(row, &settings->of[judge], text, &err));
}

bool judge_settings_check(const struct judge_settings *settings, const char **ret_key,
                          struct error *err)
{
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		if (judge_catalogue[i]->check != NULL &&
		    !judge_catalogue[i]->check(&settings->of[i], ret_key, err))
			return false;
	return true;
}
