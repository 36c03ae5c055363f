/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The keys of draws: what a fault decides by chance about an event depends on the fault's stream,
 * on the event, and on the purpose of the draw, and on nothing else. So neither another fault nor
 * an event of another flow moves a decision.
 */
#ifndef FAULT_DRAW_H
#define FAULT_DRAW_H

#include "lib/base/map.h"
#include "lib/fault/event.h"
#include "lib/sim/random.h"

/** What a draw is for: one event has independent draws for each. At most 256. */
enum purpose {
	PURPOSE_PROBABILITY,
	PURPOSE_DELAY,
	PURPOSE_STATE,
	PURPOSE_LOSS,
	PURPOSE_START,
	PURPOSE_SECOND,
	PURPOSE_CHOICE,
	PURPOSE_REPEAT_PICK = 8,
	PURPOSE_REPEAT,
	/* the result before the first: PURPOSE_LAST + the purpose, up to PURPOSE_CHOICE */
	PURPOSE_LAST,
	/** up to 127: the k-th place in a frame is PURPOSE_PLACE + k */
	PURPOSE_PLACE = 64,
	PURPOSE_TWIN = 128, /**< added to all of these for a twin */
};

/** The two halves of a draw's key for this event and purpose. */
uint64_t draw_what(const struct fault_event *event);
uint64_t draw_which(const struct fault_event *event, enum purpose purpose);

/**
 * The second half of the key of a draw that is correlated, for frames within a flow and direction,
 * else within a site: of this event's own draw, or with probability @p correlation of the draw that
 * the event before it used. So every event's draw has exactly the distribution of an independent
 * one, and the correlation of two that follow each other is @p correlation, whatever that
 * distribution. (tc-netem mixes two draws, which bends the distribution.)
 * @param last The fault's memory for this purpose. @param repeat Of the draw whether it is
 * repeated.
 * @param correlation Billionths; 0: draw_which().
 */
uint64_t draw_correlated(struct random_stream stream, const struct fault_event *event, struct map *last, enum purpose purpose,
                         enum purpose repeat, uint64_t correlation);

/**
 * A draw as sch_netem's: the frame's own 32 bits, mixed with the last result in this direction.
 * Whatever frames come in between move it, as they do there.
 * @param last The fault's memory for this purpose. @param correlation Billionths.
 */
uint32_t draw_crandom(struct random_stream stream, const struct fault_event *event, struct map *last, enum purpose purpose,
                      uint64_t correlation);

#endif
