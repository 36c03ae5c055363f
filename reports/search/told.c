/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/search/told.h"

#include <stdarg.h>
#include <stdlib.h>

#include "reports/search/blocks.h"
#include "reports/text.h"

/* JSON takes UTF-8 alone. */
static json_t *clean(const char *text)
{
	char *whole = NULL;
	size_t size;
	uint32_t c;

	FILE *stream = open_memstream(&whole, &size);
	while ((c = text_next(&text)) != 0)
		text_put(stream, c);
	(void)fclose(stream);
	json_t *json = json_string(whole);
	free(whole);
	return json;
}

static json_t *format_text(const char *format, va_list arguments)
{
	char *whole = NULL;
	size_t size;

	FILE *stream = open_memstream(&whole, &size);
	(void)vfprintf(stream, format, arguments);
	(void)fclose(stream);
	json_t *json = clean(whole);
	free(whole);
	return json;
}

/* @return the block, which belongs to @p told. */
static json_t *begin(json_t *told, enum block_kind kind)
{
	json_t *block = json_object();

	(void)json_object_set_new(block, "kind", json_string(block_name(kind)));
	(void)json_array_append_new(told, block);
	return block;
}

json_t *told_new(void)
{
	return json_array();
}

void told_heading(json_t *told, const char *text)
{
	(void)json_object_set_new(begin(told, BLOCK_HEADING), "text", clean(text));
}

void told_text(json_t *told, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)json_object_set_new(begin(told, BLOCK_TEXT), "text", format_text(format, arguments));
	va_end(arguments);
}

void told_result(json_t *told, enum told_sense sense, const char *format, ...)
{
	json_t *block = begin(told, BLOCK_RESULT);
	va_list arguments;

	va_start(arguments, format);
	(void)json_object_set_new(block, "sense", json_string(block_sense_name(sense)));
	(void)json_object_set_new(block, "text", format_text(format, arguments));
	va_end(arguments);
}

void told_link(json_t *told, const char *path, const char *format, ...)
{
	json_t *block = begin(told, BLOCK_LINK);
	va_list arguments;

	va_start(arguments, format);
	(void)json_object_set_new(block, "path", clean(path));
	(void)json_object_set_new(block, "text", format_text(format, arguments));
	va_end(arguments);
}

void told_lines(json_t *told, const char *caption, const char *text)
{
	json_t *block = begin(told, BLOCK_LINES);

	(void)json_object_set_new(block, "caption", clean(caption));
	(void)json_object_set_new(block, "text", clean(text));
}

json_t *told_table(json_t *told, const char *caption, const char *const *columns)
{
	json_t *table = begin(told, BLOCK_TABLE), *names = json_array();

	for (; *columns != NULL; columns++)
		(void)json_array_append_new(names, clean(*columns));
	(void)json_object_set_new(table, "caption", clean(caption));
	(void)json_object_set_new(table, "columns", names);
	(void)json_object_set_new(table, "rows", json_array());
	return table;
}

json_t *told_row(json_t *table)
{
	json_t *row = json_array();

	(void)json_array_append_new(json_object_get(table, "rows"), row);
	return row;
}

void told_cell(json_t *row, enum told_sense sense, const char *path, const char *format, ...)
{
	json_t *cell = json_object();
	va_list arguments;

	va_start(arguments, format);
	(void)json_object_set_new(cell, "text", format_text(format, arguments));
	va_end(arguments);
	if (sense != TOLD_PLAIN)
		(void)json_object_set_new(cell, "sense", json_string(block_sense_name(sense)));
	if (path != NULL)
		(void)json_object_set_new(cell, "path", clean(path));
	(void)json_array_append_new(row, cell);
}

json_t *told_curve(json_t *told, const char *caption, const char *x_name, const char *y_name)
{
	json_t *curve = begin(told, BLOCK_CURVE);

	(void)json_object_set_new(curve, "caption", clean(caption));
	(void)json_object_set_new(curve, "x_name", clean(x_name));
	(void)json_object_set_new(curve, "y_name", clean(y_name));
	(void)json_object_set_new(curve, "points", json_array());
	(void)json_object_set_new(curve, "marks", json_array());
	return curve;
}

void told_point(json_t *curve, double x, uint64_t y, uint64_t low, uint64_t high, const char *label)
{
	json_t *point = json_object();

	(void)json_object_set_new(point, "x", json_real(x));
	(void)json_object_set_new(point, "y_billionths", json_integer((json_int_t)y));
	(void)json_object_set_new(point, "low_billionths", json_integer((json_int_t)low));
	(void)json_object_set_new(point, "high_billionths", json_integer((json_int_t)high));
	if (label != NULL)
		(void)json_object_set_new(point, "label", clean(label));
	(void)json_array_append_new(json_object_get(curve, "points"), point);
}

void told_mark(json_t *curve, double x, const char *text)
{
	json_t *mark = json_object();

	(void)json_object_set_new(mark, "x", json_real(x));
	(void)json_object_set_new(mark, "text", clean(text));
	(void)json_array_append_new(json_object_get(curve, "marks"), mark);
}
