/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>

#include "rig.h"

static struct rig rig;

static void each_row_has_its_reset_value(void)
{
	size_t count;
	const struct enc28j60_phy_reg *regs = enc28j60_phy_regs(&count);

	CU_ASSERT_EQUAL(count, 9);
	rig_start(&rig, NULL);
	for (size_t i = 0; i < count; i++) {
		uint16_t live = regs[i].address == ENC28J60_PHSTAT2 ? PHSTAT2_LSTAT : regs[i].address == ENC28J60_PHIR ? PHIR_PLNKIF : 0;

		CU_ASSERT_EQUAL(rig_phy_read(&rig, regs[i].address), regs[i].reset_value | live);
	}
	CU_ASSERT_EQUAL(rig.event_count, 0);
}

/* PHCON1 acts; its bits are tested one by one below. */
static void each_row_stores_its_writable_bits_and_no_others(void)
{
	size_t count;
	const struct enc28j60_phy_reg *regs = enc28j60_phy_regs(&count);

	for (size_t i = 0; i < count; i++) {
		for (unsigned bit = 0; bit < 16; bit++) {
			uint16_t value = (uint16_t)(1u << bit);

			if (regs[i].read || regs[i].address == ENC28J60_PHCON1)
				continue;
			rig_start(&rig, NULL);
			rig_phy_write(&rig, regs[i].address, value);
			CU_ASSERT_EQUAL(rig_phy_read(&rig, regs[i].address),
			                (regs[i].reset_value & ~regs[i].write_mask) | (value & regs[i].write_mask));
			CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-reserved-bit"), (value & regs[i].reserved_mask) != 0);
			CU_ASSERT_EQUAL(rig_count_id(&rig, "read-only"), regs[i].write_mask == 0);
		}
	}
}

static void lost_link_is_latched_until_read(void)
{
	rig_start(&rig, NULL);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT1), 0x1800);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT1), 0x1804);
	enc28j60_set_link(&rig.chip, false, rig.now_ns);
	enc28j60_set_link(&rig.chip, true, rig.now_ns);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT1), 0x1800);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT1), 0x1804);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, ENC28J60_EVENT_LINK), 2);
	enc28j60_set_link(&rig.chip, true, rig.now_ns);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, ENC28J60_EVENT_LINK), 2);
}

static void duplex_is_pdpxmd(void)
{
	struct enc28j60_config config = enc28j60_config_default();

	rig_start(&rig, NULL);
	CU_ASSERT_FALSE(enc28j60_full_duplex(&rig.chip));
	rig_phy_write(&rig, ENC28J60_PHCON1, PHCON1_PDPXMD);
	CU_ASSERT(enc28j60_full_duplex(&rig.chip));
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), PHSTAT2_LSTAT | PHSTAT2_DPXSTAT);
	config.leds_select_full_duplex = true;
	rig_start(&rig, &config);
	CU_ASSERT(enc28j60_full_duplex(&rig.chip));
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHCON1), PHCON1_PDPXMD);
}

static void prst_clears_itself_and_finds_the_link_again(void)
{
	rig_start(&rig, NULL);
	rig_phy_write(&rig, ENC28J60_PHLCON, 0x3476);
	rig_phy_write(&rig, ENC28J60_PHCON1, PHCON1_PRST);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHCON1), PHCON1_PRST);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-in-reset"), 0);
	rig_phy_read(&rig, ENC28J60_PHID1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-in-reset"), 1);
	rig_wait(&rig, 51200);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHCON1), 0);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHLCON), 0x3422);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), 0);
	rig_wait(&rig, 64000000);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), PHSTAT2_LSTAT);
}

static void phy_power_save_loses_the_link(void)
{
	rig_start(&rig, NULL);
	rig_phy_write(&rig, ENC28J60_PHCON1, PHCON1_PPWRSV);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), 0);
	rig_phy_write(&rig, ENC28J60_PHCON1, 0);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), 0);
	rig_wait(&rig, 64000000);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), PHSTAT2_LSTAT);
}

static void force_link_shows_a_link_without_cable(void)
{
	rig_start(&rig, NULL);
	enc28j60_set_link(&rig.chip, false, rig.now_ns);
	rig_phy_write(&rig, ENC28J60_PHCON2, PHCON2_FRCLNK);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHSTAT2), PHSTAT2_LSTAT);
}

static void misuse_is_found(void)
{
	rig_start(&rig, NULL);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, 0x05), 0);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-unimplemented"), 1);
	CU_ASSERT_EQUAL(rig.events[0].address, 0x85);
	rig_phy_write(&rig, ENC28J60_PHLCON, 0x3e20);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "led-1110"), 1);
	rig_open_ring(&rig, 0, 0x19ff);
	rig_phy_write(&rig, ENC28J60_PHCON1, PHCON1_PDPXMD);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "duplex-live"), 1);
}

const CU_TestInfo tests_phy[] = {
	{"each_row_has_its_reset_value", each_row_has_its_reset_value},
	{"each_row_stores_its_writable_bits_and_no_others", each_row_stores_its_writable_bits_and_no_others},
	{"lost_link_is_latched_until_read", lost_link_is_latched_until_read},
	{"duplex_is_pdpxmd", duplex_is_pdpxmd},
	{"prst_clears_itself_and_finds_the_link_again", prst_clears_itself_and_finds_the_link_again},
	{"phy_power_save_loses_the_link", phy_power_save_loses_the_link},
	{"force_link_shows_a_link_without_cable", force_link_shows_a_link_without_cable},
	{"misuse_is_found", misuse_is_found},
	CU_TEST_INFO_NULL,
};
