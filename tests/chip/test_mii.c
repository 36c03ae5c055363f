/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;

static void read_takes_10240_ns(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHID2);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
	uint64_t start_ns = f.now_ns;

	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), start_ns + 10240);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_MISTAT), MISTAT_BUSY);
	stutter_enc28j60_run(&f.chip, start_ns + 10239);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_MISTAT), MISTAT_BUSY);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_MIRDH), 0);
	stutter_enc28j60_run(&f.chip, start_ns + 10240);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_MISTAT), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_MIRDH), 0x14);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
}

static void clearing_miird_early_does_not_lose_the_read(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHID1);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
	chip_wcr(&f, ENC28J60_MICMD, 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY);
	chip_wait(&f, 10240);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_MIRDL), 0x0083);
}

static void write_begins_with_the_high_byte(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHLCON);
	chip_wcr(&f, ENC28J60_MIWRL, 0x76);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), 0);
	chip_wcr(&f, ENC28J60_MIWRH, 0x34);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY);
	CU_ASSERT_EQUAL(f.chip.phy[ENC28J60_PHLCON], 0x3422);
	chip_wait(&f, 10240);
	CU_ASSERT_EQUAL(f.chip.phy[ENC28J60_PHLCON], 0x3476);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHLCON), 0x3476);
}

static void access_while_busy_is_found(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHLCON);
	chip_wcr16(&f, ENC28J60_MIWRL, 0x3476);
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHCON1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "mii-busy"), 1);
	chip_wcr(&f, ENC28J60_MIWRH, 0x01);
	CU_ASSERT_EQUAL(chip_count_id(&f, "mii-busy"), 2);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
	CU_ASSERT_EQUAL(chip_count_id(&f, "mii-busy"), 3);
	chip_wait(&f, 20000);
	CU_ASSERT_EQUAL(f.chip.phy[ENC28J60_PHLCON], 0x3476);
	CU_ASSERT_EQUAL(f.chip.phy[ENC28J60_PHCON1], 0);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
	CU_ASSERT_EQUAL(chip_count_id(&f, "mii-again"), 1);
}

static void scan_reads_again_and_again(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHSTAT2);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIISCAN);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY | MISTAT_SCAN | MISTAT_NVALID);
	chip_wait(&f, 10240);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY | MISTAT_SCAN);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_MIRDL), PHSTAT2_LSTAT);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	chip_wait(&f, 10240);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_MIRDL), 0);
	chip_wcr(&f, ENC28J60_MICMD, 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_MISTAT), MISTAT_BUSY);
	chip_wait(&f, 10240);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
}

const CU_TestInfo tests_mii[] = {
	{"read takes 10240 ns", read_takes_10240_ns},
	{"clearing miird early does not lose the read",
         clearing_miird_early_does_not_lose_the_read},
	{"write begins with the high byte", write_begins_with_the_high_byte},
	{"access while busy is found", access_while_busy_is_found},
	{"scan reads again and again", scan_reads_again_and_again},
	CU_TEST_INFO_NULL,
};
