/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/http.h"
#include "tests/test.h"

#define SIZE 10000U

static void is_part(const char *header, uint64_t size, uint64_t first, uint64_t last)
{
	uint64_t ret_first = 77777, ret_last = 77777;

	CU_ASSERT_EQUAL(http_range_parse(header, size, &ret_first, &ret_last), HTTP_RANGE_PART);
	if (ret_first != first || ret_last != last)
		printf("    %s\n", header);
	CU_ASSERT(ret_first == first && ret_last == last);
}

static void is(enum http_range expected, const char *header, uint64_t size)
{
	uint64_t first = 77777, last = 77777;
	enum http_range range = http_range_parse(header, size, &first, &last);

	if (range != expected)
		printf("    '%s'\n", header);
	CU_ASSERT_EQUAL(range, expected);
	CU_ASSERT(first == 77777 && last == 77777);
}

/* The examples of RFC 9110 14.1.2, of a body of 10,000 bytes. */
static void the_examples_of_the_rfc_are_read(void)
{
	is_part("bytes=0-499", SIZE, 0, 499);
	is_part("bytes=500-999", SIZE, 500, 999);
	is_part("bytes=-500", SIZE, 9500, 9999);
	is_part("bytes=9500-", SIZE, 9500, 9999);
}

static void ends_are_cut_to_the_body(void)
{
	is_part("bytes=0-", SIZE, 0, 9999);
	is_part("bytes=0-0", SIZE, 0, 0);
	is_part("bytes=9999-9999", SIZE, 9999, 9999);
	is_part("bytes=9999-10000", SIZE, 9999, 9999);
	is_part("bytes=5-18446744073709551615", SIZE, 5, 9999);
	is_part("bytes=-1", SIZE, 9999, 9999);
	is_part("bytes=-10000", SIZE, 0, 9999);
	is_part("bytes=-10001", SIZE, 0, 9999);
	is_part("bytes=-18446744073709551615", SIZE, 0, 9999);
	is_part("bytes=0-0", 1, 0, 0);
	is_part("bytes=007-010", SIZE, 7, 10);
}

static void what_lies_behind_the_body_is_unsatisfiable(void)
{
	is(HTTP_RANGE_UNSATISFIABLE, "bytes=10000-", SIZE);
	is(HTTP_RANGE_UNSATISFIABLE, "bytes=10000-10001", SIZE);
	is(HTTP_RANGE_UNSATISFIABLE, "bytes=18446744073709551615-", SIZE);
	is(HTTP_RANGE_UNSATISFIABLE, "bytes=-0", SIZE);
	is(HTTP_RANGE_UNSATISFIABLE, "bytes=0-", 0);
	is(HTTP_RANGE_UNSATISFIABLE, "bytes=-5", 0);
}

/* RFC 9110 14.2: a server ignores what it does not understand, and sends the whole. */
static void what_is_no_single_range_is_ignored(void)
{
	static const char *const ignored[] = {
		"",
		"bytes",
		"bytes=",
		"bytes=-",
		"bytes=5",
		"bytes=a-5",
		"bytes=5-a",
		"bytes=5-4",
		"bytes=0-0,-1",
		"bytes=1-2, 3-4",
		"bytes=0-499x",
		"bytes=-5-",
		"bytes=--5",
		"bytes= 0-4",
		"bytes=0 -4",
		"bytes=0-4 ",
		"items=0-4",
		"bytes 0-4",
		"byte=0-4",
		"bytes=+1-2",
		"bytes=0x1-2",
		" bytes=0-4",
		"bytes=1-99999999999999999999",
		"bytes=99999999999999999999-",
		"bytes=-99999999999999999999",
	};

	for (unsigned i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		is(HTTP_RANGE_NONE, ignored[i], SIZE);
}

/* RFC 9110 14.1: "range unit names are case-insensitive". */
static void the_unit_is_alike_in_any_case(void)
{
	is_part("Bytes=1-2", SIZE, 1, 2);
	is_part("BYTES=-1", SIZE, 9999, 9999);
}

const CU_TestInfo tests_range[] = {
	{"the examples of the RFC are read", the_examples_of_the_rfc_are_read},
	{"ends are cut to the body", ends_are_cut_to_the_body},
	{"what lies behind the body is unsatisfiable", what_lies_behind_the_body_is_unsatisfiable},
	{"what is no single range is ignored", what_is_no_single_range_is_ignored},
	{"the unit is alike in any case", the_unit_is_alike_in_any_case},
	CU_TEST_INFO_NULL,
};
