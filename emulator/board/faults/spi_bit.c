/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One bit of a message is inverted. */
#include "emulator/board/fault.h"

enum { SPI_MOSI, SPI_MISO };
static const char *const spi_lines[] = {"mosi", "miso", NULL};

struct spi_bit_params {
	unsigned line; /**< SPI_MOSI or SPI_MISO */
	uint64_t byte; /**< from 0; beyond the message: nothing happens */
	uint64_t bit;  /**< 7 is sent first */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(spi_bit_params, line, "line", spi_lines, "miso", "line on which the bit flips"),
	PARAM_ROW_QUANTITY(spi_bit_params, byte, "byte", UNIT_NONE, "1", 0, 0,
                           "index of the byte in the message, from 0; nothing happens beyond its end"),
	PARAM_ROW_QUANTITY(spi_bit_params, bit, "bit", UNIT_NONE, "0", 0, 7, "number of the bit; 7 goes first"),
	{0},
};

static void invert(const struct spi_bit_params *fault, unsigned line, uint8_t *bytes, size_t length)
{
	if (fault->line == line && fault->byte < length)
		bytes[fault->byte] = (uint8_t)(bytes[fault->byte] ^ 1U << fault->bit);
}

static void mosi(const void *params, uint8_t *bytes, size_t length)
{
	invert(params, SPI_MOSI, bytes, length);
}

static void miso(const void *params, uint8_t *bytes, size_t length)
{
	invert(params, SPI_MISO, bytes, length);
}

static const struct board_fault act = {.mosi = mosi, .miso = miso};

const struct action fault_spi_bit = {
	.name = "spi_bit",
	.summary = "one bit of an SPI message is inverted",
	.site = SITE_SPI,
	.params = rows,
	.params_size = sizeof(struct spi_bit_params),
	.act = &act,
};
