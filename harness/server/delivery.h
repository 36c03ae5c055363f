/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which bytes of the images the device was sent, counted where it pays for them: on its own cable.
 * What the server has handed to TCP says little of that: much of it may never leave the server, and
 * what is lost behind a queue is sent again.
 *
 * The server tells which stretches of its TCP streams are bytes of an image, whoever sees the cable
 * shows every frame.
 */
#ifndef SERVER_DELIVERY_H
#define SERVER_DELIVERY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

/** A TCP connection, as the server has it. Host order. */
struct delivery_flow {
	uint32_t address;           /**< of the server */
	uint16_t port, remote_port; /**< of the server, of the device */
};

/** A stretch of a server's stream. */
struct delivery_stretch {
	struct delivery_flow flow;
	uint32_t sequence; /**< of its first byte */
	/**
	 * bytes of the image; with TLS the ciphertext is a little longer, and this much of it is
	 * counted
	 */
	uint32_t length;
	uint64_t *bytes; /**< counts them; it must stay */
};

/** Fragmented IP datagrams that are followed at once; their fragments come one after the other. */
#define DELIVERY_DATAGRAMS 8U

struct delivery {
	/**
	 * Of first fragments (RFC 791 3.2): where the TCP segment is that later ones go on with. A
	 * ring.
	 */
	struct delivery_datagram {
		uint32_t source;
		uint16_t id;
		struct delivery_flow flow;
		uint32_t sequence; /**< that the segment's header would have */
	} datagrams[DELIVERY_DATAGRAMS];
	size_t datagram_count;
	struct delivery_stretch *stretches; /**< in the order in which they were written */
	size_t count, room;
};

/** The server has written a stretch. One that continues the last one becomes part of it. */
void delivery_expect(struct delivery *delivery, const struct delivery_stretch *stretch);

/** A frame has come over the device's cable. A byte that comes twice counts twice. */
void delivery_see(struct delivery *delivery, struct bytes frame);

void delivery_close(struct delivery *delivery);

#endif
