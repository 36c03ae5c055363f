/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define TX_AT 0x1a00u
#define FRAME 100u
#define QUANTUM_NS 51200u
/* MABBIPG as start() sets it: 96 bit times in either mode. */
#define GAP_NS 9600u
#define PAUSE_NS ((8 + 64) * 800u)

static struct chip_fixture f;

static void start(bool full_duplex)
{
	chip_fixture_init_ideal(&f);
	chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
	chip_wcr(&f, ENC28J60_MABBIPG, full_duplex ? 0x15 : 0x12);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_TXPAUS);
	chip_wcr(&f, ENC28J60_MACON3, full_duplex ? MACON3_FULDPX : 0);
	f.chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	f.chip.phy[ENC28J60_PHCON1] |= full_duplex ? PHCON1_PDPXMD : 0;
	for (unsigned i = 0; i < 6; i++)
		chip_wcr(&f,
		         (const unsigned[]){ENC28J60_MAADR1, ENC28J60_MAADR2, ENC28J60_MAADR3,
		                            ENC28J60_MAADR4, ENC28J60_MAADR5, ENC28J60_MAADR6}[i],
		         (uint8_t)(0x10 + i));
	chip_clear_events(&f);
}

static void request(void)
{
	static const uint8_t body[FRAME] = {2};

	chip_load(&f, TX_AT, TX_POVERRIDE | TX_PCRCEN, body, sizeof(body));
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRTS);
}

static void flow(uint8_t fcen)
{
	chip_wcr(&f, ENC28J60_EFLOCON, fcen);
}

/* Tells the quanta of the frame sent last, or -1 if it was no pause frame. */
static int sent_pause(void)
{
	static const uint8_t head[] = {1,    0x80, 0xc2, 0,    0,    1,    0x10, 0x11,
	                               0x12, 0x13, 0x14, 0x15, 0x88, 0x08, 0,    1};
	bool blank = true;

	for (unsigned i = 18; i < 60; i++)
		blank &= f.sent[i] == 0;
	if (f.sent_length != 64 || memcmp(f.sent, head, sizeof(head)) != 0 || !blank ||
	    stutter_enc28j60_fcs(f.sent, 64) != STUTTER_ENC28J60_FCS_RESIDUE)
		return -1;
	return f.sent[16] << 8 | f.sent[17];
}

static uint8_t eflocon(void)
{
	return chip_rcr(&f, ENC28J60_EFLOCON);
}

static bool txrts(void)
{
	return chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS;
}

static void one_pause_frame_is_sent_and_turns_flow_control_off(void)
{
	static uint8_t memory[STUTTER_ENC28J60_SRAM_SIZE];

	start(true);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS);
	chip_wcr16(&f, ENC28J60_EPAUSL, 0x1234);
	memcpy(memory, f.chip.sram, sizeof(memory));
	flow(1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	CU_ASSERT_EQUAL(sent_pause(), 0x1234);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS | 1);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2) & PHSTAT2_TXSTAT, PHSTAT2_TXSTAT);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS);
	CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2) & PHSTAT2_TXSTAT, 0);
	/* It is not the host's: no flag, no status vector, no number. */
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_EQUAL(memcmp(memory, f.chip.sram, sizeof(memory)), 0);
	CU_ASSERT_EQUAL(f.chip.tx.number, 0);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_FLOW), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 0);
	chip_wait(&f, UINT64_C(10000000000));
	CU_ASSERT_EQUAL(f.sent_count, 1);
}

static void the_reset_value_of_epaus_is_sent(void)
{
	start(true);
	flow(1);
	CU_ASSERT_EQUAL(sent_pause(), 0x1000);
}

static void a_pause_of_zero_ends_it(void)
{
	start(true);
	flow(3);
	CU_ASSERT_EQUAL(sent_pause(), 0);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS);
	CU_ASSERT_EQUAL(f.sent_count, 1);
}

