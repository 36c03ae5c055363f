/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "link/packet.h"

void witness_init(struct witness *witness, uint64_t limit, sim_ns now)
{
	CHECK_INT(limit, <=, JUDGES_STORM_MAX);
	memset(witness, 0, sizeof *witness);
	witness->limit = limit;
	witness->last_active = now;
}

static void remember(struct witness *witness, const struct frame *frame, enum direction direction, const struct naming *naming,
                     bool dropped, sim_ns now)
{
	char at[ADDRESS_TEXT_MAX], packet[PACKET_TEXT_MAX];

	(void)snprintf(witness->frames[witness->frame_count++ % WITNESS_FRAMES], WITNESS_FRAME_TEXT_MAX,
	               "%" PRIu64 ".%06" PRIu64 " %s #%" PRIu64 " %s %s%s", now / SIM_S, now % SIM_S / SIM_US, direction_name(direction),
	               frame->id, naming_render(naming, at), packet_render_ends(frame_bytes(frame), packet), dropped ? ", dropped" : "");
}

/* A SYN that is sent again has the sequence number of the first (RFC 9293 3.8.1): it begins no other connection. */
static bool is_known(const struct witness *witness, uint64_t flow, uint32_t sequence)
{
	uint64_t known = witness->connections < witness->limit ? witness->connections : witness->limit;

	for (uint64_t i = 0; i < known; i++)
		if (witness->begun[i].flow == flow && witness->begun[i].sequence == sequence)
			return true;
	return false;
}

/* The ring holds as many as the limit, so the oldest in it tells how fast they came. */
static void count_connection(struct witness *witness, const struct frame *frame, sim_ns now)
{
	const struct packet packet = packet_parse(frame_bytes(frame));

	if (!packet.is_tcp || (packet.tcp_flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) != TCP_FLAG_SYN)
		return;
	uint64_t flow = packet_flow(&packet);
	if (is_known(witness, flow, packet.tcp_seq))
		return;
	struct begun *oldest = &witness->begun[witness->connections++ % witness->limit];
	if (witness->connections > witness->limit && now - oldest->at <= JUDGES_STORM_NS && !witness->storm) {
		witness->storm = true;
		witness->storm_at = now;
	}
	*oldest = (struct begun){now, flow, packet.tcp_seq};
}

void witness_sees(struct witness *witness, const struct frame *frame, enum direction direction, const struct naming *naming, bool dropped,
                  sim_ns now)
{
	remember(witness, frame, direction, naming, dropped, now);
	if (direction != TO_SERVER)
		return;
	witness_hears(witness, now);
	if (witness->limit > 0)
		count_connection(witness, frame, now);
}

void witness_hears(struct witness *witness, sim_ns now)
{
	witness->last_active = now;
}

const char *witness_last_frames(const struct witness *witness, char *ret_text, size_t size)
{
	uint64_t number = witness->frame_count < WITNESS_FRAMES ? 0 : witness->frame_count - WITNESS_FRAMES;
	size_t used = 0;

	ret_text[0] = '\0';
	for (; number < witness->frame_count && used < size; number++)
		used += (size_t)snprintf(ret_text + used, size - used, "%s%s", used > 0 ? "\n" : "",
		                         witness->frames[number % WITNESS_FRAMES]);
	return ret_text;
}
