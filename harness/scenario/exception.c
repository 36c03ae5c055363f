/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/exception.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

#define COMMON_ROWS \
	PARAM_ROW_TEXT(exception, scenario, "scenario", NULL, "the name of the scenario"), \
		PARAM_ROW_TEXT(exception, owner, "owner", NULL, "person who answers for it"), \
		PARAM_ROW_TEXT(exception, until, "until", NULL, "the last day that it holds, such as 2027-01-31"), \
		PARAM_ROW_TEXT(exception, why, "why", NULL, "a sentence for whoever reads the report")

const struct param quarantine_params[] = {COMMON_ROWS, {0}};

const struct param waiver_params[] = {
	COMMON_ROWS,
	PARAM_ROW_TEXT(exception, reason, "reason", NULL,
                       "a pattern (glob(7)) that the reason of the failure has in it; no other failure is waived"),
	{0},
};

static unsigned days_of(unsigned year, unsigned month)
{
	static const unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

bool exception_is_day(const char *text)
{
	unsigned year, month, day;
	int end = 0;

	return strlen(text) == EXCEPTION_DAY_MAX - 1 && strspn(text, "0123456789-") == EXCEPTION_DAY_MAX - 1 &&
	       sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &end) == 3 && end == EXCEPTION_DAY_MAX - 1 && month >= 1 && month <= 12 &&
	       day >= 1 && day <= days_of(year, month);
}

static bool read_list(const struct yaml_file *file, const char *key, const struct param *table, struct exception **list, size_t *count,
                      struct error *err)
{
	const struct yaml_node *node = yaml_get(file->root, key);

	if (node == NULL)
		return true;
	if (node->kind != YAML_SEQUENCE)
		return yaml_error(file, node, err, "'%s' must be a list of keys and values", key);
	for (size_t i = 0; i < node->count; i++) {
		const struct yaml_node *entry = node->entries[i].value;
		struct exception exception;
		memset(&exception, 0, sizeof exception);
		if (entry->kind != YAML_MAPPING)
			return yaml_error(file, entry, err, "an entry of '%s' must be keys and values", key);
		if (!yaml_fill(file, entry, table, NULL, key, &exception, err))
			return false;
		if (!exception_is_day(exception.until))
			return yaml_error(file, yaml_get(entry, "until"), err, "until: '%s' is not a date such as 2027-01-31",
			                  exception.until);
		if (table == waiver_params && exception.reason[0] == '\0')
			return yaml_error(file, entry, err,
			                  "a waiver needs a reason: without one it would hide new failures; a quarantine says so");
		*list = memory_resize(*list, *count + 1, sizeof **list);
		(*list)[(*count)++] = exception;
	}
	return true;
}

bool exceptions_read(const struct yaml_file *file, struct exception **ret_list, size_t *ret_count, struct error *err)
{
	*ret_list = NULL;
	*ret_count = 0;
	return read_list(file, "quarantine", quarantine_params, ret_list, ret_count, err) &&
	       read_list(file, "waivers", waiver_params, ret_list, ret_count, err);
}

/* Days are written so that their order is that of their texts. */
bool exception_holds(const struct exception *exception, const char *day)
{
	return strcmp(day, exception->until) <= 0;
}

bool exception_waives(const struct exception *exception, const char *scenario, const char *reason)
{
	if (exception->reason[0] == '\0' || strcmp(exception->scenario, scenario) != 0)
		return false;
	char *pattern = memory_format("*%s*", exception->reason);
	bool fits = fnmatch(pattern, reason, 0) == 0;

	free(pattern);
	return fits;
}
