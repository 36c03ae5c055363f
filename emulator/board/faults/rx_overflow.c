/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame is lost for want of room. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

struct rx_overflow_params {
	bool flag; /**< RXERIF says so */
};

static const struct param rows[] = {
	PARAM_ROW_BOOL(rx_overflow_params, flag, "flag", "true", "RXERIF is set; false: the frame is lost in silence"),
	{0},
};

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;
	const struct rx_overflow_params *fault = params;

	(void)medium;
	chip->rx_overflow = true;
	chip->rx_rxerif_lost |= !fault->flag;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_rx_overflow = {
	.name = "rx_overflow",
	.summary = "a received frame is lost as if the ring were full",
	.site = SITE_RX,
	.nic = "enc28j60",
	.params = rows,
	.params_size = sizeof(struct rx_overflow_params),
	.act = &act,
};
