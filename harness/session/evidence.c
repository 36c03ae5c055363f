/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the judges may know of a world. */
#include "harness/session/firmware.h"
#include "harness/session/world.h"

/*
 * Another far end, and the servers of a recorded session: what that was for nobody knows, and its
 * player compares all that it hears.
 */
static bool has_services(const struct world *world)
{
	return !outside_is_far_end(world->outside) && world->far_end.servers == NULL;
}

struct evidence world_evidence(const struct world *world, bool passed)
{
	return (struct evidence){
		.now = world->sim.now,
		.passed = passed,
		.services = has_services(world) ? &world->far_end.service.log : NULL,
		.flash = firmware_view(world),
		.wire = &world->wire,
		.decisions = &world->passing.decisions,
		.far_end_waits = world_far_end_waits,
		.far_end = &world->far_end,
	};
}
