/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errata 12 and 15: the transmit logic after an abort, and the flag of a late collision. */
#include <CUnit/CUnit.h>

#include "tests/chip/errata_fixture.h"

static struct chip_fixture f;

static uint8_t tx_flags(void)
{
	return chip_rcr(&f, ENC28J60_EIR) & (EIR_TXIF | EIR_TXERIF);
}

static const struct stutter_enc28j60_tx_status aborts[] = {
	{.collisions = 1, .late_collision = true},
	{.collisions = 16, .excessive_collisions = true},
	{.deferred = true, .excessive_deferral = true},
};
#define ABORTS (sizeof(aborts) / sizeof(aborts[0]))

static void erratum_12_stalls_the_transmit_logic_after_an_abort(void)
{
	for (size_t i = 0; i < ABORTS; i++) {
		errata_fixture_init(&f, 12, ON);
		errata_request(&f);
		chip_transmitted(&f, &aborts[i]);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF | EIR_TXERIF);
		CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT);
		CU_ASSERT(errata_txrts(&f));
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), 1);
		CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
		/*
		 * The status vector stays the aborted frame's while the host gives up and tries
		 * again in vain.
		 */
		const uint8_t vector = f.chip.sram[ERRATA_TX_AT + ERRATA_FRAME + 4];

		chip_bfc(&f, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXERIF);
		CU_ASSERT_EQUAL(f.chip.sram[ERRATA_TX_AT + ERRATA_FRAME + 4], vector);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXERIF);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
		chip_wait(&f, UINT64_C(3600000000000));
		CU_ASSERT_EQUAL(f.sent_count, 1);
		CU_ASSERT(errata_txrts(&f));
		CU_ASSERT_EQUAL(tx_flags(), 0);
		CU_ASSERT_EQUAL(chip_count_id(&f, "tx-stalled"), 1);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT_EQUAL(chip_count_id(&f, "tx-stalled"), 2);
	}
}

static void txrst_ends_the_stall_of_erratum_12_and_raises_txerif(void)
{
	for (unsigned on = 0; on < 2; on++) {
		errata_fixture_init(&f, 12, on);
		errata_request(&f);
		chip_transmitted(&f, &aborts[0]);
		CU_ASSERT_EQUAL(errata_txrts(&f), on);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
		CU_ASSERT_FALSE(errata_txrts(&f));
		CU_ASSERT_EQUAL(tx_flags(), 0);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
		CU_ASSERT_EQUAL(tx_flags(), on ? EIR_TXERIF : 0);
		chip_bfc(&f, ENC28J60_EIR, EIR_TXERIF);
		errata_request(&f);
		CU_ASSERT_EQUAL(f.sent_count, 2);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF);
		CU_ASSERT_FALSE(errata_txrts(&f));
	}
}

static void src_ends_the_stall_of_erratum_12(void)
{
	errata_fixture_init(&f, 12, ON);
	errata_request(&f);
	chip_transmitted(&f, &aborts[0]);
	chip_src(&f);
	chip_wait(&f, 100000000);
	CU_ASSERT_FALSE(errata_txrts(&f));
	errata_request(&f);
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

static void without_erratum_12_an_abort_is_over_at_once(void)
{
	for (size_t i = 0; i < ABORTS; i++) {
		errata_fixture_init(&f, 12, OFF);
		errata_request(&f);
		chip_transmitted(&f, &aborts[i]);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF | EIR_TXERIF);
		CU_ASSERT_FALSE(errata_txrts(&f));
		errata_request(&f);
		CU_ASSERT_EQUAL(f.sent_count, 2);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 1);
	}
}

static void erratum_12_is_about_half_duplex_aborts_only(void)
{
	errata_fixture_init(&f, 12, ON);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	errata_request(&f);
	chip_transmitted(&f, &aborts[0]);
	CU_ASSERT_FALSE(errata_txrts(&f));
	chip_wcr(&f, ENC28J60_MACON3, 0);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 64);
	errata_request(&f);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_ABORTED), 1);
	CU_ASSERT_FALSE(errata_txrts(&f));
	chip_wcr(&f, ENC28J60_MACON4, MACON4_DEFER);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	errata_request(&f);
	chip_transmitted(&f, &aborts[2]);
	CU_ASSERT_FALSE(errata_txrts(&f));
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_ERRATUM), 0);
}

static void erratum_12_raises_txerif_on_cancelling(void)
{
	for (unsigned on = 0; on < 2; on++) {
		errata_fixture_init(&f, 12, on);
		errata_request(&f);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT_EQUAL(tx_flags(), EIR_TXIF | (on ? EIR_TXERIF : 0));
	}
}

/* A DMA that waits for the transmission gets the memory when the host takes TXRTS back. */
static void the_dma_waits_out_a_stall(void)
{
	errata_fixture_init(&f, 12, ON);
	errata_request(&f);
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
		errata_fixture_init(&f, 15, on);
		errata_request(&f);
		chip_transmitted(&f, &aborts[0]);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_LATECOL,
		                on ? 0 : ESTAT_LATECOL);
		CU_ASSERT_EQUAL(f.chip.sram[ERRATA_TX_AT + ERRATA_FRAME + 4] &
		                        TSV_LATE_COLLISION >> 24,
		                TSV_LATE_COLLISION >> 24);
	}
}

const CU_TestInfo tests_errata_transmit[] = {
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
	{"erratum 15 keeps latecol down", erratum_15_keeps_latecol_down},
	CU_TEST_INFO_NULL,
};
