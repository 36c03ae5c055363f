/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zeros behind the frame. */
#include "harness/proxy/rule.h"

/** Zeros behind the frame. */
struct pad_params {
	uint64_t to; /**< bytes */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(pad_params, to, "to", UNIT_NONE, NULL, ETHERNET_HEADER + 1, FRAME_MAX,
                           "bytes of the frame, zeros at its end; longer frames stay as they are"),
	{0},
};

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct pad_params *params = fault_params(&rule->fault);
	const size_t length = (size_t)params->to;

	(void)passage;
	if (length <= act->frame->length)
		return;
	act_own(act, length);
	act_tell(act, rule);
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_pad = {
	.name = "pad",
	.summary = "zeros behind the frame",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct pad_params),
	.act = &behaviour,
};
