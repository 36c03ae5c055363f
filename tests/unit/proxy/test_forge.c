/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/link/packet.h"
#include "tests/test.h"
#include "tests/unit/proxy/submit.h"
#include "tests/unit/proxy/traffic.h"

static struct traffic traffic;

static const struct made data = {
	.direction = TO_DEVICE, .protocol = IP_TCP, .flags = TCP_FLAG_ACK | TCP_FLAG_PSH, .seq = 1000, .ack = 500, .length = 100};
static const struct made syn = {.protocol = IP_TCP, .flags = TCP_FLAG_SYN, .seq = 7000};

/* What comes out when one frame goes in, over all of its time. */
static const char *forged(const char *params, const struct made *made)
{
	const struct fault fault = made_checked_fault("f", "", "forge", params);

	traffic_open(&traffic, &fault, 1, 1);
	(void)traffic_send(&traffic, made, SIM_MS);
	const char *told = traffic_told(&traffic, SIM_S);
	traffic_close(&traffic);
	return told;
}

static bool last_is_sound(void)
{
	struct frame *frame = frame_new(traffic.last, traffic.last_length);
	bool sound = is_sound(frame);

	frame_free(frame);
	return sound;
}

static void a_reset_to_the_sender_has_the_number_that_it_expects_next(void)
{
	TEST_SAME_TEXT(forged("what=rst", &data), "1ms to-server tcp.rst 192.0.2.100:4000 > 192.0.2.1:80 60 B seq 500 ack 0");
	CU_ASSERT(last_is_sound());
	CU_ASSERT_EQUAL(traffic.last[47], TCP_FLAG_RST);
	TEST_SAME_TEXT(traffic.text, "'f' forge rst -> dropped");
}

/* RFC 9293 sec. 3.10.7.1: what has no acknowledgement is acknowledged. */
static void a_reset_of_a_syn_acknowledges_it(void)
{
	TEST_SAME_TEXT(forged("what=rst", &syn), "1ms to-device tcp.rst 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 0 ack 7001");
	CU_ASSERT(last_is_sound());
	CU_ASSERT_EQUAL(traffic.last[47], TCP_FLAG_RST | TCP_FLAG_ACK);
}

static void a_reset_to_the_receiver_has_the_number_of_the_frame(void)
{
	TEST_SAME_TEXT(forged("what=rst;to=receiver", &data), "1ms to-device tcp.rst 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 1000 ack 0");
	CU_ASSERT(last_is_sound());
}

static void what_follows_a_frame_that_goes_on_comes_right_behind_it(void)
{
	TEST_SAME_TEXT(forged("what=rst;to=receiver;drop=false", &data),
	               "1ms to-device tcp.data 192.0.2.1:80 > 192.0.2.100:4000 154 B seq 1000 ack 500\n"
	               "1000001ns to-device tcp.rst 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 1100 ack 0");
	TEST_SAME_TEXT(forged("what=fin;to=receiver;drop=false", &data),
	               "1ms to-device tcp.data 192.0.2.1:80 > 192.0.2.100:4000 154 B seq 1000 ack 500\n"
	               "1000001ns to-device tcp.fin 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 1100 ack 500");
	CU_ASSERT(last_is_sound());
}

static void both_ends_are_reset(void)
{
	TEST_SAME_TEXT(forged("what=rst;to=both", &data), "1ms to-server tcp.rst 192.0.2.100:4000 > 192.0.2.1:80 60 B seq 500 ack 0\n"
	                                                  "1ms to-device tcp.rst 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 1000 ack 0");
}

static void a_fin_ends_the_direction_of_its_end(void)
{
	TEST_SAME_TEXT(forged("what=fin;to=receiver", &data),
	               "1ms to-device tcp.fin 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 1000 ack 500");
	TEST_SAME_TEXT(forged("what=fin", &data), "1ms to-server tcp.fin 192.0.2.100:4000 > 192.0.2.1:80 60 B seq 500 ack 1000");
	CU_ASSERT_EQUAL(traffic.last[47], TCP_FLAG_FIN | TCP_FLAG_ACK);
}

/* RFC 7323 sec. 3.2: a segment without them would be dropped in silence. */
static void timestamps_go_on(void)
{
	struct made made = data;

	made.timestamps = true;
	(void)forged("what=fin;to=receiver", &made);
	CU_ASSERT(last_is_sound());
	CU_ASSERT_EQUAL(traffic.last[46] >> 4, 8);
	CU_ASSERT_EQUAL(memcmp(traffic.last + 54, (uint8_t[]){1, 1, 8, 10, 0, 0, 0, 111, 0, 0, 0, 222}, 12), 0);
	(void)forged("what=fin", &made);
	CU_ASSERT_EQUAL(memcmp(traffic.last + 54, (uint8_t[]){1, 1, 8, 10, 0, 0, 0, 222, 0, 0, 0, 111}, 12), 0);
	(void)forged("what=rst", &made);
	CU_ASSERT_EQUAL(traffic.last[46] >> 4, 5);
}

