/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bus stalls. */
#include "emulator/board/fault.h"

struct spi_stall_params {
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(spi_stall_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "extra time that the message takes"),
	{0},
};

static void message(const void *params, uint64_t bus_ns, struct spi_effect *effect)
{
	const struct spi_stall_params *fault = params;

	(void)bus_ns;
	spi_lengthen(effect, fault->for_ns);
}

static const struct board_fault act = {.message = message};

const struct action fault_spi_stall = {
	.name = "spi_stall",
	.summary = "the bus stalls: an SPI message takes longer",
	.site = SITE_SPI,
	.params = rows,
	.params_size = sizeof(struct spi_stall_params),
	.amount = "for",
	.act = &act,
};
