/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transmit logic hangs. */
#include "board/fault.h"

struct tx_stall_params {
	bool flags; /**< TXIF, TXERIF and TXABRT are set all the same */
};

static const struct param rows[] = {
	PARAM_ROW_BOOL(tx_stall_params, flags, "flags", "false", "TXIF, TXERIF and TXABRT are set all the same"),
	{0},
};

static void chip(const void *params, struct stutter_enc28j60_disturbance *disturbance, struct medium_noise *noise)
{
	const struct tx_stall_params *fault = params;

	(void)noise;
	disturbance->tx_stall = true;
	disturbance->tx_stall_flagged |= fault->flags;
}

static const struct board_fault act = {.chip = chip};

const struct action fault_tx_stall = {
	.name = "tx_stall",
	.summary = "the transmit logic hangs: TXRTS stays set and nothing is sent (like erratum 12)",
	.site = SITE_TX,
	.params = rows,
	.params_size = sizeof(struct tx_stall_params),
	.act = &act,
};
