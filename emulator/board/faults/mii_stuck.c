/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An MII operation never ends. */
#include "board/fault.h"

static void chip(const void *params, struct stutter_enc28j60_disturbance *disturbance, struct medium_noise *noise)
{
	(void)params;
	(void)noise;
	disturbance->mii_stuck = true;
}

static const struct board_fault act = {.chip = chip};

const struct action fault_mii_stuck = {
	.name = "mii_stuck",
	.summary = "an MII operation never ends, until a reset",
	.site = SITE_MII,
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
