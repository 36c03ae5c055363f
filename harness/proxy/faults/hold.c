/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame waits for others to overtake it. */
#include "harness/proxy/rule.h"

/** The frame waits for others to overtake it. */
struct hold_params {
	uint64_t frames;
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(hold_params, frames, "frames", UNIT_NONE, NULL, 1, 1000000,
                           "number of frames of its direction that must come before it leaves"),
	{0},
};

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct hold_params *params = fault_params(&rule->fault);

	(void)passage;
	act->hold = params->frames;
	act_tell(act, rule);
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_hold = {
	.name = "hold",
	.summary = "the frame waits until others of its direction have overtaken it",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct hold_params),
	.amount = "frames",
	.act = &behaviour,
};
