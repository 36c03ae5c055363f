/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;

static void each_row_has_its_reset_value(void)
{
	size_t count;
	const struct enc28j60_phy_reg *regs = stutter_enc_phy_regs(&count);

	CU_ASSERT_EQUAL(count, 9);
	chip_fixture_init(&f, NULL);
	for (size_t i = 0; i < count; i++) {
		uint16_t live = regs[i].address == ENC28J60_PHSTAT2 ? PHSTAT2_LSTAT
		                : regs[i].address == ENC28J60_PHIR  ? PHIR_PLNKIF
		                                                    : 0;

		CU_ASSERT_EQUAL(chip_phy_read(&f, regs[i].address), regs[i].reset_value | live);
	}
	CU_ASSERT_EQUAL(f.event_count, 0);
}

/* PHCON1 acts; its bits are tested one by one below. */
static void each_row_stores_its_writable_bits_and_no_others(void)
{
	size_t count;
	const struct enc28j60_phy_reg *regs = stutter_enc_phy_regs(&count);

	for (size_t i = 0; i < count; i++) {
		for (unsigned bit = 0; bit < 16; bit++) {
			uint16_t value = (uint16_t)(1u << bit);

			if (regs[i].read || regs[i].address == ENC28J60_PHCON1)
				continue;
			chip_fixture_init(&f, NULL);
			chip_phy_write(&f, regs[i].address, value);
			CU_ASSERT_EQUAL(chip_phy_read(&f, regs[i].address),
			                (regs[i].reset_value & ~regs[i].write_mask) |
			                        (value & regs[i].write_mask));
			CU_ASSERT_EQUAL(chip_count_id(&f, "phy-reserved-bit"),
			                (value & regs[i].reserved_mask) != 0);
			CU_ASSERT_EQUAL(chip_count_id(&f, "read-only"), regs[i].write_mask == 0);
		}
	}
}

static void lost_link_is_latched_until_read(void)
{
	chip_fixture_init(&f, NULL);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT1), 0x1800);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT1), 0x1804);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	stutter_enc28j60_set_link(&f.chip, true, f.now_ns);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT1), 0x1800);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT1), 0x1804);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_LINK), 2);
	stutter_enc28j60_set_link(&f.chip, true, f.now_ns);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_LINK), 2);
}

static void duplex_is_pdpxmd(void)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	chip_fixture_init(&f, NULL);
	CU_ASSERT_FALSE(stutter_enc28j60_full_duplex(&f.chip));
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PDPXMD);
	CU_ASSERT(stutter_enc28j60_full_duplex(&f.chip));
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), PHSTAT2_LSTAT | PHSTAT2_DPXSTAT);
	config.leds_select_full_duplex = true;
	chip_fixture_init(&f, &config);
	CU_ASSERT(stutter_enc28j60_full_duplex(&f.chip));
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHCON1), PHCON1_PDPXMD);
}

static void prst_clears_itself_and_finds_the_link_again(void)
{
	chip_fixture_init(&f, NULL);
	chip_phy_write(&f, ENC28J60_PHLCON, 0x3476);
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PRST);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHCON1), PHCON1_PRST);
	CU_ASSERT_EQUAL(chip_count_id(&f, "phy-in-reset"), 0);
	chip_phy_read(&f, ENC28J60_PHID1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "phy-in-reset"), 1);
	chip_wait(&f, 51200);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHCON1), 0);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHLCON), 0x3422);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), 0);
	chip_wait(&f, 64000000);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), PHSTAT2_LSTAT);
}

static void phy_power_save_loses_the_link(void)
{
	chip_fixture_init(&f, NULL);
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PPWRSV);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), 0);
	chip_phy_write(&f, ENC28J60_PHCON1, 0);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), 0);
	chip_wait(&f, 64000000);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), PHSTAT2_LSTAT);
}

static void force_link_shows_a_link_without_cable(void)
{
	chip_fixture_init(&f, NULL);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	chip_phy_write(&f, ENC28J60_PHCON2, PHCON2_FRCLNK);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2), PHSTAT2_LSTAT);
}

