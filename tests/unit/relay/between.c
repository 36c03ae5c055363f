/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/relay/between.h"

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

struct between between;

static const uint8_t macs[2][6] = {{2, 0, 0, 0, 0, 9}, {2, 0, 0, 0, 0, 1}};

/* -- frames -- */

void between_input(struct bytes frame, enum direction direction)
{
	relay_input(between.relay, frame_new(frame.data, frame.length), direction);
	sim_run_until(&between.sim, between.sim.now);
}

static void send_segment(struct between_wire *wire, enum direction direction, unsigned flags, struct bytes data)
{
	const struct between_end *end = &wire->ends[direction];
	const uint32_t addresses[] = {BETWEEN_DEVICE, wire->server};
	const uint16_t ports[] = {wire->device_port, wire->server_port};
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
	between_input(bytes_of(frame, length < FRAME_MIN ? FRAME_MIN : length), direction);
}

static void keep(struct between_end *end, struct bytes data)
{
	end->in = memory_resize(end->in, end->in_length + data.length + 1, 1);
	memcpy(end->in + end->in_length, data.data, data.length);
	end->in_length += data.length;
	end->in[end->in_length] = '\0';
	end->theirs += (uint32_t)data.length;
}

/* An answer to the SYN, if the server has one. */
static void answer_syn(struct between_wire *wire, const struct packet *packet)
{
	struct between_end *end = &wire->ends[TO_DEVICE];

	end->theirs = packet->tcp_seq + 1;
	if (wire->silent)
		return;
	send_segment(wire, TO_DEVICE, wire->refuses ? TCP_FLAG_RST | TCP_FLAG_ACK : TCP_FLAG_SYN | TCP_FLAG_ACK, bytes_of(NULL, 0));
	end->own++;
}

