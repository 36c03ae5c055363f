/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Inside of a world: what is behind the proxy. The emulator's own host with its services, or the servers of a recorded session on it, or a far end that is outside, with a relay in
 * front of it if the plan's faults need one.
 */
#ifndef SESSION_FAR_END_H
#define SESSION_FAR_END_H

#include "harness/session/world.h"

/** Reads the files of the plan: image, recorded session. @return false with @p err; then nothing is left to be released. */
bool world_far_end_load(struct world *world, struct error *err);
void world_far_end_unload(struct world *world);

/** The host begins, before the faults of its services do. */
void world_far_end_open(struct world *world);
/** What stands on it begins, or the relay; the world's service_faults is there. */
void world_far_end_serve(struct world *world);
void world_far_end_close(struct world *world);

/** A frame from the proxy, which is its own from then on. */
void world_far_end_take(struct world *world, struct frame *frame, sim_ns now);

#endif
