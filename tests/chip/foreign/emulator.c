/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody else's emulator: four pins that a driver pulls, a chip of ours behind them, and a wire
 * whose other end sends everything back. Both the driver's names and ours are in this source.
 */
#include <stdio.h>
#include <string.h>

#include "driver.h"

#include <stutter/enc28j60.h>

static struct {
	struct stutter_enc28j60 chip;
	uint64_t now_ns;
	unsigned bits; /* of the byte under way */
	uint8_t mosi, miso;
	uint8_t echo[1600];
	size_t echo_length;
} board;

static void transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	static const char *const kinds[] = {
		[STUTTER_ENC28J60_FRAME_DATA] = "data",
		[STUTTER_ENC28J60_FRAME_PAUSE] = "pause",
	};
	const struct stutter_enc28j60_tx_status at_once = {0};

	(void)ctx;
	printf("%s frame %u of %zu bytes\n", kinds[frame->kind], frame->number, frame->length);
	memcpy(board.echo, frame->bytes, frame->length);
	board.echo_length = frame->length;
	stutter_enc28j60_transmitted(&board.chip, &at_once, now_ns);
}

static void tell(void *ctx, const struct stutter_enc28j60_event *event)
{
	(void)ctx;
	if (event->kind == STUTTER_ENC28J60_EVENT_FINDING)
		printf("finding %s: %s\n", event->id, event->text);
}

void pin_select(bool low)
{
	board.bits = 0;
	if (low)
		stutter_enc28j60_select(&board.chip, board.now_ns);
	else
		stutter_enc28j60_deselect(&board.chip, board.now_ns);
}

/*
 * The chip takes whole bytes. What it answers to one does not depend on it, save for the first,
 * whose answer is nothing; so a copy of the chip knows the answer before the byte is complete.
 */
bool pin_clock(bool mosi)
{
	if (board.bits == 0) {
		static struct stutter_enc28j60 copy;

		copy = board.chip;
		stutter_enc28j60_attach(&copy, NULL, NULL);
		board.miso = stutter_enc28j60_exchange(&copy, 0, board.now_ns);
	}
	board.now_ns += 100;
	board.mosi = (uint8_t)(board.mosi << 1 | mosi);
	if (++board.bits == 8) {
		board.bits = 0;
		(void)stutter_enc28j60_exchange(&board.chip, board.mosi, board.now_ns);
		return board.miso & 1;
	}
	return board.miso >> (8 - board.bits) & 1;
}

void wait_us(unsigned us)
{
	board.now_ns += us * UINT64_C(1000);
	stutter_enc28j60_run(&board.chip, board.now_ns);
}

int main(void)
{
	static const struct stutter_enc28j60_ops ops = {.transmit = transmit, .event = tell};
	static const uint8_t hello[] = "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\1\x88\xb5"
				       "hello";
	uint8_t received[1600];
	struct enc28j60 dev;
	size_t length;

	stutter_enc28j60_init(&board.chip, NULL, &ops, NULL, 0);
	stutter_enc28j60_set_link(&board.chip, true, 0);
	wait_us(400);
	enc28j60_init(&dev);
	wait_us(100000);
	printf("revision %u, RXEN %s\n", enc28j60_reg_read(&dev, EREVID),
	       stutter_enc28j60_peek(&board.chip, ECON1) & ECON1_RXEN ? "set" : "clear");
	enc28j60_transmit(&dev, hello, sizeof(hello) - 1);
	stutter_enc28j60_receive(&board.chip, board.echo, board.echo_length, board.now_ns);
	length = enc28j60_receive(&dev, received, sizeof(received));
	printf("received %zu bytes: %s\n", length, (const char *)received + 14);
	return 0;
}
