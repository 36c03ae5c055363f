/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RXERIF without a reason. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;

	(void)params;
	(void)medium;
	chip->rx_rxerif = true;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_rx_error = {
	.name = "rx_error",
	.summary = "a received frame is stored, RXERIF is set as well",
	.site = SITE_RX,
	.nic = "enc28j60",
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
