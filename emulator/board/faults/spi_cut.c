/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chip select rises early; the chip sees only the first bytes. */
#include "emulator/board/fault.h"

struct spi_cut_params {
	uint64_t after;
	/** and falls again at once: the chip takes the other bytes as a message of their own */
	bool resume;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(spi_cut_params, after, "after", UNIT_NONE, NULL, 0, 0,
                           "number of bytes that the chip sees before chip select rises"),
	PARAM_ROW_BOOL(spi_cut_params, resume, "resume", "false", "chip select falls again: the other bytes are a message of their own"),
	{0},
};

/*
 * A glitch that is over ends nothing any more; one without a resumption ends all that comes after
 * it.
 */
static size_t rise(const void *params, size_t from, size_t end)
{
	const struct spi_cut_params *fault = params;

	return fault->after < end && (fault->after > from || !fault->resume) ? fault->after : end;
}

static const struct board_fault act = {.select = rise};

const struct action fault_spi_cut = {
	.name = "spi_cut",
	.summary = "chip select rises in mid-message: the chip sees only the beginning, or two messages",
	.site = SITE_SPI,
	.params = rows,
	.params_size = sizeof(struct spi_cut_params),
	.act = &act,
};
