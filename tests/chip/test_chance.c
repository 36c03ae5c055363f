/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How often the errata act on the default chip, on which events, and that no draw moves another.
 */
#include <CUnit/CUnit.h>
#include <string.h>

#include "emulator/enc28j60/chip.h"
#include "tests/chip/fixture.h"

#define FRAME 64u
#define ERRATA 19u

static struct chip_fixture f;
static uint8_t frame[FRAME];

static void start(bool worst, uint64_t seed)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.errata = STUTTER_ENC28J60_ERRATA_SWITCHABLE;
	config.errata_worst = worst ? config.errata : 0;
	config.seed = seed;
	chip_fixture_init(&f, &config);
	chip_make_frame(frame, sizeof(frame), 1);
}

/* Errata 1 to 19 out of so many events. */
static unsigned count(unsigned erratum, unsigned events)
{
	unsigned acted = 0;

	for (unsigned i = 1; i <= events; i++)
		acted += stutter_enc_acts(&f.chip, erratum, i);
	return acted;
}

/* -- the draws -- */

static void each_erratum_acts_as_often_as_its_row_says(void)
{
	size_t rows_count;
	const struct stutter_enc28j60_erratum *rows = stutter_enc28j60_errata_table(&rows_count);

	for (uint64_t seed = 0; seed < 3; seed++)
		for (size_t i = 0; i < rows_count; i++) {
			unsigned acted, expected = rows[i].one_in > 100000 ? 20 : 400;

			start(false, seed);
			acted = count(rows[i].number, rows[i].one_in * expected);
			/*
			 * Within four standard deviations of a Poisson law; exactly, where there is
			 * no chance.
			 */
			CU_ASSERT((acted - expected) * (acted - expected) <=
			          (rows[i].one_in == 1 ? 0 : 16 * expected));
		}
}

static void at_its_worst_each_acts_every_time_and_switched_off_never(void)
{
	for (unsigned erratum = 1; erratum <= ERRATA; erratum++) {
		start(true, 5);
		CU_ASSERT_EQUAL(count(erratum, 100), 100);
		f.chip.config.errata &= ~STUTTER_ENC28J60_ERRATUM(erratum);
		CU_ASSERT_EQUAL(count(erratum, 100), 0);
	}
}

static void a_draw_depends_only_on_seed_erratum_and_event(void)
{
	bool drawn[2][1000];

	for (unsigned i = 0; i < 2; i++) {
		start(false, 7);
		/* Whatever else the chip has and has done. */
		f.chip.config.errata = i ? STUTTER_ENC28J60_ERRATUM(5)
		                         : STUTTER_ENC28J60_ERRATA_SWITCHABLE;
		for (unsigned n = 0; i && n < 5; n++)
			chip_rcr(&f, ENC28J60_EIR);
		for (unsigned n = 0; n < 1000; n++)
			drawn[i][n] = stutter_enc_acts(&f.chip, 5, i ? 999 - n : n);
	}
	for (unsigned n = 0; n < 1000; n++)
		CU_ASSERT_EQUAL_FATAL(drawn[0][n], drawn[1][999 - n]);
	start(false, 7);
	const unsigned with_7 = count(9, 64);
	bool differs = false;

	for (uint64_t seed = 8; seed < 16; seed++) {
		start(false, seed);
		differs |= count(9, 64) != with_7;
	}
	CU_ASSERT(differs);
}

/* -- the ring -- */

static unsigned next_at(unsigned address)
{
	return (unsigned)f.chip.sram[address] | (unsigned)f.chip.sram[address + 1] << 8;
}

static void command(uint8_t first, uint8_t second)
{
	const uint8_t bytes[2] = {first, second};

	stutter_enc28j60_transfer(&f.chip, bytes, NULL, 2, f.now_ns += CHIP_OP_NS);
}

/*
 * A driver that leaves ERXRDPT at its reset value, 05FAh: the sheet speaks of a value that is
 * programmed.
 */
