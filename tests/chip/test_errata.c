/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every erratum at its worst and switched off; how often each acts by itself is in test_chance.c. A
 * driver that works around all of them is in test_driver.c, and those that do not are in
 * test_styles.c.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define TX_AT 0x1a00u
#define FRAME 100u
#define ON true
#define OFF false

static struct chip_fixture f;
static struct stutter_enc28j60_config config;
static uint8_t frame[64];

static void configure(unsigned erratum, bool on)
{
	config = stutter_enc28j60_config_default();
	config.errata = config.errata_worst = on ? STUTTER_ENC28J60_ERRATUM(erratum) : 0;
}

static void start(unsigned erratum, bool on)
{
	configure(erratum, on);
	chip_fixture_init(&f, &config);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	f.chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	chip_make_frame(frame, sizeof(frame), 1);
	chip_clear_events(&f);
}

static void request(void)
{
	static const uint8_t body[FRAME] = {2};

	chip_load(&f, TX_AT, TX_POVERRIDE | TX_PCRCEN, body, sizeof(body));
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
}

static uint8_t tx_flags(void)
{
	return chip_rcr(&f, ENC28J60_EIR) & (EIR_TXIF | EIR_TXERIF);
}

static bool txrts(void)
{
	return chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS;
}

static unsigned next_at(unsigned address)
{
	return (unsigned)f.chip.sram[address] | (unsigned)f.chip.sram[address + 1] << 8;
}

/* -- the table -- */

static void each_silicon_has_the_errata_of_the_sheet(void)
{
	static const uint32_t only_early = STUTTER_ENC28J60_ERRATUM(1) |
	                                   STUTTER_ENC28J60_ERRATUM(3) |
	                                   STUTTER_ENC28J60_ERRATUM(8);
	static const uint32_t only_late = STUTTER_ENC28J60_ERRATUM(13);
	static const uint32_t all = STUTTER_ENC28J60_ERRATA_SWITCHABLE & ~UINT32_C(1);

	CU_ASSERT_EQUAL(stutter_enc28j60_errata(STUTTER_ENC28J60_B1), all & ~only_late);
	CU_ASSERT_EQUAL(stutter_enc28j60_errata(STUTTER_ENC28J60_B4), all & ~only_late);
	CU_ASSERT_EQUAL(stutter_enc28j60_errata(STUTTER_ENC28J60_B5), all & ~only_early);
	CU_ASSERT_EQUAL(stutter_enc28j60_errata(STUTTER_ENC28J60_B7), all & ~only_early);
	CU_ASSERT_EQUAL(stutter_enc28j60_errata((enum stutter_enc28j60_revision)3), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_config_default().errata,
	                stutter_enc28j60_errata(STUTTER_ENC28J60_B7));
	CU_ASSERT_EQUAL(stutter_enc28j60_config_default().errata_worst, 0);
	CU_ASSERT(stutter_enc28j60_config_default().bit_field_ops_reach_mac);
}

static const char *silicon_of(const struct stutter_enc28j60_erratum *erratum)
{
	bool early = erratum->revisions >> STUTTER_ENC28J60_B1 & 1,
	     late = erratum->revisions >> STUTTER_ENC28J60_B7 & 1;

	return early && late ? "all" : early ? "B1, B4" : "B5, B7";
}

static bool readme_has(const char *wanted)
{
	char line[512];
	FILE *file = fopen("emulator/enc28j60/README.md", "r");
	bool found = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(file);
	while (!found && fgets(line, sizeof(line), file))
		found = strcmp(line, wanted) == 0;
	(void)fclose(file);
	return found;
}

