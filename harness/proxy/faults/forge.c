/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Somebody on the way speaks in the name of an end. */
#include "harness/proxy/exact.h"
#include "harness/proxy/forged.h"

/* In the order of enum forged. */
static const char *const forge_kinds[] = {"rst", "fin", "unreachable_net", "unreachable_host", "unreachable_port", "ttl", NULL};
static const char *const forge_ends[] = {"sender", "receiver", "both", NULL};
enum { FORGE_TO_SENDER, FORGE_TO_RECEIVER, FORGE_TO_BOTH };

/** Somebody on the way answers in the name of an end. */
struct forge_params {
	unsigned what; /**< FORGE_RST and so on */
	unsigned to;   /**< FORGE_TO_SENDER, FORGE_TO_RECEIVER or FORGE_TO_BOTH */
	bool drop;     /**< the frame that is hit is lost */
};

static const struct param rows[] = {
	PARAM_ROW_CHOICE(forge_params, what, "what", forge_kinds, NULL,
                         "kind of frame: a TCP segment, or an ICMP error about the frame that is hit"),
	PARAM_ROW_CHOICE(forge_params, to, "to", forge_ends, "sender", "receiver; the sender is the other end"),
	PARAM_ROW_BOOL(forge_params, drop, "drop", "true", "true drops the frame that is hit"),
	{0},
};

static enum direction other(enum direction direction)
{
	return direction == TO_SERVER ? TO_DEVICE : TO_SERVER;
}

static bool tell_sender(const struct rule *rule, const struct passage *passage, const struct act *act)
{
	const struct forge_params *params = fault_params(&rule->fault);
	struct frame *answer = forged_answer(frame_bytes(act->frame), (enum forged)params->what, 0);

	if (answer == NULL)
		return false;
	passage_emit(passage, rule, answer, other(passage->event.direction), act->release);
	return true;
}

/* What the receiver gets comes right behind the frame that is hit, if that goes on. */
static bool tell_receiver(const struct rule *rule, const struct passage *passage, const struct act *act)
{
	const struct forge_params *params = fault_params(&rule->fault);
	struct frame *mirror = forged_mirror(frame_bytes(act->frame), !params->drop);
	struct frame *answer = mirror != NULL ? forged_answer(frame_bytes(mirror), (enum forged)params->what, 0) : NULL;

	frame_free(mirror);
	if (answer == NULL)
		return false;
	passage_emit(passage, rule, answer, passage->event.direction, act->release + !params->drop);
	return true;
}

static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct forge_params *params = fault_params(&rule->fault);
	bool told = params->to != FORGE_TO_RECEIVER && tell_sender(rule, passage, act);

	told |= params->to != FORGE_TO_SENDER && tell_receiver(rule, passage, act);
	if (!told)
		return;
	act_tell(act, rule);
	act->drop = params->drop;
}

void reset_exactly(struct act *act)
{
	*(struct forge_params *)act_says(act, &fault_forge) = (struct forge_params){FORGED_RST, FORGE_TO_SENDER, true};
}

static const struct behaviour behaviour = {.apply = apply};

const struct action fault_forge = {
	.name = "forge",
	.summary = "somebody on the way ends the conversation in the name of the other end",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct forge_params),
	.act = &behaviour,
};
