/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Plays the servers' side of a session on the far end's stack (server/host.h): listens at the
 * addresses and ports of the recording, hears what was heard and says what was said, after the same
 * thought.
 *
 * How it works: a connection is the conversation with its address and port that begins most like it
 * and was not played yet, which its first words tell where there are several; if all were played,
 * one is played once more, as a client that tries again would have it. Its turns are gone through
 * one by one. A turn of the device is over when as many bytes have come as were recorded, or, if it
 * was a message of HTTP, where the message ends; they are compared, and the first that differs is
 * told in the trace. If they differ, nothing tells their end, and no more come for
 * SERVERS_RELUCTANT_NS, the turn counts as over, too: another client says it in other words.
 *
 * What cannot be played is refused by servers_check(), before anything runs.
 */
#ifndef RECORDED_SERVERS_H
#define RECORDED_SERVERS_H

#include "lib/base/error.h"
#include "harness/recorded/recording.h"
#include "harness/server/dns.h"

/** Addresses that a session can have beside those that the far end has anyway. */
#define SERVERS_ADDRESSES_MAX 48U
/** Ports that it can have. */
#define SERVERS_PORTS_MAX 64U
/** After so long without another byte a turn that differs counts as over. */
#define SERVERS_RELUCTANT_NS UINT64_C(1000000000)

struct servers;

/**
 * Whether a session can be played. @return false with @p err (no place): which step, why, and the
 * cure.
 */
bool servers_check(const struct recording *recording, struct error *err);

/**
 * Starts them on the host of this process, in front of anything else that listens.
 * @param recording Borrowed; servers_check() holds.
 * @param real The device is no player of ours: what was not recorded it may say in any way.
 */
struct servers *servers_open(const struct recording *recording, bool real);
void servers_close(struct servers *servers);

/**
 * The names of the session, and behind them @p others; for the DNS of the far end.
 * @param others Ends with a NULL name. @return as long as the servers are open.
 */
const struct dns_name *servers_names(struct servers *servers, const struct dns_name *others);

#define SERVERS_TOLD_MAX 512

struct servers_told {
	/** that were begun, and those that were gone through to their end */
	size_t conversations, complete;
	uint64_t differences;
	char first[SERVERS_TOLD_MAX]; /**< the first difference; empty: there is none */
};

/** So far; after the session it is the result. */
struct servers_told servers_told(const struct servers *servers);

#endif
