/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Sessions in wall time: what is at their far end, from before the first session to behind the
 * last.
 */
#ifndef CAMPAIGN_LIVE_H
#define CAMPAIGN_LIVE_H

#include "harness/campaign/ops.h"
#include "harness/live/interface.h"
#include "harness/live/server_side.h"
#include "harness/pool/pool.h"

/** What is asked for; all zero: sessions are in virtual time. */
struct campaign_live_wish {
	bool is_on;
	struct wall_wish wall;
	/** a command that is the far end, begun anew for each session; NULL: none */
	const char *server;
	/** an interface, or tap:NAME, behind which the far end is; NULL: none */
	const char *server_side;
};

/** The module's own; all zero is none. */
struct campaign_live {
	struct campaign_live_wish wish;
	struct pool_live pool;
	struct server_side *side; /* of the session at hand */
	struct interface *interface;
	int tap;                           /* -1: none */
	const struct campaign_ops *ops;    /* where what a server did is told */
	const volatile sig_atomic_t *stop; /* ends the wait for a server */
};

/**
 * Whether the session of a plan can be run so.
 * @return false with @p err, which names what cannot, and the cure.
 */
bool campaign_live_fits(const struct campaign_live_wish *live, const struct plan *plan, struct error *err);

/**
 * Takes what all sessions have at their far end: an interface, a TAP. @p ret_live must stay where
 * it is.
 */
bool campaign_live_open(struct campaign_live *ret_live, const struct campaign_live_wish *wish, const struct campaign_ops *ops,
                        struct error *err);

/** Gives it back. @return false with @p err if the interface is not as it was. */
bool campaign_live_close(struct campaign_live *live, struct error *err);

#endif
