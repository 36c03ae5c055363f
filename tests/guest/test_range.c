/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Content-Range: what is a range, and what only looks like one. */
#include <CUnit/CUnit.h>

#include "emulator/guest/agent/range.h"

extern const CU_TestInfo tests_guest_range[];

static void a_range_is_read(void)
{
	struct content_range range;

	CU_ASSERT_TRUE(content_range_parse("bytes 100-199/1000", &range));
	CU_ASSERT_EQUAL(range.first, 100);
	CU_ASSERT_EQUAL(range.last, 199);
	CU_ASSERT_EQUAL(range.total, 1000);
	CU_ASSERT_TRUE(content_range_parse("bytes 0-0/1", &range));
}

static void an_unknown_total_is_unknown(void)
{
	struct content_range range;

	CU_ASSERT_TRUE(content_range_parse("Bytes 5-9/*", &range));
	CU_ASSERT_EQUAL(range.total, RANGE_UNKNOWN);
}

static void anything_else_is_refused(void)
{
	static const char *const wrong[] = {
		"",           "bytes",        "bytes 1",      "bytes 1-2",    "bytes 1-2/",
		"bytes -2/3", "bytes 1-/3",   "bytes 2-1/3",  "bytes 0-3/3",  "bytes 0-1/3 ",
		"bytes */3",  "bytes 1-2/3x", "bytes +1-2/3", "octets 0-1/3", "bytes 0-1/9999999999999999999999",
	};
	struct content_range range = {.first = 77};

	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CU_ASSERT_FALSE(content_range_parse(wrong[i], &range));
	CU_ASSERT_EQUAL(range.first, 77);
}

const CU_TestInfo tests_guest_range[] = {
	{"a range is read", a_range_is_read},
	{"an unknown total is unknown", an_unknown_total_is_unknown},
	{"anything else is refused", anything_else_is_refused},
	CU_TEST_INFO_NULL,
};
