/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An authoritative DNS server (RFC 1035) for a fixed set of names. Pure: a query in, an answer out.
 */
#ifndef SERVER_DNS_H
#define SERVER_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define DNS_PORT 53
#define DNS_MESSAGE_MAX 512U
#define DNS_NAME_TEXT_MAX 256

struct dns_name {
	const char *name; /**< lower case, without the final dot; NULL ends a table */
	uint32_t address; /**< host order */
};

struct dns_config {
	const struct dns_name *names;
	uint32_t ttl_s;
};

struct dns_answer {
	size_t length; /**< 0: no answer */
	uint8_t message[DNS_MESSAGE_MAX];
	char name[DNS_NAME_TEXT_MAX];      /**< that was asked for; empty if it could not be read */
	char note[DNS_NAME_TEXT_MAX + 64]; /**< what was asked, for the trace */
};

/** What can become of an answer: none comes; no such name; the server has failed; another address; it says it is cut short; it may not be kept. */
enum dns_spoilage {
	DNS_SPOILED_SILENCE,
	DNS_SPOILED_NXDOMAIN,
	DNS_SPOILED_SERVFAIL,
	DNS_SPOILED_ADDRESS,
	DNS_SPOILED_TRUNCATED,
	DNS_SPOILED_TTL,
};

/** Answers one message. @param message A UDP payload, of any length and content. */
void dns_answer(const struct dns_config *config, struct bytes message, struct dns_answer *ret_answer);

#define DNS_OUTCOME_TEXT_MAX 32
/** What the message says that is sent: "192.0.2.1", "NXDOMAIN", "not answered". @return ret_text. */
const char *dns_outcome(const struct dns_answer *answer, char ret_text[DNS_OUTCOME_TEXT_MAX]);

/** Spoils an answer of dns_answer(). @param address Of DNS_SPOILED_ADDRESS, host order. */
void dns_spoil(struct dns_answer *answer, enum dns_spoilage spoilage, uint32_t address);

#endif
