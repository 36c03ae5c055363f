/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens in the SPI flash, and with the supply while it works; emulator/board does it. */
#include "fault/fault.h"

/* The flash has 8 MiB. */
#define OFFSET_MAX ((8U << 20) - 1)

static const struct param power_cut_params[] = {
	PARAM_ROW_QUANTITY(power_cut_params, after, "after", UNIT_PROBABILITY, "50%", 0, 0, "how much of the operation is done by then"),
	PARAM_ROW_QUANTITY(power_cut_params, for_ns, "for", UNIT_DURATION, "1s", 1, FAULT_TIME_MAX, "how long there is no supply"),
	{0},
};

static const struct param nor_rot_params[] = {
	PARAM_ROW_QUANTITY(nor_rot_params, offset, "offset", UNIT_NONE, NULL, 0, OFFSET_MAX, "of the byte in the flash"),
	PARAM_ROW_QUANTITY(nor_rot_params, bit, "bit", UNIT_NONE, "0", 0, 7, "which bit of it flips, for good"),
	{0},
};

static const struct param nor_stuck_params[] = {
	PARAM_ROW_QUANTITY(nor_stuck_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "how much longer the flash says that it is busy"),
	{0},
};

static const struct param nor_slow_params[] = {
	PARAM_ROW_QUANTITY(nor_slow_params, factor, "factor", UNIT_NONE, NULL, 2, FAULT_FACTOR_MAX, "how many times as long it takes"),
	{0},
};

/* clang-format off */
const struct action actions_flash[] = {
	{FAULT_POWER_CUT, "power_cut", "the supply of the whole device fails during an operation of the flash, which is torn", LAYER_BOARD,
	 "nor.op", power_cut_params, NULL},
	{FAULT_NOR_ROT, "nor_rot", "a bit of the flash has changed by itself, and stays so", LAYER_BOARD, "nor.read", nor_rot_params, NULL},
	{FAULT_NOR_STUCK, "nor_stuck", "an operation of the flash is over, and the flash stays busy", LAYER_BOARD, "nor.op", nor_stuck_params,
	 NULL},
	{FAULT_NOR_SLOW, "nor_slow", "an operation of the flash takes several times as long", LAYER_BOARD, "nor.op", nor_slow_params, NULL},
	{.name = NULL},
};
/* clang-format on */
