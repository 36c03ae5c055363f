/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a fault begins at its `from`, a time or an address, and ends `for` later; a pausing port sends a frame every now and then in between. Each is two events, of which the
 * first may come again.
 */
#include "session/cable.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "fault/point.h"

/* A fault at work. */
struct trouble {
	struct cable *cable;
	const struct fault *fault; /* NULL: of another layer */
	struct point from;         /* if it begins at a point */
	struct sim_event begin, end;
	sim_ns until;
	uint64_t applied;
};

struct cable {
	struct link *link;
	struct sim *sim;
	struct trace *trace;
	struct trouble *troubles; /* one a fault of the plan */
	size_t count;
	cable_decided *decided;
	void *ctx;
	unsigned unplugged, babbling; /* how many faults hold it so */
};

/* A PAUSE frame of the port to all that pause (IEEE 802.3 31B). */
static struct frame *pause_frame(uint16_t quanta)
{
	uint8_t data[FRAME_MIN] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01, 0x02, 0x00, 0x5e, 0x00, 0x53, 0xfe, 0x88, 0x08, 0x00, 0x01};

	data[16] = (uint8_t)(quanta >> 8);
	data[17] = (uint8_t)quanta;
	return frame_new(data, sizeof data);
}

static void send_pause(struct trouble *trouble, sim_ns now)
{
	const struct pause_params *pause = &trouble->fault->params.pause;

	link_partner_sends(trouble->cable->link, pause_frame((uint16_t)pause->quanta));
	if (now + pause->every_ns < trouble->until)
		sim_schedule(trouble->cable->sim, &trouble->begin, now + pause->every_ns);
}

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

static void fire_begin(void *ctx, sim_ns now)
{
	struct trouble *trouble = ctx;
	struct cable *cable = trouble->cable;

	if (trouble->applied++ == 0)
		tell(trouble, now);
	switch ((int)trouble->fault->action->kind) {
	case FAULT_CARRIER:
		cable->unplugged++;
		link_set_carrier(cable->link, false);
		break;
	case FAULT_BABBLE:
		cable->babbling++;
		link_partner_presses(cable->link, true);
		break;
	case FAULT_PAUSE:
		send_pause(trouble, now);
		break;
	default:
		break;
	}
}

static void fire_end(void *ctx, sim_ns now)
{
	struct trouble *trouble = ctx;
	struct cable *cable = trouble->cable;

	(void)now;
	switch ((int)trouble->fault->action->kind) {
	case FAULT_CARRIER:
		if (--cable->unplugged == 0)
			link_set_carrier(cable->link, true);
		break;
	case FAULT_BABBLE:
		if (--cable->babbling == 0)
			link_partner_presses(cable->link, false);
		break;
	default:
		break;
	}
}

static sim_ns duration_of(const struct fault *fault)
{
	switch ((int)fault->action->kind) {
	case FAULT_CARRIER:
		return fault->params.carrier.for_ns;
	case FAULT_BABBLE:
		return fault->params.babble.for_ns;
	default:
		return fault->params.pause.for_ns;
	}
}

static void begin_at(struct trouble *trouble, sim_ns from)
{
	trouble->until = from + duration_of(trouble->fault);
	sim_schedule(trouble->cable->sim, &trouble->begin, from);
	sim_schedule(trouble->cable->sim, &trouble->end, trouble->until);
}

static void open_trouble(struct cable *cable, struct trouble *trouble, const struct fault *fault)
{
	const struct moment *from = &fault->match.from;
	struct error err;

	*trouble = (struct trouble){
		.cable = cable, .fault = fault, .begin = {.fire = fire_begin, .ctx = trouble}, .end = {.fire = fire_end, .ctx = trouble}};
	if (from->kind == MOMENT_POINT)
		CHECK(point_parse(from->at, &trouble->from, &err));
	else
		begin_at(trouble, from->ns > cable->sim->now ? from->ns : cable->sim->now);
}

struct cable *cable_open(const struct fault *faults, size_t count, struct link *link, struct sim *sim, struct trace *trace,
                         cable_decided *decided, void *ctx)
{
	struct cable *cable = memory_new(sizeof *cable);

	*cable = (struct cable){.link = link,
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
