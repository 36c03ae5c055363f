/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * An NTP server (RFC 5905, RFC 4330 for its clients). Pure: a request and the time in, an answer
 * out.
 */
#ifndef SERVER_NTP_H
#define SERVER_NTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/bytes.h"

#define NTP_PORT 123
#define NTP_MESSAGE 48U
#define NTP_NOTE_MAX 96

/**
 * A clock, however wrong: seconds since 1970, negative before it, and nanoseconds more. NTP tells
 * it in eras of 2^32 s, the second of which begins in 2036.
 */
struct ntp_clock {
	int64_t s;
	uint32_t ns;
};

struct ntp_answer {
	size_t length; /**< 0: no answer */
	uint8_t message[NTP_MESSAGE];
	char note[NTP_NOTE_MAX];
};

/**
 * Answers one message.
 * @param message A UDP payload, of any length and content.
 * @param now The server's time.
 */
void ntp_answer(struct bytes message, struct ntp_clock now, struct ntp_answer *ret_answer);

/** The clock that shows this time, nanoseconds since 1970. */
struct ntp_clock ntp_clock_at(uint64_t unix_ns);

/** Puts a clock forward, or back. */
void ntp_clock_shift(struct ntp_clock *clock, uint64_t offset_ns, bool back);

/** What becomes of an answer beside its clock's being wrong. */
struct ntp_effect {
	bool silent, kisses;
};

/**
 * Changes another server's answer: its clock is wrong by @p by, and it may be a kiss of death.
 * @param message At least NTP_MESSAGE bytes.
 */
void ntp_change(uint8_t *message, struct ntp_clock by, bool kisses);

/**
 * Makes an answer a kiss of death that tells the client to ask less often (RFC 5905 7.4: stratum 0,
 * code RATE).
 */
void ntp_kiss(struct ntp_answer *answer);

#endif
