/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Somebody on the way speaks in the name of an end.
 */
#include "proxy/forged.h"
#include "proxy/rule.h"

static enum direction other(enum direction direction)
{
	return direction == TO_SERVER ? TO_DEVICE : TO_SERVER;
}

static bool tell_sender(const struct rule *rule, const struct passage *passage, const struct act *act)
{
	struct frame *answer = forged_answer(frame_bytes(act->frame), (enum forged)rule->fault.params.forge.what, 0);

	if (answer == NULL)
		return false;
	passage_emit(passage, rule, answer, other(passage->direction), act->release);
	return true;
}

/* What the receiver gets comes right behind the frame that is hit, if that goes on. */
static bool tell_receiver(const struct rule *rule, const struct passage *passage, const struct act *act)
{
	const struct forge_params *params = &rule->fault.params.forge;
	struct frame *mirror = forged_mirror(frame_bytes(act->frame), !params->drop);
	struct frame *answer = mirror != NULL ? forged_answer(frame_bytes(mirror), (enum forged)params->what, 0) : NULL;

	frame_free(mirror);
	if (answer == NULL)
		return false;
	passage_emit(passage, rule, answer, passage->direction, act->release + !params->drop);
	return true;
}

static void apply_forge(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct forge_params *params = &rule->fault.params.forge;
	bool told = params->to != FORGE_TO_RECEIVER && tell_sender(rule, passage, act);

	told |= params->to != FORGE_TO_SENDER && tell_receiver(rule, passage, act);
	if (!told)
		return;
	act_tell(act, rule);
	act->drop = params->drop;
}

const struct behaviour behaviour_forge = {.apply = apply_forge};
