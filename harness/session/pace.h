/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Keeps a world to the wall.
 *
 * How it works: the guest asks, and while it waits for the answer it stands still. So it is enough
 * that the world does not come to the time of a request before the wall does: until then it runs
 * with the wall, each event in its time, and takes in what the far end sends when it comes. A guest
 * that sleeps would leave out the time up to its next timer, in which a frame may come; so it is
 * woken after PACE_STEP_NS at the latest, asks, and hears of the frame then. That much later than
 * the frame the guest notices it at most; in the world it comes in its time.
 *
 * A guest that needs longer for its instructions than the wall has time for is behind. It goes on
 * without waiting until it is not; a frame that comes meanwhile comes at the guest's time.
 *
 * Before the device has sent its first frame after a boot nobody waits for it: by what it is behind
 * until then, it has booted later.
 */
#ifndef SESSION_PACE_H
#define SESSION_PACE_H

#include "harness/session/world.h"

/** The guest asks at least so often. Shorter steps cost processor time: each is a request. */
#define PACE_STEP_NS SIM_MS

/**
 * Runs a world that has an outside up to @p until, and not before the wall is there.
 * @return false with @p err if the far end is gone.
 */
bool pace_run(struct world *world, sim_ns until, struct error *err);

/** Writes into the trace how late frames were, in wall time. */
void pace_tell(const struct world *world, const struct verdict_live *live);

#endif
