/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/session/far_end.h"

#include <inttypes.h>

#include "lib/link/frame.h"
#include "harness/recorded/form.h"
#include "harness/relay/relay.h"
#include "harness/server/host.h"

/* -- files -- */

static bool load_recording(struct world_far_end *far_end, struct error *err)
{
	const char *path = far_end->plan->session;

	if (path[0] == '\0')
		return true;
	if (!form_read(&far_end->recording, path, err))
		return false;
	return servers_check(&far_end->recording, err) || error_context(err, "%s", path);
}

bool world_far_end_load(struct world_far_end *far_end, const struct plan *plan, const struct outside *outside, struct error *err)
{
	far_end->plan = plan;
	far_end->outside = outside;
	if (!service_open(&far_end->service, &plan->server, plan->image, err))
		return false;
	if (load_recording(far_end, err))
		return true;
	world_far_end_unload(far_end);
	return false;
}

void world_far_end_unload(struct world_far_end *far_end)
{
	recording_close(&far_end->recording);
	service_close(&far_end->service);
}

/* -- frames -- */

/* @return whether it has left. */
static bool send_outside(struct world_far_end *far_end, const struct frame *frame)
{
	struct error err;
	const enum sent sent = far_end->outside->ops->send(far_end->outside->state, frame_bytes(frame), &err);

	if (sent != SENT_WHOLE)
		trace_line(far_end->trace, far_end->sim->now, "wire", "#%" PRIu64 " could not be sent: %s", frame->id, err.text);
	if (sent == SENT_NEVER && far_end->broken.text[0] == '\0')
		far_end->broken = err;
	return sent == SENT_WHOLE;
}

void world_far_end_take(struct world_far_end *far_end, struct frame *frame, sim_ns now)
{
	if (far_end->relay == NULL && outside_is_far_end(far_end->outside)) {
		if (send_outside(far_end, frame))
			far_end->ops.reached(far_end->ctx, frame, now);
		frame_free(frame);
		return;
	}
	far_end->ops.reached(far_end->ctx, frame, now);
	if (far_end->relay != NULL)
		relay_input(far_end->relay, frame, TO_SERVER);
	else
		host_input(frame);
}

void world_far_end_frame_came(struct world_far_end *far_end, struct bytes frame)
{
	if (frame.length < ETHERNET_HEADER || frame.length > FRAME_MAX)
		return;
	if (far_end->relay != NULL)
		relay_input(far_end->relay, frame_new(frame.data, frame.length), TO_DEVICE);
	else
		far_end->ops.output(far_end->ctx, frame_new(frame.data, frame.length), far_end->sim->now);
}

static void relay_output(void *ctx, struct frame *frame, enum direction direction)
{
	struct world_far_end *far_end = ctx;

	if (direction == TO_SERVER) {
		(void)send_outside(far_end, frame);
		frame_free(frame);
	} else if (far_end->relay != NULL) {
		far_end->ops.output(far_end->ctx, frame, far_end->sim->now);
	} else {
		frame_free(frame);
	}
}

const char *world_far_end_waits(const void *far_end, char *ret_text, size_t size)
{
	if (!outside_is_far_end(((const struct world_far_end *)far_end)->outside))
		return host_waits(ret_text, size);
	ret_text[0] = '\0';
	return ret_text;
}

bool world_far_end_is_sound(const struct world_far_end *far_end, struct error *err)
{
	return far_end->broken.text[0] == '\0' || error_set(err, "%s", far_end->broken.text);
}

void world_far_end_delivered(struct world_far_end *far_end, struct bytes frame)
{
	if (!outside_is_far_end(far_end->outside))
		service_delivered(&far_end->service, frame);
}

void world_far_end_date(struct world_far_end *far_end, uint64_t unix_base_ns)
{
	if (far_end->relay != NULL)
		relay_date(far_end->relay, unix_base_ns);
	else if (!outside_is_far_end(far_end->outside))
		service_date(&far_end->service, unix_base_ns);
}

/* -- beginning and end -- */

/*
 * A replay has the relay that its run had, whether or not a decision was made behind it: it ends
 * connections, and so the segments are others.
 */
static void open_relay(struct world_far_end *far_end, const struct fault *faults, size_t count, struct service_faults *service_faults,
                       uint64_t unix_base_ns)
{
	const struct plan *plan = far_end->plan;
	const struct relay_needs planned = relay_needs(plan->faults, plan->fault_count);
	const struct relay_needs needs = relay_needs_more(planned, relay_needs(faults, count));

	if (needs.any)
		far_end->relay = relay_open(&(struct relay_config){.sim = far_end->sim,
		                                                   .trace = far_end->trace,
		                                                   .service_faults = service_faults,
		                                                   .seed = plan->seed,
		                                                   .unix_base_ns = unix_base_ns,
		                                                   .ends_web = needs.web,
		                                                   .ports = far_end->outside->web_ports,
		                                                   .output = relay_output,
		                                                   .ctx = far_end});
}

/* The servers of a recorded session, and their names. */
static void open_recorded(struct world_far_end *far_end)
{
	if (far_end->plan->session[0] == '\0')
		return;
	far_end->servers = servers_open(&far_end->recording, false);
	far_end->service.udp.dns.names = servers_names(far_end->servers, far_end->service.dns_names);
	host_poke();
}

void world_far_end_open(struct world_far_end *far_end, struct sim *sim, struct trace *trace, sim_ns lag, struct world_far_end_ops ops,
                        void *ctx)
{
	far_end->sim = sim;
	far_end->trace = trace;
	far_end->ops = ops;
	far_end->ctx = ctx;
	if (!outside_is_far_end(far_end->outside))
		host_open(sim, trace, far_end->plan->seed, (struct host_ops){ops.output, lag}, ctx);
}

/*
 * Whoever has a far end elsewhere has no service here, but for what the factory has put into the
 * device (service_pki()).
 */
void world_far_end_serve(struct world_far_end *far_end, const struct fault *faults, size_t count, struct service_faults *service_faults,
                         uint64_t unix_base_ns)
{
	const struct plan *plan = far_end->plan;

	if (outside_is_far_end(far_end->outside)) {
		open_relay(far_end, faults, count, service_faults, unix_base_ns);
		return;
	}
	far_end->service.no_http = plan->session[0] != '\0';
	service_start(&far_end->service, unix_base_ns, plan->seed, service_faults, (struct service_ops){far_end->ops.secret}, far_end->ctx);
	open_recorded(far_end);
}

/*
 * The server hears that its connections are over; there is nobody left to tell the device's side.
 */
static void close_relay(struct world_far_end *far_end)
{
	struct relay *relay = far_end->relay;

	far_end->relay = NULL;
	relay_close(relay);
}

void world_far_end_close(struct world_far_end *far_end)
{
	servers_close(far_end->servers);
	if (!outside_is_far_end(far_end->outside))
		host_close();
	close_relay(far_end);
}
