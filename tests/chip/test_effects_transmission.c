/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Effects on a frame that is sent: it stalls, its flags are wrong, a link pulse is taken for a
 * collision.
 */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/chip/effects_fixture.h"

static struct chip_fixture f;

/* What the host sees of a stall, now and an hour later. */
static void is_stalled(bool flagged)
{
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), flagged ? EIR_TXIF | EIR_TXERIF : 0);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT,
		                flagged ? ESTAT_TXABRT : 0);
		CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), UINT64_MAX);
		CU_ASSERT_FALSE(f.chip.tx.on_wire);
		chip_wait(&f, UINT64_C(3600000000000));
	}
	CU_ASSERT_EQUAL(f.sent_count, EFFECTS_NTH - 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), EFFECTS_NTH - 1);
}

static void clear_flags(void)
{
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF | EIR_TXERIF);
	chip_bfc(&f, ENC28J60_ESTAT, ESTAT_TXABRT);
}

static void is_over(void)
{
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
	CU_ASSERT_EQUAL(f.cancel_count, 0);
	CU_ASSERT_EQUAL(f.sent_count, EFFECTS_NTH - 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_CANCELLED), 1);
	clear_flags();
	effects_send_well(&f);
	CU_ASSERT_EQUAL(effects_last(STUTTER_ENC28J60_SITE_TX), EFFECTS_NTH + 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
}

static void a_stalled_transmission_ends_with_txrst(void)
{
	for (unsigned flagged = 0; flagged < 2; flagged++) {
		effects_stall_at_the_nth(&f, flagged);
		is_stalled(flagged);
		chip_bfs(&f, ENC28J60_ECON1, ECON1_TXRST);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), flagged ? EIR_TXIF | EIR_TXERIF : 0);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRST);
		is_over();
	}
}

static void a_stalled_transmission_ends_with_src_and_the_pin(void)
{
	for (unsigned i = 0; i < 4; i++) {
		effects_stall_at_the_nth(&f, i & 1);
		is_stalled(i & 1);
		if (i & 2)
			stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		else
			chip_src(&f);
		chip_wait(&f, 100000000);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
		chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
		f.chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
		is_over();
	}
}

static void a_stalled_transmission_ends_when_txrts_is_cleared(void)
{
	for (unsigned flagged = 0; flagged < 2; flagged++) {
		effects_stall_at_the_nth(&f, flagged);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT(chip_rcr(&f, ENC28J60_EIR) & EIR_TXIF);
		is_over();
	}
}

/* A breach of the contract aborts the process, so it happens in a child. */
static void a_stalled_transmission_owes_no_answer(void)
{
	int status = 0;

	effects_stall_at_the_nth(&f, false);
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		(void)freopen("/dev/null", "w", stderr);
		chip_transmitted(&f, NULL);
		_exit(0);
	}
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void a_frame_sent_well_has_wrong_flags(void)
{
	static const struct {
		struct stutter_enc28j60_effect effect;
		uint8_t eir;
	} rows[] = {
		{{.tx_no_txif = true}, 0},
		{{.tx_txerif = true}, EIR_TXIF | EIR_TXERIF},
		{{.tx_no_txif = true, .tx_txerif = true}, EIR_TXERIF},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		effects_frames_until_the_nth(&f, STUTTER_ENC28J60_SITE_TX, rows[i].effect);
		CU_ASSERT_EQUAL(f.sent_count, EFFECTS_NTH);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), rows[i].eir);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT, 0);
		CU_ASSERT_EQUAL(f.chip.sram[EFFECTS_TX_AT + EFFECTS_FRAME + 3] & TSV_DONE >> 16,
		                TSV_DONE >> 16);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), EFFECTS_NTH);
		clear_flags();
		effects_send_well(&f);
	}
}

/* The host clears the early flag at once, as it would in its interrupt handler. */
static void txif_comes_up_early_and_again_at_the_end(void)
{
	effects_frames_until_the_nth(&f, STUTTER_ENC28J60_SITE_TX,
	                             (struct stutter_enc28j60_effect){.tx_early_txif = true});
	CU_ASSERT_EQUAL(f.sent_count, EFFECTS_NTH);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS);
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), EFFECTS_NTH);
	clear_flags();
	effects_send_well(&f);
}

static void txif_may_be_early_and_then_missing(void)
{
	effects_fixture_start(
		&f, STUTTER_ENC28J60_SITE_TX, 1,
		(struct stutter_enc28j60_effect){.tx_early_txif = true, .tx_no_txif = true});
	effects_request(&f);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 2);
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
}

static void request_with_link_pulse(bool mac_full_duplex, bool phy_full_duplex)
{
	effects_fixture_start(&f, STUTTER_ENC28J60_SITE_TX, 1,
	                      (struct stutter_enc28j60_effect){.tx_link_pulse = true});
	chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
	chip_wcr(&f, ENC28J60_MACON3, mac_full_duplex ? MACON3_FULDPX : 0);
	f.chip.phy[ENC28J60_PHCON1] |= phy_full_duplex ? PHCON1_PDPXMD : 0;
	effects_request(&f);
}

static void a_link_pulse_is_taken_for_a_late_collision(void)
{
	request_with_link_pulse(false, false);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	CU_ASSERT_EQUAL(f.sent_count, 0);
	/* The window of 64 bytes, preamble included, and one byte more. */
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + 65 * 800);
	chip_wait(&f, 65 * 800);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF | EIR_TXERIF);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT);
	CU_ASSERT_EQUAL(f.chip.sram[EFFECTS_TX_AT + EFFECTS_FRAME + 4] & TSV_LATE_COLLISION >> 24,
	                TSV_LATE_COLLISION >> 24);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_ABORTED), 1);
	clear_flags();
	effects_send_well(&f);
}

static void a_link_pulse_does_nothing_in_full_duplex(void)
{
	for (unsigned i = 1; i < 4; i++) {
		request_with_link_pulse(i & 1, i & 2);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 0);
		CU_ASSERT_EQUAL_FATAL(f.sent_count, 1);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	}
}

const CU_TestInfo tests_effects_transmission[] = {
	{"a stalled transmission ends with txrst", a_stalled_transmission_ends_with_txrst},
	{"a stalled transmission ends with src and the pin",
         a_stalled_transmission_ends_with_src_and_the_pin},
	{"a stalled transmission ends when txrts is cleared",
         a_stalled_transmission_ends_when_txrts_is_cleared},
	{"a stalled transmission owes no answer", a_stalled_transmission_owes_no_answer},
	{"a frame sent well has wrong flags", a_frame_sent_well_has_wrong_flags},
	{"txif comes up early and again at the end", txif_comes_up_early_and_again_at_the_end},
	{"txif may be early and then missing", txif_may_be_early_and_then_missing},
	{"a link pulse is taken for a late collision", a_link_pulse_is_taken_for_a_late_collision},
	{"a link pulse does nothing in full duplex", a_link_pulse_does_nothing_in_full_duplex},
	CU_TEST_INFO_NULL,
};
