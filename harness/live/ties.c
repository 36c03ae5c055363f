/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/ties.h"

#include <sys/timerfd.h>
#include <time.h>

#include "lib/base/check.h"

void ties_catch_up(const struct service_ties *ties, struct sim *sim)
{
	const sim_ns now = ties->now(ties->ctx);

	if (now > sim->now)
		sim_run_until(sim, now);
}

void ties_set_timer(int timer, const struct sim *sim, bool waits)
{
	const sim_ns next = sim_next(sim);
	struct itimerspec when = {.it_interval = {0}, .it_value = {0}};
	sim_ns wait = next > sim->now ? next - sim->now : 0;

	if (waits || wait == 0)
		wait = 1;
	else if (next == SIM_NEVER)
		wait = 0;
	when.it_value.tv_sec = (time_t)(wait / SIM_S);
	when.it_value.tv_nsec = (long)(wait % SIM_S);
	CHECK(timerfd_settime(timer, 0, &when, NULL) == 0);
}
