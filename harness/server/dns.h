/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An authoritative DNS server (RFC 1035) for a fixed set of names. Pure: a query in, an answer out.
 */
#ifndef SERVER_DNS_H
#define SERVER_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

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

/**
 * What can become of an answer: none comes; no such name; the server has failed; another address;
 * it says it is cut short; it may not be kept.
 */
enum dns_effect {
	DNS_EFFECT_SILENCE,
	DNS_EFFECT_NXDOMAIN,
	DNS_EFFECT_SERVFAIL,
	DNS_EFFECT_ADDRESS,
	DNS_EFFECT_TRUNCATED,
	DNS_EFFECT_TTL,
	DNS_EFFECTS /**< how many there are */
};

/** Those that hold for one answer; of no such name and a failed server at most one. */
struct dns_effects {
	bool of[DNS_EFFECTS];
};

/** Nobody is there: an address of the second host's network that no name has. */
#define DNS_NOBODY 0xc6336463U

/** Answers one message. @param message A UDP payload, of any length and content. */
void dns_answer(const struct dns_config *config, struct bytes message, struct dns_answer *ret_answer);

#define DNS_OUTCOME_TEXT_MAX 32
/**
 * What the message says that is sent: "192.0.2.1", "NXDOMAIN", "not answered". @return ret_text.
 */
const char *dns_outcome(const struct dns_answer *answer, char ret_text[DNS_OUTCOME_TEXT_MAX]);

/**
 * Applies faults to an answer of dns_answer(). @param address Of DNS_EFFECT_ADDRESS, host order.
 */
void dns_effect_on(struct dns_answer *answer, enum dns_effect effect, uint32_t address);

/** The same for all that hold. */
void dns_effects_on(struct dns_answer *answer, const struct dns_effects *effects, uint32_t address);

/* -- messages of another server, of any size -- */

/** What a message asks, or what it answers. */
struct dns_question {
	uint16_t id;
	bool is_answer;
	char name[DNS_NAME_TEXT_MAX];
	size_t end; /**< where its only question ends */
};

/** @return false if it is no message with one question. */
bool dns_read_question(struct bytes message, struct dns_question *ret_question);

/**
 * The addresses (A records) that an answer gives, host order. @return how many there are, at most
 * @p most.
 */
size_t dns_addresses(struct bytes message, uint32_t *ret_addresses, size_t most);

/**
 * Applies faults to an answer of any server in place; what it has beyond the question goes where
 * that is all there is to say. Of IPv6 addresses, the wrong one is 2001:db8::63.
 * @param length Of the message; gets the new one, which is not longer. 0: nothing is sent.
 */
void dns_effects_on_message(uint8_t *message, size_t *length, const struct dns_effects *effects, uint32_t address);

#endif
