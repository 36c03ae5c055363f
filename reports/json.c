/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/json.h"

#include <inttypes.h>

#include "reports/text.h"

static void write_text(FILE *stream, const char *text)
{
	const char *at = text;
	uint32_t c;

	fputc('"', stream);
	while ((c = text_next(&at)) != 0) {
		if (c == '"' || c == '\\')
			fprintf(stream, "\\%c", (char)c);
		else if (c < ' ' || c == '<' || c == 0x7f || c == 0x2028 || c == 0x2029)
			fprintf(stream, "\\u%04" PRIx32, c);
		else
			text_put(stream, c);
	}
	fputc('"', stream);
}

static void begin(struct json *json, const char *key)
{
	if (json->depth > 0 && !json->first)
		fputc(',', json->stream);
	if (json->depth > 0 && !json->compact)
		fprintf(json->stream, "\n%*s", 2 * json->depth, "");
	json->first = false;
	if (key != NULL) {
		write_text(json->stream, key);
		fputs(json->compact ? ":" : ": ", json->stream);
	}
}

static void open_group(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	fputc(bracket, json->stream);
	json->depth++;
	json->first = true;
}

static void close_group(struct json *json, char bracket)
{
	json->depth--;
	if (!json->first && !json->compact)
		fprintf(json->stream, "\n%*s", 2 * json->depth, "");
	fputc(bracket, json->stream);
	json->first = false;
	if (json->depth == 0 && !json->compact)
		fputc('\n', json->stream);
}

void json_object_begin(struct json *json, const char *key)
{
	open_group(json, key, '{');
}

void json_object_end(struct json *json)
{
	close_group(json, '}');
}

void json_array_begin(struct json *json, const char *key)
{
	open_group(json, key, '[');
}

void json_array_end(struct json *json)
{
	close_group(json, ']');
}

void json_text(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	write_text(json->stream, value);
}

void json_number(struct json *json, const char *key, uint64_t value)
{
	begin(json, key);
	fprintf(json->stream, "%" PRIu64, value);
}

void json_seconds(struct json *json, const char *key, uint64_t value_ns)
{
	begin(json, key);
	fprintf(json->stream, "%" PRIu64 ".%09" PRIu64, value_ns / 1000000000U, value_ns % 1000000000U);
}

/* Seconds are given in billionths as well. */
void json_ratio(struct json *json, const char *key, uint64_t billionths)
{
	json_seconds(json, key, billionths);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->stream);
}