static void ethernet_addresses_and_tags_are_those_of_the_conversation(void)
{
	struct made made = data;

	made.tagged = true;
	(void)forged("what=rst", &made);
	CU_ASSERT_EQUAL(memcmp(traffic.last, (uint8_t[]){2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0, 0, 7, 8, 0}, 18), 0);
	CU_ASSERT(last_is_sound());
	(void)forged("what=rst;to=receiver", &made);
	CU_ASSERT_EQUAL(memcmp(traffic.last, (uint8_t[]){2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x81, 0, 0, 7, 8, 0}, 18), 0);
}

/* RFC 792: the header and eight bytes; options are a part of the header. */
static void an_icmp_error_quotes_what_it_is_about(void)
{
	static const struct {
		const char *what;
		uint8_t type, code;
	} rows[] = {{"unreachable_net", 3, 0}, {"unreachable_host", 3, 1}, {"unreachable_port", 3, 3}, {"ttl", 11, 0}};
	const struct made made = {.length = 100, .options = 8};
	struct frame *clean = made_frame(&made);
	char params[64];

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(params, sizeof params, "what=%s", rows[i].what);
		TEST_SAME_TEXT(forged(params, &made), "1ms to-device icmp 192.0.2.1 > 192.0.2.100 78 B");
		CU_ASSERT(last_is_sound());
		CU_ASSERT(traffic.last[34] == rows[i].type && traffic.last[35] == rows[i].code);
		CU_ASSERT_EQUAL(memcmp(traffic.last + 42, clean->data + 14, 36), 0);
	}
	frame_free(clean);
}

static void an_icmp_error_to_the_receiver_quotes_what_it_would_have_sent(void)
{
	TEST_SAME_TEXT(forged("what=unreachable_port;to=receiver", &data), "1ms to-device icmp 192.0.2.1 > 192.0.2.100 70 B");
	CU_ASSERT(last_is_sound());
	/* Its ports, and as sequence number what it has acknowledged. */
	CU_ASSERT_EQUAL(memcmp(traffic.last + 62, (uint8_t[]){0x0f, 0xa0, 0, 80, 0, 0, 0x01, 0xf4}, 8), 0);
	TEST_SAME_TEXT(forged("what=ttl;to=receiver", &(struct made){.length = 9}), "1ms to-server icmp 192.0.2.100 > 192.0.2.1 70 B");
	CU_ASSERT_EQUAL(memcmp(traffic.last + 62, (uint8_t[]){0, 80, 0x0f, 0xa0, 0, 8}, 6), 0);
}

static void what_cannot_be_answered_so_passes(void)
{
	struct made reset = data, unacknowledged = syn, icmp = {.protocol = IP_ICMP};
	const struct {
		const char *params;
		const struct made *made;
	} rows[] = {
		{"what=rst", &reset},
		{"what=fin", &reset},
		{"what=fin", &unacknowledged},
		{"what=rst", &icmp},
		{"what=ttl;to=receiver", &icmp},
		{"what=rst", &(struct made){0}},
	};

	reset.flags = TCP_FLAG_RST;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)forged(rows[i].params, rows[i].made);
		CU_ASSERT_EQUAL(traffic.made, 0);
		CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
		CU_ASSERT_FALSE(traffic.fate.dropped);
	}
}

/* RFC 1122 sec. 3.2.2. */
static void nobody_answers_errors_fragments_and_groups_with_errors(void)
{
	const struct fault fault = made_checked_fault("f", "", "forge", "what=ttl");
	struct frame *frames[5];

	for (size_t i = 0; i < 5; i++)
		frames[i] = made_frame(&(struct made){.protocol = i == 0 ? IP_ICMP : IP_UDP, .length = 64});
	frames[0]->data[34] = 3;
	put_be16(frames[1]->data + 20, 5);
	frames[2]->data[0] = 0xff;
	put_be32(frames[3]->data + 30, 0xe0000001);
	put_be32(frames[4]->data + 26, 0);
	traffic_open(&traffic, &fault, 1, 1);
	for (size_t i = 0; i < 5; i++) {
		CU_ASSERT_FALSE(traffic_send_frame(&traffic, frames[i], TO_SERVER, i * SIM_MS));
		CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	}
	CU_ASSERT_EQUAL(traffic.made, 0);
	traffic_close(&traffic);
}

