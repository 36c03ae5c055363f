/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The port of a real server with a relay in front of it: time stamps, the end of a session, and
 * which plans need a relay.
 */
#include "harness/live/relayed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/fault/made.h"

extern const CU_TestInfo tests_live_relayed[];

#define STAMP UINT64_C(1234567)

/* The server's port: remembers what is sent, and has one frame to read. */
static struct inner {
	bool has_frame, closed;
	size_t syns, resets;
	uint8_t frame[FRAME_MIN], sent[FRAME_MAX];
} inner;

static bool read_frames(void *state, unsigned most, port_take *take, void *ctx, struct error *err)
{
	(void)state;
	(void)most;
	(void)err;
	if (inner.has_frame)
		take(ctx, bytes_of(inner.frame, sizeof inner.frame), STAMP);
	inner.has_frame = false;
	return true;
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	const struct packet packet = packet_parse(frame);

	(void)state;
	(void)err;
	CU_ASSERT(!inner.closed);
	memcpy(inner.sent, frame.data, frame.length);
	inner.syns += packet.tcp_flags == TCP_FLAG_SYN;
	inner.resets += (packet.tcp_flags & TCP_FLAG_RST) != 0;
	return SENT_WHOLE;
}

static struct port_counters count(void *state)
{
	(void)state;
	return (struct port_counters){.received = 0};
}

static void close_inner(void *state)
{
	(void)state;
	inner.closed = true;
}

static const struct port_ops ops = {read_frames, send_frame, count, close_inner};

static sim_ns tell_time(void *ctx)
{
	(void)ctx;
	return SIM_MS;
}

static uint64_t stamp;

static void take_stamp(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	(void)ctx;
	(void)frame;
	stamp = stamp_ns;
}

/* A segment of 192.0.2.100:40000 for 198.51.100.20:80. */
static struct bytes syn(void)
{
	static uint8_t frame[FRAME_MIN] = {2,    0,    0, 0,  0, 1,  2, 0, 0, 0,   0, 9, 8,    0,   0x45, 0,   0,
	                                   40,   0,    0, 0,  0, 64, 6, 0, 0, 192, 0, 2, 100,  198, 51,   100, 20,
	                                   0x9c, 0x40, 0, 80, 0, 0,  1, 0, 0, 0,   0, 0, 0x50, 2,   0xea, 0x60};

	checksum_mend(frame, 54);
	return bytes_of(frame, sizeof frame);
}

/* The server's answer to what it was sent last waits at its port. */
static void answer(void)
{
	const uint32_t next = packet_parse(bytes_of(inner.sent, sizeof inner.sent)).tcp_seq + 1;

	memcpy(inner.frame, inner.sent, sizeof inner.frame);
	memcpy(inner.frame + 26, inner.sent + 30, 4);
	memcpy(inner.frame + 30, inner.sent + 26, 4);
	memcpy(inner.frame + 34, inner.sent + 36, 2);
	memcpy(inner.frame + 36, inner.sent + 34, 2);
	put_be16(inner.frame + 16, 40);
	put_be32(inner.frame + 42, next);
	inner.frame[46] = 0x50;
	inner.frame[47] = TCP_FLAG_SYN | TCP_FLAG_ACK;
	checksum_mend(inner.frame, 54);
	inner.has_frame = true;
}

static void stamps_pass_and_the_end_is_told_while_there_is_a_way(void)
{
	struct plan *plan = memory_new(sizeof *plan);
	struct fault fault = made_checked_fault("it", "path=/never", "http_status", "code=503");
	const struct relay_ports ports = {{80}, 1};
	struct port end = {.ops = &ops, .fd = eventfd(0, EFD_CLOEXEC), .name = "server"};
	struct error err;

	plan->faults = &fault;
	plan->fault_count = 1;
	struct relayed *relayed = relayed_open(plan, &end, &ports, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(relayed);
	struct port port = relayed_port(relayed);
	struct trace *trace = trace_open_null();
	relayed_begin(relayed, &(struct service_ties){.trace = trace, .now = tell_time});
	inner.has_frame = true;
	inner.frame[12] = 8;
	inner.frame[13] = 6;
	CU_ASSERT(port.ops->read(port.state, 8, take_stamp, NULL, &err));
	CU_ASSERT_EQUAL(stamp, STAMP);
	CU_ASSERT(port.ops->send(port.state, syn(), &err));
	CU_ASSERT_EQUAL(inner.syns, 1);
	CU_ASSERT_EQUAL(inner.resets, 0);
	/*
	 * The server answers, so there is a connection, and the next segment it receives ends it.
	 */
	answer();
	CU_ASSERT(port.ops->read(port.state, 8, take_stamp, NULL, &err));
	CU_ASSERT_EQUAL(inner.resets, 0);
	port.ops->close(port.state);
	CU_ASSERT(inner.closed);
	CU_ASSERT_EQUAL(inner.resets, 1);
	relayed_close(relayed);
	trace_close(trace);
	(void)close(end.fd);
	free(plan);
}

static void a_replay_has_the_relay_of_its_run(void)
{
	struct plan *plan = memory_new(sizeof *plan);
	struct fault fault = made_fault("it", "", "drop", "");

	plan->replay = true;
	plan->faults = &fault;
	plan->fault_count = 1;
	CU_ASSERT(!relayed_is_needed(plan));
	fault.match.from = (struct window_edge){.kind = EDGE_ADDRESS, .at = "srv.http#4"};
	CU_ASSERT(relayed_is_needed(plan));
	free(plan);
}

const CU_TestInfo tests_live_relayed[] = {
	{"stamps pass, and the end is told while there is a way", stamps_pass_and_the_end_is_told_while_there_is_a_way},
	{"a replay has the relay of its run", a_replay_has_the_relay_of_its_run},
	CU_TEST_INFO_NULL,
};
