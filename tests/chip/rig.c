/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rig.h"

#include <stdlib.h>
#include <string.h>

static void on_transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct rig *rig = ctx;

	memcpy(rig->sent, frame->bytes, frame->length);
	rig->sent_length = frame->length;
	rig->sent_kind = frame->kind;
	rig->sent_number = frame->number;
	rig->sent_count++;
	if (rig->answers_at_once)
		stutter_enc28j60_transmitted(&rig->chip, &(struct stutter_enc28j60_tx_status){0},
		                             now_ns);
}

static void on_cancel(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct rig *rig = ctx;

	(void)now_ns;
	rig->cancel_count++;
	rig->cancelled_kind = frame->kind;
	rig->cancelled_number = frame->number;
}

static void on_backpressure(void *ctx, bool on, uint64_t now_ns)
{
	struct rig *rig = ctx;

	rig->backpressure_count += on;
	rig->backpressure = on;
	rig->backpressure_ns = now_ns;
}

static void on_event(void *ctx, const struct stutter_enc28j60_event *event)
{
	struct rig *rig = ctx;

	if (rig->event_count < RIG_EVENTS_MAX)
		rig->events[rig->event_count] = *event;
	rig->event_count++;
}

static void on_disturb(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                       struct stutter_enc28j60_effect *ret_effect)
{
	((struct rig *)ctx)->inject(ctx, site, number, ret_effect);
}

static const struct stutter_enc28j60_ops ops = {.transmit = on_transmit,
                                                .cancel = on_cancel,
                                                .backpressure = on_backpressure,
                                                .event = on_event};
static const struct stutter_enc28j60_ops disturbing_ops = {.transmit = on_transmit,
                                                           .cancel = on_cancel,
                                                           .backpressure = on_backpressure,
                                                           .event = on_event,
                                                           .inject = on_disturb};

void rig_power(struct rig *rig, const struct stutter_enc28j60_config *config)
{
	memset(rig, 0, sizeof(*rig));
	stutter_enc28j60_init(&rig->chip, config, &ops, rig, 0);
}

void rig_start(struct rig *rig, const struct stutter_enc28j60_config *config)
{
	rig_power(rig, config);
	rig_wait(rig, 400000);
	stutter_enc28j60_set_link(&rig->chip, true, rig->now_ns);
	rig_forget(rig);
}

void rig_start_ideal(struct rig *rig)
{
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.errata = 0;
	rig_start(rig, &config);
}

void rig_copy(struct rig *to, const struct rig *from)
{
	memcpy(to, from, sizeof(*to));
	stutter_enc28j60_attach(&to->chip, to->inject ? &disturbing_ops : &ops, to);
}

void rig_disturb(struct rig *rig,
                 void (*inject)(void *ctx, enum stutter_enc28j60_site site, unsigned number,
                                struct stutter_enc28j60_effect *ret_effect))
{
	rig->inject = inject;
	stutter_enc28j60_attach(&rig->chip, &disturbing_ops, rig);
}

void rig_wait(struct rig *rig, uint64_t ns)
{
	rig->now_ns += ns;
	stutter_enc28j60_run(&rig->chip, rig->now_ns);
}

static void command(struct rig *rig, const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	rig->now_ns += RIG_OP_NS;
	stutter_enc28j60_transfer(&rig->chip, mosi, ret_miso, length, rig->now_ns);
}

static void put(struct rig *rig, uint8_t opcode, unsigned index, uint8_t value)
{
	const uint8_t bytes[2] = {(uint8_t)(opcode | (index & 0x1f)), value};

	command(rig, bytes, NULL, sizeof(bytes));
}

static void select_bank(struct rig *rig, unsigned index)
{
	uint8_t bank = (uint8_t)(index >> 5);
	uint8_t now = stutter_enc28j60_peek(&rig->chip, ENC28J60_ECON1) & ECON1_BSEL;

	if ((index & 0x1f) >= 0x1b || bank == now)
		return;
	if (now & ~bank)
		put(rig, 0xa0, ENC28J60_ECON1, (uint8_t)(now & ~bank));
	if (bank & ~now)
		put(rig, 0x80, ENC28J60_ECON1, (uint8_t)(bank & ~now));
}

uint8_t rig_rcr(struct rig *rig, unsigned index)
{
	const struct enc28j60_reg *reg = stutter_enc_reg_at(index);
	uint8_t bytes[3] = {(uint8_t)(index & 0x1f), 0, 0};
	size_t length = reg && reg->kind != ENC28J60_ETH ? 3 : 2;

	select_bank(rig, index);
	command(rig, bytes, bytes, length);
	return bytes[length - 1];
}

uint16_t rig_rcr16(struct rig *rig, unsigned index)
{
	uint8_t low = rig_rcr(rig, index);

	return (uint16_t)(low | rig_rcr(rig, index + 1) << 8);
}

void rig_wcr(struct rig *rig, unsigned index, uint8_t value)
{
	select_bank(rig, index);
	put(rig, 0x40, index, value);
}

