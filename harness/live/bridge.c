/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/live/inside.h"

/* So many frames are read from an end before the other one has its turn. */
#define FRAMES_AT_ONCE 32U
/* So often the disk is looked at, and whoever runs the bridge may look at it. */
#define LOOK_NS (SIM_S / 4)

/*
 * What an event of epoll is about: an end by its direction, or one of these, and behind them the
 * sides.
 */
enum { SOURCE_DUE = 2, SOURCE_TICK, SOURCE_SIDES };

sim_ns inside_look(struct bridge *bridge)
{
	const sim_ns now = clock_now_ns(CLOCK_MONOTONIC) - bridge->began_ns;

	if (now > bridge->now)
		bridge->now = now;
	return bridge->now;
}

static void end(struct bridge *bridge, bool broken, const char *why)
{
	if (bridge->over)
		return;
	bridge->over = true;
	bridge->broken = broken;
	(void)snprintf(bridge->why, sizeof bridge->why, "%s", why);
}

void inside_break(struct bridge *bridge, const char *why)
{
	end(bridge, true, why);
}

void bridge_stop(struct bridge *bridge, const char *why)
{
	end(bridge, false, why);
}

sim_ns bridge_now(struct bridge *bridge)
{
	return inside_look(bridge);
}

struct bridge_status bridge_status(const struct bridge *bridge)
{
	struct bridge_status status = {.elapsed_ns = bridge->now, .waiting = bridge->waiting, .skew = skew_summary(&bridge->skew)};

	for (unsigned i = 0; i < 2; i++) {
		const struct port *port = bridge->options->ends[i];
		status.frames[i] = bridge->passing.frames[i];
		const struct port_counters counters = port->ops->counters(port->state);
		status.ends[i] = port_counters_since(&counters, &bridge->before[i]);
	}
	memcpy(status.phase, bridge->phase, sizeof status.phase);
	return status;
}

/*
 * -- what the chain tells: it is written down where there is a folder, since nobody could read it
 * elsewhere --
 */

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	struct bridge *bridge = ctx;

	bridge->ages[frame->id % INSIDE_AGES] = (struct inside_age){frame->id, bridge->age_ns};
	bridge->waiting += !fate->dropped;
	inside_tell_services(bridge, event);
	if (bridge->keeps)
		passing_decided(&bridge->passing, frame, event, fate);
	else
		bridge->passing.frames[event->direction]++;
}

static void made(void *ctx, const struct frame *frame, enum direction direction, size_t fault, sim_ns release, sim_ns now)
{
	struct bridge *bridge = ctx;

	bridge->waiting += release != SIM_NEVER;
	if (bridge->keeps)
		passing_made(&bridge->passing, frame, direction, fault, release, now);
}

static void cut(void *ctx, uint64_t place, sim_ns begun, const struct action_params *params)
{
	struct bridge *bridge = ctx;

	if (!bridge->keeps)
		return;
	passing_cut(&bridge->passing, place, begun, params);
	folder_keep_decisions_anew(&bridge->folder, &bridge->passing.decisions);
}

/* -- frames -- */

static uint64_t age_of(const struct bridge *bridge, uint64_t id)
{
	const struct inside_age *age = &bridge->ages[id % INSIDE_AGES];

	return age->id == id ? age->ns : 0;
}

/* A frame that was to leave at @p asked leaves. */
static void let_out(struct bridge *bridge, struct frame *frame, enum direction direction, sim_ns asked)
{
	const struct port *port = bridge->options->ends[direction == TO_SERVER ? TO_DEVICE : TO_SERVER];
	struct error err;

	const enum sent sent = port->ops->send(port->state, frame_bytes(frame), &err);
	const sim_ns now = inside_look(bridge);
	bridge->waiting--;
	if (sent == SENT_WHOLE) {
		skew_add(&bridge->skew, now - asked + age_of(bridge, frame->id));
		passing_received(&bridge->passing, direction == TO_SERVER ? AT_SERVER : AT_DEVICE, frame->id, frame_bytes(frame), now);
		if (direction == TO_DEVICE)
			inside_deliver_to_device(bridge, frame_bytes(frame));
	} else {
		trace_line(bridge->trace, now, "wire", "#%" PRIu64 " could not be sent: %s", frame->id, err.text);
	}
	if (sent == SENT_NEVER)
		inside_break(bridge, err.text);
	frame_free(frame);
}

/* Looks at the clock only if that can make a difference. */
static bool is_due(struct bridge *bridge, sim_ns asked)
{
	return asked <= bridge->now || (asked != SIM_NEVER && asked <= inside_look(bridge));
}