static void the_table_is_in_the_readme(void)
{
	size_t count;
	const struct stutter_enc28j60_erratum *rows = stutter_enc28j60_errata_table(&count);

	CU_ASSERT_EQUAL(count, 19);
	for (size_t i = 0; i < count; i++) {
		char line[512], often[128] = "always";

		CU_ASSERT_EQUAL(rows[i].number, i + 1);
		CU_ASSERT_EQUAL(rows[i].one_in == 1, rows[i].event == NULL);
		if (rows[i].event)
			(void)snprintf(often, sizeof(often), "1 in %u %s", rows[i].one_in,
			               rows[i].event);
		(void)snprintf(line, sizeof(line), "| %u | %s | %s | %s | %s | %s | %s | %s |\n",
		               rows[i].number, rows[i].module, silicon_of(&rows[i]),
		               rows[i].symptom, rows[i].effect, often,
		               rows[i].event ? "each" : "always", rows[i].source);
		if (!readme_has(line)) {
			printf("    README.md lacks: %s", line);
			CU_FAIL("README.md and errata.c differ");
		}
	}
}

/* -- SPI and reset -- */

static void start_at_clock(bool on, uint32_t spi_clock_hz)
{
	configure(1, on);
	config.spi_clock_hz = spi_clock_hz;
	chip_fixture_init(&f, &config);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN);
}

static void erratum_1_loses_mac_accesses_below_8_mhz(void)
{
	static const struct {
		bool on;
		uint32_t spi_clock_hz;
		bool lost;
	} rows[] = {
		{ON, 7999999, true}, {ON, 8000000, false}, {ON, 0, false}, {OFF, 7999999, false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start_at_clock(rows[i].on, rows[i].spi_clock_hz);
		CU_ASSERT_EQUAL(f.chip.regs[ENC28J60_MACON1], rows[i].lost ? 0 : MACON1_MARXEN);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON2), rows[i].lost ? 0 : 0x37);
		CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHID1), rows[i].lost ? 0 : 0x0083);
		chip_wcr(&f, ENC28J60_ERXFCON, 0x12);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ERXFCON), 0x12);
		CU_ASSERT_EQUAL(chip_count_id(&f, "slow-spi") > 0, rows[i].lost);
	}
}

static void erratum_2_keeps_clkrdy_through_src(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(2, on);
		chip_src(&f);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), on ? ESTAT_CLKRDY : 0);
		chip_wait(&f, config.src_settle_ns - CHIP_OP_NS - 1);
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT),
		                on ? ESTAT_CLKRDY : 0);
		chip_wait(&f, 1);
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON2), 0x37);
		/* The pin leaves CLKRDY alone in any case. */
		stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	}
}

static void src_during_startup_does_not_shorten_it(void)
{
	configure(2, OFF);
	config.src_settle_ns = 1000;
	chip_fixture_power_on(&f, &config);
	chip_src(&f);
	chip_wait(&f, 100000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	chip_wait(&f, 200000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	chip_src(&f);
	chip_src(&f);
	chip_wait(&f, 1000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
}

static void power_save_after_src_keeps_clkrdy_down(void)
{
	start(2, OFF);
	chip_src(&f);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, config.src_settle_ns);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	/* The start-up takes longer than what is left of the reset. */
	start(2, OFF);
	chip_src(&f);
	chip_wait(&f, config.src_settle_ns - 100000);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
}

static void erratum_19_makes_src_unheard_in_power_save(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(19, on);
		chip_wcr(&f, ENC28J60_ERXFCON, 0);
		chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
		chip_src(&f);
		CU_ASSERT_EQUAL(chip_count_id(&f, "src-power-save"), on);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON2),
		                ECON2_AUTOINC | (on ? ECON2_PWRSV : 0));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ERXFCON), on ? 0 : 0xa1);
		chip_wait(&f, 2000000);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), on ? 0 : ESTAT_CLKRDY);
	}
}

/* -- the board -- */

static unsigned findings_at(unsigned erratum, bool on, int celsius, uint32_t rbias_ohm,
                            const char *id)
{
	configure(erratum, on);
	config.ambient_celsius = celsius;
	config.rbias_ohm = rbias_ohm;
	chip_fixture_power_on(&f, &config);
	return chip_count_id(&f, id);
}

