/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random traffic with a fixed seed against a model: the model is a queue of frames and the count of
 * bytes they take. Whether the chip keeps or loses a frame, and every byte the host reads back,
 * must be what the model says.
 */
#include <CUnit/CUnit.h>
#include <string.h>

#include "tests/chip/fixture.h"

#define QUEUE_MAX 256u
#define FRAME_MAX 400u

struct queued {
	size_t length;
	unsigned seed;
};

static struct {
	struct chip_fixture f;
	uint16_t start, end;
	unsigned size;
	struct queued queue[QUEUE_MAX];
	unsigned head, count;
	unsigned used; /* bytes from the oldest unread packet to the write pointer */
	uint16_t at;   /* the host's next-packet pointer */
	unsigned lost;
	uint32_t state;
} model;

static unsigned room_for(size_t length)
{
	return (unsigned)((6 + length + 1) & ~(size_t)1);
}

/* ERXRDPT stands one before the oldest packet, so that two bytes of the ring are never used. */
static bool fits(size_t length)
{
	return model.count < 255 && room_for(length) + model.used <= model.size - 2;
}

static void arrive(void)
{
	static uint8_t frame[FRAME_MAX];
	unsigned span = chip_random(&model.state) % 4 ? 60 : FRAME_MAX - 18;
	size_t length = 18 + chip_random(&model.state) % span;
	unsigned seed = chip_random(&model.state);

	chip_make_frame(frame, length, seed);
	chip_receive(&model.f, frame, length);
	if (!fits(length)) {
		model.lost++;
		CU_ASSERT_FATAL(chip_rcr(&model.f, ENC28J60_EIR) & EIR_RXERIF);
		chip_bfc(&model.f, ENC28J60_EIR, EIR_RXERIF);
		return;
	}
	model.queue[(model.head + model.count++) % QUEUE_MAX] = (struct queued){.length = length,
	                                                                        .seed = seed};
	model.used += room_for(length);
}

static void take(void)
{
	static uint8_t expected[FRAME_MAX], bytes[FRAME_MAX + 6];
	struct queued oldest = model.queue[model.head % QUEUE_MAX];
	uint16_t next;

	if (model.count == 0)
		return;
	chip_wcr16(&model.f, ENC28J60_ERDPTL, model.at);
	chip_rbm(&model.f, bytes, 6 + oldest.length);
	next = (uint16_t)(bytes[0] | bytes[1] << 8);
	chip_make_frame(expected, oldest.length, oldest.seed);
	CU_ASSERT_EQUAL_FATAL((size_t)bytes[2] | (size_t)bytes[3] << 8, oldest.length);
	CU_ASSERT_EQUAL_FATAL(memcmp(bytes + 6, expected, oldest.length), 0);
	chip_wcr16(&model.f, ENC28J60_ERXRDPTL,
	           next == model.start ? model.end : (uint16_t)((next - 1) & 0x1fff));
	chip_bfs(&model.f, ENC28J60_ECON2, ECON2_PKTDEC);
	model.at = next;
	model.used -= room_for(oldest.length);
	model.head = (model.head + 1) % QUEUE_MAX;
	model.count--;
}

static void play(uint16_t start, uint16_t end, uint32_t seed)
{
	memset(&model, 0, sizeof(model));
	model.start = model.at = start;
	model.end = end;
	model.size = ((unsigned)(end - start) & 0x1fff) + 1;
	model.state = seed;
	chip_fixture_init_ideal(&model.f);
	chip_open_ring(&model.f, start, end);
	for (unsigned i = 0; i < 20000; i++) {
		/* Busy and idle hours take turns, so that the ring runs full and empty. */
		unsigned busy = i / 500 % 2 ? 3 : 1;

		if (chip_random(&model.state) % 4 < busy)
			arrive();
		else
			take();
		CU_ASSERT_EQUAL_FATAL(chip_rcr(&model.f, ENC28J60_EPKTCNT), model.count);
		CU_ASSERT_EQUAL_FATAL(stutter_enc28j60_peek(&model.f.chip, ENC28J60_EIR) &
		                              EIR_PKTIF,
		                      model.count ? EIR_PKTIF : 0);
	}
	CU_ASSERT_EQUAL(chip_count_kind(&model.f, STUTTER_ENC28J60_EVENT_FINDING), 0);
	CU_ASSERT(model.lost > 100);
}

static void the_ring_holds_what_the_model_holds(void)
{
	play(0, 0x19ff, 1);
	play(0x600, 0x0fff, 2);
}

static void a_ring_across_the_end_of_memory_does_too(void)
{
	play(0x1c00, 0x03ff, 3);
}

static void the_whole_memory_may_be_the_ring(void)
{
	play(0, 0x1fff, 4);
}

const CU_TestInfo tests_traffic[] = {
	{"the ring holds what the model holds", the_ring_holds_what_the_model_holds},
	{"a ring across the end of memory does too", a_ring_across_the_end_of_memory_does_too},
	{"the whole memory may be the ring", the_whole_memory_may_be_the_ring},
	CU_TEST_INFO_NULL,
};
