/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>

#include "rig.h"

static struct rig rig;

static void read_takes_10240_ns(void)
{
	rig_start(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHID2);
	rig_wcr(&rig, ENC28J60_MICMD, MICMD_MIIRD);
	uint64_t start_ns = rig.now_ns;

	CU_ASSERT_EQUAL(stutter_enc28j60_next(&rig.chip), start_ns + 10240);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_MISTAT), MISTAT_BUSY);
	stutter_enc28j60_run(&rig.chip, start_ns + 10239);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_MISTAT), MISTAT_BUSY);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_MIRDH), 0);
	stutter_enc28j60_run(&rig.chip, start_ns + 10240);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_MISTAT), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_MIRDH), 0x14);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&rig.chip), UINT64_MAX);
}

static void clearing_miird_early_does_not_lose_the_read(void)
{
	rig_start(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHID1);
	rig_wcr(&rig, ENC28J60_MICMD, MICMD_MIIRD);
	rig_wcr(&rig, ENC28J60_MICMD, 0);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MISTAT), MISTAT_BUSY);
	rig_wait(&rig, 10240);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_MIRDL), 0x0083);
}

static void write_begins_with_the_high_byte(void)
{
	rig_start(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHLCON);
	rig_wcr(&rig, ENC28J60_MIWRL, 0x76);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MISTAT), 0);
	rig_wcr(&rig, ENC28J60_MIWRH, 0x34);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MISTAT), MISTAT_BUSY);
	CU_ASSERT_EQUAL(rig.chip.phy[ENC28J60_PHLCON], 0x3422);
	rig_wait(&rig, 10240);
	CU_ASSERT_EQUAL(rig.chip.phy[ENC28J60_PHLCON], 0x3476);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHLCON), 0x3476);
}

static void access_while_busy_is_found(void)
{
	rig_start(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHLCON);
	rig_wcr16(&rig, ENC28J60_MIWRL, 0x3476);
	rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHCON1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "mii-busy"), 1);
	rig_wcr(&rig, ENC28J60_MIWRH, 0x01);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "mii-busy"), 2);
	rig_wcr(&rig, ENC28J60_MICMD, MICMD_MIIRD);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "mii-busy"), 3);
	rig_wait(&rig, 20000);
	CU_ASSERT_EQUAL(rig.chip.phy[ENC28J60_PHLCON], 0x3476);
	CU_ASSERT_EQUAL(rig.chip.phy[ENC28J60_PHCON1], 0);
	rig_wcr(&rig, ENC28J60_MICMD, MICMD_MIIRD);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "mii-again"), 1);
}

static void scan_reads_again_and_again(void)
{
	rig_start(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHSTAT2);
	rig_wcr(&rig, ENC28J60_MICMD, MICMD_MIISCAN);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MISTAT), MISTAT_BUSY | MISTAT_SCAN | MISTAT_NVALID);
	rig_wait(&rig, 10240);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MISTAT), MISTAT_BUSY | MISTAT_SCAN);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_MIRDL), PHSTAT2_LSTAT);
	stutter_enc28j60_set_link(&rig.chip, false, rig.now_ns);
	rig_wait(&rig, 10240);
	CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_MIRDL), 0);
	rig_wcr(&rig, ENC28J60_MICMD, 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_MISTAT), MISTAT_BUSY);
	rig_wait(&rig, 10240);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MISTAT), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&rig.chip), UINT64_MAX);
}

const CU_TestInfo tests_mii[] = {
	{"read_takes_10240_ns", read_takes_10240_ns},
	{"clearing_miird_early_does_not_lose_the_read",
         clearing_miird_early_does_not_lose_the_read},
	{"write_begins_with_the_high_byte", write_begins_with_the_high_byte},
	{"access_while_busy_is_found", access_while_busy_is_found},
	{"scan_reads_again_and_again", scan_reads_again_and_again},
	CU_TEST_INFO_NULL,
};
