/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many connections through the relay: hosts that go down, more connections than it can terminate,
 * and its own end; and what it does without terminating any.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "harness/relay/inside.h"
#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/fault/made.h"
#include "tests/unit/relay/fixture.h"

extern const CU_TestInfo tests_relay_many[];

#define GET "GET /a HTTP/1.1\r\nHost: server\r\n\r\n"

static struct fault faults[2];

static void open_with(const char *match, const char *action, const char *params)
{
	faults[0] = made_checked_fault("it", match, action, params);
	relay_fixture_open(faults, 1);
}

/* A relay that ends connections though nothing acts on HTTP: another fault is about that. */
static void open_with_web(const char *match, const char *action, const char *params)
{
	faults[0] = made_checked_fault("it", match, action, params);
	faults[1] = made_checked_fault("never", "path=/never", "http_status", "code=503");
	relay_fixture_open(faults, 2);
}

/*
 * Segments towards servers so far: the sequence number of the next one follows from them, whichever
 * end sends it.
 */
static void a_host_that_goes_down_forgets_all_its_connections(void)
{
	static struct relay_connection connections[3];

	open_with_web("nth=20", "server_down", "for=1s;how=silence");
	for (size_t i = 0; i < 3; i++) {
		relay_fixture_connect(&connections[i], i < 2 ? RELAY_FIXTURE_SERVER : RELAY_FIXTURE_SERVER + 1, 80);
		relay_fixture_text(&connections[i], TO_SERVER, GET);
	}
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 3);
	for (size_t i = 0; i < 20 && relay_fixture.relay->active == 3; i++)
		relay_fixture_text(&connections[0], TO_SERVER, "x");
	/*
	 * The server has seen them end; the device has received nothing. The other host's goes on.
	 */
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 1);
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT(connections[i].ends[TO_DEVICE].reset && !connections[i].ends[TO_SERVER].reset);
	CU_ASSERT(!connections[2].ends[TO_DEVICE].reset);
	relay_fixture_run(2 * SIM_S);
	/* It is up again and has forgotten them. */
	for (size_t i = 0; i < 2; i++) {
		relay_fixture_text(&connections[i], TO_SERVER, "y");
		CU_ASSERT(connections[i].ends[TO_SERVER].reset);
	}
	relay_fixture_close();
}

static void hosts_that_were_down_are_remembered_the_latest_ones_first(void)
{
	static struct relay_connection connections[RELAY_NAMES_MAX + 2];
	const size_t count = RELAY_NAMES_MAX + 2;

	open_with_web("", "server_down", "for=1ms;how=silence");
	/* A SYN takes the host down: each of them is one that has fallen. */
	for (size_t i = 0; i < count; i++)
		relay_fixture_connect(&connections[i], RELAY_FIXTURE_SERVER + (uint32_t)i, 80);
	const struct relay *relay = relay_fixture.relay;
	CU_ASSERT_EQUAL_FATAL(relay->fallen_count, count);
	CU_ASSERT_EQUAL(relay->fallen[0], RELAY_FIXTURE_SERVER + RELAY_NAMES_MAX);
	CU_ASSERT_EQUAL(relay->fallen[1], RELAY_FIXTURE_SERVER + RELAY_NAMES_MAX + 1);
	CU_ASSERT_EQUAL(relay->fallen[2], RELAY_FIXTURE_SERVER + 2);
	relay_fixture_close();
}

static void the_end_of_the_relay_is_told_to_both_ends(void)
{
	static struct relay_connection connections[2];

	open_with_web("path=/never", "http_status", "code=500");
	for (size_t i = 0; i < 2; i++) {
		relay_fixture_connect(&connections[i], RELAY_FIXTURE_SERVER, 80);
		relay_fixture_text(&connections[i], TO_SERVER, GET);
	}
	relay_fixture_begin(&connections[0], RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connections[1], TO_DEVICE, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nab");
	relay_close(relay_fixture.relay);
	relay_fixture.relay = NULL;
	size_t resets[2] = {0, 0};
	for (enum direction i = TO_SERVER; i <= TO_DEVICE; i++)
		for (struct frame *frame; (frame = frame_queue_take(&relay_fixture.queues[i])) != NULL; frame_free(frame))
			resets[i] += (packet_parse(frame_bytes(frame)).tcp_flags & TCP_FLAG_RST) != 0;
	CU_ASSERT_EQUAL(resets[TO_SERVER], 2);
	CU_ASSERT_EQUAL(resets[TO_DEVICE], 2);
	relay_fixture_close();
}

static void one_connection_too_many_passes_and_the_trace_says_so(void)
{
	struct relay_connection *connections = memory_new((RELAY_EXCHANGES_MAX + 1) * sizeof *connections),
				*last = &connections[RELAY_EXCHANGES_MAX];

	open_with("", "http_status", "code=503");
	for (size_t i = 0; i <= RELAY_EXCHANGES_MAX; i++)
		relay_fixture_connect(&connections[i], RELAY_FIXTURE_SERVER, 80);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, RELAY_EXCHANGES_MAX);
	TEST_CONTAINS(relay_fixture.trace.text, "more than 1024 connections at once");
	relay_fixture_text(last, TO_SERVER, GET);
	TEST_SAME_TEXT(relay_fixture_came(last, TO_SERVER), GET);
	relay_fixture_text(&connections[0], TO_SERVER, GET);
	TEST_CONTAINS(relay_fixture_came(&connections[0], TO_DEVICE), "HTTP/1.1 503 ");
	/* One less, and the next one is ended here again. */
	relay_fixture_reset(&connections[0], TO_SERVER);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, RELAY_EXCHANGES_MAX - 1);
	struct relay_connection next = {.server = 0};
	relay_fixture_connect(&next, RELAY_FIXTURE_SERVER, 80);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, RELAY_EXCHANGES_MAX);
	relay_fixture_close();
	free(connections);
}