static void pause_frames_follow_each_other_before_the_pause_ends(void)
{
	start(true);
	f.answers_at_once = true;
	chip_wcr16(&f, ENC28J60_EPAUSL, 100);
	flow(2);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_wait(&f, 50 * QUANTUM_NS - 1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(f.sent_count, 2);
	CU_ASSERT_EQUAL(sent_pause(), 100);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS | 2);
	chip_wait(&f, 500 * QUANTUM_NS);
	CU_ASSERT_EQUAL(f.sent_count, 12);
	flow(0);
	chip_wait(&f, 500 * QUANTUM_NS);
	CU_ASSERT_EQUAL(f.sent_count, 12);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
}

static void the_shortest_period_is_one_quantum(void)
{
	start(true);
	f.answers_at_once = true;
	chip_wcr16(&f, ENC28J60_EPAUSL, 0);
	flow(2);
	chip_wait(&f, 10 * QUANTUM_NS);
	CU_ASSERT_EQUAL(f.sent_count, 11);
}

static void a_pause_frame_waits_for_the_frame_under_way_and_the_gap(void)
{
	start(true);
	request();
	flow(1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT_EQUAL(f.chip.tx.number, 1);
	chip_wait(&f, GAP_NS - CHIP_OP_NS - 1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(f.sent_count, 2);
	CU_ASSERT_EQUAL(sent_pause(), 0x1000);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), 1);
}

static void a_frame_waits_for_the_pause_frame_under_way_and_the_gap(void)
{
	start(true);
	flow(1);
	request();
	CU_ASSERT_EQUAL(f.sent_count, 1);
	CU_ASSERT(txrts());
	chip_transmitted(&f, NULL);
	chip_wait(&f, GAP_NS - 1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(f.sent_count, 2);
	CU_ASSERT_EQUAL(f.sent_length, FRAME + 4);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 7] & TSV_HIGH_BACKPRESSURE, 0);
}

/* A paused station may still pause others. */
static void a_pause_frame_goes_out_during_a_received_pause(void)
{
	uint8_t pause[64] = {1, 0x80, 0xc2, 0, 0, 1, 2, 2, 2, 2, 2, 2, 0x88, 0x08, 0, 1, 0, 10};

	start(true);
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN | MACON1_RXPAUS | MACON1_TXPAUS);
	chip_put_fcs(pause, sizeof(pause));
	chip_receive(&f, pause, sizeof(pause));
	request();
	CU_ASSERT_EQUAL(f.sent_count, 0);
	flow(1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	CU_ASSERT(sent_pause() > 0);
	chip_transmitted(&f, NULL);
	chip_wait(&f, 10 * QUANTUM_NS);
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

static void without_txpaus_no_pause_frame_is_sent(void)
{
	for (uint8_t fcen = 1; fcen < 4; fcen++) {
		start(true);
		chip_wcr(&f, ENC28J60_MACON1, 0);
		flow(fcen);
		CU_ASSERT_EQUAL(chip_count_id(&f, "pause-off"), 1);
		chip_wait(&f, UINT64_C(10000000000));
		CU_ASSERT_EQUAL(f.sent_count, 0);
		CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS | (fcen == 2 ? 2 : 0));
	}
}

static void without_a_link_the_pause_frame_goes_nowhere_in_its_time(void)
{
	start(true);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	flow(1);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + PAUSE_NS);
	chip_wait(&f, PAUSE_NS - 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EFLOCON) & EFLOCON_FCEN, 1);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EFLOCON) & EFLOCON_FCEN, 0);
}

static void txrst_cuts_a_pause_frame_off_and_it_is_sent_anew(void)
{
	start(true);
	flow(1);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
	chip_wait(&f, 1000000);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT_EQUAL(f.sent_count, 2);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS);
}

static bool was_sent(enum stutter_enc28j60_frame_kind kind, unsigned number)
{
	return f.sent_kind == kind && f.sent_number == number;
}

static bool was_cancelled(enum stutter_enc28j60_frame_kind kind, unsigned number)
{
	return f.cancelled_kind == kind && f.cancelled_number == number;
}

