/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server/delivery.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "link/packet.h"

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
	delivery->stretches[delivery->count++] = *stretch;
}

/* How many bytes of @p length from @p sequence on lie in @p stretch. Sequence numbers wrap around (RFC 9293 3.4). */
static uint32_t overlap(const struct delivery_stretch *stretch, uint32_t sequence, uint32_t length)
{
	int64_t offset = (int32_t)(sequence - stretch->sequence);
	int64_t from = offset > 0 ? offset : 0, to = offset + length;

	if (to > stretch->length)
		to = stretch->length;
	return to > from ? (uint32_t)(to - from) : 0;
}

void delivery_see(struct delivery *delivery, struct bytes frame)
{
	const struct packet packet = packet_parse(frame);
	const uint32_t length = (uint32_t)packet.payload.length;

	if (!packet.is_tcp || length == 0)
		return;
	const struct delivery_flow flow = {packet.source, packet.source_port, packet.destination_port};
	/* The latest first: a frame is of what was written a window ago, and a port that is used again is of its last connection. */
	for (size_t i = delivery->count; i-- > 0;) {
		const struct delivery_stretch *stretch = &delivery->stretches[i];
		if (!is_same_flow(&flow, &stretch->flow))
			continue;
		*stretch->bytes += overlap(stretch, packet.tcp_seq, length);
		if ((int32_t)(packet.tcp_seq - stretch->sequence) >= 0)
			return;
	}
}

void delivery_close(struct delivery *delivery)
{
	free(delivery->stretches);
	*delivery = (struct delivery){0};
}
