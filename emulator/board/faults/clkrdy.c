/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Start-up of the chip's clock. */
#include "emulator/board/fault.h"

struct clkrdy_params {
	uint64_t after_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(clkrdy_params, after_ns, "after", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "after power on; 300us is right"),
	{0},
};

static uint64_t startup(const void *params)
{
	const struct clkrdy_params *fault = params;

	return fault->after_ns;
}

static const struct board_fault act = {.startup = startup};

const struct action fault_clkrdy = {
	.name = "clkrdy",
	.summary = "the chip's clock is ready at another time than 300 us after power on",
	.site = SITE_POWER,
	.params = rows,
	.params_size = sizeof(struct clkrdy_params),
	.act = &act,
};
