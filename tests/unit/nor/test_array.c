/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programming and erasing: their rules, their durations, and what a failing supply leaves behind.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/nor/fixture.h"

extern const CU_TestInfo tests_nor_array[];

static struct nor_fixture f;

static bool is_blank(uint32_t from, uint32_t to)
{
	while (from < to && f.array[from] == 0xff)
		from++;
	return from == to;
}

static unsigned zeros(uint32_t from, uint32_t length)
{
	unsigned count = 0;

	for (uint32_t i = from; i < from + length; i++)
		count += (unsigned)__builtin_popcount(f.array[i] ^ 0xffU);
	return count;
}

static void programming_only_clears_bits(void)
{
	nor_fixture_open(&f, NULL);
	nor_fixture_program(&f, 0x100, "\xf0", 1);
	/* Nothing of it is there before it is over, and all of it then. */
	CU_ASSERT_EQUAL(f.array[0x100], 0xff);
	(void)nor_fixture_wait(&f);
	CU_ASSERT_EQUAL(nor_fixture_read(&f, 0x100), 0xf0);
	nor_fixture_program(&f, 0x100, "\x30", 1);
	(void)nor_fixture_wait(&f);
	CU_ASSERT_EQUAL(nor_fixture_read(&f, 0x100), 0x30);
	nor_fixture_expect(&f, "program#1 program#2 ");
	nor_fixture_program(&f, 0x100, "\x3c", 1);
	(void)nor_fixture_wait(&f);
	nor_fixture_expect(&f, "finding:program-set program#3 ");
	CU_ASSERT_EQUAL(nor_fixture_read(&f, 0x100), 0x30);
	CU_ASSERT(is_blank(0, 0x100) && is_blank(0x101, NOR_SIZE));
	nor_fixture_close(&f);
}

static void programming_wraps_in_its_page(void)
{
	uint8_t data[300];

	nor_fixture_open(&f, NULL);
	nor_fixture_program(&f, 0x1fe, "\x01\x02\x03", 3);
	(void)nor_fixture_wait(&f);
	nor_fixture_expect(&f, "finding:program-wrap program#1 ");
	CU_ASSERT(f.array[0x1fe] == 1 && f.array[0x1ff] == 2 && f.array[0x100] == 3 && is_blank(0x200, 0x300));
	for (unsigned i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i < 44 ? 0 : i);
	/* Of 300 bytes the first 44 are overtaken. */
	nor_fixture_program(&f, 0x400, data, sizeof data);
	(void)nor_fixture_wait(&f);
	nor_fixture_expect(&f, "finding:program-long program#2 ");
	for (unsigned i = 0; i < 256; i++)
		CU_ASSERT_EQUAL(f.array[0x400 + i], i < 44 ? (uint8_t)(256 + i) : (uint8_t)i);
	CU_ASSERT_EQUAL(f.nor.counters.programmed_bytes, 3 + 256);
	nor_fixture_close(&f);
}

static void an_erase_takes_the_whole_of_its_unit(void)
{
	static const struct {
		uint8_t opcode;
		uint32_t size;
		uint64_t ns;
	} units[] = {{0x20, 0x1000, 45 * MS}, {0x52, 0x8000, 120 * MS}, {0xd8, 0x10000, 150 * MS}};

	nor_fixture_open(&f, NULL);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		const uint32_t start = 0x200000;
		memset(f.array, 0, NOR_SIZE);
		nor_fixture_erase(&f, units[i].opcode, start + units[i].size - 1);
		CU_ASSERT_EQUAL(f.array[start], 0);
		CU_ASSERT_EQUAL(nor_fixture_wait(&f), units[i].ns);
		CU_ASSERT(f.array[start - 1] == 0 && is_blank(start, start + units[i].size) && f.array[start + units[i].size] == 0);
	}
	nor_fixture_expect(&f, "erase#1 erase#2 erase#3 ");
	for (unsigned i = 0; i < 2; i++) {
		memset(f.array, 0, NOR_SIZE);
		nor_fixture_command(&f, 0x06);
		nor_fixture_command(&f, i == 0 ? 0x60 : 0xc7);
		CU_ASSERT_EQUAL(nor_fixture_wait(&f), 20000 * MS);
		CU_ASSERT(is_blank(0, NOR_SIZE));
	}
	CU_ASSERT(f.nor.counters.erases == 5 && f.nor.counters.erased_bytes == 0x19000 + 2 * NOR_SIZE);
	nor_fixture_close(&f);
}

