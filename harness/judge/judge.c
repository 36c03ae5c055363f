/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "harness/judge/settings.h"

#define DECLARE(name) extern const struct judge judge_##name;
JUDGES(DECLARE)

#define ROW(name) &judge_##name,
const struct judge *const judge_catalogue[JUDGES_COUNT] = {JUDGES(ROW)};

const struct judge *judge_find(const char *name)
{
	for (size_t i = 0; i < JUDGES_COUNT; i++)
		if (strcmp(judge_catalogue[i]->name, name) == 0)
			return judge_catalogue[i];
	return NULL;
}

static bool can_be_switched_off(const struct param *row)
{
	return row->type == PARAM_BOOL || (row->type == PARAM_QUANTITY && row->min == 0);
}

void judge_check(void)
{
	for (size_t i = 0; i < JUDGES_COUNT; i++) {
		const struct judge *judge = judge_catalogue[i];
		CHECK(judge->name != NULL && strlen(judge->name) < JUDGE_NAME_MAX &&
		      judge_find(judge->name) == judge);
		CHECK(judge->ask != NULL && judge->params != NULL &&
		      (int)judge->concern < JUDGE_CONCERNS);
		CHECK(strcmp(judge->params[0].key, judge->name) == 0 &&
		      can_be_switched_off(&judge->params[0]));
		CHECK(strncmp(judge->params[0].summary, JUDGE_WORD, sizeof JUDGE_WORD - 1) == 0);
		CHECK_INT(judge->params_size, <=, JUDGE_PARAMS_MAX);
		CHECK(judge->notes_size > 0 ||
		      (judge->hear == NULL && judge->reset == NULL && judge->see == NULL));
		for (const struct param *row = judge->params; row->key != NULL; row++) {
			CHECK_INT(row->offset, <, judge->params_size);
			CHECK(row->standard != NULL);
		}
	}
}

bool judge_complain(struct complaint *ret_complaint, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(ret_complaint->why, sizeof ret_complaint->why, format, args);
	va_end(args);
	return false;
}

double judge_seconds(sim_ns time)
{
	return (double)time / (double)SIM_S;
}
