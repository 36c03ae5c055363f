/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An MII operation never ends. */
#include "emulator/board/fault.h"
#include "emulator/nic/enc28j60.h"

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	struct stutter_enc28j60_effect *chip = effect;

	(void)params;
	(void)medium;
	chip->mii_stuck = true;
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_mii_stuck = {
	.name = "mii_stuck",
	.summary = "an MII operation never ends, until a reset",
	.site = SITE_MII,
	.nic = "enc28j60",
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
