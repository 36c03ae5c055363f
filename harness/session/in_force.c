/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The faults of a world that may be why something goes wrong now, for people. */
#include <inttypes.h>
#include <stdio.h>

#include "harness/session/world.h"

/* A fault that has acted so lately may be why something goes wrong now: what waits for an answer takes as long to notice. */
#define LATELY_NS (60 * SIM_S)

/* @last: when it acted last; SIM_NEVER if that is not known. */
static size_t add_fault(const struct world *world, char *text, size_t size, size_t used, const struct fault *fault, uint64_t applied,
                        sim_ns last)
{
	sim_ns ago = last == SIM_NEVER ? 0 : world->sim.now - last;

	if (used >= size)
		return used;
	used += (size_t)snprintf(text + used, size - used, "%s'%s' %s (%" PRIu64 " applied", used == 0 ? "" : ", ", fault->name,
	                         fault->action->name, applied);
	if (used < size && last != SIM_NEVER)
		used += (size_t)snprintf(text + used, size - used, ", the last %" PRIu64 ".%01" PRIu64 " s before", ago / SIM_S,
		                         ago % SIM_S / (100 * SIM_MS));
	return used + (used < size ? (size_t)snprintf(text + used, size - used, ")") : 0);
}

static bool acted_lately(const struct world *world, struct fault_counters counters)
{
	return counters.last_applied != SIM_NEVER && world->sim.now - counters.last_applied < LATELY_NS;
}

static void frozen_in_force(const struct world *world, char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < world->passing.decisions.count; i++)
		count += world->sim.now - world->passing.decisions.list[i].time < LATELY_NS;
	if (count > 0)
		(void)snprintf(text, size, "%zu decisions of the frozen plan within the last minute", count);
}

const char *world_faults_in_force(const struct world *world, char *ret_text, size_t size)
{
	size_t used = 0;

	ret_text[0] = '\0';
	if (world->plan->replay) {
		frozen_in_force(world, ret_text, size);
		return ret_text;
	}
	for (size_t i = 0; i < proxy_fault_count(world->proxy); i++)
		if (proxy_in_force(world->proxy, i, world->sim.now) || acted_lately(world, proxy_counters(world->proxy, i)))
			used = add_fault(world, ret_text, size, used, proxy_fault(world->proxy, i), proxy_counters(world->proxy, i).applied,
			                 proxy_counters(world->proxy, i).last_applied);
	for (size_t i = 0; i < world->plan->fault_count; i++) {
		const struct fault *fault = &world->plan->faults[i];
		const uint64_t applied = fault->action->site != SITE_FRAME ? world_counters(world, i).applied : 0;
		if (applied > 0)
			used = add_fault(world, ret_text, size, used, fault, applied, SIM_NEVER);
	}
	return ret_text;
}
