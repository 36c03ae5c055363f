/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wire with a recorder at each end. What arrives is logged as a line "TIME what", times in
 * nanoseconds.
 */
#include "lib/link/link.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "tests/test.h"
#include "tests/trace_text.h"

struct link_fixture {
	struct sim sim;
	struct trace_text trace;
	struct link link;
	char notes[8192];
	char losses[256];                    /* what did not arrive, a word each */
	uint8_t last[FRAME_MAX + FRAME_FCS]; /* that the device received */
	size_t last_length;
};

static struct link_fixture f;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list args;

	TEST_APPEND(f.notes, "%" PRIu64 " ", f.sim.now);
	va_start(args, format);
	test_append_list(f.notes, sizeof f.notes, format, args);
	va_end(args);
}

static void to_partner(void *ctx, struct frame *frame, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	note("partner gets %c%zu\n", frame->data[12], frame->length);
	frame_free(frame);
}

static void to_device(void *ctx, const struct link_arrival *arrival, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	note("device gets %c%zu\n", arrival->data[12], arrival->length);
	memcpy(f.last, arrival->data, arrival->length);
	f.last_length = arrival->length;
}

static void sent(void *ctx, const struct medium_outcome *outcome, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	note(outcome->deferred ? "sent, deferred\n" : "sent\n");
}

static void carrier_changed(void *ctx, bool up, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	note("carrier %s\n", up ? "up" : "down");
}

static void lost(void *ctx, const struct frame *frame, enum direction direction, const char *why, sim_ns now)
{
	CU_ASSERT(ctx == &f && now == f.sim.now);
	TEST_APPEND(f.losses, "%c %s: %s\n", frame->length > 12 ? frame->data[12] : '-', direction_name(direction), why);
}

static void link_fixture_open_at(sim_ns bit_ns, unsigned duplex, sim_ns up_at, uint64_t queue_max)
{
	const struct link_config config = {.duplex = duplex, .up_at_ns = up_at, .queue_max = queue_max};
	const struct link_ops ops = {to_partner, to_device, sent, NULL, carrier_changed, lost};

	memset(&f, 0, sizeof f);
	sim_open(&f.sim, 0);
	trace_text_open(&f.trace);
	link_init(&f.link, &config, bit_ns, &ops, &f, &f.sim, f.trace.trace, 1);
	if (up_at == 0)
		sim_run_until(&f.sim, 0);
	f.notes[0] = '\0';
}

static void link_fixture_open(unsigned duplex, sim_ns up_at, uint64_t queue_max)
{
	link_fixture_open_at(MEDIUM_10_BIT_NS, duplex, up_at, queue_max);
}

static void link_fixture_close(void)
{
	link_close(&f.link);
	CU_ASSERT_EQUAL(f.sim.count, 0);
	trace_text_close(&f.trace);
	sim_close(&f.sim);
}

static void run_until(sim_ns now)
{
	sim_run_until(&f.sim, now);
}

/* A frame whose thirteenth byte is its name. */
static void fill(uint8_t *data, char name, size_t length)
{
	memset(data, 0x55, length);
	data[12] = (uint8_t)name;
}

static void put_fcs(uint8_t *data, size_t length)
{
	uLong fcs = crc32(0, data, (uInt)length);

	for (unsigned i = 0; i < 4; i++)
		data[length + i] = (uint8_t)(fcs >> (8 * i));
}

/* The device runs the same duplex as its partner. */
static void device_sends_bytes(const uint8_t *data, size_t length)
{
	struct medium_rules rules = medium_standard_rules;

	rules.full_duplex = f.link.config.duplex == LINK_FULL;
	link_device_sends(&f.link, data, length, &rules, (struct medium_effect){0});
}

static void device_sends(char name, size_t length)
{
	uint8_t data[FRAME_MAX + FRAME_FCS];

	fill(data, name, length < 13 ? 13 : length);
	put_fcs(data, length);
	device_sends_bytes(data, length + FRAME_FCS);
}

static void partner_sends(char name, size_t length)
{
	uint8_t data[FRAME_MAX];

	fill(data, name, length);
	link_partner_sends(&f.link, frame_new(data, length));
}

/* 60 bytes: 8 + 60 + 4 bytes at 800 ns; then 9600 ns of gap. */
#define SHORT 57600
#define GAP 9600

