/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/decision.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

void decisions_add(struct decisions *decisions, const struct decision *decision)
{
	if (decisions->count == decisions->room) {
		decisions->room = decisions->room > 0 ? decisions->room * 2 : 64;
		decisions->list = memory_resize(decisions->list, decisions->room, sizeof *decisions->list);
	}
	decisions->list[decisions->count++] = *decision;
}

void decisions_amend(struct decisions *decisions, uint64_t place, sim_ns time, const struct action_params *params)
{
	for (size_t i = decisions->count; i > 0 && decisions->list[i - 1].time >= time; i--)
		if (decisions->list[i - 1].place == place && decisions->list[i - 1].time == time) {
			decisions->list[i - 1].params = *params;
			return;
		}
}

void decisions_close(struct decisions *decisions)
{
	free(decisions->list);
	memset(decisions, 0, sizeof *decisions);
}