static void what_a_server_makes_of_a_syn_comes_to_the_device(void)
{
	static struct relay_connection refused, lost;

	open_with("path=/never", "http_status", "code=503");
	refused.refuses = true;
	relay_fixture_connect(&refused, RELAY_FIXTURE_SERVER, 80);
	CU_ASSERT(refused.ends[TO_SERVER].reset);
	lost.silent = true;
	relay_fixture_connect(&lost, RELAY_FIXTURE_SERVER + 1, 80);
	relay_fixture_run(300 * SIM_S);
	CU_ASSERT(!lost.ends[TO_SERVER].reset && !lost.ends[TO_SERVER].up);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 0);
	relay_fixture_close();
}

/* A question for www.x, an A record. */
static const uint8_t question[] = {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 3, 'w', 'w', 'w', 1, 'x', 0, 0, 1, 0, 1};

static void send_datagram(const uint8_t *payload, size_t length, enum direction direction)
{
	uint8_t frame[512] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0, 0x45};
	const uint32_t ends[] = {RELAY_FIXTURE_DEVICE, RELAY_FIXTURE_SERVER};
	const unsigned ports[] = {40000, 53};

	put_be16(frame + 16, (unsigned)(28 + length));
	frame[22] = 64;
	frame[23] = IP_UDP;
	put_be32(frame + 26, ends[direction]);
	put_be32(frame + 30, ends[!direction]);
	put_be16(frame + 34, ports[direction]);
	put_be16(frame + 36, ports[!direction]);
	put_be16(frame + 38, (unsigned)(8 + length));
	memcpy(frame + 42, payload, length);
	checksum_mend(frame, 42 + length);
	relay_fixture_input(bytes_of(frame, 42 + length < FRAME_MIN ? FRAME_MIN : 42 + length), direction);
}

static void who_needs_datagrams_only_ends_no_connection(void)
{
	static struct relay_connection connection;
	uint8_t answer[sizeof question];

	open_with("host=www.x;nth=1", "dns", "answer=servfail");
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, GET);
	TEST_SAME_TEXT(relay_fixture_came(&connection, TO_SERVER), GET);
	CU_ASSERT_EQUAL(relay_fixture.relay->exchanges, 0);
	memcpy(answer, question, sizeof question);
	answer[2] = 0x81;
	for (unsigned round = 0; round < 2; round++) {
		send_datagram(question, sizeof question, TO_SERVER);
		send_datagram(answer, sizeof answer, TO_DEVICE);
		const struct packet packet = packet_parse(bytes_of(relay_fixture.last[TO_DEVICE], relay_fixture.last_length[TO_DEVICE]));
		CU_ASSERT_EQUAL_FATAL(packet.payload.length, sizeof answer);
		CU_ASSERT_EQUAL(packet.payload.data[3] & 15, round == 0 ? 2 : 0);
	}
	relay_fixture_close();
}

static unsigned names_asked;

static const char *ask_name(void *ctx, uint32_t address)
{
	(void)ctx;
	(void)address;
	names_asked++;
	return "server";
}

static void names_are_asked_for_only_where_a_fault_takes_hosts_down(void)
{
	static const char *const actions[][2] = {{"http_status", "code=503"}, {"server_down", "for=1s"}};
	uint32_t fallen;

	for (size_t i = 0; i < 2; i++) {
		faults[0] = made_checked_fault("it", "host=other", actions[i][0], actions[i][1]);
		struct trace *trace = trace_open_null();
		struct service_faults *service_faults = service_faults_open(faults, 1, 1, trace, (struct armed_ops){NULL, NULL}, NULL);
		names_asked = 0;
		service_faults_take_hosts(service_faults, ask_name, NULL);
		CU_ASSERT_EQUAL(service_faults_packet(service_faults, RELAY_FIXTURE_SERVER, true, 0, &fallen), PASSAGE_FREE);
		CU_ASSERT_EQUAL(names_asked, i);
		service_faults_close(service_faults);
		trace_close(trace);
	}
}

const CU_TestInfo tests_relay_many[] = {
	{"a host that goes down forgets all its connections", a_host_that_goes_down_forgets_all_its_connections},
	{"hosts that were down are remembered, the latest ones first", hosts_that_were_down_are_remembered_the_latest_ones_first},
	{"the end of the relay is told to both ends", the_end_of_the_relay_is_told_to_both_ends},
	{"one connection too many passes, and the trace says so", one_connection_too_many_passes_and_the_trace_says_so},
	{"what a server makes of a SYN comes to the device", what_a_server_makes_of_a_syn_comes_to_the_device},
	{"who needs datagrams only ends no connection", who_needs_datagrams_only_ends_no_connection},
	{"names are asked for only where a fault takes hosts down", names_are_asked_for_only_where_a_fault_takes_hosts_down},
	CU_TEST_INFO_NULL,
};
