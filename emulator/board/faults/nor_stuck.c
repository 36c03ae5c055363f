/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flash stays busy. */
#include "emulator/board/fault.h"

struct nor_stuck_params {
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(nor_stuck_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "extra time for which the flash reports that it is busy"),
	{0},
};

static void flash_op(const void *params, struct nor_effect *effect, uint64_t *off_ns)
{
	const struct nor_stuck_params *fault = params;

	(void)off_ns;
	effect->stuck_ns += fault->for_ns;
}

static const struct board_fault act = {.flash_op = flash_op};

const struct action fault_nor_stuck = {
	.name = "nor_stuck",
	.summary = "an operation of the flash is over, and the flash stays busy",
	.site = SITE_NOR_OP,
	.params = rows,
	.params_size = sizeof(struct nor_stuck_params),
	.amount = "for",
	.act = &act,
};
