/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: an answer keeps the Ethernet header of its frame, VLAN tags included, with the two
 * addresses exchanged, and so is it with IP addresses and ports. Sequence numbers are those that
 * the frame itself tells, so a segment that is still under way may make them old.
 */
#include "harness/proxy/forged.h"

#include <string.h>

#include "lib/base/check.h"
#include "lib/link/checksum.h"
#include "lib/link/packet.h"

#define MAC 6U
#define IPV4_HEADER 20U
#define TCP_HEADER 20U
#define UDP_HEADER 8U
#define ICMP_HEADER 8U
#define TTL 64U
#define IPV4_DF 0x4000U
/* RFC 7323 sec. 3.2: two times NOP before it keep it aligned. */
#define TIMESTAMPS 12U
#define WINDOW 8192U

static const uint8_t timestamps_begin[] = {1, 1, 8, 10};

struct draft {
	uint8_t data[FRAME_MAX];
	size_t ip; /* where the IPv4 header is */
};

static bool is_host(uint32_t address)
{
	return address != 0 && address >> 28 < 14;
}

/* Ethernet and IPv4 headers of an answer to @p frame with so many bytes behind them. */
static void begin(struct draft *draft, struct bytes frame, const struct packet *packet, uint8_t protocol, size_t length)
{
	uint8_t *ip;

	draft->ip = (size_t)(packet->body.data - frame.data);
	memcpy(draft->data, frame.data, draft->ip);
	memcpy(draft->data, frame.data + MAC, MAC);
	memcpy(draft->data + MAC, frame.data, MAC);
	ip = draft->data + draft->ip;
	memset(ip, 0, IPV4_HEADER + length);
	ip[0] = 0x45;
	put_be16(ip + 2, (unsigned)(IPV4_HEADER + length));
	put_be16(ip + 6, protocol == IP_TCP ? IPV4_DF : 0);
	ip[8] = TTL;
	ip[9] = protocol;
	put_be32(ip + 12, packet->destination);
	put_be32(ip + 16, packet->source);
}

/* Shorter frames are padded by whoever sends them. */
static struct frame *end(struct draft *draft, size_t length)
{
	size_t whole = draft->ip + IPV4_HEADER + length;

	checksum_mend(draft->data, whole);
	if (whole < FRAME_MIN)
		memset(draft->data + whole, 0, FRAME_MIN - whole);
	return frame_new(draft->data, whole < FRAME_MIN ? FRAME_MIN : whole);
}

/* -- TCP -- */

/*
 * The timestamps of a segment: both ends expect them in every other than an RST once they have
 * agreed on them (RFC 7323 sec. 3.2).
 */
static bool find_timestamps(const struct packet *packet, uint32_t *ret_value, uint32_t *ret_echo)
{
	struct bytes body = packet->body;
	size_t at = (size_t)(body.data[0] & 15) * 4, end = at + (size_t)(body.data[at + 12] >> 4) * 4;
	struct bytes header = bytes_part(body, 0, end);
	uint8_t kind, length;

	for (at += TCP_HEADER; bytes_u8(header, at, &kind) && kind != 0; at += kind == 1 ? 1U : length) {
		length = 0;
		if (kind == 1)
			continue;
		if (!bytes_u8(header, at + 1, &length) || length < 2)
			return false;
		if (kind == 8 && length == 10)
			return bytes_be32(header, at + 2, ret_value) && bytes_be32(header, at + 6, ret_echo);
	}
	return false;
}

/* What a segment takes of the sequence numbers (RFC 9293 sec. 3.4). */
static uint32_t segment_length(const struct packet *packet)
{
	return (uint32_t)packet->payload.length + !!(packet->tcp_flags & TCP_FLAG_SYN) + !!(packet->tcp_flags & TCP_FLAG_FIN);
}

static struct frame *segment(struct bytes frame, const struct packet *packet, uint8_t flags, uint32_t sequence, uint32_t acknowledged)
{
	uint32_t value, echo;
	bool has_timestamps = !(flags & TCP_FLAG_RST) && find_timestamps(packet, &value, &echo);
	size_t header = TCP_HEADER + (has_timestamps ? TIMESTAMPS : 0);
	struct draft draft;

	begin(&draft, frame, packet, IP_TCP, header);
	uint8_t *tcp = draft.data + draft.ip + IPV4_HEADER;
	put_be16(tcp, packet->destination_port);
	put_be16(tcp + 2, packet->source_port);
	put_be32(tcp + 4, sequence);
	put_be32(tcp + 8, acknowledged);
	tcp[12] = (uint8_t)(header / 4 << 4);
	tcp[13] = flags;
	put_be16(tcp + 14, flags & TCP_FLAG_RST ? 0 : WINDOW);
	if (has_timestamps) {
		memcpy(tcp + TCP_HEADER, timestamps_begin, sizeof timestamps_begin);
		put_be32(tcp + TCP_HEADER + 4, echo);
		put_be32(tcp + TCP_HEADER + 8, value);
	}
	return end(&draft, header);
}