static void each_frame_says_its_kind_and_counts_among_it(void)
{
	start(true);
	request();
	CU_ASSERT(was_sent(STUTTER_ENC28J60_FRAME_DATA, 1));
	flow(1);
	chip_transmitted(&f, NULL);
	chip_wait(&f, GAP_NS);
	CU_ASSERT(was_sent(STUTTER_ENC28J60_FRAME_PAUSE, 1));
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT(was_cancelled(STUTTER_ENC28J60_FRAME_PAUSE, 1));
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT(was_sent(STUTTER_ENC28J60_FRAME_PAUSE, 2));
	chip_transmitted(&f, NULL);
	chip_wait(&f, GAP_NS);
	request();
	CU_ASSERT(was_sent(STUTTER_ENC28J60_FRAME_DATA, 2));
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
	CU_ASSERT(was_cancelled(STUTTER_ENC28J60_FRAME_DATA, 2));
	CU_ASSERT_EQUAL(f.cancel_count, 2);
}

static void resets_do_not_count_pause_frames_anew(void)
{
	start(true);
	f.answers_at_once = true;
	flow(1);
	CU_ASSERT(was_sent(STUTTER_ENC28J60_FRAME_PAUSE, 1));
	chip_src(&f);
	chip_wait(&f, 100000000);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_TXPAUS);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	flow(1);
	CU_ASSERT(was_sent(STUTTER_ENC28J60_FRAME_PAUSE, 2));
}

static void src_ends_flow_control(void)
{
	for (unsigned full_duplex = 0; full_duplex < 2; full_duplex++) {
		start(full_duplex);
		chip_wcr16(&f, ENC28J60_EPAUSL, 2);
		flow(full_duplex ? 2 : 1);
		chip_src(&f);
		CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + 1000000);
		CU_ASSERT_EQUAL(f.cancel_count, full_duplex);
		CU_ASSERT_FALSE(f.backpressure);
		chip_wait(&f, UINT64_C(10000000000));
		CU_ASSERT_EQUAL(f.sent_count, full_duplex);
		CU_ASSERT_EQUAL(f.backpressure_count, !full_duplex);
		CU_ASSERT_EQUAL(eflocon(), 0);
		CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
	}
}

static void power_save_interrupts_pause_frames(void)
{
	start(true);
	f.answers_at_once = true;
	flow(2);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
	chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, 300000 + 64000000 + 0x1000 * QUANTUM_NS);
	CU_ASSERT(f.sent_count > 1);
}

static void power_save_interrupts_backpressure(void)
{
	start(false);
	flow(1);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	CU_ASSERT_FALSE(f.backpressure);
	chip_wait(&f, 1000000);
	CU_ASSERT_FALSE(f.backpressure);
	chip_bfc(&f, ENC28J60_ECON2, ECON2_PWRSV);
	chip_wait(&f, 300000);
	CU_ASSERT(f.backpressure);
}

static void a_second_request_follows_the_first(void)
{
	start(true);
	flow(1);
	flow(3);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS | 3);
	chip_wait(&f, GAP_NS);
	CU_ASSERT_EQUAL(f.sent_count, 2);
	CU_ASSERT_EQUAL(sent_pause(), 0);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS);
}

static void a_request_taken_back_is_not_sent(void)
{
	start(true);
	request();
	flow(1);
	flow(0);
	chip_transmitted(&f, NULL);
	chip_wait(&f, 1000000);
	CU_ASSERT_EQUAL(f.sent_count, 1);
}

static void a_request_in_the_gap_waits_for_its_end(void)
{
	start(true);
	request();
	flow(1);
	chip_transmitted(&f, NULL);
	flow(1);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_wait(&f, GAP_NS);
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

static void txrst_holds_pause_frames(void)
{
	start(true);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	flow(1);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	/* Nor does a frame without a link end unnoticed by the host. */
	start(true);
	stutter_enc28j60_set_link(&f.chip, false, f.now_ns);
	chip_clear_events(&f);
	flow(1);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	chip_wait(&f, 2 * PAUSE_NS);
	CU_ASSERT_EQUAL(eflocon(), EFLOCON_FULDPXS | 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_FLOW), 0);
}

