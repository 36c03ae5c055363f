/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A capture as packets, one after another: pcap and pcapng as libpcap reads them, Ethernet, Linux
 * cooked and raw IP. What is not understood is passed over and counted. Memory is one packet's,
 * however large the file is.
 */
#ifndef RECORDED_PACKETS_H
#define RECORDED_PACKETS_H

#include <stdio.h>

#include "lib/base/error.h"
#include "lib/link/packet.h"

struct packets;

/** A packet of IPv4. It holds until the next is asked for. */
struct recorded_packet {
	uint64_t number;  /**< in the file, from 1 */
	uint64_t time_ns; /**< since 1970; never before that of the packet before */
	/** as Ethernet: other links get a header whose addresses are zero */
	struct bytes frame;
	struct packet packet;    /**< what stands in it; `payload` is what was recorded of it */
	uint32_t payload_length; /**< of TCP or UDP on the wire, by what IP says */
	uint16_t ip_id;
	struct bytes tcp_options;
};

#define PACKETS_WHY_MAX 256

/** What was in the file. */
struct packets_counters {
	uint64_t packets;
	uint64_t cut;      /**< shorter than on the wire: the capture's snaplen */
	uint64_t not_ipv4; /**< neither IPv4 nor ARP */
	uint64_t ipv6;     /**< of these */
	uint64_t arp;
	uint64_t fragments;   /**< of IPv4; they are not put together */
	uint64_t not_carried; /**< IPv4, neither TCP nor UDP */
	uint64_t malformed;   /**< headers that are not whole, or contradict themselves */
	/** with a time up to a second before that of the packet before, which it gets */
	uint64_t backwards;
	/**
	 * times at which the clock was set (a second back, or a day on): the session's time goes on
	 * without that
	 */
	uint64_t set;
	bool ends_early; /**< the file is cut off, or libpcap cannot go on in it: */
	char why[PACKETS_WHY_MAX];
};

/** @return false with @p err: no capture, or of a kind of link that is not read. */
bool packets_open(struct packets **ret_packets, const char *path, struct error *err);
/** The same from a stream, which is closed with the capture; @p path is for errors. */
bool packets_open_stream(struct packets **ret_packets, FILE *stream, const char *path, struct error *err);
void packets_close(struct packets *packets);

/** The next packet of TCP or UDP over IPv4 that can be read. @return false at the end. */
bool packets_next(struct packets *packets, struct recorded_packet *ret_packet);

struct packets_counters packets_counters(const struct packets *packets);

/** When the first packet of any kind was taken; 0: none was read yet. */
uint64_t packets_began(const struct packets *packets);

#endif