static void a_byte_takes_800_ns_and_a_frame_has_preamble_and_fcs(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	CU_ASSERT_EQUAL(link_duration(&f.link, 60), SHORT);
	CU_ASSERT_EQUAL(link_duration(&f.link, 0), SHORT);
	CU_ASSERT_EQUAL(link_duration(&f.link, 59), SHORT);
	CU_ASSERT_EQUAL(link_duration(&f.link, 61), SHORT + 800);
	CU_ASSERT_EQUAL(link_duration(&f.link, 1514), 1220800);
	link_fixture_close();
}

static void a_byte_takes_80_ns_at_100_mbit(void)
{
	link_fixture_open_at(MEDIUM_100_BIT_NS, LINK_FULL, 0, 16);
	CU_ASSERT_EQUAL(link_duration(&f.link, 60), SHORT / 10);
	CU_ASSERT_EQUAL(link_duration(&f.link, 1514), 122080);
	partner_sends('a', 60);
	partner_sends('b', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "5760 device gets a64\n"
	                        "12480 device gets b64\n");
	link_fixture_close();
}

static void a_frame_arrives_when_its_last_bit_does(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	run_until(1000);
	device_sends('a', 60);
	run_until(1000 + SHORT - 1);
	TEST_SAME_TEXT(f.notes, "");
	run_until(1000 + SHORT);
	TEST_SAME_TEXT(f.notes, "58600 sent\n58600 partner gets a60\n");
	run_until(200000);
	partner_sends('b', 1514);
	run_until(2000000);
	TEST_CONTAINS(f.notes, "1420800 device gets b1518\n");
	link_fixture_close();
}

static void frames_follow_one_gap_apart(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 60);
	partner_sends('b', 100);
	partner_sends('c', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "57600 device gets a64\n"
	                        "156800 device gets b104\n"
	                        "224000 device gets c64\n");
	link_fixture_close();
}

static void half_duplex_shares_the_medium(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 60);
	run_until(10);
	device_sends('b', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "57600 device gets a64\n"
	                        "124800 sent, deferred\n"
	                        "124800 partner gets b60\n");
	link_fixture_close();
}

static void full_duplex_does_not(void)
{
	link_fixture_open(LINK_FULL, 0, 16);
	partner_sends('a', 60);
	run_until(10);
	device_sends('b', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "57600 device gets a64\n"
	                        "57610 sent\n"
	                        "57610 partner gets b60\n");
	link_fixture_close();
}

static void a_device_that_sends_at_once_again_waits_for_the_gap(void)
{
	link_fixture_open(LINK_FULL, 0, 16);
	device_sends('a', 60);
	run_until(SHORT);
	device_sends('b', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "57600 sent\n57600 partner gets a60\n"
	                        "124800 sent, deferred\n124800 partner gets b60\n");
	link_fixture_close();
}

/*
 * Another frame is handed in at the very instant at which the medium gets free, before the waiting
 * one starts.
 */
static void a_frame_that_waited_is_deferred_whoever_frees_the_medium(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 60);
	run_until(10);
	device_sends('b', 60);
	run_until(SHORT + GAP - 1);
	f.sim.now = SHORT + GAP;
	partner_sends('c', 60);
	run_until(SIM_S);
	TEST_CONTAINS(f.notes, "124800 sent, deferred\n");
	link_fixture_close();
}

static void short_frames_of_the_partner_are_padded_and_have_a_good_fcs(void)
{
	static const uint8_t zeros[FRAME_MIN] = {0};

	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 42);
	run_until(SIM_MS);
	CU_ASSERT_EQUAL(f.last_length, 64);
	CU_ASSERT_EQUAL(f.last[41], 0x55);
	CU_ASSERT(memcmp(f.last + 42, zeros, 18) == 0);
	/* IEEE 802.3: the CRC over a frame with its FCS is this residue. */
	CU_ASSERT_EQUAL(crc32(0, f.last, 64), 0x2144df1c);
	partner_sends('b', 333);
	run_until(2 * SIM_MS);
	CU_ASSERT_EQUAL(f.last_length, 337);
	CU_ASSERT_EQUAL(crc32(0, f.last, 337), 0x2144df1c);
	link_fixture_close();
}

