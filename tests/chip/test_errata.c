/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every erratum at its worst and switched off: those of the SPI, resets, the board and the PHY, and
 * the table of all; the others are in test_errata_transmit.c and test_errata_receive.c. How often
 * each acts by itself is in test_chance.c. A driver that works around all of them is in
 * test_driver.c, and those that do not are in test_styles.c.
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <string.h>

#include "tests/chip/errata_fixture.h"

static struct chip_fixture f;

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
	struct stutter_enc28j60_config config = errata_fixture_config(1, on);

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
		errata_fixture_init(&f, 2, on);
		chip_src(&f);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT), on ? ESTAT_CLKRDY : 0);
		chip_wait(&f, f.chip.config.src_settle_ns - CHIP_OP_NS - 1);
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
	struct stutter_enc28j60_config config = errata_fixture_config(2, OFF);

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
	errata_fixture_init(&f, 2, OFF);
	chip_src(&f);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, f.chip.config.src_settle_ns);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	/* The start-up takes longer than what is left of the reset. */
	errata_fixture_init(&f, 2, OFF);
	chip_src(&f);
	chip_wait(&f, f.chip.config.src_settle_ns - 100000);
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
		errata_fixture_init(&f, 19, on);
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
	struct stutter_enc28j60_config config = errata_fixture_config(erratum, on);

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

	errata_fixture_init(&f, 4, OFF);
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

		errata_fixture_init(&f, 4, on);
		chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), saving_hz);
		chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), saving_hz);
		chip_wait(&f, 300000);
		CU_ASSERT_EQUAL(stutter_enc28j60_clkout_hz(&f.chip), 6250000);
	}
}

/* -- the PHY -- */

static void erratum_7_leaves_swapped_wires_swapped(void)
{
	uint8_t frame[64];

	for (unsigned on = 0; on < 2; on++) {
		struct stutter_enc28j60_config config = errata_fixture_config(7, on);

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
	errata_fixture_init(&f, 7, ON);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2) & PHSTAT2_PLRITY, 0);
}

static void loop_back(unsigned erratum, bool on, uint16_t phcon1, uint16_t phcon2)
{
	errata_fixture_init(&f, erratum, on);
	chip_phy_write(&f, ENC28J60_PHCON1, phcon1);
	f.chip.phy[ENC28J60_PHCON2] = phcon2;
	chip_wcr(&f, ENC28J60_MACON3, phcon1 & PHCON1_PDPXMD ? MACON3_FULDPX : 0);
	chip_open_ring(&f, 0, 0x19ff);
	f.answers_at_once = true;
	for (unsigned i = 0; i < 4; i++) {
		errata_request(&f);
		chip_wait(&f, 1000000);
		CU_ASSERT_FALSE(errata_txrts(&f));
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
		errata_fixture_init(&f, 11, on);
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
		struct stutter_enc28j60_config config = errata_fixture_config(16, on);

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
	{"erratum 7 leaves swapped wires swapped", erratum_7_leaves_swapped_wires_swapped},
	{"erratum 8 wants another rbias", erratum_8_wants_another_rbias},
	{"errata 9 and 10 lose looped frames", errata_9_and_10_lose_looped_frames},
	{"erratum 11 removes a led setting", erratum_11_removes_a_led_setting},
	{"erratum 16 misreads the led wiring", erratum_16_misreads_the_led_wiring},
	{"erratum 19 makes src unheard in power save", erratum_19_makes_src_unheard_in_power_save},
	CU_TEST_INFO_NULL,
};