static void programming_takes_longer_for_more_bytes_up_to_a_limit(void)
{
	static const uint8_t data[256] = {0};
	static const struct {
		size_t bytes;
		uint64_t ns;
	} times[] = {{1, 30 * US}, {2, 32500}, {101, 280 * US}, {149, 400 * US}, {150, 400 * US}, {256, 400 * US}};

	nor_fixture_open(&f, NULL);
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		nor_fixture_program(&f, (uint32_t)i * 256, data, times[i].bytes);
		f.now_ns += times[i].ns - 1;
		CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_BUSY | NOR_SR1_WEL);
		f.now_ns += 1;
		CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	}
	nor_fixture_close(&f);
}

static void times_are_what_config_says(void)
{
	struct nor_config config = nor_config_default();

	config.sector_ns = 400 * MS;
	config.first_byte_ns = 50 * US;
	nor_fixture_open(&f, &config);
	nor_fixture_erase(&f, 0x20, 0);
	CU_ASSERT_EQUAL(nor_fixture_wait(&f), 400 * MS);
	nor_fixture_program(&f, 0, "", 1);
	CU_ASSERT_EQUAL(nor_fixture_wait(&f), 50 * US);
	nor_fixture_close(&f);
}

/* -- power -- */

static void no_command_is_accepted_without_power_nor_right_after_it(void)
{
	nor_fixture_open(&f, NULL);
	nor_fixture_command(&f, 0x06);
	nor_power(&f.nor, false, f.now_ns);
	nor_power(&f.nor, false, f.now_ns);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0xff);
	f.now_ns += 1;
	nor_power(&f.nor, true, f.now_ns);
	nor_fixture_expect(&f, "power-off power-on ");
	f.now_ns += 20 * US - 1;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0xff);
	nor_fixture_expect(&f, "finding:early ");
	f.now_ns += 1;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	f.now_ns += 5 * MS - 20 * US - 1;
	nor_fixture_command(&f, 0x06);
	nor_fixture_expect(&f, "finding:early-write ");
	f.now_ns += 1;
	nor_fixture_command(&f, 0x06);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_WEL);
	nor_fixture_expect(&f, "");
	nor_fixture_close(&f);
}

/* Leaves one page or sector as a cut at this part of its operation leaves it. */
static void cut(bool erases, unsigned permille, uint64_t seed)
{
	struct nor_config config = nor_config_default();
	uint8_t data[256];

	config.seed = seed;
	nor_fixture_open(&f, &config);
	memset(data, 0, sizeof data);
	memset(f.array, erases ? 0x0f : 0xff, NOR_SECTOR);
	if (erases)
		nor_fixture_erase(&f, 0x20, 0);
	else
		nor_fixture_program(&f, 0, data, sizeof data);
	f.now_ns += (erases ? 45 * MS : 400 * US) * permille / 1000;
	nor_power(&f.nor, false, f.now_ns);
}

static void a_cut_program_has_done_its_part_of_the_bits(void)
{
	unsigned before = 0;

	for (unsigned permille = 0; permille <= 1000; permille += 125) {
		cut(false, permille, 1);
		const unsigned now = zeros(0, 256), expected = 2048 * permille / 1000;
		CU_ASSERT(now + 100 > expected && now < expected + 100 && now >= before);
		CU_ASSERT(is_blank(256, NOR_SIZE));
		CU_ASSERT((permille != 0 || now == 0) && (permille != 1000 || now == 2048));
		CU_ASSERT_EQUAL(f.nor.counters.torn, permille < 1000);
		before = now;
		nor_fixture_close(&f);
	}
}

