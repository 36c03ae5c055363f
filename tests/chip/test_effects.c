/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <CUnit/CUnit.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/chip/fixture.h"

#define FRAME 100u
#define TX_AT 0x1a00u
#define RING_END 0x19ffu
#define NTH 3u

static struct chip_fixture f, other;
static uint8_t body[FRAME];

/* The effect that is injected, and the sites that asked for one. */
static struct {
	enum stutter_enc28j60_site site;
	unsigned number; /* 0: at every one, of every site */
	struct stutter_enc28j60_effect effect;
	unsigned asked[3]; /* how often */
	unsigned last[3];  /* the number asked for last */
} plan;

static void inject(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                   struct stutter_enc28j60_effect *ret_effect)
{
	static const struct stutter_enc28j60_effect none;

	(void)ctx;
	CU_ASSERT_EQUAL(memcmp(ret_effect, &none, sizeof(none)), 0);
	plan.asked[site]++;
	plan.last[site] = number;
	if (plan.number == 0 || (site == plan.site && number == plan.number))
		*ret_effect = plan.effect;
}

static void prepare(struct chip_fixture *to)
{
	chip_fixture_init_ideal(to);
	chip_wcr16(to, ENC28J60_MAMXFLL, 1518);
	chip_open_ring(to, 0, RING_END);
	/*
	 * A half-duplex PHY receives its own frames; setting PHCON2 directly avoids an MII
	 * operation.
	 */
	to->chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	chip_clear_events(to);
}

static void start(enum stutter_enc28j60_site site, unsigned number,
                  struct stutter_enc28j60_effect effect)
{
	memset(&plan, 0, sizeof(plan));
	plan.site = site;
	plan.number = number;
	plan.effect = effect;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i * 3 + 2);
	prepare(&f);
	chip_fixture_inject(&f, inject);
}

static void request(struct chip_fixture *to)
{
	chip_load(to, TX_AT, TX_POVERRIDE | TX_PCRCEN, body, sizeof(body));
	chip_bfs(to, ENC28J60_ECON1, ECON1_TXRTS);
}

static void send_well(struct chip_fixture *to)
{
	unsigned sent = to->sent_count;

	request(to);
	CU_ASSERT_EQUAL_FATAL(to->sent_count, sent + 1);
	chip_transmitted(to, NULL);
	CU_ASSERT_EQUAL(chip_rcr(to, ENC28J60_ECON1) & ECON1_TXRTS, 0);
	CU_ASSERT_EQUAL(chip_rcr(to, ENC28J60_EIR) & (EIR_TXIF | EIR_TXERIF), EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(to, ENC28J60_ESTAT) & ESTAT_TXABRT, 0);
	chip_bfc(to, ENC28J60_EIR, EIR_TXIF);
}

static void receive(struct chip_fixture *to, unsigned seed)
{
	uint8_t frame[64];

	chip_make_frame(frame, sizeof(frame), seed);
	chip_receive(to, frame, sizeof(frame));
}

static unsigned phy_id(struct chip_fixture *to)
{
	return chip_phy_read(to, ENC28J60_PHID1);
}

/* Some of everything, with resets between. */
static void work(struct chip_fixture *to)
{
	for (unsigned i = 0; i < 3; i++) {
		send_well(to);
		receive(to, i);
		CU_ASSERT_EQUAL(phy_id(to), 0x0083);
		chip_phy_write(to, ENC28J60_PHLCON, 0x3422);
	}
	chip_src(to);
	chip_wait(to, 100000000);
	chip_wcr16(to, ENC28J60_MAMXFLL, 1518);
	chip_open_ring(to, 0, RING_END);
	receive(to, 9);
	CU_ASSERT_EQUAL(phy_id(to), 0x0083);
}

