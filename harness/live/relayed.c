/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/relayed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/clock.h"

struct relayed {
	const struct plan *plan;
	struct port inner;
	struct relay_ports ports;
	struct fault *made; /* of a replay: its decisions of services as faults; else NULL */
	const struct fault *faults;
	size_t fault_count;
	struct sim sim;
	struct service_faults *service_faults;
	struct relay *relay; /* NULL: it has not begun */
	struct service_ties ties;
	int epoll, timer;
	struct said {
		struct said *next;
		struct frame *frame;
		uint64_t stamp_ns;
	} * first, **end;    /* to the device, and nobody has read them */
	uint64_t passed;     /* frames that have come */
	uint64_t passing_ns; /* the stamp of the frame that passes */
	bool gone;           /* the inner port is */
	struct error why;
};

static bool watch(const struct relayed *relayed, int fd, struct error *err)
{
	struct epoll_event event = {.events = EPOLLIN};

	return epoll_ctl(relayed->epoll, EPOLL_CTL_ADD, fd, &event) == 0 || error_set(err, "epoll_ctl: %s", strerror(errno));
}

static void close_descriptors(const struct relayed *relayed)
{
	if (relayed->epoll >= 0)
		(void)close(relayed->epoll);
	if (relayed->timer >= 0)
		(void)close(relayed->timer);
}

/* Those of services, as faults. @param ret_faults NULL: they are only counted. */
static size_t take_decisions(const struct plan *plan, struct fault *ret_faults)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->decisions.count; i++) {
		const struct decision *decision = &plan->decisions.list[i];
		if (action_layer(decision->action) != LAYER_SERVER)
			continue;
		if (ret_faults != NULL)
			ret_faults[count] = fault_again(decision);
		count++;
	}
	return count;
}

bool relayed_is_needed(const struct plan *plan)
{
	/* What a relay does to TCP was part of a run even if nothing was decided in it. */
	return relay_needs(plan->faults, plan->fault_count).any || (plan->replay && take_decisions(plan, NULL) > 0);
}

static void take_faults(struct relayed *relayed)
{
	const struct plan *plan = relayed->plan;

	relayed->faults = plan->faults;
	relayed->fault_count = plan->fault_count;
	if (!plan->replay)
		return;
	relayed->fault_count = take_decisions(plan, NULL);
	relayed->faults = relayed->made = memory_new(relayed->fault_count * sizeof *relayed->made);
	(void)take_decisions(plan, relayed->made);
}

struct relayed *relayed_open(const struct plan *plan, const struct port *inner, const struct relay_ports *ports, struct error *err)
{
	struct relayed *relayed = memory_new(sizeof *relayed);

	relayed->plan = plan;
	relayed->end = &relayed->first;
	relayed->inner = *inner;
	relayed->ports = *ports;
	take_faults(relayed);
	relayed->epoll = epoll_create1(EPOLL_CLOEXEC);
	relayed->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (relayed->epoll < 0 || relayed->timer < 0)
		error_set(err, "cannot make descriptors for the relay: %s", strerror(errno));
	else if (watch(relayed, inner->fd, err) && watch(relayed, relayed->timer, err))
		return relayed;
	close_descriptors(relayed);
	free(relayed->made);
	free(relayed);
	return NULL;
}

/* -- its time -- */

static void set_timer(const struct relayed *relayed)
{
	ties_set_timer(relayed->timer, &relayed->sim, relayed->first != NULL);
}

/* -- frames -- */

static void put(struct relayed *relayed, struct frame *frame)
{
	struct said *said = memory_new(sizeof *said);

	said->frame = frame;
	said->stamp_ns = frame->id != 0 ? relayed->passing_ns : clock_now_ns(CLOCK_REALTIME);
	*relayed->end = said;
	relayed->end = &said->next;
}

/* @return the oldest one; NULL: there is none. */
static struct frame *take_said(struct relayed *relayed, uint64_t *ret_stamp_ns)
{
	struct said *said = relayed->first;
	struct frame *frame;

	if (said == NULL)
		return NULL;
	frame = said->frame;
	*ret_stamp_ns = said->stamp_ns;
	relayed->first = said->next;
	if (relayed->first == NULL)
		relayed->end = &relayed->first;
	free(said);
	return frame;
}

static void output(void *ctx, struct frame *frame, enum direction direction)
{
	struct relayed *relayed = ctx;

	if (direction == TO_DEVICE) {
		put(relayed, frame);
		return;
	}
	if (!relayed->gone && !relayed->inner.ops->send(relayed->inner.state, frame_bytes(frame), &relayed->why))
		relayed->gone = true;
	frame_free(frame);
}

