/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How Linux' net/sched/sch_netem.c draws: 32 bits, of which a correlated draw is mixed with the
 * result before it in fixed point, and is not spread evenly any more. What a correlation makes of a
 * probability, and of a delay, follows from that.
 *
 * Plain arithmetic: where the even 32 bits come from is the caller's business.
 */
#ifndef FAULT_CRANDOM_H
#define FAULT_CRANDOM_H

#include <stdbool.h>
#include <stdint.h>

/** Half the range of a delay that netem can spread: what is beyond is cut to it. */
#define CRANDOM_JITTER_MAX INT32_MAX

/**
 * @return a probability or correlation as tc(8) gives it to the kernel. @param billionths At most
 * UNIT_PROBABILITY_ONE.
 */
uint32_t crandom_share(uint64_t billionths);

/**
 * @param drawn Even.
 * @param last The result before; set to this one.
 * @param correlation As crandom_share() has it; 0: @p drawn is the result, and @p last stays.
 */
uint32_t crandom_mix(uint32_t drawn, uint32_t *last, uint32_t correlation);

/** Whether something of this probability happens at this result. */
static inline bool crandom_hits(uint64_t billionths, uint32_t result)
{
	return billionths > 0 && crandom_share(billionths) >= result;
}

/**
 * How often that is in the long run if results are correlated, in billionths: the share of 2^21
 * results, drawn the same way at every call. So one in a million is seen; rarer is 0.
 */
uint64_t crandom_rate(uint64_t probability, uint64_t correlation);

#endif
