/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the cable and of the switch port at its other end: the link goes away, the port
 * babbles, the port asks for silence.
 *
 * Each happens once, at the first instant at which its window is open, and lasts `for` some time
 * from then on.
 */
#ifndef CABLE_CABLE_H
#define CABLE_CABLE_H

#include "lib/fault/armed.h"
#include "lib/link/link.h"
#include "lib/sim/sim.h"

/** All faults that this layer carries out. */
extern const struct fault_catalogue catalogue_link;

struct cable;

/** The cable and the port at its other end, as its faults have them. */
struct cable_port {
	struct link *link;
	unsigned unplugged, babbling; /**< how many faults hold it so */
};

/**
 * What a fault of the cable does: its action's `act`. It has a parameter `for`, which is from its
 * beginning to its end.
 */
struct cable_fault {
	void (*begin)(struct cable_port *port, const void *params);
	/** NULL: nothing is to be undone. */
	void (*end)(struct cable_port *port, const void *params);
	/**
	 * The key of the parameter after which begin() comes again, until the end; NULL: it comes
	 * once.
	 */
	const char *every;
};

/**
 * Arms the faults of LAYER_LINK. All that it is given is borrowed.
 * @param ops Nothing happens at a site here, so only decided() is called.
 * @return to be released with cable_close().
 */
struct cable *cable_open(const struct fault *faults, size_t count, uint64_t seed, struct link *link, struct sim *sim, struct trace *trace,
                         struct armed_ops ops, void *ctx);
void cable_close(struct cable *cable);

/** Its faults, for what all layers do with theirs. */
struct armed_faults *cable_faults(struct cable *cable);

/** Something has happened elsewhere, or the session has entered a phase: faults may begin. */
void cable_see(struct cable *cable, const struct fault_event *event);
void cable_enter(struct cable *cable, const char *phase, sim_ns now);

#endif