static void misuse_is_found(void)
{
	chip_fixture_init(&f, NULL);
	CU_ASSERT_EQUAL(chip_phy_read(&f, 0x05), 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "phy-unimplemented"), 1);
	CU_ASSERT_EQUAL(f.events[0].address, 0x85);
	chip_phy_write(&f, ENC28J60_PHLCON, 0x3e20);
	CU_ASSERT_EQUAL(chip_count_id(&f, "led-1110"), 1);
	chip_open_ring(&f, 0, 0x19ff);
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PDPXMD);
	CU_ASSERT_EQUAL(chip_count_id(&f, "duplex-live"), 1);
}

static uint16_t activity(void)
{
	return chip_phy_read(&f, ENC28J60_PHSTAT2) &
	       (PHSTAT2_TXSTAT | PHSTAT2_RXSTAT | PHSTAT2_COLSTAT);
}

static void tell(bool receiving, bool colliding)
{
	stutter_enc28j60_set_activity(&f.chip, receiving, colliding, f.now_ns);
}

static void the_wire_tells_of_its_activity(void)
{
	chip_fixture_init(&f, NULL);
	CU_ASSERT_EQUAL(activity(), 0);
	tell(true, false);
	CU_ASSERT_EQUAL(activity(), PHSTAT2_RXSTAT);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), ESTAT_CLKRDY);
	tell(true, true);
	CU_ASSERT_EQUAL(activity(), PHSTAT2_RXSTAT | PHSTAT2_COLSTAT);
	chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PDPXMD);
	CU_ASSERT_EQUAL(activity(), PHSTAT2_RXSTAT);
	chip_phy_write(&f, ENC28J60_PHCON1, 0);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	CU_ASSERT_EQUAL(activity(), 0);
	stutter_enc28j60_set_link(&f.chip, true, f.now_ns);
	tell(false, false);
	CU_ASSERT_EQUAL(activity(), 0);
	chip_load(&f, 0x1a00, TX_POVERRIDE | TX_PCRCEN, (const uint8_t *)"twenty bytes of data",
	          20);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(activity(), PHSTAT2_TXSTAT);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(activity(), 0);
}

/* What a driver waits for before power save (DS39662 sec. 14.0). */
static void a_frame_that_began_with_reception_on_is_received_to_its_end(void)
{
	uint8_t frame[64];

	chip_fixture_init(&f, NULL);
	chip_make_frame(frame, sizeof(frame), 1);
	for (unsigned told = 0; told < 2; told++) {
		chip_open_ring(&f, 0, 0x19ff);
		tell(told, false);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_RXBUSY,
		                told ? ESTAT_RXBUSY : 0);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
		tell(told, false);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_RXBUSY,
		                told ? ESTAT_RXBUSY : 0);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), told);
		tell(false, false);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_RXBUSY, 0);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), told);
	}
}

static void resets_and_power_save_end_rxbusy(void)
{
	for (unsigned way = 0; way < 4; way++) {
		chip_fixture_init(&f, NULL);
		chip_open_ring(&f, 0, 0x19ff);
		tell(true, false);
		if (way == 0)
			chip_src(&f);
		else if (way == 1)
			chip_bfs(&f, ENC28J60_ECON1, ECON1_RXRST);
		else if (way == 2)
			stutter_enc28j60_brown_out(&f.chip, f.now_ns);
		else
			chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_RXBUSY, 0);
	}
}

const CU_TestInfo tests_phy[] = {
	{"the wire tells of its activity", the_wire_tells_of_its_activity},
	{"a frame that began with reception on is received to its end",
         a_frame_that_began_with_reception_on_is_received_to_its_end},
	{"resets and power save end rxbusy", resets_and_power_save_end_rxbusy},
	{"each row has its reset value", each_row_has_its_reset_value},
	{"each row stores its writable bits and no others",
         each_row_stores_its_writable_bits_and_no_others},
	{"lost link is latched until read", lost_link_is_latched_until_read},
	{"duplex is pdpxmd", duplex_is_pdpxmd},
	{"prst clears itself and finds the link again",
         prst_clears_itself_and_finds_the_link_again},
	{"phy power save loses the link", phy_power_save_loses_the_link},
	{"force link shows a link without cable", force_link_shows_a_link_without_cable},
	{"misuse is found", misuse_is_found},
	CU_TEST_INFO_NULL,
};
