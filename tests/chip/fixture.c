/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/chip/fixture.h"

#include <stdlib.h>
#include <string.h>

static void on_transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct chip_fixture *f = ctx;

	memcpy(f->sent, frame->bytes, frame->length);
	f->sent_length = frame->length;
	f->sent_kind = frame->kind;
	f->sent_number = frame->number;
	f->sent_count++;
	if (f->answers_at_once)
		stutter_enc28j60_transmitted(&f->chip, &(struct stutter_enc28j60_tx_status){0},
		                             now_ns);
}

static void on_cancel(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct chip_fixture *f = ctx;

	(void)now_ns;
	f->cancel_count++;
	f->cancelled_kind = frame->kind;
	f->cancelled_number = frame->number;
}

static void on_backpressure(void *ctx, bool on, uint64_t now_ns)
{
	struct chip_fixture *f = ctx;

	f->backpressure_count += on;
	f->backpressure = on;
	f->backpressure_ns = now_ns;
}

static void on_event(void *ctx, const struct stutter_enc28j60_event *event)
{
	struct chip_fixture *f = ctx;

	if (f->event_count < CHIP_EVENTS_MAX)
		f->events[f->event_count] = *event;
	f->event_count++;
}

static void on_inject(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                      struct stutter_enc28j60_effect *ret_effect)
{
	((struct chip_fixture *)ctx)->inject(ctx, site, number, ret_effect);
}

static const struct stutter_enc28j60_ops ops = {.transmit = on_transmit,
                                                .cancel = on_cancel,
                                                .backpressure = on_backpressure,
                                                .event = on_event};
static const struct stutter_enc28j60_ops injecting_ops = {.transmit = on_transmit,
                                                          .cancel = on_cancel,
                                                          .backpressure = on_backpressure,
                                                          .event = on_event,
                                                          .inject = on_inject};

void chip_fixture_power_on(struct chip_fixture *f, const struct stutter_enc28j60_config *config)
{
	memset(f, 0, sizeof(*f));
	stutter_enc28j60_init(&f->chip, config, &ops, f, 0);
}

void chip_fixture_init(struct chip_fixture *f, const struct stutter_enc28j60_config *config)
{
	chip_fixture_power_on(f, config);
	chip_wait(f, 400000);
	stutter_enc28j60_set_link(&f->chip, true, f->now_ns);
	chip_clear_events(f);
}

void chip_fixture_init_ideal(struct chip_fixture *f)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.errata = 0;
	chip_fixture_init(f, &config);
}

void chip_fixture_copy(struct chip_fixture *to, const struct chip_fixture *from)
{
	memcpy(to, from, sizeof(*to));
	stutter_enc28j60_attach(&to->chip, to->inject ? &injecting_ops : &ops, to);
}

void chip_fixture_inject(struct chip_fixture *f,
                         void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                                        struct stutter_enc28j60_effect *ret_effect))
{
	f->inject = inject;
	stutter_enc28j60_attach(&f->chip, &injecting_ops, f);
}

void chip_wait(struct chip_fixture *f, uint64_t ns)
{
	f->now_ns += ns;
	stutter_enc28j60_run(&f->chip, f->now_ns);
}

static void command(struct chip_fixture *f, const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	f->now_ns += CHIP_OP_NS;
	stutter_enc28j60_transfer(&f->chip, mosi, ret_miso, length, f->now_ns);
}

static void put(struct chip_fixture *f, uint8_t opcode, unsigned index, uint8_t value)
{
	const uint8_t bytes[2] = {(uint8_t)(opcode | (index & 0x1f)), value};

	command(f, bytes, NULL, sizeof(bytes));
}

static void select_bank(struct chip_fixture *f, unsigned index)
{
	uint8_t bank = (uint8_t)(index >> 5);
	uint8_t now = stutter_enc28j60_peek(&f->chip, ENC28J60_ECON1) & ECON1_BSEL;

	if ((index & 0x1f) >= 0x1b || bank == now)
		return;
	if (now & ~bank)
		put(f, 0xa0, ENC28J60_ECON1, (uint8_t)(now & ~bank));
	if (bank & ~now)
		put(f, 0x80, ENC28J60_ECON1, (uint8_t)(bank & ~now));
}

uint8_t chip_rcr(struct chip_fixture *f, unsigned index)
{
	const struct enc28j60_reg *reg = stutter_enc_reg_at(index);
	uint8_t bytes[3] = {(uint8_t)(index & 0x1f), 0, 0};
	size_t length = reg && reg->kind != ENC28J60_ETH ? 3 : 2;

	select_bank(f, index);
	command(f, bytes, bytes, length);
	return bytes[length - 1];
}

uint16_t chip_rcr16(struct chip_fixture *f, unsigned index)
{
	uint8_t low = chip_rcr(f, index);

	return (uint16_t)(low | chip_rcr(f, index + 1) << 8);
}

void chip_wcr(struct chip_fixture *f, unsigned index, uint8_t value)
{
	select_bank(f, index);
	put(f, 0x40, index, value);
}

