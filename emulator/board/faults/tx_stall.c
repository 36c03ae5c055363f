/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transmit logic hangs. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

struct tx_stall_params {
	bool flags; /**< TXIF, TXERIF and TXABRT are set all the same */
};

static const struct param rows[] = {
	PARAM_ROW_BOOL(tx_stall_params, flags, "flags", "false", "TXIF, TXERIF and TXABRT are set all the same"),
	{0},
};

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;
	const struct tx_stall_params *fault = params;

	(void)medium;
	chip->tx_stall = true;
	chip->tx_stall_flagged |= fault->flags;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_tx_stall = {
	.name = "tx_stall",
	.summary = "the transmit logic hangs: TXRTS stays set and nothing is sent (like erratum 12)",
	.site = SITE_TX,
	.nic = "enc28j60",
	.params = rows,
	.params_size = sizeof(struct tx_stall_params),
	.act = &act,
};