void rig_wcr16(struct rig *rig, unsigned index, uint16_t value)
{
	rig_wcr(rig, index, (uint8_t)value);
	rig_wcr(rig, index + 1, (uint8_t)(value >> 8));
}

void rig_bfs(struct rig *rig, unsigned index, uint8_t mask)
{
	select_bank(rig, index);
	put(rig, 0x80, index, mask);
}

void rig_bfc(struct rig *rig, unsigned index, uint8_t mask)
{
	select_bank(rig, index);
	put(rig, 0xa0, index, mask);
}

void rig_src(struct rig *rig)
{
	command(rig, (const uint8_t[]){0xff}, NULL, 1);
}

void rig_rbm(struct rig *rig, uint8_t *ret_bytes, size_t length)
{
	uint8_t *bytes = calloc(1, length + 1);

	bytes[0] = 0x3a;
	command(rig, bytes, bytes, length + 1);
	memcpy(ret_bytes, bytes + 1, length);
	free(bytes);
}

void rig_wbm(struct rig *rig, const uint8_t *bytes, size_t length)
{
	uint8_t *mosi = malloc(length + 1);

	mosi[0] = 0x7a;
	memcpy(mosi + 1, bytes, length);
	command(rig, mosi, NULL, length + 1);
	free(mosi);
}

uint16_t rig_phy_read(struct rig *rig, uint8_t address)
{
	rig_wcr(rig, ENC28J60_MIREGADR, address);
	rig_wcr(rig, ENC28J60_MICMD, MICMD_MIIRD);
	rig_wait(rig, 10240);
	rig_wcr(rig, ENC28J60_MICMD, 0);
	return rig_rcr16(rig, ENC28J60_MIRDL);
}

void rig_phy_write(struct rig *rig, uint8_t address, uint16_t value)
{
	rig_wcr(rig, ENC28J60_MIREGADR, address);
	rig_wcr16(rig, ENC28J60_MIWRL, value);
	rig_wait(rig, 10240);
}

void rig_open_ring(struct rig *rig, uint16_t start, uint16_t end)
{
	rig_bfc(rig, ENC28J60_ECON1, ECON1_RXEN);
	rig_wcr16(rig, ENC28J60_ERXSTL, start);
	rig_wcr16(rig, ENC28J60_ERXNDL, end);
	rig_wcr16(rig, ENC28J60_ERXRDPTL, end);
	rig_wcr(rig, ENC28J60_ERXFCON, ERXFCON_CRCEN);
	rig_wcr(rig, ENC28J60_MACON1, MACON1_MARXEN);
	rig_bfs(rig, ENC28J60_ECON1, ECON1_RXEN);
}

void rig_seal(uint8_t *frame, size_t length)
{
	uint32_t fcs = stutter_enc28j60_fcs(frame, length - 4);

	for (unsigned i = 0; i < 4; i++)
		frame[length - 4 + i] = (uint8_t)(fcs >> 8 * i);
}

void rig_frame(uint8_t *ret_frame, size_t length, unsigned seed)
{
	uint32_t state = seed + 1;

	for (size_t i = 0; i < length; i++)
		ret_frame[i] = (uint8_t)rig_random(&state);
	ret_frame[0] &= 0xfe;
	ret_frame[12] = 0x08;
	ret_frame[13] = 0x00;
	rig_seal(ret_frame, length);
}

void rig_receive(struct rig *rig, const uint8_t *frame, size_t length)
{
	rig->now_ns += RIG_OP_NS;
	stutter_enc28j60_receive(&rig->chip, frame, length, rig->now_ns);
}

void rig_load(struct rig *rig, uint16_t start, uint8_t control, const uint8_t *body, size_t length)
{
	rig_wcr16(rig, ENC28J60_ETXSTL, start);
	rig_wcr16(rig, ENC28J60_EWRPTL, start);
	rig_wbm(rig, &control, 1);
	if (length)
		rig_wbm(rig, body, length);
	rig_wcr16(rig, ENC28J60_ETXNDL, (uint16_t)((start + length) & 0x1fff));
}

void rig_answer(struct rig *rig, const struct stutter_enc28j60_tx_status *status)
{
	static const struct stutter_enc28j60_tx_status good;

	rig->now_ns += RIG_OP_NS;
	stutter_enc28j60_transmitted(&rig->chip, status ? status : &good, rig->now_ns);
}

unsigned rig_count_kind(const struct rig *rig, enum stutter_enc28j60_event_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < rig->event_count && i < RIG_EVENTS_MAX; i++)
		count += rig->events[i].kind == kind;
	return count;
}

unsigned rig_count_id(const struct rig *rig, const char *id)
{
	unsigned count = 0;

	for (unsigned i = 0; i < rig->event_count && i < RIG_EVENTS_MAX; i++)
		count += rig->events[i].id && strcmp(rig->events[i].id, id) == 0;
	return count;
}

void rig_forget(struct rig *rig)
{
	rig->event_count = 0;
}

uint32_t rig_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}