static void receive(struct between_wire *wire, const struct packet *packet, enum direction direction)
{
	struct between_end *end = &wire->ends[!direction];
	const bool is_syn = (packet->tcp_flags & TCP_FLAG_SYN) != 0;

	if (packet->tcp_flags & TCP_FLAG_RST) {
		end->reset = true;
		return;
	}
	if (is_syn && direction == TO_SERVER) {
		answer_syn(wire, packet);
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
		send_segment(wire, !direction, TCP_FLAG_ACK, bytes_of(NULL, 0));
}

static struct between_wire *wire_of(const struct packet *packet, enum direction direction)
{
	const uint32_t server = direction == TO_SERVER ? packet->destination : packet->source;
	const uint16_t device_port = direction == TO_SERVER ? packet->source_port : packet->destination_port;
	const uint16_t server_port = direction == TO_SERVER ? packet->destination_port : packet->source_port;
	struct between_wire *wire = between.wires;

	while (wire != NULL && (wire->server != server || wire->device_port != device_port || wire->server_port != server_port))
		wire = wire->next;
	return wire;
}

static void come(struct frame *frame, enum direction direction)
{
	const struct packet packet = packet_parse(frame_bytes(frame));
	struct between_wire *wire = packet.is_tcp ? wire_of(&packet, direction) : NULL;

	if (wire != NULL)
		receive(wire, &packet, direction);
	frame_free(frame);
}

static void pump(void)
{
	while (between.queues[TO_SERVER].count + between.queues[TO_DEVICE].count > 0) {
		const enum direction direction = between.queues[TO_SERVER].count > 0 ? TO_SERVER : TO_DEVICE;
		come(frame_queue_take(&between.queues[direction]), direction);
	}
}

void between_run(sim_ns time)
{
	const sim_ns end = between.sim.now + time;

	pump();
	while (sim_next(&between.sim) <= end) {
		sim_run_until(&between.sim, sim_next(&between.sim));
		pump();
	}
	sim_run_until(&between.sim, end);
}

/* -- connections -- */

void between_begin(struct between_wire *wire, uint32_t server, uint16_t port)
{
	static uint16_t last_port = 40000;
	const struct between_wire *known = between.wires;

	wire->server = server;
	wire->server_port = port;
	if (wire->device_port == 0)
		wire->device_port = last_port++;
	wire->ends[TO_SERVER].own = 1000;
	wire->ends[TO_DEVICE].own = 5000;
	while (known != NULL && known != wire)
		known = known->next;
	if (known == NULL) {
		wire->next = between.wires;
		between.wires = wire;
	}
	send_segment(wire, TO_SERVER, TCP_FLAG_SYN, bytes_of(NULL, 0));
	wire->ends[TO_SERVER].own++;
}

void between_connect(struct between_wire *wire, uint32_t server, uint16_t port)
{
	between_begin(wire, server, port);
	between_run(MOMENT);
}

void between_say(struct between_wire *wire, enum direction direction, const void *data, size_t length)
{
	struct bytes bytes = bytes_of(data, length);

	for (size_t at = 0, piece; at < length; at += piece) {
		piece = length - at < SEGMENT_MAX ? length - at : SEGMENT_MAX;
		send_segment(wire, direction, TCP_FLAG_ACK | TCP_FLAG_PSH, bytes_part(bytes, at, piece));
		wire->ends[direction].own += (uint32_t)piece;
		between_run(MOMENT);
	}
}

void between_text(struct between_wire *wire, enum direction direction, const char *text)
{
	between_say(wire, direction, text, strlen(text));
}

void between_end(struct between_wire *wire, enum direction direction)
{
	send_segment(wire, direction, TCP_FLAG_ACK | TCP_FLAG_FIN, bytes_of(NULL, 0));
	wire->ends[direction].own++;
	between_run(MOMENT);
}

void between_reset(struct between_wire *wire, enum direction direction)
{
	send_segment(wire, direction, TCP_FLAG_ACK | TCP_FLAG_RST, bytes_of(NULL, 0));
	between_run(MOMENT);
}

const char *between_came(struct between_wire *wire, enum direction direction)
{
	const struct between_end *end = &wire->ends[!direction];

	return end->in != NULL ? (const char *)end->in : "";
}

void between_forget(struct between_wire *wire)
{
	struct between_wire **place = &between.wires;

	while (*place != wire)
		place = &(*place)->next;
	*place = wire->next;
	free(wire->ends[TO_SERVER].in);
	free(wire->ends[TO_DEVICE].in);
}

/* -- the bench -- */

static void keep_line(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	between.text = memory_resize(between.text, between.text_length + length + 1, 1);
	memcpy(between.text + between.text_length, line, length);
	between.text_length += length;
	between.text[between.text_length] = '\0';
}

static void output(void *ctx, struct frame *frame, enum direction direction)
{
	(void)ctx;
	between.frames[direction]++;
	memcpy(between.last[direction], frame->data, frame->length);
	between.last_length[direction] = frame->length;
	frame_queue_put(&between.queues[direction], frame);
}

static struct service_faults *disrupt(const struct fault *faults, size_t count)
{
	return service_faults_open(faults, count, 1, between.trace, (struct armed_ops){NULL, NULL}, NULL);
}

void between_open(const struct fault *faults, size_t count)
{
	static const struct relay_ports ports = {RELAY_PORTS, 5};

	sim_open(&between.sim, 0);
	between.trace = trace_open((struct trace_sink){keep_line, NULL});
	between.service_faults = disrupt(faults, count);
	between.relay = relay_open(&(struct relay_config){.sim = &between.sim,
	                                                  .trace = between.trace,
	                                                  .service_faults = between.service_faults,
	                                                  .seed = 1,
	                                                  .ends_web = relay_needs(faults, count).web,
	                                                  .ports = ports,
	                                                  .output = output});
}

static const char *name_of(void *ctx, uint32_t address)
{
	(void)ctx;
	return names_of_address(&between.relay->names, address);
}

void between_take_faults(const struct fault *faults, size_t count)
{
	service_faults_close(between.service_faults);
	between.service_faults = between.relay->config.service_faults = disrupt(faults, count);
	service_faults_take_hosts(between.service_faults, name_of, NULL);
}

void between_close(void)
{
	relay_close(between.relay);
	/* What it still had to say comes, and nobody answers. */
	for (enum direction i = TO_SERVER; i <= TO_DEVICE; i++)
		for (struct frame *frame; (frame = frame_queue_take(&between.queues[i])) != NULL; frame_free(frame)) {
			const struct packet packet = packet_parse(frame_bytes(frame));
			struct between_wire *wire = packet.is_tcp ? wire_of(&packet, i) : NULL;
			if (wire != NULL && (packet.tcp_flags & TCP_FLAG_RST))
				wire->ends[!i].reset = true;
		}
	while (between.wires != NULL)
		between_forget(between.wires);
	service_faults_close(between.service_faults);
	sim_close(&between.sim);
	trace_close(between.trace);
	free(between.text);
}
