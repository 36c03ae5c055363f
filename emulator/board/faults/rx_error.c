/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RXERIF without a reason. */
#include "board/fault.h"

static void chip(const void *params, struct stutter_enc28j60_disturbance *disturbance, struct medium_noise *noise)
{
	(void)params;
	(void)noise;
	disturbance->rx_rxerif = true;
}

static const struct board_fault act = {.chip = chip};

const struct action fault_rx_error = {
	.name = "rx_error",
	.summary = "a received frame is stored, RXERIF is set as well",
	.site = SITE_RX,
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
