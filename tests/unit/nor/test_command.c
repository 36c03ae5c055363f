/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of the flash: what each answers, and when none is accepted. */
#include <string.h>

#include "tests/test.h"
#include "tests/unit/nor/fixture.h"

extern const CU_TestInfo tests_nor_command[];

static struct nor_fixture f;

#define ANSWERS(send, ...) \
	do { \
		static const uint8_t expected[] = {__VA_ARGS__}; \
		uint8_t answer[sizeof expected]; \
		nor_fixture_exchange(&f, send, sizeof send, answer, sizeof answer); \
		CU_ASSERT_EQUAL(memcmp(answer, expected, sizeof expected), 0); \
	} while (0)
#define BYTES (const uint8_t[])

static void it_reports_its_identification(void)
{
	nor_fixture_open(&f, NULL);
	ANSWERS((BYTES{0x9f}), 0xef, 0x40, 0x17, 0x00);
	ANSWERS((BYTES{0x90, 0, 0, 0}), 0xef, 0x16, 0xef);
	ANSWERS((BYTES{0x90, 0, 0, 1}), 0x16, 0xef);
	ANSWERS((BYTES{0xab, 0, 0, 0}), 0x16, 0x16);
	ANSWERS((BYTES{0x4b, 0, 0, 0, 0}), 0xd1, 0x64, 0x60, 0x37, 0xc7, 0x13, 0x2a, 0x35, 0xff);
	nor_fixture_expect(&f, "");
	nor_fixture_close(&f);
}

static void its_parameters_are_those_of_the_data_sheet(void)
{
	uint8_t table[64];

	nor_fixture_open(&f, NULL);
	ANSWERS((BYTES{0x5a, 0, 0, 0, 0}), 'S', 'F', 'D', 'P', 6, 1, 0, 0xff, 0, 6, 1, 16, 0x80, 0, 0, 0xff, 0xff);
	nor_fixture_exchange(&f, BYTES{0x5a, 0, 0, 0x80, 0}, 5, table, sizeof table);
	/*
	 * JESD216B 6.4.5: the number of the last bit; 6.4.11, 6.4.12: the types of erase; 6.4.14:
	 * the page is two to this power.
	 */
	CU_ASSERT_EQUAL(table[4] | table[5] << 8 | table[6] << 16 | table[7] << 24, (int)(NOR_SIZE * 8 - 1));
	CU_ASSERT_EQUAL(memcmp(table + 28, BYTES{12, 0x20, 15, 0x52, 16, 0xd8, 0, 0}, 8), 0);
	CU_ASSERT_EQUAL(table[40] >> 4, 8);
	/*
	 * Three address bytes (6.4.4, bits 18:17), and quad enable is bit 1 of register 2 (6.4.18,
	 * bits 22:20).
	 */
	CU_ASSERT_EQUAL(table[2] >> 1 & 3, 0);
	CU_ASSERT_EQUAL(table[58] >> 4 & 7, 4);
	nor_fixture_expect(&f, "");
	nor_fixture_close(&f);
}

static void reads_go_on_over_the_end_and_a_fast_one_has_a_dummy_byte(void)
{
	nor_fixture_open(&f, NULL);
	f.array[NOR_SIZE - 1] = 0x11;
	f.array[0] = 0x22;
	f.array[1] = 0x33;
	ANSWERS((BYTES{0x03, 0x7f, 0xff, 0xff}), 0x11, 0x22, 0x33, 0xff);
	ANSWERS((BYTES{0x0b, 0x7f, 0xff, 0xff, 0x00}), 0x11, 0x22, 0x33, 0xff);
	CU_ASSERT(f.nor.counters.reads == 2 && f.nor.counters.read_bytes == 8);
	nor_fixture_expect(&f, "");
	ANSWERS((BYTES{0x03, 0x80, 0x00, 0x00}), 0x22);
	nor_fixture_expect(&f, "finding:outside ");
	/* An answer that is not read, and an empty message. */
	nor_transfer(&f.nor, BYTES{0x03, 0, 0, 0, 0}, NULL, 5, f.now_ns);
	nor_transfer(&f.nor, NULL, NULL, 0, f.now_ns);
	nor_fixture_close(&f);
}

