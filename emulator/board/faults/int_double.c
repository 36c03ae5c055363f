/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line rises and falls once more. */
#include "emulator/board/fault.h"

struct int_double_params {
	uint64_t after_ns; /**< low for so long, high for as long, then as the chip drives it */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(int_double_params, after_ns, "after", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX,
                           "time that INT is low before it rises, and high before it falls again"),
	{0},
};

static void edge(const void *params, sim_ns now, struct int_line *line)
{
	const struct int_double_params *fault = params;

	line->up_from = now + fault->after_ns;
	line->up_until = line->up_from + fault->after_ns;
}

static const struct board_fault act = {.edge = edge};

const struct action fault_int_double = {
	.name = "int_double",
	.summary = "a falling edge of INT comes twice",
	.site = SITE_INT,
	.params = rows,
	.params_size = sizeof(struct int_double_params),
	.amount = "after",
	.act = &act,
};
