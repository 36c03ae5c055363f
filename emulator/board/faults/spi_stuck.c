/* SPDX-License-Identifier: GPL-2.0-or-later */
/* MISO does not move. */
#include <string.h>

#include "emulator/board/fault.h"

static const char *const levels[] = {"0", "1", NULL};

struct spi_stuck_params {
	unsigned level; /**< 0 or 1 */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(spi_stuck_params, level, "level", levels, NULL, "level at which MISO is stuck"),
	{0},
};

/* A line that does not move has no wrong bits either. */
static void drive(const void *params, uint8_t *bytes, size_t length)
{
	const struct spi_stuck_params *fault = params;

	memset(bytes, fault->level ? 0xff : 0x00, length);
}

static const struct board_fault act = {.drive_miso = drive};

const struct action fault_spi_stuck = {
	.name = "spi_stuck",
	.summary = "MISO does not move during an SPI message",
	.site = SITE_SPI,
	.params = rows,
	.params_size = sizeof(struct spi_stuck_params),
	.act = &act,
};
