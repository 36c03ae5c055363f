/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What captures show to have been lost or late, and the addresses by which a scenario names it. */
#include "harness/recorded/losses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "lib/base/memory.h"
#include "harness/recorded/import.h"
#include "tests/test.h"
#include "tests/unit/recorded/captured.h"

extern const CU_TestInfo tests_losses[];

#define ACK TCP_FLAG_ACK
#define PSH (TCP_FLAG_PSH | TCP_FLAG_ACK)
#define SYN TCP_FLAG_SYN
#define RST TCP_FLAG_RST

static char found_text[8192];

/* "lost to-server tcp.syn[80/1]#1\n" for each. */
static const char *found(struct losses *ret_losses)
{
	const struct import_options options = {0, VANTAGE_UNKNOWN};
	struct losses *losses = memory_new(sizeof *losses);
	struct recording recording;
	struct import_told told;
	struct error err = {.text = ""};
	const char *path = captured_end();

	CU_ASSERT_FATAL(import_capture(&recording, &told, path, &options, &err));
	CU_ASSERT_FATAL(losses_find(losses, path, &recording, &err));
	found_text[0] = '\0';
	for (size_t i = 0; i < losses->count; i++) {
		const struct loss *loss = &losses->list[i];
		TEST_APPEND(found_text, "%s %s %s", loss->kind == LOSS_LOST ? "lost" : "late", direction_name(loss->direction), loss->at);
		if (loss->kind == LOSS_LATE)
			TEST_APPEND(found_text, " by %u ms", (unsigned)(loss->late_ns / 1000000));
		TEST_APPEND(found_text, "\n");
	}
	if (ret_losses != NULL)
		*ret_losses = *losses;
	free(losses);
	recording_close(&recording);
	return found_text;
}

static void nothing_is_lost_where_nothing_came_again(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 20000, 100);
	captured_tcp(true, PSH, 1, 1, "abc", t);
	captured_tcp(false, PSH, 1, 4, "defg", t + 30000);
	captured_tcp(true, ACK, 4, 5, NULL, t + 30100);
	TEST_SAME_TEXT(found(NULL), "");
}

static void syns_that_nobody_answered_are_lost(void)
{
	captured_begin(DLT_EN10MB);
	captured_tcp(true, SYN, 0, 0, NULL, 0);
	captured_tcp(true, SYN, 0, 0, NULL, 1000000);
	(void)captured_open(3000000, 100, 100);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 81, 1);
	captured_tcp(true, SYN, 0, 0, NULL, 4000000);
	captured_tcp(false, RST | ACK, 0, 1, NULL, 4000100);
	TEST_SAME_TEXT(found(NULL), "lost to-server tcp.syn[80/1]#1\nlost to-server tcp.syn[80/1]#2\n");
}

static void a_syn_ack_that_was_sent_again_is_lost_behind_the_capture(void)
{
	captured_begin(DLT_EN10MB);
	captured_tcp(true, SYN, 0, 0, NULL, 0);
	captured_tcp(false, SYN | ACK, 0, 1, NULL, 100);
	captured_tcp(true, SYN, 0, 0, NULL, 1000000);
	captured_tcp(false, SYN | ACK, 0, 1, NULL, 1000100);
	captured_tcp(true, ACK, 1, 1, NULL, 1000200);
	TEST_SAME_TEXT(found(NULL), "lost to-device tcp.synack[80/1]#1\n");
}

static void data_that_passed_and_was_lacked_is_lost_behind_the_capture(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 20000);
	captured_tcp(false, PSH, 1, 1, "first", t);
	captured_tcp(true, ACK, 1, 6, NULL, t + 20000);
	captured_tcp(false, PSH, 6, 1, "second", t + 30000);
	captured_tcp(false, PSH, 6, 1, "second", t + 1000000);
	captured_tcp(true, ACK, 1, 12, NULL, t + 1020000);
	TEST_SAME_TEXT(found(NULL), "lost to-device tcp.data[80/1]#2\n");
}

static void data_that_fills_a_gap_was_lost_in_front_and_counts_where_it_belonged(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 20000, 100);
	captured_tcp(false, PSH, 1, 1, "first", t);
	/* "second" never came by; its second sending is a packet made later. */
	captured_tcp(false, PSH, 12, 1, "third", t + 100);
	captured_tcp(true, ACK, 1, 6, NULL, t + 200);
	captured_tcp(false, PSH, 6, 1, "second", t + 300000);
	captured_tcp(false, PSH, 17, 1, "fourth", t + 300100);
	captured_tcp(true, ACK, 1, 17, NULL, t + 300200);
	captured_tcp(false, PSH, 17, 1, "fourth", t + 900000);
	/* The second of six frames with data that the server has sent, and the fifth. */
	TEST_SAME_TEXT(found(NULL), "lost to-device tcp.data[80/1]#2\nlost to-device tcp.data[80/1]#5\n");
}