static void erratum_3_narrows_the_temperatures(void)
{
	static const struct {
		int celsius;
		unsigned with, without;
	} rows[] = {{-41, 1, 1}, {-40, 1, 0}, {-1, 1, 0}, {0, 0, 0},
	            {70, 0, 0},  {71, 1, 0},  {85, 1, 0}, {86, 1, 1}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		CU_ASSERT_EQUAL(findings_at(3, ON, rows[i].celsius, 0, "temperature"),
		                rows[i].with);
		CU_ASSERT_EQUAL(findings_at(3, OFF, rows[i].celsius, 0, "temperature"),
		                rows[i].without);
	}
}

static void erratum_8_wants_another_rbias(void)
{
	CU_ASSERT_EQUAL(findings_at(8, ON, 25, 2700, "rbias"), 0);
	CU_ASSERT_EQUAL(findings_at(8, ON, 25, 2320, "rbias"), 1);
	CU_ASSERT_EQUAL(findings_at(8, OFF, 25, 2320, "rbias"), 0);
	CU_ASSERT_EQUAL(findings_at(8, OFF, 25, 2700, "rbias"), 1);
	CU_ASSERT_EQUAL(findings_at(8, ON, 25, 0, "rbias"), 0);
	CU_ASSERT_EQUAL(findings_at(8, OFF, 25, 0, "rbias"), 0);
}

static void clkout_divides_25_mhz(void)
{
	static const uint32_t settings_hz[8] = {0,       25000000, 12500000, 8333333,
	                                        6250000, 3125000,  0,        0};

	start(4, OFF);
	CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 6250000);
	for (uint8_t i = 0; i < 8; i++) {
		chip_wcr(&f, ENC28J60_ECOCON, i);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), settings_hz[i]);
	}
	chip_wcr(&f, ENC28J60_ECOCON, 5);
	chip_src(&f);
	CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 3125000);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	chip_wait(&f, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 0);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 6250000);
}

static void erratum_4_stops_clkout_in_power_save(void)
{
	for (unsigned on = 0; on < 2; on++) {
		const uint32_t saving_hz = on ? 0 : 6250000;

		start(4, on);
		chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), saving_hz);
		chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), saving_hz);
		chip_wait(&f, 300000);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 6250000);
	}
}

/* -- the ring -- */

static void erratum_5_corrupts_the_write_pointer(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(5, on);
		chip_open_ring(&f, 0x600, 0x1fff);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), on ? 0 : 0x600);
		CU_ASSERT_EQUAL(chip_count_id(&f, "rx-writer-outside"), on);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(memcmp(f.chip.sram + (on ? 6 : 0x606), frame, sizeof(frame)), 0);
		/* The work-around: a ring at 0000h. */
		chip_clear_events(&f);
		chip_open_ring(&f, 0, 0x19ff);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 0);
		CU_ASSERT_EQUAL(chip_count_id(&f, "rx-writer-outside"), 0);
	}
}

static void erratum_6_hides_pktif_from_the_host_but_not_from_int(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(6, on);
		chip_open_ring(&f, 0, 0x19ff);
		chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), on ? 0 : EIR_PKTIF);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
		CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_INT);
		CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
		chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), on ? 0 : EIR_PKTIF);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), on);
	}
}

static void erratum_14_corrupts_next_packet_pointers_while_erxrdpt_is_even(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(14, on);
		chip_open_ring(&f, 0, 0x19ff);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(0), 70);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 0);
		chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x19fe);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), on);
		chip_receive(&f, frame, sizeof(frame));
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(70), on ? (140 ^ 2) : 140);
		CU_ASSERT_EQUAL(next_at(140), on ? (210 ^ 2) : 210);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), on ? 2 : 0);
		chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x19ff);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(210), 280);
	}
}

/* -- the PHY -- */

static void erratum_7_leaves_swapped_wires_swapped(void)
{
	for (unsigned on = 0; on < 2; on++) {
		configure(7, on);
		config.polarity_reversed = true;
		chip_fixture_init(&f, &config);
		chip_make_frame(frame, sizeof(frame), 1);
		CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2) & PHSTAT2_PLRITY,
		                on ? 0 : PHSTAT2_PLRITY);
		chip_open_ring(&f, 0, 0x19ff);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_CRC), on);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), !on);
		/* Without the check the inverted frame can be seen. */
		chip_wcr(&f, ENC28J60_ERXFCON, 0);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(f.chip.sram[on ? 6 : 76], on ? (uint8_t)~frame[0] : frame[0]);
	}
	start(7, ON);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2) & PHSTAT2_PLRITY, 0);
}

