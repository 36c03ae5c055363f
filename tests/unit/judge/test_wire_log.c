/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/wire_log.h"

#include <string.h>

#include "tests/test.h"

static struct wire_log wire;

/* A segment of the device. */
struct segment {
	uint8_t flags;
	uint32_t sequence, ack;
	uint16_t window;
	uint16_t length; /* of its data */
};

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static void see(const uint8_t *bytes, size_t length, sim_ns now)
{
	const struct naming naming = {.count = 1};
	struct frame *frame = frame_new(bytes, length);

	wire_log_see(&wire, frame, TO_SERVER, &naming, false, now);
	frame_free(frame);
}

static void see_ipv4(uint8_t *bytes, uint8_t protocol, size_t length, sim_ns now)
{
	put(bytes + 12, 0x0800, 2);
	bytes[14] = 0x45;
	put(bytes + 16, 20 + length, 2);
	bytes[22] = 64;
	bytes[23] = protocol;
	put(bytes + 26, 0xc0000264, 4);
	put(bytes + 30, 0xc0000201, 4);
	see(bytes, 34 + length, now);
}

static void send_segment(uint16_t port, struct segment segment, sim_ns now)
{
	uint8_t bytes[1600] = {0};

	put(bytes + 34, port, 2);
	put(bytes + 36, 80, 2);
	put(bytes + 38, segment.sequence, 4);
	put(bytes + 42, segment.ack, 4);
	bytes[46] = 5 << 4;
	bytes[47] = segment.flags;
	put(bytes + 48, segment.window, 2);
	see_ipv4(bytes, IP_TCP, 20U + segment.length, now);
}

static void connect_from(uint16_t port, uint32_t sequence, sim_ns now)
{
	send_segment(port, (struct segment){.flags = TCP_FLAG_SYN, .sequence = sequence, .window = 1000}, now);
}

/* The last that shows life, by which the next is told. */
static bool lives_at(sim_ns now)
{
	return wire.last_active == now;
}

static void acknowledge(uint32_t ack, uint16_t window, sim_ns now)
{
	send_segment(1000, (struct segment){.flags = TCP_FLAG_ACK, .sequence = 2, .ack = ack, .window = window}, now);
}

static void what_the_kernel_repeats_is_no_sign_of_life(void)
{
	wire_log_open(&wire, "", 0);
	connect_from(1000, 1, 1);
	CU_ASSERT(lives_at(1));
	connect_from(1000, 1, 2);
	CU_ASSERT_FALSE(lives_at(2));
	acknowledge(501, 1000, 3);
	acknowledge(601, 0, 4);
	CU_ASSERT(lives_at(4) && wire.progress_at == 4);
	/* A window probe and its answer: the client does not read. */
	acknowledge(601, 0, 5);
	acknowledge(601, 0, 6);
	CU_ASSERT_FALSE(lives_at(6));
	CU_ASSERT_EQUAL(wire.others, 2);
	/* It reads. */
	acknowledge(601, 500, 7);
	CU_ASSERT(lives_at(7) && wire.progress_at == 4 && wire.others == 0);
	/* A keep-alive: one byte that was acknowledged long ago. */
	send_segment(1000, (struct segment){TCP_FLAG_ACK, 1, 601, 500, 0}, 8);
	CU_ASSERT_FALSE(lives_at(8));
	/* New data, the same again, and the end. */
	send_segment(1000, (struct segment){TCP_FLAG_ACK | TCP_FLAG_PSH, 2, 601, 500, 100}, 9);
	CU_ASSERT(lives_at(9));
	send_segment(1000, (struct segment){TCP_FLAG_ACK | TCP_FLAG_PSH, 2, 601, 500, 100}, 10);
	CU_ASSERT_FALSE(lives_at(10));
	send_segment(1000, (struct segment){TCP_FLAG_ACK | TCP_FLAG_FIN, 102, 601, 500, 0}, 11);
	CU_ASSERT(lives_at(11));
	send_segment(1000, (struct segment){TCP_FLAG_RST, 103, 0, 0, 0}, 12);
	CU_ASSERT_FALSE(lives_at(12));
}

/* A datagram of the device. */
static void send_udp(uint16_t to, sim_ns now)
{
	uint8_t bytes[64] = {0};

	put(bytes + 34, 4000, 2);
	put(bytes + 36, to, 2);
	put(bytes + 38, 20, 2);
	see_ipv4(bytes, IP_UDP, 20, now);
}

/* A device whose lease is renewed every minute may have a client that is stuck for ever. */
static void a_lease_renewed_is_no_sign_of_life(void)
{
	uint8_t arp[60] = {[12] = 0x08, [13] = 0x06}, echo[64] = {0};

	wire_log_open(&wire, "", 0);
	send_udp(67, 1);
	see(arp, sizeof arp, 2);
	see_ipv4(echo, IP_ICMP, 20, 3);
	CU_ASSERT(lives_at(0) && wire.others == 3);
	CU_ASSERT_STRING_EQUAL(wire.heard, "power on");
	TEST_CONTAINS(wire.last_other, "to-server");
	send_udp(53, 4);
	CU_ASSERT(lives_at(4));
	echo[34] = 8;
	see_ipv4(echo, IP_ICMP, 20, 5);
	CU_ASSERT(lives_at(5) && wire.others == 0);
}

static void a_scenario_may_say_what_life_is(void)
{
	wire_log_open(&wire, "udp port 67", 0);
	send_udp(53, 1);
	connect_from(1000, 1, 2);
	CU_ASSERT(lives_at(0));
	send_udp(67, 3);
	CU_ASSERT(lives_at(3));
	wire_log_close(&wire);
}

const CU_TestInfo tests_wire_log[] = {
	{"what the kernel repeats is no sign of life", what_the_kernel_repeats_is_no_sign_of_life},
	{"a lease renewed is no sign of life", a_lease_renewed_is_no_sign_of_life},
	{"a scenario may say what life is", a_scenario_may_say_what_life_is},
	CU_TEST_INFO_NULL,
};
