/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Names of what passes, in the words of the protocols: `tcp.syn#2`, `http.range#3`,
 * `tls.server_hello[443/1]#1`.
 *
 *     WORD            what a frame carries, a row of address_words
 *     [FLOW]          only in this flow: a server's port or its name, `[443]`, `[https]`; with `/K`
 *                     the K-th connection to it
 *     #N #A..B #A..   which of them, counted from 1: within the flow if one is written, else over
 *                     all; without: every one
 *
 * Frames of each direction are counted by themselves. A frame may have several names: a TCP segment
 * is `tcp.data`, and perhaps `tls.server_hello` too. Every sending counts, so that `tcp.syn#2` is
 * the second SYN whether or not it repeats the first; `tcp.retransmission` tells repetitions from
 * the rest. A message that spans several segments names the one it begins in, or the first by which
 * it can be told.
 */
#ifndef ADDRESS_ADDRESS_H
#define ADDRESS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/** The longest address as text, with its end. */
#define ADDRESS_TEXT_MAX 80
/** Names that one frame can have. */
#define ADDRESS_NAMES_MAX 12

enum address_word {
	ADDRESS_FRAME,
	ADDRESS_ARP_REQUEST,
	ADDRESS_ARP_REPLY,
	ADDRESS_DHCP_DISCOVER,
	ADDRESS_DHCP_OFFER,
	ADDRESS_DHCP_REQUEST,
	ADDRESS_DHCP_DECLINE,
	ADDRESS_DHCP_ACK,
	ADDRESS_DHCP_NAK,
	ADDRESS_DHCP_RELEASE,
	ADDRESS_DHCP_INFORM,
	ADDRESS_DNS_QUERY,
	ADDRESS_DNS_REPLY,
	ADDRESS_NTP_REQUEST,
	ADDRESS_NTP_REPLY,
	ADDRESS_UDP,
	ADDRESS_ICMP_ECHO,
	ADDRESS_ICMP_ECHO_REPLY,
	ADDRESS_ICMP_UNREACHABLE,
	ADDRESS_ICMP_TIME_EXCEEDED,
	ADDRESS_ICMP_OTHER,
	ADDRESS_IP_FRAGMENT,
	ADDRESS_TCP_ACK,
	ADDRESS_TCP_DATA,
	ADDRESS_TCP_RETRANSMISSION,
	ADDRESS_TCP_SYN,
	ADDRESS_TCP_SYNACK,
	ADDRESS_TCP_FIN,
	ADDRESS_TCP_RST,
	ADDRESS_TLS_APPDATA,
	ADDRESS_TLS_CLIENT_HELLO,
	ADDRESS_TLS_SERVER_HELLO,
	ADDRESS_TLS_CERTIFICATE,
	ADDRESS_TLS_FINISHED,
	ADDRESS_TLS_ALERT,
	ADDRESS_HTTP_RESPONSE,
	ADDRESS_HTTP_REQUEST,
	ADDRESS_HTTP_RANGE,
	ADDRESS_WORDS,
};

/** Which way the frames of a word can go: the device asks and connects, and the far end answers. */
enum address_way { ADDRESS_EITHER_WAY, ADDRESS_TO_SERVER, ADDRESS_TO_DEVICE };

/**
 * A row: how a word is written, what it means, and where that is defined. In order from general to
 * special: the last name of a frame says most.
 */
struct address_word_row {
	const char *word, *summary, *source;
	const char *filter; /**< a pcap filter that takes all such frames, and others too */
	enum address_way way;
};

extern const struct address_word_row address_words[ADDRESS_WORDS];

/** Names of well-known ports that stand for a flow, in words; ends with NULL. */
struct address_port {
	const char *name;
	uint16_t port;
};

extern const struct address_port address_ports[];

/** One name of a frame. */
struct address_name {
	enum address_word word;
	uint64_t ordinal;      /**< among those of this word and direction, from 1 */
	uint64_t flow_ordinal; /**< the same within its flow; 0 without one */
};

/** All names of a frame. */
struct naming {
	bool has_flow;
	uint16_t port;       /**< of the flow's server */
	unsigned connection; /**< which to this port, from 1 */
	size_t count;        /**< at least 1 */
	struct address_name names[ADDRESS_NAMES_MAX];
};

/** Frames as a user names them. */
struct address {
	enum address_word word;
	bool has_flow;
	uint16_t port;
	unsigned connection;  /**< 0: any */
	uint64_t first, last; /**< ordinals, inclusive; first 0: all */
};

/** @return false with @p err (no place) if @p text is no address. */
bool address_parse(const char *text, struct address *ret_address, struct error *err);

/** Writes what address_parse() reads to the same address. @return ret_text. */
const char *address_format(const struct address *address, char ret_text[ADDRESS_TEXT_MAX]);

/** Whether one of the names of @p naming is meant. */
bool address_matches(const struct address *address, const struct naming *naming);

/** The address by which a frame is found again: its last name, within its flow if it has one. */
struct address naming_address(const struct naming *naming);

/** "tcp.data[80/1]#17": the same as text. @return ret_text. */
const char *naming_render(const struct naming *naming, char ret_text[ADDRESS_TEXT_MAX]);

#endif