static void an_even_reset_value_corrupts_nothing(void)
{
	static const uint8_t script[] = {0x48, 0x00, 0x49, 0x00, 0x4a, 0xff, 0x4b, 0x19,
	                                 0x9f, 0x02, 0x40, 0x01, 0xbf, 0x03, 0x9f, 0x04};
	static uint8_t broadcast[100];

	memset(broadcast, 0xff, sizeof(broadcast));
	chip_put_fcs(broadcast, sizeof(broadcast));
	for (unsigned worst = 0; worst < 2; worst++) {
		start(worst, 0);
		for (size_t i = 0; i < sizeof(script); i += 2)
			command(script[i], script[i + 1]);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 1);
		chip_receive(&f, broadcast, sizeof(broadcast));
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
		CU_ASSERT_EQUAL(next_at(0), 0x6a);
	}
}

static void a_programmed_even_value_corrupts_at_the_worst_and_is_found_with_rxen(void)
{
	for (unsigned worst = 0; worst < 2; worst++) {
		start(worst, 0);
		chip_open_ring(&f, 0, 0x19ff);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
		chip_clear_events(&f);
		/* On the way to an odd value nothing is wrong. */
		chip_wcr16(&f, ENC28J60_ERXRDPTL, 0);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 0);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_RXEN);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 1);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(0), worst ? (70 ^ 2) : 70);
		chip_wcr16(&f, ENC28J60_ERXRDPTL, 0x19fe);
		CU_ASSERT_EQUAL(chip_count_id(&f, "erxrdpt-even"), 2);
		/* A reset programs nothing. */
		stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		chip_wait(&f, 100000000);
		chip_wcr(&f, ENC28J60_ERXFCON, ERXFCON_CRCEN);
		chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_RXEN);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL(next_at(0x5fa), 0x5fa + 70);
	}
}

static void erratum_5_corrupts_the_write_pointer_at_its_rate(void)
{
	unsigned strayed = 0;

	start(false, 0);
	chip_wcr16(&f, ENC28J60_ERXSTL, 0x600);
	for (unsigned i = 0; i < 10000; i++) {
		chip_clear_events(&f);
		chip_wcr(&f, ENC28J60_ERXNDH, 0x1f);
		strayed += f.chip.rx.write_pointer == 0;
		CU_ASSERT_EQUAL_FATAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM),
		                      f.chip.rx.write_pointer == 0);
		CU_ASSERT_EQUAL_FATAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), f.chip.rx.write_pointer);
	}
	CU_ASSERT(strayed > 60 && strayed < 140);
}

static void the_pattern_filter_passes_a_frame_at_its_rate(void)
{
	start(false, 0);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr(&f, ENC28J60_ERXFCON, ERXFCON_CRCEN | ERXFCON_PMEN);
	chip_wcr(&f, ENC28J60_EPMM0, 0xff);
	chip_wcr16(&f, ENC28J60_EPMCSL, 0x1234);
	for (unsigned i = 0; i < 5000; i++) {
		chip_clear_events(&f);
		chip_receive(&f, frame, sizeof(frame));
		CU_ASSERT_EQUAL_FATAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM),
		                      chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED));
	}
	CU_ASSERT(chip_rcr(&f, ENC28J60_EPKTCNT) > 25 && chip_rcr(&f, ENC28J60_EPKTCNT) < 90);
}

/* -- PKTIF -- */

static void pktif_reads_0_at_its_rate(void)
{
	unsigned hidden = 0;

	start(false, 0);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
	for (unsigned i = 0; i < 100000; i++) {
		const uint8_t peeked = stutter_enc28j60_peek(&f.chip, ENC28J60_EIR);

		CU_ASSERT_EQUAL_FATAL(chip_rcr(&f, ENC28J60_EIR), peeked);
		CU_ASSERT_EQUAL_FATAL(stutter_enc28j60_int_asserted(&f.chip),
		                      f.chip.rx.packets > 0);
		if (f.chip.rx.packets > 0)
			hidden += !(peeked & EIR_PKTIF);
		else
			chip_receive(&f, frame, sizeof(frame));
	}
	CU_ASSERT(hidden > 60 && hidden < 140);
	/* However often the flag is wrong about one frame, that is reported once. */
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), 1);
}

