/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/text.h"

#include <stdarg.h>
#include <stdio.h>

#include "lib/base/check.h"

struct text text_in(char *buffer, size_t size)
{
	if (size > 0)
		buffer[0] = '\0';
	return (struct text){buffer, size, 0};
}

/* The first byte of a character says how many follow (RFC 3629). */
static void drop_half_character(char *text, size_t length)
{
	size_t lead = length;

	while (lead > 0 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
		lead--;
	const unsigned first = lead > 0 ? (unsigned char)text[lead - 1] : 0;
	if (length - lead < (first >= 0xf0 ? 3U : first >= 0xe0 ? 2U : first >= 0xc0 ? 1U : 0U))
		text[lead - 1] = '\0';
}

void text_add(struct text *text, const char *format, ...)
{
	const size_t room = text_is_cut(text) ? 0 : text->size - text->length;
	va_list args;

	va_start(args, format);
	const int length = vsnprintf(room > 0 ? text->start + text->length : NULL, room, format, args);
	va_end(args);
	CHECK(length >= 0);
	text->length += (size_t)length;
	if (room > 0 && text_is_cut(text))
		drop_half_character(text->start, text->size - 1);
}

void text_add_names(struct text *text, const char *const *names)
{
	for (; *names != NULL; names++)
		text_add(text, "%s%s", text_separator(text, ", "), *names);
}
