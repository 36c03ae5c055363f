/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the cable and of the switch port at its other end, each at its own time: the link goes away, the port babbles, the port asks for silence.
 */
#ifndef CABLE_CABLE_H
#define CABLE_CABLE_H

#include "fault/decision.h"
#include "fault/fault.h"
#include "link/link.h"
#include "sim/sim.h"
#include "sim/trace.h"

struct cable;

/** The cable and the port at its other end, as its faults have them. */
struct cable_port {
	struct link *link;
	unsigned unplugged, babbling; /**< how many faults hold it so */
};

/** What a fault of the cable does: its action's `act`. It has a parameter `for`, which is from its beginning to its end. */
struct cable_fault {
	void (*begin)(struct cable_port *port, const void *params);
	/** NULL: nothing is to be undone. */
	void (*end)(struct cable_port *port, const void *params);
	/** The key of the parameter after which begin() comes again, until the end; NULL: it comes once. */
	const char *every;
};

/** A fault has begun; for a frozen plan. */
typedef void cable_decided(void *ctx, const struct decision *decision);

/** Plans the faults of LAYER_LINK. All that it is given is borrowed. @return to be released with cable_close(). */
struct cable *cable_open(const struct fault *faults, size_t count, struct link *link, struct sim *sim, struct trace *trace,
                         cable_decided *decided, void *ctx);
void cable_close(struct cable *cable);

/** A frame passes, or an occasion at a site of the board comes: faults may begin there. */
void cable_sees(struct cable *cable, const struct naming *naming, sim_ns now);
void cable_sees_occasion(struct cable *cable, const char *site, uint64_t occasion, sim_ns now);

/** What a fault has done. @return false if the @p index-th fault of the plan is not of this layer. */
bool cable_counters(const struct cable *cable, size_t index, uint64_t *ret_matched, uint64_t *ret_applied);

#endif
