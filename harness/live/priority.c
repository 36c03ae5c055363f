/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/priority.h"

#include <sched.h>

void priority_take(void)
{
	const struct sched_param least = {.sched_priority = sched_get_priority_min(SCHED_RR)};

	(void)sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &least);
}
