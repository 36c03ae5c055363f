/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/wire_log.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/filter/filter.h"
#include "lib/link/packet.h"
#include "harness/server/dhcp.h"

#define ICMP_ECHO_REQUEST 8

void wire_log_open(struct wire_log *log, const char *signs_of_life, sim_ns now)
{
	struct error err;

	memset(log, 0, sizeof *log);
	log->filters = signs_of_life[0] != '\0';
	if (log->filters)
		CHECK(filter_compile(signs_of_life, &log->filter, &err));
	wire_log_sign(log, "power on", true, now);
}

void wire_log_close(struct wire_log *log)
{
	if (log->filters)
		pcap_freecode(&log->filter);
	log->filters = false;
}

static const char *remember(struct wire_log *log, const struct frame *frame,
                            enum direction direction, const struct naming *naming, bool dropped,
                            sim_ns now)
{
	char at[ADDRESS_TEXT_MAX], packet[PACKET_TEXT_MAX];
	char *text = log->frames[log->frame_count++ % WIRE_LOG_FRAMES];

	(void)snprintf(text, WIRE_LOG_FRAME_TEXT_MAX,
	               "%" PRIu64 ".%06" PRIu64 " %s #%" PRIu64 " %s %s%s", now / SIM_S,
	               now % SIM_S / SIM_US, direction_name(direction), frame->id,
	               naming_render(naming, at), packet_render_ends(frame_bytes(frame), packet),
	               dropped ? ", dropped" : "");
	return text;
}

/* -- signs of life -- */

enum sign { SIGN_NONE, SIGN_LIFE, SIGN_PROGRESS };

static struct wire_flow *find_flow(struct wire_log *log, uint64_t flow)
{
	uint64_t known = log->flow_count < WIRE_LOG_FLOWS ? log->flow_count : WIRE_LOG_FLOWS;

	for (uint64_t i = 0; i < known; i++)
		if (log->flows[i].flow == flow)
			return &log->flows[i];
	return NULL;
}

/*
 * What a segment of the device shows that those before it did not. Sequence numbers are compared as
 * RFC 9293 3.4 does.
 */
static enum sign look_at_segment(struct wire_log *log, const struct packet *packet)
{
	const bool syn = (packet->tcp_flags & TCP_FLAG_SYN) != 0,
		   acks = (packet->tcp_flags & TCP_FLAG_ACK) != 0;
	const uint32_t next = packet->tcp_seq + (uint32_t)packet->payload.length + syn +
	                      ((packet->tcp_flags & TCP_FLAG_FIN) != 0);
	const uint64_t number = packet_flow(packet);
	struct wire_flow *flow = find_flow(log, number);
	enum sign sign = SIGN_NONE;

	if (packet->tcp_flags & TCP_FLAG_RST)
		return SIGN_NONE;
	if (flow == NULL || (syn && flow->next != next)) {
		flow = flow != NULL ? flow : &log->flows[log->flow_count++ % WIRE_LOG_FLOWS];
		*flow = (struct wire_flow){
			.flow = number, .next = next, .acked = packet->tcp_ack, .has_acked = acks};
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

static enum sign look_at(struct wire_log *log, const struct packet *packet)
{
	if (packet->is_tcp)
		return look_at_segment(log, packet);
	if (!packet->is_ipv4)
		return SIGN_NONE;
	if (packet->protocol == IP_ICMP)
		return packet->payload.length > 0 && packet->payload.data[0] == ICMP_ECHO_REQUEST
		               ? SIGN_LIFE
		               : SIGN_NONE;
	return packet->has_ports && packet->destination_port != DHCP_SERVER_PORT ? SIGN_LIFE
	                                                                         : SIGN_NONE;
}

static bool is_wanted(const struct wire_log *log, const struct frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)frame->length,
	                                   .len = (bpf_u_int32)frame->length};

	return pcap_offline_filter(&log->filter, &header, frame->data) != 0;
}

void wire_log_see(struct wire_log *log, const struct frame *frame, enum direction direction,
                  const struct naming *naming, bool dropped, sim_ns now)
{
	const char *text = remember(log, frame, direction, naming, dropped, now);

	if (direction != TO_SERVER)
		return;
	const struct packet packet = packet_parse(frame_bytes(frame));
	enum sign sign = look_at(log, &packet);
	if (log->filters ? is_wanted(log, frame) : sign != SIGN_NONE) {
		wire_log_sign(log, text, sign == SIGN_PROGRESS, now);
	} else {
		log->others++;
		memcpy(log->last_other, text, sizeof log->last_other);
	}
}

void wire_log_sign(struct wire_log *log, const char *what, bool progress, sim_ns now)
{
	log->last_active = now;
	(void)snprintf(log->heard, sizeof log->heard, "%s", what);
	log->others = 0;
	if (progress)
		log->progress_at = now;
}

const char *wire_log_last_frames(const struct wire_log *log, char *ret_text, size_t size)
{
	uint64_t number = log->frame_count < WIRE_LOG_FRAMES ? 0
	                                                     : log->frame_count - WIRE_LOG_FRAMES;
	struct text text = text_in(ret_text, size);

	for (; number < log->frame_count; number++)
		text_add(&text, "%s%s", text_separator(&text, "\n"),
		         log->frames[number % WIRE_LOG_FRAMES]);
	return ret_text;
}
