/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/timestamp.h"

#include "tests/test.h"

extern const CU_TestInfo tests_timestamp[];

static void what_is_written_is_read(void)
{
	static const struct {
		int64_t s;
		const char *text;
	} rows[] = {{0, "1970-01-01T00:00:00Z"},
	            {1234567, "1970-01-15T06:56:07Z"},
	            {1709164799, "2024-02-28T23:59:59Z"},
	            {1709164800, "2024-02-29T00:00:00Z"},
	            {4102444800, "2100-01-01T00:00:00Z"}};
	char text[TIMESTAMP_TEXT_MAX];

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t s = -1;
		TEST_SAME_TEXT(timestamp_write(rows[i].s, text), rows[i].text);
		CU_ASSERT(timestamp_read(rows[i].text, &s) && s == rows[i].s);
	}
	TEST_SAME_TEXT(timestamp_write(INT64_MAX, text), "");
}

static void anything_else_is_refused(void)
{
	static const char *const texts[] = {"",
	                                    "2026",
	                                    "2026-11-26",
	                                    "2026-11-26 19:02:03Z",
	                                    "2026-11-26T19:02:03",
	                                    "2026-11-26T19:02:03Z ",
	                                    " 2026-11-26T19:02:03Z",
	                                    "2026-11-26T19:02:03+01:00",
	                                    "2026-11-26T19:02:03.5Z",
	                                    "2026-2-6T1:2:3Z",
	                                    "2026-02-31T19:02:03Z",
	                                    "2026-13-01T19:02:03Z",
	                                    "2026-11-26T25:02:03Z"};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		int64_t s = 7;
		CU_ASSERT(!timestamp_read(texts[i], &s) && s == 7);
	}
}

const CU_TestInfo tests_timestamp[] = {
	{"what is written is read", what_is_written_is_read},
	{"anything else is refused", anything_else_is_refused},
	CU_TEST_INFO_NULL,
};
