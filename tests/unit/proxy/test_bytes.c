/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/link/packet.h"
#include "tests/test.h"
#include "tests/unit/proxy/traffic.h"

static struct traffic traffic, again;

static const struct made segment = {.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .seq = 7, .length = 100};

/* Sends one frame through one fault and takes what came out. */
static struct frame *through(const char *action, const char *params, const struct made *made, uint64_t seed)
{
	const struct fault fault = made_checked_fault("f", "", action, params);

	traffic_open(&traffic, &fault, 1, seed);
	CU_ASSERT_FALSE(traffic_send(&traffic, made, SIM_MS));
	(void)traffic_told(&traffic, SIM_S);
	traffic_close(&traffic);
	return frame_new(traffic.last, traffic.last_length);
}

static unsigned bits_between(const struct frame *a, const struct frame *b, size_t from)
{
	unsigned count = 0;

	CU_ASSERT_EQUAL_FATAL(a->length, b->length);
	for (size_t i = from; i < a->length; i++)
		count += (unsigned)__builtin_popcount(a->data[i] ^ b->data[i]);
	return count;
}

/* -- corrupt -- */

static void exactly_so_many_bits_are_inverted(void)
{
	struct frame *clean = made_frame(&segment);

	for (unsigned bits = 1; bits <= 32; bits++)
		for (uint64_t seed = 1; seed <= 20; seed++) {
			char params[32];
			(void)snprintf(params, sizeof params, "bits=%u", bits);
			struct frame *frame = through("corrupt", params, &segment, seed);
			CU_ASSERT_EQUAL(bits_between(frame, clean, 0), bits);
			frame_free(frame);
		}
	frame_free(clean);
}

static void one_bit_more_leaves_the_others_where_they_are(void)
{
	struct frame *clean = made_frame(&segment), *three = through("corrupt", "bits=3", &segment, 5),
		     *four = through("corrupt", "bits=4", &segment, 5);

	CU_ASSERT_EQUAL(bits_between(three, four, 0), 1);
	CU_ASSERT_EQUAL(bits_between(three, clean, 0), 3);
	frame_free(clean);
	frame_free(three);
	frame_free(four);
}

/*
 * 20,000 frames of 154 bytes, one bit each: 162.3 hits a byte are expected, with a standard
 * deviation of 12.7.
 */
static void places_are_drawn_evenly_over_the_frame(void)
{
	const struct fault fault = made_checked_fault("f", "", "corrupt", "bits=1");
	static unsigned counts[154], bits[8];
	struct frame *clean = made_frame(&segment);

	CU_ASSERT_EQUAL_FATAL(clean->length, 154);
	traffic_open(&traffic, &fault, 1, 1);
	for (unsigned i = 0; i < 20000; i++) {
		traffic.out[0] = '\0';
		(void)traffic_send(&traffic, &segment, i * SIM_MS);
		(void)traffic_told(&traffic, i * SIM_MS);
		for (size_t k = 0; k < 154; k++)
			if (traffic.last[k] != clean->data[k]) {
				counts[k]++;
				bits[__builtin_ctz(traffic.last[k] ^ clean->data[k])]++;
			}
	}
	traffic_close(&traffic);
	for (size_t k = 0; k < 154; k++)
		CU_ASSERT(is_sound(clean) && counts[k] > 162 - 5 * 12.7 && counts[k] < 162 + 5 * 12.7);
	for (size_t k = 0; k < 8; k++)
		CU_ASSERT(bits[k] > 2500 - 5 * 47 && bits[k] < 2500 + 5 * 47);
	frame_free(clean);
}

static void in_the_payload_headers_stay_as_they_are(void)
{
	struct frame *clean = made_frame(&segment);

	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct frame *frame = through("corrupt", "bits=1;part=payload", &segment, seed);
		CU_ASSERT_EQUAL(bits_between(frame, clean, 54), 1);
		CU_ASSERT_EQUAL(bits_between(frame, clean, 0), 1);
		CU_ASSERT_FALSE(is_sound(frame));
		frame_free(frame);
	}
	frame_free(clean);
}

