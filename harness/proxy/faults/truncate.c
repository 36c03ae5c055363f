/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame loses its end. */
#include "harness/proxy/rule.h"

/** The frame loses its end; one of both, the other 0. */
struct truncate_params {
	uint64_t to, by; /**< bytes; the Ethernet header always stays */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(truncate_params, to, "to", UNIT_NONE, "0", 0, FRAME_MAX, "bytes that are left; shorter frames stay as they are"),
	PARAM_ROW_QUANTITY(truncate_params, by, "by", UNIT_NONE, "0", 0, FRAME_MAX,
                           "bytes that are lost; the Ethernet header, 14 bytes, stays"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct truncate_params *params = fault_params(fault);

	if ((params->to > 0) == (params->by > 0)) {
		*ret_key = params->to > 0 ? "by" : "truncate";
		return error_set(err, "give either the new length or the bytes to cut: 'to' or 'by'");
	}
	if (params->by > 0 || params->to >= ETHERNET_HEADER)
		return true;
	*ret_key = "to";
	return error_set(err, "a frame has at least the %u bytes of its Ethernet header", ETHERNET_HEADER);
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct truncate_params *params = fault_params(&rule->fault);
	size_t length = act->frame->length, left = params->by == 0 ? (size_t)params->to : 0;

	(void)passage;
	if (params->by > 0 && params->by < length)
		left = length - (size_t)params->by;
	if (left < ETHERNET_HEADER)
		left = ETHERNET_HEADER;
	if (left >= length)
		return;
	act_own(act, left);
	*(struct truncate_params *)act_says(act, rule->fault.action) = (struct truncate_params){.to = left};
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_truncate = {
	.name = "truncate",
	.summary = "the frame loses its end",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct truncate_params),
	.amount = "by",
	.check = check,
	.act = &behaviour,
};
