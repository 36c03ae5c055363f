/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/relay/relay.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/fault/window.h"
#include "harness/proxy/forged.h"
#include "harness/relay/inside.h"
#include "harness/server/fault.h"
#include "harness/server/host.h"

sim_ns relay_now(const struct relay *relay)
{
	return relay->config.sim->now;
}

/* -- what a plan asks for -- */

/*
 * Whether a window begins or ends at an event of a service, and at one that only shows where
 * connections are ended.
 */
static void need_edge(const struct window_edge *edge, struct relay_needs *needs)
{
	struct fault_address address;
	struct error err;

	if (edge->kind != EDGE_ADDRESS || !fault_address_parse(edge->at, &address, &err) || fault_sites[address.site].layer != LAYER_SERVER)
		return;
	needs->any = true;
	needs->web |= address.site == SITE_HTTP || address.site == SITE_TLS;
}

struct relay_needs relay_needs(const struct fault *faults, size_t count)
{
	struct relay_needs needs = {false, false};

	for (size_t i = 0; i < count; i++) {
		const struct action *action = faults[i].action;
		need_edge(&faults[i].match.from, &needs);
		need_edge(&faults[i].match.until, &needs);
		if (action_layer(action) != LAYER_SERVER)
			continue;
		needs.any = true;
		needs.web |= action->site == SITE_HTTP || action->site == SITE_TLS;
	}
	return needs;
}

struct relay_needs relay_needs_more(struct relay_needs one, struct relay_needs other)
{
	return (struct relay_needs){one.any || other.any, one.web || other.web};
}

const char *relay_refusal(const struct fault *fault)
{
	const struct service_fault *act;

	if (action_layer(fault->action) != LAYER_SERVER)
		return NULL;
	act = action_act(fault->action, LAYER_SERVER);
	return act->not_in_front != NULL ? act->not_in_front(fault_params(fault)) : NULL;
}

bool relay_read_ports(const char *text, struct relay_ports *ret_ports, struct error *err)
{
	struct relay_ports ports = {.count = 0};

	for (const char *at = text;; at++) {
		char *end;
		unsigned long port = at[0] >= '0' && at[0] <= '9' ? strtoul(at, &end, 10) : 0;
		if (port == 0 || port > UINT16_MAX || (*end != ',' && *end != '\0'))
			return error_set(err, "invalid ports '%s': expected numbers from 1 to 65535, separated by commas, such as 80,443",
			                 text);
		if (ports.count == RELAY_PORTS_MAX)
			return error_set(err, "too many ports: at most %u are allowed", RELAY_PORTS_MAX);
		ports.of[ports.count++] = (uint16_t)port;
		if (*end == '\0')
			break;
		at = end;
	}
	*ret_ports = ports;
	return true;
}

/* -- frames that leave -- */

static void leave(const struct relay *relay, struct frame *frame, enum direction direction)
{
	if (frame != NULL)
		relay->config.output(relay->config.ctx, frame, direction);
}

/* Our stack sends a packet of a connection; its frame is like the device's own, there or back. */
static void output_packet(void *ctx, struct bytes packet, enum direction direction, sim_ns now)
{
	struct relay *relay = ctx;
	const size_t header = (packet.data[0] & 15U) * 4U;
	uint8_t data[FRAME_MAX + LINK_HEADER_MAX];
	struct flow_ends ends;
	uint16_t source_port = 0, destination_port = 0;
	uint32_t source = 0, destination = 0;

	(void)now;
	(void)(bytes_be32(packet, 12, &source) && bytes_be32(packet, 16, &destination) && bytes_be16(packet, header, &source_port) &&
	       bytes_be16(packet, header + 2, &destination_port));
	ends = direction == TO_SERVER ? (struct flow_ends){source, destination, source_port, destination_port}
	                              : (struct flow_ends){destination, source, destination_port, source_port};
	/* What is done to flows one after the other makes our stack send, so their order stays. */
	const struct flow *flow = flow_look(&relay->flows, &ends);
	if (flow == NULL || flow->forgotten || flow->link_length + packet.length > FRAME_MAX)
		return;
	memcpy(data, flow->link, flow->link_length);
	if (direction == TO_DEVICE) {
		memcpy(data, flow->link + 6, 6);
		memcpy(data + 6, flow->link, 6);
	}
	memcpy(data + flow->link_length, packet.data, packet.length);
	size_t length = flow->link_length + packet.length;
	if (length < FRAME_MIN) {
		memset(data + length, 0, FRAME_MIN - length);
		length = FRAME_MIN;
	}
	leave(relay, frame_new(data, length), direction);
}

