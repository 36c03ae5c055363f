/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame is lost. */
#include <string.h>

#include "harness/proxy/exact.h"

struct drop_params {
	bool enabled;
};

static const struct param rows[] = {
	PARAM_ROW_BOOL(drop_params, enabled, "enabled", "true", "false disables the fault"),
	{0},
};

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct drop_params *params = fault_params(&rule->fault);

	(void)passage;
	act->applied = act->drop = params->enabled;
}

void drop_exactly(struct act *act)
{
	static const struct drop_params exact = {.enabled = true};

	memcpy(act_says(act, &fault_drop), &exact, sizeof exact);
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_drop = {
	.name = "drop",
	.summary = "the frame is lost",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct drop_params),
	.act = &behaviour,
};
