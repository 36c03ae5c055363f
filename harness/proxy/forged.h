/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of the proxy: frames that an end or a hop would send about a frame, made from that frame
 * alone.
 */
#ifndef PROXY_FORGED_H
#define PROXY_FORGED_H

#include "lib/link/frame.h"

/** What is made; the first are forge's own `what`, in its order. */
enum forged {
	FORGED_RST,
	FORGED_FIN,
	FORGED_UNREACHABLE_NET,
	FORGED_UNREACHABLE_HOST,
	FORGED_UNREACHABLE_PORT,
	FORGED_TTL,
	FORGED_TOO_LONG, /**< fragmentation needed and DF set */
};

/**
 * What the sender of @p frame gets, in the name of the one it was for.
 * @param mtu Of the next hop, for FORGED_TOO_LONG.
 * @return NULL if such a frame cannot be answered so: not IPv4, not TCP for a segment, an ICMP
 * error, a later fragment, not between two hosts.
 */
struct frame *forged_answer(struct bytes frame, enum forged what, unsigned mtu);

/**
 * What the receiver of @p frame would have sent just before, so that an answer to it goes to the
 * receiver.
 * @param arrives Whether @p frame arrives before that answer, so that what it carries is received.
 * @return NULL if it is not TCP or UDP of a first fragment.
 */
struct frame *forged_mirror(struct bytes frame, bool arrives);

#endif
