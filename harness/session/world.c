/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session/world.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/check.h"
#include "base/memory.h"
#include "link/packet.h"
#include "reports/pcapng.h"
#include "server/host.h"

#define CAUSE_MAX 512
/* 2026-01-01T00:00:00Z: the far end's clock at virtual time 0, as the device's own at power on. */
#define UNIX_BASE_NS (1767225600U * UINT64_C(1000000000))

static const enum enc28j60_revision revisions[] = {ENC28J60_B1, ENC28J60_B4, ENC28J60_B5, ENC28J60_B7};

/* -- the wire and the proxy -- */

static void plan_proxy(struct world *world)
{
	sim_schedule(&world->sim, &world->proxy_event, proxy_next(world->proxy));
}

static void submit(struct world *world, struct frame *frame, enum direction direction)
{
	proxy_submit(world->proxy, frame, direction, world->sim.now);
	plan_proxy(world);
}

static void fire_proxy(void *ctx, sim_ns now)
{
	struct world *world = ctx;
	enum direction direction;
	struct frame *frame;

	while ((frame = proxy_deliver(world->proxy, now, &direction)) != NULL) {
		if (direction == TO_SERVER)
			host_input(frame);
		else
			link_partner_sends(&world->link, frame);
	}
	plan_proxy(world);
}

static void note_frame(struct world *world, const struct frame *frame, enum direction direction, const char *cause)
{
	const uint64_t head[3] = {world->sim.now, direction, frame->length};

	world->frames[direction]++;
	(void)XXH3_64bits_update(world->wire_digest, head, sizeof head);
	(void)XXH3_64bits_update(world->wire_digest, frame->data, frame->length);
	if (world->capture != NULL)
		pcapng_frame(world->capture,
		             &(struct pcapng_frame){
				     .time_ns = world->sim.now, .id = frame->id, .outbound = direction == TO_SERVER, .comment = cause},
		             frame_bytes(frame));
}

static void decided(void *ctx, const struct frame *frame, enum direction direction, const struct proxy_fate *fate, sim_ns now)
{
	struct world *world = ctx;
	char packet[PACKET_TEXT_MAX], cause[CAUSE_MAX];

	if (fate->cause_count == 0 && !fate->dropped) {
		note_frame(world, frame, direction, NULL);
		return;
	}
	proxy_fate_render(world->proxy, fate, now, cause, sizeof cause);
	trace_line(world->trace, now, "proxy", "%s #%" PRIu64 " %s: %s", direction_name(direction), frame->id,
	           packet_render(frame_bytes(frame), packet), cause);
	note_frame(world, frame, direction, cause);
}

static void to_partner(void *ctx, struct frame *frame, sim_ns now)
{
	(void)now;
	submit(ctx, frame, TO_SERVER);
}

static void to_device(void *ctx, const uint8_t *data, size_t length, sim_ns now)
{
	struct world *world = ctx;

	board_frame_arrived(&world->board, data, length, now);
}

static void sent(void *ctx, const struct medium_outcome *outcome, sim_ns now)
{
	struct world *world = ctx;

	board_frame_sent(&world->board, outcome, now);
}

static void carrier_changed(void *ctx, bool up, sim_ns now)
{
	struct world *world = ctx;

	board_carrier(&world->board, up, now);
}

static void host_output(void *ctx, struct frame *frame, sim_ns now)
{
	(void)now;
	submit(ctx, frame, TO_DEVICE);
}

/* -- the whole -- */

