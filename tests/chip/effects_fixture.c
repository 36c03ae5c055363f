/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/chip/effects_fixture.h"

#include <CUnit/CUnit.h>
#include <string.h>

static uint8_t body[EFFECTS_FRAME];

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

void effects_fixture_init(struct chip_fixture *f)
{
	chip_fixture_init_ideal(f);
	chip_wcr16(f, ENC28J60_MAMXFLL, 1518);
	chip_open_ring(f, 0, EFFECTS_RING_END);
	/*
	 * A half-duplex PHY receives its own frames; setting PHCON2 directly avoids an MII
	 * operation.
	 */
	f->chip.phy[ENC28J60_PHCON2] |= PHCON2_HDLDIS;
	chip_clear_events(f);
}

void effects_fixture_start(struct chip_fixture *f, enum stutter_enc28j60_site site, unsigned number,
                           struct stutter_enc28j60_effect effect)
{
	memset(&plan, 0, sizeof(plan));
	plan.site = site;
	plan.number = number;
	plan.effect = effect;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i * 3 + 2);
	effects_fixture_init(f);
	chip_fixture_inject(f, inject);
}

unsigned effects_asked(enum stutter_enc28j60_site site)
{
	return plan.asked[site];
}

unsigned effects_last(enum stutter_enc28j60_site site)
{
	return plan.last[site];
}

void effects_request(struct chip_fixture *f)
{
	chip_load(f, EFFECTS_TX_AT, TX_POVERRIDE | TX_PCRCEN, body, sizeof(body));
	chip_bfs(f, ENC28J60_ECON1, ECON1_TXRTS);
}

void effects_send_well(struct chip_fixture *f)
{
	unsigned sent = f->sent_count;

	effects_request(f);
	CU_ASSERT_EQUAL_FATAL(f->sent_count, sent + 1);
	chip_transmitted(f, NULL);
	CU_ASSERT_EQUAL(chip_rcr(f, ENC28J60_ECON1) & ECON1_TXRTS, 0);
	CU_ASSERT_EQUAL(chip_rcr(f, ENC28J60_EIR) & (EIR_TXIF | EIR_TXERIF), EIR_TXIF);
	CU_ASSERT_EQUAL(chip_rcr(f, ENC28J60_ESTAT) & ESTAT_TXABRT, 0);
	chip_bfc(f, ENC28J60_EIR, EIR_TXIF);
}

void effects_receive(struct chip_fixture *f, unsigned seed)
{
	uint8_t frame[64];

	chip_make_frame(frame, sizeof(frame), seed);
	chip_receive(f, frame, sizeof(frame));
}

unsigned effects_phy_id(struct chip_fixture *f)
{
	return chip_phy_read(f, ENC28J60_PHID1);
}

void effects_frames_until_the_nth(struct chip_fixture *f, enum stutter_enc28j60_site site,
                                  struct stutter_enc28j60_effect effect)
{
	effects_fixture_start(f, site, EFFECTS_NTH, effect);
	for (unsigned i = 1; i < EFFECTS_NTH; i++)
		effects_send_well(f);
	CU_ASSERT_EQUAL(chip_count_kind(f, STUTTER_ENC28J60_EVENT_INJECTED), 0);
	effects_request(f);
	CU_ASSERT_EQUAL(chip_count_kind(f, STUTTER_ENC28J60_EVENT_INJECTED),
	                effect.tx_no_txif && effect.tx_txerif ? 2 : 1);
	CU_ASSERT_EQUAL(effects_last(site), EFFECTS_NTH);
}

void effects_stall_at_the_nth(struct chip_fixture *f, bool flagged)
{
	effects_frames_until_the_nth(f, STUTTER_ENC28J60_SITE_TX,
	                             (struct stutter_enc28j60_effect){.tx_stall = !flagged,
	                                                              .tx_stall_flagged = flagged});
	CU_ASSERT_EQUAL(f->sent_count, EFFECTS_NTH - 1);
}

void effects_same_chips(const struct chip_fixture *a, const struct chip_fixture *b)
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

void effects_same_events(const struct chip_fixture *a, const struct chip_fixture *b)
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
