/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "rig.h"

#define RANDOM 0x00
#define ADDRESS 0x04
#define SHIFT 0x08
#define RACE 0x0c
#define TEST_NS (8192u * 40u)

static struct rig rig;

static void fill(uint8_t control, uint8_t seed)
{
	rig_start(&rig, NULL);
	memset(rig.chip.sram, 0xee, sizeof(rig.chip.sram));
	rig_wcr(&rig, ENC28J60_EBSTSD, seed);
	rig_wcr(&rig, ENC28J60_EBSTCON, control | EBSTCON_TME);
	rig_bfs(&rig, ENC28J60_EBSTCON, EBSTCON_BISTST);
}

static void run(uint8_t control, uint8_t seed)
{
	fill(control, seed);
	rig_wait(&rig, TEST_NS);
}

static uint16_t dma_sum(void)
{
	rig_wcr16(&rig, ENC28J60_EDMASTL, 0);
	rig_wcr16(&rig, ENC28J60_EDMANDL, 0x1fff);
	rig_bfs(&rig, ENC28J60_ECON1, ECON1_DMAST | ECON1_CSUMEN);
	rig_wait(&rig, TEST_NS);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ECON1) & ECON1_DMAST, 0);
	return rig_rcr16(&rig, ENC28J60_EDMACSL);
}

static void address_fill_sums_up_to_f807(void)
{
	fill(ADDRESS, 0);
	rig_wait(&rig, TEST_NS - 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_EBSTCON),
	                ADDRESS | EBSTCON_TME | EBSTCON_BISTST);
	rig_wait(&rig, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_EBSTCON), ADDRESS | EBSTCON_TME);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_EBSTCSL), 0xf807);
	for (unsigned i = 0; i < 8192; i++)
		CU_ASSERT_EQUAL_FATAL(rig.chip.sram[i], i & 0xff);
	CU_ASSERT_EQUAL(dma_sum(), 0xf807);
	rig.chip.sram[1] = 0xee;
	rig_bfs(&rig, ENC28J60_EBSTCON, EBSTCON_BISTST);
	rig_wait(&rig, TEST_NS);
	CU_ASSERT_EQUAL(rig.chip.sram[1], 1);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_NOT_MODELLED), 0);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_NOTE), 0);
}

static void every_fill_sums_up_as_the_dma_does(void)
{
	static const uint8_t modes[] = {
		RANDOM, ADDRESS, SHIFT, SHIFT | 0x60, SHIFT | 0xe0, RACE, RANDOM | EBSTCON_PSEL};
	static const uint8_t seeds[] = {0x01, 0x55, 0x8e, 0xff};

	for (size_t i = 0; i < sizeof(modes); i++)
		for (size_t k = 0; k < sizeof(seeds); k++) {
			run(modes[i], seeds[k]);
			CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_EBSTCSL), dma_sum());
			CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EBSTSD), seeds[k]);
		}
}

/* The DMA reads as fast as the test writes, so it may start right behind it. */
static void the_dma_may_start_behind_the_test(void)
{
	fill(RANDOM, 0x35);
	CU_ASSERT_EQUAL(dma_sum(), rig_rcr16(&rig, ENC28J60_EBSTCSL));
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EBSTCON), EBSTCON_TME);
}

static void random_data_repeat_after_255_bytes_and_depend_on_the_seed(void)
{
	unsigned seen[256] = {0};
	uint8_t first;

	run(RANDOM, 0x35);
	CU_ASSERT_EQUAL(rig.chip.sram[0], 0x35);
	for (unsigned i = 0; i < 255; i++)
		seen[rig.chip.sram[i]]++;
	for (unsigned i = 1; i < 256; i++)
		CU_ASSERT_EQUAL(seen[i], 1);
	CU_ASSERT_EQUAL(memcmp(rig.chip.sram, rig.chip.sram + 255, 8192 - 255), 0);
	first = rig.chip.sram[1];
	run(RACE, 0x35);
	CU_ASSERT_EQUAL(rig.chip.sram[1], first);
	run(RANDOM, 0x36);
	CU_ASSERT(rig.chip.sram[1] != first);
}

