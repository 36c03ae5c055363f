/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;

static void number_the_memory(void)
{
	for (unsigned i = 0; i < STUTTER_ENC28J60_SRAM_SIZE; i++)
		f.chip.sram[i] = (uint8_t)(i * 7 + (i >> 8));
}

/* The address after `at` for a reader, as the data sheet tells it (DS39662 sec. 4.2.2). */
static unsigned read_next(unsigned at, unsigned start, unsigned end)
{
	return at == end ? start : at == 0x1fff ? 0 : at + 1;
}

static void check_read(unsigned from, size_t length, unsigned start, unsigned end)
{
	uint8_t bytes[600];
	unsigned at = from;

	chip_wcr16(&f, ENC28J60_ERDPTL, (uint16_t)from);
	chip_rbm(&f, bytes, length);
	for (size_t i = 0; i < length; i++, at = read_next(at, start, end))
		CU_ASSERT_EQUAL_FATAL(bytes[i], f.chip.sram[at]);
	CU_ASSERT_EQUAL_FATAL(chip_rcr16(&f, ENC28J60_ERDPTL), at);
}

static void reading_wraps_at_erxnd_and_at_the_end_of_memory(void)
{
	static const struct {
		unsigned start, end;
	} rings[] = {{0, 0x19ff},
	             {0x0600, 0x1fff},
	             {0x1000, 0x10ff},
	             {0x1f00, 0x00ff},
	             {0x0400, 0x0400}};

	chip_fixture_init(&f, NULL);
	number_the_memory();
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		unsigned start = rings[i].start, end = rings[i].end;

		chip_wcr16(&f, ENC28J60_ERXSTL, (uint16_t)start);
		chip_wcr16(&f, ENC28J60_ERXNDL, (uint16_t)end);
		for (size_t length = 1; length < 600; length += 61) {
			for (unsigned back = 0; back < 40; back++) {
				check_read((end - back) & 0x1fff, length, start, end);
				check_read((0x1fff - back) & 0x1fff, length, start, end);
			}
		}
	}
}

static void reading_byte_by_byte_equals_reading_at_once(void)
{
	uint8_t bytes[300];

	chip_fixture_init(&f, NULL);
	number_the_memory();
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x1f80);
	chip_rbm(&f, bytes, sizeof(bytes));
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x1f80);
	stutter_enc28j60_select(&f.chip, f.now_ns);
	stutter_enc28j60_exchange(&f.chip, 0x3a, f.now_ns);
	for (size_t i = 0; i < sizeof(bytes); i++)
		CU_ASSERT_EQUAL_FATAL(stutter_enc28j60_exchange(&f.chip, 0, f.now_ns), bytes[i]);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
}

static void writing_wraps_only_at_the_end_of_memory(void)
{
	uint8_t bytes[64];

	chip_fixture_init(&f, NULL);
	chip_wcr16(&f, ENC28J60_ERXSTL, 0x1000);
	chip_wcr16(&f, ENC28J60_ERXNDL, 0x10ff);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	for (unsigned from = 0x10f0; from < 0x1100; from++) {
		memset(f.chip.sram, 0, sizeof(f.chip.sram));
		chip_wcr16(&f, ENC28J60_EWRPTL, (uint16_t)from);
		chip_wbm(&f, bytes, sizeof(bytes));
		CU_ASSERT_EQUAL_FATAL(memcmp(f.chip.sram + from, bytes, sizeof(bytes)), 0);
	}
	for (unsigned from = 0x1fd0; from < 0x2000; from++) {
		memset(f.chip.sram, 0, sizeof(f.chip.sram));
		chip_wcr16(&f, ENC28J60_EWRPTL, (uint16_t)from);
		chip_wbm(&f, bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes); i++)
			CU_ASSERT_EQUAL_FATAL(f.chip.sram[(from + i) & 0x1fff], bytes[i]);
		CU_ASSERT_EQUAL_FATAL(chip_rcr16(&f, ENC28J60_EWRPTL),
		                      (from + sizeof(bytes)) & 0x1fff);
	}
}

static void more_than_the_whole_memory_can_be_written_and_read(void)
{
	static uint8_t bytes[20000];

	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i >> 5);
	chip_wbm(&f, bytes, sizeof(bytes));
	for (size_t i = sizeof(bytes) - STUTTER_ENC28J60_SRAM_SIZE; i < sizeof(bytes); i++)
		CU_ASSERT_EQUAL_FATAL(f.chip.sram[i & 0x1fff], bytes[i]);
	chip_wcr16(&f, ENC28J60_ERXSTL, 0);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0);
	chip_rbm(&f, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		CU_ASSERT_EQUAL_FATAL(bytes[i], f.chip.sram[i & 0x1fff]);
}

static void pointers_stand_still_without_autoinc(void)
{
	uint8_t bytes[4];

	chip_fixture_init(&f, NULL);
	chip_bfc(&f, ENC28J60_ECON2, ECON2_AUTOINC);
	chip_wcr16(&f, ENC28J60_EWRPTL, 0x100);
	chip_wbm(&f, (const uint8_t[]){1, 2, 3}, 3);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x100);
	chip_rbm(&f, bytes, 4);
	CU_ASSERT_EQUAL(f.chip.sram[0x100], 3);
	CU_ASSERT_EQUAL(f.chip.sram[0x101], 0);
	CU_ASSERT_EQUAL(memcmp(bytes, "\3\3\3\3", 4), 0);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_EWRPTL), 0x100);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERDPTL), 0x100);
}

static void touching_bytes_under_transmission_is_found(void)
{
	uint8_t byte;

	chip_fixture_init(&f, NULL);
	chip_load(&f, 0x1a00, 0x07, (const uint8_t *)"some bytes to send", 18);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_clear_events(&f);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x19f0);
	chip_rbm(&f, &byte, 1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-memory-busy"), 0);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x1a12);
	chip_rbm(&f, &byte, 1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-memory-busy"), 1);
	chip_wcr16(&f, ENC28J60_EWRPTL, 0x19ff);
	chip_wbm(&f, (const uint8_t[]){1, 2}, 2);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-memory-busy"), 2);
}

static void a_read_that_wraps_at_erxnd_does_not_touch_what_lies_behind_it(void)
{
	uint8_t bytes[64];

	chip_fixture_init(&f, NULL);
	chip_wcr16(&f, ENC28J60_ERXSTL, 0);
	chip_wcr16(&f, ENC28J60_ERXNDL, 0x19ff);
	chip_load(&f, 0x1a00, 0x07, (const uint8_t *)"some bytes to send", 18);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_clear_events(&f);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x19f0);
	chip_rbm(&f, bytes, sizeof(bytes));
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERDPTL), 0x30);
	CU_ASSERT_EQUAL(chip_count_id(&f, "tx-memory-busy"), 0);
}

const CU_TestInfo tests_buffer[] = {
	{"a read that wraps at erxnd does not touch what lies behind it",
         a_read_that_wraps_at_erxnd_does_not_touch_what_lies_behind_it},
	{"reading wraps at erxnd and at the end of memory",
         reading_wraps_at_erxnd_and_at_the_end_of_memory},
	{"reading byte by byte equals reading at once",
         reading_byte_by_byte_equals_reading_at_once},
	{"writing wraps only at the end of memory", writing_wraps_only_at_the_end_of_memory},
	{"more than the whole memory can be written and read",
         more_than_the_whole_memory_can_be_written_and_read},
	{"pointers stand still without autoinc", pointers_stand_still_without_autoinc},
	{"touching bytes under transmission is found", touching_bytes_under_transmission_is_found},
	CU_TEST_INFO_NULL,
};