/* -- hosts that are down -- */

static bool has_fallen(const struct relay *relay, uint32_t server)
{
	const size_t known = relay->fallen_count < RELAY_NAMES_MAX ? relay->fallen_count : RELAY_NAMES_MAX;

	for (size_t i = 0; i < known; i++)
		if (relay->fallen[i] == server)
			return true;
	return relay->all_fallen;
}

/* The host has no memory of its connections; to the real one they are ended. */
static void fall(struct relay *relay, uint32_t fallen)
{
	for (struct flow *flow = relay->flows.oldest; flow != NULL; flow = flow->newer) {
		if (fallen != UINT32_MAX && flow->ends.server != fallen)
			continue;
		if (flow->exchange != NULL)
			exchange_drop(flow->exchange, true);
		flow->forgotten = true;
		flow->ended_here = false;
	}
	if (fallen == UINT32_MAX)
		relay->all_fallen = true;
	else if (!has_fallen(relay, fallen))
		relay->fallen[relay->fallen_count++ % RELAY_NAMES_MAX] = fallen;
}

/* @return whether the frame may go on. */
static bool passes_down(struct relay *relay, const struct frame *frame, const struct packet *packet, enum direction direction)
{
	struct service_faults *service_faults = relay->config.service_faults;
	uint32_t fallen;

	if (direction == TO_DEVICE)
		return !service_faults_is_down(service_faults, packet->source, relay_now(relay));
	enum passage passage = service_faults_packet(service_faults, packet->destination, packet->is_tcp, relay_now(relay), &fallen);
	if (fallen != 0)
		fall(relay, fallen);
	if (passage == PASSAGE_RESET)
		leave(relay, forged_answer(frame_bytes(frame), FORGED_RST, 0), TO_DEVICE);
	return passage == PASSAGE_FREE;
}

/* -- frames that come -- */

static struct flow_ends ends_of(const struct packet *packet, enum direction direction)
{
	return direction == TO_SERVER
	               ? (struct flow_ends){packet->source, packet->destination, packet->source_port, packet->destination_port}
	               : (struct flow_ends){packet->destination, packet->source, packet->destination_port, packet->source_port};
}

static bool is_of_web(const struct relay *relay, uint16_t port)
{
	for (size_t i = 0; relay->config.ends_web && i < relay->config.ports.count; i++)
		if (relay->config.ports.of[i] == port)
			return true;
	return false;
}

/* Whether a connection that begins is ended here. */
static bool can_end(const struct relay *relay, const struct flow_ends *ends)
{
	if (!is_of_web(relay, ends->server_port))
		return false;
	if (relay->active < RELAY_EXCHANGES_MAX)
		return true;
	trace_line(relay->config.trace, relay_now(relay), "relay",
	           "more than %u connections at once: that from port %u to port %u passes, and no fault of http or tls acts on it",
	           RELAY_EXCHANGES_MAX, ends->device_port, ends->server_port);
	return false;
}

/* RFC 791 3.2: the packet is a fragment, the first one. */
static bool is_first_fragment(const struct packet *packet)
{
	return !packet->later_fragment && (packet->body.data[6] & 0x20) != 0;
}

static uint16_t id_of(const struct packet *packet)
{
	return (uint16_t)(packet->body.data[4] << 8 | packet->body.data[5]);
}