static void a_cut_erase_leaves_ones_old_bits_and_bits_of_neither_kind(void)
{
	cut(true, 0, 1);
	CU_ASSERT_EQUAL(f.array[0], 0x0f);
	nor_fixture_close(&f);
	cut(true, 500, 1);
	unsigned ones = 0, lost = 0;
	for (unsigned i = 0; i < NOR_SECTOR; i++) {
		ones += (unsigned)__builtin_popcount(f.array[i] & 0xf0U);
		lost += (unsigned)__builtin_popcount(~f.array[i] & 0x0fU);
	}
	/*
	 * Of 16,384 bits that were 0 about half are 1; of as many that were 1 some read 0, though
	 * nothing ever programmed them.
	 */
	CU_ASSERT(ones > 7000 && ones < 10500);
	CU_ASSERT(lost > 200 && lost < 1000);
	CU_ASSERT(is_blank(NOR_SECTOR, NOR_SIZE));
	nor_fixture_close(&f);
	cut(true, 1000, 1);
	CU_ASSERT(is_blank(0, NOR_SIZE) && f.nor.counters.torn == 0);
	nor_fixture_close(&f);
}

static void a_cut_is_the_same_twice_and_another_with_another_seed_or_number(void)
{
	uint8_t first[NOR_SECTOR];

	cut(true, 500, 1);
	memcpy(first, f.array, sizeof first);
	nor_fixture_close(&f);
	cut(true, 500, 1);
	CU_ASSERT_EQUAL(memcmp(first, f.array, sizeof first), 0);
	/* The second operation of the same chip. */
	nor_power(&f.nor, true, f.now_ns);
	f.now_ns += 5 * MS;
	memset(f.array, 0x0f, NOR_SECTOR);
	nor_fixture_erase(&f, 0x20, 0);
	f.now_ns += 45 * MS / 2;
	nor_power(&f.nor, false, f.now_ns);
	CU_ASSERT_NOT_EQUAL(memcmp(first, f.array, sizeof first), 0);
	nor_fixture_close(&f);
	cut(true, 500, 2);
	CU_ASSERT_NOT_EQUAL(memcmp(first, f.array, sizeof first), 0);
	nor_fixture_close(&f);
}

static void a_cut_write_of_the_status_registers_keeps_a_part(void)
{
	static const uint8_t send[] = {0x01, 0xfc};
	unsigned parts = 0;

	for (uint64_t seed = 0; seed < 8; seed++) {
		struct nor_config config = nor_config_default();
		config.seed = seed;
		nor_fixture_open(&f, &config);
		nor_fixture_command(&f, 0x06);
		nor_fixture_exchange(&f, send, sizeof send, NULL, 0);
		f.now_ns += 5 * MS;
		nor_power(&f.nor, false, f.now_ns);
		nor_power(&f.nor, true, f.now_ns);
		f.now_ns += 5 * MS;
		const uint8_t status = nor_fixture_status(&f, 0x05);
		parts += status != 0 && status != 0xfc;
		nor_fixture_close(&f);
	}
	CU_ASSERT(parts > 4);
}

static void a_copy_goes_on_by_itself(void)
{
	uint8_t *array = malloc(NOR_SIZE);
	struct nor copy;

	CU_ASSERT_PTR_NOT_NULL_FATAL(array);
	nor_fixture_open(&f, NULL);
	memset(f.array, 0, NOR_SIZE);
	nor_fixture_erase(&f, 0x20, 0);
	copy = f.nor;
	memcpy(array, f.array, NOR_SIZE);
	nor_attach(&copy, array, NULL, NULL);
	nor_power(&f.nor, false, f.now_ns);
	nor_run(&copy, f.now_ns + 45 * MS);
	CU_ASSERT(f.array[0] == 0 && array[0] == 0xff && array[NOR_SECTOR] == 0);
	free(array);
	nor_fixture_close(&f);
}

/* -- effects -- */

static void the_supply_fails_where_an_effect_says_so(void)
{
	nor_fixture_open(&f, NULL);
	f.injected_op = 2;
	f.effect = (struct nor_effect){.cut = true, .cut_permille = 250};
	nor_fixture_erase(&f, 0x20, 0);
	(void)nor_fixture_wait(&f);
	CU_ASSERT_EQUAL(nor_cut_at(&f.nor), NOR_NEVER);
	const uint64_t begin = f.now_ns;
	nor_fixture_erase(&f, 0x20, 0x1000);
	CU_ASSERT_EQUAL(nor_cut_at(&f.nor), begin + 45 * MS / 4);
	nor_fixture_expect(&f, "erase#1 disturbed#2 erase#2 ");
	f.now_ns += 45 * MS / 4;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0xff);
	nor_fixture_expect(&f, "torn#2@250 power-off ");
	CU_ASSERT_EQUAL(nor_cut_at(&f.nor), NOR_NEVER);
	nor_power(&f.nor, true, f.now_ns);
	f.now_ns += 5 * MS;
	/* The numbers go on. */
	nor_fixture_erase(&f, 0x20, 0x1000);
	nor_fixture_expect(&f, "power-on erase#3 ");
	nor_fixture_close(&f);
}

