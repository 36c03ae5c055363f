/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/map.h"

#include "lib/sim/random.h"
#include "tests/test.h"

static void a_new_key_has_zero_and_keeps_what_it_gets(void)
{
	struct map map = {0};

	CU_ASSERT_EQUAL(*map_at(&map, 0), 0);
	CU_ASSERT_EQUAL(*map_at(&map, UINT64_MAX), 0);
	*map_at(&map, 0) = 5;
	*map_at(&map, UINT64_MAX) = 6;
	CU_ASSERT_EQUAL(*map_at(&map, 0), 5);
	CU_ASSERT_EQUAL(*map_at(&map, UINT64_MAX), 6);
	CU_ASSERT_EQUAL(map.count, 2);
	map_close(&map);
	CU_ASSERT_EQUAL(*map_at(&map, 0), 0);
	map_close(&map);
}

/* Keys of three kinds: close together, far apart in equal steps, and any. */
static uint64_t key_of(uint64_t i)
{
	switch (i % 3) {
	case 0:
		return i;
	case 1:
		return i << 32;
	default:
		return random_bits(random_stream(1, "keys"), i, 0);
	}
}

static void many_keys_keep_their_values_while_it_grows(void)
{
	struct map map = {0};
	unsigned wrong = 0;

	for (uint64_t i = 0; i < 30000; i++)
		*map_at(&map, key_of(i)) = i + 1;
	CU_ASSERT_EQUAL(map.count, 30000);
	for (uint64_t i = 0; i < 30000; i++)
		wrong += *map_at(&map, key_of(i)) != i + 1;
	CU_ASSERT_EQUAL(wrong, 0);
	CU_ASSERT_EQUAL(map.count, 30000);
	CU_ASSERT(map.room >= map.count && (map.room & (map.room - 1)) == 0);
	map_close(&map);
}

const CU_TestInfo tests_map[] = {
	{"a new key has zero and keeps what it gets", a_new_key_has_zero_and_keeps_what_it_gets},
	{"many keys keep their values while it grows", many_keys_keep_their_values_while_it_grows},
	CU_TEST_INFO_NULL,
};
