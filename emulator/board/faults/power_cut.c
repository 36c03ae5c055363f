/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The supply fails during an operation of the flash. */
#include "emulator/board/fault.h"

struct power_cut_params {
	uint64_t after; /**< this part of the operation is done then, in billionths */
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(power_cut_params, after, "after", UNIT_PROBABILITY, "50%", 0, 0, "share of the operation that is done by then"),
	PARAM_ROW_QUANTITY(power_cut_params, for_ns, "for", UNIT_DURATION, "1s", 1, FAULT_TIME_MAX, "time without supply"),
	{0},
};

/* Of several cuts the earliest comes. */
static void flash_op(const void *params, struct nor_effect *effect, uint64_t *off_ns)
{
	const struct power_cut_params *fault = params;
	const unsigned permille = (unsigned)(fault->after / (UNIT_PROBABILITY_ONE / 1000));

	if (effect->cut && effect->cut_permille <= permille)
		return;
	effect->cut = true;
	effect->cut_permille = permille;
	*off_ns = fault->for_ns;
}

static const struct board_fault act = {.flash_op = flash_op};

const struct action fault_power_cut = {
	.name = "power_cut",
	.summary = "the supply of the whole device fails during an operation of the flash, which is torn",
	.site = SITE_NOR_OP,
	.params = rows,
	.params_size = sizeof(struct power_cut_params),
	.amount = "for",
	.act = &act,
};