static void data_that_was_made_earlier_was_overtaken(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 20000, 100);
	captured_tcp(false, PSH, 1, 1, "first", t);
	/* IP counts packets: the one that comes late is made first. */
	captured_identify(1000);
	captured_tcp(false, PSH, 12, 1, "third", t + 100);
	captured_identify(999);
	captured_tcp(false, PSH, 6, 1, "second", t + 40100);
	TEST_SAME_TEXT(found(NULL), "late to-device tcp.data[80/1]#2 by 40 ms\n");
}

/* A sender that draws them tells nothing by them. */
static void numbers_that_are_drawn_tell_no_order(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 20000, 100);
	captured_identify(50000);
	captured_tcp(false, PSH, 1, 1, "first", t);
	captured_identify(20000);
	captured_tcp(false, PSH, 6, 1, "second", t + 50);
	captured_identify(10000);
	captured_tcp(false, PSH, 17, 1, "fourth", t + 100);
	captured_identify(9999);
	captured_tcp(false, PSH, 12, 1, "third", t + 300100);
	TEST_SAME_TEXT(found(NULL), "lost to-device tcp.data[80/1]#3\n");
}

static void what_had_come_was_sent_in_vain(void)
{
	struct losses losses;
	static const uint8_t told_twice[] = {1, 1, 5, 10, 0xff, 0xff, 0xff, 0xf1, 0xff, 0xff, 0xff, 0xf6};

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 20000);
	captured_tcp(false, PSH, 1, 1, "first", t);
	captured_tcp(false, PSH, 1, 1, "first", t + 300000);
	captured_options(told_twice, sizeof told_twice);
	captured_tcp(true, ACK, 1, 6, NULL, t + 320000);
	TEST_SAME_TEXT(found(&losses), "");
	CU_ASSERT_EQUAL(losses.needless, 1);
}

static void what_sack_has_is_not_lost(void)
{
	/* The second segment is there, bytes 6 to 12. */
	static const uint8_t has[] = {1, 1, 5, 10, 0xff, 0xff, 0xff, 0xf6, 0xff, 0xff, 0xff, 0xfc};
	struct losses losses;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 20000);
	captured_tcp(false, PSH, 1, 1, "first", t);
	captured_tcp(false, PSH, 6, 1, "second", t + 10);
	captured_options(has, sizeof has);
	captured_tcp(true, ACK, 1, 1, NULL, t + 20000);
	captured_options(NULL, 0);
	/* The sender goes back by both. */
	captured_tcp(false, PSH, 1, 1, "first", t + 300000);
	captured_tcp(false, PSH, 6, 1, "second", t + 300010);
	TEST_SAME_TEXT(found(&losses), "lost to-device tcp.data[80/1]#1\n");
	CU_ASSERT_EQUAL(losses.needless, 1);
}

static void questions_without_an_answer_are_lost_and_late_ones_late(void)
{
	captured_begin(DLT_EN10MB);
	captured_dns(1, "a.example", false, 0, 0);
	captured_dns(1, "a.example", false, 0, 5000000);
	captured_dns(1, "a.example", true, CAPTURED_SERVER, 5400000);
	captured_dns(2, "b.example", false, 0, 6000000);
	TEST_SAME_TEXT(found(NULL),
	               "lost to-server dns.query[53/1]#1\nlate to-device dns.reply[53/1]#1 by 400 ms\nlost to-server dns.query[53/1]#3\n");
}

/* What others ask, and lack, is no matter of the device. */
static void what_others_ask_for_is_not_the_devices(void)
{
	enum { DISCOVER = 1, OFFER, REQUEST, ACKNOWLEDGE = 5, OWN = 1, OTHER };

	captured_begin(DLT_EN10MB);
	captured_dhcp(OTHER, DISCOVER, 0, 0);
	captured_dhcp(OTHER, DISCOVER, 0, 1000000);
	captured_dhcp(OWN, DISCOVER, 0, 1100000);
	captured_dhcp(OWN, DISCOVER, 0, 2000000);
	captured_dhcp(OWN, OFFER, CAPTURED_DEVICE, 2010000);
	captured_dhcp(OWN, REQUEST, 0, 2020000);
	captured_dhcp(OWN, ACKNOWLEDGE, CAPTURED_DEVICE, 2030000);
	captured_flow(CAPTURED_DEVICE + 1, CAPTURED_SERVER, 80, 0);
	captured_dns(1, "a.example", false, 0, 3000000);
	captured_dns(1, "a.example", false, 0, 4000000);
	captured_dns(1, "a.example", true, CAPTURED_SERVER, 4900000);
	captured_dns(2, "b.example", false, 0, 5000000);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 80, 0);
	(void)captured_open(6000000, 100, 100);
	TEST_SAME_TEXT(found(NULL), "lost to-server dhcp.discover[67/1]#1\n");
}

static void what_the_path_takes_is_not_late(void)
{
	captured_begin(DLT_EN10MB);
	(void)captured_open(0, 300000, 100);
	captured_dns(1, "a.example", false, 0, 1000000);
	captured_dns(1, "a.example", true, CAPTURED_SERVER, 1350000);
	captured_dns(2, "b.example", false, 0, 2000000);
	captured_dns(2, "b.example", true, CAPTURED_SERVER, 2700000);
	TEST_SAME_TEXT(found(NULL), "late to-device dns.reply[53/1]#2 by 400 ms\n");
}