/* A segment of a connection that is ended here. */
static void to_stack(struct relay *relay, struct frame *frame, const struct packet *packet, enum direction direction)
{
	if (is_first_fragment(packet))
		relay->fragmented[relay->fragmented_count++ % RELAY_DATAGRAMS] = (struct fragmented){packet->source, id_of(packet)};
	host_relay_input(packet->body, direction);
	frame_free(frame);
}

static bool follows_fragment(const struct relay *relay, const struct packet *packet)
{
	const size_t known = relay->fragmented_count < RELAY_DATAGRAMS ? relay->fragmented_count : RELAY_DATAGRAMS;

	for (size_t i = 0; packet->later_fragment && packet->protocol == IP_TCP && i < known; i++)
		if (relay->fragmented[i].source == packet->source && relay->fragmented[i].id == id_of(packet))
			return true;
	return false;
}

static void pass_segment(struct relay *relay, struct frame *frame, const struct packet *packet, enum direction direction)
{
	const struct flow_ends ends = ends_of(packet, direction);
	const bool begins = direction == TO_SERVER && (packet->tcp_flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == TCP_FLAG_SYN;
	const size_t link_length = (size_t)(packet->body.data - frame->data);
	struct flow *flow;

	if (begins && link_length <= LINK_HEADER_MAX) {
		flow = flow_begin(relay, &ends, frame_bytes(frame), link_length);
		flow->ended_here = flow->exchange != NULL || can_end(relay, &ends);
		if (flow->ended_here) {
			exchange_syn(relay, flow, frame, packet);
			return;
		}
	} else {
		flow = flow_find(&relay->flows, &ends);
	}
	if (flow != NULL && flow->ended_here) {
		to_stack(relay, frame, packet, direction);
	} else if (has_fallen(relay, ends.server) && (flow == NULL || flow->forgotten)) {
		/* Neither end knows the other any more. */
		leave(relay, forged_answer(frame_bytes(frame), FORGED_RST, 0), direction == TO_SERVER ? TO_DEVICE : TO_SERVER);
		frame_free(frame);
	} else {
		leave(relay, frame, direction);
	}
}

static void tell_of_ipv6(struct relay *relay, const struct packet *packet)
{
	if (packet->ethertype != ETHERTYPE_IPV6 || relay->told_of_ipv6 || packet->body.length < 7 ||
	    (packet->body.data[6] != IP_TCP && packet->body.data[6] != IP_UDP))
		return;
	relay->told_of_ipv6 = true;
	trace_line(relay->config.trace, relay_now(relay), "relay", "IPv6 passes: faults of services act over IPv4 only");
}

void relay_input(struct relay *relay, struct frame *frame, enum direction direction)
{
	const struct packet packet = packet_parse(frame_bytes(frame));

	if (!packet.is_ipv4) {
		tell_of_ipv6(relay, &packet);
		leave(relay, frame, direction);
	} else if (!passes_down(relay, frame, &packet, direction)) {
		frame_free(frame);
	} else if (packet.is_tcp) {
		pass_segment(relay, frame, &packet, direction);
	} else if (follows_fragment(relay, &packet)) {
		to_stack(relay, frame, &packet, direction);
	} else {
		leave(relay, datagram_pass(relay, frame, &packet, direction), direction);
	}
}

/* -- beginning and end -- */

static const char *name_host(void *ctx, uint32_t address)
{
	return names_of_address(&((struct relay *)ctx)->names, address);
}

struct relay *relay_open(const struct relay_config *config)
{
	struct relay *relay = memory_new(sizeof *relay);

	relay->config = *config;
	service_faults_take_hosts(config->service_faults, name_host, relay);
	if (config->ends_web) {
		host_open_relay(config->sim, config->trace, config->seed, output_packet, relay);
		exchanges_listen(relay);
	}
	return relay;
}

void relay_date(struct relay *relay, uint64_t unix_base_ns)
{
	relay->config.unix_base_ns = unix_base_ns;
}

void relay_close(struct relay *relay)
{
	if (relay == NULL)
		return;
	flows_close(&relay->flows);
	if (relay->config.ends_web)
		host_close();
	free(relay);
}
