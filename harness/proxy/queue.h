/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Frames that wait for their time: first by time, then by arrival.
 *
 * A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan, Journal of the ACM 37, 1990): nothing may be put in
 * for a time before that of the last frame taken out, which a queue of the future never asks for.
 * Frames move from bucket to bucket in their order and side by side in memory, so a million of them
 * cost little more apiece than a few do. A bit a bucket says where to look for the first of them.
 */
#ifndef PROXY_QUEUE_H
#define PROXY_QUEUE_H

#include "lib/link/frame.h"
#include "lib/sim/sim.h"

struct queue_item {
	sim_ns at;
	struct frame *frame;
	enum direction direction;
};

struct queue_bucket {
	struct queue_item *items;
	size_t first, count, room; /* items[first .. first + count] are in it */
	sim_ns least;
};

/** All zero is empty. */
struct queue {
	sim_ns last; /* of the last item taken out */
	size_t count;
	uint64_t filled; /* bit k: there is something in bucket k + 1 */
	/* by the highest bit in which an item's time differs from last; 0: in none */
	struct queue_bucket buckets[65];
};

/** Releases the frames inside. */
void queue_close(struct queue *queue);

/** @param at Not before that of the last item that was taken. */
void queue_put(struct queue *queue, struct frame *frame, enum direction direction, sim_ns at);

/** The time of the first item, or SIM_NEVER. */
sim_ns queue_next(const struct queue *queue);

/** Takes the first item, which must be there. */
struct queue_item queue_take(struct queue *queue);

#endif
