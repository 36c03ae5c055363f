/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What each end of the wire saw, as captures: one for each vantage point, so that whoever reads one
 * sees a connection as that end did, and each frame once.
 *
 * A frame that is dropped or lost on its way stands in the capture of the end that sent it, with
 * the reason as its comment. The same number (packet id) is the same frame. Times are true dates:
 * the world's clock begins at WORLD_UNIX_BASE_NS, or in wall time whenever it did.
 *
 * How secrets get in: readers want them before the frames that they open, and they are known only
 * when those frames are under way. So they are kept in a file of their own as they come, and put in
 * front of the frames when the session is over: by itself, or by whoever completes its folder if it
 * was killed.
 */
#ifndef SESSION_CAPTURES_H
#define SESSION_CAPTURES_H

#include <stdio.h>

#include "lib/base/error.h"
#include "lib/link/frame.h"
#include "lib/sim/sim.h"
#include "lib/verdict/files.h"

/**
 * Secrets of TLS as lines of an SSLKEYLOGFILE, until captures_complete() has put them into the
 * captures.
 */
#define CAPTURES_SECRETS "secrets.kept"

/** The streams, borrowed from whoever opens them; any may be NULL. */
struct captures {
	FILE *device, *server, *secrets;
	/** the date of the world's time 0, in nanoseconds since 1970; 0: WORLD_UNIX_BASE_NS */
	uint64_t began_ns;
	/**
	 * a line for every event of the session (lib/fault/site.h) as it passes, and for every
	 * phase
	 */
	FILE *events;
};

/** Begins both captures. */
void captures_begin(const struct captures *captures);

/** What is told of a frame at one end. */
struct sighting {
	enum vantage where;
	bool sent;           /**< by this end; else it has come to it */
	sim_ns time;         /**< of the world */
	uint64_t id;         /**< the proxy's number; 0: it has none */
	const char *comment; /**< NULL: none */
};

/** Writes a frame to the capture of one end. Nothing happens if that is not open. */
void captures_frame(const struct captures *captures, const struct sighting *sighting, struct bytes data);

/** @param line Of an SSLKEYLOGFILE, without its end. */
void captures_secret(const struct captures *captures, const char *line);

/**
 * Makes the captures in @p dir whole, when nobody writes into them any more: cuts off what is half
 * written and puts the secrets in front. May be done again.
 * @return false with @p err if a capture cannot be written; it is then as it was.
 */
bool captures_complete(const char *dir, struct error *err);

#endif
