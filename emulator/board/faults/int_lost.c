/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The processor misses an edge. */
#include "emulator/board/fault.h"

static void edge(const void *params, sim_ns now, struct int_line *line)
{
	(void)params;
	(void)now;
	line->edge_hidden = true;
}

static const struct board_fault act = {.edge = edge};

const struct action fault_int_lost = {
	.name = "int_lost",
	.summary = "the processor misses a falling edge of INT",
	.site = SITE_INT,
	.params = plain_params,
	.params_size = sizeof(struct plain_params),
	.act = &act,
};
