/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link pulse is taken for a late collision. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;

	(void)params;
	(void)medium;
	chip->tx_link_pulse = true;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_link_pulse = {
	.name = "link_pulse",
	.summary = "in half duplex, a link pulse is taken for a late collision and the frame aborted (erratum 13)",
	.site = SITE_TX,
	.nic = "enc28j60",
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.duplex = ACTION_HALF_DUPLEX,
	.act = &act,
};
