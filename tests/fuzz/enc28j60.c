/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes are a script for the chip: SPI messages, frames, waiting, cable. Whatever comes, nothing may be read or written outside (the sanitizers see to
 * that), pointers stay in the memory, INT follows its equation, and a copied chip goes on as the first.
 *
 * usage: `make fuzz T=enc28j60`, or the program with files of the corpus as arguments.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emulator/enc28j60/enc28j60.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bench {
	struct enc28j60 chip;
	uint64_t now_ns;
	bool owed; /* an answer to transmit */
};

static void note_transmit(void *ctx, const uint8_t *frame, size_t length, uint64_t now_ns)
{
	struct bench *bench = ctx;

	(void)now_ns;
	if (length == 0 || length > ENC28J60_TX_FRAME_MAX || frame == NULL)
		abort();
	bench->owed = true;
}

static void note_cancel(void *ctx, uint64_t now_ns)
{
	struct bench *bench = ctx;

	(void)now_ns;
	bench->owed = false;
}

static const struct enc28j60_ops ops = {.transmit = note_transmit, .cancel = note_cancel};

static void check(const struct bench *bench)
{
	static const unsigned pointers[] = {ENC28J60_ERDPTL, ENC28J60_EWRPTL, ENC28J60_ETXSTL,
	                                    ENC28J60_ETXNDL, ENC28J60_ERXSTL, ENC28J60_ERXNDL};
	const uint8_t eie = enc28j60_peek(&bench->chip, ENC28J60_EIE), eir = enc28j60_peek(&bench->chip, ENC28J60_EIR);
	const bool pending = (eie & eir & 0x7bU) != 0;

	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		if ((enc28j60_peek(&bench->chip, pointers[i]) | enc28j60_peek(&bench->chip, pointers[i] + 1) << 8) >=
		    (int)ENC28J60_SRAM_SIZE)
			abort();
	/* DS39662 sec. 12: INT is low while INTIE and an enabled flag are set. */
	if (enc28j60_int_asserted(&bench->chip) != (pending && (eie & EIE_INTIE)))
		abort();
	if (enc28j60_next(&bench->chip) < bench->now_ns)
		abort();
}

/* Does one step of the script; tells how many bytes it took. */
static size_t step(struct bench *bench, const uint8_t *data, size_t size)
{
	static const struct enc28j60_tx_status sent = {0};
	uint8_t miso[64], frame[1600];
	size_t length = size > 1 ? data[1] % 64U : 0;

	if (length > size - (size > 1 ? 2 : 1))
		length = size - (size > 1 ? 2 : 1);
	switch (data[0] % 6) {
	case 0: /* wait up to 16 ms */
		bench->now_ns += (uint64_t)(size > 1 ? data[1] : 0) << 16;
		enc28j60_run(&bench->chip, bench->now_ns);
		return 2;
	case 1: /* a frame of the script's bytes and zeros */
		memset(frame, 0, sizeof(frame));
		memcpy(frame, data + (size > 1 ? 2 : 1), length);
		enc28j60_receive(&bench->chip, frame, 18 + (size > 1 ? data[1] : 0U) * 6U, bench->now_ns);
		return 2 + length;
	case 2: /* the wire answers */
		if (bench->owed) {
			bench->owed = false;
			enc28j60_transmitted(&bench->chip, &sent, bench->now_ns);
		}
		return 1;
	case 3:
		enc28j60_set_link(&bench->chip, size > 1 && (data[1] & 1), bench->now_ns);
		return 2;
	default: /* an SPI message */
		enc28j60_transfer(&bench->chip, data + (size > 1 ? 2 : 1), miso, length, bench->now_ns);
		return 2 + length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bench bench, copy;

	memset(&bench, 0, sizeof(bench));
	enc28j60_init(&bench.chip, NULL, &ops, &bench, 0);
	enc28j60_run(&bench.chip, bench.now_ns = 1000000);
	while (size > 0) {
		copy = bench;
		enc28j60_attach(&copy.chip, &ops, &copy);
		const size_t took = step(&bench, data, size);
		(void)step(&copy, data, size);
		if (memcmp(copy.chip.sram, bench.chip.sram, sizeof(bench.chip.sram)) != 0 ||
		    memcmp(copy.chip.regs, bench.chip.regs, sizeof(bench.chip.regs)) != 0)
			abort();
		check(&bench);
		data += took < size ? took : size;
		size -= took < size ? took : size;
	}
	return 0;
}
