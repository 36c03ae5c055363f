/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supply dips: registers are as after power on. */
#include "emulator/board/fault.h"

static void message(const void *params, uint64_t bus_ns, struct spi_effect *effect)
{
	(void)params;
	(void)bus_ns;
	effect->brown_out = true;
}

static const struct board_fault act = {.message = message};

const struct action fault_brown_out = {
	.name = "brown_out",
	.summary = "the supply dips before an SPI message: registers as after power on",
	.site = SITE_SPI,
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