static void without_a_payload_nothing_is_hit(void)
{
	const struct fault fault = made_checked_fault("f", "", "corrupt", "bits=2;part=payload");

	traffic_open(&traffic, &fault, 1, 1);
	(void)traffic_send(&traffic, &(struct made){.protocol = IP_TCP, .flags = TCP_FLAG_ACK}, 0);
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	traffic_close(&traffic);
}

static void a_short_payload_has_only_so_many_bits(void)
{
	const struct made made = {.length = 2};
	struct frame *clean = made_frame(&made), *frame = through("corrupt", "bits=32;part=payload", &made, 3);

	CU_ASSERT_EQUAL(bits_between(frame, clean, 0), 16);
	frame_free(clean);
	frame_free(frame);
}

static void mended_frames_are_sound_and_still_wrong(void)
{
	static const struct made kinds[] = {{.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .length = 99},
	                                    {.length = 60, .tagged = true},
	                                    {.protocol = IP_ICMP, .length = 44}};

	for (size_t i = 0; i < 3; i++) {
		struct frame *clean = made_frame(&kinds[i]), *frame = through("corrupt", "bits=4;part=payload;mend=true", &kinds[i], 1 + i);
		CU_ASSERT(is_sound(frame));
		CU_ASSERT(bits_between(frame, clean, 0) >= 4);
		frame_free(clean);
		frame_free(frame);
	}
}

static void given_bits_are_inverted_and_nothing_else(void)
{
	struct frame *clean = made_frame(&segment), *frame = through("corrupt", "xor=60:80ff 14:01 8000:ff", &segment, 1);

	CU_ASSERT_EQUAL(frame->data[14], clean->data[14] ^ 1);
	CU_ASSERT_EQUAL(frame->data[60], clean->data[60] ^ 0x80);
	CU_ASSERT_EQUAL(frame->data[61], clean->data[61] ^ 0xff);
	CU_ASSERT_EQUAL(bits_between(frame, clean, 0), 10);
	TEST_SAME_TEXT(traffic.text, "'f' corrupt xor=14:01 60:80ff -> leaves after 0 ns");
	frame_free(clean);
	frame_free(frame);
}

static void bits_behind_the_frame_are_no_cause(void)
{
	const struct fault fault = made_checked_fault("f", "", "corrupt", "xor=1000:ff");

	traffic_open(&traffic, &fault, 1, 1);
	(void)traffic_send(&traffic, &segment, 0);
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	traffic_close(&traffic);
}

static void other_frames_do_not_move_the_bits(void)
{
	const struct fault fault = made_checked_fault("f", "", "corrupt", "bits=3");
	struct made other = segment;

	other.port = 4001;
	traffic_open(&traffic, &fault, 1, 1);
	traffic_open(&again, &fault, 1, 1);
	for (unsigned i = 0; i < 20; i++) {
		uint8_t first[256];
		(void)traffic_send(&traffic, &segment, i * SIM_MS);
		(void)traffic_told(&traffic, i * SIM_MS);
		memcpy(first, traffic.last, traffic.last_length);
		(void)traffic_send(&again, &other, i * SIM_MS);
		(void)traffic_told(&again, i * SIM_MS);
		(void)traffic_send(&again, &segment, i * SIM_MS);
		(void)traffic_told(&again, i * SIM_MS);
		CU_ASSERT_EQUAL(memcmp(first, again.last, again.last_length), 0);
	}
	traffic_close(&traffic);
	traffic_close(&again);
}

/* -- truncate and pad -- */

static size_t length_after(const char *action, const char *params, size_t payload)
{
	struct frame *frame = through(action, params, &(struct made){.length = payload}, 1);
	size_t length = frame->length;

	frame_free(frame);
	return length;
}

