/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame is in the ring, and nobody is told. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;

	(void)params;
	(void)medium;
	chip->rx_uncounted = true;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_rx_uncounted = {
	.name = "rx_uncounted",
	.summary = "a received frame is stored, EPKTCNT and PKTIF do not see it",
	.site = SITE_RX,
	.nic = "enc28j60",
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