static void loop_back(unsigned erratum, bool on, uint16_t phcon1, uint16_t phcon2)
{
	start(erratum, on);
	chip_phy_write(&f, ENC28J60_PHCON1, phcon1);
	f.chip.phy[ENC28J60_PHCON2] = phcon2;
	chip_wcr(&f, ENC28J60_MACON3, phcon1 & PHCON1_PDPXMD ? MACON3_FULDPX : 0);
	chip_open_ring(&f, 0, 0x19ff);
	f.answers_at_once = true;
	for (unsigned i = 0; i < 4; i++) {
		request();
		chip_wait(&f, 1000000);
		CU_ASSERT_FALSE(txrts());
	}
}

static void errata_9_and_10_lose_looped_frames(void)
{
	static const struct {
		unsigned erratum;
		uint16_t phcon1, phcon2;
		bool noted; /* only PLOOPBK is asked for by the host; the echo is the reset state */
	} rows[] = {
		{9, PHCON1_PLOOPBK, PHCON2_HDLDIS, true},
		{9, 0, 0, false},
		{10, PHCON1_PLOOPBK | PHCON1_PDPXMD, 0, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		loop_back(rows[i].erratum, ON, rows[i].phcon1, rows[i].phcon2);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_IGNORED), 4);
		CU_ASSERT_EQUAL(chip_count_id(&f, "loopback"), rows[i].noted);
		loop_back(rows[i].erratum, OFF, rows[i].phcon1, rows[i].phcon2);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 4);
		CU_ASSERT_EQUAL(chip_count_id(&f, "loopback"), 0);
		loop_back(19 - rows[i].erratum, ON, rows[i].phcon1, rows[i].phcon2);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 4);
	}
}

static void erratum_11_removes_a_led_setting(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(11, on);
		chip_phy_write(&f, ENC28J60_PHLCON, 0x3e42);
		chip_phy_write(&f, ENC28J60_PHLCON, 0x34e2);
		chip_phy_write(&f, ENC28J60_PHLCON, 0x3422);
		CU_ASSERT_EQUAL(chip_count_id(&f, "led-1110"), on ? 2 : 0);
	}
}

static void erratum_16_misreads_the_led_wiring(void)
{
	for (unsigned i = 0; i < 8; i++) {
		const bool on = i & 1, misread = i & 2, full_duplex = i & 4;

		configure(16, on);
		config.led_polarity_misread = misread;
		config.leds_select_full_duplex = full_duplex;
		chip_fixture_init(&f, &config);
		CU_ASSERT_EQUAL(stutter_enc28j60_full_duplex(&f.chip),
		                full_duplex != (on && misread));
		/* The work-around: write it. */
		chip_phy_write(&f, ENC28J60_PHCON1, PHCON1_PDPXMD);
		CU_ASSERT(stutter_enc28j60_full_duplex(&f.chip));
	}
}

/* -- the transmit logic -- */

static const struct stutter_enc28j60_tx_status aborts[] = {
	{.collisions = 1, .late_collision = true},
	{.collisions = 16, .excessive_collisions = true},
	{.deferred = true, .excessive_deferral = true},
};
#define ABORTS (sizeof(aborts) / sizeof(aborts[0]))

