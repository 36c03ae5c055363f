/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/error.h"

#include <string.h>

#include "tests/test.h"

static void an_error_has_as_much_place_as_is_known(void)
{
	struct error err;
	char text[2048];

	CU_ASSERT_FALSE(error_set(&err, "%s is %d too many", "one", 2));
	CU_ASSERT_EQUAL(error_format(&err, text, sizeof text), (int)strlen("one is 2 too many"));
	CU_ASSERT_STRING_EQUAL(text, "one is 2 too many");
	CU_ASSERT_FALSE(error_at(&err, "a.yaml", 0, 0));
	(void)error_format(&err, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "a.yaml: one is 2 too many");
	CU_ASSERT_FALSE(error_at(&err, "a.yaml", 12, 7));
	(void)error_format(&err, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "a.yaml:12:7: one is 2 too many");
}

static void a_new_error_forgets_the_old_place(void)
{
	struct error err;
	char text[64];

	(void)error_set(&err, "first");
	(void)error_at(&err, "a.yaml", 3, 4);
	(void)error_set(&err, "second");
	(void)error_format(&err, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "second");
}

static void context_goes_before_the_text_and_keeps_the_place(void)
{
	struct error err;
	char text[64];

	(void)error_set(&err, "too large");
	(void)error_at(&err, "a.yaml", 3, 4);
	CU_ASSERT_FALSE(error_context(&err, "fault %d", 5));
	CU_ASSERT_FALSE(error_context(&err, "plan"));
	(void)error_format(&err, text, sizeof text);
	CU_ASSERT_STRING_EQUAL(text, "a.yaml:3:4: plan: fault 5: too large");
}

static void texts_of_every_length_end_within_their_room(void)
{
	char context[ERROR_TEXT_MAX + 8], cause[ERROR_TEXT_MAX + 8];

	for (int length = ERROR_TEXT_MAX - 6; length < ERROR_TEXT_MAX + 4; length++) {
		struct error err;
		memset(cause, 'c', sizeof cause);
		memset(context, 'x', sizeof context);
		context[sizeof context - 1] = '\0';
		(void)error_set(&err, "%.*s", length, cause);
		CU_ASSERT_EQUAL(strlen(err.text), (size_t)(length < ERROR_TEXT_MAX ? length : ERROR_TEXT_MAX - 1));
		(void)error_context(&err, "%.*s", length, context);
		CU_ASSERT(strlen(err.text) < ERROR_TEXT_MAX);
		CU_ASSERT_EQUAL(err.text[0], 'x');
		(void)error_at(&err, context + 1, 1, 1);
		CU_ASSERT(memchr(err.file, '\0', sizeof err.file) != NULL);
	}
}

static void a_short_buffer_gets_the_beginning(void)
{
	struct error err;
	char text[8];

	(void)error_set(&err, "0123456789");
	CU_ASSERT_EQUAL(error_format(&err, text, sizeof text), 10);
	CU_ASSERT_STRING_EQUAL(text, "0123456");
}

const CU_TestInfo tests_error[] = {
	{"an error has as much place as is known", an_error_has_as_much_place_as_is_known},
	{"a new error forgets the old place", a_new_error_forgets_the_old_place},
	{"context goes before the text and keeps the place", context_goes_before_the_text_and_keeps_the_place},
	{"texts of every length end within their room", texts_of_every_length_end_within_their_room},
	{"a short buffer gets the beginning", a_short_buffer_gets_the_beginning},
	CU_TEST_INFO_NULL,
};
