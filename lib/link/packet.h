/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What stands in a frame: parsed once, named and rendered in one place for traces, captures and
 * errors.
 */
#ifndef LINK_PACKET_H
#define LINK_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/bytes.h"

#define ETHERTYPE_IPV4 0x0800U
#define ETHERTYPE_ARP 0x0806U
#define ETHERTYPE_VLAN 0x8100U
#define ETHERTYPE_IPV6 0x86ddU
#define IP_ICMP 1U
#define IP_TCP 6U
#define IP_UDP 17U

#define TCP_FLAG_FIN 0x01U
#define TCP_FLAG_SYN 0x02U
#define TCP_FLAG_RST 0x04U
#define TCP_FLAG_PSH 0x08U
#define TCP_FLAG_ACK 0x10U

#define PACKET_TEXT_MAX 160

struct packet {
	uint16_t ethertype; /**< after VLAN tags; 0 if the frame is too short */
	/** the addresses and protocol below hold; the header was whole */
	bool is_ipv4;
	bool has_ports;               /**< TCP or UDP of a first fragment, the ports hold */
	bool is_tcp;                  /**< the TCP fields hold; the header was whole */
	bool later_fragment;          /**< an IPv4 fragment that is not the first */
	uint32_t source, destination; /**< IPv4 addresses, host order */
	uint8_t protocol;
	uint16_t source_port, destination_port;
	uint8_t tcp_flags;
	uint32_t tcp_seq, tcp_ack;
	uint16_t tcp_window; /**< as sent, not scaled */
	struct bytes body;   /**< behind the Ethernet header and its VLAN tags */
	/** of UDP, TCP or ICMP, as far as it lies in the frame and in what IP says */
	struct bytes payload;
};

/**
 * Reads @p frame (from the destination address on); never reads outside, whatever the lengths in it
 * say.
 */
struct packet packet_parse(struct bytes frame);

/** The frame in a line: `tcp.syn 192.0.2.100:40000 > 192.0.2.1:80 60 B`. @return ret_text. */
const char *packet_render(struct bytes frame, char ret_text[PACKET_TEXT_MAX]);

/**
 * The same without the name, for whoever has a better one: `192.0.2.100:40000 > 192.0.2.1:80 60 B`.
 * @return within ret_text.
 */
const char *packet_render_ends(struct bytes frame, char ret_text[PACKET_TEXT_MAX]);

/**
 * A number that is the same for both directions of a conversation and differs between conversations
 * (XXH3 of the ordered end points).
 */
uint64_t packet_flow(const struct packet *packet);

#endif
