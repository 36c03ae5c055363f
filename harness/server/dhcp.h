/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A DHCP server for one device (RFC 2131, RFC 2132): one address, one lease. Pure: a message in, an
 * answer out.
 */
#ifndef SERVER_DHCP_H
#define SERVER_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_MESSAGE_MAX 576U
#define DHCP_NOTE_MAX 96

/** What the server gives; addresses in host order. */
struct dhcp_config {
	uint32_t server, netmask, device;
	uint64_t lease_ns;
	bool refuses; /**< every request is answered with a NAK */
};

struct dhcp_answer {
	size_t length; /**< of the message; 0: no answer */
	uint8_t message[DHCP_MESSAGE_MAX];
	bool unconfigured; /**< the device has no address yet, so it cannot answer ARP */
	/**
	 * send to 255.255.255.255, else to the device's address and hardware address (RFC 2131 4.1)
	 */
	bool broadcast;
	uint32_t destination; /**< the address to send to when not broadcast, host order */
	uint8_t hardware[6];  /**< the device's hardware address */
	/** for the trace: "discover -> offer 192.0.2.100", or what is wrong with the message */
	char note[DHCP_NOTE_MAX];
};

/** The kind of a client's message, such as "discover"; NULL if it is none. */
const char *dhcp_kind(struct bytes message);

/** The kind of a server's message, such as "offer"; NULL if it is none. */
const char *dhcp_reply_kind(struct bytes message);

/** The server that a message names (option 54), host order; 0: none. */
uint32_t dhcp_server_of(struct bytes message);

/**
 * Gives the lease in another server's message so long, its renewal and its rebinding with it, as
 * far as they are there.
 */
void dhcp_shorten(uint8_t *message, size_t length, uint64_t lease_ns);

/** Answers one message. @param message A UDP payload, of any length and content. */
void dhcp_answer(const struct dhcp_config *config, struct bytes message, struct dhcp_answer *ret_answer);

#endif
