/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "proxy/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"

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

static struct queue_bucket *bucket_of(struct queue *queue, sim_ns at)
{
	return &queue->buckets[at == queue->last ? 0 : 64 - __builtin_clzll(at ^ queue->last)];
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
	append(bucket_of(queue, at), (struct queue_item){at, frame, direction});
	queue->count++;
}

static struct queue_bucket *first_bucket(struct queue *queue)
{
	struct queue_bucket *bucket = queue->buckets;

	while (bucket->count == 0)
		bucket++;
	return bucket;
}

sim_ns queue_next(const struct queue *queue)
{
	if (queue->count == 0)
		return SIM_NEVER;
	for (const struct queue_bucket *bucket = queue->buckets;; bucket++)
		if (bucket->count > 0)
			return bucket->least;
}

/* The frame's head and the first of its bytes: two lines of a cache. */
static void prefetch(const struct frame *frame)
{
	__builtin_prefetch(frame);
	__builtin_prefetch(frame->data + 40);
}

/* Its items differ in fewer bits from its first than they did from the last taken before: all go to lower buckets, in their order. */
static void spread(struct queue *queue, struct queue_bucket *bucket)
{
	queue->last = bucket->least;
	for (size_t i = 0; i < bucket->count; i++) {
		struct queue_item item = bucket->items[bucket->first + i];
		/* What is soon to leave was last touched when it came, long ago as a cache goes. */
		if (bucket->count <= SOON)
			prefetch(item.frame);
		append(bucket_of(queue, item.at), item);
	}
	bucket->first = bucket->count = 0;
}

struct queue_item queue_take(struct queue *queue)
{
	struct queue_bucket *bucket = first_bucket(queue), *now = &queue->buckets[0];

	if (bucket != now)
		spread(queue, bucket);
	struct queue_item item = now->items[now->first++];
	if (--now->count == 0)
		now->first = 0;
	queue->count--;
	return item;
}