static void an_acknowledgement_far_behind_the_others_is_late(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 20000, 100);
	for (uint32_t i = 0; i < 6; i++) {
		captured_tcp(true, PSH, 1 + i, 1, "x", t + i * 100000);
		captured_tcp(false, ACK, 1, 2 + i, NULL, t + i * 100000 + 20000);
	}
	captured_tcp(true, PSH, 7, 1, "x", t + 700000);
	captured_tcp(false, ACK, 1, 8, NULL, t + 1500000);
	TEST_SAME_TEXT(found(NULL), "late to-server tcp.data[80/1]#7 by 780 ms\n");
}

static void segments_that_the_interface_divides_count_as_frames(void)
{
	static char large[3000];

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 20000);
	captured_tcp_bytes(false, PSH, 1, 1, large, sizeof large, t);
	captured_tcp_bytes(false, PSH, 3001, 1, "x", 1, t + 10);
	captured_tcp(true, ACK, 1, 3001, NULL, t + 20000);
	captured_tcp_bytes(false, PSH, 3001, 1, "x", 1, t + 500000);
	TEST_SAME_TEXT(found(NULL), "lost to-device tcp.data[80/1]#4\n");
}

static void what_was_found_is_a_scenario(void)
{
	const struct import_options options = {0, VANTAGE_UNKNOWN};
	struct losses *losses = memory_new(sizeof *losses);
	struct recording recording;
	struct import_told told;
	struct error err;
	char *text = NULL, *lines = NULL;
	size_t size = 0, lines_size = 0;

	captured_begin(DLT_EN10MB);
	captured_tcp(true, SYN, 0, 0, NULL, 0);
	(void)captured_open(1000000, 20000, 100);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 81, 1);
	(void)captured_open(2000000, 20000, 100);
	const char *path = captured_end();
	CU_ASSERT_FATAL(import_capture(&recording, &told, path, &options, &err));
	CU_ASSERT_FATAL(losses_find(losses, path, &recording, &err));
	FILE *stream = open_memstream(&text, &size);
	losses_write(losses, &recording, "tap.pcap", "my \"new\\\n\" \xc3\xa4\xff.yaml", stream);
	(void)fclose(stream);
	TEST_SAME_TEXT(
		text,
		"# What \"capture.pcap\" shows to have been lost or late. Only what was observed stands here. The capture:\n"
		"# made beside the device: what the device sent and nobody acknowledged may have been lost either way; what servers sent and never "
		"came shows only where it was sent again.\n"
		"# An address behind the first loss of a connection holds as far as its sender sends again as the recorded one did.\n"
		"name: recorded-tap\nsummary: What was lost or late in a recorded session.\nsession: \"my \\\"new\\\\\\x0a\\\" \xc3\xa4?.yaml\"\ndevice: recorded\n"
		"faults:\n  # the shortest round trip of an opening\n  - name: path\n    delay: {time: 10050us}\n"
		"  # at 0.000000 s: no SYN+ACK came by before the next SYN: it was lost, or its answer was\n"
		"  - name: lost 1\n    at: tcp.syn[80/1]#1\n    direction: to-server\n    drop: true\nexpect:\n  verdict: any\n");
	stream = open_memstream(&lines, &lines_size);
	losses_tell(losses, &recording, stream);
	(void)fclose(stream);
	TEST_CONTAINS(lines, "1 frames were lost, 0 late. The capture: made beside the device");
	free(text);
	free(lines);
	free(losses);
	recording_close(&recording);
}

const CU_TestInfo tests_losses[] = {
	{"nothing is lost where nothing came again", nothing_is_lost_where_nothing_came_again},
	{"SYNs that nobody answered are lost", syns_that_nobody_answered_are_lost},
	{"a SYN+ACK that was sent again is lost behind the capture", a_syn_ack_that_was_sent_again_is_lost_behind_the_capture},
	{"data that passed and was lacked is lost behind the capture", data_that_passed_and_was_lacked_is_lost_behind_the_capture},
	{"data that fills a gap was lost in front and counts where it belonged",
         data_that_fills_a_gap_was_lost_in_front_and_counts_where_it_belonged},
	{"data that was made earlier was overtaken", data_that_was_made_earlier_was_overtaken},
	{"numbers that are drawn tell no order", numbers_that_are_drawn_tell_no_order},
	{"what had come was sent in vain", what_had_come_was_sent_in_vain},
	{"what SACK has is not lost", what_sack_has_is_not_lost},
	{"questions without an answer are lost and late ones late", questions_without_an_answer_are_lost_and_late_ones_late},
	{"what others ask for is not the device's", what_others_ask_for_is_not_the_devices},
	{"what the path takes is not late", what_the_path_takes_is_not_late},
	{"an acknowledgement far behind the others is late", an_acknowledgement_far_behind_the_others_is_late},
	{"segments that the interface divides count as frames", segments_that_the_interface_divides_count_as_frames},
	{"what was found is a scenario", what_was_found_is_a_scenario},
	CU_TEST_INFO_NULL,
};