bool world_open(struct world *world, const struct plan *plan, sim_ns start, struct trace *trace, FILE *capture, struct error *err)
{
	const struct link_ops link_ops = {to_partner, to_device, sent, NULL, carrier_changed};

	memset(world, 0, sizeof *world);
	if (!service_open(&world->service, &plan->server, plan->image, err))
		return false;
	world->plan = plan;
	world->trace = trace;
	world->capture = capture;
	world->wire_digest = XXH3_createState();
	CHECK(world->wire_digest != NULL && XXH3_64bits_reset(world->wire_digest) == XXH_OK);
	/* Whatever leaves the proxy or comes from the far end has to cross the wire, as a frame, before the device can notice it. */
	world->proxy_event = (struct sim_event){.fire = fire_proxy, .ctx = world, .lag = MEDIUM_JAM_NS};
	sim_open(&world->sim, start);
	/* The far end announces itself while it opens, so the capture begins before. */
	if (capture != NULL)
		pcapng_begin(capture, "stutter " STUTTER_VERSION, "proxy");
	trace_line(trace, start, "session", "'%s' seed %" PRIu64 " on device '%s'", plan->name, plan->seed, plan->device.name);
	world->proxy = proxy_open(plan->faults, plan->fault_count, plan->seed, (struct proxy_ops){decided}, world);
	link_init(&world->link, &plan->link, &link_ops, world, &world->sim, trace, plan->seed);
	board_open(&world->board, revisions[plan->device.chip_revision], &world->link,
	           disturber_open(plan->faults, plan->fault_count, plan->seed, trace), &world->sim, trace);
	world->cable = cable_open(plan->faults, plan->fault_count, &world->link, &world->sim, trace);
	host_open(&world->sim, trace, plan->seed, (struct host_ops){host_output, MEDIUM_JAM_NS}, world);
	service_start(&world->service, UNIX_BASE_NS);
	return true;
}

void world_close(struct world *world)
{
	host_close();
	cable_close(world->cable);
	board_close(&world->board);
	link_close(&world->link);
	proxy_close(world->proxy);
	service_close(&world->service);
	XXH3_freeState(world->wire_digest);
	sim_close(&world->sim);
}

void world_run(struct world *world, sim_ns now)
{
	sim_run_until(&world->sim, now);
}

sim_ns world_next(const struct world *world)
{
	return board_can_interrupt(&world->board) ? sim_next_visible(&world->sim) : SIM_NEVER;
}

void world_finish(struct world *world)
{
	board_finish(&world->board);
	link_finish(&world->link);
	trace_line(world->trace, world->sim.now, "wire", "%" PRIu64 " frames to-server, %" PRIu64 " frames to-device, digest %016" PRIx64,
	           world->frames[TO_SERVER], world->frames[TO_DEVICE], (uint64_t)XXH3_64bits_digest(world->wire_digest));
	for (size_t i = 0, in_proxy = 0; i < world->plan->fault_count; i++) {
		const struct fault *fault = &world->plan->faults[i];
		uint64_t matched = 0, applied = 0;
		if (fault->action->layer == LAYER_PROXY) {
			struct proxy_counters counters = proxy_counters(world->proxy, in_proxy++);
			matched = counters.matched;
			applied = counters.applied;
		} else if (!cable_counters(world->cable, i, &matched, &applied) &&
		           !disturber_counters(world->board.disturber, i, &matched, &applied)) {
			continue;
		}
		trace_line(world->trace, world->sim.now, "fault", "'%s': %" PRIu64 " matched, %" PRIu64 " applied%s", fault->name, matched,
		           applied, applied == 0 ? ": it never did anything" : "");
	}
}

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

static bool acted_lately(const struct world *world, struct proxy_counters counters)
{
	return counters.last_applied != SIM_NEVER && world->sim.now - counters.last_applied < LATELY_NS;
}

const char *world_faults_in_force(const struct world *world, char *ret_text, size_t size)
{
	size_t used = 0;

	ret_text[0] = '\0';
	for (size_t i = 0; i < proxy_fault_count(world->proxy); i++)
		if (proxy_in_force(world->proxy, i, world->sim.now) || acted_lately(world, proxy_counters(world->proxy, i)))
			used = add_fault(world, ret_text, size, used, proxy_fault(world->proxy, i), proxy_counters(world->proxy, i).applied,
			                 proxy_counters(world->proxy, i).last_applied);
	for (size_t i = 0; i < world->plan->fault_count; i++) {
		const struct fault *fault = &world->plan->faults[i];
		uint64_t matched, applied;
		if ((cable_counters(world->cable, i, &matched, &applied) ||
		     disturber_counters(world->board.disturber, i, &matched, &applied)) &&
		    applied > 0)
			used = add_fault(world, ret_text, size, used, fault, applied, SIM_NEVER);
	}
	return ret_text;
}