static void an_answer_comes_when_the_frame_got_there(void)
{
	const struct fault faults[] = {made_checked_fault("slow", "", "delay", "time=5ms"),
	                               made_checked_fault("f", "", "forge", "what=rst"),
	                               made_checked_fault("late", "", "delay", "time=1s")};

	traffic_open(&traffic, faults, 3, 1);
	CU_ASSERT(traffic_send(&traffic, &data, 0));
	TEST_SAME_TEXT(traffic_told(&traffic, SIM_S), "5ms to-server tcp.rst 192.0.2.100:4000 > 192.0.2.1:80 60 B seq 500 ack 0");
	traffic_close(&traffic);
}

/* -- mtu -- */

static const char *narrow(const char *params, const struct made *made)
{
	const struct fault fault = made_checked_fault("f", "", "mtu", params);

	traffic_open(&traffic, &fault, 1, 1);
	(void)traffic_send(&traffic, made, SIM_MS);
	const char *told = traffic_told(&traffic, SIM_S);
	traffic_close(&traffic);
	return told;
}

static void what_fits_passes(void)
{
	const struct made made = {.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .length = 536};

	TEST_SAME_TEXT(narrow("size=576", &made), "1ms to-server tcp.data 192.0.2.100:4000 > 192.0.2.1:80 590 B seq 0 ack 0");
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	(void)narrow("size=575", &made);
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 1);
}

/* RFC 1191 sec. 4: type 3, code 4, the next hop's MTU in the last 16 bits of the header. */
static void who_must_not_be_fragmented_learns_the_mtu(void)
{
	struct frame *clean = made_frame(&data);

	TEST_SAME_TEXT(narrow("size=100", &data), "1ms to-server icmp 192.0.2.100 > 192.0.2.1 70 B");
	TEST_SAME_TEXT(traffic.text, "'f' mtu 100 -> dropped");
	CU_ASSERT(last_is_sound());
	CU_ASSERT_EQUAL(memcmp(traffic.last + 34, (uint8_t[]){3, 4}, 2), 0);
	CU_ASSERT_EQUAL(memcmp(traffic.last + 38, (uint8_t[]){0, 0, 0, 100}, 4), 0);
	CU_ASSERT_EQUAL(memcmp(traffic.last + 42, clean->data + 14, 28), 0);
	frame_free(clean);
}

static void in_a_black_hole_nobody_is_told(void)
{
	TEST_SAME_TEXT(narrow("size=100;icmp=false", &data), "");
	CU_ASSERT(traffic.fate.dropped && traffic.made == 0);
	TEST_SAME_TEXT(narrow("size=100;fragment=false", &(struct made){.may_fragment = true, .length = 100}), "");
	CU_ASSERT(traffic.fate.dropped && traffic.made == 0);
	/* A datagram that must not be fragmented is answered all the same. */
	(void)narrow("size=100;fragment=false", &data);
	CU_ASSERT_EQUAL(traffic.made, 1);
}

/* Puts fragments together again and compares with the datagram. */
static void reassemble(const struct made *made, const char *params, unsigned expected)
{
	const struct fault fault = made_checked_fault("f", "", "mtu", params);
	struct frame *clean = made_frame(made);
	uint8_t carried[FRAME_MAX] = {0};
	size_t end = 0, size = (size_t)action_quantity(fault.action, &fault.params, "size"), header = 20 + made->options;
	enum direction direction;
	unsigned count = 0;

	traffic_open(&traffic, &fault, 1, 1);
	submit(traffic.namer, traffic.proxy, made_frame(made), made->direction, 0);
	CU_ASSERT(traffic.fate.dropped);
	for (struct frame *frame; (frame = proxy_deliver(traffic.proxy, 0, &direction)) != NULL; count++) {
		const uint8_t *ip = frame->data + 14;
		size_t own = (size_t)(ip[0] & 15) * 4, total = (size_t)(ip[2] << 8 | ip[3]), flags = (size_t)(ip[6] << 8 | ip[7]);
		CU_ASSERT(is_sound(frame) && total <= size && frame->length >= FRAME_MIN);
		CU_ASSERT_EQUAL((flags & 0x1fff) * 8, end);
		CU_ASSERT(own == (count == 0 ? header : 20U + (made->options >= 12 ? 4U : 0)));
		memcpy(carried + end, ip + own, total - own);
		end += total - own;
		CU_ASSERT_EQUAL((flags & 0x2000) != 0, end < made->length + 8);
		CU_ASSERT(ip[4] == 0x12 && ip[5] == 0x34 && ip[8] == 60);
		/* All but the last are as long as they can be. */
		CU_ASSERT(end == made->length + 8 || total + 8 > size - (header - own));
		frame_free(frame);
	}
	CU_ASSERT_EQUAL(count, expected);
	CU_ASSERT_EQUAL(end, made->length + 8);
	CU_ASSERT_EQUAL(memcmp(carried, clean->data + 14 + header, end), 0);
	traffic_close(&traffic);
	frame_free(clean);
}

