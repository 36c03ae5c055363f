/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "lib/link/packet.h"
#include "tests/test.h"
#include "tests/unit/proxy/traffic.h"

static struct traffic traffic;
static sim_ns now;

static const struct made ack = {.protocol = IP_TCP, .flags = TCP_FLAG_ACK, .seq = 1, .ack = 2};

/* Sends one frame, 1 ms after the one before. "4000>80" is what came out, or "-". */
static const char *passes(uint8_t protocol, enum direction direction, uint16_t port, uint8_t flags)
{
	static char text[64];
	struct made made = ack;

	made.protocol = protocol;
	made.direction = direction;
	made.port = port;
	made.flags = flags;
	now += SIM_MS;
	traffic.last_length = 0;
	(void)traffic_send(&traffic, &made, now);
	(void)traffic_told(&traffic, now);
	if (traffic.last_length == 0)
		return "-";
	struct frame *frame = frame_new(traffic.last, traffic.last_length);
	const struct packet packet = packet_parse(frame_bytes(frame));
	(void)snprintf(text, sizeof text, "%u>%u%s", packet.source_port, packet.destination_port, is_sound(frame) ? "" : " unsound");
	frame_free(frame);
	return text;
}

static const char *out(uint16_t port)
{
	return passes(IP_TCP, TO_SERVER, port, TCP_FLAG_ACK);
}

static const char *in(uint16_t port)
{
	return passes(IP_TCP, TO_DEVICE, port, TCP_FLAG_ACK);
}

static void open_with(const struct fault *faults, size_t count)
{
	now = 0;
	traffic_open(&traffic, faults, count, 1);
}

/* -- rebind -- */

static void from_the_frame_that_is_hit_on_the_server_sees_another_port(void)
{
	const struct fault fault = made_checked_fault("nat", "nth=3", "rebind", "port=5555");

	open_with(&fault, 1);
	TEST_SAME_TEXT(out(4000), "4000>80");
	TEST_SAME_TEXT(in(4000), "80>4000");
	TEST_SAME_TEXT(out(4000), "5555>80");
	CU_ASSERT_FALSE(traffic.fate.causes[0].consequence);
	TEST_SAME_TEXT(traffic.text, "'nat' rebind 5555 -> leaves after 0 ns");
	TEST_SAME_TEXT(out(4000), "5555>80");
	CU_ASSERT(traffic.fate.cause_count == 1 && traffic.fate.causes[0].consequence);
	TEST_SAME_TEXT(in(5555), "80>4000");
	CU_ASSERT(traffic.fate.causes[0].consequence);
	CU_ASSERT_EQUAL(traffic.decisions.count, 1);
	traffic_close(&traffic);
}

static void what_the_server_sends_to_the_old_port_is_lost(void)
{
	const struct fault fault = made_checked_fault("nat", "nth=1", "rebind", "port=5555");

	open_with(&fault, 1);
	(void)out(4000);
	TEST_SAME_TEXT(in(4000), "-");
	CU_ASSERT(traffic.fate.dropped && traffic.fate.causes[0].consequence);
	TEST_SAME_TEXT(in(5555), "80>4000");
	traffic_close(&traffic);
}

static void a_rebinding_by_a_frame_of_the_server_loses_it(void)
{
	const struct fault fault = made_checked_fault("nat", "direction=to-device;first=1", "rebind", "port=5555");

	open_with(&fault, 1);
	TEST_SAME_TEXT(out(4000), "4000>80");
	TEST_SAME_TEXT(in(4000), "-");
	CU_ASSERT_FALSE(traffic.fate.causes[0].consequence);
	TEST_SAME_TEXT(out(4000), "5555>80");
	TEST_SAME_TEXT(in(5555), "80>4000");
	traffic_close(&traffic);
}

static void without_a_port_it_is_the_next_that_is_free(void)
{
	const struct fault fault = made_checked_fault("nat", "direction=to-server;first=4", "rebind", "");

	open_with(&fault, 1);
	TEST_SAME_TEXT(out(4000), "4001>80");
	CU_ASSERT_EQUAL(action_quantity(traffic.fate.causes[0].action, &traffic.fate.causes[0].params, "port"), 4001);
	/* 4001 is taken by now. */
	TEST_SAME_TEXT(passes(IP_TCP, TO_SERVER, 4000, TCP_FLAG_ACK), "4002>80");
	TEST_SAME_TEXT(out(65535), "1024>80");
	TEST_SAME_TEXT(out(4001), "4003>80");
	traffic_close(&traffic);
}

static void other_conversations_keep_their_ports(void)
{
	const struct fault fault = made_checked_fault("nat", "nth=1", "rebind", "port=5555");

	open_with(&fault, 1);
	(void)out(4000);
	TEST_SAME_TEXT(out(4001), "4001>80");
	TEST_SAME_TEXT(in(4001), "80>4001");
	TEST_SAME_TEXT(passes(IP_UDP, TO_SERVER, 4000, 0), "4000>80");
	TEST_SAME_TEXT(passes(IP_UDP, TO_DEVICE, 5555, 0), "80>5555");
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	traffic_close(&traffic);
}