static void a_wrong_fcs_is_lost_but_was_sent(void)
{
	uint8_t data[64];

	link_fixture_open(LINK_HALF, 0, 16);
	for (unsigned bit = 0; bit < 32; bit += 31) {
		fill(data, 'a', 60);
		put_fcs(data, 60);
		data[60 + bit / 8] ^= (uint8_t)(1U << bit % 8);
		device_sends_bytes(data, sizeof data);
		run_until(f.sim.now + SIM_MS);
	}
	TEST_SAME_TEXT(f.notes, "57600 sent\n1057600 sent\n");
	TEST_CONTAINS(f.trace.text,
	              "[  0.000057600] link    to-server ether 0x6155 60 B: lost, the FCS is wrong and the partner drops it\n");
	device_sends('b', 60);
	run_until(f.sim.now + SIM_MS);
	TEST_CONTAINS(f.notes, "partner gets b60\n");
	link_fixture_close();
}

static void a_runt_is_lost_but_was_sent(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	device_sends('a', 59);
	run_until(SIM_MS);
	device_sends('b', 0);
	run_until(2 * SIM_MS);
	device_sends('c', 60);
	run_until(3 * SIM_MS);
	TEST_SAME_TEXT(f.notes, "56800 sent\n1009600 sent\n2057600 sent\n2057600 partner gets c60\n");
	TEST_CONTAINS(f.trace.text, "59 B: lost, it is a runt and the partner drops it\n");
	TEST_CONTAINS(f.trace.text, " 0 B: lost, it is a runt and the partner drops it\n");
	link_fixture_close();
}

static void a_cancelled_frame_is_not_answered(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	device_sends('a', 60);
	run_until(20000);
	link_device_cancels(&f.link);
	device_sends('b', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "87200 sent, deferred\n87200 partner gets b60\n");
	TEST_CONTAINS(f.trace.text, "lost, the device stopped in mid-frame\n");
	link_fixture_close();
}

static void a_frame_cancelled_while_it_waits_never_starts(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 60);
	device_sends('b', 60);
	link_device_cancels(&f.link);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "57600 device gets a64\n");
	device_sends('c', 60);
	run_until(2 * SIM_S);
	TEST_CONTAINS(f.notes, "1000057600 sent\n1000057600 partner gets c60\n");
	link_fixture_close();
}

static void the_port_buffer_has_a_limit(void)
{
	link_fixture_open(LINK_HALF, 0, 2);
	partner_sends('a', 60); /* leaves at once */
	partner_sends('b', 60);
	partner_sends('c', 60);
	partner_sends('d', 60); /* one too many */
	run_until(SHORT + GAP);
	partner_sends('e', 60);
	run_until(SIM_S);
	TEST_SAME_TEXT(f.notes, "57600 device gets a64\n"
	                        "124800 device gets b64\n"
	                        "192000 device gets c64\n"
	                        "259200 device gets e64\n");
	TEST_CONTAINS(f.trace.text, "[  0.000000000] link    to-device ether 0x6455 60 B: lost, the partner's port buffer is full\n");
	link_fixture_close();
}

static void the_link_comes_up_when_the_plan_says(void)
{
	link_fixture_open(LINK_FULL, 5000, 16);
	run_until(4999);
	partner_sends('a', 60);
	CU_ASSERT_FALSE(f.link.carrier);
	run_until(5000);
	CU_ASSERT(f.link.carrier);
	TEST_SAME_TEXT(f.notes, "5000 carrier up\n");
	TEST_SAME_TEXT(f.trace.text, "[  0.000004999] link    to-device ether 0x6155 60 B: lost, there is no link\n"
	                             "[  0.000005000] link    carrier up, partner in full duplex\n");
	link_fixture_close();
}

static void a_frame_of_the_device_without_a_link_is_lost_but_was_sent(void)
{
	link_fixture_open(LINK_HALF, SIM_S, 16);
	device_sends('a', 60);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "57600 sent\n");
	TEST_CONTAINS(f.trace.text, "to-server ether 0x6155 60 B: lost, there is no link\n");
	link_fixture_close();
}

static void the_carrier_takes_frames_of_the_partner_with_it(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 60);
	partner_sends('b', 60);
	run_until(30000);
	link_set_carrier(&f.link, false);
	link_set_carrier(&f.link, false); /* changes nothing */
	run_until(SIM_MS);
	link_set_carrier(&f.link, true);
	run_until(2 * SIM_MS);
	partner_sends('c', 60);
	run_until(3 * SIM_MS);
	TEST_SAME_TEXT(f.notes, "30000 carrier down\n"
	                        "1000000 carrier up\n"
	                        "2057600 device gets c64\n");
	TEST_CONTAINS(f.trace.text, "[  0.000030000] link    to-device ether 0x6155 60 B: lost, the link went down in mid-frame\n"
	                            "[  0.000030000] link    to-device ether 0x6255 60 B: lost, there is no link\n");
	link_fixture_close();
}

