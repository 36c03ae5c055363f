/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/stretch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

/* What a fault has done since the last progress. */
struct deeds {
	const char *name, *action;
	uint64_t count; /* of decisions; 0: it goes on with what it began before */
	sim_ns last;
};

static struct deeds *find_deeds(struct deeds *list, size_t *count, const char *name, const char *action)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	if (*count == FAULTS_MAX)
		return NULL;
	list[*count] = (struct deeds){.name = name, .action = action};
	return &list[(*count)++];
}

/*
 * The chain's own counters come first: they know what a fault is called, and an outage decides once
 * and then goes on losing frames.
 */
static size_t collect(const struct world *world, sim_ns since, struct deeds list[FAULTS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < proxy_fault_count(world->proxy); i++) {
		const struct fault *fault = proxy_fault(world->proxy, i);
		sim_ns last = proxy_counters(world->proxy, i).last_applied;
		struct deeds *deeds = last == SIM_NEVER || last < since ? NULL : find_deeds(list, &count, fault->name, fault->action->name);
		if (deeds != NULL)
			deeds->last = last;
	}
	for (size_t i = 0; i < world->passing.decisions.count; i++) {
		const struct decision *decision = &world->passing.decisions.list[i];
		struct deeds *deeds = decision->time < since ? NULL : find_deeds(list, &count, decision->name, decision->action->name);
		if (deeds == NULL)
			continue;
		deeds->count++;
		deeds->last = decision->time > deeds->last ? decision->time : deeds->last;
	}
	return count;
}

static void tell_faults(const struct world *world, sim_ns since, char *ret_text, size_t size)
{
	struct deeds list[FAULTS_MAX];
	const size_t count = collect(world, since, list);
	struct text text = text_in(ret_text, size);

	for (size_t i = 0; i < count; i++) {
		sim_ns ago = world->sim.now - list[i].last;
		char times[32] = "";
		if (list[i].count > 0)
			(void)snprintf(times, sizeof times, "%" PRIu64 " time%s, ", list[i].count, list[i].count == 1 ? "" : "s");
		text_add(&text, "%s'%s' %s (%sthe last %" PRIu64 ".%03" PRIu64 " s before)", text_separator(&text, ", "), list[i].name,
		         list[i].action, times, ago / SIM_S, ago % SIM_S / SIM_MS);
	}
	if (text_is_cut(&text))
		memcpy(ret_text + size - sizeof " ...", " ...", sizeof " ...");
}

void stretch_tell(const struct world *world, const char *report, sim_ns report_at, struct verdict_stretch *ret_stretch)
{
	const struct wire_log *wire = &world->wire;

	ret_stretch->end_ns = world->sim.now;
	ret_stretch->progress_ns = wire->progress_at;
	ret_stretch->report_ns = report_at;
	(void)snprintf(ret_stretch->report, sizeof ret_stretch->report, "%s", report);
	(void)world_far_end_waits(&world->far_end, ret_stretch->waits, sizeof ret_stretch->waits);
	tell_faults(world, wire->progress_at, ret_stretch->faults, sizeof ret_stretch->faults);
	(void)wire_log_last_frames(wire, ret_stretch->frames, sizeof ret_stretch->frames);
}
