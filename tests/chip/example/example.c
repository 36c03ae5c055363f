/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chip in another emulator: two callbacks, and SPI from whoever emulates the processor. */
#include <stdio.h>

#include "emulator/enc28j60/enc28j60.h"

static void send_on_wire(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	(void)ctx;
	printf("%llu ns: frame %u of %zu bytes for %02x:%02x...\n", (unsigned long long)now_ns,
	       frame->number, frame->length, frame->bytes[0], frame->bytes[1]);
}

static void tell(void *ctx, const struct stutter_enc28j60_event *event)
{
	(void)ctx;
	printf("%llu ns: %s\n", (unsigned long long)event->now_ns, event->text);
}

int main(void)
{
	static const struct stutter_enc28j60_ops ops = {.transmit = send_on_wire, .event = tell};
	static struct stutter_enc28j60 chip;
	uint8_t read_erevid[2] = {0x12, 0}, select_bank_3[2] = {0x9f, 3};

	stutter_enc28j60_init(&chip, NULL, &ops, NULL, 0);
	stutter_enc28j60_run(&chip, 400000); /* the oscillator starts up */
	stutter_enc28j60_transfer(&chip, select_bank_3, NULL, 2, 401000);
	stutter_enc28j60_transfer(&chip, read_erevid, read_erevid, 2, 402000);
	printf("EREVID %u, INT %s\n", read_erevid[1],
	       stutter_enc28j60_int_asserted(&chip) ? "low" : "high");
	return read_erevid[1] == STUTTER_ENC28J60_B7 ? 0 : 1;
}
