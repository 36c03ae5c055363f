/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/bytes.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

static void numbers_are_big_endian(void)
{
	static const uint8_t data[] = {0x12, 0x34, 0x56, 0x78, 0xff, 0xfe, 0xfd, 0xfc};
	struct bytes view = bytes_of(data, sizeof data);
	uint8_t u8 = 0;
	uint16_t be16 = 0;
	uint32_t be32 = 0;

	CU_ASSERT(bytes_u8(view, 1, &u8) && u8 == 0x34);
	CU_ASSERT(bytes_be16(view, 1, &be16) && be16 == 0x3456);
	CU_ASSERT(bytes_be32(view, 0, &be32) && be32 == 0x12345678);
	CU_ASSERT(bytes_be32(view, 4, &be32) && be32 == 0xfffefdfc);
}

static void written_numbers_are_read_back(void)
{
	uint8_t data[6] = {0};
	uint16_t be16 = 0;
	uint32_t be32 = 0;

	put_be16(data, 0xabcd);
	put_be32(data + 2, 0x89abcdef);
	CU_ASSERT(bytes_be16(bytes_of(data, 6), 0, &be16) && be16 == 0xabcd);
	CU_ASSERT(bytes_be32(bytes_of(data, 6), 2, &be32) && be32 == 0x89abcdef);
	CU_ASSERT(memcmp(data, "\xab\xcd\x89\xab\xcd\xef", 6) == 0);
}

/* The block on the heap has exactly its length, so that a sanitizer sees a read behind it. */
static void every_view_ends_where_it_ends(void)
{
	for (size_t length = 0; length < 9; length++) {
		uint8_t *data = memory_new(length);
		struct bytes view = bytes_of(data, length);
		for (size_t offset = 0; offset < 12; offset++) {
			uint8_t u8 = 1;
			uint16_t be16 = 1;
			uint32_t be32 = 1;
			CU_ASSERT_EQUAL(bytes_u8(view, offset, &u8), offset + 1 <= length);
			CU_ASSERT_EQUAL(bytes_be16(view, offset, &be16), offset + 2 <= length);
			CU_ASSERT_EQUAL(bytes_be32(view, offset, &be32), offset + 4 <= length);
			/* A read outside leaves the value unchanged. */
			CU_ASSERT_EQUAL(u8, !(offset + 1 <= length));
			CU_ASSERT_EQUAL(be16, !(offset + 2 <= length));
			CU_ASSERT_EQUAL(be32, !(offset + 4 <= length));
		}
		free(data);
	}
}

static void sums_that_overflow_lie_outside(void)
{
	uint8_t data[4] = {0}, u8;
	uint16_t be16;
	uint32_t be32;
	struct bytes view = bytes_of(data, sizeof data);

	CU_ASSERT_FALSE(bytes_have(view, 1, SIZE_MAX));
	CU_ASSERT_FALSE(bytes_have(view, SIZE_MAX, 1));
	CU_ASSERT_FALSE(bytes_have(view, SIZE_MAX, SIZE_MAX));
	CU_ASSERT_FALSE(bytes_u8(view, SIZE_MAX, &u8));
	CU_ASSERT_FALSE(bytes_be16(view, SIZE_MAX, &be16));
	CU_ASSERT_FALSE(bytes_be32(view, SIZE_MAX - 2, &be32));
	CU_ASSERT(bytes_have(view, 4, 0));
	CU_ASSERT_FALSE(bytes_have(view, 5, 0));
}

static void a_part_is_cut_to_what_there_is(void)
{
	uint8_t data[10] = {0};
	struct bytes view = bytes_of(data, sizeof data), part;

	part = bytes_part(view, 2, 3);
	CU_ASSERT(part.data == data + 2 && part.length == 3);
	part = bytes_part(view, 8, 5);
	CU_ASSERT(part.data == data + 8 && part.length == 2);
	part = bytes_part(view, 3, SIZE_MAX);
	CU_ASSERT(part.data == data + 3 && part.length == 7);
	CU_ASSERT_EQUAL(bytes_part(view, 10, 1).length, 0);
	CU_ASSERT_EQUAL(bytes_part(view, 11, 1).length, 0);
	CU_ASSERT_EQUAL(bytes_part(view, SIZE_MAX, SIZE_MAX).length, 0);
}

const CU_TestInfo tests_bytes[] = {
	{"numbers are big endian", numbers_are_big_endian},
	{"written numbers are read back", written_numbers_are_read_back},
	{"every view ends where it ends", every_view_ends_where_it_ends},
	{"sums that overflow lie outside", sums_that_overflow_lie_outside},
	{"a part is cut to what there is", a_part_is_cut_to_what_there_is},
	CU_TEST_INFO_NULL,
};
