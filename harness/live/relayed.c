/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "live/relayed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/memory.h"

struct relayed {
	const struct plan *plan;
	struct port inner;
	struct relay_ports ports;
	struct fault *made; /* of a replay: its decisions of services as faults; else NULL */
	const struct fault *faults;
	size_t fault_count;
	struct sim sim;
	struct disruptor *disruptor;
	struct relay *relay; /* NULL: it has not begun */
	struct service_ties ties;
	int epoll, timer;
	struct frame_queue queue; /* to the device, and nobody has read them; their ids are their stamps */
	uint64_t handed_out;
	bool gone; /* the inner port is */
	struct error why;
};

static uint64_t true_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * SIM_S + (uint64_t)now.tv_nsec;
}

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
		if (decision->action->layer != LAYER_SERVER)
			continue;
		if (ret_faults != NULL)
			ret_faults[count] = trouble_again(decision);
		count++;
	}
	return count;
}

bool relayed_is_needed(const struct plan *plan)
{
	return plan->replay ? take_decisions(plan, NULL) > 0 : relay_needs(plan->faults, plan->fault_count).any;
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
	relayed->inner = *inner;
	relayed->ports = *ports;
	take_faults(relayed);
	relayed->epoll = epoll_create1(EPOLL_CLOEXEC);
	relayed->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (relayed->epoll < 0 || relayed->timer < 0)
		error_set(err, "no descriptors for the relay: %s", strerror(errno));
	else if (watch(relayed, inner->fd, err) && watch(relayed, relayed->timer, err))
		return relayed;
	close_descriptors(relayed);
	free(relayed->made);
	free(relayed);
	return NULL;
}

/* -- its time -- */

/* The timer is due at once while a frame waits, else when the stack or a fault next does something. */
static void set_timer(const struct relayed *relayed)
{
	const sim_ns next = sim_next(&relayed->sim);
	struct itimerspec when = {.it_interval = {0}, .it_value = {0}};
	sim_ns wait = next > relayed->sim.now ? next - relayed->sim.now : 0;

	if (relayed->queue.count > 0 || wait == 0)
		wait = 1;
	else if (next == SIM_NEVER)
		wait = 0;
	when.it_value.tv_sec = (time_t)(wait / SIM_S);
	when.it_value.tv_nsec = (long)(wait % SIM_S);
	CHECK(timerfd_settime(relayed->timer, 0, &when, NULL) == 0);
}

static void catch_up(struct relayed *relayed)
{
	const sim_ns now = relayed->ties.now(relayed->ties.ctx);

	if (now > relayed->sim.now)
		sim_run_until(&relayed->sim, now);
}

/* -- frames -- */

static void output(void *ctx, struct frame *frame, enum direction direction)
{
	struct relayed *relayed = ctx;

	if (direction == TO_DEVICE) {
		if (frame->id == 0)
			frame->id = true_ns();
		frame_queue_put(&relayed->queue, frame);
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
	frame->id = stamp_ns;
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
	uint64_t expirations;

	(void)!read(relayed->timer, &expirations, sizeof expirations);
	if (relayed->relay == NULL)
		return relayed->inner.ops->read(relayed->inner.state, most, take, ctx, err);
	catch_up(relayed);
	if (!relayed->gone && !relayed->inner.ops->read(relayed->inner.state, most, take_from_server, relayed, &relayed->why))
		relayed->gone = true;
	for (; most > 0 && relayed->queue.count > 0; most--) {
		struct frame *frame = frame_queue_take(&relayed->queue);
		relayed->handed_out++;
		take(ctx, frame_bytes(frame), frame->id);
		frame_free(frame);
	}
	set_timer(relayed);
	return tell_if_gone(relayed, err);
}

static bool send_frame(void *state, struct bytes frame, struct error *err)
{
	struct relayed *relayed = state;

	if (relayed->relay == NULL)
		return relayed->inner.ops->send(relayed->inner.state, frame, err);
	catch_up(relayed);
	input(relayed, frame, TO_SERVER, 0);
	set_timer(relayed);
	return tell_if_gone(relayed, err);
}

static struct port_counters counters(void *state)
{
	const struct relayed *relayed = state;

	return relayed->inner.ops->counters(relayed->inner.state);
}

static void close_port(void *state)
{
	const struct relayed *relayed = state;

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
	const struct relay_needs needs = relay_needs(relayed->faults, relayed->fault_count);

	relayed->ties = *ties;
	sim_open(&relayed->sim, 0);
	relayed->disruptor = disruptor_open(relayed->faults, relayed->fault_count, plan->seed, ties->trace, ties->troubles, ties->ctx);
	disruptor_redraw(relayed->disruptor, &plan->redraw);
	relayed->relay = relay_open(&(struct relay_config){.sim = &relayed->sim,
	                                                   .trace = ties->trace,
	                                                   .disruptor = relayed->disruptor,
	                                                   .seed = plan->seed,
	                                                   .unix_base_ns = true_ns(),
	                                                   .ends_web = needs.web,
	                                                   .ports = relayed->ports,
	                                                   .output = output,
	                                                   .ctx = relayed});
	set_timer(relayed);
}

struct troubles *relayed_troubles(struct relayed *relayed)
{
	return disruptor_troubles(relayed->disruptor);
}

void relayed_close(struct relayed *relayed)
{
	if (relayed == NULL)
		return;
	if (relayed->relay != NULL) {
		relayed->gone = true;
		relay_close(relayed->relay);
		disruptor_close(relayed->disruptor);
		sim_close(&relayed->sim);
	}
	frame_queue_clear(&relayed->queue);
	close_descriptors(relayed);
	free(relayed->made);
	free(relayed);
}
