/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flash takes longer. */
#include "emulator/board/fault.h"

struct nor_slow_params {
	uint64_t factor;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(nor_slow_params, factor, "factor", UNIT_NONE, NULL, 2, FAULT_FACTOR_MAX,
                           "factor by which the operation takes longer"),
	{0},
};

static void flash_op(const void *params, struct nor_effect *effect, uint64_t *off_ns)
{
	const struct nor_slow_params *fault = params;

	(void)off_ns;
	effect->slow_factor = (effect->slow_factor > 0 ? effect->slow_factor : 1) * (unsigned)fault->factor;
	if (effect->slow_factor > FAULT_FACTOR_MAX)
		effect->slow_factor = FAULT_FACTOR_MAX;
}

static const struct board_fault act = {.flash_op = flash_op};

const struct action fault_nor_slow = {
	.name = "nor_slow",
	.summary = "an operation of the flash takes several times as long",
	.site = SITE_NOR_OP,
	.params = rows,
	.params_size = sizeof(struct nor_slow_params),
	.amount = "factor",
	.act = &act,
};
