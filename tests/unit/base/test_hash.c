/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/hash.h"

#include <stdio.h>

#include "tests/test.h"

extern const CU_TestInfo tests_hash[];

/* What xxhsum -H2 prints for nothing, as the specification of XXH3 has it. */
static void nothing_has_the_specified_hash(void)
{
	char text[HASH_TEXT_MAX];

	hash_file(test_write("empty", ""), text);
	TEST_SAME_TEXT(text, "99aa06d3014798d86001c324468d497f");
}

static void pieces_have_the_hash_of_the_whole(void)
{
	char whole[HASH_TEXT_MAX], pieces[HASH_TEXT_MAX];
	XXH3_state_t *state = hash_begin();

	hash_file(test_write("file", "in pieces"), whole);
	hash_add(state, "in ", 3);
	hash_add(state, "pieces", 6);
	hash_end(state, pieces);
	TEST_SAME_TEXT(whole, pieces);
}

static void what_cannot_be_read_has_none(void)
{
	char text[HASH_TEXT_MAX] = "x";

	hash_file("/does/not/exist", text);
	TEST_SAME_TEXT(text, "");
	hash_file("/", text);
	TEST_SAME_TEXT(text, "");
}

static void bytes_are_two_digits_each(void)
{
	char text[] = "xxxxxxxxx";

	TEST_SAME_TEXT(hash_hex((const uint8_t[]){0x00, 0x0a, 0xff}, 3, text), "000aff");
	TEST_SAME_TEXT(hash_hex(NULL, 0, text), "");
}

const CU_TestInfo tests_hash[] = {
	{"bytes are two digits each", bytes_are_two_digits_each},
	{"nothing has the specified hash", nothing_has_the_specified_hash},
	{"pieces have the hash of the whole", pieces_have_the_hash_of_the_whole},
	{"what cannot be read has none", what_cannot_be_read_has_none},
	CU_TEST_INFO_NULL,
};
