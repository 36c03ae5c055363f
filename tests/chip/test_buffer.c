/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "rig.h"

static struct rig rig;

static void number_the_memory(void)
{
	for (unsigned i = 0; i < STUTTER_ENC28J60_SRAM_SIZE; i++)
		rig.chip.sram[i] = (uint8_t)(i * 7 + (i >> 8));
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

	rig_wcr16(&rig, ENC28J60_ERDPTL, (uint16_t)from);
	rig_rbm(&rig, bytes, length);
	for (size_t i = 0; i < length; i++, at = read_next(at, start, end))
		CU_ASSERT_EQUAL_FATAL(bytes[i], rig.chip.sram[at]);
	CU_ASSERT_EQUAL_FATAL(rig_rcr16(&rig, ENC28J60_ERDPTL), at);
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

	rig_start(&rig, NULL);
	number_the_memory();
	for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++) {
		unsigned start = rings[i].start, end = rings[i].end;

		rig_wcr16(&rig, ENC28J60_ERXSTL, (uint16_t)start);
		rig_wcr16(&rig, ENC28J60_ERXNDL, (uint16_t)end);
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

	rig_start(&rig, NULL);
	number_the_memory();
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0x1f80);
	rig_rbm(&rig, bytes, sizeof(bytes));
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0x1f80);
	stutter_enc28j60_select(&rig.chip, rig.now_ns);
	stutter_enc28j60_exchange(&rig.chip, 0x3a, rig.now_ns);
	for (size_t i = 0; i < sizeof(bytes); i++)
		CU_ASSERT_EQUAL_FATAL(stutter_enc28j60_exchange(&rig.chip, 0, rig.now_ns),
		                      bytes[i]);
	stutter_enc28j60_deselect(&rig.chip, rig.now_ns);
}

static void writing_wraps_only_at_the_end_of_memory(void)
{
	uint8_t bytes[64];

	rig_start(&rig, NULL);
	rig_wcr16(&rig, ENC28J60_ERXSTL, 0x1000);
	rig_wcr16(&rig, ENC28J60_ERXNDL, 0x10ff);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i + 1);
	for (unsigned from = 0x10f0; from < 0x1100; from++) {
		memset(rig.chip.sram, 0, sizeof(rig.chip.sram));
		rig_wcr16(&rig, ENC28J60_EWRPTL, (uint16_t)from);
		rig_wbm(&rig, bytes, sizeof(bytes));
		CU_ASSERT_EQUAL_FATAL(memcmp(rig.chip.sram + from, bytes, sizeof(bytes)), 0);
	}
	for (unsigned from = 0x1fd0; from < 0x2000; from++) {
		memset(rig.chip.sram, 0, sizeof(rig.chip.sram));
		rig_wcr16(&rig, ENC28J60_EWRPTL, (uint16_t)from);
		rig_wbm(&rig, bytes, sizeof(bytes));
		for (size_t i = 0; i < sizeof(bytes); i++)
			CU_ASSERT_EQUAL_FATAL(rig.chip.sram[(from + i) & 0x1fff], bytes[i]);
		CU_ASSERT_EQUAL_FATAL(rig_rcr16(&rig, ENC28J60_EWRPTL),
		                      (from + sizeof(bytes)) & 0x1fff);
	}
}

static void more_than_the_whole_memory_can_be_written_and_read(void)
{
	static uint8_t bytes[20000];

	rig_start(&rig, NULL);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i >> 5);
	rig_wbm(&rig, bytes, sizeof(bytes));
	for (size_t i = sizeof(bytes) - STUTTER_ENC28J60_SRAM_SIZE; i < sizeof(bytes); i++)
		CU_ASSERT_EQUAL_FATAL(rig.chip.sram[i & 0x1fff], bytes[i]);
	rig_wcr16(&rig, ENC28J60_ERXSTL, 0);
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0);
	rig_rbm(&rig, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		CU_ASSERT_EQUAL_FATAL(bytes[i], rig.chip.sram[i & 0x1fff]);
}

static void pointers_stand_still_without_autoinc(void)
{
	uint8_t bytes[4];

	rig_start(&rig, NULL);
	rig_bfc(&rig, ENC28J60_ECON2, ECON2_AUTOINC);
	rig_wcr16(&rig, ENC28J60_EWRPTL, 0x100);
	rig_wbm(&rig, (const uint8_t[]){1, 2, 3}, 3);
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0x100);
	rig_rbm(&rig, bytes, 4);
	CU_ASSERT_EQUAL(rig.chip.sram[0x100], 3);
	CU_ASSERT_EQUAL(rig.chip.sram[0x101], 0);
	CU_ASSERT_EQUAL(memcmp(bytes, "\3\3\3\3", 4), 0);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_EWRPTL), 0x100);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_ERDPTL), 0x100);
}

static void touching_bytes_under_transmission_is_found(void)
{
	uint8_t byte;

	rig_start(&rig, NULL);
	rig_load(&rig, 0x1a00, 0x07, (const uint8_t *)"some bytes to send", 18);
	rig_bfs(&rig, ENC28J60_ECON1, ECON1_TXRTS);
	rig_forget(&rig);
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0x19f0);
	rig_rbm(&rig, &byte, 1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "tx-memory-busy"), 0);
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0x1a12);
	rig_rbm(&rig, &byte, 1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "tx-memory-busy"), 1);
	rig_wcr16(&rig, ENC28J60_EWRPTL, 0x19ff);
	rig_wbm(&rig, (const uint8_t[]){1, 2}, 2);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "tx-memory-busy"), 2);
}

static void a_read_that_wraps_at_erxnd_does_not_touch_what_lies_behind_it(void)
{
	uint8_t bytes[64];

	rig_start(&rig, NULL);
	rig_wcr16(&rig, ENC28J60_ERXSTL, 0);
	rig_wcr16(&rig, ENC28J60_ERXNDL, 0x19ff);
	rig_load(&rig, 0x1a00, 0x07, (const uint8_t *)"some bytes to send", 18);
	rig_bfs(&rig, ENC28J60_ECON1, ECON1_TXRTS);
	rig_forget(&rig);
	rig_wcr16(&rig, ENC28J60_ERDPTL, 0x19f0);
	rig_rbm(&rig, bytes, sizeof(bytes));
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_ERDPTL), 0x30);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "tx-memory-busy"), 0);
}

const CU_TestInfo tests_buffer[] = {
	{"a_read_that_wraps_at_erxnd_does_not_touch_what_lies_behind_it",
         a_read_that_wraps_at_erxnd_does_not_touch_what_lies_behind_it},
	{"reading_wraps_at_erxnd_and_at_the_end_of_memory",
         reading_wraps_at_erxnd_and_at_the_end_of_memory},
	{"reading_byte_by_byte_equals_reading_at_once",
         reading_byte_by_byte_equals_reading_at_once},
	{"writing_wraps_only_at_the_end_of_memory", writing_wraps_only_at_the_end_of_memory},
	{"more_than_the_whole_memory_can_be_written_and_read",
         more_than_the_whole_memory_can_be_written_and_read},
	{"pointers_stand_still_without_autoinc", pointers_stand_still_without_autoinc},
	{"touching_bytes_under_transmission_is_found", touching_bytes_under_transmission_is_found},
	CU_TEST_INFO_NULL,
};
