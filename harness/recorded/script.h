/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The device's side of a session, as the player reads it (emulator/guest/player): lines of words,
 * and behind some of them bytes. Times are in microseconds.
 *
 *     session 3 LEASE CONNECT SILENCE DNS_TIMEOUT DNS_TRIES REAL STEPS   time-outs of the device;
 *                                                                        whether the servers are
 *                                                                        others; how many steps
 *                                                                        follow
 *     dns FOLLOWS WAIT NAME ADDRESS TRIES                       ADDRESS is what it was told,
 *                                                               0.0.0.0: none
 *     ntp FOLLOWS WAIT ADDRESS TRIES ANSWERED                   whether it was told the time
 *     skip FOLLOWS WAIT TAKES                                   nothing happens
 *     tcp FOLLOWS WAIT ADDRESS PORT OPENING TAKES TURNS         OPENING: 0 answered, 1 refused, 2
 *                                                               unanswered
 *     say AFTER LENGTH                                          a turn of the device; LENGTH bytes
 *                                                               follow, and a line feed
 *     fill AFTER LENGTH KNOWN                                   the same; KNOWN bytes follow, and a
 *                                                               line feed, and the others are a
 *                                                               pattern: 'a' to 'z'
 *                                                               by their places
 *     hear AFTER LENGTH BLOCK                                   a turn of the server; a check of
 *                                                               each BLOCK bytes follows, FNV-1a
 *                                                               with 32 bits, in hexadecimal
 *     expect AFTER LENGTH KNOWN FROM TO                         the same where the servers are
 *                                                               others: KNOWN bytes follow, and a
 *                                                               line feed; from FROM
 *                                                               up to TO any are good
 *     fin AFTER, rst AFTER                                      the device closes
 *     their-fin AFTER, their-rst AFTER                          the server does
 *
 * FOLLOWS is the number of a step, from 1, or 0: then WAIT counts from when the device has its
 * address.
 */
#ifndef RECORDED_SCRIPT_H
#define RECORDED_SCRIPT_H

#include <stdio.h>

#include "lib/base/error.h"
#include "harness/recorded/recording.h"

#define SCRIPT_VERSION 3U
/** Of so many bytes there is a check. */
#define SCRIPT_BLOCK 4096U
/** The longest turn of a device that is played. */
#define SCRIPT_TURN_MAX (UINT64_C(1) << 30)

/** Whether each turn can be played. @return false with @p err (no place): which cannot. */
bool script_check(const struct recording *recording, struct error *err);

/** When the device gives up. */
struct script_patience {
	uint64_t lease_ns, connect_ns, silence_ns, dns_timeout_ns, dns_tries;
};

/** Writes it. @param recording script_check() was good. */
void script_write(const struct recording *recording, const struct script_patience *patience, FILE *stream);

/**
 * The same for servers of others: what is compared is what is known, but for the time in a Date
 * field (RFC 9110 6.6.1). A conversation over TLS is skipped, as nobody knows what was said in it.
 */
void script_write_real(const struct recording *recording, const struct script_patience *patience, FILE *stream);

#endif