/* RFC 9293 sec. 3.10.7.1: what a closed port answers. An RST is never answered. */
static struct frame *answer_rst(struct bytes frame, const struct packet *packet)
{
	if (!packet->is_tcp || (packet->tcp_flags & TCP_FLAG_RST))
		return NULL;
	if (packet->tcp_flags & TCP_FLAG_ACK)
		return segment(frame, packet, TCP_FLAG_RST, packet->tcp_ack, 0);
	return segment(frame, packet, TCP_FLAG_RST | TCP_FLAG_ACK, 0, packet->tcp_seq + segment_length(packet));
}

/*
 * It acknowledges nothing of this segment: whether it arrives is not known here. Before there is an
 * acknowledgement, nothing can end.
 */
static struct frame *answer_fin(struct bytes frame, const struct packet *packet)
{
	if (!packet->is_tcp || (packet->tcp_flags & TCP_FLAG_RST) || !(packet->tcp_flags & TCP_FLAG_ACK))
		return NULL;
	return segment(frame, packet, TCP_FLAG_FIN | TCP_FLAG_ACK, packet->tcp_ack, packet->tcp_seq);
}

/* -- ICMP -- */

/* RFC 792; an error about an error is never sent (RFC 1122 sec. 3.2.2). */
static bool is_icmp_error(const struct packet *packet)
{
	uint8_t type;

	if (packet->protocol != IP_ICMP || !bytes_u8(packet->payload, 0, &type))
		return false;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static struct frame *answer_icmp(struct bytes frame, const struct packet *packet, enum forged what, unsigned mtu)
{
	static const uint8_t types[][2] = {
		[FORGED_UNREACHABLE_NET] = {3, 0},  [FORGED_UNREACHABLE_HOST] = {3, 1},
		[FORGED_UNREACHABLE_PORT] = {3, 3}, [FORGED_TTL] = {11, 0},
		[FORGED_TOO_LONG] = {3, 4},
	};
	struct draft draft;

	if (packet->later_fragment || is_icmp_error(packet))
		return NULL;
	/* The header and the first 8 bytes behind it; padding of the frame is not quoted. */
	size_t header = (size_t)(packet->body.data[0] & 15) * 4, total = (size_t)(packet->body.data[2] << 8 | packet->body.data[3]);
	const struct bytes quoted = bytes_part(bytes_part(packet->body, 0, total), 0, header + 8);
	begin(&draft, frame, packet, IP_ICMP, ICMP_HEADER + quoted.length);
	uint8_t *icmp = draft.data + draft.ip + IPV4_HEADER;
	icmp[0] = types[what][0];
	icmp[1] = types[what][1];
	/* RFC 1191 sec. 4. */
	put_be16(icmp + 6, what == FORGED_TOO_LONG ? mtu : 0);
	memcpy(icmp + ICMP_HEADER, quoted.data, quoted.length);
	return end(&draft, ICMP_HEADER + quoted.length);
}

/* -- the whole -- */

struct frame *forged_answer(struct bytes frame, enum forged what, unsigned mtu)
{
	const struct packet packet = packet_parse(frame);

	if (!packet.is_ipv4 || !is_host(packet.source) || !is_host(packet.destination) || (frame.data[0] & 1) != 0)
		return NULL;
	if (what == FORGED_RST)
		return answer_rst(frame, &packet);
	return what == FORGED_FIN ? answer_fin(frame, &packet) : answer_icmp(frame, &packet, what, mtu);
}

struct frame *forged_mirror(struct bytes frame, bool arrives)
{
	const struct packet packet = packet_parse(frame);
	struct draft draft;

	if (packet.is_tcp)
		return segment(frame, &packet, TCP_FLAG_ACK, packet.tcp_flags & TCP_FLAG_ACK ? packet.tcp_ack : 0,
		               packet.tcp_seq + (arrives ? segment_length(&packet) : 0));
	if (!packet.has_ports || packet.protocol != IP_UDP)
		return NULL;
	begin(&draft, frame, &packet, IP_UDP, UDP_HEADER);
	uint8_t *udp = draft.data + draft.ip + IPV4_HEADER;
	put_be16(udp, packet.destination_port);
	put_be16(udp + 2, packet.source_port);
	put_be16(udp + 4, UDP_HEADER);
	return end(&draft, UDP_HEADER);
}
