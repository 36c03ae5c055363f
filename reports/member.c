/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/member.h"

/* Jansson may have read it as a floating-point number. */
#define EXACT_MAX 1e15

const char *member_text(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text != NULL ? text : "";
}

uint64_t member_number(const json_t *json, const char *key)
{
	const double number = json_number_value(json_object_get(json, key));

	return number > 0 && number < EXACT_MAX ? (uint64_t)number : 0;
}
