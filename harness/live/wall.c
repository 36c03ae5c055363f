/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/wall.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "lib/link/frame.h"
#include "harness/live/clock.h"
#include "harness/live/outcome.h"
#include "harness/live/skew.h"

/* So many frames are read before the world goes on. */
#define FRAMES_AT_ONCE 32U
/* To sleep for less takes longer than that. */
#define SLEEP_LEAST_NS (20 * SIM_US)

struct wall {
	struct outside outside;
	struct wall_wish wish;
	struct port port; /* none of WALL_OWN */
	/* of the port, when the session began: what was lost by then was for somebody else */
	struct port_counters before;
	struct stamp_clock stamps;
	struct skew skew;
	uint64_t began_ns; /* CLOCK_MONOTONIC, at the world's time 0 */
	sim_ns last;       /* that was told */
	uint64_t odd;
};

static sim_ns look(void *state)
{
	struct wall *wall = state;
	const sim_ns now = clock_now_ns(CLOCK_MONOTONIC) - wall->began_ns;

	if (now > wall->last)
		wall->last = now;
	return wall->last;
}

/* -- the port -- */

struct reader {
	struct wall *wall;
	outside_take *take;
	void *ctx;
};

static void pass_over(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	(void)ctx;
	(void)frame;
	(void)stamp_ns;
}

static void take(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	const struct reader *reader = ctx;
	struct wall *wall = reader->wall;
	const sim_ns now = look(wall);
	const uint64_t age_ns = clock_age_ns(&wall->stamps, stamp_ns, clock_now_ns(CLOCK_REALTIME), wall->began_ns + now);

	wall->odd += frame.length < ETHERNET_HEADER || frame.length > FRAME_MAX;
	reader->take(reader->ctx, frame, now > age_ns ? now - age_ns : 0);
}

static bool read_frames(void *state, outside_take *taker, void *ctx, struct error *err)
{
	struct wall *wall = state;
	struct reader reader = {wall, taker, ctx};

	return wall->port.ops->read(wall->port.state, FRAMES_AT_ONCE, take, &reader, err);
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	const struct wall *wall = state;

	return wall->port.ops->send(wall->port.state, frame, err);
}

static void empty_port(const struct wall *wall)
{
	struct error ignored;
	uint64_t before;

	do {
		before = wall->port.ops->counters(wall->port.state).received;
		/* A port that is gone says so once more. */
		if (!wall->port.ops->read(wall->port.state, FRAMES_AT_ONCE, pass_over, NULL, &ignored))
			return;
	} while (wall->port.ops->counters(wall->port.state).received != before);
}

/* -- time -- */

static uint64_t begin(void *state, sim_ns start)
{
	struct wall *wall = state;

	/* Timers are to be on time, not together with others (prctl(2)). */
	(void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
	if (wall->port.ops != NULL) {
		empty_port(wall);
		wall->before = wall->port.ops->counters(wall->port.state);
	}
	wall->began_ns = clock_now_ns(CLOCK_MONOTONIC) - start;
	return clock_now_ns(CLOCK_REALTIME) - start;
}

static uint64_t put_back(void *state, uint64_t ns)
{
	struct wall *wall = state;
	const sim_ns now = look(wall);

	wall->began_ns += ns;
	wall->last = now - ns;
	return clock_now_ns(CLOCK_REALTIME) - wall->last;
}

/* The C library's ppoll() may be another function in QEMU's process. */
static void wait_until(void *state, sim_ns until)
{
	const struct wall *wall = state;
	const sim_ns now = look(state);
	struct pollfd port = {.fd = wall->port.ops != NULL ? wall->port.fd : -1, .events = POLLIN};

	if (until < now + SLEEP_LEAST_NS)
		return;
	struct timespec left = {.tv_sec = (time_t)((until - now) / SIM_S), .tv_nsec = (long)((until - now) % SIM_S)};
	(void)syscall(SYS_ppoll, &port, 1UL, &left, NULL, 0UL);
}

/* -- what is told -- */

static void passed(void *state, uint64_t late_ns)
{
	skew_add(&((struct wall *)state)->skew, late_ns);
}

static void conclude(void *state, struct verdict *verdict)
{
	const struct wall *wall = state;
	struct bridge_status status = {.skew = skew_summary(&wall->skew)};
	char why[VERDICT_TEXT_MAX], otherwise[VERDICT_TEXT_MAX];

	if (wall->port.ops != NULL) {
		const struct port_counters now = wall->port.ops->counters(wall->port.state);
		status.ends[TO_DEVICE] = port_counters_since(&now, &wall->before);
	}
	if (outcome_vouch(&(struct outcome_facts){.status = &status, .odd = wall->odd}, &verdict->live, why, sizeof why) ||
	    verdict->kind == VERDICT_INCONCLUSIVE)
		return;
	memcpy(otherwise, verdict->reason, sizeof otherwise);
	(void)snprintf(verdict->reason, sizeof verdict->reason, "%.250s; without that: %s, %.200s", why, verdict_name(verdict->kind),
	               otherwise);
	verdict->kind = VERDICT_INCONCLUSIVE;
}

/* -- the whole -- */

bool wall_connect(struct wall *wall, int tap, struct error *err)
{
	if (wall->wish.far_end == WALL_INTERFACE)
		return port_open_interface(&wall->port, wall->wish.name, err);
	return wall->wish.far_end == WALL_OWN || port_open_tap(&wall->port, tap, wall->wish.name);
}

struct wall *wall_open(const struct wall_wish *wish)
{
	static const struct outside_ops ops = {begin, look, put_back, wait_until, passed, conclude, read_frames, send_frame};
	struct wall *wall = memory_new(sizeof *wall);

	wall->wish = *wish;
	wall->skew.limit_ns = wish->skew_limit_ns;
	wall->outside = (struct outside){&ops, wall, wish->far_end != WALL_OWN ? wall->wish.name : NULL, wish->web_ports};
	return wall;
}

void wall_close(struct wall *wall)
{
	if (wall == NULL)
		return;
	if (wall->port.ops != NULL)
		wall->port.ops->close(wall->port.state);
	free(wall);
}

const struct outside *wall_outside(const struct wall *wall)
{
	return &wall->outside;
}
