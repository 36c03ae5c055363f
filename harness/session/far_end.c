/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/far_end.h"

#include <inttypes.h>

#include "lib/link/frame.h"
#include "harness/recorded/form.h"
#include "harness/relay/relay.h"
#include "harness/server/host.h"

/* -- files -- */

static bool load_recording(struct world *world, struct error *err)
{
	const char *path = world->plan->session;

	if (path[0] == '\0')
		return true;
	if (!form_read(&world->recording, path, err))
		return false;
	return servers_check(&world->recording, err) || error_context(err, "%s", path);
}

bool world_far_end_load(struct world *world, struct error *err)
{
	const struct plan *plan = world->plan;

	if (!service_open(&world->service, &plan->server, plan->image, err))
		return false;
	if (load_recording(world, err))
		return true;
	world_far_end_unload(world);
	return false;
}

void world_far_end_unload(struct world *world)
{
	recording_close(&world->recording);
	service_close(&world->service);
}

/* -- frames -- */

/* @return whether it has left. */
static bool send_outside(struct world *world, const struct frame *frame)
{
	struct error err;
	const enum sent sent = world->outside->ops->send(world->outside->state, frame_bytes(frame), &err);

	if (sent != SENT_WHOLE)
		trace_line(world->trace, world->sim.now, "wire", "#%" PRIu64 " could not be sent: %s", frame->id, err.text);
	if (sent == SENT_NEVER && world->broken.text[0] == '\0')
		world->broken = err;
	return sent == SENT_WHOLE;
}

void world_far_end_take(struct world *world, struct frame *frame, sim_ns now)
{
	if (world->relay == NULL && outside_is_far_end(world->outside)) {
		if (send_outside(world, frame))
			passing_received(&world->passing, AT_SERVER, frame->id, frame_bytes(frame), now);
		frame_free(frame);
		return;
	}
	passing_received(&world->passing, AT_SERVER, frame->id, frame_bytes(frame), now);
	if (world->relay != NULL)
		relay_input(world->relay, frame, TO_SERVER);
	else
		host_input(frame);
}

void world_frame_came(struct world *world, struct bytes frame)
{
	if (frame.length < ETHERNET_HEADER || frame.length > FRAME_MAX)
		return;
	if (world->relay != NULL)
		relay_input(world->relay, frame_new(frame.data, frame.length), TO_DEVICE);
	else
		world_submit(world, frame_new(frame.data, frame.length), TO_DEVICE);
}

static void host_output(void *ctx, struct frame *frame, sim_ns now)
{
	(void)now;
	world_submit(ctx, frame, TO_DEVICE);
}

static void relay_output(void *ctx, struct frame *frame, enum direction direction)
{
	struct world *world = ctx;

	if (direction == TO_SERVER) {
		(void)send_outside(world, frame);
		frame_free(frame);
	} else if (world->relay != NULL) {
		world_submit(world, frame, TO_DEVICE);
	} else {
		frame_free(frame);
	}
}

const char *world_far_end_waits(const struct world *world, char *ret_text, size_t size)
{
	if (!outside_is_far_end(world->outside))
		return host_waits(ret_text, size);
	ret_text[0] = '\0';
	return ret_text;
}

bool world_is_sound(const struct world *world, struct error *err)
{
	return world->broken.text[0] == '\0' || error_set(err, "%s", world->broken.text);
}

/* -- time -- */

void world_date(struct world *world, uint64_t unix_base_ns)
{
	world->unix_base_ns = world->passing.captures.began_ns = unix_base_ns;
	if (world->relay != NULL)
		relay_date(world->relay, unix_base_ns);
	else if (!outside_is_far_end(world->outside))
		service_date(&world->service, unix_base_ns);
}

/* -- beginning and end -- */

/* For names of what is encrypted, and for the readers of the captures. */
static void keep_secret(void *ctx, const char *line)
{
	struct world *world = ctx;

	namer_secret(world->namer, line);
	captures_secret(&world->passing.captures, line);
}

/* A replay has the relay that its run had, whether or not a decision was made behind it: it ends connections, and so the segments are others. */
static void open_relay(struct world *world)
{
	const struct plan *plan = world->plan;
	const struct relay_needs planned = relay_needs(plan->faults, plan->fault_count);
	const struct relay_needs needs = relay_needs_more(planned, relay_needs(world->faults, world->fault_count));

	if (needs.any)
		world->relay = relay_open(&(struct relay_config){.sim = &world->sim,
		                                                 .trace = world->trace,
		                                                 .service_faults = world->service_faults,
		                                                 .seed = plan->seed,
		                                                 .unix_base_ns = world->unix_base_ns,
		                                                 .ends_web = needs.web,
		                                                 .ports = world->outside->web_ports,
		                                                 .output = relay_output,
		                                                 .ctx = world});
}

/* The servers of a recorded session, and their names. */
static void open_recorded(struct world *world)
{
	if (world->plan->session[0] == '\0')
		return;
	world->servers = servers_open(&world->recording, false);
	world->service.udp.dns.names = servers_names(world->servers, world->service.dns_names);
	host_poke();
}

void world_far_end_open(struct world *world)
{
	if (!outside_is_far_end(world->outside))
		host_open(&world->sim, world->trace, world->plan->seed, (struct host_ops){host_output, link_jam_ns(&world->link)}, world);
}

/* Whoever has a far end elsewhere has no service here, but for what the factory has put into the device (service_pki()). */
void world_far_end_serve(struct world *world)
{
	const struct plan *plan = world->plan;

	if (outside_is_far_end(world->outside)) {
		open_relay(world);
		return;
	}
	world->service.no_http = plan->session[0] != '\0';
	service_start(&world->service, world->unix_base_ns, plan->seed, world->service_faults, (struct service_ops){keep_secret}, world);
	open_recorded(world);
}

/* The server hears that its connections are over; there is nobody left to tell the device's side. */
static void close_relay(struct world *world)
{
	struct relay *relay = world->relay;

	world->relay = NULL;
	relay_close(relay);
}

void world_far_end_close(struct world *world)
{
	servers_close(world->servers);
	if (!outside_is_far_end(world->outside))
		host_close();
	close_relay(world);
}