static void let_out_what_is_due(struct bridge *bridge)
{
	enum direction direction;
	sim_ns asked;

	while (is_due(bridge, asked = proxy_next(bridge->proxy))) {
		struct frame *frame = proxy_deliver(bridge->proxy, bridge->now, &direction);
		let_out(bridge, frame, direction, asked);
	}
}

/* An end, as it is read. */
struct reader {
	struct bridge *bridge;
	enum direction direction;
};

static void take(void *ctx, struct bytes data, uint64_t stamp_ns)
{
	const struct reader *reader = ctx;
	struct bridge *bridge = reader->bridge;
	struct named named;

	if (data.length < ETHERNET_HEADER || data.length > FRAME_MAX) {
		bridge->odd++;
		return;
	}
	/*
	 * What was due before leaves before, or a rule would see frames in another order than they
	 * left in.
	 */
	let_out_what_is_due(bridge);
	const sim_ns now = inside_look(bridge);
	bridge->age_ns = clock_age_ns(&bridge->stamps, stamp_ns, clock_now_ns(CLOCK_REALTIME), bridge->began_ns + now);
	/* What came before the bridge began waited for that, not for the bridge. */
	if (bridge->age_ns > now)
		bridge->age_ns = now;
	namer_name(bridge->namer, reader->direction, data, &named);
	proxy_submit(bridge->proxy, frame_new(data.data, data.length), reader->direction, &named, now);
	let_out_what_is_due(bridge);
}

static void read_end(struct bridge *bridge, enum direction direction)
{
	const struct port *port = bridge->options->ends[direction];
	struct reader reader = {bridge, direction};
	struct error err;

	if (!port->ops->read(port->state, FRAMES_AT_ONCE, take, &reader, &err))
		inside_break(bridge, err.text);
}

/* -- waiting -- */

/* @param how EPOLLET: told once, and not as long as it is readable. */
static bool watch(struct bridge *bridge, int fd, uint32_t source, uint32_t how, struct error *err)
{
	struct epoll_event event = {.events = EPOLLIN | how, .data.u32 = source};

	return epoll_ctl(bridge->epoll, EPOLL_CTL_ADD, fd, &event) == 0 || error_set(err, "epoll_ctl: %s", strerror(errno));
}

static struct timespec timespec_of(uint64_t ns)
{
	return (struct timespec){.tv_sec = (time_t)(ns / SIM_S), .tv_nsec = (long)(ns % SIM_S)};
}

static bool open_waiting(struct bridge *bridge, struct error *err)
{
	const struct itimerspec ticks = {.it_interval = timespec_of(LOOK_NS), .it_value = timespec_of(LOOK_NS)};
	const struct bridge_options *options = bridge->options;

	CHECK_INT(options->side_count, <=, BRIDGE_SIDES_MAX);
	bridge->epoll = epoll_create1(EPOLL_CLOEXEC);
	bridge->due = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	bridge->tick = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (bridge->epoll < 0 || bridge->due < 0 || bridge->tick < 0 || timerfd_settime(bridge->tick, 0, &ticks, NULL) != 0)
		return error_set(err, "the descriptors to wait with cannot be made: %s", strerror(errno));
	bool good = watch(bridge, options->ends[TO_SERVER]->fd, TO_SERVER, 0, err) &&
	            watch(bridge, options->ends[TO_DEVICE]->fd, TO_DEVICE, 0, err) &&
	            watch(bridge, bridge->due, SOURCE_DUE, EPOLLET, err) && watch(bridge, bridge->tick, SOURCE_TICK, 0, err);
	for (size_t i = 0; good && i < options->side_count; i++)
		good = watch(bridge, options->sides[i].fd, (uint32_t)(SOURCE_SIDES + i), 0, err);
	return good;
}

static void close_waiting(const struct bridge *bridge)
{
	const int descriptors[] = {bridge->epoll, bridge->due, bridge->tick};

	for (size_t i = 0; i < sizeof descriptors / sizeof descriptors[0]; i++)
		if (descriptors[i] >= 0)
			(void)close(descriptors[i]);
}

/* The next frame that is due, or the end. */
static void set_due(struct bridge *bridge)
{
	const uint64_t for_ns = bridge->options->for_ns;
	sim_ns next = proxy_next(bridge->proxy);

	if (for_ns != 0 && for_ns < next)
		next = for_ns;
	if (next == bridge->armed)
		return;
	bridge->armed = next;
	/* All zero takes it off. */
	struct itimerspec when = {0};
	if (next != SIM_NEVER)
		when.it_value = timespec_of(bridge->began_ns + next);
	(void)timerfd_settime(bridge->due, TFD_TIMER_ABSTIME, &when, NULL);
}

