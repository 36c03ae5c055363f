/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The status registers and what they protect, over the whole table of the data sheet. */
#include <string.h>

#include "tests/test.h"
#include "tests/unit/nor/fixture.h"

extern const CU_TestInfo tests_nor_status[];

static struct nor_fixture f;

static void write_status(uint8_t opcode, uint8_t value, uint8_t enable)
{
	const uint8_t send[] = {opcode, value};

	nor_fixture_command(&f, enable);
	nor_fixture_exchange(&f, send, sizeof send, NULL, 0);
}

static void a_write_takes_its_time_and_outlives_the_power(void)
{
	nor_fixture_open(&f, NULL);
	write_status(0x01, NOR_SR1_BP, 0x06);
	nor_fixture_expect(&f, "status#1 ");
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_BUSY | NOR_SR1_WEL);
	CU_ASSERT_EQUAL(nor_fixture_wait(&f), 10 * MS);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_BP);
	write_status(0x31, NOR_SR2_CMP | NOR_SR2_QE, 0x06);
	(void)nor_fixture_wait(&f);
	write_status(0x11, 0x20, 0x06);
	(void)nor_fixture_wait(&f);
	nor_power(&f.nor, false, f.now_ns);
	nor_power(&f.nor, true, f.now_ns);
	f.now_ns += 5 * MS;
	CU_ASSERT(nor_fixture_status(&f, 0x05) == NOR_SR1_BP && nor_fixture_status(&f, 0x35) == (NOR_SR2_CMP | NOR_SR2_QE) &&
	          nor_fixture_status(&f, 0x15) == 0x20);
	nor_fixture_close(&f);
}

static void two_bytes_write_two_registers(void)
{
	static const uint8_t send[] = {0x01, NOR_SR1_TB, NOR_SR2_QE};

	nor_fixture_open(&f, NULL);
	nor_fixture_command(&f, 0x06);
	nor_fixture_exchange(&f, send, sizeof send, NULL, 0);
	(void)nor_fixture_wait(&f);
	CU_ASSERT(nor_fixture_status(&f, 0x05) == NOR_SR1_TB && nor_fixture_status(&f, 0x35) == NOR_SR2_QE);
	nor_fixture_close(&f);
}

static void a_volatile_write_is_there_at_once_and_gone_with_the_power(void)
{
	nor_fixture_open(&f, NULL);
	write_status(0x01, NOR_SR1_TB, 0x50);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_TB);
	nor_fixture_expect(&f, "");
	/* Write enable for volatile registers enables one write, and no other. */
	write_status(0x01, 0, 0x04);
	nor_fixture_expect(&f, "finding:no-wel ");
	nor_fixture_command(&f, 0x50);
	nor_fixture_address(&f, 0x20, 0);
	nor_fixture_expect(&f, "finding:no-wel ");
	nor_power(&f.nor, false, f.now_ns);
	nor_power(&f.nor, true, f.now_ns);
	f.now_ns += 5 * MS;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_close(&f);
}

static void reserved_bits_stay_0_and_lock_bits_stay_1(void)
{
	nor_fixture_open(&f, NULL);
	write_status(0x31, 0x04 | NOR_SR2_LB, 0x06);
	nor_fixture_expect(&f, "finding:status-reserved status#1 ");
	(void)nor_fixture_wait(&f);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x35), NOR_SR2_LB);
	write_status(0x31, 0, 0x06);
	(void)nor_fixture_wait(&f);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x35), NOR_SR2_LB);
	nor_fixture_expect(&f, "status#2 ");
	write_status(0x11, NOR_SR3_WPS, 0x50);
	nor_fixture_expect(&f, "not-modelled:block-lock ");
	write_status(0x01, NOR_SR1_BUSY | NOR_SR1_WEL, 0x50);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_expect(&f, "");
	nor_fixture_close(&f);
}

static void locked_registers_open_with_the_next_power_on_only_if_the_lock_was_volatile(void)
{
	nor_fixture_open(&f, NULL);
	write_status(0x31, NOR_SR2_SRL, 0x50);
	write_status(0x01, NOR_SR1_BP, 0x06);
	nor_fixture_expect(&f, "finding:status-locked ");
	nor_power(&f.nor, false, f.now_ns);
	nor_power(&f.nor, true, f.now_ns);
	f.now_ns += 5 * MS;
	write_status(0x01, NOR_SR1_BP, 0x06);
	nor_fixture_expect(&f, "power-off power-on status#1 ");
	nor_fixture_close(&f);
}