static void who_may_be_fragmented_is(void)
{
	const struct made made = {.may_fragment = true, .length = 1472};

	reassemble(&made, "size=1499", 2);
	reassemble(&made, "size=576", 3);
	reassemble(&made, "size=68", 31);
	reassemble(&(struct made){.may_fragment = true, .length = 41}, "size=68", 2);
}

/* RFC 791 sec. 3.1: only options with the copied flag go into each. */
static void options_go_into_the_fragments_that_they_belong_to(void)
{
	reassemble(&(struct made){.may_fragment = true, .length = 500, .options = 12}, "size=100", 8);
	reassemble(&(struct made){.may_fragment = true, .length = 500, .options = 8}, "size=100", 8);
}

static void fragments_can_be_fragmented_again(void)
{
	const struct fault faults[] = {made_checked_fault("f", "", "mtu", "size=300")};
	struct frame *frame = made_frame(&(struct made){.may_fragment = true, .length = 472});
	enum direction direction;

	/* In the middle of a datagram, at byte 800. */
	put_be16(frame->data + 20, 0x2000 | 100);
	traffic_open(&traffic, faults, 1, 1);
	CU_ASSERT(traffic_send_frame(&traffic, frame, TO_SERVER, 0));
	for (unsigned i = 0; i < 2; i++) {
		struct frame *part = proxy_deliver(traffic.proxy, 0, &direction);
		CU_ASSERT_FATAL(part != NULL);
		CU_ASSERT_EQUAL(part->data[20] << 8 | part->data[21], 0x2000 | (i == 0 ? 100 : 135));
		frame_free(part);
	}
	CU_ASSERT_PTR_NULL(proxy_deliver(traffic.proxy, 0, &direction));
	traffic_close(&traffic);
}

static void a_datagram_that_is_not_whole_passes(void)
{
	const struct fault fault = made_checked_fault("f", "", "mtu", "size=100");
	struct frame *frame = made_frame(&(struct made){.may_fragment = true, .length = 472});

	put_be16(frame->data + 16, 600);
	traffic_open(&traffic, &fault, 1, 1);
	CU_ASSERT_FALSE(traffic_send_frame(&traffic, frame, TO_SERVER, 0));
	traffic_close(&traffic);
}

const CU_TestInfo tests_forge[] = {
	{"a reset to the sender has the number that it expects next", a_reset_to_the_sender_has_the_number_that_it_expects_next},
	{"a reset of a SYN acknowledges it", a_reset_of_a_syn_acknowledges_it},
	{"a reset to the receiver has the number of the frame", a_reset_to_the_receiver_has_the_number_of_the_frame},
	{"what follows a frame that goes on comes right behind it", what_follows_a_frame_that_goes_on_comes_right_behind_it},
	{"both ends are reset", both_ends_are_reset},
	{"a FIN ends the direction of its end", a_fin_ends_the_direction_of_its_end},
	{"timestamps go on", timestamps_go_on},
	{"Ethernet addresses and tags are those of the conversation", ethernet_addresses_and_tags_are_those_of_the_conversation},
	{"an ICMP error quotes what it is about", an_icmp_error_quotes_what_it_is_about},
	{"an ICMP error to the receiver quotes what it would have sent", an_icmp_error_to_the_receiver_quotes_what_it_would_have_sent},
	{"what cannot be answered so passes", what_cannot_be_answered_so_passes},
	{"nobody answers errors, fragments and groups with errors", nobody_answers_errors_fragments_and_groups_with_errors},
	{"an answer comes when the frame got there", an_answer_comes_when_the_frame_got_there},
	{"mtu: what fits passes", what_fits_passes},
	{"mtu: who must not be fragmented learns the MTU", who_must_not_be_fragmented_learns_the_mtu},
	{"mtu: in a black hole nobody is told", in_a_black_hole_nobody_is_told},
	{"mtu: who may be fragmented is", who_may_be_fragmented_is},
	{"mtu: options go into the fragments that they belong to", options_go_into_the_fragments_that_they_belong_to},
	{"mtu: fragments can be fragmented again", fragments_can_be_fragmented_again},
	{"mtu: a datagram that is not whole passes", a_datagram_that_is_not_whole_passes},
	CU_TEST_INFO_NULL,
};