static void erratum_12_stalls_the_transmit_logic_after_an_abort(void)
{
	for (size_t i = 0; i < ABORTS; i++) {
		start(12, ON);
		request();
		chip_transmitted(&f, &aborts[i]);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF | EIR_TXERIF);
		CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT);
		CU_ASSERT(txrts());
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), 1);
		CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
		/*
		 * The status vector stays the aborted frame's while the host gives up and tries
		 * again in vain.
		 */
		const uint8_t vector = f.chip.sram[TX_AT + FRAME + 4];

		chip_bfc(&f, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXERIF);
		CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 4], vector);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXERIF);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
		chip_wait(&f, UINT64_C(3600000000000));
		CU_ASSERT_EQUAL(f.sent_count, 1);
		CU_ASSERT(txrts());
		CU_ASSERT_EQUAL(tx_flags(), 0);
		CU_ASSERT_EQUAL(chip_count_id(&f, "tx-stalled"), 1);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT_EQUAL(chip_count_id(&f, "tx-stalled"), 2);
	}
}

static void txrst_ends_the_stall_of_erratum_12_and_raises_txerif(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(12, on);
		request();
		chip_transmitted(&f, &aborts[0]);
		CU_ASSERT_EQUAL(txrts(), on);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
		CU_ASSERT_FALSE(txrts());
		CU_ASSERT_EQUAL(tx_flags(), 0);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
		CU_ASSERT_EQUAL(tx_flags(), on ? EIR_TXERIF : 0);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXERIF);
		request();
		CU_ASSERT_EQUAL(f.sent_count, 2);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF);
		CU_ASSERT_FALSE(txrts());
	}
}

static void src_ends_the_stall_of_erratum_12(void)
{
	start(12, ON);
	request();
	chip_transmitted(&f, &aborts[0]);
	chip_src(&f);
	chip_wait(&f, 100000000);
	CU_ASSERT_FALSE(txrts());
	request();
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

static void without_erratum_12_an_abort_is_over_at_once(void)
{
	for (size_t i = 0; i < ABORTS; i++) {
		start(12, OFF);
		request();
		chip_transmitted(&f, &aborts[i]);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF | EIR_TXERIF);
		CU_ASSERT_FALSE(txrts());
		request();
		CU_ASSERT_EQUAL(f.sent_count, 2);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 1);
	}
}

static void erratum_12_is_about_half_duplex_aborts_only(void)
{
	start(12, ON);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	request();
	chip_transmitted(&f, &aborts[0]);
	CU_ASSERT_FALSE(txrts());
	chip_wcr(&f, ENC28J60_MACON3, 0);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 64);
	request();
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_ABORTED), 1);
	CU_ASSERT_FALSE(txrts());
	chip_wcr(&f, ENC28J60_MACON4, MACON4_DEFER);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	request();
	chip_transmitted(&f, &aborts[2]);
	CU_ASSERT_FALSE(txrts());
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), 0);
}

static void erratum_12_raises_txerif_on_cancelling(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(12, on);
		request();
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF | (on ? EIR_TXERIF : 0));
	}
}

/* A DMA that waits for the transmission gets the memory when the host takes TXRTS back. */
static void the_dma_waits_out_a_stall(void)
{
	start(12, ON);
	request();
	chip_wcr16(&f, ENC28J60_EDMANDL, 0x10);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_DMAST);
	chip_transmitted(&f, &aborts[0]);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT(stutter_enc28j60_next(&f.chip) != UINT64_MAX);
	chip_wait(&f, 1000000);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_DMAIF, EIR_DMAIF);
}

static void erratum_15_keeps_latecol_down(void)
{
	for (unsigned on = 0; on < 2; on++) {
		start(15, on);
		request();
		chip_transmitted(&f, &aborts[0]);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_LATECOL,
		                on ? 0 : ESTAT_LATECOL);
		CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 4] & TSV_LATE_COLLISION >> 24,
		                TSV_LATE_COLLISION >> 24);
	}
}

/* -- the DMA -- */

#define ON_WIRE_NS ((8 + 64) * 800u)
#define SUM_NS (100 * 40u)

/* Sums up 100 bytes, then gets a frame whose last bit comes so long after the sum began. */
static void sum_and_receive(bool on, bool copies, uint64_t after_ns)
{
	start(17, on);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr16(&f, ENC28J60_EDMASTL, 0x1a00);
	chip_wcr16(&f, ENC28J60_EDMANDL, 0x1a00 + 99);
	chip_wcr16(&f, ENC28J60_EDMADSTL, 0x1b00);
	chip_clear_events(&f);
	chip_wait(&f, ON_WIRE_NS);
	chip_bfs(&f, ENC28J60_ECON1, copies ? ECON1_DMAST : ECON1_DMAST | ECON1_CSUMEN);
	stutter_enc28j60_receive(&f.chip, frame, sizeof(frame), f.now_ns += after_ns);
}

