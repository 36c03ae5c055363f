/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* RFC 3629: the form of a sequence by its first byte. */
static size_t sequence_length(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

static bool is_character(uint32_t c, size_t length)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

	return c >= least[length] && c <= 0x10ffff && (c < 0xd800 || c > 0xdfff);
}

uint32_t text_next(const char **at)
{
	const uint8_t *bytes = (const uint8_t *)*at;
	size_t length = sequence_length(bytes[0]);

	if (bytes[0] == 0)
		return 0;
	uint32_t c = length == 1 ? bytes[0] : bytes[0] & (0xffU >> (length + 1));
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80) {
			length = 0;
			break;
		}
		c = c << 6 | (bytes[i] & 0x3f);
	}
	if (length == 0 || !is_character(c, length)) {
		*at += 1;
		return TEXT_REPLACEMENT;
	}
	*at += length;
	return c;
}

void text_put(FILE *stream, uint32_t c)
{
	if (c < 0x80) {
		fputc((int)c, stream);
		return;
	}
	int tail = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	fputc((int)((0xff00U >> (tail + 1) & 0xff) | c >> (6 * tail)), stream);
	for (int i = tail - 1; i >= 0; i--)
		fputc((int)(0x80 | (c >> (6 * i) & 0x3f)), stream);
}

/* Unicode's marks that turn the direction of what follows (UAX 9). */
static bool turns(uint32_t c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void put_plain(FILE *stream, uint32_t c)
{
	text_put(stream, c < ' ' || (c >= 0x7f && c <= 0x9f) || turns(c) ? TEXT_REPLACEMENT : c);
}

void text_put_plain(FILE *stream, const char *text)
{
	uint32_t c;

	while ((c = text_next(&text)) != 0)
		put_plain(stream, c);
}

void text_put_first_line(FILE *stream, const char *text)
{
	uint32_t c;

	while ((c = text_next(&text)) != 0 && c != '\n')
		put_plain(stream, c);
}

void text_put_word(FILE *stream, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./+,:@%=";

	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		fputs(word, stream);
		return;
	}
	fputc('\'', stream);
	for (; *word != '\0'; word++)
		if (*word == '\'')
			fputs("'\\''", stream);
		else
			fputc(*word, stream);
	fputc('\'', stream);
}