static void the_carrier_takes_the_frame_of_the_device_with_it(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	device_sends('a', 60);
	run_until(30000);
	link_set_carrier(&f.link, false);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "30000 carrier down\n57600 sent\n");
	TEST_CONTAINS(f.trace.text, "lost, there is no link\n");
	link_fixture_close();
}

static void a_link_that_is_back_before_the_end_of_a_frame_does_not_mend_it(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	device_sends('a', 60);
	run_until(10000);
	link_set_carrier(&f.link, false);
	run_until(20000);
	link_set_carrier(&f.link, true);
	run_until(SIM_MS);
	TEST_SAME_TEXT(f.notes, "10000 carrier down\n20000 carrier up\n57600 sent\n");
	link_fixture_close();
}

/* Captures are told of each frame that does not arrive, while it still exists, and of no other. */
static void what_is_lost_is_told_with_its_reason(void)
{
	link_fixture_open(LINK_FULL, 0, 1);
	device_sends('a', 60);
	partner_sends('b', 60);
	partner_sends('c', 60);
	partner_sends('d', 60);
	run_until(10000);
	link_set_carrier(&f.link, false);
	run_until(SIM_MS);
	link_set_carrier(&f.link, true);
	device_sends('e', 60);
	run_until(2 * SIM_MS);
	TEST_SAME_TEXT(f.losses, "d to-device: the partner's port buffer is full\n"
	                         "b to-device: the link went down in mid-frame\n"
	                         "c to-device: there is no link\n"
	                         "a to-server: there is no link\n");
	link_fixture_close();
}

static void what_is_inside_at_the_end_is_released(void)
{
	link_fixture_open(LINK_HALF, 0, 16);
	partner_sends('a', 60);
	partner_sends('b', 60);
	device_sends('c', 60);
	run_until(100);
	link_fixture_close();
	CU_PASS("nothing leaks");
}

const CU_TestInfo tests_link[] = {
	{"a byte takes 80 ns at 100 Mbit/s", a_byte_takes_80_ns_at_100_mbit},
	{"a byte takes 800 ns and a frame has preamble and FCS", a_byte_takes_800_ns_and_a_frame_has_preamble_and_fcs},
	{"a frame arrives when its last bit does", a_frame_arrives_when_its_last_bit_does},
	{"frames follow one gap apart", frames_follow_one_gap_apart},
	{"half duplex shares the medium", half_duplex_shares_the_medium},
	{"full duplex does not", full_duplex_does_not},
	{"a device that sends at once again waits for the gap", a_device_that_sends_at_once_again_waits_for_the_gap},
	{"a frame that waited is deferred, whoever frees the medium", a_frame_that_waited_is_deferred_whoever_frees_the_medium},
	{"short frames of the partner are padded and have a good FCS", short_frames_of_the_partner_are_padded_and_have_a_good_fcs},
	{"a wrong FCS is lost but was sent", a_wrong_fcs_is_lost_but_was_sent},
	{"a runt is lost but was sent", a_runt_is_lost_but_was_sent},
	{"a cancelled frame is not answered", a_cancelled_frame_is_not_answered},
	{"a frame cancelled while it waits never starts", a_frame_cancelled_while_it_waits_never_starts},
	{"the port buffer has a limit", the_port_buffer_has_a_limit},
	{"the link comes up when the plan says", the_link_comes_up_when_the_plan_says},
	{"a frame of the device without a link is lost but was sent", a_frame_of_the_device_without_a_link_is_lost_but_was_sent},
	{"the carrier takes frames of the partner with it", the_carrier_takes_frames_of_the_partner_with_it},
	{"the carrier takes the frame of the device with it", the_carrier_takes_the_frame_of_the_device_with_it},
	{"a link that is back before the end of a frame does not mend it", a_link_that_is_back_before_the_end_of_a_frame_does_not_mend_it},
	{"what is lost is told with its reason", what_is_lost_is_told_with_its_reason},
	{"what is inside at the end is released", what_is_inside_at_the_end_is_released},
	CU_TEST_INFO_NULL,
};
