/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/backlog.h"

#include <stdlib.h>

#include "lib/base/memory.h"

void backlog_open(struct backlog *backlog, uint64_t room)
{
	backlog->room = (size_t)room;
	backlog->leaves = memory_new(backlog->room * sizeof *backlog->leaves);
}

void backlog_close(struct backlog *backlog)
{
	free(backlog->leaves);
}

void backlog_clear(struct backlog *backlog, sim_ns now)
{
	for (; backlog->count > 0 && backlog->leaves[backlog->first] <= now; backlog->count--)
		backlog->first = (backlog->first + 1) % backlog->room;
}

void backlog_pass(struct backlog *backlog, struct act *act, sim_ns served, sim_ns leaves)
{
	backlog->leaves[(backlog->first + backlog->count++) % backlog->room] = served;
	backlog->last = served;
	act->applied = leaves != act->release;
	act->release = leaves;
}