static void the_pattern_shifts_by_psv(void)
{
	for (unsigned psv = 0; psv < 8; psv++) {
		uint8_t expected = 0x93;

		run((uint8_t)(SHIFT | psv << 5), expected);
		for (unsigned i = 0; i < 8192; i++) {
			CU_ASSERT_EQUAL_FATAL(rig.chip.sram[i], expected);
			expected = (uint8_t)(expected << psv | expected >> (8 - psv));
		}
	}
}

static void without_tme_nothing_is_filled(void)
{
	rig_start(&rig, NULL);
	memset(rig.chip.sram, 0xee, sizeof(rig.chip.sram));
	rig_wcr(&rig, ENC28J60_EBSTCON, ADDRESS | EBSTCON_BISTST);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EBSTCON), ADDRESS);
	rig_wait(&rig, TEST_NS);
	CU_ASSERT_EQUAL(rig.chip.sram[1], 0xee);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_EBSTCSL), 0);
}

static void a_test_given_up_has_filled_a_part(void)
{
	for (unsigned way = 0; way < 3; way++) {
		fill(ADDRESS, 0);
		rig_wait(&rig, 100 * 40 - RIG_OP_NS);
		if (way == 0)
			rig_bfc(&rig, ENC28J60_EBSTCON, EBSTCON_BISTST);
		else if (way == 1)
			rig_bfc(&rig, ENC28J60_EBSTCON, EBSTCON_TME);
		else
			rig_src(&rig);
		CU_ASSERT_EQUAL(rig.chip.sram[99], 99);
		CU_ASSERT_EQUAL(rig.chip.sram[100], 0xee);
		CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EBSTCON) & EBSTCON_BISTST, 0);
		rig_wait(&rig, TEST_NS);
		CU_ASSERT_EQUAL(rig.chip.sram[100], 0xee);
		CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_EBSTCSL), 0);
	}
}

static void a_running_test_is_not_started_again(void)
{
	fill(RANDOM, 0x35);
	rig_wait(&rig, TEST_NS / 2);
	rig_wcr(&rig, ENC28J60_EBSTSD, 0x77);
	rig_bfs(&rig, ENC28J60_EBSTCON, EBSTCON_BISTST | ADDRESS);
	rig_wait(&rig, TEST_NS / 2);
	CU_ASSERT_EQUAL(rig.chip.sram[0], 0x35);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EBSTCON) & EBSTCON_BISTST, 0);
}

static void a_test_over_a_live_ring_is_noted(void)
{
	rig_start(&rig, NULL);
	rig_open_ring(&rig, 0, 0x19ff);
	rig_wcr(&rig, ENC28J60_EBSTCON, ADDRESS | EBSTCON_TME | EBSTCON_BISTST);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "self-test-busy"), 1);
}

const CU_TestInfo tests_self_test[] = {
	{"address_fill_sums_up_to_f807", address_fill_sums_up_to_f807},
	{"every_fill_sums_up_as_the_dma_does", every_fill_sums_up_as_the_dma_does},
	{"the_dma_may_start_behind_the_test", the_dma_may_start_behind_the_test},
	{"random_data_repeat_after_255_bytes_and_depend_on_the_seed",
         random_data_repeat_after_255_bytes_and_depend_on_the_seed},
	{"the_pattern_shifts_by_psv", the_pattern_shifts_by_psv},
	{"without_tme_nothing_is_filled", without_tme_nothing_is_filled},
	{"a_test_given_up_has_filled_a_part", a_test_given_up_has_filled_a_part},
	{"a_running_test_is_not_started_again", a_running_test_is_not_started_again},
	{"a_test_over_a_live_ring_is_noted", a_test_over_a_live_ring_is_noted},
	CU_TEST_INFO_NULL,
};