static void a_frame_is_cut_to_a_length_or_by_one(void)
{
	CU_ASSERT_EQUAL(length_after("truncate", "to=60", 100), 60);
	CU_ASSERT_EQUAL(length_after("truncate", "to=14", 100), 14);
	CU_ASSERT_EQUAL(length_after("truncate", "to=142", 100), 142);
	CU_ASSERT_EQUAL(length_after("truncate", "to=8192", 100), 142);
	CU_ASSERT_EQUAL(length_after("truncate", "by=1", 100), 141);
	CU_ASSERT_EQUAL(length_after("truncate", "by=128", 100), 14);
	CU_ASSERT_EQUAL(length_after("truncate", "by=129", 100), 14);
	CU_ASSERT_EQUAL(length_after("truncate", "by=8192", 100), 14);
}

static void a_frame_is_filled_with_zeros_up_to_a_length(void)
{
	struct frame *frame = through("pad", "to=300", &segment, 1);

	CU_ASSERT_EQUAL(frame->length, 300);
	for (size_t i = 154; i < 300; i++)
		CU_ASSERT_EQUAL(frame->data[i], 0);
	frame_free(frame);
	CU_ASSERT_EQUAL(length_after("pad", "to=8192", 100), FRAME_MAX);
	CU_ASSERT_EQUAL(length_after("pad", "to=142", 100), 142);
	CU_ASSERT_EQUAL(length_after("pad", "to=20", 100), 142);
}

static void a_length_that_is_right_already_is_no_cause(void)
{
	static const char *const rows[][2] = {{"truncate", "to=142"}, {"pad", "to=142"}, {"pad", "to=15"}};

	for (size_t i = 0; i < 3; i++) {
		const struct fault fault = made_checked_fault("f", "", rows[i][0], rows[i][1]);
		traffic_open(&traffic, &fault, 1, 1);
		(void)traffic_send(&traffic, &(struct made){.length = 100}, 0);
		CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
		traffic_close(&traffic);
	}
}

static void faults_see_what_those_before_them_have_made(void)
{
	const struct fault faults[] = {made_checked_fault("a", "", "truncate", "to=60"),
	                               made_checked_fault("b", "filter=less 60", "pad", "to=70"),
	                               made_checked_fault("c", "filter=greater 70", "corrupt", "xor=69:ff")};

	traffic_open(&traffic, faults, 3, 1);
	CU_ASSERT_FALSE(traffic_send(&traffic, &segment, 0));
	(void)traffic_told(&traffic, 0);
	TEST_SAME_TEXT(traffic.text, "'a' truncate 60, 'b' pad 70, 'c' corrupt xor=69:ff -> leaves after 0 ns");
	CU_ASSERT(traffic.last_length == 70 && traffic.last[59] == 5 && traffic.last[60] == 0 && traffic.last[69] == 0xff);
	traffic_close(&traffic);
}

const CU_TestInfo tests_proxy_bytes[] = {
	{"exactly so many bits are inverted", exactly_so_many_bits_are_inverted},
	{"one bit more leaves the others where they are", one_bit_more_leaves_the_others_where_they_are},
	{"places are drawn evenly over the frame", places_are_drawn_evenly_over_the_frame},
	{"in the payload, headers stay as they are", in_the_payload_headers_stay_as_they_are},
	{"without a payload nothing is hit", without_a_payload_nothing_is_hit},
	{"a short payload has only so many bits", a_short_payload_has_only_so_many_bits},
	{"mended frames are sound and still wrong", mended_frames_are_sound_and_still_wrong},
	{"given bits are inverted and nothing else", given_bits_are_inverted_and_nothing_else},
	{"bits behind the frame are no cause", bits_behind_the_frame_are_no_cause},
	{"other frames do not move the bits", other_frames_do_not_move_the_bits},
	{"a frame is cut to a length or by one", a_frame_is_cut_to_a_length_or_by_one},
	{"a frame is filled with zeros up to a length", a_frame_is_filled_with_zeros_up_to_a_length},
	{"a length that is right already is no cause", a_length_that_is_right_already_is_no_cause},
	{"faults see what those before them have made", faults_see_what_those_before_them_have_made},
	CU_TEST_INFO_NULL,
};