static void tick(struct bridge *bridge)
{
	const struct bridge_options *options = bridge->options;
	struct error err;
	uint64_t expirations;

	(void)!read(bridge->tick, &expirations, sizeof expirations);
	if (bridge->keeps) {
		(void)folder_flush(&bridge->folder);
		if (!folder_sound(&bridge->folder, &err))
			inside_break(bridge, err.text);
	}
	if (options->look != NULL)
		options->look(options->ctx, bridge);
}

static void serve(struct bridge *bridge, uint32_t source)
{
	if (source == TO_SERVER || source == TO_DEVICE) {
		read_end(bridge, source == TO_SERVER ? TO_SERVER : TO_DEVICE);
	} else if (source == SOURCE_DUE) {
		/*
		 * It was told of once; setting it anew takes back what was not read
		 * (timerfd_settime(2)).
		 */
		bridge->armed = SIM_NEVER;
	} else if (source == SOURCE_TICK) {
		tick(bridge);
	} else {
		const struct bridge_side *side = &bridge->options->sides[source - SOURCE_SIDES];
		side->ready(side->ctx, bridge);
	}
}

static bool is_asked_to_stop(const struct bridge *bridge)
{
	return bridge->options->stop != NULL && *bridge->options->stop != 0;
}

static void run(struct bridge *bridge)
{
	struct epoll_event events[SOURCE_SIDES + BRIDGE_SIDES_MAX];
	const uint64_t for_ns = bridge->options->for_ns;

	while (!bridge->over) {
		set_due(bridge);
		const int count = epoll_wait(bridge->epoll, events, sizeof events / sizeof events[0], -1);
		if (count < 0 && errno != EINTR)
			inside_break(bridge, strerror(errno));
		for (int i = 0; i < count && !bridge->over; i++)
			serve(bridge, events[i].data.u32);
		let_out_what_is_due(bridge);
		if (bridge->keeps)
			folder_keep_decisions(&bridge->folder, &bridge->passing.decisions);
		if (is_asked_to_stop(bridge))
			bridge_stop(bridge, "it was asked to stop");
		if (for_ns != 0 && inside_look(bridge) >= for_ns)
			bridge_stop(bridge, "its time was up");
	}
}

/* -- the whole -- */

static void write_nowhere(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	(void)line;
	(void)length;
}

/* From here on time goes on. */
static void begin(struct bridge *bridge)
{
	const struct proxy_ops ops = {.decided = decided, .made = made, .cut = cut};
	const struct bridge_options *options = bridge->options;
	struct captures captures = {0};

	for (unsigned i = 0; i < 2; i++)
		bridge->before[i] = options->ends[i]->ops->counters(options->ends[i]->state);
	bridge->began_ns = clock_now_ns(CLOCK_MONOTONIC);
	if (bridge->keeps)
		captures = bridge->folder.captures;
	captures.began_ns = clock_now_ns(CLOCK_REALTIME);
	bridge->trace = trace_open(bridge->keeps ? folder_trace_sink(&bridge->folder) : (struct trace_sink){write_nowhere, NULL});
	passing_open(&bridge->passing, bridge->trace, &captures);
	trace_line(bridge->trace, 0, "session", "'%s' seed %" PRIu64 " between %s and %s, in wall time", options->plan->name,
	           options->plan->seed, options->ends[TO_SERVER]->name, options->ends[TO_DEVICE]->name);
	inside_open_rules(bridge, ops);
	bridge->passing.proxy = bridge->proxy;
	bridge->namer = namer_open();
	inside_open_services(bridge);
}

static bool is_ready(const struct bridge_options *options, struct error *err)
{
	return options->ready == NULL || options->ready(options->ctx, err);
}

bool bridge_run(const struct bridge_options *options, struct bridge_result *ret_result, struct error *err)
{
	struct bridge *bridge = memory_new(sizeof *bridge);

	memset(ret_result, 0, sizeof *ret_result);
	bridge->options = options;
	bridge->epoll = bridge->due = bridge->tick = -1;
	bridge->armed = SIM_NEVER;
	bridge->skew.limit_ns = options->skew_limit_ns;
	bridge->ages = memory_new(INSIDE_AGES * sizeof *bridge->ages);
	bool good = open_waiting(bridge, err);
	if (good && options->dir != NULL)
		good = bridge->keeps = folder_open(&bridge->folder, options->dir, options->plan, 0, err);
	good = good && is_ready(options, err);
	if (good) {
		begin(bridge);
		run(bridge);
		inside_finish(bridge, ret_result);
		if (options->look != NULL)
			options->look(options->ctx, bridge);
		passing_close(&bridge->passing);
		inside_close_rules(bridge);
		namer_close(bridge->namer);
		trace_close(bridge->trace);
	} else if (bridge->keeps) {
		struct error ignored;
		(void)folder_close(&bridge->folder, &ignored);
	}
	close_waiting(bridge);
	free(bridge->ages);
	free(bridge);
	return good;
}
