/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;

static void point(uint16_t start, uint16_t end, uint16_t target)
{
	chip_wcr16(&f, ENC28J60_EDMASTL, start);
	chip_wcr16(&f, ENC28J60_EDMANDL, end);
	chip_wcr16(&f, ENC28J60_EDMADSTL, target);
}

static void number_the_memory(void)
{
	for (unsigned i = 0; i < STUTTER_ENC28J60_SRAM_SIZE; i++)
		f.chip.sram[i] = (uint8_t)(i ^ i >> 8);
}

static void copy_wraps_its_source_at_erxnd(void)
{
	chip_fixture_init(&f, NULL);
	number_the_memory();
	chip_wcr16(&f, ENC28J60_ERXSTL, 0x1000);
	chip_wcr16(&f, ENC28J60_ERXNDL, 0x10ff);
	point(0x10f0, 0x100f, 0x1ff8);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + 32 * 80);
	chip_wait(&f, 32 * 80);
	for (unsigned i = 0; i < 32; i++) {
		unsigned source = i < 16 ? 0x10f0 + i : 0x1000 + i - 16;

		CU_ASSERT_EQUAL(f.chip.sram[(0x1ff8 + i) & 0x1fff],
		                (uint8_t)(source ^ source >> 8));
	}
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_DMAST, 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_DMAIF);
	CU_ASSERT_EQUAL(f.event_count, 0);
}

static void checksum_is_the_one_of_ip(void)
{
	chip_fixture_init(&f, NULL);
	memcpy(f.chip.sram + 0x200, "\x89\xab\xcd", 3);
	point(0x200, 0x202, 0);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST | ECON1_CSUMEN);
	chip_wait(&f, 3 * 40);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_EDMACSL), 0xa953);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_DMAIF);
}

static void cancelling_leaves_what_was_copied(void)
{
	chip_fixture_init(&f, NULL);
	memset(f.chip.sram, 0x55, 100);
	point(0, 99, 0x400);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_DMAST);
	CU_ASSERT_EQUAL(f.chip.sram[0x400 + CHIP_OP_NS / 80 - 1], 0x55);
	CU_ASSERT_EQUAL(f.chip.sram[0x400 + CHIP_OP_NS / 80], 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_DMAIF);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
}

static void transmission_and_dma_wait_for_each_other(void)
{
	chip_fixture_init(&f, NULL);
	chip_load(&f, 0x1a00, TX_POVERRIDE | TX_PCRCEN, (const uint8_t *)"twenty bytes of data",
	          20);
	point(0, 999, 0x400);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	chip_wait(&f, 1000 * 80);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + 1000 * 80);
	chip_wait(&f, 1000 * 80);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1), 0);
}

static void misuse_is_found(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr16(&f, ENC28J60_ERXSTL, 0);
	point(5, 5, 0x400);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	CU_ASSERT_EQUAL(chip_count_id(&f, "dma-one-byte"), 1);
	chip_wcr(&f, ENC28J60_EDMASTL, 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "dma-busy"), 1);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_CSUMEN);
	CU_ASSERT_EQUAL(chip_count_id(&f, "dma-busy"), 2);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_DMAST | ECON1_CSUMEN);
	chip_wcr16(&f, ENC28J60_ERXSTL, 0x100);
	chip_wcr16(&f, ENC28J60_ERXNDL, 0x1ff);
	point(0x110, 0x80, 0x400);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	CU_ASSERT_EQUAL(chip_count_id(&f, "dma-endless"), 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
	chip_wait(&f, 1000000000);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_DMAST);
	chip_open_ring(&f, 0, 0x19ff);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST | ECON1_CSUMEN);
	CU_ASSERT_EQUAL(chip_count_id(&f, "dma-receiving"), 1);
}

const CU_TestInfo tests_dma[] = {
	{"copy wraps its source at erxnd", copy_wraps_its_source_at_erxnd},
	{"checksum is the one of ip", checksum_is_the_one_of_ip},
	{"cancelling leaves what was copied", cancelling_leaves_what_was_copied},
	{"transmission and dma wait for each other", transmission_and_dma_wait_for_each_other},
	{"misuse is found", misuse_is_found},
	CU_TEST_INFO_NULL,
};