static void an_operation_is_slow_or_never_over(void)
{
	nor_fixture_open(&f, NULL);
	f.injected_op = 1;
	f.effect = (struct nor_effect){.slow_factor = 3, .stuck_ns = 1000 * MS};
	memset(f.array, 0, NOR_SECTOR);
	nor_fixture_erase(&f, 0x20, 0);
	nor_fixture_expect(&f, "disturbed#1 disturbed#1 erase#1 ");
	f.now_ns += 3 * 45 * MS;
	/* It is done, and does not say so. */
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05) & NOR_SR1_BUSY, NOR_SR1_BUSY);
	CU_ASSERT_EQUAL(f.array[0], 0xff);
	CU_ASSERT_EQUAL(nor_fixture_wait(&f), 1000 * MS);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_close(&f);
}

static void no_time_of_an_operation_overflows(void)
{
	nor_fixture_open(&f, NULL);
	f.injected_op = 1;
	f.effect = (struct nor_effect){.slow_factor = UINT32_MAX, .stuck_ns = UINT64_MAX, .cut = true, .cut_permille = 999};
	nor_fixture_erase(&f, 0x20, 0);
	CU_ASSERT(nor_cut_at(&f.nor) > f.now_ns + UINT64_C(99) * 86400 * 1000 * MS && nor_busy_until(&f.nor) > nor_cut_at(&f.nor));
	f.now_ns = nor_cut_at(&f.nor);
	nor_run(&f.nor, f.now_ns);
	nor_fixture_expect(&f, "disturbed#1 disturbed#1 disturbed#1 erase#1 torn#1@999 power-off ");
	nor_fixture_close(&f);
}

static void bits_rot_before_the_read_that_they_are_to_rot_before(void)
{
	nor_fixture_open(&f, NULL);
	f.rotten_read = 2;
	CU_ASSERT_EQUAL(nor_fixture_read(&f, 0), 0xff);
	CU_ASSERT_EQUAL(nor_fixture_read(&f, 0), 0xfe);
	CU_ASSERT_EQUAL(nor_fixture_read(&f, 0), 0xfe);
	nor_fixture_close(&f);
}

const CU_TestInfo tests_nor_array[] = {
	{"programming only clears bits", programming_only_clears_bits},
	{"programming wraps in its page", programming_wraps_in_its_page},
	{"an erase takes the whole of its unit", an_erase_takes_the_whole_of_its_unit},
	{"programming takes longer for more bytes up to a limit", programming_takes_longer_for_more_bytes_up_to_a_limit},
	{"times are what config says", times_are_what_config_says},
	{"no command is accepted without power nor right after it", no_command_is_accepted_without_power_nor_right_after_it},
	{"a cut program has done its part of the bits", a_cut_program_has_done_its_part_of_the_bits},
	{"a cut erase leaves ones old bits and bits of neither kind", a_cut_erase_leaves_ones_old_bits_and_bits_of_neither_kind},
	{"a cut is the same twice and another with another seed or number",
         a_cut_is_the_same_twice_and_another_with_another_seed_or_number},
	{"a cut write of the status registers keeps a part", a_cut_write_of_the_status_registers_keeps_a_part},
	{"a copy goes on by itself", a_copy_goes_on_by_itself},
	{"the supply fails where an effect says so", the_supply_fails_where_an_effect_says_so},
	{"an operation is slow or never over", an_operation_is_slow_or_never_over},
	{"no time of an operation overflows", no_time_of_an_operation_overflows},
	{"bits rot before the read that they are to rot before", bits_rot_before_the_read_that_they_are_to_rot_before},
	CU_TEST_INFO_NULL,
};