static void same_chips(const struct chip_fixture *a, const struct chip_fixture *b)
{
	CU_ASSERT_EQUAL(memcmp(a->chip.sram, b->chip.sram, sizeof(a->chip.sram)), 0);
	CU_ASSERT_EQUAL(memcmp(a->chip.regs, b->chip.regs, sizeof(a->chip.regs)), 0);
	CU_ASSERT_EQUAL(memcmp(a->chip.phy, b->chip.phy, sizeof(a->chip.phy)), 0);
	CU_ASSERT_EQUAL(memcmp(a->chip.timers, b->chip.timers, sizeof(a->chip.timers)), 0);
	CU_ASSERT_EQUAL(a->chip.tx.number, b->chip.tx.number);
	CU_ASSERT_EQUAL(a->chip.tx.busy, b->chip.tx.busy);
	CU_ASSERT_EQUAL(a->chip.tx.on_wire, b->chip.tx.on_wire);
	CU_ASSERT_EQUAL(a->chip.rx.number, b->chip.rx.number);
	CU_ASSERT_EQUAL(a->chip.rx.packets, b->chip.rx.packets);
	CU_ASSERT_EQUAL(a->chip.rx.write_pointer, b->chip.rx.write_pointer);
	CU_ASSERT_EQUAL(a->chip.mii.number, b->chip.mii.number);
	for (unsigned i = 0; i < STUTTER_ENC28J60_REG_COUNT; i++)
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&a->chip, i),
		                stutter_enc28j60_peek(&b->chip, i));
	CU_ASSERT_EQUAL(stutter_enc28j60_int_asserted(&a->chip),
	                stutter_enc28j60_int_asserted(&b->chip));
	CU_ASSERT_EQUAL(a->sent_count, b->sent_count);
	CU_ASSERT_EQUAL(a->cancel_count, b->cancel_count);
}

static void same_events(const struct chip_fixture *a, const struct chip_fixture *b)
{
	CU_ASSERT_EQUAL_FATAL(a->event_count, b->event_count);
	for (unsigned i = 0; i < a->event_count && i < CHIP_EVENTS_MAX; i++) {
		const struct stutter_enc28j60_event *x = &a->events[i], *y = &b->events[i];

		CU_ASSERT(x->now_ns == y->now_ns && x->kind == y->kind && x->number == y->number &&
		          x->length == y->length);
		CU_ASSERT(x->address == y->address && x->value == y->value && x->reg == y->reg &&
		          x->id == y->id);
		CU_ASSERT_STRING_EQUAL(x->text, y->text);
	}
}

static void an_empty_effect_changes_nothing(void)
{
	start(STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	prepare(&other);
	work(&f);
	work(&other);
	same_chips(&f, &other);
	same_events(&f, &other);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_TX], 3);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_RX], 4);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_MII], 7);
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
		for (unsigned n = 1; n <= NTH; n++) {
			start((enum stutter_enc28j60_site)site, n, foreign[site]);
			prepare(&other);
			work(&f);
			work(&other);
			same_chips(&f, &other);
			same_events(&f, &other);
		}
}

static void frames_until_the_nth(enum stutter_enc28j60_site site,
                                 struct stutter_enc28j60_effect effect)
{
	start(site, NTH, effect);
	for (unsigned i = 1; i < NTH; i++)
		send_well(&f);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 0);
	request(&f);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED),
	                effect.tx_no_txif && effect.tx_txerif ? 2 : 1);
	CU_ASSERT_EQUAL(plan.last[site], NTH);
}

static void stall_at_the_nth(bool flagged)
{
	frames_until_the_nth(STUTTER_ENC28J60_SITE_TX,
	                     (struct stutter_enc28j60_effect){.tx_stall = !flagged,
	                                                      .tx_stall_flagged = flagged});
	CU_ASSERT_EQUAL(f.sent_count, NTH - 1);
}

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
	CU_ASSERT_EQUAL(f.sent_count, NTH - 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), NTH - 1);
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
	CU_ASSERT_EQUAL(f.sent_count, NTH - 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_CANCELLED), 1);
	clear_flags();
	send_well(&f);
	CU_ASSERT_EQUAL(plan.last[STUTTER_ENC28J60_SITE_TX], NTH + 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
}

static void a_stalled_transmission_ends_with_txrst(void)
{
	for (unsigned flagged = 0; flagged < 2; flagged++) {
		stall_at_the_nth(flagged);
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
		stall_at_the_nth(i & 1);
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
		stall_at_the_nth(flagged);
		chip_bfc(&f, ENC28J60_ECON1, ECON1_TXRTS);
		CU_ASSERT(chip_rcr(&f, ENC28J60_EIR) & EIR_TXIF);
		is_over();
	}
}

/* A breach of the contract aborts the process, so it happens in a child. */
static void a_stalled_transmission_owes_no_answer(void)
{
	int status = 0;

	stall_at_the_nth(false);
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
		frames_until_the_nth(STUTTER_ENC28J60_SITE_TX, rows[i].effect);
		CU_ASSERT_EQUAL(f.sent_count, NTH);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
		chip_transmitted(&f, NULL);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), rows[i].eir);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_TXABRT, 0);
		CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 3] & TSV_DONE >> 16, TSV_DONE >> 16);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), NTH);
		clear_flags();
		send_well(&f);
	}
}

