/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>

#include "rig.h"

static struct rig rig;

static void clkrdy_comes_300_us_after_power_on(void)
{
	rig_power(&rig, NULL);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&rig.chip), 300000);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_RESET), 1);
	stutter_enc28j60_run(&rig.chip, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_ESTAT), 0);
	stutter_enc28j60_run(&rig.chip, 300000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_READY), 1);
	CU_ASSERT_EQUAL(rig.events[1].now_ns, 300000);
}

static void mac_is_out_of_reach_before_clkrdy(void)
{
	rig_power(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MACON1, MACON1_MARXEN);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MACLCON2), 0);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready"), 2);
	CU_ASSERT_STRING_EQUAL(rig.events[1].reg, "MACON1");
	rig_wcr(&rig, ENC28J60_ERXFCON, 0x12);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ERXFCON), 0x12);
	rig_bfs(&rig, ENC28J60_ECON1, ECON1_RXEN);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready-start"), 1);
	rig_wait(&rig, 300000);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MACON1), 0);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MACLCON2), 0x37);
}

static void txrts_before_clkrdy_waits(void)
{
	rig_power(&rig, NULL);
	stutter_enc28j60_set_link(&rig.chip, true, 0);
	rig_load(&rig, 0x1a00, TX_POVERRIDE | TX_PCRCEN, (const uint8_t *)"twenty bytes of data",
	         20);
	rig_bfs(&rig, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_TX_START), 0);
	rig_wait(&rig, 300000);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_TX_START), 1);
}

static void src_keeps_clkrdy_but_stops_the_mac(void)
{
	rig_start(&rig, NULL);
	rig_src(&rig);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ESTAT), ESTAT_CLKRDY);
	rig_rcr(&rig, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready"), 1);
	rig_wait(&rig, 1000000);
	rig_rcr(&rig, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready"), 1);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_LINK), 1);
	rig_wait(&rig, 64000000);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_LINK), 2);
}

static void every_reset_keeps_the_memory_but_drops_packets_and_frames(void)
{
	static uint8_t frame[64];

	for (unsigned pin = 0; pin < 2; pin++) {
		rig_start(&rig, NULL);
		rig_open_ring(&rig, 0, 0x19ff);
		rig_frame(frame, sizeof(frame), 1);
		rig_receive(&rig, frame, sizeof(frame));
		rig_load(&rig, 0x1a00, TX_POVERRIDE | TX_PCRCEN, frame, 60);
		rig_bfs(&rig, ENC28J60_ECON1, ECON1_TXRTS);
		if (pin)
			stutter_enc28j60_reset_pin(&rig.chip, rig.now_ns);
		else
			rig_src(&rig);
		CU_ASSERT_EQUAL(rig.cancel_count, 1);
		CU_ASSERT_EQUAL(rig.chip.sram[6], frame[0]);
		CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EPKTCNT), 0);
		CU_ASSERT_EQUAL(rig_rcr16(&rig, ENC28J60_ERXWRPTL), 0);
		CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_EIR), 0);
		CU_ASSERT_FALSE(stutter_enc28j60_receiving(&rig.chip));
	}
}

static void power_save_takes_the_mac_away_and_needs_300_us_back(void)
{
	rig_start(&rig, NULL);
	rig_wcr(&rig, ENC28J60_MAMXFLH, 5);
	rig_bfs(&rig, ENC28J60_ECON2, ECON2_PWRSV);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ESTAT), 0);
	rig_rcr(&rig, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready"), 1);
	rig_src(&rig);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "src-power-save"), 1);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ECON2), ECON2_AUTOINC | ECON2_PWRSV);
	rig_bfc(&rig, ENC28J60_ECON2, ECON2_PWRSV);
	rig_wait(&rig, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_ESTAT), 0);
	rig_wait(&rig, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MAMXFLH), 5);
	rig_open_ring(&rig, 0, 0x19ff);
	rig_bfs(&rig, ENC28J60_ECON2, ECON2_PWRSV);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "power-save-busy"), 1);
}

static void the_pin_wakes_from_power_save(void)
{
	rig_start(&rig, NULL);
	rig_bfs(&rig, ENC28J60_ECON2, ECON2_PWRSV);
	stutter_enc28j60_reset_pin(&rig.chip, rig.now_ns);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ECON2), ECON2_AUTOINC);
	rig_wait(&rig, 1000000);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MACLCON1), 0x0f);
}