static void every_opcode_is_known_or_a_finding(void)
{
	static const uint8_t known[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0b, 0x11, 0x15, 0x20, 0x31, 0x32, 0x35, 0x36, 0x39,
	                                0x3b, 0x3d, 0x42, 0x44, 0x48, 0x4b, 0x50, 0x52, 0x5a, 0x60, 0x66, 0x6b, 0x75, 0x77, 0x7a,
	                                0x7e, 0x90, 0x92, 0x94, 0x98, 0x99, 0x9f, 0xab, 0xb9, 0xbb, 0xc7, 0xd8, 0xeb};

	for (unsigned opcode = 0; opcode < 256; opcode++) {
		nor_fixture_open(&f, NULL);
		nor_fixture_command(&f, (uint8_t)opcode);
		CU_ASSERT_EQUAL(strcmp(f.events, "finding:opcode ") == 0, memchr(known, (int)opcode, sizeof known) == NULL);
		nor_fixture_close(&f);
	}
}

static void what_is_not_modelled_says_so(void)
{
	static const struct {
		uint8_t opcode;
		const char *events;
	} lacking[] = {{0x6b, "not-modelled:dual-quad "}, {0x32, "not-modelled:dual-quad "},  {0x75, "not-modelled:suspend "},
	               {0x48, "not-modelled:security "},  {0x36, "not-modelled:block-lock "}, {0xeb, "not-modelled:dual-quad "}};

	for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
		const uint8_t send[8] = {lacking[i].opcode};
		nor_fixture_open(&f, NULL);
		nor_fixture_exchange(&f, send, lacking[i].opcode == 0x75 ? 1 : lacking[i].opcode == 0x36 ? 4 : 8, NULL, 0);
		nor_fixture_expect(&f, lacking[i].events);
		CU_ASSERT_EQUAL(f.nor.counters.findings, 0);
		nor_fixture_close(&f);
	}
}

static void a_command_that_is_not_whole_does_nothing(void)
{
	nor_fixture_open(&f, NULL);
	nor_fixture_command(&f, 0x06);
	nor_fixture_exchange(&f, BYTES{0x20, 0, 0}, 3, NULL, 0);
	nor_fixture_expect(&f, "finding:short ");
	nor_fixture_exchange(&f, BYTES{0x02, 0, 0, 0}, 4, NULL, 0);
	nor_fixture_expect(&f, "finding:short ");
	nor_fixture_exchange(&f, BYTES{0x20, 0, 0, 0, 0}, 5, NULL, 0);
	nor_fixture_expect(&f, "finding:long ");
	nor_fixture_exchange(&f, BYTES{0x06, 0}, 2, NULL, 0);
	nor_fixture_expect(&f, "finding:long ");
	nor_fixture_exchange(&f, BYTES{0x01, 0, 0, 0}, 4, NULL, 0);
	nor_fixture_expect(&f, "finding:long ");
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_WEL);
	CU_ASSERT_EQUAL(f.nor.counters.findings, 5);
	nor_fixture_close(&f);
}

static void nothing_is_written_without_write_enable(void)
{
	static const uint8_t opcodes[] = {0x20, 0x52, 0xd8};
	static const uint8_t whole_chip[] = {0x60, 0xc7};

	nor_fixture_open(&f, NULL);
	for (size_t i = 0; i < sizeof opcodes; i++) {
		nor_fixture_address(&f, opcodes[i], 0);
		nor_fixture_expect(&f, "finding:no-wel ");
	}
	for (size_t i = 0; i < sizeof whole_chip; i++) {
		nor_fixture_command(&f, whole_chip[i]);
		nor_fixture_expect(&f, "finding:no-wel ");
	}
	nor_fixture_exchange(&f, BYTES{0x02, 0, 0, 0, 0}, 5, NULL, 0);
	nor_fixture_exchange(&f, BYTES{0x01, 0}, 2, NULL, 0);
	nor_fixture_expect(&f, "finding:no-wel finding:no-wel ");
	nor_fixture_command(&f, 0x06);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_WEL);
	nor_fixture_command(&f, 0x04);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_address(&f, 0x20, 0);
	nor_fixture_expect(&f, "finding:no-wel ");
	CU_ASSERT_EQUAL(f.nor.counters.operations, 0);
	nor_fixture_close(&f);
}

