/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Effects that are injected: what is the same at every site, and that of the MII. Those on frames
 * are in test_effects_transmission.c and test_effects_reception.c.
 */
#include <CUnit/CUnit.h>

#include "tests/chip/effects_fixture.h"

static struct chip_fixture f, other;

/* Some of everything, with resets between. */
static void work(struct chip_fixture *to)
{
	for (unsigned i = 0; i < 3; i++) {
		effects_send_well(to);
		effects_receive(to, i);
		CU_ASSERT_EQUAL(effects_phy_id(to), 0x0083);
		chip_phy_write(to, ENC28J60_PHLCON, 0x3422);
	}
	chip_src(to);
	chip_wait(to, 100000000);
	chip_wcr16(to, ENC28J60_MAMXFLL, 1518);
	chip_open_ring(to, 0, EFFECTS_RING_END);
	effects_receive(to, 9);
	CU_ASSERT_EQUAL(effects_phy_id(to), 0x0083);
}

static void an_empty_effect_changes_nothing(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	effects_fixture_init(&other);
	work(&f);
	work(&other);
	effects_same_chips(&f, &other);
	effects_same_events(&f, &other);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_TX), 3);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_RX), 4);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_MII), 7);
}

/* Each site is answered with all that the two others could suffer. */
static void members_of_another_site_change_nothing(void)
{
	static const struct stutter_enc28j60_effect foreign[] = {
		[STUTTER_ENC28J60_SITE_TX] = {.rx_next_xor = 0xffff,
	                                      .rx_overflow = true,
	                                      .rx_uncounted = true,
	                                      .rx_rxerif = true,
	                                      .mii_stuck = true,
	                                      .rx_pktif_lost = true,
	                                      .rx_pktif_false = true,
	                                      .rx_rxerif_lost = true,
	                                      .rx_pattern_passes = true},
		[STUTTER_ENC28J60_SITE_RX] = {.tx_stall = true,
	                                      .tx_stall_flagged = true,
	                                      .tx_no_txif = true,
	                                      .tx_txerif = true,
	                                      .mii_stuck = true,
	                                      .tx_early_txif = true,
	                                      .tx_link_pulse = true},
		[STUTTER_ENC28J60_SITE_MII] = {.tx_stall = true,
	                                       .tx_no_txif = true,
	                                       .rx_next_xor = 0xffff,
	                                       .rx_overflow = true,
	                                       .rx_rxerif = true,
	                                       .tx_early_txif = true,
	                                       .rx_pktif_false = true},
	};

	for (unsigned site = 0; site < 3; site++)
		for (unsigned n = 1; n <= EFFECTS_NTH; n++) {
			effects_fixture_start(&f, (enum stutter_enc28j60_site)site, n,
			                      foreign[site]);
			effects_fixture_init(&other);
			work(&f);
			work(&other);
			effects_same_chips(&f, &other);
			effects_same_events(&f, &other);
		}
}

/* -- MII -- */

static void an_mii_operation_stays_busy_until_a_reset(void)
{
	for (unsigned way = 0; way < 3; way++) {
		effects_fixture_start(&f, STUTTER_ENC28J60_SITE_MII, EFFECTS_NTH,
		                      (struct stutter_enc28j60_effect){.mii_stuck = true});
		for (unsigned i = 1; i < EFFECTS_NTH; i++)
			CU_ASSERT_EQUAL(effects_phy_id(&f), 0x0083);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), 0);
		effects_phy_id(&f);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY);
		chip_wait(&f, UINT64_C(365) * 86400 * 1000000000);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY);
		/* What is begun meanwhile is a mistake of the host and no operation. */
		effects_phy_id(&f);
		CU_ASSERT(chip_count_id(&f, "mii-busy") > 0);
		CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_MII), EFFECTS_NTH);
		if (way == 0)
			chip_src(&f);
		else if (way == 1)
			stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		else
			stutter_enc28j60_brown_out(&f.chip, f.now_ns);
		chip_wait(&f, 100000000);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), 0);
		CU_ASSERT_EQUAL(effects_phy_id(&f), 0x0083);
		CU_ASSERT_EQUAL(effects_last(STUTTER_ENC28J60_SITE_MII), EFFECTS_NTH + 1);
	}
}

