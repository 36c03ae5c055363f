/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the exchanges: what stands in a message of DNS (RFC 1035) or DHCP (RFC 2131).
 * Pure.
 */
#ifndef RECORDED_MESSAGES_H
#define RECORDED_MESSAGES_H

#include "lib/base/bytes.h"
#include "harness/recorded/recording.h"

#define DNS_ADDRESSES_MAX 16

struct dns_message {
	uint16_t id;
	bool is_answer;
	unsigned code; /**< RCODE; 0: no error */
	bool cut;      /**< TC: the answer is longer than a datagram */
	uint16_t type; /**< of the question; 1: an address */
	char name[RECORDING_NAME_MAX];
	uint32_t addresses[DNS_ADDRESSES_MAX];
	size_t count;
};

/**
 * @return false if it has no question that can be read; what follows it is read as far as it goes.
 */
bool dns_message_read(struct bytes message, struct dns_message *ret_message);

/** "nxdomain": what an answer without an address says. */
const char *dns_message_says(const struct dns_message *message);

struct dhcp_message {
	bool from_client;
	uint32_t id;
	uint32_t address;    /**< that is given; 0: none */
	uint8_t hardware[6]; /**< of the client */
	const char *kind;    /**< "discover" */
};

/** @return false if it is none. */
bool dhcp_message_read(struct bytes message, struct dhcp_message *ret_message);

#endif