static void datagrams_are_rebound_too(void)
{
	const struct fault fault = made_checked_fault("nat", "nth=1", "rebind", "port=5555");

	open_with(&fault, 1);
	TEST_SAME_TEXT(passes(IP_UDP, TO_SERVER, 4000, 0), "5555>80");
	TEST_SAME_TEXT(passes(IP_UDP, TO_DEVICE, 5555, 0), "80>4000");
	TEST_SAME_TEXT(passes(IP_UDP, TO_DEVICE, 4000, 0), "-");
	traffic_close(&traffic);
}

static void a_conversation_can_be_rebound_again(void)
{
	const struct fault one = made_checked_fault("nat", "direction=to-server;every=2", "rebind", ""),
			   two[] = {made_checked_fault("a", "direction=to-server;nth=2", "rebind", "port=4001"),
	                            made_checked_fault("b", "direction=to-server;nth=4", "rebind", "port=4002")};

	for (unsigned chain = 0; chain < 2; chain++) {
		open_with(chain == 0 ? &one : two, chain + 1);
		TEST_SAME_TEXT(out(4000), "4000>80");
		TEST_SAME_TEXT(out(4000), "4001>80");
		TEST_SAME_TEXT(out(4000), "4001>80");
		TEST_SAME_TEXT(in(4001), "80>4000");
		TEST_SAME_TEXT(out(4000), "4002>80");
		TEST_SAME_TEXT(out(4000), chain == 0 ? "4002>80" : "4002>80");
		TEST_SAME_TEXT(in(4000), "-");
		TEST_SAME_TEXT(in(4001), "-");
		TEST_SAME_TEXT(in(4002), "80>4000");
		CU_ASSERT_EQUAL(traffic.decisions.count, 2);
		traffic_close(&traffic);
	}
}

static void what_has_no_ports_is_not_rebound(void)
{
	const struct fault fault = made_checked_fault("nat", "", "rebind", "");

	open_with(&fault, 1);
	CU_ASSERT_FALSE(traffic_send(&traffic, &(struct made){.protocol = IP_ICMP}, 1));
	CU_ASSERT_EQUAL(traffic.fate.cause_count, 0);
	traffic_close(&traffic);
}

/* The sum over a first fragment alone would be wrong: only the change is put right (RFC 1624). */
static void the_checksum_of_a_first_fragment_stays_that_of_the_whole(void)
{
	const struct fault fault = made_checked_fault("nat", "", "rebind", "port=5555");
	struct frame *frame = made_frame(&(struct made){.length = 64}), *whole;

	put_be16(frame->data + 20, 0x2000);
	open_with(&fault, 1);
	CU_ASSERT_FALSE(traffic_send_frame(&traffic, frame, TO_SERVER, 0));
	(void)traffic_told(&traffic, 0);
	whole = frame_new(traffic.last, traffic.last_length);
	put_be16(whole->data + 20, 0x4000);
	put_be16(whole->data + 24, 0);
	struct frame *expected = made_frame(&(struct made){.length = 64, .port = 5555});
	CU_ASSERT_EQUAL(memcmp(whole->data + 34, expected->data + 34, 72), 0);
	frame_free(expected);
	frame_free(whole);
	traffic_close(&traffic);
}

/* -- firewall -- */

static const char *at(sim_ns when, enum direction direction, uint8_t flags)
{
	now = when - SIM_MS;
	return passes(IP_TCP, direction, 4000, flags);
}

static void a_silent_conversation_is_forgotten(void)
{
	const struct fault fault = made_checked_fault("wall", "", "firewall", "idle=60s");

	open_with(&fault, 1);
	TEST_SAME_TEXT(at(SIM_S, TO_SERVER, TCP_FLAG_ACK), "4000>80");
	TEST_SAME_TEXT(at(61 * SIM_S, TO_DEVICE, TCP_FLAG_ACK), "80>4000");
	TEST_SAME_TEXT(at(121 * SIM_S, TO_SERVER, TCP_FLAG_ACK), "4000>80");
	TEST_SAME_TEXT(at(181 * SIM_S + 1, TO_SERVER, TCP_FLAG_ACK), "-");
	TEST_SAME_TEXT(traffic.text, "'wall' drop -> dropped");
	CU_ASSERT_FALSE(traffic.fate.causes[0].consequence);
	traffic_close(&traffic);
}

static void trying_again_does_not_bring_it_back(void)
{
	const struct fault fault = made_checked_fault("wall", "", "firewall", "idle=60s");

	open_with(&fault, 1);
	(void)at(SIM_S, TO_SERVER, TCP_FLAG_ACK);
	for (unsigned i = 0; i < 10; i++)
		TEST_SAME_TEXT(at((62 + i) * SIM_S, i % 2 ? TO_SERVER : TO_DEVICE, TCP_FLAG_ACK), "-");
	TEST_SAME_TEXT(at(80 * SIM_S, TO_DEVICE, TCP_FLAG_SYN | TCP_FLAG_ACK), "-");
	/* A new connection does. */
	TEST_SAME_TEXT(at(81 * SIM_S, TO_SERVER, TCP_FLAG_SYN), "4000>80");
	TEST_SAME_TEXT(at(82 * SIM_S, TO_DEVICE, TCP_FLAG_SYN | TCP_FLAG_ACK), "80>4000");
	TEST_SAME_TEXT(at(83 * SIM_S, TO_SERVER, TCP_FLAG_ACK), "4000>80");
	traffic_close(&traffic);
}

