/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a fault begins at its `from`, a time or an address, and ends `for` later; a pausing port sends a frame every now and then in between. Each is two events, of which the
 * first may come again.
 */
#include "cable/cable.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "fault/point.h"

/* A fault at work. */
struct trouble {
	struct cable *cable;
	const struct fault *fault; /* NULL: of another layer */
	const struct cable_fault *act;
	struct point from; /* if it begins at a point */
	struct sim_event begin, end;
	sim_ns until;
	uint64_t applied;
};

struct cable {
	struct cable_port port;
	struct sim *sim;
	struct trace *trace;
	struct trouble *troubles; /* one a fault of the plan */
	size_t count;
	cable_decided *decided;
	void *ctx;
};

static void tell(const struct trouble *trouble, sim_ns now)
{
	struct decision decision = {
		.direction = MATCH_BOTH, .time = now, .action = trouble->fault->action, .params = trouble->fault->params};

	trace_line(trouble->cable->trace, now, "fault", "'%s' %s", trouble->fault->name, trouble->fault->action->name);
	memcpy(decision.name, trouble->fault->name, sizeof decision.name);
	/* What began at a point is repeated there: known beforehand, its time would be told to the guest as one to wake up at. */
	if (trouble->fault->match.from.kind == MOMENT_POINT)
		memcpy(decision.at, trouble->fault->match.from.at, sizeof decision.at);
	if (trouble->cable->decided != NULL)
		trouble->cable->decided(trouble->cable->ctx, &decision);
}

static uint64_t quantity(const struct fault *fault, const char *key)
{
	return action_quantity(fault->action, &fault->params, key);
}

static void fire_begin(void *ctx, sim_ns now)
{
	struct trouble *trouble = ctx;
	struct cable *cable = trouble->cable;

	if (trouble->applied++ == 0)
		tell(trouble, now);
	trouble->act->begin(&cable->port, fault_params(trouble->fault));
	const sim_ns again = trouble->act->every != NULL ? now + quantity(trouble->fault, trouble->act->every) : SIM_NEVER;
	if (again < trouble->until)
		sim_schedule(cable->sim, &trouble->begin, again);
}

static void fire_end(void *ctx, sim_ns now)
{
	struct trouble *trouble = ctx;

	(void)now;
	if (trouble->act->end != NULL)
		trouble->act->end(&trouble->cable->port, fault_params(trouble->fault));
}

static void begin_at(struct trouble *trouble, sim_ns from)
{
	trouble->until = from + quantity(trouble->fault, "for");
	sim_schedule(trouble->cable->sim, &trouble->begin, from);
	sim_schedule(trouble->cable->sim, &trouble->end, trouble->until);
}

static void open_trouble(struct cable *cable, struct trouble *trouble, const struct fault *fault)
{
	const struct moment *from = &fault->match.from;
	struct error err;

	*trouble = (struct trouble){
		.cable = cable, .fault = fault, .act = fault->action->act, .begin = {.fire = fire_begin, .ctx = trouble}, .end = {.fire = fire_end, .ctx = trouble}};
	if (from->kind == MOMENT_POINT)
		CHECK(point_parse(from->at, &trouble->from, &err));
	else
		begin_at(trouble, from->ns > cable->sim->now ? from->ns : cable->sim->now);
}

struct cable *cable_open(const struct fault *faults, size_t count, struct link *link, struct sim *sim, struct trace *trace,
                         cable_decided *decided, void *ctx)
{
	struct cable *cable = memory_new(sizeof *cable);

	*cable = (struct cable){.port = {.link = link},
	                        .sim = sim,
	                        .trace = trace,
	                        .troubles = memory_new(count * sizeof *cable->troubles),
	                        .count = count,
	                        .decided = decided,
	                        .ctx = ctx};
	for (size_t i = 0; i < count; i++)
		if (faults[i].action->layer == LAYER_LINK)
			open_trouble(cable, &cable->troubles[i], &faults[i]);
	return cable;
}

/* Each begins once. */
static bool waits_for_point(const struct trouble *trouble)
{
	return trouble->fault != NULL && trouble->fault->match.from.kind == MOMENT_POINT && trouble->applied == 0 &&
	       trouble->begin.place == 0;
}

void cable_sees(struct cable *cable, const struct naming *naming, sim_ns now)
{
	for (size_t i = 0; i < cable->count; i++)
		if (waits_for_point(&cable->troubles[i]) && point_is_frame(&cable->troubles[i].from, naming))
			begin_at(&cable->troubles[i], now);
}

void cable_sees_occasion(struct cable *cable, const char *site, uint64_t occasion, sim_ns now)
{
	for (size_t i = 0; i < cable->count; i++)
		if (waits_for_point(&cable->troubles[i]) && point_is_occasion(&cable->troubles[i].from, site, occasion))
			begin_at(&cable->troubles[i], now);
}

void cable_close(struct cable *cable)
{
	if (cable == NULL)
		return;
	for (size_t i = 0; i < cable->count; i++) {
		sim_cancel(cable->sim, &cable->troubles[i].begin);
		sim_cancel(cable->sim, &cable->troubles[i].end);
	}
	free(cable->troubles);
	free(cable);
}

bool cable_counters(const struct cable *cable, size_t index, uint64_t *ret_matched, uint64_t *ret_applied)
{
	if (cable->troubles[index].fault == NULL)
		return false;
	*ret_matched = *ret_applied = cable->troubles[index].applied;
	return true;
}
