/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/pace.h"

#include <inttypes.h>

#include "lib/base/unit.h"

struct taker {
	struct world *world;
	sim_ns until;
};

static sim_ns within(sim_ns time, sim_ns first, sim_ns last)
{
	return time < first ? first : time > last ? last : time;
}

static void take(void *ctx, struct bytes frame, sim_ns came)
{
	const struct taker *taker = ctx;

	world_run(taker->world, within(came, taker->world->sim.now, taker->until));
	world_far_end_frame_came(&taker->world->far_end, frame);
}

static bool take_what_came(struct world *world, sim_ns until, struct error *err)
{
	const struct outside *outside = world->outside;
	struct taker taker = {world, until};

	return !outside_is_far_end(outside) || outside->ops->read(outside->state, take, &taker, err);
}

/*
 * In the order of their times: what has come before now is taken before the world goes on to now.
 */
static bool go_on(struct world *world, sim_ns until, struct error *err)
{
	const struct outside *outside = world->outside;
	const sim_ns wall = outside->ops->now(outside->state);

	if (!take_what_came(world, until, err))
		return false;
	world_run(world, within(wall, world->sim.now, until));
	return world_far_end_is_sound(&world->far_end, err);
}

/* The emulation of a device that has just been restored, or boots, is slow at first. */
static void begin_later(struct world *world, sim_ns until)
{
	const struct outside *outside = world->outside;
	const sim_ns wall = outside->ops->now(outside->state);

	if (world->passing.frames[TO_SERVER] == world->frames_before_boot && wall > until)
		world_date(world, outside->ops->put_back(outside->state, wall - until));
}

bool pace_run(struct world *world, sim_ns until, struct error *err)
{
	const struct outside *outside = world->outside;

	begin_later(world, until);
	while (world->sim.now < until) {
		if (!go_on(world, until, err))
			return false;
		if (world->sim.now == until)
			break;
		const sim_ns next = sim_next(&world->sim);
		outside->ops->wait(outside->state, next < until ? next : until);
	}
	return true;
}

void pace_tell(const struct world *world, const struct verdict_live *live)
{
	char text[VERDICT_TEXT_MAX];

	if (live->is)
		trace_aside(world->trace, world->sim.now, "skew", "%s", verdict_skew(live, text));
}
