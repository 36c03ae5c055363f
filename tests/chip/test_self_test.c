/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define RANDOM 0x00
#define ADDRESS 0x04
#define SHIFT 0x08
#define RACE 0x0c
#define TEST_NS (8192u * 40u)

static struct chip_fixture f;

static void fill(uint8_t control, uint8_t seed)
{
	chip_fixture_init(&f, NULL);
	memset(f.chip.sram, 0xee, sizeof(f.chip.sram));
	chip_wcr(&f, ENC28J60_EBSTSD, seed);
	chip_wcr(&f, ENC28J60_EBSTCON, control | EBSTCON_TME);
	chip_bfs(&f, ENC28J60_EBSTCON, EBSTCON_BISTST);
}

static void run(uint8_t control, uint8_t seed)
{
	fill(control, seed);
	chip_wait(&f, TEST_NS);
}

static uint16_t dma_sum(void)
{
	chip_wcr16(&f, ENC28J60_EDMASTL, 0);
	chip_wcr16(&f, ENC28J60_EDMANDL, 0x1fff);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST | ECON1_CSUMEN);
	chip_wait(&f, TEST_NS);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_DMAST, 0);
	return chip_rcr16(&f, ENC28J60_EDMACSL);
}

static void address_fill_sums_up_to_f807(void)
{
	fill(ADDRESS, 0);
	chip_wait(&f, TEST_NS - 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EBSTCON),
	                ADDRESS | EBSTCON_TME | EBSTCON_BISTST);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EBSTCON), ADDRESS | EBSTCON_TME);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_EBSTCSL), 0xf807);
	for (unsigned i = 0; i < 8192; i++)
		CU_ASSERT_EQUAL_FATAL(f.chip.sram[i], i & 0xff);
	CU_ASSERT_EQUAL(dma_sum(), 0xf807);
	f.chip.sram[1] = 0xee;
	chip_bfs(&f, ENC28J60_EBSTCON, EBSTCON_BISTST);
	chip_wait(&f, TEST_NS);
	CU_ASSERT_EQUAL(f.chip.sram[1], 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_NOT_MODELLED), 0);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_NOTE), 0);
}

static void every_fill_sums_up_as_the_dma_does(void)
{
	static const uint8_t modes[] = {
		RANDOM, ADDRESS, SHIFT, SHIFT | 0x60, SHIFT | 0xe0, RACE, RANDOM | EBSTCON_PSEL};
	static const uint8_t seeds[] = {0x01, 0x55, 0x8e, 0xff};

	for (size_t i = 0; i < sizeof(modes); i++)
		for (size_t k = 0; k < sizeof(seeds); k++) {
			run(modes[i], seeds[k]);
			CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_EBSTCSL), dma_sum());
			CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EBSTSD), seeds[k]);
		}
}

/* The DMA reads as fast as the test writes, so it may start right behind it. */
static void the_dma_may_start_behind_the_test(void)
{
	fill(RANDOM, 0x35);
	CU_ASSERT_EQUAL(dma_sum(), chip_rcr16(&f, ENC28J60_EBSTCSL));
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EBSTCON), EBSTCON_TME);
}

static void random_data_repeat_after_255_bytes_and_depend_on_the_seed(void)
{
	unsigned seen[256] = {0};
	uint8_t first;

	run(RANDOM, 0x35);
	CU_ASSERT_EQUAL(f.chip.sram[0], 0x35);
	for (unsigned i = 0; i < 255; i++)
		seen[f.chip.sram[i]]++;
	for (unsigned i = 1; i < 256; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
	CU_ASSERT_EQUAL(memcmp(f.chip.sram, f.chip.sram + 255, 8192 - 255), 0);
	first = f.chip.sram[1];
	run(RACE, 0x35);
	CU_ASSERT_EQUAL(f.chip.sram[1], first);
	run(RANDOM, 0x36);
	CU_ASSERT(f.chip.sram[1] != first);
}

static void the_pattern_shifts_by_psv(void)
{
	for (unsigned psv = 0; psv < 8; psv++) {
		uint8_t expected = 0x93;

		run((uint8_t)(SHIFT | psv << 5), expected);
		for (unsigned i = 0; i < 8192; i++) {
			CU_ASSERT_EQUAL_FATAL(f.chip.sram[i], expected);
			expected = (uint8_t)(expected << psv | expected >> (8 - psv));
		}
	}
}

static void without_tme_nothing_is_filled(void)
{
	chip_fixture_init(&f, NULL);
	memset(f.chip.sram, 0xee, sizeof(f.chip.sram));
	chip_wcr(&f, ENC28J60_EBSTCON, ADDRESS | EBSTCON_BISTST);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EBSTCON), ADDRESS);
	chip_wait(&f, TEST_NS);
	CU_ASSERT_EQUAL(f.chip.sram[1], 0xee);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_EBSTCSL), 0);
}

static void a_test_given_up_has_filled_a_part(void)
{
	for (unsigned way = 0; way < 3; way++) {
		fill(ADDRESS, 0);
		chip_wait(&f, 100 * 40 - CHIP_OP_NS);
		if (way == 0)
			chip_bfc(&f, ENC28J60_EBSTCON, EBSTCON_BISTST);
		else if (way == 1)
			chip_bfc(&f, ENC28J60_EBSTCON, EBSTCON_TME);
		else
			chip_src(&f);
		CU_ASSERT_EQUAL(f.chip.sram[99], 99);
		CU_ASSERT_EQUAL(f.chip.sram[100], 0xee);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EBSTCON) & EBSTCON_BISTST, 0);
		chip_wait(&f, TEST_NS);
		CU_ASSERT_EQUAL(f.chip.sram[100], 0xee);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_EBSTCSL), 0);
	}
}

static void a_running_test_is_not_started_again(void)
{
	fill(RANDOM, 0x35);
	chip_wait(&f, TEST_NS / 2);
	chip_wcr(&f, ENC28J60_EBSTSD, 0x77);
	chip_bfs(&f, ENC28J60_EBSTCON, EBSTCON_BISTST | ADDRESS);
	chip_wait(&f, TEST_NS / 2);
	CU_ASSERT_EQUAL(f.chip.sram[0], 0x35);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EBSTCON) & EBSTCON_BISTST, 0);
}

static void a_test_over_a_live_ring_is_noted(void)
{
	chip_fixture_init(&f, NULL);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr(&f, ENC28J60_EBSTCON, ADDRESS | EBSTCON_TME | EBSTCON_BISTST);
	CU_ASSERT_EQUAL(chip_count_id(&f, "self-test-busy"), 1);
}

const CU_TestInfo tests_self_test[] = {
	{"address fill sums up to f807", address_fill_sums_up_to_f807},
	{"every fill sums up as the dma does", every_fill_sums_up_as_the_dma_does},
	{"the dma may start behind the test", the_dma_may_start_behind_the_test},
	{"random data repeat after 255 bytes and depend on the seed",
         random_data_repeat_after_255_bytes_and_depend_on_the_seed},
	{"the pattern shifts by psv", the_pattern_shifts_by_psv},
	{"without tme nothing is filled", without_tme_nothing_is_filled},
	{"a test given up has filled a part", a_test_given_up_has_filled_a_part},
	{"a running test is not started again", a_running_test_is_not_started_again},
	{"a test over a live ring is noted", a_test_over_a_live_ring_is_noted},
	CU_TEST_INFO_NULL,
};
