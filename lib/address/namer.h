/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Follows all that passes one place and names it. Sans I/O and without a clock: the names depend on
 * the frames and their order alone.
 *
 * It stands in front of the proxy, so a frame that the cable has lost is not seen and not counted.
 */
#ifndef ADDRESS_NAMER_H
#define ADDRESS_NAMER_H

#include "lib/address/address.h"
#include "lib/link/frame.h"
#include "lib/link/packet.h"

/** Flows that are told apart; frames of further ones have no flow. */
#define NAMER_FLOWS_MAX 65536U

struct namer;

/** @return to be released with namer_close(). */
struct namer *namer_open(void);
void namer_close(struct namer *namer);

/**
 * A TLS secret in the format of SSLKEYLOGFILE: what it opens is named as if it were not encrypted.
 * To be told before what is encrypted with it passes.
 */
void namer_secret(struct namer *namer, const char *line);

/**
 * Names the next frame. @param packet What stands in it. @param conversation Its packet_flow(),
 * which the caller needs anyway.
 */
void namer_see(struct namer *namer, enum direction direction, const struct packet *packet, uint64_t conversation,
               struct naming *ret_naming);

/** A frame as it was read, and what it is called. */
struct named {
	struct packet packet;
	uint64_t flow; /**< packet_flow() */
	struct naming naming;
};

/** As namer_see(), of a whole frame. @param frame What packet points into. */
void namer_name(struct namer *namer, enum direction direction, struct bytes frame, struct named *ret_named);

/**
 * Tells how many frames of each word there were, over all and in each flow, in the order of words,
 * flows and directions.
 * @param tell Called with an address whose last is that number, and first 1.
 */
void namer_list(const struct namer *namer, void (*tell)(void *ctx, enum direction direction, const struct address *address), void *ctx);

#endif
