/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bit of the flash has changed by itself. */
#include "emulator/board/fault.h"

/* The flash has 8 MiB. */
#define OFFSET_MAX ((8U << 20) - 1)

struct nor_rot_params {
	uint64_t offset;
	uint64_t bit;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(nor_rot_params, offset, "offset", UNIT_NONE, NULL, 0, OFFSET_MAX, "address of the byte in the flash"),
	PARAM_ROW_QUANTITY(nor_rot_params, bit, "bit", UNIT_NONE, "0", 0, 7, "number of the bit that flips, for good"),
	{0},
};

static void flash_read(const void *params, struct nor *nor)
{
	const struct nor_rot_params *fault = params;

	nor_rot(nor, (uint32_t)fault->offset, (uint8_t)(1U << fault->bit));
}

static const struct board_fault act = {.flash_read = flash_read};

const struct action fault_nor_rot = {
	.name = "nor_rot",
	.summary = "a bit of the flash has changed by itself, and stays so",
	.site = SITE_NOR_READ,
	.params = rows,
	.params_size = sizeof(struct nor_rot_params),
	.act = &act,
};