void chip_wcr16(struct chip_fixture *f, unsigned index, uint16_t value)
{
	chip_wcr(f, index, (uint8_t)value);
	chip_wcr(f, index + 1, (uint8_t)(value >> 8));
}

void chip_bfs(struct chip_fixture *f, unsigned index, uint8_t mask)
{
	select_bank(f, index);
	put(f, 0x80, index, mask);
}

void chip_bfc(struct chip_fixture *f, unsigned index, uint8_t mask)
{
	select_bank(f, index);
	put(f, 0xa0, index, mask);
}

void chip_src(struct chip_fixture *f)
{
	command(f, (const uint8_t[]){0xff}, NULL, 1);
}

void chip_rbm(struct chip_fixture *f, uint8_t *ret_bytes, size_t length)
{
	uint8_t *bytes = calloc(1, length + 1);

	bytes[0] = 0x3a;
	command(f, bytes, bytes, length + 1);
	memcpy(ret_bytes, bytes + 1, length);
	free(bytes);
}

void chip_wbm(struct chip_fixture *f, const uint8_t *bytes, size_t length)
{
	uint8_t *mosi = malloc(length + 1);

	mosi[0] = 0x7a;
	memcpy(mosi + 1, bytes, length);
	command(f, mosi, NULL, length + 1);
	free(mosi);
}

uint16_t chip_phy_read(struct chip_fixture *f, uint8_t address)
{
	chip_wcr(f, ENC28J60_MIREGADR, address);
	chip_wcr(f, ENC28J60_MICMD, MICMD_MIIRD);
	chip_wait(f, 10240);
	chip_wcr(f, ENC28J60_MICMD, 0);
	return chip_rcr16(f, ENC28J60_MIRDL);
}

void chip_phy_write(struct chip_fixture *f, uint8_t address, uint16_t value)
{
	chip_wcr(f, ENC28J60_MIREGADR, address);
	chip_wcr16(f, ENC28J60_MIWRL, value);
	chip_wait(f, 10240);
}

void chip_open_ring(struct chip_fixture *f, uint16_t start, uint16_t end)
{
	chip_bfc(f, ENC28J60_ECON1, ECON1_RXEN);
	chip_wcr16(f, ENC28J60_ERXSTL, start);
	chip_wcr16(f, ENC28J60_ERXNDL, end);
	chip_wcr16(f, ENC28J60_ERXRDPTL, end);
	chip_wcr(f, ENC28J60_ERXFCON, ERXFCON_CRCEN);
	chip_wcr(f, ENC28J60_MACON1, MACON1_MARXEN);
	chip_bfs(f, ENC28J60_ECON1, ECON1_RXEN);
}

void chip_put_fcs(uint8_t *frame, size_t length)
{
	uint32_t fcs = stutter_enc28j60_fcs(frame, length - 4);

	for (unsigned i = 0; i < 4; i++)
		frame[length - 4 + i] = (uint8_t)(fcs >> 8 * i);
}

void chip_make_frame(uint8_t *ret_frame, size_t length, unsigned seed)
{
	uint32_t state = seed + 1;

	for (size_t i = 0; i < length; i++)
		ret_frame[i] = (uint8_t)chip_random(&state);
	ret_frame[0] &= 0xfe;
	ret_frame[12] = 0x08;
	ret_frame[13] = 0x00;
	chip_put_fcs(ret_frame, length);
}

void chip_receive(struct chip_fixture *f, const uint8_t *frame, size_t length)
{
	f->now_ns += CHIP_OP_NS;
	stutter_enc28j60_receive(&f->chip, frame, length, f->now_ns);
}

void chip_load(struct chip_fixture *f, uint16_t start, uint8_t control, const uint8_t *body,
               size_t length)
{
	chip_wcr16(f, ENC28J60_ETXSTL, start);
	chip_wcr16(f, ENC28J60_EWRPTL, start);
	chip_wbm(f, &control, 1);
	if (length)
		chip_wbm(f, body, length);
	chip_wcr16(f, ENC28J60_ETXNDL, (uint16_t)((start + length) & 0x1fff));
}

void chip_transmitted(struct chip_fixture *f, const struct stutter_enc28j60_tx_status *status)
{
	static const struct stutter_enc28j60_tx_status good;

	f->now_ns += CHIP_OP_NS;
	stutter_enc28j60_transmitted(&f->chip, status ? status : &good, f->now_ns);
}

unsigned chip_count_kind(const struct chip_fixture *f, enum stutter_enc28j60_event_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < f->event_count && i < CHIP_EVENTS_MAX; i++)
		count += f->events[i].kind == kind;
	return count;
}

unsigned chip_count_id(const struct chip_fixture *f, const char *id)
{
	unsigned count = 0;

	for (unsigned i = 0; i < f->event_count && i < CHIP_EVENTS_MAX; i++)
		count += f->events[i].id && strcmp(f->events[i].id, id) == 0;
	return count;
}

void chip_clear_events(struct chip_fixture *f)
{
	f->event_count = 0;
}

uint32_t chip_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}
