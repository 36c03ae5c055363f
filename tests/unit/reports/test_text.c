/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/text.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

/* The characters of @p text as text_put() writes them. */
static char *cleaned(const char *text)
{
	char *out = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);
	uint32_t c;

	CU_ASSERT_FATAL(stream != NULL);
	while ((c = text_next(&text)) != 0)
		text_put(stream, c);
	CU_ASSERT_FATAL(fclose(stream) == 0);
	return out;
}

static void comes_out(const char *text, const char *expected)
{
	char *out = cleaned(text);

	TEST_SAME_TEXT(out, expected);
	free(out);
}

#define BAD "\xef\xbf\xbd"

static void every_character_comes_back(void)
{
	char *text = NULL;
	size_t length = 0;
	unsigned wrong = 0;

	for (uint32_t c = 1; c <= 0x10ffff; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		FILE *stream = open_memstream(&text, &length);
		text_put(stream, c);
		(void)fclose(stream);
		const char *at = text;
		wrong += length != (c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4) || text_next(&at) != c || at != text + length;
		free(text);
		c += c > 0x3000 && c < 0x10fff0 ? 12 : 0; /* not each of a million */
	}
	CU_ASSERT_EQUAL(wrong, 0);
}

static void good_text_stays_as_it_is(void)
{
	comes_out("", "");
	comes_out("plain\ttext\n", "plain\ttext\n");
	comes_out("\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	          "\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
}

/* RFC 3629: overlong forms, surrogates and what lies behind U+10FFFF are no characters. */
static void what_is_no_utf8_is_replaced(void)
{
	comes_out("a\x80"
	          "b",
	          "a" BAD "b");
	comes_out("\xbf", BAD);
	comes_out("\xc0\xaf", BAD BAD);
	comes_out("\xc1\xbf", BAD BAD);
	comes_out("\xe0\x80\xaf", BAD BAD BAD);
	comes_out("\xe0\x9f\xbf", BAD BAD BAD);
	comes_out("\xed\xa0\x80", BAD BAD BAD);
	comes_out("\xf0\x8f\xbf\xbf", BAD BAD BAD BAD);
	comes_out("\xf4\x90\x80\x80", BAD BAD BAD BAD);
	comes_out("\xf5\x80\x80\x80", BAD BAD BAD BAD);
	comes_out("\xfe\xff", BAD BAD);
}

static void text_cut_in_a_character_ends_there(void)
{
	comes_out("x\xc3", "x" BAD);
	comes_out("x\xe2\x82", "x" BAD BAD);
	comes_out("x\xf0\x9f\x98", "x" BAD BAD BAD);
	comes_out("\xe2\x82"
	          "a",
	          BAD BAD "a");
	comes_out("\xe2\xc3\xa9", BAD "\xc3\xa9");
}

/* What would move a terminal's cursor, change its colours or turn what follows. */
static void a_terminal_gets_plain_text(void)
{
	char *out = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);

	text_put_plain(stream, "a\x1b[31m\n\xc2\x9b\xe2\x80\xae\xe2\x81\xa6 \xc3\xa9");
	(void)fclose(stream);
	TEST_SAME_TEXT(out, "a" BAD "[31m" BAD BAD BAD BAD " \xc3\xa9");
	free(out);
}

static void a_first_line_ends_where_it_does(void)
{
	char *out = NULL;
	size_t length = 0;
	FILE *stream = open_memstream(&out, &length);

	text_put_first_line(stream, "a\x1b\nb");
	text_put_first_line(stream, "");
	text_put_first_line(stream, "c");
	(void)fclose(stream);
	TEST_SAME_TEXT(out, "a" BAD "c");
	free(out);
}

const CU_TestInfo tests_text[] = {
	{"every character comes back", every_character_comes_back},
	{"good text stays as it is", good_text_stays_as_it_is},
	{"what is no UTF-8 is replaced", what_is_no_utf8_is_replaced},
	{"text cut in a character ends there", text_cut_in_a_character_ends_there},
	{"a terminal gets plain text", a_terminal_gets_plain_text},
	{"a first line ends where it does", a_first_line_ends_where_it_does},
	CU_TEST_INFO_NULL,
};