static void erratum_17_loses_a_frame_to_a_checksum_beside_it(void)
{
	static const struct {
		uint64_t after_ns;
		bool lost;
	} rows[] = {
		{0, false},
		{1, true},
		{SUM_NS / 2, true},
		{SUM_NS + ON_WIRE_NS - 1, true},
		{SUM_NS + ON_WIRE_NS, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sum_and_receive(ON, false, rows[i].after_ns);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_IGNORED),
		                rows[i].lost);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), !rows[i].lost);
		CU_ASSERT_EQUAL(chip_count_id(&f, "dma-receiving"), 1);
		sum_and_receive(OFF, false, rows[i].after_ns);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
		CU_ASSERT_EQUAL(chip_count_id(&f, "dma-receiving"), 0);
		sum_and_receive(ON, true, rows[i].after_ns);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	}
}

const CU_TestInfo tests_errata[] = {
	{"each silicon has the errata of the sheet", each_silicon_has_the_errata_of_the_sheet},
	{"the table is in the readme", the_table_is_in_the_readme},
	{"erratum 1 loses mac accesses below 8 mhz", erratum_1_loses_mac_accesses_below_8_mhz},
	{"erratum 2 keeps clkrdy through src", erratum_2_keeps_clkrdy_through_src},
	{"src during startup does not shorten it", src_during_startup_does_not_shorten_it},
	{"power save after src keeps clkrdy down", power_save_after_src_keeps_clkrdy_down},
	{"erratum 3 narrows the temperatures", erratum_3_narrows_the_temperatures},
	{"clkout divides 25 mhz", clkout_divides_25_mhz},
	{"erratum 4 stops clkout in power save", erratum_4_stops_clkout_in_power_save},
	{"erratum 5 corrupts the write pointer", erratum_5_corrupts_the_write_pointer},
	{"erratum 6 hides pktif from the host but not from int",
         erratum_6_hides_pktif_from_the_host_but_not_from_int},
	{"erratum 7 leaves swapped wires swapped", erratum_7_leaves_swapped_wires_swapped},
	{"erratum 8 wants another rbias", erratum_8_wants_another_rbias},
	{"errata 9 and 10 lose looped frames", errata_9_and_10_lose_looped_frames},
	{"erratum 11 removes a led setting", erratum_11_removes_a_led_setting},
	{"erratum 12 stalls the transmit logic after an abort",
         erratum_12_stalls_the_transmit_logic_after_an_abort},
	{"txrst ends the stall of erratum 12 and raises txerif",
         txrst_ends_the_stall_of_erratum_12_and_raises_txerif},
	{"src ends the stall of erratum 12", src_ends_the_stall_of_erratum_12},
	{"without erratum 12 an abort is over at once",
         without_erratum_12_an_abort_is_over_at_once},
	{"erratum 12 is about half duplex aborts only",
         erratum_12_is_about_half_duplex_aborts_only},
	{"erratum 12 raises txerif on cancelling", erratum_12_raises_txerif_on_cancelling},
	{"the dma waits out a stall", the_dma_waits_out_a_stall},
	{"erratum 14 corrupts next packet pointers while erxrdpt is even",
         erratum_14_corrupts_next_packet_pointers_while_erxrdpt_is_even},
	{"erratum 15 keeps latecol down", erratum_15_keeps_latecol_down},
	{"erratum 16 misreads the led wiring", erratum_16_misreads_the_led_wiring},
	{"erratum 17 loses a frame to a checksum beside it",
         erratum_17_loses_a_frame_to_a_checksum_beside_it},
	{"erratum 19 makes src unheard in power save", erratum_19_makes_src_unheard_in_power_save},
	CU_TEST_INFO_NULL,
};
