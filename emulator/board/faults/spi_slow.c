/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus is slow. */
#include "emulator/board/fault.h"

struct spi_slow_params {
	uint64_t factor;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(spi_slow_params, factor, "factor", UNIT_NONE, NULL, 2, FAULT_FACTOR_MAX,
                           "factor by which the message takes longer"),
	{0},
};

static void message(const void *params, uint64_t bus_ns, struct spi_effect *effect)
{
	const struct spi_slow_params *fault = params;

	spi_lengthen(effect, bus_ns * (fault->factor - 1));
}

static const struct board_fault act = {.message = message};

const struct action fault_spi_slow = {
	.name = "spi_slow",
	.summary = "an SPI message takes several times as long",
	.site = SITE_SPI,
	.params = rows,
	.params_size = sizeof(struct spi_slow_params),
	.amount = "factor",
	.act = &act,
};