static void loopback_hears_its_own_pause_frame(void)
{
	start(true);
	f.chip.phy[ENC28J60_PHCON1] |= PHCON1_PLOOPBK;
	chip_open_ring(&f, 0, 0x19ff);
	chip_wcr(&f, ENC28J60_MACON1, MACON1_MARXEN | MACON1_TXPAUS);
	flow(1);
	chip_wait(&f, PAUSE_NS);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_CONTROL), 1);
}

/* -- half duplex -- */

static void fcen0_is_backpressure_in_half_duplex(void)
{
	start(false);
	for (uint8_t fcen = 0; fcen < 4; fcen++) {
		flow(fcen);
		CU_ASSERT_EQUAL(f.backpressure, fcen & 1);
		CU_ASSERT_EQUAL(chip_phy_read(&f, ENC28J60_PHSTAT2) & PHSTAT2_TXSTAT,
		                fcen & 1 ? PHSTAT2_TXSTAT : 0);
		CU_ASSERT_EQUAL(eflocon(), fcen);
	}
	CU_ASSERT_EQUAL(f.backpressure_count, 2);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_FLOW), 3);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	flow(0);
	CU_ASSERT_FALSE(f.backpressure);
}

static void a_frame_interrupts_backpressure(void)
{
	static const struct stutter_enc28j60_tx_status statuses[] = {
		{0}, {.collisions = 16, .excessive_collisions = true}};

	for (unsigned i = 0; i < 2; i++) {
		start(false);
		flow(1);
		request();
		CU_ASSERT_FALSE(f.backpressure);
		CU_ASSERT_EQUAL(f.backpressure_ns, f.now_ns);
		chip_wait(&f, GAP_NS - 1);
		CU_ASSERT_EQUAL(f.sent_count, 0);
		chip_wait(&f, 1);
		CU_ASSERT_EQUAL(f.sent_count, 1);
		chip_transmitted(&f, &statuses[i]);
		CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 7] & TSV_HIGH_BACKPRESSURE,
		                TSV_HIGH_BACKPRESSURE);
		CU_ASSERT_FALSE(f.backpressure);
		chip_wait(&f, GAP_NS);
		CU_ASSERT(f.backpressure);
		CU_ASSERT_EQUAL(f.backpressure_ns, f.now_ns);
		/* Without pressure before it the next frame is not marked. */
		flow(0);
		request();
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 7] & TSV_HIGH_BACKPRESSURE, 0);
		chip_wait(&f, 1000000);
		CU_ASSERT_FALSE(f.backpressure);
	}
}

static void backpressure_begins_behind_the_frame_under_way(void)
{
	start(false);
	request();
	flow(1);
	CU_ASSERT_FALSE(f.backpressure);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 7] & TSV_HIGH_BACKPRESSURE, 0);
	chip_wait(&f, GAP_NS);
	CU_ASSERT(f.backpressure);
}

static void a_frame_cancelled_in_the_gap_lets_backpressure_go_on(void)
{
	start(false);
	flow(1);
	request();
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
	chip_wait(&f, GAP_NS);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	CU_ASSERT(f.backpressure);
}

static void txrst_holds_backpressure(void)
{
	start(false);
	flow(1);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT_FALSE(f.backpressure);
	chip_wait(&f, 1000000);
	CU_ASSERT_FALSE(f.backpressure);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT(f.backpressure);
}

static void a_gap_that_txrst_ends_delays_nothing(void)
{
	start(false);
	flow(1);
	request();
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT(f.backpressure);
	/* The frame that the preamble made way for is gone, and the next one is not marked for it.
	 */
	request();
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	flow(0);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	request();
	CU_ASSERT_EQUAL(f.sent_count, 1);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 7] & TSV_HIGH_BACKPRESSURE, 0);
}

static void a_stalled_transmitter_sends_no_backpressure(void)
{
	start(false);
	f.chip.config.errata = STUTTER_ENC28J60_ERRATUM(12);
	request();
	chip_transmitted(&f, &(struct stutter_enc28j60_tx_status){.collisions = 16,
	                                                          .excessive_collisions = true});
	flow(1);
	chip_wait(&f, 1000000);
	CU_ASSERT_FALSE(f.backpressure);
	chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
	CU_ASSERT(f.backpressure);
}

