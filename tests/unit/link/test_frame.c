/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/link/frame.h"

#include <string.h>

#include "tests/test.h"

static void a_frame_is_a_copy(void)
{
	uint8_t data[] = {1, 2, 3};
	struct frame *frame = frame_new(data, sizeof data);

	data[0] = 9;
	CU_ASSERT_EQUAL(frame->length, 3);
	CU_ASSERT_EQUAL(frame->id, 0);
	CU_ASSERT(memcmp(frame->data, "\1\2\3", 3) == 0);
	CU_ASSERT(frame_bytes(frame).data == frame->data && frame_bytes(frame).length == 3);
	frame_free(frame);
	frame_free(NULL);
}

static void the_largest_and_the_empty_frame(void)
{
	static const uint8_t data[FRAME_MAX] = {[FRAME_MAX - 1] = 7};
	struct frame *largest = frame_new(data, FRAME_MAX), *empty = frame_new(data, 0);

	CU_ASSERT_EQUAL(largest->data[FRAME_MAX - 1], 7);
	CU_ASSERT_EQUAL(empty->length, 0);
	frame_free(largest);
	frame_free(empty);
}

static void a_queue_gives_back_in_order(void)
{
	struct frame_queue queue = {0};

	CU_ASSERT_PTR_NULL(frame_queue_take(&queue));
	for (uint8_t round = 0; round < 3; round++) {
		for (uint8_t i = 0; i < 5; i++)
			frame_queue_put(&queue, frame_new(&i, 1));
		CU_ASSERT_EQUAL(queue.count, 5);
		for (uint8_t i = 0; i < 5; i++) {
			struct frame *frame = frame_queue_take(&queue);
			CU_ASSERT_FATAL(frame != NULL);
			CU_ASSERT_EQUAL(frame->data[0], i);
			CU_ASSERT_PTR_NULL(frame->next);
			frame_free(frame);
		}
		CU_ASSERT_EQUAL(queue.count, 0);
		CU_ASSERT_PTR_NULL(frame_queue_take(&queue));
	}
}

static void a_cleared_queue_can_be_used_again(void)
{
	struct frame_queue queue = {0};
	const uint8_t byte = 4;

	for (unsigned i = 0; i < 3; i++)
		frame_queue_put(&queue, frame_new(&byte, 1));
	frame_queue_clear(&queue);
	CU_ASSERT(queue.count == 0 && queue.first == NULL && queue.last == NULL);
	frame_queue_put(&queue, frame_new(&byte, 1));
	CU_ASSERT_EQUAL(queue.count, 1);
	frame_queue_clear(&queue);
}

static void directions_have_names(void)
{
	CU_ASSERT_STRING_EQUAL(direction_name(TO_SERVER), "to-server");
	CU_ASSERT_STRING_EQUAL(direction_name(TO_DEVICE), "to-device");
}

const CU_TestInfo tests_link_frame[] = {
	{"a frame is a copy", a_frame_is_a_copy},
	{"the largest and the empty frame", the_largest_and_the_empty_frame},
	{"a queue gives back in order", a_queue_gives_back_in_order},
	{"a cleared queue can be used again", a_cleared_queue_can_be_used_again},
	{"directions have names", directions_have_names},
	CU_TEST_INFO_NULL,
};
