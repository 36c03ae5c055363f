/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/delivery.h"

#include <stdbool.h>
#include <stdlib.h>

#include "lib/base/memory.h"
#include "lib/link/packet.h"

static bool is_same_flow(const struct delivery_flow *a, const struct delivery_flow *b)
{
	return a->address == b->address && a->port == b->port && a->remote_port == b->remote_port;
}

void delivery_expect(struct delivery *delivery, const struct delivery_stretch *stretch)
{
	struct delivery_stretch *last = delivery->count > 0 ? &delivery->stretches[delivery->count - 1] : NULL;

	if (last != NULL && is_same_flow(&last->flow, &stretch->flow) && last->bytes == stretch->bytes &&
	    last->sequence + last->length == stretch->sequence) {
		last->length += stretch->length;
		return;
	}
	if (delivery->count == delivery->room) {
		delivery->room = delivery->room > 0 ? delivery->room * 2 : 16;
		delivery->stretches = memory_resize(delivery->stretches, delivery->room, sizeof *delivery->stretches);
	}
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): there is room by now. */
	delivery->stretches[delivery->count++] = *stretch;
}

/*
 * How many bytes of @p length from @p sequence on lie in @p stretch. Sequence numbers wrap around
 * (RFC 9293 3.4).
 */
static uint32_t overlap(const struct delivery_stretch *stretch, uint32_t sequence, uint32_t length)
{
	int64_t offset = (int32_t)(sequence - stretch->sequence);
	int64_t from = offset > 0 ? offset : 0, to = offset + length;

	if (to > stretch->length)
		to = stretch->length;
	return to > from ? (uint32_t)(to - from) : 0;
}

static void count(struct delivery *delivery, const struct delivery_flow *flow, uint32_t sequence, uint32_t length)
{
	/*
	 * The latest first: a frame is of what was written a window ago, and a port that is used
	 * again is of its last connection.
	 */
	for (size_t i = delivery->count; i-- > 0;) {
		const struct delivery_stretch *stretch = &delivery->stretches[i];
		if (!is_same_flow(flow, &stretch->flow))
			continue;
		*stretch->bytes += overlap(stretch, sequence, length);
		if ((int32_t)(sequence - stretch->sequence) >= 0)
			return;
	}
}

/* A later fragment: its bytes lie as far behind the segment's header as its offset says. */
static void see_fragment(struct delivery *delivery, const struct packet *packet)
{
	const uint8_t *ip = packet->body.data;
	const uint16_t id = (uint16_t)(ip[4] << 8 | ip[5]), total = (uint16_t)(ip[2] << 8 | ip[3]);
	const uint32_t offset = (uint32_t)((ip[6] & 0x1f) << 8 | ip[7]) * 8, header = (ip[0] & 15U) * 4;
	const size_t known = delivery->datagram_count < DELIVERY_DATAGRAMS ? delivery->datagram_count : DELIVERY_DATAGRAMS;

	for (size_t i = 0; i < known; i++) {
		const struct delivery_datagram *datagram = &delivery->datagrams[i];
		if (datagram->source == packet->source && datagram->id == id && total > header && total <= packet->body.length)
			count(delivery, &datagram->flow, datagram->sequence + offset, total - header);
	}
}

void delivery_see(struct delivery *delivery, struct bytes frame)
{
	const struct packet packet = packet_parse(frame);

	if (packet.later_fragment)
		see_fragment(delivery, &packet);
	if (!packet.is_tcp || packet.payload.length == 0)
		return;
	const struct delivery_flow flow = {packet.source, packet.source_port, packet.destination_port};
	const uint8_t *ip = packet.body.data;
	if ((ip[6] & 0x20) != 0) {
		uint32_t header = (uint32_t)(packet.payload.data - ip) - (ip[0] & 15U) * 4;
		delivery->datagrams[delivery->datagram_count++ % DELIVERY_DATAGRAMS] =
			(struct delivery_datagram){packet.source, (uint16_t)(ip[4] << 8 | ip[5]), flow, packet.tcp_seq - header};
	}
	count(delivery, &flow, packet.tcp_seq, (uint32_t)packet.payload.length);
}

void delivery_close(struct delivery *delivery)
{
	free(delivery->stretches);
	*delivery = (struct delivery){0};
}
