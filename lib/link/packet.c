/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/link/packet.h"

#include <string.h>
#include <xxhash.h>

#include "lib/base/text.h"
#include "lib/link/frame.h"

#define VLAN_TAG 4U
#define VLAN_TAGS_MAX 2
#define IPV4_HEADER_MIN 20U
#define TCP_HEADER_MIN 20U
#define UDP_HEADER 8U

static void parse_tcp(struct packet *packet, struct bytes segment)
{
	uint8_t offset;

	if (!bytes_have(segment, 0, TCP_HEADER_MIN) || !bytes_u8(segment, 12, &offset))
		return;
	size_t header = (size_t)(offset >> 4) * 4;
	if (header < TCP_HEADER_MIN || !bytes_have(segment, 0, header))
		return;
	(void)bytes_be32(segment, 4, &packet->tcp_seq);
	(void)bytes_be32(segment, 8, &packet->tcp_ack);
	(void)bytes_u8(segment, 13, &packet->tcp_flags);
	(void)bytes_be16(segment, 14, &packet->tcp_window);
	packet->is_tcp = true;
	packet->payload = bytes_part(segment, header, segment.length);
}

static void parse_transport(struct packet *packet, struct bytes segment)
{
	if (packet->protocol == IP_ICMP)
		packet->payload = segment;
	if (packet->protocol != IP_TCP && packet->protocol != IP_UDP)
		return;
	packet->has_ports = bytes_be16(segment, 0, &packet->source_port) && bytes_be16(segment, 2, &packet->destination_port);
	if (packet->protocol == IP_TCP)
		parse_tcp(packet, segment);
	else
		packet->payload = bytes_part(segment, UDP_HEADER, segment.length);
}

/* RFC 791 3.1. */
static void parse_ipv4(struct packet *packet, struct bytes datagram)
{
	uint8_t version;
	uint16_t total, fragment;

	if (!bytes_have(datagram, 0, IPV4_HEADER_MIN) || !bytes_u8(datagram, 0, &version) || version >> 4 != 4)
		return;
	size_t header = (size_t)(version & 15) * 4;
	(void)bytes_be16(datagram, 2, &total);
	(void)bytes_be16(datagram, 6, &fragment);
	if (header < IPV4_HEADER_MIN || !bytes_have(datagram, 0, header) || total < header)
		return;
	(void)bytes_u8(datagram, 9, &packet->protocol);
	(void)bytes_be32(datagram, 12, &packet->source);
	(void)bytes_be32(datagram, 16, &packet->destination);
	packet->is_ipv4 = true;
	packet->later_fragment = (fragment & 0x1fffU) != 0;
	if (!packet->later_fragment)
		parse_transport(packet, bytes_part(bytes_part(datagram, 0, total), header, datagram.length));
}

struct packet packet_parse(struct bytes frame)
{
	struct packet packet;
	size_t at = ETHERNET_HEADER;

	memset(&packet, 0, sizeof packet);
	packet.payload = packet.body = bytes_part(frame, 0, 0);
	if (!bytes_be16(frame, ETHERNET_HEADER - 2, &packet.ethertype))
		return packet;
	for (int tags = 0; tags < VLAN_TAGS_MAX && packet.ethertype == ETHERTYPE_VLAN; tags++) {
		if (!bytes_be16(frame, at + 2, &packet.ethertype)) {
			packet.ethertype = 0;
			return packet;
		}
		at += VLAN_TAG;
	}
	packet.body = bytes_part(frame, at, frame.length);
	if (packet.ethertype == ETHERTYPE_IPV4)
		parse_ipv4(&packet, packet.body);
	return packet;
}

static const char *tcp_name(const struct packet *packet)
{
	uint8_t flags = packet->tcp_flags;

	if (flags & TCP_FLAG_RST)
		return "tcp.rst";
	if (flags & TCP_FLAG_SYN)
		return flags & TCP_FLAG_ACK ? "tcp.synack" : "tcp.syn";
	if (flags & TCP_FLAG_FIN)
		return "tcp.fin";
	return packet->payload.length > 0 ? "tcp.data" : "tcp.ack";
}

static const char *udp_name(const struct packet *packet)
{
	uint16_t low = packet->source_port < packet->destination_port ? packet->source_port : packet->destination_port;

	if (packet->source_port == 67 || packet->destination_port == 67)
		return "dhcp";
	return low == 53 ? "dns" : low == 123 || low == 124 ? "ntp" : "udp";
}

static const char *packet_name(const struct packet *packet)
{
	if (packet->ethertype == ETHERTYPE_ARP)
		return "arp";
	if (packet->ethertype == ETHERTYPE_IPV6)
		return "ipv6";
	if (!packet->is_ipv4)
		return "ether";
	if (packet->is_tcp)
		return tcp_name(packet);
	if (packet->has_ports)
		return udp_name(packet);
	return packet->protocol == IP_ICMP ? "icmp" : packet->later_fragment ? "ip.fragment" : "ip";
}

static void render_end(struct text *text, const struct packet *packet, uint32_t address, uint16_t port)
{
	text_add(text, " %u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
	if (packet->has_ports)
		text_add(text, ":%u", port);
}

static void render(const struct packet *packet, size_t length, struct text *text)
{
	if (packet->is_ipv4) {
		render_end(text, packet, packet->source, packet->source_port);
		text_add(text, " >");
		render_end(text, packet, packet->destination, packet->destination_port);
	} else if (packet->ethertype != ETHERTYPE_ARP) {
		text_add(text, " 0x%04x", packet->ethertype);
	}
	text_add(text, " %zu B", length);
}

const char *packet_render(struct bytes frame, char ret_text[PACKET_TEXT_MAX])
{
	struct packet packet = packet_parse(frame);
	struct text text = text_in(ret_text, PACKET_TEXT_MAX);

	text_add(&text, "%s", packet_name(&packet));
	render(&packet, frame.length, &text);
	return ret_text;
}

const char *packet_render_ends(struct bytes frame, char ret_text[PACKET_TEXT_MAX])
{
	struct packet packet = packet_parse(frame);
	struct text text = text_in(ret_text, PACKET_TEXT_MAX);

	render(&packet, frame.length, &text);
	/* What comes before each part is a space. */
	return ret_text + 1;
}

uint64_t packet_flow(const struct packet *packet)
{
	uint64_t a = (uint64_t)packet->source << 16 | packet->source_port;
	uint64_t b = (uint64_t)packet->destination << 16 | packet->destination_port;
	uint64_t key[3] = {a < b ? a : b, a < b ? b : a, (uint64_t)packet->ethertype << 8 | packet->protocol};

	return XXH3_64bits(key, sizeof key);
}
