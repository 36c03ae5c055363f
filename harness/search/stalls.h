/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Stretches of a session in which a conversation lost all that one end sent: what thousands of
 * losses and delays on a bad link often come down to.
 *
 * Each can be said as an outage that begins at a frame of that conversation. That hangs on few
 * ordinals: without the losses and delays of before there are no retransmissions to count, and
 * other frames come at other times, but the n-th frame of data of the third download still comes,
 * if n is small enough.
 */
#ifndef SEARCH_STALLS_H
#define SEARCH_STALLS_H

#include "lib/fault/decision.h"

/** A stretch is as long as this, or it is none. */
#define STALL_NS SIM_S

struct stall {
	/** where an outage in its place begins: a frame with data, or the first that was lost */
	struct address at;
	unsigned direction;
	sim_ns begun;
	uint64_t for_ns; /**< until its last loss */
	size_t losses;
};

/**
 * Finds them, in the order of time.
 * @param decisions Of a session, in the order of time.
 * @param ret_stalls To be released with free().
 * @return how many.
 */
size_t stalls_find(const struct decisions *decisions, struct stall **ret_stalls);

/** An outage in its place. @param halvings So often the ordinal at which it begins is halved. */
void stall_outage(const struct stall *stall, unsigned halvings, struct decision *ret_decision);

#endif
