/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/error.h"

#include <stdio.h>
#include <string.h>

bool error_vset(struct error *err, const char *format, va_list args)
{
	memset(err, 0, sizeof *err);
	(void)vsnprintf(err->text, sizeof err->text, format, args);
	return false;
}

bool error_set(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	error_vset(err, format, args);
	va_end(args);
	return false;
}

bool error_at(struct error *err, const char *file, int line, int column)
{
	(void)snprintf(err->file, sizeof err->file, "%s", file);
	err->line = line;
	err->column = column;
	return false;
}

bool error_context(struct error *err, const char *format, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	int length = vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (length >= 0 && (size_t)length < sizeof text)
		(void)snprintf(text + length, sizeof text - (size_t)length, ": %.*s", ERROR_TEXT_MAX - length - 3, err->text);
	memcpy(err->text, text, sizeof err->text);
	return false;
}

int error_format(const struct error *err, char *ret_text, size_t size)
{
	if (err->file[0] == '\0')
		return snprintf(ret_text, size, "%s", err->text);
	if (err->line == 0)
		return snprintf(ret_text, size, "%s: %s", err->file, err->text);
	return snprintf(ret_text, size, "%s:%d:%d: %s", err->file, err->line, err->column, err->text);
}
