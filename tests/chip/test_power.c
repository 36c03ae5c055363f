/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>

#include "tests/chip/fixture.h"

static struct chip_fixture f;

static void clkrdy_comes_300_us_after_power_on(void)
{
	chip_fixture_power_on(&f, NULL);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), 300000);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RESET), 1);
	stutter_enc28j60_run(&f.chip, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	stutter_enc28j60_run(&f.chip, 300000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
	CU_ASSERT_EQUAL(f.events[1].now_ns, 300000);
}

static void mac_is_out_of_reach_before_clkrdy(void)
{
	chip_fixture_power_on(&f, NULL);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON2), 0);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 2);
	CU_ASSERT_STRING_EQUAL(f.events[1].reg, "MACON1");
	chip_wcr(&f, ENC28J60_ERXFCON, 0x12);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ERXFCON), 0x12);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_RXEN);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready-start"), 1);
	chip_wait(&f, 300000);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACON1), 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON2), 0x37);
}

static void txrts_before_clkrdy_waits(void)
{
	chip_fixture_power_on(&f, NULL);
	stutter_enc28j60_set_link(&f.chip, true, 0);
	chip_load(&f, 0x1a00, TX_POVERRIDE | TX_PCRCEN, (const uint8_t *)"twenty bytes of data",
	          20);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_START), 0);
	chip_wait(&f, 300000);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_START), 1);
}

static void src_keeps_clkrdy_but_stops_the_mac(void)
{
	chip_fixture_init(&f, NULL);
	chip_src(&f);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), ESTAT_CLKRDY);
	chip_rcr(&f, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 1);
	chip_wait(&f, 1000000);
	chip_rcr(&f, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_LINK), 1);
	chip_wait(&f, 64000000);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_LINK), 2);
}

static void every_reset_keeps_the_memory_but_drops_packets_and_frames(void)
{
	static uint8_t frame[64];

	for (unsigned pin = 0; pin < 2; pin++) {
		chip_fixture_init(&f, NULL);
		chip_open_ring(&f, 0, 0x19ff);
		chip_make_frame(frame, sizeof(frame), 1);
		chip_receive(&f, frame, sizeof(frame));
		chip_load(&f, 0x1a00, TX_POVERRIDE | TX_PCRCEN, frame, 60);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
		if (pin)
			stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		else
			chip_src(&f);
		CU_ASSERT_EQUAL(f.cancel_count, 1);
		CU_ASSERT_EQUAL(f.chip.sram[6], frame[0]);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 0);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
		CU_ASSERT_FALSE(stutter_enc28j60_receiving(&f.chip));
	}
}

static void power_save_takes_the_mac_away_and_needs_300_us_back(void)
{
	chip_fixture_init(&f, NULL);
	chip_wcr(&f, ENC28J60_MAMXFLH, 5);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), 0);
	chip_rcr(&f, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 1);
	chip_src(&f);
	CU_ASSERT_EQUAL(chip_count_id(&f, "src-power-save"), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON2), ECON2_AUTOINC | ECON2_PWRSV);
	chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MAMXFLH), 5);
	chip_open_ring(&f, 0, 0x19ff);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	CU_ASSERT_EQUAL(chip_count_id(&f, "power-save-busy"), 1);
}

static void the_pin_wakes_from_power_save(void)
{
	chip_fixture_init(&f, NULL);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON2), ECON2_AUTOINC);
	chip_wait(&f, 1000000);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON1), 0x0f);
}

/* MAC and MII registers work at once, the PHY behind them 50 us later (DS39662 sec. 11.2). */
static void the_pin_lets_only_the_phy_wait(void)
{
	uint8_t bytes[3] = {0x00, 0, 0};

	chip_fixture_init(&f, NULL);
	stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	stutter_enc28j60_transfer(&f.chip, (const uint8_t[]){0x9f, 0x02}, NULL, 2, f.now_ns);
	stutter_enc28j60_transfer(&f.chip, (const uint8_t[]){0x40, 0x0d}, NULL, 2, f.now_ns);
	stutter_enc28j60_transfer(&f.chip, bytes, bytes, 3, f.now_ns);
	CU_ASSERT_EQUAL(bytes[2], 0x0d);
	/* 7 commands of 1 us each and 10.24 us of the PHY: well before the 50 us. */
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHID1), 0);
	chip_phy_write(&f, ENC28J60_PHLCON, 0x0420);
	CU_ASSERT_EQUAL(chip_count_id(&f, "phy-settles"), 2);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 0);
	chip_wait(&f, 50000);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHID1), 0x0083);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHLCON), 0x3422);
	CU_ASSERT_EQUAL(chip_count_id(&f, "phy-settles"), 2);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 0);
	chip_wait(&f, 64000000);
	CU_ASSERT(f.chip.link.up);
}

static void the_phy_is_within_reach_50_us_after_the_pin(void)
{
	for (unsigned late = 0; late < 2; late++) {
		chip_fixture_init(&f, NULL);
		chip_wcr(&f, ENC28J60_ECON1, 2);
		stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHID1);
		chip_wait(&f, 50000 - (f.now_ns - f.events[0].now_ns) - CHIP_OP_NS - !late);
		chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
		CU_ASSERT_EQUAL(chip_count_id(&f, "phy-settles"), !late);
		chip_wait(&f, 10240);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MIRDL), late ? 0x83 : 0);
	}
}

/* The millisecond belongs to SRC, whatever comes after it. */
static void the_pin_does_not_shorten_the_wait_after_src(void)
{
	chip_fixture_init(&f, NULL);
	chip_src(&f);
	stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
	chip_wait(&f, 100000);
	chip_rcr(&f, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 1);
	chip_wait(&f, 900000);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON1), 0x0f);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
}

const CU_TestInfo tests_power[] = {
	{"clkrdy comes 300 us after power on", clkrdy_comes_300_us_after_power_on},
	{"mac is out of reach before clkrdy", mac_is_out_of_reach_before_clkrdy},
	{"txrts before clkrdy waits", txrts_before_clkrdy_waits},
	{"src keeps clkrdy but stops the mac", src_keeps_clkrdy_but_stops_the_mac},
	{"every reset keeps the memory but drops packets and frames",
         every_reset_keeps_the_memory_but_drops_packets_and_frames},
	{"power save takes the mac away and needs 300 us back",
         power_save_takes_the_mac_away_and_needs_300_us_back},
	{"the pin wakes from power save", the_pin_wakes_from_power_save},
	{"the pin lets only the phy wait", the_pin_lets_only_the_phy_wait},
	{"the phy is within reach 50 us after the pin",
         the_phy_is_within_reach_50_us_after_the_pin},
	{"the pin does not shorten the wait after src",
         the_pin_does_not_shorten_the_wait_after_src},
	CU_TEST_INFO_NULL,
};