/*
 * DS "Status register memory protection (WPS = 0)": SEC, TB, BP2:0 and CMP; first address, and KiB.
 */
static const struct {
	uint8_t sr1, sr2;
	uint32_t start, kib;
} table[] = {
#define BP(n) ((n) << 2)
	{NOR_SR1_SEC | NOR_SR1_TB, 0, 0, 0},
	{BP(1), 0, 0x7e0000, 128},
	{BP(2), 0, 0x7c0000, 256},
	{BP(3), 0, 0x780000, 512},
	{BP(4), 0, 0x700000, 1024},
	{BP(5), 0, 0x600000, 2048},
	{BP(6), 0, 0x400000, 4096},
	{NOR_SR1_TB | BP(1), 0, 0, 128},
	{NOR_SR1_TB | BP(6), 0, 0, 4096},
	{BP(7), 0, 0, 8192},
	{NOR_SR1_SEC | BP(1), 0, 0x7ff000, 4},
	{NOR_SR1_SEC | BP(2), 0, 0x7fe000, 8},
	{NOR_SR1_SEC | BP(3), 0, 0x7fc000, 16},
	{NOR_SR1_SEC | BP(4), 0, 0x7f8000, 32},
	{NOR_SR1_SEC | BP(5), 0, 0x7f8000, 32},
	{NOR_SR1_SEC | NOR_SR1_TB | BP(1), 0, 0, 4},
	{NOR_SR1_SEC | NOR_SR1_TB | BP(5), 0, 0, 32},
	{0, NOR_SR2_CMP, 0, 8192},
	{BP(1), NOR_SR2_CMP, 0, 8192 - 128},
	{BP(6), NOR_SR2_CMP, 0, 4096},
	{NOR_SR1_TB | BP(1), NOR_SR2_CMP, 0x020000, 8192 - 128},
	{BP(7), NOR_SR2_CMP, 0, 0},
	{NOR_SR1_SEC | BP(1), NOR_SR2_CMP, 0, 8192 - 4},
	{NOR_SR1_SEC | NOR_SR1_TB | BP(4), NOR_SR2_CMP, 0x008000, 8192 - 32},
};

static bool may_program(uint32_t address)
{
	const uint64_t before = f.nor.counters.operations;

	nor_fixture_program(&f, address, "", 1);
	(void)nor_fixture_wait(&f);
	return f.nor.counters.operations > before;
}

static void blocks_are_protected_as_the_table_says(void)
{
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
		const uint32_t size = table[i].kib * 1024, end = table[i].start + size;
		uint32_t start;
		nor_fixture_open(&f, NULL);
		write_status(0x01, table[i].sr1, 0x50);
		write_status(0x31, table[i].sr2, 0x50);
		CU_ASSERT_EQUAL(nor_protected(&f.nor, &start), size);
		CU_ASSERT(size == 0 || start == table[i].start);
		if (size > 0) {
			CU_ASSERT(!may_program(table[i].start) && !may_program(end - 1));
			CU_ASSERT(table[i].start == 0 || may_program(table[i].start - 1));
			CU_ASSERT(end == NOR_SIZE || may_program(end));
		}
		/* The whole chip is erased only if all of it may be. */
		f.events[0] = '\0';
		nor_fixture_command(&f, 0x06);
		nor_fixture_command(&f, 0xc7);
		CU_ASSERT_EQUAL(strncmp(f.events, "finding:protected ", 18) == 0, size > 0);
		nor_fixture_close(&f);
	}
}

const CU_TestInfo tests_nor_status[] = {
	{"a write takes its time and outlives the power", a_write_takes_its_time_and_outlives_the_power},
	{"two bytes write two registers", two_bytes_write_two_registers},
	{"a volatile write is there at once and gone with the power", a_volatile_write_is_there_at_once_and_gone_with_the_power},
	{"reserved bits stay 0 and lock bits stay 1", reserved_bits_stay_0_and_lock_bits_stay_1},
	{"locked registers open with the next power on only if the lock was volatile",
         locked_registers_open_with_the_next_power_on_only_if_the_lock_was_volatile},
	{"blocks are protected as the table says", blocks_are_protected_as_the_table_says},
	CU_TEST_INFO_NULL,
};
