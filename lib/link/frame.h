/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An Ethernet frame between the chip and the far end: destination address to the last byte of
 * payload, without preamble and FCS.
 *
 * A frame has one owner; handing it over hands over the duty to release it.
 */
#ifndef LINK_FRAME_H
#define LINK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

/** The largest frame without FCS: what the chip's buffer could hold at most. */
#define FRAME_MAX 8192U
/**
 * The smallest frame without FCS (IEEE 802.3 3.2.8); shorter ones are padded by whoever sends them.
 */
#define FRAME_MIN 60U
#define FRAME_FCS 4U
/** Both addresses and the type, without VLAN tags. */
#define ETHERNET_HEADER 14U

enum direction {
	TO_SERVER,
	TO_DEVICE,
};

struct frame {
	uint64_t id;        /**< from 1, in the order in which frames came to the proxy; 0 before */
	struct frame *next; /**< for whoever queues it */
	size_t length;
	uint8_t data[];
};

/** @return a new frame with a copy of @p length bytes of @p data; @p length at most FRAME_MAX. */
struct frame *frame_new(const uint8_t *data, size_t length);

/**
 * @return a copy of @p frame, cut to @p length or filled with zeros; @p length at most FRAME_MAX.
 */
struct frame *frame_resized(const struct frame *frame, size_t length);

/** Releases a frame; NULL is fine. */
void frame_free(struct frame *frame);

static inline struct bytes frame_bytes(const struct frame *frame)
{
	return bytes_of(frame->data, frame->length);
}

/** "to-server" or "to-device". */
const char *direction_name(enum direction direction);

/** A queue of frames in order. */
struct frame_queue {
	struct frame *first, *last;
	size_t count;
};

/** Takes the frame over. */
void frame_queue_put(struct frame_queue *queue, struct frame *frame);
/** @return the oldest frame, or NULL. */
struct frame *frame_queue_take(struct frame_queue *queue);
/** Releases all. */
void frame_queue_clear(struct frame_queue *queue);

#endif
