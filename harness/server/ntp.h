/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An NTP server (RFC 5905, RFC 4330 for its clients). Pure: a request and the time in, an answer out.
 */
#ifndef SERVER_NTP_H
#define SERVER_NTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

#define NTP_PORT 123
#define NTP_MESSAGE 48U
#define NTP_NOTE_MAX 96

struct ntp_answer {
	size_t length; /**< 0: no answer */
	uint8_t message[NTP_MESSAGE];
	char note[NTP_NOTE_MAX];
};

/**
 * Answers one message.
 * @param message A UDP payload, of any length and content.
 * @param unix_ns The server's time, nanoseconds since 1970.
 */
void ntp_answer(struct bytes message, uint64_t unix_ns, struct ntp_answer *ret_answer);

/** Makes an answer a kiss of death that tells the client to ask less often (RFC 5905 7.4: stratum 0, code RATE). */
void ntp_kiss(struct ntp_answer *answer);

#endif
