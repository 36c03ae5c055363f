/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of a world that may be why something goes wrong now, for people. */
#include <inttypes.h>

#include "lib/base/text.h"
#include "harness/session/world.h"

/*
 * A fault that has acted so lately may be why something goes wrong now: what waits for an answer
 * takes as long to notice.
 */
#define LATELY_NS (60 * SIM_S)

/* @last: when it acted last; SIM_NEVER if that is not known. */
static void add_fault(const struct world *world, struct text *text, const struct fault *fault, uint64_t applied, sim_ns last)
{
	const sim_ns ago = last == SIM_NEVER ? 0 : world->sim.now - last;

	text_add(text, "%s'%s' %s (%" PRIu64 " applied", text_separator(text, ", "), fault->name, fault->action->name, applied);
	if (last != SIM_NEVER)
		text_add(text, ", the last %" PRIu64 ".%01" PRIu64 " s before", ago / SIM_S, ago % SIM_S / (100 * SIM_MS));
	text_add(text, ")");
}

static bool acted_lately(const struct world *world, struct fault_counters counters)
{
	return counters.last_applied != SIM_NEVER && world->sim.now - counters.last_applied < LATELY_NS;
}

static void frozen_in_force(const struct world *world, struct text *text)
{
	size_t count = 0;

	for (size_t i = 0; i < world->passing.decisions.count; i++)
		count += world->sim.now - world->passing.decisions.list[i].time < LATELY_NS;
	if (count > 0)
		text_add(text, "%zu decisions of the frozen plan within the last minute", count);
}

const char *world_faults_in_force(const struct world *world, char *ret_text, size_t size)
{
	struct text text = text_in(ret_text, size);

	if (world->plan->replay) {
		frozen_in_force(world, &text);
		return ret_text;
	}
	for (size_t i = 0; i < proxy_fault_count(world->proxy); i++)
		if (proxy_in_force(world->proxy, i, world->sim.now) || acted_lately(world, proxy_counters(world->proxy, i)))
			add_fault(world, &text, proxy_fault(world->proxy, i), proxy_counters(world->proxy, i).applied,
			          proxy_counters(world->proxy, i).last_applied);
	for (size_t i = 0; i < world->plan->fault_count; i++) {
		const struct fault *fault = &world->plan->faults[i];
		const uint64_t applied = fault->action->site != SITE_FRAME ? world_counters(world, i).applied : 0;
		if (applied > 0)
			add_fault(world, &text, fault, applied, SIM_NEVER);
	}
	return ret_text;
}