static void a_pause_frame_under_way_ends_in_half_duplex(void)
{
	start(true);
	flow(1);
	chip_wcr(&f, ENC28J60_MACON3, 0);
	CU_ASSERT_FALSE(f.backpressure);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(eflocon(), 1);
	chip_wait(&f, GAP_NS);
	CU_ASSERT(f.backpressure);
}

static void a_change_of_duplex_turns_one_into_the_other(void)
{
	start(false);
	flow(1);
	CU_ASSERT(f.backpressure);
	chip_wcr(&f, ENC28J60_MACON3, MACON3_FULDPX);
	CU_ASSERT_FALSE(f.backpressure);
	CU_ASSERT_EQUAL(f.sent_count, 1);
	CU_ASSERT_EQUAL(sent_pause(), 0x1000);
	chip_transmitted(&f, NULL);
	flow(2);
	chip_transmitted(&f, NULL);
	chip_wcr(&f, ENC28J60_MACON3, 0);
	chip_wait(&f, UINT64_C(10000000000));
	CU_ASSERT_EQUAL(f.sent_count, 2);
}

const CU_TestInfo tests_flow[] = {
	{"one pause frame is sent and turns flow control off",
         one_pause_frame_is_sent_and_turns_flow_control_off},
	{"the reset value of epaus is sent", the_reset_value_of_epaus_is_sent},
	{"a pause of zero ends it", a_pause_of_zero_ends_it},
	{"pause frames follow each other before the pause ends",
         pause_frames_follow_each_other_before_the_pause_ends},
	{"the shortest period is one quantum", the_shortest_period_is_one_quantum},
	{"a pause frame waits for the frame under way and the gap",
         a_pause_frame_waits_for_the_frame_under_way_and_the_gap},
	{"a frame waits for the pause frame under way and the gap",
         a_frame_waits_for_the_pause_frame_under_way_and_the_gap},
	{"a pause frame goes out during a received pause",
         a_pause_frame_goes_out_during_a_received_pause},
	{"without txpaus no pause frame is sent", without_txpaus_no_pause_frame_is_sent},
	{"without a link the pause frame goes nowhere in its time",
         without_a_link_the_pause_frame_goes_nowhere_in_its_time},
	{"txrst cuts a pause frame off and it is sent anew",
         txrst_cuts_a_pause_frame_off_and_it_is_sent_anew},
	{"each frame says its kind and counts among it",
         each_frame_says_its_kind_and_counts_among_it},
	{"resets do not count pause frames anew", resets_do_not_count_pause_frames_anew},
	{"src ends flow control", src_ends_flow_control},
	{"power save interrupts pause frames", power_save_interrupts_pause_frames},
	{"a second request follows the first", a_second_request_follows_the_first},
	{"a request taken back is not sent", a_request_taken_back_is_not_sent},
	{"a request in the gap waits for its end", a_request_in_the_gap_waits_for_its_end},
	{"txrst holds pause frames", txrst_holds_pause_frames},
	{"loopback hears its own pause frame", loopback_hears_its_own_pause_frame},
	{"a gap that txrst ends delays nothing", a_gap_that_txrst_ends_delays_nothing},
	{"a stalled transmitter sends no backpressure",
         a_stalled_transmitter_sends_no_backpressure},
	{"a pause frame under way ends in half duplex",
         a_pause_frame_under_way_ends_in_half_duplex},
	{"power save interrupts backpressure", power_save_interrupts_backpressure},
	{"fcen0 is backpressure in half duplex", fcen0_is_backpressure_in_half_duplex},
	{"a frame interrupts backpressure", a_frame_interrupts_backpressure},
	{"backpressure begins behind the frame under way",
         backpressure_begins_behind_the_frame_under_way},
	{"a frame cancelled in the gap lets backpressure go on",
         a_frame_cancelled_in_the_gap_lets_backpressure_go_on},
	{"txrst holds backpressure", txrst_holds_backpressure},
	{"a change of duplex turns one into the other",
         a_change_of_duplex_turns_one_into_the_other},
	CU_TEST_INFO_NULL,
};