/* The host clears the early flag at once, as it would in its interrupt handler. */
static void txif_comes_up_early_and_again_at_the_end(void)
{
	frames_until_the_nth(STUTTER_ENC28J60_SITE_TX,
	                     (struct stutter_enc28j60_effect){.tx_early_txif = true});
	CU_ASSERT_EQUAL(f.sent_count, NTH);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ECON1) & ECON1_TXRTS);
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_TXIF);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_DONE), NTH);
	clear_flags();
	send_well(&f);
}

static void txif_may_be_early_and_then_missing(void)
{
	start(STUTTER_ENC28J60_SITE_TX, 1,
	      (struct stutter_enc28j60_effect){.tx_early_txif = true, .tx_no_txif = true});
	request(&f);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 2);
	chip_bfc(&f, ENC28J60_EIR, EIR_TXIF);
	chip_transmitted(&f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
}

static void request_with_link_pulse(bool mac_full_duplex, bool phy_full_duplex)
{
	start(STUTTER_ENC28J60_SITE_TX, 1, (struct stutter_enc28j60_effect){.tx_link_pulse = true});
	chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
	chip_wcr(&f, ENC28J60_MACON3, mac_full_duplex ? MACON3_FULDPX : 0);
	f.chip.phy[ENC28J60_PHCON1] |= phy_full_duplex ? PHCON1_PDPXMD : 0;
	request(&f);
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
	CU_ASSERT_EQUAL(f.chip.sram[TX_AT + FRAME + 4] & TSV_LATE_COLLISION >> 24,
	                TSV_LATE_COLLISION >> 24);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_TX_ABORTED), 1);
	clear_flags();
	send_well(&f);
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

/* -- reception -- */

static unsigned next_stored_at(unsigned address)
{
	return (unsigned)f.chip.sram[address] | (unsigned)f.chip.sram[address + 1] << 8;
}

#define SLOT 70u /* a header of 6 bytes and a frame of 64 */

static void receive_until_the_nth(struct stutter_enc28j60_effect effect)
{
	start(STUTTER_ENC28J60_SITE_RX, NTH, effect);
	for (unsigned i = 1; i <= NTH; i++)
		receive(&f, i);
	CU_ASSERT_EQUAL(plan.last[STUTTER_ENC28J60_SITE_RX], NTH);
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
		receive(&f, 4);
		CU_ASSERT_EQUAL(next_stored_at(3 * SLOT), 4 * SLOT);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 4);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	}
}

static void a_frame_is_lost_as_if_there_were_no_room(void)
{
	receive_until_the_nth((struct stutter_enc28j60_effect){.rx_overflow = true});
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), NTH - 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF | EIR_RXERIF);
	CU_ASSERT(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_BUFER);
	CU_ASSERT_EQUAL(chip_rcr16(&f, ENC28J60_ERXWRPTL), 2 * SLOT);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 1);
	receive(&f, 4);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), NTH);
	CU_ASSERT_EQUAL(next_stored_at(2 * SLOT), 3 * SLOT);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 1);
}

static void a_frame_is_stored_uncounted(void)
{
	start(STUTTER_ENC28J60_SITE_RX, 1, (struct stutter_enc28j60_effect){.rx_uncounted = true});
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
	receive(&f, 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 0);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	CU_ASSERT_EQUAL(next_stored_at(0), SLOT);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 1);
	receive(&f, 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
}

static void a_stored_frame_raises_rxerif(void)
{
	receive_until_the_nth((struct stutter_enc28j60_effect){.rx_rxerif = true});
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), NTH);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF | EIR_RXERIF);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_ESTAT) & ESTAT_BUFER, 0);
	chip_bfc(&f, ENC28J60_EIR, EIR_RXERIF);
	receive(&f, 4);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
}

static void pktdec(void)
{
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PKTDEC);
}

