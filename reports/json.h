/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Writes JSON (RFC 8259) as a stream. Text that is not UTF-8 comes out as U+FFFD; '<' comes out
 * escaped, so that the text may stand in a page, and so do U+2028 and U+2029, which ended a line in
 * a script before ECMAScript 2019.
 */
#ifndef REPORTS_JSON_H
#define REPORTS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *stream;
	int depth;
	bool compact; /**< without white space; else it is indented */
	bool first;   /* nothing was written at this depth yet */
};

/**
 * Every function below takes the key under which the value stands in its object, or NULL in an
 * array and at the top.
 */
void json_object_begin(struct json *json, const char *key);
void json_object_end(struct json *json);
void json_array_begin(struct json *json, const char *key);
void json_array_end(struct json *json);
void json_text(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, uint64_t value);
/** Writes @p value_ns as seconds with nine decimals. */
void json_seconds(struct json *json, const char *key, uint64_t value_ns);
/** Writes billionths as a number with nine decimals. */
void json_ratio(struct json *json, const char *key, uint64_t billionths);
void json_bool(struct json *json, const char *key, bool value);

#endif
