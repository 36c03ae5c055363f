/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/naming.h"

#include <stdlib.h>
#include <string.h>

#include "lib/address/namer.h"
#include "lib/base/memory.h"
#include "harness/recorded/messages.h"
#include "harness/recorded/packets.h"
#include "harness/server/dhcp.h"

/* What a frame of Ethernet carries of TCP; more is divided by the interface, behind the capture. */
#define SEGMENT_MAX 1460U

/* What was lost in front of the capture, as its second sending has it. */
struct copy {
	struct packet packet;
	uint32_t length; /* on the wire */
	uint8_t *payload;
};

struct walk {
	struct losses *losses;
	struct copy copies[LOSSES_MAX];
	struct namer *namer;
	const struct owner *device;
};

static bool is_of_device(const struct walk *walk, const struct packet *packet, enum direction *ret_direction)
{
	const struct owner *device = walk->device;
	struct dhcp_message lease;

	if (packet->protocol == IP_UDP && (packet->source_port == DHCP_SERVER_PORT || packet->source_port == DHCP_CLIENT_PORT) &&
	    dhcp_message_read(packet->payload, &lease)) {
		*ret_direction = lease.from_client ? TO_SERVER : TO_DEVICE;
		return !device->known || memcmp(lease.hardware, device->hardware, sizeof lease.hardware) == 0;
	}
	*ret_direction = packet->source == device->address ? TO_SERVER : TO_DEVICE;
	return packet->source == device->address || packet->destination == device->address;
}

/* The copies are made before the walk, as they come behind the places where they belong. */
static void keep_copies(struct walk *walk, const struct recorded_packet *packet)
{
	for (size_t i = 0; i < walk->losses->count; i++) {
		const struct loss *loss = &walk->losses->list[i];
		struct copy *copy = &walk->copies[i];
		if (loss->before == 0 || loss->packet != packet->number)
			continue;
		*copy = (struct copy){packet->packet, packet->payload_length, memory_new(packet->packet.payload.length + 1)};
		memcpy(copy->payload, packet->packet.payload.data, packet->packet.payload.length);
		copy->packet.payload.data = copy->payload;
		copy->packet.body = bytes_part(copy->packet.payload, 0, 0);
	}
}

/* Names one frame, and whatever it is that was lost or late. */
static void see(struct walk *walk, enum direction direction, const struct packet *packet, uint32_t length, uint64_t number, uint64_t before)
{
	struct naming naming;

	namer_see(walk->namer, direction, packet, packet_flow(packet), &naming);
	for (size_t i = 0; i < walk->losses->count; i++) {
		struct loss *loss = &walk->losses->list[i];
		bool same = loss->packet == number && loss->before == before;
		uint32_t into = loss->sequence - packet->tcp_seq;
		if (same && loss->at[0] == '\0' && (loss->sequence == 0 || !packet->is_tcp || into < length || length == 0))
			(void)naming_render(&naming, loss->at);
	}
}

/* A segment as frames. */
static void see_segment(struct walk *walk, const struct packet *packet, uint32_t length, uint64_t number, uint64_t before)
{
	struct packet part = *packet;
	enum direction direction;

	if (!is_of_device(walk, packet, &direction))
		return;
	if (!packet->is_tcp || length <= SEGMENT_MAX) {
		see(walk, direction, packet, length, number, before);
		return;
	}
	for (uint32_t at = 0; at < length; at += SEGMENT_MAX) {
		uint32_t size = length - at < SEGMENT_MAX ? length - at : SEGMENT_MAX;
		part.tcp_seq = packet->tcp_seq + at;
		part.payload = bytes_part(packet->payload, at, size);
		see(walk, direction, &part, size, number, before);
	}
}

/* What belongs in front of this packet, and whether the packet itself is in its place. */
static bool put_in(struct walk *walk, uint64_t number)
{
	bool in_place = true;

	for (size_t i = 0; i < walk->losses->count; i++) {
		const struct loss *loss = &walk->losses->list[i];
		if (loss->before == number && walk->copies[i].payload != NULL)
			see_segment(walk, &walk->copies[i].packet, walk->copies[i].length, loss->packet, loss->before);
		/* What was overtaken has been there once only. */
		in_place &= loss->packet != number || loss->before == 0 || loss->kind != LOSS_LATE;
	}
	return in_place;
}

static bool walk_through(struct walk *walk, const char *path, void (*take)(struct walk *walk, const struct recorded_packet *packet),
                         struct error *err)
{
	struct recorded_packet packet;
	struct packets *packets;

	if (!packets_open(&packets, path, err))
		return false;
	while (packets_next(packets, &packet))
		take(walk, &packet);
	packets_close(packets);
	return true;
}

static void name_packet(struct walk *walk, const struct recorded_packet *packet)
{
	if (put_in(walk, packet->number))
		see_segment(walk, &packet->packet, packet->payload_length, packet->number, 0);
}

bool naming_find(struct losses *losses, const char *path, const struct owner *device, struct error *err)
{
	struct walk *walk = memory_new(sizeof *walk);

	walk->losses = losses;
	walk->device = device;
	walk->namer = namer_open();
	bool good = walk_through(walk, path, keep_copies, err) && walk_through(walk, path, name_packet, err);
	for (size_t i = 0; i < losses->count; i++) {
		losses->unnamed += losses->list[i].at[0] == '\0';
		free(walk->copies[i].payload);
	}
	namer_close(walk->namer);
	free(walk);
	return good;
}
