/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Something on the cable that the MAC takes for collisions. */
#include "emulator/board/fault.h"

struct collision_params {
	uint64_t times; /**< attempts of this frame */
	uint64_t after; /**< bytes of each, preamble included */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(collision_params, times, "times", UNIT_NONE, "1", 1, 64, "attempts of the frame; 16 make excessive collisions"),
	PARAM_ROW_QUANTITY(collision_params, after, "after", UNIT_NONE, "20", 0, 1600,
                           "bytes of each, preamble included; from 64 on it is late"),
	{0},
};

static void misbehave(const void *params, void *effect, struct medium_effect *medium)
{
	const struct collision_params *fault = params;

	(void)effect;
	*medium = (struct medium_effect){(unsigned)fault->times, (unsigned)fault->after};
}

static const struct board_fault act = {.nic = misbehave};

const struct action fault_collision = {
	.name = "collision",
	.summary = "a transmission collides with something on the cable (half duplex)",
	.site = SITE_TX,
	.nic = "enc28j60",
	.params = rows,
	.params_size = sizeof(struct collision_params),
	.amount = "times",
	.duplex = ACTION_HALF_DUPLEX,
	.act = &act,
};
