/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/relay/fixture.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "harness/relay/inside.h"

#define HEADERS (ETHERNET_HEADER + 20U + 20U)
#define SEGMENT_MAX 1400U
#define WINDOW 60000U
#define MOMENT (10 * SIM_MS)

struct relay_fixture relay_fixture;

static const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 9}, {2, 0, 0, 0, 0, 1}};

/* -- frames -- */

void relay_fixture_input(struct bytes frame, enum direction direction)
{
	relay_input(relay_fixture.relay, frame_new(frame.data, frame.length), direction);
	sim_run_until(&relay_fixture.sim, relay_fixture.sim.now);
}

static void send_segment(struct relay_connection *connection, enum direction direction, unsigned flags, struct bytes data)
{
	const struct relay_end *end = &connection->ends[direction];
	const uint32_t addresses[] = {RELAY_FIXTURE_DEVICE, connection->server};
	const uint16_t ports[] = {connection->device_port, connection->server_port};
	uint8_t frame[HEADERS + SEGMENT_MAX] = {0};
	uint8_t *ip = frame + ETHERNET_HEADER, *tcp = ip + 20;
	size_t length = HEADERS + data.length;

	memcpy(frame, macs[!direction], 6);
	memcpy(frame + 6, macs[direction], 6);
	put_be16(frame + 12, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, (unsigned)(length - ETHERNET_HEADER));
	ip[8] = 64;
	ip[9] = IP_TCP;
	put_be32(ip + 12, addresses[direction]);
	put_be32(ip + 16, addresses[!direction]);
	put_be16(tcp, ports[direction]);
	put_be16(tcp + 2, ports[!direction]);
	put_be32(tcp + 4, end->own);
	put_be32(tcp + 8, end->theirs);
	tcp[12] = 0x50;
	tcp[13] = (uint8_t)flags;
	put_be16(tcp + 14, WINDOW);
	if (data.length > 0)
		memcpy(tcp + 20, data.data, data.length);
	checksum_mend(frame, length);
	relay_fixture_input(bytes_of(frame, length < FRAME_MIN ? FRAME_MIN : length), direction);
}

static void keep(struct relay_end *end, struct bytes data)
{
	end->in = memory_resize(end->in, end->in_length + data.length + 1, 1);
	memcpy(end->in + end->in_length, data.data, data.length);
	end->in_length += data.length;
	end->in[end->in_length] = '\0';
	end->theirs += (uint32_t)data.length;
}

/* An answer to the SYN, if the server has one. */
static void answer_syn(struct relay_connection *connection, const struct packet *packet)
{
	struct relay_end *end = &connection->ends[TO_DEVICE];

	end->theirs = packet->tcp_seq + 1;
	if (connection->silent)
		return;
	send_segment(connection, TO_DEVICE, connection->refuses ? TCP_FLAG_RST | TCP_FLAG_ACK : TCP_FLAG_SYN | TCP_FLAG_ACK,
	             bytes_of(NULL, 0));
	end->own++;
}

static void receive(struct relay_connection *connection, const struct packet *packet, enum direction direction)
{
	struct relay_end *end = &connection->ends[!direction];
	const bool is_syn = (packet->tcp_flags & TCP_FLAG_SYN) != 0;

	if (packet->tcp_flags & TCP_FLAG_RST) {
		end->reset = true;
		return;
	}
	if (is_syn && direction == TO_SERVER) {
		answer_syn(connection, packet);
		return;
	}
	end->up = true;
	if (is_syn)
		end->theirs = packet->tcp_seq + 1;
	if (packet->tcp_seq == end->theirs && packet->payload.length > 0)
		keep(end, packet->payload);
	if ((packet->tcp_flags & TCP_FLAG_FIN) && packet->tcp_seq + (uint32_t)packet->payload.length == end->theirs) {
		end->ended = true;
		end->theirs++;
	}
	if (is_syn || packet->payload.length > 0 || (packet->tcp_flags & TCP_FLAG_FIN))
		send_segment(connection, !direction, TCP_FLAG_ACK, bytes_of(NULL, 0));
}

static struct relay_connection *wire_of(const struct packet *packet, enum direction direction)
{
	const uint32_t server = direction == TO_SERVER ? packet->destination : packet->source;
	const uint16_t device_port = direction == TO_SERVER ? packet->source_port : packet->destination_port;
	const uint16_t server_port = direction == TO_SERVER ? packet->destination_port : packet->source_port;
	struct relay_connection *connection = relay_fixture.connections;

	while (connection != NULL &&
	       (connection->server != server || connection->device_port != device_port || connection->server_port != server_port))
		connection = connection->next;
	return connection;
}

static void come(struct frame *frame, enum direction direction)
{
	const struct packet packet = packet_parse(frame_bytes(frame));
	struct relay_connection *connection = packet.is_tcp ? wire_of(&packet, direction) : NULL;

	if (connection != NULL)
		receive(connection, &packet, direction);
	frame_free(frame);
}

static void pump(void)
{
	while (relay_fixture.queues[TO_SERVER].count + relay_fixture.queues[TO_DEVICE].count > 0) {
		const enum direction direction = relay_fixture.queues[TO_SERVER].count > 0 ? TO_SERVER : TO_DEVICE;
		come(frame_queue_take(&relay_fixture.queues[direction]), direction);
	}
}

void relay_fixture_run(sim_ns time)
{
	const sim_ns end = relay_fixture.sim.now + time;

	pump();
	while (sim_next(&relay_fixture.sim) <= end) {
		sim_run_until(&relay_fixture.sim, sim_next(&relay_fixture.sim));
		pump();
	}
	sim_run_until(&relay_fixture.sim, end);
}

