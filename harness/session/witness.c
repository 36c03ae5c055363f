/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "fault/filter.h"
#include "link/packet.h"
#include "server/dhcp.h"

#define ICMP_ECHO_REQUEST 8

void witness_init(struct witness *witness, uint64_t limit, const char *signs_of_life, sim_ns now)
{
	struct error err;

	CHECK_INT(limit, <=, JUDGES_STORM_MAX);
	memset(witness, 0, sizeof *witness);
	witness->limit = limit;
	witness->filters = signs_of_life[0] != '\0';
	if (witness->filters)
		CHECK(filter_compile(signs_of_life, &witness->filter, &err));
	witness_hears(witness, "power on", true, now);
}

void witness_close(struct witness *witness)
{
	if (witness->filters)
		pcap_freecode(&witness->filter);
	witness->filters = false;
}

static const char *remember(struct witness *witness, const struct frame *frame, enum direction direction, const struct naming *naming,
                            bool dropped, sim_ns now)
{
	char at[ADDRESS_TEXT_MAX], packet[PACKET_TEXT_MAX];
	char *text = witness->frames[witness->frame_count++ % WITNESS_FRAMES];

	(void)snprintf(text, WITNESS_FRAME_TEXT_MAX, "%" PRIu64 ".%06" PRIu64 " %s #%" PRIu64 " %s %s%s", now / SIM_S, now % SIM_S / SIM_US,
	               direction_name(direction), frame->id, naming_render(naming, at), packet_render_ends(frame_bytes(frame), packet),
	               dropped ? ", dropped" : "");
	return text;
}

/* -- connections -- */

/* A SYN that is sent again has the sequence number of the first (RFC 9293 3.8.1): it begins no other connection. */
static bool is_known(const struct witness *witness, uint64_t flow, uint32_t sequence)
{
	uint64_t known = witness->connections < WITNESS_BEGUN ? witness->connections : WITNESS_BEGUN;

	for (uint64_t i = 0; i < known; i++)
		if (witness->begun[i].flow == flow && witness->begun[i].sequence == sequence)
			return true;
	return false;
}

/* The one that was begun `limit` before this one tells how fast they come. */
static void count_connection(struct witness *witness, const struct packet *packet, sim_ns now)
{
	if (!packet->is_tcp || (packet->tcp_flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) != TCP_FLAG_SYN)
		return;
	uint64_t flow = packet_flow(packet);
	if (is_known(witness, flow, packet->tcp_seq))
		return;
	uint64_t number = witness->connections++;
	if (number >= witness->limit && !witness->storm &&
	    now - witness->begun[(number - witness->limit) % WITNESS_BEGUN].at <= JUDGES_STORM_NS) {
		witness->storm = true;
		witness->storm_at = now;
	}
	witness->begun[number % WITNESS_BEGUN] = (struct begun){now, flow, packet->tcp_seq};
}

/* -- signs of life -- */

enum sign { SIGN_NONE, SIGN_LIFE, SIGN_PROGRESS };

static struct witness_flow *find_flow(struct witness *witness, uint64_t flow)
{
	uint64_t known = witness->flow_count < WITNESS_FLOWS ? witness->flow_count : WITNESS_FLOWS;

	for (uint64_t i = 0; i < known; i++)
		if (witness->flows[i].flow == flow)
			return &witness->flows[i];
	return NULL;
}

/* What a segment of the device shows that those before it did not. Sequence numbers are compared as RFC 9293 3.4 does. */
static enum sign look_at_segment(struct witness *witness, const struct packet *packet)
{
	const bool syn = (packet->tcp_flags & TCP_FLAG_SYN) != 0, acks = (packet->tcp_flags & TCP_FLAG_ACK) != 0;
	const uint32_t next = packet->tcp_seq + (uint32_t)packet->payload.length + syn + ((packet->tcp_flags & TCP_FLAG_FIN) != 0);
	const uint64_t number = packet_flow(packet);
	struct witness_flow *flow = find_flow(witness, number);
	enum sign sign = SIGN_NONE;

	if (packet->tcp_flags & TCP_FLAG_RST)
		return SIGN_NONE;
	if (flow == NULL || (syn && flow->next != next)) {
		flow = flow != NULL ? flow : &witness->flows[witness->flow_count++ % WITNESS_FLOWS];
		*flow = (struct witness_flow){.flow = number, .next = next, .acked = packet->tcp_ack, .has_acked = acks};
		return SIGN_LIFE;
	}
	if ((int32_t)(next - flow->next) > 0) {
		flow->next = next;
		sign = SIGN_LIFE;
	}
	if (acks && flow->has_acked && (int32_t)(packet->tcp_ack - flow->acked) > 0)
		sign = SIGN_PROGRESS;
	else if (flow->shut && packet->tcp_window > 0)
		sign = SIGN_LIFE;
	if (acks && (!flow->has_acked || (int32_t)(packet->tcp_ack - flow->acked) > 0))
		flow->acked = packet->tcp_ack;
	flow->has_acked = flow->has_acked || acks;
	flow->shut = packet->tcp_window == 0;
	return sign;
}

static enum sign look_at(struct witness *witness, const struct packet *packet)
{
	if (packet->is_tcp)
		return look_at_segment(witness, packet);
	if (!packet->is_ipv4)
		return SIGN_NONE;
	if (packet->protocol == IP_ICMP)
		return packet->payload.length > 0 && packet->payload.data[0] == ICMP_ECHO_REQUEST ? SIGN_LIFE : SIGN_NONE;
	return packet->has_ports && packet->destination_port != DHCP_SERVER_PORT ? SIGN_LIFE : SIGN_NONE;
}

static bool is_wanted(const struct witness *witness, const struct frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)frame->length, .len = (bpf_u_int32)frame->length};

	return pcap_offline_filter(&witness->filter, &header, frame->data) != 0;
}

void witness_sees(struct witness *witness, const struct frame *frame, enum direction direction, const struct naming *naming, bool dropped,
                  sim_ns now)
{
	const char *text = remember(witness, frame, direction, naming, dropped, now);

	if (direction != TO_SERVER)
		return;
	const struct packet packet = packet_parse(frame_bytes(frame));
	enum sign sign = look_at(witness, &packet);
	if (witness->filters ? is_wanted(witness, frame) : sign != SIGN_NONE) {
		witness_hears(witness, text, sign == SIGN_PROGRESS, now);
	} else {
		witness->others++;
		memcpy(witness->last_other, text, sizeof witness->last_other);
	}
	if (witness->limit > 0)
		count_connection(witness, &packet, now);
}

void witness_hears(struct witness *witness, const char *what, bool progress, sim_ns now)
{
	witness->last_active = now;
	(void)snprintf(witness->heard, sizeof witness->heard, "%s", what);
	witness->others = 0;
	if (progress)
		witness->progress_at = now;
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