static void a_busy_chip_accepts_only_reads_of_its_status(void)
{
	nor_fixture_open(&f, NULL);
	nor_fixture_erase(&f, 0x20, 0);
	nor_fixture_expect(&f, "erase#1 ");
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_BUSY | NOR_SR1_WEL);
	CU_ASSERT(nor_fixture_status(&f, 0x35) == 0 && nor_fixture_status(&f, 0x15) == NOR_SR3_DRV);
	nor_fixture_expect(&f, "");
	ANSWERS((BYTES{0x9f}), 0xff, 0xff, 0xff);
	ANSWERS((BYTES{0x03, 0, 0, 0}), 0xff);
	nor_fixture_command(&f, 0x06);
	nor_fixture_address(&f, 0x20, 0x1000);
	nor_fixture_expect(&f, "finding:busy finding:busy finding:busy finding:busy ");
	(void)nor_fixture_wait(&f);
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_close(&f);
}

static void power_down_accepts_only_its_release(void)
{
	nor_fixture_open(&f, NULL);
	nor_fixture_command(&f, 0xb9);
	(void)nor_fixture_status(&f, 0x05);
	nor_fixture_expect(&f, "finding:early ");
	f.now_ns += 3 * US;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0xff);
	nor_fixture_command(&f, 0x66);
	nor_fixture_command(&f, 0x99);
	nor_fixture_expect(&f, "finding:asleep finding:asleep finding:asleep ");
	nor_fixture_command(&f, 0xab);
	f.now_ns += 3 * US - 1;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0xff);
	nor_fixture_expect(&f, "finding:early ");
	f.now_ns += 1;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	/* With its identity read the chip is there sooner. */
	nor_fixture_command(&f, 0xb9);
	f.now_ns += 3 * US;
	ANSWERS((BYTES{0xab, 0, 0, 0}), 0x16);
	f.now_ns += 1800;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_expect(&f, "");
	nor_fixture_close(&f);
}

static void a_reset_takes_both_commands_in_a_row(void)
{
	nor_fixture_open(&f, NULL);
	nor_fixture_command(&f, 0x06);
	nor_fixture_command(&f, 0x99);
	nor_fixture_expect(&f, "finding:reset-alone ");
	nor_fixture_command(&f, 0x66);
	(void)nor_fixture_status(&f, 0x05);
	nor_fixture_command(&f, 0x99);
	nor_fixture_expect(&f, "finding:reset-alone ");
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), NOR_SR1_WEL);
	nor_fixture_command(&f, 0x66);
	nor_fixture_command(&f, 0x99);
	nor_fixture_expect(&f, "reset ");
	f.now_ns += 30 * US - 1;
	(void)nor_fixture_status(&f, 0x05);
	nor_fixture_expect(&f, "finding:early ");
	f.now_ns += 1;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	nor_fixture_close(&f);
}

static void a_reset_tears_what_is_under_way(void)
{
	nor_fixture_open(&f, NULL);
	memset(f.array, 0, NOR_SECTOR);
	nor_fixture_erase(&f, 0x20, 0);
	f.now_ns += 45 * MS / 2;
	nor_fixture_command(&f, 0x66);
	nor_fixture_command(&f, 0x99);
	nor_fixture_expect(&f, "erase#1 finding:reset-busy torn#1@500 reset ");
	f.now_ns += 30 * US;
	CU_ASSERT_EQUAL(nor_fixture_status(&f, 0x05), 0);
	CU_ASSERT(memchr(f.array, 0, NOR_SECTOR) != NULL && memchr(f.array, 0xff, NOR_SECTOR) != NULL);
	nor_fixture_close(&f);
}

const CU_TestInfo tests_nor_command[] = {
	{"it reports its identification", it_reports_its_identification},
	{"its parameters are those of the data sheet", its_parameters_are_those_of_the_data_sheet},
	{"reads go on over the end and a fast one has a dummy byte", reads_go_on_over_the_end_and_a_fast_one_has_a_dummy_byte},
	{"every opcode is known or a finding", every_opcode_is_known_or_a_finding},
	{"what is not modelled says so", what_is_not_modelled_says_so},
	{"a command that is not whole does nothing", a_command_that_is_not_whole_does_nothing},
	{"nothing is written without write enable", nothing_is_written_without_write_enable},
	{"a busy chip accepts only reads of its status", a_busy_chip_accepts_only_reads_of_its_status},
	{"power down accepts only its release", power_down_accepts_only_its_release},
	{"a reset takes both commands in a row", a_reset_takes_both_commands_in_a_row},
	{"a reset tears what is under way", a_reset_tears_what_is_under_way},
	CU_TEST_INFO_NULL,
};