/* -- connections -- */

void relay_fixture_begin(struct relay_connection *connection, uint32_t server, uint16_t port)
{
	static uint16_t last_port = 40000;
	const struct relay_connection *known = relay_fixture.connections;

	connection->server = server;
	connection->server_port = port;
	if (connection->device_port == 0)
		connection->device_port = last_port++;
	connection->ends[TO_SERVER].own = 1000;
	connection->ends[TO_DEVICE].own = 5000;
	while (known != NULL && known != connection)
		known = known->next;
	if (known == NULL) {
		connection->next = relay_fixture.connections;
		relay_fixture.connections = connection;
	}
	send_segment(connection, TO_SERVER, TCP_FLAG_SYN, bytes_of(NULL, 0));
	connection->ends[TO_SERVER].own++;
}

void relay_fixture_connect(struct relay_connection *connection, uint32_t server, uint16_t port)
{
	relay_fixture_begin(connection, server, port);
	relay_fixture_run(MOMENT);
}

void relay_fixture_say(struct relay_connection *connection, enum direction direction, const void *data, size_t length)
{
	struct bytes bytes = bytes_of(data, length);

	for (size_t at = 0, piece; at < length; at += piece) {
		piece = length - at < SEGMENT_MAX ? length - at : SEGMENT_MAX;
		send_segment(connection, direction, TCP_FLAG_ACK | TCP_FLAG_PSH, bytes_part(bytes, at, piece));
		connection->ends[direction].own += (uint32_t)piece;
		relay_fixture_run(MOMENT);
	}
}

void relay_fixture_text(struct relay_connection *connection, enum direction direction, const char *text)
{
	relay_fixture_say(connection, direction, text, strlen(text));
}

void relay_fixture_end(struct relay_connection *connection, enum direction direction)
{
	send_segment(connection, direction, TCP_FLAG_ACK | TCP_FLAG_FIN, bytes_of(NULL, 0));
	connection->ends[direction].own++;
	relay_fixture_run(MOMENT);
}

void relay_fixture_reset(struct relay_connection *connection, enum direction direction)
{
	send_segment(connection, direction, TCP_FLAG_ACK | TCP_FLAG_RST, bytes_of(NULL, 0));
	relay_fixture_run(MOMENT);
}

const char *relay_fixture_came(struct relay_connection *connection, enum direction direction)
{
	const struct relay_end *end = &connection->ends[!direction];

	return end->in != NULL ? (const char *)end->in : "";
}

void relay_fixture_forget(struct relay_connection *connection)
{
	struct relay_connection **place = &relay_fixture.connections;

	while (*place != connection)
		place = &(*place)->next;
	*place = connection->next;
	free(connection->ends[TO_SERVER].in);
	free(connection->ends[TO_DEVICE].in);
}

/* -- the fixture -- */

static void output(void *ctx, struct frame *frame, enum direction direction)
{
	(void)ctx;
	relay_fixture.frames[direction]++;
	memcpy(relay_fixture.last[direction], frame->data, frame->length);
	relay_fixture.last_length[direction] = frame->length;
	frame_queue_put(&relay_fixture.queues[direction], frame);
}

static struct service_faults *open_faults(const struct fault *faults, size_t count)
{
	return service_faults_open(faults, count, 1, relay_fixture.trace.trace, (struct armed_ops){NULL, NULL}, NULL);
}

void relay_fixture_open(const struct fault *faults, size_t count)
{
	static const struct relay_ports ports = {RELAY_PORTS, 5};

	sim_open(&relay_fixture.sim, 0);
	trace_text_open(&relay_fixture.trace);
	relay_fixture.service_faults = open_faults(faults, count);
	relay_fixture.relay = relay_open(&(struct relay_config){.sim = &relay_fixture.sim,
	                                                        .trace = relay_fixture.trace.trace,
	                                                        .service_faults = relay_fixture.service_faults,
	                                                        .seed = 1,
	                                                        .ends_web = relay_needs(faults, count).web,
	                                                        .ports = ports,
	                                                        .output = output});
}

static const char *name_of(void *ctx, uint32_t address)
{
	(void)ctx;
	return names_of_address(&relay_fixture.relay->names, address);
}

void relay_fixture_take_faults(const struct fault *faults, size_t count)
{
	service_faults_close(relay_fixture.service_faults);
	relay_fixture.service_faults = relay_fixture.relay->config.service_faults = open_faults(faults, count);
	service_faults_take_hosts(relay_fixture.service_faults, name_of, NULL);
}

void relay_fixture_close(void)
{
	relay_close(relay_fixture.relay);
	/* Its last segments arrive, and are not answered. */
	for (enum direction i = TO_SERVER; i <= TO_DEVICE; i++)
		for (struct frame *frame; (frame = frame_queue_take(&relay_fixture.queues[i])) != NULL; frame_free(frame)) {
			const struct packet packet = packet_parse(frame_bytes(frame));
			struct relay_connection *connection = packet.is_tcp ? wire_of(&packet, i) : NULL;
			if (connection != NULL && (packet.tcp_flags & TCP_FLAG_RST))
				connection->ends[!i].reset = true;
		}
	while (relay_fixture.connections != NULL)
		relay_fixture_forget(relay_fixture.connections);
	service_faults_close(relay_fixture.service_faults);
	sim_close(&relay_fixture.sim);
	trace_text_close(&relay_fixture.trace);
}
