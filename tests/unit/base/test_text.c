/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/text.h"

#include <string.h>

#include "tests/test.h"

static void pieces_and_items_follow_each_other(void)
{
	char buffer[32];
	struct text text = text_in(buffer, sizeof buffer);

	CU_ASSERT_STRING_EQUAL(buffer, "");
	text_add(&text, "%s%s", text_separator(&text, ", "), "a");
	text_add(&text, "%s%u", text_separator(&text, ", "), 7U);
	text_add(&text, "%s!", "");
	CU_ASSERT_STRING_EQUAL(buffer, "a, 7!");
	CU_ASSERT_EQUAL(text.length, 5);
	CU_ASSERT_FALSE(text_is_cut(&text));
}

static void names_are_the_items_of_a_list(void)
{
	static const char *const names[] = {"b", "c", NULL};
	char buffer[32];
	struct text text = text_in(buffer, sizeof buffer);

	text_add_names(&text, names + 2);
	CU_ASSERT_STRING_EQUAL(buffer, "");
	text_add(&text, "a");
	text_add_names(&text, names);
	CU_ASSERT_STRING_EQUAL(buffer, "a, b, c");
}

/* In a buffer of every size, beside a byte that is not its own. */
static void a_text_that_does_not_fit_is_cut_and_says_so(void)
{
	static const char whole[] = "one, two";
	char buffer[sizeof whole + 1];

	for (size_t size = 0; size <= sizeof whole; size++) {
		memset(buffer, '#', sizeof buffer);
		struct text text = text_in(buffer, size);
		text_add(&text, "one");
		text_add(&text, "%stwo", text_separator(&text, ", "));
		CU_ASSERT_EQUAL(text_is_cut(&text), size < sizeof whole);
		CU_ASSERT_EQUAL(text.length, sizeof whole - 1);
		CU_ASSERT_EQUAL(buffer[size], '#');
		CU_ASSERT(size == 0 || (strlen(buffer) == size - 1 && strncmp(buffer, whole, size - 1) == 0));
	}
}

static void nothing_is_added_behind_a_cut(void)
{
	char buffer[6];
	struct text text = text_in(buffer, sizeof buffer);

	text_add(&text, "abc");
	text_add(&text, "\xe2\x82\xac\xe2\x82\xac");
	text_add(&text, "x");
	CU_ASSERT_STRING_EQUAL(buffer, "abc");
	CU_ASSERT_EQUAL(text.length, 10);
}

static void a_cut_falls_between_two_characters(void)
{
	static const char *const characters[] = {"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};

	for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++)
		for (size_t size = 1; size <= 10; size++) {
			const size_t width = strlen(characters[i]);
			char buffer[16];
			struct text text = text_in(buffer, size);
			text_add(&text, "%s%s%s", characters[i], characters[i], characters[i]);
			const size_t fit = (size - 1) / width < 3 ? (size - 1) / width : 3;
			CU_ASSERT_EQUAL(strlen(buffer), fit * width);
		}
}

extern const CU_TestInfo tests_text_builder[];

const CU_TestInfo tests_text_builder[] = {
	{"pieces and items follow each other", pieces_and_items_follow_each_other},
	{"names are the items of a list", names_are_the_items_of_a_list},
	{"a text that does not fit is cut and says so", a_text_that_does_not_fit_is_cut_and_says_so},
	{"nothing is added behind a cut", nothing_is_added_behind_a_cut},
	{"a cut falls between two characters", a_cut_falls_between_two_characters},
	CU_TEST_INFO_NULL,
};
