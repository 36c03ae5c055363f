/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a fault begins at its `from` and ends `for` later; a pausing port sends a frame every now and then in between. Each is two events, of which the
 * first may come again.
 */
#include "session/cable.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A fault at work. */
struct trouble {
	struct cable *cable;
	const struct fault *fault; /* NULL: of another layer */
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

static void fire_begin(void *ctx, sim_ns now)
{
	struct trouble *trouble = ctx;
	struct cable *cable = trouble->cable;

	if (trouble->applied++ == 0)
		trace_line(cable->trace, now, "fault", "'%s' %s", trouble->fault->name, trouble->fault->action->name);
	switch ((int)action_kind(trouble->fault->action)) {
	case FAULT_CARRIER:
		link_set_carrier(cable->link, false);
		break;
	case FAULT_BABBLE:
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
	switch ((int)action_kind(trouble->fault->action)) {
	case FAULT_CARRIER:
		link_set_carrier(cable->link, true);
		break;
	case FAULT_BABBLE:
		link_partner_presses(cable->link, false);
		break;
	default:
		break;
	}
}

static sim_ns duration_of(const struct fault *fault)
{
	switch ((int)action_kind(fault->action)) {
	case FAULT_CARRIER:
		return fault->params.carrier.for_ns;
	case FAULT_BABBLE:
		return fault->params.babble.for_ns;
	default:
		return fault->params.pause.for_ns;
	}
}

struct cable *cable_open(const struct fault *faults, size_t count, struct link *link, struct sim *sim, struct trace *trace)
{
	struct cable *cable = memory_new(sizeof *cable);

	*cable = (struct cable){
		.link = link, .sim = sim, .trace = trace, .troubles = memory_new(count * sizeof *cable->troubles), .count = count};
	for (size_t i = 0; i < count; i++) {
		struct trouble *trouble = &cable->troubles[i];
		if (faults[i].action->layer != LAYER_LINK)
			continue;
		sim_ns from = faults[i].match.from_ns > sim->now ? faults[i].match.from_ns : sim->now;
		*trouble = (struct trouble){.cable = cable,
		                            .fault = &faults[i],
		                            .begin = {.fire = fire_begin, .ctx = trouble},
		                            .end = {.fire = fire_end, .ctx = trouble},
		                            .until = from + duration_of(&faults[i])};
		sim_schedule(sim, &trouble->begin, from);
		sim_schedule(sim, &trouble->end, trouble->until);
	}
	return cable;
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
