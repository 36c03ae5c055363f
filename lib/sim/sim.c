/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/sim/sim.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

void sim_open(struct sim *sim, sim_ns now)
{
	memset(sim, 0, sizeof *sim);
	sim->now = now;
	check_note_time(now);
}

void sim_close(struct sim *sim)
{
	free(sim->heap);
	memset(sim, 0, sizeof *sim);
}

static bool earlier(const struct sim_event *a, const struct sim_event *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void put(struct sim *sim, size_t place, struct sim_event *event)
{
	sim->heap[place] = event;
	event->place = place;
}

static void sift_up(struct sim *sim, size_t place, struct sim_event *event)
{
	for (; place > 1 && earlier(event, sim->heap[place / 2]); place /= 2)
		put(sim, place, sim->heap[place / 2]);
	put(sim, place, event);
}

static void sift_down(struct sim *sim, size_t place, struct sim_event *event)
{
	for (size_t child; (child = place * 2) <= sim->count; place = child) {
		if (child < sim->count && earlier(sim->heap[child + 1], sim->heap[child]))
			child++;
		if (earlier(event, sim->heap[child]))
			break;
		put(sim, place, sim->heap[child]);
	}
	put(sim, place, event);
}

void sim_cancel(struct sim *sim, struct sim_event *event)
{
	size_t place = event->place;

	if (place == 0)
		return;
	CHECK(sim->heap[place] == event);
	struct sim_event *last = sim->heap[sim->count--];
	event->place = 0;
	if (last == event)
		return;
	if (place > 1 && earlier(last, sim->heap[place / 2]))
		sift_up(sim, place, last);
	else
		sift_down(sim, place, last);
}

void sim_schedule(struct sim *sim, struct sim_event *event, sim_ns at)
{
	CHECK_INT(at, >=, at == SIM_NEVER ? at : sim->now);
	if (event->place != 0 && event->at == at)
		return;
	sim_cancel(sim, event);
	if (at == SIM_NEVER)
		return;
	if (sim->count + 2 > sim->room) {
		sim->room = sim->room > 0 ? sim->room * 2 : 64;
		sim->heap = memory_resize(sim->heap, sim->room, sizeof(struct sim_event *));
	}
	event->at = at;
	event->order = sim->orders++;
	sim->count++;
	sift_up(sim, sim->count, event);
}

sim_ns sim_next(const struct sim *sim)
{
	return sim->count > 0 ? sim->heap[1]->at : SIM_NEVER;
}

sim_ns sim_next_visible(const struct sim *sim)
{
	sim_ns first = SIM_NEVER;

	for (size_t i = 1; i <= sim->count; i++)
		if (sim->heap[i]->at + sim->heap[i]->lag < first)
			first = sim->heap[i]->at + sim->heap[i]->lag;
	return first;
}

void sim_run_until(struct sim *sim, sim_ns until)
{
	CHECK_INT(until, >=, sim->now);
	while (sim->count > 0 && sim->heap[1]->at <= until) {
		struct sim_event *event = sim->heap[1];
		sim_cancel(sim, event);
		sim->now = event->at;
		check_note_time(sim->now);
		event->fire(event->ctx, sim->now);
	}
	sim->now = until;
	check_note_time(until);
}
