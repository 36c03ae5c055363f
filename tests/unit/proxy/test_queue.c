/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/proxy/queue.h"

#include <stdlib.h>
#include <string.h>

#include "lib/sim/random.h"
#include "tests/test.h"

#define ITEMS 5000U

static struct frame *numbered(uint64_t number)
{
	uint8_t data[60] = {0};
	struct frame *frame = frame_new(data, sizeof data);

	frame->id = number;
	return frame;
}

static void an_empty_queue_has_no_next(void)
{
	struct queue queue = {0};

	CU_ASSERT_EQUAL(queue_next(&queue), SIM_NEVER);
	queue_close(&queue);
}

/*
 * Puts and takes in turns, with times that often coincide, against a list that is searched from end
 * to end.
 */
static void items_come_by_time_and_then_by_arrival(void)
{
	static struct {
		sim_ns at;
		bool in;
	} list[ITEMS];
	const struct random_stream stream = random_stream(1, "queue");
	struct queue queue = {0};
	sim_ns now = 0;
	size_t put = 0, taken = 0;

	while (taken < ITEMS) {
		bool more = put < ITEMS && (queue.count == 0 || random_below(stream, put, taken, 3) > 0);
		if (more) {
			list[put].at = now + (random_below(stream, put, 0, 4) << random_below(stream, put, 1, 40));
			list[put].in = true;
			queue_put(&queue, numbered(put), put % 2 ? TO_SERVER : TO_DEVICE, list[put].at);
			put++;
			continue;
		}
		size_t first = ITEMS;
		for (size_t i = 0; i < put; i++)
			if (list[i].in && (first == ITEMS || list[i].at < list[first].at))
				first = i;
		CU_ASSERT_EQUAL_FATAL(queue_next(&queue), list[first].at);
		struct queue_item item = queue_take(&queue);
		CU_ASSERT_EQUAL_FATAL(item.frame->id, first);
		CU_ASSERT_EQUAL(item.at, list[first].at);
		CU_ASSERT_EQUAL(item.direction, first % 2 ? TO_SERVER : TO_DEVICE);
		frame_free(item.frame);
		list[first].in = false;
		now = item.at;
		taken++;
	}
	CU_ASSERT_EQUAL(queue.count, 0);
	queue_close(&queue);
}

static void what_is_left_is_released(void)
{
	struct queue queue = {0};

	for (uint64_t i = 0; i < 100; i++)
		queue_put(&queue, numbered(i), TO_SERVER, i * 1000);
	struct queue_item item = queue_take(&queue);
	frame_free(item.frame);
	queue_close(&queue);
	CU_ASSERT_EQUAL(queue_next(&queue), SIM_NEVER);
}

const CU_TestInfo tests_queue[] = {
	{"an empty queue has no next", an_empty_queue_has_no_next},
	{"items come by time and then by arrival", items_come_by_time_and_then_by_arrival},
	{"what is left is released", what_is_left_is_released},
	CU_TEST_INFO_NULL,
};
