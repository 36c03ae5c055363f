/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/link/checksum.h"

#include <string.h>

#include "lib/link/packet.h"
#include "tests/test.h"
#include "tests/unit/proxy/traffic.h"

/* RFC 1071 sec. 3 adds up 00 01 f2 03 f4 f5 f6 f7 to ddf2. */
static void the_sum_is_that_of_the_rfcs_example(void)
{
	static const uint8_t data[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};

	CU_ASSERT_EQUAL(checksum_end(checksum_add(0, data, sizeof data)), 0xffff ^ 0xddf2);
	CU_ASSERT_EQUAL(checksum_end(checksum_add(checksum_add(0, data, 4), data + 4, 4)), 0xffff ^ 0xddf2);
}

static void an_odd_byte_counts_as_the_high_half_of_a_word(void)
{
	static const uint8_t data[] = {0x12, 0x34, 0x56};

	CU_ASSERT_EQUAL(checksum_end(checksum_add(0, data, 3)), 0xffff ^ (0x1234 + 0x5600));
	CU_ASSERT_EQUAL(checksum_end(checksum_add(0, data, 0)), 0xffff);
}

static void the_longest_frame_of_ones_does_not_overflow(void)
{
	uint8_t data[FRAME_MAX];

	memset(data, 0xff, sizeof data);
	CU_ASSERT_EQUAL(checksum_end(checksum_add(checksum_add(0, data, FRAME_MAX), data, FRAME_MAX)), 0);
}

/* RFC 1624 sec. 4: dd2f, of which a word changes from 5555 to 3285, becomes 0000. */
static void a_changed_word_changes_the_checksum_as_in_the_rfcs_example(void)
{
	CU_ASSERT_EQUAL(checksum_adjusted(0xdd2f, 0x5555, 0x3285), 0x0000);
}

static const struct made kinds[] = {
	{.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .seq = 1, .ack = 2, .length = 0},
	{.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .seq = 1, .ack = 2, .length = 1, .tagged = true},
	{.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .timestamps = true, .length = 1448},
	{.length = 0},
	{.length = 333, .options = 12, .direction = TO_DEVICE},
	{.protocol = IP_ICMP, .length = 57},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static void every_checksum_is_mended(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct frame *frame = made_frame(&kinds[i]), *right = made_frame(&kinds[i]);
		size_t ip = kinds[i].tagged ? 18 : 14, segment = ip + 20 + kinds[i].options;
		CU_ASSERT(is_sound(frame));
		frame->data[ip + 11] ^= 0x5a;
		frame->data[segment + (kinds[i].protocol == IP_TCP ? 16 : kinds[i].protocol == 0 ? 6 : 2)] ^= 0xa5;
		CU_ASSERT_FALSE(is_sound(frame));
		checksum_mend(frame->data, frame->length);
		CU_ASSERT(is_sound(frame));
		CU_ASSERT_EQUAL(memcmp(frame->data, right->data, right->length), 0);
		frame_free(frame);
		frame_free(right);
	}
}

static void a_datagram_without_a_checksum_stays_without(void)
{
	struct frame *frame = made_frame(&(struct made){.length = 10});

	put_be16(frame->data + 40, 0);
	checksum_mend(frame->data, frame->length);
	CU_ASSERT(frame->data[40] == 0 && frame->data[41] == 0);
	frame_free(frame);
}

/* 0 would say that there is none (RFC 768). */
static void a_udp_checksum_that_comes_out_as_nothing_is_all_ones(void)
{
	struct frame *frame = made_frame(&(struct made){.length = 2});
	uint16_t checksum = (uint16_t)(frame->data[40] << 8 | frame->data[41]);

	/* The payload takes what the checksum was, so that the sum is complete without it. */
	put_be16(frame->data + 42, checksum + 1U);
	put_be16(frame->data + 40, 0x1111);
	checksum_mend(frame->data, frame->length);
	CU_ASSERT(frame->data[40] == 0xff && frame->data[41] == 0xff);
	CU_ASSERT(is_sound(frame));
	frame_free(frame);
}

/*
 * Whatever is cut off, only bytes within the frame are touched; what is not whole keeps its
 * transport checksum.
 */
static void a_frame_that_is_cut_anywhere_is_mended_within_its_bounds(void)
{
	for (size_t i = 0; i < KINDS; i++) {
		struct frame *whole = made_frame(&kinds[i]);
		for (size_t length = 0; length < whole->length; length++) {
			uint8_t data[FRAME_MAX + 16];
			memset(data, 0x77, sizeof data);
			memcpy(data, whole->data, length);
			checksum_mend(data, length);
			for (size_t k = length; k < length + 16; k++)
				CU_ASSERT_FATAL(data[k] == 0x77);
		}
		frame_free(whole);
	}
}

/* It is not known how much of it the sum covers. */
static void a_udp_length_that_lies_leaves_the_checksum_alone(void)
{
	static const uint16_t lengths[] = {0, 7, 109, 65535};

	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		struct frame *frame = made_frame(&(struct made){.length = 100});
		put_be16(frame->data + 38, lengths[i]);
		put_be16(frame->data + 40, 0x4242);
		checksum_mend(frame->data, frame->length);
		CU_ASSERT(frame->data[40] == 0x42 && frame->data[41] == 0x42);
		frame_free(frame);
	}
}

static void fragments_keep_the_transports_checksum(void)
{
	struct frame *frame = made_frame(&(struct made){.length = 100});

	put_be16(frame->data + 20, 0x2000);
	put_be16(frame->data + 40, 0x4242);
	checksum_mend(frame->data, frame->length);
	CU_ASSERT(frame->data[40] == 0x42 && frame->data[41] == 0x42);
	CU_ASSERT(is_sound(frame));
	frame_free(frame);
}

const CU_TestInfo tests_checksum[] = {
	{"the sum is that of the RFC's example", the_sum_is_that_of_the_rfcs_example},
	{"an odd byte counts as the high half of a word", an_odd_byte_counts_as_the_high_half_of_a_word},
	{"the longest frame of ones does not overflow", the_longest_frame_of_ones_does_not_overflow},
	{"a changed word changes the checksum as in the RFC's example", a_changed_word_changes_the_checksum_as_in_the_rfcs_example},
	{"every checksum is mended", every_checksum_is_mended},
	{"a datagram without a checksum stays without", a_datagram_without_a_checksum_stays_without},
	{"a UDP checksum that comes out as nothing is all ones", a_udp_checksum_that_comes_out_as_nothing_is_all_ones},
	{"a frame that is cut anywhere is mended within its bounds", a_frame_that_is_cut_anywhere_is_mended_within_its_bounds},
	{"a UDP length that lies leaves the checksum alone", a_udp_length_that_lies_leaves_the_checksum_alone},
	{"fragments keep the transport's checksum", fragments_keep_the_transports_checksum},
	CU_TEST_INFO_NULL,
};
