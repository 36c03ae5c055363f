/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The next-packet pointer is stored wrong. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

struct rx_pointer_params {
	uint64_t xor_bits;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(rx_pointer_params, xor_bits, "xor", UNIT_NONE, NULL, 1, 0xffff, "bits of the pointer that are stored inverted"),
	{0},
};

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;
	const struct rx_pointer_params *fault = params;

	(void)medium;
	chip->rx_next_xor = (uint16_t)(chip->rx_next_xor ^ fault->xor_bits);
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_rx_pointer = {
	.name = "rx_pointer",
	.summary = "the next-packet pointer of a received frame is stored wrong (like erratum 14)",
	.site = SITE_RX,
	.nic = "enc28j60",
	.params = rows,
	.params_size = sizeof(struct rx_pointer_params),
	.act = &act,
};