static void pktif_misses_a_frame(void)
{
	start(STUTTER_ENC28J60_SITE_RX, 1, (struct stutter_enc28j60_effect){.rx_pktif_lost = true});
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
	receive(&f, 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), 0);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	receive(&f, 2);
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
	start(STUTTER_ENC28J60_SITE_RX, 1, (struct stutter_enc28j60_effect){.rx_pktif_lost = true});
	receive(&f, 1);
	pktdec();
	receive(&f, 2);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
	/* Up for the frame before, it stays up for one that it misses. */
	start(STUTTER_ENC28J60_SITE_RX, 2, (struct stutter_enc28j60_effect){.rx_pktif_lost = true});
	receive(&f, 1);
	receive(&f, 2);
	pktdec();
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR), EIR_PKTIF);
}

static void pktif_sees_a_frame_that_is_lost(void)
{
	for (unsigned way = 0; way < 3; way++) {
		start(STUTTER_ENC28J60_SITE_RX, 1,
		      (struct stutter_enc28j60_effect){.rx_pktif_false = true});
		chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE);
		receive(&f, 1);
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
			receive(&f, 2);
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
	for (unsigned i = 0; i < (RING_END + 1) / SLOT; i++)
		receive(&f, i);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 0);
}

static void rxerif_misses_a_lost_frame(void)
{
	for (unsigned full = 0; full < 2; full++) {
		const unsigned lost = full ? (RING_END + 1) / SLOT + 1 : 1;

		start(STUTTER_ENC28J60_SITE_RX, lost,
		      (struct stutter_enc28j60_effect){.rx_overflow = !full,
		                                       .rx_rxerif_lost = true});
		if (full)
			fill_the_ring();
		receive(&f, lost);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_OVERFLOW), 1);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF, 0);
		CU_ASSERT_EQUAL(plan.last[STUTTER_ENC28J60_SITE_RX], lost);
		receive(&f, lost + 1);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EIR) & EIR_RXERIF, full ? EIR_RXERIF : 0);
	}
}

/* A window of 64 bytes of the frame's data must sum up to EPMCS, which it does not. */
static void only_a_pattern_is_wanted(uint8_t filters)
{
	start(STUTTER_ENC28J60_SITE_RX, 2,
	      (struct stutter_enc28j60_effect){.rx_pattern_passes = true});
	chip_wcr(&f, ENC28J60_ERXFCON, filters);
	chip_wcr(&f, ENC28J60_EPMM0, 0xff);
	chip_wcr16(&f, ENC28J60_EPMCSL, 0x1234);
	chip_clear_events(&f);
	for (unsigned i = 1; i <= NTH; i++)
		receive(&f, i);
}

static void a_frame_slips_through_the_pattern_filter(void)
{
	only_a_pattern_is_wanted(ERXFCON_CRCEN | ERXFCON_PMEN);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_ACCEPTED), 1);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), 2);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_EPKTCNT), 1);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_RX], NTH);
}

static void nothing_slips_past_another_filter(void)
{
	only_a_pattern_is_wanted(ERXFCON_ANDOR | ERXFCON_CRCEN | ERXFCON_PMEN | ERXFCON_BCEN);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), NTH);
	only_a_pattern_is_wanted(ERXFCON_CRCEN | ERXFCON_BCEN);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_RX_FILTERED), NTH);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_RX], 0);
}

/* -- MII -- */

static void an_mii_operation_stays_busy_until_a_reset(void)
{
	for (unsigned way = 0; way < 3; way++) {
		start(STUTTER_ENC28J60_SITE_MII, NTH,
		      (struct stutter_enc28j60_effect){.mii_stuck = true});
		for (unsigned i = 1; i < NTH; i++)
			CU_ASSERT_EQUAL(phy_id(&f), 0x0083);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), 0);
		phy_id(&f);
		CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_INJECTED), 1);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY);
		chip_wait(&f, UINT64_C(365) * 86400 * 1000000000);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), MISTAT_BUSY);
		/* What is begun meanwhile is a mistake of the host and no operation. */
		phy_id(&f);
		CU_ASSERT(chip_count_id(&f, "mii-busy") > 0);
		CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_MII], NTH);
		if (way == 0)
			chip_src(&f);
		else if (way == 1)
			stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		else
			stutter_enc28j60_brown_out(&f.chip, f.now_ns);
		chip_wait(&f, 100000000);
		CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MISTAT), 0);
		CU_ASSERT_EQUAL(phy_id(&f), 0x0083);
		CU_ASSERT_EQUAL(plan.last[STUTTER_ENC28J60_SITE_MII], NTH + 1);
	}
}

