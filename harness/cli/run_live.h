/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * `run --live` and `replay --live`: sessions in wall time, and what is at their far end. From the options to what the pool is told.
 */
#ifndef CLI_RUN_LIVE_H
#define CLI_RUN_LIVE_H

#include "pool/pool.h"
#include "cli/jobs.h"
#include "cli/screen.h"
#include "live/interface.h"
#include "live/server_side.h"

/** A device that is behind by less is in time for a peer that knows nothing of the way yet and sends again after a second (RFC 6298 2.1). */
#define RUN_LIVE_SKEW "1s"

/** What the user has said; NULL: not at all. */
struct run_live_words {
	const char *live;
	const char *server, *server_side;
	const char *web_ports;
	const char *skew_limit;
};

struct run_live {
	bool is_on; /**< false: sessions are in virtual time, and nothing below means anything */
	struct pool_live pool;
	const char *server, *server_side;
	struct server_side *side; /* of the session at hand */
	struct interface *interface;
	int tap;                           /* -1: none */
	struct screen *screen;             /* where what a server did is told */
	const volatile sig_atomic_t *stop; /* ends the wait for a server */
};

/** Reads the options. @return false with @p err: they do not go together. */
bool run_live_read(struct run_live *ret_live, const struct run_live_words *words, struct error *err);

/** Whether the session of a plan can be run so. @return false with @p err, which names what cannot, and the cure. */
bool run_live_fits(const struct run_live *live, const struct plan *plan, struct error *err);

/** Takes what all sessions have at their far end: an interface, a TAP. */
bool run_live_open(struct run_live *live, struct screen *screen, struct error *err);

/**
 * Gives it back.
 * @param code The run's exit status.
 * @return that, or EXIT_INCONCLUSIVE if the interface is not as it was, which is told.
 */
int run_live_close(struct run_live *live, int code);

#endif
