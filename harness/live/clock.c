/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/clock.h"

#include <stdbool.h>

#include "lib/sim/sim.h"

#define AGE_MAX_NS (10 * SIM_S)
/*
 * The two clocks are read one after the other, and drift apart: adjtimex(2) slews by at most 500
 * ppm.
 */
#define SET_LEAST_NS SIM_MS
#define DRIFT_DIVISOR 1000

uint64_t clock_now_ns(clockid_t which)
{
	struct timespec now;

	(void)clock_gettime(which, &now);
	return (uint64_t)now.tv_sec * SIM_S + (uint64_t)now.tv_nsec;
}

static bool was_set(const struct stamp_clock *clock, uint64_t ahead_ns, uint64_t monotonic_ns)
{
	const uint64_t moved_ns = ahead_ns > clock->ahead_ns ? ahead_ns - clock->ahead_ns : clock->ahead_ns - ahead_ns;

	return clock->looked_ns != 0 && moved_ns > SET_LEAST_NS + (monotonic_ns - clock->looked_ns) / DRIFT_DIVISOR;
}

uint64_t clock_age_ns(struct stamp_clock *clock, uint64_t stamp_ns, uint64_t real_ns, uint64_t monotonic_ns)
{
	const uint64_t ahead_ns = real_ns > monotonic_ns ? real_ns - monotonic_ns : 0;

	if (was_set(clock, ahead_ns, monotonic_ns))
		clock->set_ns = real_ns;
	clock->ahead_ns = ahead_ns;
	clock->looked_ns = monotonic_ns;
	if (stamp_ns < clock->set_ns || stamp_ns >= real_ns || real_ns - stamp_ns >= AGE_MAX_NS)
		return 0;
	return real_ns - stamp_ns;
}