/* -- transmission -- */

#define TX_AT 0x1a00u

static void request(size_t length)
{
	static const uint8_t body[1500] = {2};

	chip_load(&f, TX_AT, TX_POVERRIDE | TX_PCRCEN, body, length);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
}

static void an_abort_stalls_and_hides_latecol_at_its_rate(void)
{
	static const struct stutter_enc28j60_tx_status late = {.collisions = 1,
	                                                       .late_collision = true};
	unsigned stalled = 0, hidden = 0, raised = 0;

	start(false, 0);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	for (unsigned i = 0; i < 1000; i++) {
		chip_clear_events(&f);
		request(100);
		if (!f.chip.tx.on_wire) /* a link pulse */
			chip_wait(&f, 1000000);
		else
			chip_transmitted(&f, &late);
		stalled += (chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS) != 0;
		hidden += !(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_LATECOL);
		chip_bfc(&f, ENC28J60_ESTAT, ESTAT_LATECOL);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
		raised += (chip_rcr(&f, ENC28J60_EIR) & EIR_TXERIF) != 0;
		chip_bfc(&f, ENC28J60_EIR, EIR_TXERIF);
	}
	CU_ASSERT(stalled > 60 && stalled < 140);
	CU_ASSERT(hidden > 60 && hidden < 140);
	CU_ASSERT(raised > 60 && raised < 140);
}

/* One pulse every 16 ms; a frame of 1000 bytes is on the wire for 0.8 ms. */
static void a_link_pulse_is_one_every_16_ms(void)
{
	static const struct {
		uint64_t after_ns; /* of a pulse */
		bool full_duplex, meets;
	} rows[] = {{1000000, false, false},
	            {15000000, false, false},
	            {15500000, false, true},
	            {15500000, true, false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start(true, 0);
		chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
		chip_wcr(&f, ENC28J60_MACON3, rows[i].full_duplex ? MACON3_FULDPX : 0);
		chip_wait(&f, 32000000 - f.now_ns % 16000000 + rows[i].after_ns);
		request(1000);
		CU_ASSERT_EQUAL(f.sent_count, !rows[i].meets);
		if (rows[i].meets)
			chip_wait(&f, 1000000);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_ABORTED),
		                rows[i].meets);
	}
}

const CU_TestInfo tests_chance[] = {
	{"each erratum acts as often as its row says", each_erratum_acts_as_often_as_its_row_says},
	{"at its worst each acts every time and switched off never",
         at_its_worst_each_acts_every_time_and_switched_off_never},
	{"a draw depends only on seed erratum and event",
         a_draw_depends_only_on_seed_erratum_and_event},
	{"an even reset value corrupts nothing", an_even_reset_value_corrupts_nothing},
	{"a programmed even value corrupts at the worst and is found with rxen",
         a_programmed_even_value_corrupts_at_the_worst_and_is_found_with_rxen},
	{"erratum 5 corrupts the write pointer at its rate",
         erratum_5_corrupts_the_write_pointer_at_its_rate},
	{"the pattern filter passes a frame at its rate",
         the_pattern_filter_passes_a_frame_at_its_rate},
	{"pktif reads 0 at its rate", pktif_reads_0_at_its_rate},
	{"an abort stalls and hides latecol at its rate",
         an_abort_stalls_and_hides_latecol_at_its_rate},
	{"a link pulse is one every 16 ms", a_link_pulse_is_one_every_16_ms},
	CU_TEST_INFO_NULL,
};
