/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chip is in mid-work at power on. */
#include "emulator/board/fault.h"

static const struct board_fault act = {.is_warm = true};

const struct action fault_warm_start = {
	.name = "warm_start",
	.summary = "at power on the chip is in mid-work, as a warm reboot of the host leaves it without a reset line",
	.site = SITE_POWER,
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
