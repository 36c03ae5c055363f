/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line stays where it is for some time. */
#include "emulator/board/fault.h"

static const char *const levels[] = {"0", "1", NULL};

struct int_stuck_params {
	unsigned level; /**< 0 low (asserted), 1 high */
	uint64_t for_ns;
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(int_stuck_params, level, "level", levels, NULL, "level of INT; 0 is asserted"),
	PARAM_ROW_QUANTITY(int_stuck_params, for_ns, "for", UNIT_DURATION, NULL, 1, FAULT_TIME_MAX, "duration"),
	{0},
};

static void edge(const void *params, sim_ns now, struct int_line *line)
{
	const struct int_stuck_params *fault = params;

	/* A shorter stand does not end a longer one. */
	if (now + fault->for_ns < line->stuck_until)
		return;
	line->stuck_until = now + fault->for_ns;
	line->stuck_asserted = fault->level == 0;
}

static const struct board_fault act = {.edge = edge};

const struct action fault_int_stuck = {
	.name = "int_stuck",
	.summary = "from a falling edge on, INT stands still for some time",
	.site = SITE_INT,
	.params = rows,
	.params_size = sizeof(struct int_stuck_params),
	.amount = "for",
	.act = &act,
};
