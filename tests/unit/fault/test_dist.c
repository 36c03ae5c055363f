/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/dist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

static void a_table_is_read_number_by_number(void)
{
	static const int16_t expected[] = {-32768, -1, 0, 7, 32767};
	struct error err = {0};
	struct dist dist;

	CU_ASSERT_FATAL(dist_open(&dist, test_write("a.dist", "# of mine\n -32768 -1 0 # and so on 55\n\n\t7\n32767"), &err));
	CU_ASSERT_EQUAL_FATAL(dist.count, 5);
	CU_ASSERT_EQUAL(memcmp(dist.values, expected, sizeof expected), 0);
	dist_close(&dist);
	CU_ASSERT_PTR_NULL(dist.values);
}

static void is_refused(const char *text, const char *where, const char *why)
{
	const char *path = test_write("bad.dist", text);
	struct error err = {0};
	struct dist dist = {.count = 99};
	char expected[600];

	CU_ASSERT_FALSE(dist_open(&dist, path, &err));
	CU_ASSERT_EQUAL(dist.count, 99);
	(void)snprintf(expected, sizeof expected, "%s:%s: %s", path, where, why);
	TEST_CONTAINS(err.text, expected);
}

static void what_is_no_table_is_refused_with_its_line(void)
{
	struct error err = {0};
	struct dist dist;

	is_refused("1 2\n3 4x\n", "2", "'4x' is not a whole number from -32768 to 32767");
	is_refused("1\n\n32768\n", "3", "'32768' is not");
	is_refused("-32769", "1", "'-32769' is not");
	is_refused("1.5", "1", "'1.5' is not");
	is_refused("99999999999999999999", "1", "'99999999999999999999' is not");
	is_refused("# nothing\n", "1", "this table is empty");
	is_refused("", "1", "this table is empty");
	CU_ASSERT_FALSE(dist_open(&dist, "/no/such/file", &err));
	TEST_CONTAINS(err.text, "the table /no/such/file cannot be read: No such file or directory");
	CU_ASSERT_FALSE(dist_open(&dist, "/", &err));
	TEST_CONTAINS(err.text, "the table / cannot be read: Is a directory");
}

static void a_table_has_a_limit(void)
{
	char *text = memory_new((DIST_MAX + 1) * 2 + 1);
	struct error err = {0};
	struct dist dist;

	for (size_t i = 0; i <= DIST_MAX; i++)
		memcpy(text + i * 2, "1 ", 2);
	is_refused(text, "1", "a table has at most 16384 numbers");
	text[DIST_MAX * 2] = '\0';
	CU_ASSERT_FATAL(dist_open(&dist, test_write("full.dist", text), &err));
	CU_ASSERT_EQUAL(dist.count, DIST_MAX);
	dist_close(&dist);
	free(text);
}

const CU_TestInfo tests_dist[] = {
	{"a table is read number by number", a_table_is_read_number_by_number},
	{"what is no table is refused with its line", what_is_no_table_is_refused_with_its_line},
	{"a table has a limit", a_table_has_a_limit},
	CU_TEST_INFO_NULL,
};
