/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a script for the chip: its board and errata, then SPI messages, frames, waiting,
 * cable, wire, effects. Whatever comes, nothing may be read or written outside (the sanitizers see
 * to that), pointers stay in the memory, INT follows its equation, backpressure and frames take
 * turns, and a copied chip goes on as the first.
 *
 * usage: `make fuzz T=enc28j60`, or the program with files of the corpus as arguments.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/enc28j60/enc28j60.h"
#include "emulator/enc28j60/registers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct chip_fixture {
	struct stutter_enc28j60 chip;
	uint64_t now_ns;
	bool owed;                             /* an answer to transmit, */
	enum stutter_enc28j60_frame_kind kind; /* for this frame */
	unsigned numbers[2];                   /* of the last frame of each kind */
	bool backpressure;                     /* preamble is on */
	uint8_t injected;                      /* bits of what goes wrong at the next sites */
};

static void note_transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct chip_fixture *f = ctx;

	(void)now_ns;
	if (frame->length == 0 || frame->length > STUTTER_ENC28J60_TX_FRAME_MAX || frame->bytes == NULL || f->owed || f->backpressure)
		abort();
	if (frame->number <= f->numbers[frame->kind])
		abort();
	f->numbers[frame->kind] = frame->number;
	f->kind = frame->kind;
	f->owed = true;
}

static void note_cancel(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct chip_fixture *f = ctx;

	(void)now_ns;
	if (!f->owed || frame->kind != f->kind || frame->number != f->numbers[frame->kind])
		abort();
	f->owed = false;
}

static void note_backpressure(void *ctx, bool on, uint64_t now_ns)
{
	struct chip_fixture *f = ctx;

	(void)now_ns;
	if (on == f->backpressure || f->owed)
		abort();
	f->backpressure = on;
}

static void inject(void *ctx, enum stutter_enc28j60_site site, unsigned number, struct stutter_enc28j60_effect *ret_effect)
{
	const unsigned bits = ((const struct chip_fixture *)ctx)->injected;

	if (number == 0)
		abort();
	*ret_effect = (struct stutter_enc28j60_effect){
		.tx_stall = site == STUTTER_ENC28J60_SITE_TX && (bits & 1),
		.tx_stall_flagged = bits & 2,
		.tx_no_txif = bits & 4,
		.tx_txerif = bits & 8,
		.tx_early_txif = bits & 16,
		.tx_link_pulse = bits & 32,
		.rx_next_xor = bits & 1 ? 0xffff : 0,
		.rx_overflow = bits & 2,
		.rx_uncounted = bits & 4,
		.rx_rxerif = bits & 8,
		.rx_pktif_lost = bits & 16,
		.rx_pktif_false = bits & 32,
		.rx_rxerif_lost = bits & 64,
		.rx_pattern_passes = bits & 128,
		.mii_stuck = (bits & 3) == 3,
	};
}

static const struct stutter_enc28j60_ops ops = {
	.transmit = note_transmit, .cancel = note_cancel, .backpressure = note_backpressure, .inject = inject};

static void check(const struct chip_fixture *f)
{
	static const unsigned pointers[] = {ENC28J60_ERDPTL, ENC28J60_EWRPTL, ENC28J60_ETXSTL,
	                                    ENC28J60_ETXNDL, ENC28J60_ERXSTL, ENC28J60_ERXNDL};
	const uint8_t eie = stutter_enc28j60_peek(&f->chip, ENC28J60_EIE), eir = stutter_enc28j60_peek(&f->chip, ENC28J60_EIR);
	const struct stutter_enc28j60_rx *rx = &f->chip.rx;
	/* Erratum 6 hides the flag, not the interrupt. */
	const uint8_t packets = rx->phantom || (rx->packets != 0 && !rx->unflagged) ? EIR_PKTIF : 0;
	const bool pending = (eie & (eir | packets) & 0x7bU) != 0;

	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		if ((stutter_enc28j60_peek(&f->chip, pointers[i]) | stutter_enc28j60_peek(&f->chip, pointers[i] + 1) << 8) >=
		    (int)STUTTER_ENC28J60_SRAM_SIZE)
			abort();
	/* DS39662 sec. 12: INT is low while INTIE and an enabled flag are set. */
	if (stutter_enc28j60_int_asserted(&f->chip) != (pending && (eie & EIE_INTIE)))
		abort();
	if (stutter_enc28j60_next(&f->chip) < f->now_ns)
		abort();
	if (f->owed != (f->chip.tx.on_wire || f->chip.flow.on_wire) || (f->chip.tx.on_wire && f->chip.flow.on_wire))
		abort();
	if (f->backpressure != f->chip.flow.backpressure || stutter_enc28j60_clkout_hz(&f->chip) > 25000000)
		abort();
}