static void a_scan_is_one_operation(void)
{
	start(STUTTER_ENC28J60_SITE_MII, 0, (struct stutter_enc28j60_effect){0});
	chip_wcr(&f, ENC28J60_MIREGADR, ENC28J60_PHID1);
	chip_wcr(&f, ENC28J60_MICMD, MICMD_MIISCAN);
	chip_wait(&f, 10 * 10240);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_MII], 1);
	CU_ASSERT_EQUAL(plan.last[STUTTER_ENC28J60_SITE_MII], 1);
}

/* -- numbers, copies, the supply -- */

static void numbers_count_from_1_and_survive_every_reset(void)
{
	start(STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	for (unsigned n = 1; n <= 4; n++) {
		send_well(&f);
		receive(&f, n);
		phy_id(&f);
		for (unsigned site = 0; site < 3; site++)
			CU_ASSERT_EQUAL(plan.last[site], n);
		if (n == 1)
			chip_src(&f);
		else if (n == 2)
			stutter_enc28j60_reset_pin(&f.chip, f.now_ns);
		else
			stutter_enc28j60_brown_out(&f.chip, f.now_ns);
		chip_wait(&f, 100000000);
		chip_wcr16(&f, ENC28J60_MAMXFLL, 1518);
		chip_open_ring(&f, 0, RING_END);
		f.chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	}
}

static void frames_that_are_not_stored_are_numbered_but_not_asked_for(void)
{
	uint8_t frame[64];

	start(STUTTER_ENC28J60_SITE_RX, 0, (struct stutter_enc28j60_effect){0});
	chip_make_frame(frame, sizeof(frame), 1);
	frame[20] ^= 1;
	chip_receive(&f, frame, sizeof(frame));
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_RX], 0);
	receive(&f, 2);
	CU_ASSERT_EQUAL(plan.asked[STUTTER_ENC28J60_SITE_RX], 1);
	CU_ASSERT_EQUAL(plan.last[STUTTER_ENC28J60_SITE_RX], 2);
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
	send_well(to);
	phy_id(to);
	receive(to, 5);
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
		start(rows[i].mii_stuck ? STUTTER_ENC28J60_SITE_MII : STUTTER_ENC28J60_SITE_TX, 1,
		      rows[i]);
		request(&f);
		chip_wcr(&f, ENC28J60_MICMD, MICMD_MIIRD);
		chip_fixture_copy(&other, &f);
		finish_either(&f);
		finish_either(&other);
		same_chips(&f, &other);
		same_events(&f, &other);
	}
}

static void as_after_power_on(void)
{
	chip_fixture_power_on(&other, NULL);
	for (unsigned i = 0; i < STUTTER_ENC28J60_REG_COUNT; i++)
		CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, i),
		                stutter_enc28j60_peek(&other.chip, i));
	CU_ASSERT_EQUAL(memcmp(f.chip.phy, other.chip.phy, sizeof(f.chip.phy)), 0);
	CU_ASSERT_FALSE(stutter_enc28j60_int_asserted(&f.chip));
	CU_ASSERT_EQUAL(stutter_enc28j60_next(&f.chip), f.now_ns + 300000);
}

static void a_brown_out_forgets_all_but_the_memory(void)
{
	static uint8_t memory[STUTTER_ENC28J60_SRAM_SIZE];

	start(STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	chip_wcr(&f, ENC28J60_EIE, EIE_INTIE | EIE_PKTIE | EIE_TXIE);
	chip_wcr16(&f, ENC28J60_ERDPTL, 0x123);
	receive(&f, 1);
	receive(&f, 2);
	chip_phy_write(&f, ENC28J60_PHLCON, 0x3422);
	request(&f);
	CU_ASSERT(stutter_enc28j60_int_asserted(&f.chip));
	memcpy(memory, f.chip.sram, sizeof(memory));
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(f.cancel_count, 1);
	CU_ASSERT_EQUAL(memcmp(memory, f.chip.sram, sizeof(memory)), 0);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_EPKTCNT), 0);
	as_after_power_on();
	chip_wait(&f, 299999);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), 0);
	chip_wait(&f, 1);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
	/* The cable is still in: the link is found anew. */
	chip_wait(&f, 64000000);
	CU_ASSERT(f.chip.link.up);
}

static void a_brown_out_ends_power_save_and_a_stall(void)
{
	stall_at_the_nth(true);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(f.cancel_count, 0);
	as_after_power_on();
	prepare(&f);
	chip_bfc(&f, ENC28J60_ECON1, ECON1_RXEN);
	chip_bfs(&f, ENC28J60_ECON2, ECON2_PWRSV);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	as_after_power_on();
	chip_wait(&f, 300000);
	CU_ASSERT_EQUAL(stutter_enc28j60_peek(&f.chip, ENC28J60_ESTAT), ESTAT_CLKRDY);
}