static void each_conversation_has_a_clock_of_its_own(void)
{
	const struct fault fault = made_checked_fault("wall", "", "firewall", "idle=10s");

	open_with(&fault, 1);
	(void)out(4000);
	now = 8 * SIM_S;
	(void)out(4001);
	now = 12 * SIM_S;
	TEST_SAME_TEXT(out(4001), "4001>80");
	TEST_SAME_TEXT(out(4000), "-");
	traffic_close(&traffic);
}

static void a_datagram_from_inside_opens_the_way_again(void)
{
	const struct fault fault = made_checked_fault("wall", "", "firewall", "idle=10s;reset=true");

	open_with(&fault, 1);
	(void)passes(IP_UDP, TO_SERVER, 4000, 0);
	now = 20 * SIM_S;
	TEST_SAME_TEXT(passes(IP_UDP, TO_DEVICE, 4000, 0), "-");
	TEST_SAME_TEXT(passes(IP_UDP, TO_SERVER, 4000, 0), "4000>80");
	TEST_SAME_TEXT(passes(IP_UDP, TO_DEVICE, 4000, 0), "80>4000");
	CU_ASSERT_FALSE(traffic_send(&traffic, &(struct made){.protocol = IP_ICMP}, 90 * SIM_S));
	traffic_close(&traffic);
}

static void who_goes_on_is_reset_if_asked_for(void)
{
	const struct fault fault = made_checked_fault("wall", "", "firewall", "idle=10s;reset=true");

	open_with(&fault, 1);
	(void)out(4000);
	(void)traffic_told(&traffic, now);
	CU_ASSERT(traffic_send(&traffic, &ack, 20 * SIM_S));
	TEST_SAME_TEXT(traffic.text, "'wall' forge rst -> dropped");
	TEST_SAME_TEXT(traffic_told(&traffic, 20 * SIM_S), "20s to-device tcp.rst 192.0.2.1:80 > 192.0.2.100:4000 60 B seq 2 ack 0");
	/* An RST is not answered. */
	struct made reset = ack;
	reset.flags = TCP_FLAG_RST;
	CU_ASSERT(traffic_send(&traffic, &reset, 21 * SIM_S));
	TEST_SAME_TEXT(traffic.text, "'wall' drop -> dropped");
	TEST_SAME_TEXT(traffic_told(&traffic, 22 * SIM_S), "");
	traffic_close(&traffic);
}

/* A frame that never reaches it does not keep a conversation alive. */
static void what_is_lost_before_it_is_not_seen(void)
{
	const struct fault faults[] = {made_checked_fault("loss", "nth=2", "drop", ""),
	                               made_checked_fault("wall", "", "firewall", "idle=10s")};

	open_with(faults, 2);
	(void)at(SIM_S, TO_SERVER, TCP_FLAG_ACK);
	(void)at(9 * SIM_S, TO_SERVER, TCP_FLAG_ACK);
	TEST_SAME_TEXT(at(12 * SIM_S, TO_SERVER, TCP_FLAG_ACK), "-");
	traffic_close(&traffic);
}

const CU_TestInfo tests_middlebox[] = {
	{"rebind: from the frame that is hit on the server sees another port", from_the_frame_that_is_hit_on_the_server_sees_another_port},
	{"rebind: what the server sends to the old port is lost", what_the_server_sends_to_the_old_port_is_lost},
	{"rebind: a rebinding by a frame of the server loses it", a_rebinding_by_a_frame_of_the_server_loses_it},
	{"rebind: without a port it is the next that is free", without_a_port_it_is_the_next_that_is_free},
	{"rebind: other conversations keep their ports", other_conversations_keep_their_ports},
	{"rebind: datagrams are rebound too", datagrams_are_rebound_too},
	{"rebind: a conversation can be rebound again", a_conversation_can_be_rebound_again},
	{"rebind: what has no ports is not rebound", what_has_no_ports_is_not_rebound},
	{"rebind: the checksum of a first fragment stays that of the whole", the_checksum_of_a_first_fragment_stays_that_of_the_whole},
	{"firewall: a silent conversation is forgotten", a_silent_conversation_is_forgotten},
	{"firewall: trying again does not bring it back", trying_again_does_not_bring_it_back},
	{"firewall: each conversation has a clock of its own", each_conversation_has_a_clock_of_its_own},
	{"firewall: a datagram from inside opens the way again", a_datagram_from_inside_opens_the_way_again},
	{"firewall: who goes on is reset if asked for", who_goes_on_is_reset_if_asked_for},
	{"firewall: what is lost before it is not seen", what_is_lost_before_it_is_not_seen},
	CU_TEST_INFO_NULL,
};