/* Does one step of the script; tells how many bytes it took. */
static size_t step(struct chip_fixture *f, const uint8_t *data, size_t size)
{
	uint8_t miso[64], frame[1600];
	size_t length = size > 1 ? data[1] % 64U : 0;

	if (length > size - (size > 1 ? 2 : 1))
		length = size - (size > 1 ? 2 : 1);
	switch (data[0] % 9) {
	case 0: /* wait up to 16 ms */
		f->now_ns += (uint64_t)(size > 1 ? data[1] : 0) << 16;
		stutter_enc28j60_run(&f->chip, f->now_ns);
		return 2;
	case 1: /* a frame of the script's bytes and zeros */
		memset(frame, 0, sizeof(frame));
		memcpy(frame, data + (size > 1 ? 2 : 1), length);
		stutter_enc28j60_receive(&f->chip, frame, 18 + (size > 1 ? data[1] : 0U) * 6U, f->now_ns);
		return 2 + length;
	case 2: /* the wire answers */
		if (f->owed) {
			const uint8_t how = data[0] / 9;
			const struct stutter_enc28j60_tx_status status = {.collisions = how & 15,
			                                                  .late_collision = how == 17,
			                                                  .excessive_collisions = how == 18,
			                                                  .excessive_deferral = how == 19};

			f->owed = false;
			stutter_enc28j60_transmitted(&f->chip, &status, f->now_ns);
		}
		return 1;
	case 3:
		stutter_enc28j60_set_link(&f->chip, size > 1 && (data[1] & 1), f->now_ns);
		return 2;
	case 4:
		stutter_enc28j60_set_activity(&f->chip, size > 1 && (data[1] & 1), size > 1 && (data[1] & 2), f->now_ns);
		return 2;
	case 5:
		f->injected = size > 1 ? data[1] : 0;
		return 2;
	case 6: /* the pin or the supply */
		if (size > 1 && data[1] == 1)
			stutter_enc28j60_brown_out(&f->chip, f->now_ns);
		else if (size > 1 && data[1] == 2)
			stutter_enc28j60_reset_pin(&f->chip, f->now_ns);
		return 2;
	default: /* an SPI message */
		stutter_enc28j60_transfer(&f->chip, data + (size > 1 ? 2 : 1), miso, length, f->now_ns);
		return 2 + length;
	}
}

/* The first bytes are the board. */
static struct stutter_enc28j60_config configure(const uint8_t *data)
{
	static const enum stutter_enc28j60_revision revisions[] = {STUTTER_ENC28J60_B1, STUTTER_ENC28J60_B4, STUTTER_ENC28J60_B5,
	                                                           STUTTER_ENC28J60_B7};
	struct stutter_enc28j60_config config = stutter_enc28j60_config_default();

	config.errata = ((uint32_t)data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16) & STUTTER_ENC28J60_ERRATA_SWITCHABLE;
	config.errata_worst = data[2] & 128 ? 0 : config.errata;
	config.seed = data[2] >> 4;
	config.revision = revisions[data[3] & 3];
	config.leds_select_full_duplex = data[3] & 4;
	config.led_polarity_misread = data[3] & 8;
	config.polarity_reversed = data[3] & 16;
	config.bit_field_ops_reach_mac = data[3] & 32;
	config.spi_clock_hz = data[3] & 64 ? 1000000 : 0;
	config.hash_index = data[3] & 128 ? STUTTER_ENC28J60_HASH_INVERTED_31_26 : STUTTER_ENC28J60_HASH_28_23;
	config.relink_ns = 1000;
	return config;
}

#define BOARD_BYTES 4u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct chip_fixture f, copy;
	struct stutter_enc28j60_config config;

	if (size < BOARD_BYTES)
		return 0;
	config = configure(data);
	data += BOARD_BYTES;
	size -= BOARD_BYTES;
	memset(&f, 0, sizeof(f));
	stutter_enc28j60_init(&f.chip, &config, &ops, &f, 0);
	stutter_enc28j60_set_link(&f.chip, true, 0);
	stutter_enc28j60_run(&f.chip, f.now_ns = 1000000);
	while (size > 0) {
		copy = f;
		stutter_enc28j60_attach(&copy.chip, &ops, &copy);
		const size_t took = step(&f, data, size);
		(void)step(&copy, data, size);
		if (memcmp(copy.chip.sram, f.chip.sram, sizeof(f.chip.sram)) != 0 ||
		    memcmp(copy.chip.regs, f.chip.regs, sizeof(f.chip.regs)) != 0)
			abort();
		check(&f);
		data += took < size ? took : size;
		size -= took < size ? took : size;
	}
	return 0;
}
