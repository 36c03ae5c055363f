/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frame comes several times. */
#include "harness/proxy/twin.h"

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(duplicate_params, copies, "copies", UNIT_NONE, "1", 1, 1000, "number of copies, besides the frame itself"),
	PARAM_ROW_QUANTITY(duplicate_params, between_ns, "delay", UNIT_DURATION, "0ns", 0, FAULT_TIME_MAX,
                           "time from the frame to its first copy, and from copy to copy"),
	PARAM_ROW_CUSTOM(duplicate_params, flips, "flips", &flips_codec, "", "bits that are inverted in the copies, as those of corrupt"),
	{0},
};

static bool check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct duplicate_params *params = fault_params(fault);

	if (fault->match.netem_exact && (params->copies != 1 || params->between_ns > 0 || params->flips.count > 0)) {
		*ret_key = params->copies != 1 ? "copies" : params->between_ns > 0 ? "delay" : "flips";
		return error_set(err, "'netem_exact' makes one copy, which the faults after this one change");
	}

	if (params->between_ns <= FAULT_TIME_MAX / params->copies)
		return true;
	*ret_key = "delay";
	return error_set(err, "the last of the copies would come later than the maximum of 365d");
}

static struct frame *copy_of(const struct frame *frame, const struct flips *flips)
{
	struct frame *copy = frame_new(frame->data, frame->length);

	for (size_t i = 0; i < flips->count && flips->list[i].offset < copy->length; i++)
		copy->data[flips->list[i].offset] ^= flips->list[i].mask;
	return copy;
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct duplicate_params *params = fault_params(&rule->fault);

	/* The chain makes this copy, when it knows what becomes of it. */
	act->twinned = rule->fault.match.netem_exact;
	for (uint64_t i = 1; i <= params->copies && !act->twinned; i++)
		passage_emit(passage, rule, copy_of(act->frame, &params->flips), passage->event.direction,
		             act->release + i * params->between_ns);
	act_tell(act, rule);
}

static const struct behaviour behaviour = {.apply = apply, .copies = true};

const struct action fault_duplicate = {
	.name = "duplicate",
	.summary = "the frame comes once more, or several times",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct duplicate_params),
	.amount = "copies",
	.is_netems = true,
	.check = check,
	.act = &behaviour,
};