static void input(struct relayed *relayed, struct bytes data, enum direction direction, uint64_t stamp_ns)
{
	struct frame *frame;

	if (data.length > FRAME_MAX)
		return;
	frame = frame_new(data.data, data.length);
	/* One passes at a time, and only in this call. */
	frame->id = ++relayed->passed;
	relayed->passing_ns = stamp_ns;
	relay_input(relayed->relay, frame, direction);
	/* What the frame sets off at once. */
	sim_run_until(&relayed->sim, relayed->sim.now);
}

static void take_from_server(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	input(ctx, frame, TO_DEVICE, stamp_ns);
}

static bool tell_if_gone(const struct relayed *relayed, struct error *err)
{
	if (relayed->gone)
		*err = relayed->why;
	return !relayed->gone;
}

static bool read_frames(void *state, unsigned most, port_take *take, void *ctx, struct error *err)
{
	struct relayed *relayed = state;
	uint64_t expirations, stamp_ns;

	(void)!read(relayed->timer, &expirations, sizeof expirations);
	if (relayed->relay == NULL)
		return relayed->inner.ops->read(relayed->inner.state, most, take, ctx, err);
	ties_catch_up(&relayed->ties, &relayed->sim);
	if (!relayed->gone && !relayed->inner.ops->read(relayed->inner.state, most, take_from_server, relayed, &relayed->why))
		relayed->gone = true;
	for (struct frame *frame; most > 0 && (frame = take_said(relayed, &stamp_ns)) != NULL; most--) {
		take(ctx, frame_bytes(frame), stamp_ns);
		frame_free(frame);
	}
	set_timer(relayed);
	return tell_if_gone(relayed, err);
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	struct relayed *relayed = state;

	if (relayed->relay == NULL)
		return relayed->inner.ops->send(relayed->inner.state, frame, err);
	ties_catch_up(&relayed->ties, &relayed->sim);
	input(relayed, frame, TO_SERVER, clock_now_ns(CLOCK_REALTIME));
	set_timer(relayed);
	return tell_if_gone(relayed, err) ? SENT_WHOLE : SENT_NEVER;
}

static struct port_counters counters(void *state)
{
	const struct relayed *relayed = state;

	return relayed->inner.ops->counters(relayed->inner.state);
}

/*
 * The server hears that its connections are over, as long as there is a way to it; there is nobody
 * left to tell the device.
 */
static void end_relay(struct relayed *relayed)
{
	struct relay *relay = relayed->relay;

	relayed->relay = NULL;
	relay_close(relay);
	relayed->gone = true;
}

static void close_port(void *state)
{
	struct relayed *relayed = state;

	end_relay(relayed);
	relayed->inner.ops->close(relayed->inner.state);
}

struct port relayed_port(struct relayed *relayed)
{
	static const struct port_ops ops = {read_frames, send_frame, counters, close_port};
	struct port port = {.ops = &ops, .state = relayed, .fd = relayed->epoll};

	memcpy(port.name, relayed->inner.name, sizeof port.name);
	return port;
}

/* -- beginning and end -- */

void relayed_begin(struct relayed *relayed, const struct service_ties *ties)
{
	const struct plan *plan = relayed->plan;
	const struct relay_needs planned = relay_needs(plan->faults, plan->fault_count);
	const struct relay_needs needs = relay_needs_more(planned, relay_needs(relayed->faults, relayed->fault_count));

	relayed->ties = *ties;
	sim_open(&relayed->sim, 0);
	relayed->service_faults = service_faults_open(relayed->faults, relayed->fault_count, plan->seed, ties->trace, ties->faults,
	                                              ties->ctx);
	service_faults_redraw(relayed->service_faults, &plan->redraw);
	relayed->relay = relay_open(&(struct relay_config){.sim = &relayed->sim,
	                                                   .trace = ties->trace,
	                                                   .service_faults = relayed->service_faults,
	                                                   .seed = plan->seed,
	                                                   .unix_base_ns = clock_now_ns(CLOCK_REALTIME),
	                                                   .ends_web = needs.web,
	                                                   .ports = relayed->ports,
	                                                   .output = output,
	                                                   .ctx = relayed});
	set_timer(relayed);
}

struct armed_faults *relayed_faults(struct relayed *relayed)
{
	return service_faults_armed(relayed->service_faults);
}

void relayed_close(struct relayed *relayed)
{
	uint64_t stamp_ns;

	if (relayed == NULL)
		return;
	end_relay(relayed);
	if (relayed->service_faults != NULL) {
		service_faults_close(relayed->service_faults);
		sim_close(&relayed->sim);
	}
	for (struct frame *frame; (frame = take_said(relayed, &stamp_ns)) != NULL;)
		frame_free(frame);
	close_descriptors(relayed);
	free(relayed->made);
	free(relayed);
}