static void a_scan_is_one_operation(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_MII, 0,
	                      (struct stutter_enc28j60_effect){0});
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHID1);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIISCAN);
	chip_wait(&f, 10 * 10240);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_MII), 1);
	CU_ASSERT_EQUAL(effects_last(STUTTER_ENC28J60_SITE_MII), 1);
}

/* -- numbers and copies -- */

static void numbers_count_from_1_and_survive_every_reset(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	for (unsigned n = 1; n <= 4; n++) {
		effects_send_well(&f);
		effects_receive(&f, n);
		effects_phy_id(&f);
		for (unsigned site = 0; site < 3; site++)
			CU_ASSERT_EQUAL(effects_last(site), n);
		if (n == 1)
			chip_src(&f);
		else if (n == 2)
			stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		else
			stutter_enc28j60_brown_out(&f.chip, f.now_ns);
		chip_wait(&f, 100000000);
		chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
		chip_open_ring(&f, 0, EFFECTS_RING_END);
		f.chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	}
}

static void frames_that_are_not_stored_are_numbered_but_not_asked_for(void)
{
	uint8_t frame[64];

	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 0, (struct stutter_enc28j60_effect){0});
	chip_make_frame(frame, sizeof(frame), 1);
	frame[20] ^= 1;
	chip_receive(&f, frame, sizeof(frame));
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_RX), 0);
	effects_receive(&f, 2);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_RX), 1);
	CU_ASSERT_EQUAL(effects_last(STUTTER_ENC28J60_SITE_RX), 2);
	CU_ASSERT_EQUAL(f.events[f.event_count - 1].number, 2);
}

static void finish_either(struct chip_fixture *to)
{
	if (to->chip.tx.on_wire)
		chip_transmitted(to, NULL);
	chip_wait(to, 1000000);
	chip_rcr(to, ENC28J60_EIR);
	chip_bfs(to, ENC28J60_ECON1, ECON1_TXRST);
	chip_bfc(to, ENC28J60_ECON1, ECON1_TXRST);
	chip_bfc(to, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
	chip_bfc(to, ENC28J60_ESTAT, ESTAT_TXABRT);
	effects_send_well(to);
	effects_phy_id(to);
	effects_receive(to, 5);
	chip_src(to);
	chip_wait(to, 100000000);
	chip_rcr(to, ENC28J60_MISTAT);
}

static void a_copy_goes_on_alike(void)
{
	static const struct stutter_enc28j60_effect rows[] = {
		{.tx_stall = true},  {.tx_stall_flagged = true}, {.tx_no_txif = true},
		{.tx_txerif = true}, {.mii_stuck = true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		effects_fixture_start(&f,
		                      rows[i].mii_stuck ? STUTTER_ENC28J60_SITE_MII
		                                        : STUTTER_ENC28J60_SITE_TX,
		                      1, rows[i]);
		effects_request(&f);
		chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
		chip_fixture_copy(&other, &f);
		finish_either(&f);
		finish_either(&other);
		effects_same_chips(&f, &other);
		effects_same_events(&f, &other);
	}
}

const CU_TestInfo tests_chip_effects[] = {
	{"an empty effect changes nothing", an_empty_effect_changes_nothing},
	{"members of another site change nothing", members_of_another_site_change_nothing},
	{"an mii operation stays busy until a reset", an_mii_operation_stays_busy_until_a_reset},
	{"a scan is one operation", a_scan_is_one_operation},
	{"numbers count from 1 and survive every reset",
         numbers_count_from_1_and_survive_every_reset},
	{"frames that are not stored are numbered but not asked for",
         frames_that_are_not_stored_are_numbered_but_not_asked_for},
	{"a copy goes on alike", a_copy_goes_on_alike},
	CU_TEST_INFO_NULL,
};
