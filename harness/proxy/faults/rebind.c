/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A NAT loses its state.
 *
 * How it works: the NAT's outer port of a conversation is another from the frame that is hit on.
 * What follows is a consequence: frames of the device get the new port, answers to it get the
 * device's own again, and answers to the old one have no way in (RFC 4787 sec. 4.3). A conversation
 * may be rebound again, by this rule or by another; so what a rule remembers is the port as the
 * server knew it before, not the device's alone. ICMP errors about a rebound conversation quote the
 * outer port and pass as they are.
 */
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"
#include "harness/proxy/exact.h"

#define PORT_FIRST 1024U   /* the lowest that a NAT takes of its own accord */
#define BINDINGS_MAX 1024U /* of one rule; what would be rebound beyond keeps its port */
#define TCP_CHECKSUM 16U
#define UDP_CHECKSUM 6U

/** A NAT gives a conversation another port. */
struct rebind_params {
	uint64_t port; /**< 0: the next one */
};

static const struct param rows[] = {
	PARAM_ROW_QUANTITY(rebind_params, port, "port", UNIT_NONE, "0", 0, 65535,
                           "port towards the server, from this frame on; 0: the next one"),
	{0},
};

struct ends {
	uint32_t client, server;
	uint16_t client_port, server_port;
	uint8_t protocol;
};

struct binding {
	struct ends ends;  /* with the port that the device uses */
	uint16_t old, new; /* outer ports */
};

struct rebind {
	struct binding *list;
	size_t count, room;
};

static struct ends ends_of(const struct packet *packet, enum direction direction)
{
	bool out = direction == TO_SERVER;

	return (struct ends){.client = out ? packet->source : packet->destination,
	                     .server = out ? packet->destination : packet->source,
	                     .client_port = out ? packet->source_port : packet->destination_port,
	                     .server_port = out ? packet->destination_port : packet->source_port,
	                     .protocol = packet->protocol};
}

/* Whether a binding is about a frame whose port is @p port where the frame has its client's. */
static bool is_between(const struct binding *binding, const struct ends *ends, uint16_t port)
{
	return binding->ends.client == ends->client && binding->ends.server == ends->server &&
	       binding->ends.server_port == ends->server_port && binding->ends.protocol == ends->protocol && ends->client_port == port;
}

/*
 * Only the port and the checksum that covers it change, so that a first fragment stays right (RFC
 * 1624).
 */
static void set_client_port(struct act *act, enum direction direction, uint16_t port)
{
	act_own(act, act->frame->length);
	const struct packet packet = packet_parse(frame_bytes(act->frame));
	uint8_t *segment = act->frame->data + (packet.body.data - act->frame->data) + (size_t)(packet.body.data[0] & 15) * 4;
	size_t have = act->frame->length - (size_t)(segment - act->frame->data);
	uint8_t *at = segment + (direction == TO_SERVER ? 0 : 2);
	size_t place = packet.protocol == IP_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
	uint16_t before = (uint16_t)(at[0] << 8 | at[1]);

	put_be16(at, port);
	if (have < place + 2)
		return;
	uint16_t checksum = (uint16_t)(segment[place] << 8 | segment[place + 1]);
	if (packet.protocol == IP_UDP && checksum == 0)
		return;
	checksum = checksum_adjusted(checksum, before, port);
	put_be16(segment + place, checksum == 0 && packet.protocol == IP_UDP ? 0xffff : checksum);
}

/* Ports as they stand on the wire, and as earlier rules have made them. */
struct ports {
	struct ends wire, now;
};

static bool read_ports(const struct passage *passage, const struct act *act, struct ports *ret_ports)
{
	const struct packet packet = packet_parse(frame_bytes(act->frame));

	if (!packet.has_ports || !passage->packet.has_ports)
		return false;
	ret_ports->wire = ends_of(&passage->packet, passage->event.direction);
	ret_ports->now = ends_of(&packet, passage->event.direction);
	return true;
}