/* MAC and MII registers work at once, the PHY behind them 50 us later (DS39662 sec. 11.2). */
static void the_pin_lets_only_the_phy_wait(void)
{
	uint8_t bytes[3] = {0x00, 0, 0};

	rig_start(&rig, NULL);
	stutter_enc28j60_reset_pin(&rig.chip, rig.now_ns);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&rig.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	stutter_enc28j60_transfer(&rig.chip, (const uint8_t[]){0x9f, 0x02}, NULL, 2, rig.now_ns);
	stutter_enc28j60_transfer(&rig.chip, (const uint8_t[]){0x40, 0x0d}, NULL, 2, rig.now_ns);
	stutter_enc28j60_transfer(&rig.chip, bytes, bytes, 3, rig.now_ns);
	CU_ASSERT_EQUAL(bytes[2], 0x0d);
	/* 7 commands of 1 us each and 10.24 us of the PHY: well before the 50 us. */
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHID1), 0);
	rig_phy_write(&rig, ENC28J60_PHLCON, 0x0420);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-settles"), 2);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_READY), 0);
	rig_wait(&rig, 50000);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_READY), 1);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHID1), 0x0083);
	CU_ASSERT_EQUAL(rig_phy_read(&rig, ENC28J60_PHLCON), 0x3422);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-settles"), 2);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready"), 0);
	rig_wait(&rig, 64000000);
	CU_ASSERT(rig.chip.link.up);
}

static void the_phy_is_within_reach_50_us_after_the_pin(void)
{
	for (unsigned late = 0; late < 2; late++) {
		rig_start(&rig, NULL);
		rig_wcr(&rig, ENC28J60_ECON1, 2);
		stutter_enc28j60_reset_pin(&rig.chip, rig.now_ns);
		rig_wcr(&rig, ENC28J60_MIREGADR, ENC28J60_PHID1);
		rig_wait(&rig, 50000 - (rig.now_ns - rig.events[0].now_ns) - RIG_OP_NS - !late);
		rig_wcr(&rig, ENC28J60_MICMD, MICMD_MIIRD);
		CU_ASSERT_EQUAL(rig_count_id(&rig, "phy-settles"), !late);
		rig_wait(&rig, 10240);
		CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MIRDL), late ? 0x83 : 0);
	}
}

/* The millisecond belongs to SRC, whatever comes after it. */
static void the_pin_does_not_hasten_src(void)
{
	rig_start(&rig, NULL);
	rig_src(&rig);
	stutter_enc28j60_reset_pin(&rig.chip, rig.now_ns);
	rig_wait(&rig, 100000);
	rig_rcr(&rig, ENC28J60_MACON1);
	CU_ASSERT_EQUAL(rig_count_id(&rig, "not-ready"), 1);
	rig_wait(&rig, 900000);
	CU_ASSERT_EQUAL(rig_rcr(&rig, ENC28J60_MACLCON1), 0x0f);
	CU_ASSERT_EQUAL(rig_count_kind(&rig, STUTTER_ENC28J60_EVENT_READY), 1);
}

const CU_TestInfo tests_power[] = {
	{"clkrdy_comes_300_us_after_power_on", clkrdy_comes_300_us_after_power_on},
	{"mac_is_out_of_reach_before_clkrdy", mac_is_out_of_reach_before_clkrdy},
	{"txrts_before_clkrdy_waits", txrts_before_clkrdy_waits},
	{"src_keeps_clkrdy_but_stops_the_mac", src_keeps_clkrdy_but_stops_the_mac},
	{"every_reset_keeps_the_memory_but_drops_packets_and_frames",
         every_reset_keeps_the_memory_but_drops_packets_and_frames},
	{"power_save_takes_the_mac_away_and_needs_300_us_back",
         power_save_takes_the_mac_away_and_needs_300_us_back},
	{"the_pin_wakes_from_power_save", the_pin_wakes_from_power_save},
	{"the_pin_lets_only_the_phy_wait", the_pin_lets_only_the_phy_wait},
	{"the_phy_is_within_reach_50_us_after_the_pin",
         the_phy_is_within_reach_50_us_after_the_pin},
	{"the_pin_does_not_hasten_src", the_pin_does_not_hasten_src},
	CU_TEST_INFO_NULL,
};
