/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a fault waits for its window. The time at which that opens is an event of the
 * clock; an address or a phase opens it when it comes. Then the fault begins, and ends `for` later;
 * a pausing port sends a frame every now and then in between. Each is two events of the clock, of
 * which the first may come again.
 */
#include "harness/cable/cable.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

/* A fault at work. */
struct cable_work {
	struct cable *cable;
	struct armed_fault *armed;
	const struct cable_fault *act;
	struct sim_event begin, end;
	bool has_begun; /* or has been left out by its probability */
	sim_ns until;
};

struct cable {
	struct cable_port port;
	struct sim *sim;
	struct armed_faults faults;
	struct cable_work *works; /* one a fault */
};

static uint64_t quantity(const struct armed_fault *armed, const char *key)
{
	return action_quantity(armed->fault->action, &armed->fault->params, key);
}

/* The window is open for the first time. @return whether the fault acts. */
static bool opens(struct cable_work *work, sim_ns now)
{
	struct armed_faults *faults = &work->cable->faults;
	const struct fault_event event = armed_faults_next(faults, SITE_CABLE, now);

	work->has_begun = true;
	if (!armed_fault_acts(faults, work->armed, &event))
		return false;
	work->until = now + quantity(work->armed, "for");
	sim_schedule(work->cable->sim, &work->end, work->until);
	return true;
}

static void fire_begin(void *ctx, sim_ns now)
{
	struct cable_work *work = ctx;
	struct cable *cable = work->cable;

	if (work->has_begun)
		armed_fault_goes_on(work->armed, now);
	else if (!window_is_open(&work->armed->window, now) || !opens(work, now))
		return;
	work->act->begin(&cable->port, fault_params(work->armed->fault));
	const sim_ns again = work->act->every != NULL ? now + quantity(work->armed, work->act->every) : SIM_NEVER;
	if (again < work->until)
		sim_schedule(cable->sim, &work->begin, again);
}

static void fire_end(void *ctx, sim_ns now)
{
	struct cable_work *work = ctx;

	(void)now;
	if (work->act->end != NULL)
		work->act->end(&work->cable->port, fault_params(work->armed->fault));
}

static void open_work(struct cable *cable, struct cable_work *work, struct armed_fault *armed)
{
	const struct window_edge *from = &armed->fault->match.from;

	*work = (struct cable_work){.cable = cable,
	                            .armed = armed,
	                            .act = action_act(armed->fault->action, LAYER_LINK),
	                            .begin = {.fire = fire_begin, .ctx = work},
	                            .end = {.fire = fire_end, .ctx = work}};
	if (from->kind != EDGE_ADDRESS)
		sim_schedule(cable->sim, &work->begin, from->ns > cable->sim->now ? from->ns : cable->sim->now);
}

struct cable *cable_open(const struct fault *faults, size_t count, uint64_t seed, struct link *link, struct sim *sim, struct trace *trace,
                         struct armed_ops ops, void *ctx)
{
	struct cable *cable = memory_new(sizeof *cable);

	*cable = (struct cable){.port = {.link = link}, .sim = sim};
	armed_faults_open(&cable->faults, faults, count, LAYER_LINK, seed, trace, ops, ctx);
	cable->works = memory_new(cable->faults.count * sizeof *cable->works);
	for (size_t i = 0; i < cable->faults.count; i++)
		open_work(cable, &cable->works[i], &cable->faults.list[i]);
	return cable;
}

void cable_close(struct cable *cable)
{
	if (cable == NULL)
		return;
	for (size_t i = 0; i < cable->faults.count; i++) {
		sim_cancel(cable->sim, &cable->works[i].begin);
		sim_cancel(cable->sim, &cable->works[i].end);
	}
	armed_faults_close(&cable->faults);
	free(cable->works);
	free(cable);
}

struct armed_faults *cable_faults(struct cable *cable)
{
	return &cable->faults;
}

/* Those whose windows have opened begin as soon as what opened them is over. */
static void begin_open(struct cable *cable, sim_ns now)
{
	for (size_t i = 0; i < cable->faults.count; i++) {
		struct cable_work *work = &cable->works[i];
		if (!work->has_begun && work->begin.place == 0 && window_is_open(&work->armed->window, now))
			sim_schedule(cable->sim, &work->begin, now);
	}
}

void cable_see(struct cable *cable, const struct fault_event *event)
{
	armed_faults_see(&cable->faults, event);
	if (cable->faults.by_address > 0)
		begin_open(cable, event->now);
}

void cable_enter(struct cable *cable, const char *phase, sim_ns now)
{
	armed_faults_enter(&cable->faults, phase);
	begin_open(cable, now);
}
