/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest time. The monotonic clock paces the agent, so that a step of the time of day changes no
 * time-out.
 */
#include "clock.h"

#include <errno.h>
#include <time.h>

#define NS_PER_S 1000000000

uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

int64_t clock_realtime_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

bool clock_step(int64_t offset_ns)
{
	const int64_t to = clock_realtime_ns() + offset_ns;
	const struct timespec time = {.tv_sec = (time_t)(to / NS_PER_S), .tv_nsec = (long)(to % NS_PER_S)};

	return clock_settime(CLOCK_REALTIME, &time) == 0;
}

void clock_sleep_ms(uint64_t ms)
{
	struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}