/* What was settling after SRC settles no more: only the start-up is waited for. */
static void a_brown_out_after_src_waits_for_the_startup_alone(void)
{
	start(STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	chip_src(&f);
	chip_wait(&f, 1000);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	as_after_power_on();
	chip_clear_events(&f);
	chip_wait(&f, 300000);
	CU_ASSERT_EQUAL(chip_count_kind(&f, STUTTER_ENC28J60_EVENT_READY), 1);
	CU_ASSERT_EQUAL(chip_rcr(&f, ENC28J60_MACLCON2), 0x37);
	CU_ASSERT_EQUAL(chip_count_id(&f, "not-ready"), 0);
}

static void a_brown_out_within_a_command_ends_it(void)
{
	start(STUTTER_ENC28J60_SITE_TX, 0, (struct stutter_enc28j60_effect){0});
	stutter_enc28j60_select(&f.chip, f.now_ns);
	stutter_enc28j60_exchange(&f.chip, 0x7a, f.now_ns);
	stutter_enc28j60_brown_out(&f.chip, f.now_ns);
	CU_ASSERT_EQUAL(stutter_enc28j60_exchange(&f.chip, 0x55, f.now_ns), 0xff);
	stutter_enc28j60_deselect(&f.chip, f.now_ns);
	as_after_power_on();
}

const CU_TestInfo tests_chip_effects[] = {
	{"an empty effect changes nothing", an_empty_effect_changes_nothing},
	{"members of another site change nothing", members_of_another_site_change_nothing},
	{"a stalled transmission ends with txrst", a_stalled_transmission_ends_with_txrst},
	{"a stalled transmission ends with src and the pin",
         a_stalled_transmission_ends_with_src_and_the_pin},
	{"a stalled transmission ends when txrts is cleared",
         a_stalled_transmission_ends_when_txrts_is_cleared},
	{"a stalled transmission owes no answer", a_stalled_transmission_owes_no_answer},
	{"a frame sent well has wrong flags", a_frame_sent_well_has_wrong_flags},
	{"a next packet pointer is stored wrong", a_next_packet_pointer_is_stored_wrong},
	{"a frame is lost as if there were no room", a_frame_is_lost_as_if_there_were_no_room},
	{"a frame is stored uncounted", a_frame_is_stored_uncounted},
	{"a stored frame raises rxerif", a_stored_frame_raises_rxerif},
	{"txif comes up early and again at the end", txif_comes_up_early_and_again_at_the_end},
	{"txif may be early and then missing", txif_may_be_early_and_then_missing},
	{"a link pulse is taken for a late collision", a_link_pulse_is_taken_for_a_late_collision},
	{"a link pulse does nothing in full duplex", a_link_pulse_does_nothing_in_full_duplex},
	{"pktif misses a frame", pktif_misses_a_frame},
	{"a frame pktif missed is forgotten with the last packet",
         a_frame_pktif_missed_is_forgotten_with_the_last_packet},
	{"pktif sees a frame that is lost", pktif_sees_a_frame_that_is_lost},
	{"rxerif misses a lost frame", rxerif_misses_a_lost_frame},
	{"a frame slips through the pattern filter", a_frame_slips_through_the_pattern_filter},
	{"nothing slips past another filter", nothing_slips_past_another_filter},
	{"an mii operation stays busy until a reset", an_mii_operation_stays_busy_until_a_reset},
	{"a scan is one operation", a_scan_is_one_operation},
	{"numbers count from 1 and survive every reset",
         numbers_count_from_1_and_survive_every_reset},
	{"frames that are not stored are numbered but not asked for",
         frames_that_are_not_stored_are_numbered_but_not_asked_for},
	{"a copy goes on alike", a_copy_goes_on_alike},
	{"a brown out forgets all but the memory", a_brown_out_forgets_all_but_the_memory},
	{"a brown out ends power save and a stall", a_brown_out_ends_power_save_and_a_stall},
	{"a brown out after src waits for the startup alone",
         a_brown_out_after_src_waits_for_the_startup_alone},
	{"a brown out within a command ends it", a_brown_out_within_a_command_ends_it},
	CU_TEST_INFO_NULL,
};
