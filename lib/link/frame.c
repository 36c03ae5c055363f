/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/link/frame.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

struct frame *frame_new(const uint8_t *data, size_t length)
{
	CHECK_INT(length, <=, FRAME_MAX);
	/* Every byte is written below, so none need be cleared before. */
	struct frame *frame = memory_resize(NULL, 1, sizeof *frame + length);

	*frame = (struct frame){.length = length};
	memcpy(frame->data, data, length);
	return frame;
}

struct frame *frame_resized(const struct frame *frame, size_t length)
{
	uint8_t data[FRAME_MAX] = {0};

	CHECK_INT(length, <=, FRAME_MAX);
	memcpy(data, frame->data, frame->length < length ? frame->length : length);
	return frame_new(data, length);
}

void frame_free(struct frame *frame)
{
	free(frame);
}

const char *direction_name(enum direction direction)
{
	return direction == TO_SERVER ? "to-server" : "to-device";
}

void frame_queue_put(struct frame_queue *queue, struct frame *frame)
{
	frame->next = NULL;
	if (queue->last != NULL)
		queue->last->next = frame;
	else
		queue->first = frame;
	queue->last = frame;
	queue->count++;
}

struct frame *frame_queue_take(struct frame_queue *queue)
{
	struct frame *frame = queue->first;

	if (frame == NULL)
		return NULL;
	queue->first = frame->next;
	if (queue->first == NULL)
		queue->last = NULL;
	queue->count--;
	frame->next = NULL;
	return frame;
}

void frame_queue_clear(struct frame_queue *queue)
{
	struct frame *frame;

	while ((frame = frame_queue_take(queue)) != NULL)
		frame_free(frame);
}
