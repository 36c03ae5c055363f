/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Guest time: reading it, waiting, stepping the time of day.
 */
#ifndef AGENT_CLOCK_H
#define AGENT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/** Time since boot, in milliseconds. */
uint64_t clock_ms(void);

/** Time of day, in nanoseconds since 1970. */
int64_t clock_realtime_ns(void);

/** Steps the time of day by @p offset_ns. @return false if the kernel refuses. */
bool clock_step(int64_t offset_ns);

void clock_sleep_ms(uint64_t ms);

#endif