static void say_port(struct act *act, uint16_t port)
{
	*(struct rebind_params *)act_says(act, &fault_rebind) = (struct rebind_params){.port = port};
}

/*
 * Goes on with what has been rebound. It does not end the rule's turn: the frame may be one that
 * rebinds again.
 */
static bool watch(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct rebind *rebind = rule->state;
	struct ports ports;

	if (rebind->count == 0 || !read_ports(passage, act, &ports))
		return false;
	for (size_t i = 0; i < rebind->count && !act->drop; i++) {
		const struct binding *binding = &rebind->list[i];
		bool out = passage->event.direction == TO_SERVER;
		if (!is_between(binding, &ports.wire, out ? binding->ends.client_port : binding->new)) {
			act->drop |= !out && is_between(binding, &ports.wire, binding->old);
			continue;
		}
		set_client_port(act, passage->event.direction, out ? binding->new : binding->ends.client_port);
		act->applied = true;
	}
	act->applied |= act->drop;
	act->consequence = act->applied;
	/* What it says is told all the same; the port is the one that this frame has got. */
	if (act->applied) {
		(void)read_ports(passage, act, &ports);
		say_port(act, ports.now.client_port);
	}
	return act->drop;
}

static bool is_taken(const struct rebind *rebind, const struct ends *ends, uint16_t port)
{
	for (size_t i = 0; i < rebind->count; i++) {
		struct ends candidate = *ends;
		candidate.client_port = port;
		if (is_between(&rebind->list[i], &candidate, rebind->list[i].new))
			return true;
	}
	return false;
}

static uint16_t next_port(const struct rebind *rebind, const struct ends *ends, uint16_t port)
{
	do
		port = port < PORT_FIRST || port == UINT16_MAX ? PORT_FIRST : (uint16_t)(port + 1);
	while (is_taken(rebind, ends, port));
	return port;
}

static void add_binding(struct rebind *rebind, const struct binding *binding)
{
	if (rebind->count == rebind->room) {
		rebind->room = rebind->room > 0 ? rebind->room * 2 : 8;
		rebind->list = memory_resize(rebind->list, rebind->room, sizeof *rebind->list);
	}
	rebind->list[rebind->count++] = *binding;
}

/*
 * A frame of the device is the first with the new port; one of the server finds the old one gone.
 */
static void apply(struct rule *rule, const struct passage *passage, struct act *act)
{
	const struct rebind_params *params = fault_params(&rule->fault);
	bool out = passage->event.direction == TO_SERVER;
	struct binding binding;
	struct ports ports;

	if (((struct rebind *)rule->state)->count == BINDINGS_MAX || !read_ports(passage, act, &ports))
		return;
	binding.ends = out ? ports.wire : ports.now;
	binding.old = (out ? ports.now : ports.wire).client_port;
	binding.new = (uint16_t)params->port;
	if (binding.new == 0)
		binding.new = next_port(rule->state, &binding.ends, binding.old);
	if (binding.new == binding.old)
		return;
	add_binding(rule->state, &binding);
	if (out)
		set_client_port(act, passage->event.direction, binding.new);
	say_port(act, binding.new);
	act->consequence = false;
	act->drop = !out;
}

static void close(struct rule *rule)
{
	free(((struct rebind *)rule->state)->list);
}

static bool lasts(const struct rule *rule)
{
	return ((const struct rebind *)rule->state)->count > 0;
}

static const struct behaviour behaviour = {
	.apply = apply, .watch = watch, .state_size = sizeof(struct rebind), .close = close, .lasts = lasts};

const struct action fault_rebind = {
	.name = "rebind",
	.summary = "from the frame that matches, a NAT has another port for its conversation",
	.site = SITE_FRAME,
	.params = rows,
	.params_size = sizeof(struct rebind_params),
	.act = &behaviour,
};
