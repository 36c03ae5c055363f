/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules leave behind: another frame in place of one, and what they say that they did. */
#include <string.h>

#include "harness/proxy/rule.h"

void act_own(struct act *act, size_t length)
{
	struct frame *copy;

	if (act->owned && act->frame->length == length)
		return;
	copy = frame_resized(act->frame, length);
	copy->id = act->frame->id;
	if (act->owned)
		frame_free(act->frame);
	act->frame = copy;
	act->owned = true;
}

void *act_says(struct act *act, const struct action *action)
{
	act->applied = true;
	act->action = action;
	memset(&act->params, 0, action->params_size);
	return act->params.bytes;
}

void act_tell(struct act *act, const struct rule *rule)
{
	act->applied = true;
	act->action = rule->fault.action;
	memcpy(&act->params, &rule->fault.params, act->action->params_size);
}

void act_clear(struct act *act)
{
	act->applied = act->drop = act->consequence = act->twinned = false;
	act->hold = 0;
	act->action = NULL;
}
