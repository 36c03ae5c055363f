/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/delivery.h"

#include <string.h>

#include "lib/link/frame.h"
#include "tests/test.h"

#define SERVER 0xc0000201U /* 192.0.2.1 */
#define DEVICE 0xc0000264U

static struct delivery delivery;
static uint64_t image, other;

static void expect(uint16_t remote_port, uint32_t sequence, uint32_t length, uint64_t *bytes)
{
	delivery_expect(&delivery, &(struct delivery_stretch){{SERVER, 80, remote_port}, sequence, length, bytes});
}

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

/* The head of an IP datagram of the server; the rest of the frame is zero. */
static uint8_t *begin_frame(uint16_t length)
{
	static uint8_t frame[1600];

	memset(frame, 0, sizeof frame);
	put(frame + 12, 0x0800, 2);
	frame[14] = 0x45;
	put(frame + 16, 20U + length, 2);
	frame[22] = 64;
	frame[23] = 6;
	put(frame + 26, SERVER, 4);
	put(frame + 30, DEVICE, 4);
	return frame;
}

static void put_segment(uint8_t *frame, uint16_t remote_port, uint32_t sequence)
{
	put(frame + 34, 80, 2);
	put(frame + 36, remote_port, 2);
	put(frame + 38, sequence, 4);
	frame[46] = 5 << 4;
	frame[47] = 0x10;
}

/* A TCP segment of the server. */
static void see(uint16_t remote_port, uint32_t sequence, uint16_t length)
{
	uint8_t *frame = begin_frame((uint16_t)(20 + length));

	put_segment(frame, remote_port, sequence);
	delivery_see(&delivery, bytes_of(frame, 54U + length));
}

/* The same in two fragments. */
static void see_fragments(uint16_t remote_port, uint32_t sequence, uint16_t length, uint16_t id)
{
	const uint16_t first = 552, rest = (uint16_t)(20 + length - first);
	uint8_t *frame = begin_frame(first);

	put(frame + 18, id, 2);
	frame[20] = 0x20;
	put_segment(frame, remote_port, sequence);
	delivery_see(&delivery, bytes_of(frame, 34U + first));
	frame = begin_frame(rest);
	put(frame + 18, id, 2);
	put(frame + 20, first / 8, 2);
	delivery_see(&delivery, bytes_of(frame, 34U + rest));
}

static void begin(void)
{
	delivery_close(&delivery);
	image = other = 0;
}

static void what_goes_over_the_cable_counts_as_often_as_it_goes(void)
{
	begin();
	expect(1000, 100, 50, &image);
	expect(1000, 150, 950, &image);
	CU_ASSERT_EQUAL(delivery.count, 1);
	CU_ASSERT_EQUAL(image, 0);
	see(1000, 100, 500);
	CU_ASSERT_EQUAL(image, 500);
	see(1000, 100, 500);
	CU_ASSERT_EQUAL(image, 1000);
	see(1000, 600, 500);
	CU_ASSERT_EQUAL(image, 1500);
	see(1000, 600, 0);
	CU_ASSERT_EQUAL(image, 1500);
}

/* Heads of answers, other connections, what lies before and behind. */
static void only_bytes_of_the_image_count(void)
{
	begin();
	expect(1000, 100, 1000, &image);
	expect(1001, 100, 1000, &other);
	see(1000, 0, 150);
	CU_ASSERT_EQUAL(image, 50);
	see(1000, 1050, 100);
	CU_ASSERT_EQUAL(image, 100);
	see(1000, 1100, 100);
	see(1002, 200, 100);
	CU_ASSERT_EQUAL(image, 100);
	CU_ASSERT_EQUAL(other, 0);
	see(1001, 200, 100);
	CU_ASSERT(image == 100 && other == 100);
}

static void sequence_numbers_wrap_around(void)
{
	begin();
	expect(1000, 0xffffff00U, 0x200, &image);
	see(1000, 0xfffffff0U, 0x20);
	CU_ASSERT_EQUAL(image, 0x20);
	see(1000, 0x80, 0x100);
	CU_ASSERT_EQUAL(image, 0xa0);
}

static void a_frame_may_hold_the_end_of_one_stretch_and_the_start_of_the_next(void)
{
	begin();
	expect(1000, 100, 100, &image);
	expect(1000, 250, 100, &image);
	CU_ASSERT_EQUAL(delivery.count, 2);
	see(1000, 150, 150);
	CU_ASSERT_EQUAL(image, 100);
}

static void a_port_that_is_used_again_is_of_its_last_connection(void)
{
	begin();
	expect(1000, 100, 1000, &image);
	expect(1000, 500, 1000, &other);
	see(1000, 600, 100);
	CU_ASSERT(image == 0 && other == 100);
}

/*
 * RFC 791 3.2: 552 bytes of the segment in the first fragment, the rest in the second; the first
 * datagram's comes late.
 */
static void fragments_count_as_the_segment_that_they_are_of(void)
{
	begin();
	expect(1000, 100, 5000, &image);
	see_fragments(1000, 100, 1000, 7);
	CU_ASSERT_EQUAL(image, 1000);
	see_fragments(1000, 1100, 1000, 8);
	CU_ASSERT_EQUAL(image, 2000);
}

static void other_traffic_does_not_count(void)
{
	static const uint8_t noise[64] = {1, 2, 3};

	begin();
	expect(1000, 0, 1000, &image);
	for (size_t length = 0; length < sizeof noise; length++)
		delivery_see(&delivery, bytes_of(noise, length));
	CU_ASSERT_EQUAL(image, 0);
	delivery_close(&delivery);
}

const CU_TestInfo tests_delivery[] = {
	{"what goes over the cable counts as often as it goes", what_goes_over_the_cable_counts_as_often_as_it_goes},
	{"only bytes of the image count", only_bytes_of_the_image_count},
	{"sequence numbers wrap around", sequence_numbers_wrap_around},
	{"a frame may hold the end of one stretch and the start of the next",
         a_frame_may_hold_the_end_of_one_stretch_and_the_start_of_the_next},
	{"a port that is used again is of its last connection", a_port_that_is_used_again_is_of_its_last_connection},
	{"fragments count as the segment that they are of", fragments_count_as_the_segment_that_they_are_of},
	{"other traffic does not count", other_traffic_does_not_count},
	CU_TEST_INFO_NULL,
};
