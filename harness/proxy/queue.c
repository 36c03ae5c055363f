/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

#define BUCKETS 65U
/* A bucket of so few items leaves next. */
#define SOON 64U

void queue_close(struct queue *queue)
{
	for (unsigned i = 0; i < BUCKETS; i++) {
		struct queue_bucket *bucket = &queue->buckets[i];
		for (size_t k = 0; k < bucket->count; k++)
			frame_free(bucket->items[bucket->first + k].frame);
		free(bucket->items);
	}
	memset(queue, 0, sizeof *queue);
}

/* By the highest bit in which the time differs from that of the last taken. */
static unsigned place_of(const struct queue *queue, sim_ns at)
{
	return at == queue->last ? 0 : 64U - (unsigned)__builtin_clzll(at ^ queue->last);
}

/* The bucket's bit in filled; the first bucket has none. */
static uint64_t bit_of(unsigned place)
{
	return place == 0 ? 0 : UINT64_C(1) << (place - 1);
}

static void append(struct queue_bucket *bucket, struct queue_item item)
{
	if (bucket->first + bucket->count == bucket->room) {
		bucket->room = bucket->room > 0 ? bucket->room * 2 : 64;
		bucket->items = memory_resize(bucket->items, bucket->room, sizeof *bucket->items);
	}
	if (bucket->count == 0 || item.at < bucket->least)
		bucket->least = item.at;
	bucket->items[bucket->first + bucket->count++] = item;
}

void queue_put(struct queue *queue, struct frame *frame, enum direction direction, sim_ns at)
{
	CHECK_INT(at, >=, queue->last);
	unsigned place = place_of(queue, at);
	append(&queue->buckets[place], (struct queue_item){at, frame, direction});
	queue->filled |= bit_of(place);
	queue->count++;
}

/* The first bucket with something in it, which must be there. */
static unsigned first_place(const struct queue *queue)
{
	return queue->buckets[0].count > 0 ? 0 : 1U + (unsigned)__builtin_ctzll(queue->filled);
}

sim_ns queue_next(const struct queue *queue)
{
	return queue->count == 0 ? SIM_NEVER : queue->buckets[first_place(queue)].least;
}

/* The frame's head and the first of its bytes: two lines of a cache. */
static void prefetch(const struct frame *frame)
{
	__builtin_prefetch(frame);
	__builtin_prefetch(frame->data + 40);
}

/*
 * Its items differ in fewer bits from its first than they did from the last taken before: all go to
 * lower buckets, in their order.
 */
static void spread(struct queue *queue, struct queue_bucket *bucket)
{
	uint64_t filled = queue->filled;

	queue->last = bucket->least;
	for (size_t i = 0; i < bucket->count; i++) {
		struct queue_item item = bucket->items[bucket->first + i];
		/* What is soon to leave was last touched when it came, long ago as a cache goes. */
		if (bucket->count <= SOON)
			prefetch(item.frame);
		unsigned place = place_of(queue, item.at);
		append(&queue->buckets[place], item);
		filled |= bit_of(place);
	}
	queue->filled = filled;
	bucket->first = bucket->count = 0;
}

struct queue_item queue_take(struct queue *queue)
{
	unsigned place = first_place(queue);
	struct queue_bucket *bucket = &queue->buckets[place];

	queue->filled &= ~bit_of(place);
	if (place > 0 && bucket->count > 1) {
		spread(queue, bucket);
		bucket = &queue->buckets[0];
	}
	/* Here all have the same time, if there is more than one. */
	struct queue_item item = bucket->items[bucket->first++];
	if (--bucket->count == 0)
		bucket->first = 0;
	queue->last = item.at;
	queue->count--;
	return item;
}
