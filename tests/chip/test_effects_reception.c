/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Effects on a frame that is received: it is stored wrong, lost or uncounted, its flags are wrong,
 * it slips through a filter.
 */
#include <CUnit/CUnit.h>

#include "tests/chip/effects_fixture.h"

#define SLOT 70u /* a header of 6 bytes and a frame of 64 */

static struct chip_fixture f;

static unsigned next_stored_at(unsigned address)
{
	return (unsigned)f.chip.sram[address] | (unsigned)f.chip.sram[address + 1] << 8;
}

static void receive_until_the_nth(struct stutter_enc28j60_effect effect)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, EFFECTS_NTH, effect);
	for (unsigned i = 1; i <= EFFECTS_NTH; i++)
		effects_receive(&f, i);
	CU_ASSERT_EQUAL(effects_last(STUTTER_ENC28J60_SITE_RX), EFFECTS_NTH);
}

static void a_next_packet_pointer_is_stored_wrong(void)
{
	static const uint16_t bits[] = {0x0001, 0x2000, 0x8000, 0xffff};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		receive_until_the_nth((struct stutter_enc28j60_effect){.rx_next_xor = bits[i]});
		CU_ASSERT_EQUAL(next_stored_at(SLOT), 2 * SLOT);
		CU_ASSERT_EQUAL(next_stored_at(2 * SLOT), (3 * SLOT) ^ bits[i]);
		/* The chip itself goes on with the right one. */
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 3 * SLOT);
		effects_receive(&f, 4);
		CU_ASSERT_EQUAL(next_stored_at(3 * SLOT), 4 * SLOT);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 4);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	}
}

static void a_frame_is_lost_as_if_there_were_no_room(void)
{
	receive_until_the_nth((struct stutter_enc28j60_effect){.rx_overflow = true});
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), EFFECTS_NTH - 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF | EIR_RXERIF);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_BUFER);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 2 * SLOT);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 1);
	effects_receive(&f, 4);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), EFFECTS_NTH);
	CU_ASSERT_EQUAL(next_stored_at(2 * SLOT), 3 * SLOT);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 1);
}

static void a_frame_is_stored_uncounted(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 1,
	                      (struct stutter_enc28j60_effect){.rx_uncounted = true});
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
	effects_receive(&f, 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	CU_ASSERT_EQUAL(next_stored_at(0), SLOT);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 1);
	effects_receive(&f, 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
}

static void a_stored_frame_raises_rxerif(void)
{
	receive_until_the_nth((struct stutter_enc28j60_effect){.rx_rxerif = true});
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), EFFECTS_NTH);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF | EIR_RXERIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_BUFER, 0);
	chip_bfc(&f, ENC28J60_EIR, EIR_RXERIF);
	effects_receive(&f, 4);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
}

static void pktdec(void)
{
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
}

static void pktif_misses_a_frame(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 1,
	                      (struct stutter_enc28j60_effect){.rx_pktif_lost = true});
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
	effects_receive(&f, 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	effects_receive(&f, 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
	CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
	pktdec();
	pktdec();
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 2);
}

static void a_frame_pktif_missed_is_forgotten_with_the_last_packet(void)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 1,
	                      (struct stutter_enc28j60_effect){.rx_pktif_lost = true});
	effects_receive(&f, 1);
	pktdec();
	effects_receive(&f, 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
	/* Up for the frame before, it stays up for one that it misses. */
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 2,
	                      (struct stutter_enc28j60_effect){.rx_pktif_lost = true});
	effects_receive(&f, 1);
	effects_receive(&f, 2);
	pktdec();
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
}

static void pktif_sees_a_frame_that_is_lost(void)
{
	for (unsigned way = 0; way < 3; way++) {
		effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 1,
		                      (struct stutter_enc28j60_effect){.rx_pktif_false = true});
		chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
		effects_receive(&f, 1);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 0);
		CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 0);
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EPKTCNT), 0);
		for (unsigned again = 0; again < 2; again++)
			CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
		CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
		if (way == 0) {
			CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
		} else if (way == 1) {
			pktdec();
		} else {
			effects_receive(&f, 2);
			pktdec();
		}
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
		CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	}
	/* The next frame's status vector tells that one was lost. */
	CU_ASSERT_EQUAL(f.chip.sram[4] & RSV_LONG_OR_DROP >> 16, RSV_LONG_OR_DROP >> 16);
}

static void fill_the_ring(void)
{
	for (unsigned i = 0; i < (EFFECTS_RING_END + 1) / SLOT; i++)
		effects_receive(&f, i);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 0);
}

static void rxerif_misses_a_lost_frame(void)
{
	for (unsigned full = 0; full < 2; full++) {
		const unsigned lost = full ? (EFFECTS_RING_END + 1) / SLOT + 1 : 1;

		effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, lost,
		                      (struct stutter_enc28j60_effect){.rx_overflow = !full,
		                                                       .rx_rxerif_lost = true});
		if (full)
			fill_the_ring();
		effects_receive(&f, lost);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 1);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF, 0);
		CU_ASSERT_EQUAL(effects_last(STUTTER_ENC28J60_SITE_RX), lost);
		effects_receive(&f, lost + 1);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF, full ? EIR_RXERIF : 0);
	}
}

/* A window of 64 bytes of the frame's data must sum up to EPMCS, which it does not. */
static void only_a_pattern_is_wanted(uint8_t filters)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_RX, 2,
	                      (struct stutter_enc28j60_effect){.rx_pattern_passes = true});
	chip_wcr(&f, ENC28J60_ERXFCON, filters);
	chip_wcr(&f, ENC28J60_EPMM0, 0xff);
	chip_wcr16(&f, ENC28J60_EPMCSL, 0x1234);
	chip_clear_events(&f);
	for (unsigned i = 1; i <= EFFECTS_NTH; i++)
		effects_receive(&f, i);
}

static void a_frame_slips_through_the_pattern_filter(void)
{
	only_a_pattern_is_wanted(ERXFCON_CRCEN | ERXFCON_PMEN);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), 2);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_RX), EFFECTS_NTH);
}

static void nothing_slips_past_another_filter(void)
{
	only_a_pattern_is_wanted(ERXFCON_ANDOR | ERXFCON_CRCEN | ERXFCON_PMEN | ERXFCON_BCEN);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), EFFECTS_NTH);
	only_a_pattern_is_wanted(ERXFCON_CRCEN | ERXFCON_BCEN);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), EFFECTS_NTH);
	CU_ASSERT_EQUAL(effects_asked(STUTTER_ENC28J60_SITE_RX), 0);
}

const CU_TestInfo tests_effects_reception[] = {
	{"a next packet pointer is stored wrong", a_next_packet_pointer_is_stored_wrong},
	{"a frame is lost as if there were no room", a_frame_is_lost_as_if_there_were_no_room},
	{"a frame is stored uncounted", a_frame_is_stored_uncounted},
	{"a stored frame raises rxerif", a_stored_frame_raises_rxerif},
	{"pktif misses a frame", pktif_misses_a_frame},
	{"a frame pktif missed is forgotten with the last packet",
         a_frame_pktif_missed_is_forgotten_with_the_last_packet},
	{"pktif sees a frame that is lost", pktif_sees_a_frame_that_is_lost},
	{"rxerif misses a lost frame", rxerif_misses_a_lost_frame},
	{"a frame slips through the pattern filter", a_frame_slips_through_the_pattern_filter},
	{"nothing slips past another filter", nothing_slips_past_another_filter},
	CU_TEST_INFO_NULL,
};
