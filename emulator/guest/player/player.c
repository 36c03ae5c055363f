/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * player: reads the script, waits for the lease and plays its steps, as many at once as were at once in the recording. The result is a pass if everything was as it
 * was recorded.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "player.h"

#define LEASE_LOOK_US 50000

static void pause_us(uint64_t us)
{
	const struct timespec time = {(time_t)(us / 1000000), (long)(us % 1000000 * 1000)};

	(void)nanosleep(&time, NULL);
}

static void wait_for_lease(const struct script *script)
{
	uint64_t end = now_us() + script->lease_us;

	event("phase dhcp begin");
	while (access("/run/lease", F_OK) != 0) {
		if (now_us() >= end)
			fail("no lease in time");
		pause_us(LEASE_LOOK_US);
	}
	event("phase dhcp ok");
}

/* When a step begins; NEVER: that is not known yet. */
static uint64_t begins(const struct script *script, const struct step *step, uint64_t begun)
{
	uint64_t after = step->follows > 0 ? script->steps[step->follows - 1].ended_us : begun;

	return after == NEVER ? NEVER : after + step->wait_us;
}

static void begin(const struct script *script, struct step *step)
{
	switch (step->kind) {
	case SKIP:
		step->state = DONE;
		step->ended_us = now_us() + step->takes_us;
		break;
	case DNS:
	case NTP:
		ask_begin(script, step);
		break;
	case TCP:
	default:
		talk_begin(script, step);
	}
}

/* Does all that is due. @return when something is next, or NEVER. */
static uint64_t work(struct script *script, uint64_t begun, bool *ret_all_done)
{
	uint64_t next = NEVER;

	*ret_all_done = true;
	for (size_t i = 0; i < script->step_count; i++) {
		struct step *step = &script->steps[i];
		if (step->state == WAITING && now_us() >= begins(script, step, begun))
			begin(script, step);
		else if (step->state == ASKING)
			ask_go_on(script, step);
		else if (step->state == CONNECTING || step->state == TALKING)
			talk_go_on(script, step);
		uint64_t due = step->state == WAITING ? begins(script, step, begun) : step->due_us;
		next = due < next ? due : next;
		*ret_all_done &= step->state == DONE;
	}
	return next;
}

static void wait_until(const struct script *script, struct pollfd *ready, uint64_t next)
{
	uint64_t now = now_us(), left = next > now ? next - now : 0;
	struct timespec timeout = {(time_t)(left / 1000000), (long)(left % 1000000 * 1000)};
	nfds_t count = 0;

	for (size_t i = 0; i < script->step_count; i++) {
		const struct step *step = &script->steps[i];
		if (step->fd < 0)
			continue;
		ready[count++] = (struct pollfd){.fd = step->fd, .events = step->state == ASKING ? POLLIN : talk_events(step)};
		/* Without anything to wait for, an error would wake it at once, for ever. */
		if (ready[count - 1].events == 0)
			count--;
	}
	if (ppoll(ready, count, next == NEVER ? NULL : &timeout, NULL) < 0 && errno != EINTR)
		fail("poll: %s", strerror(errno));
}

int main(void)
{
	struct script script = {0};
	const char *first;
	bool done;

	script_read(&script);
	wait_for_lease(&script);
	struct pollfd *ready = calloc(script.step_count + 1, sizeof *ready);
	if (ready == NULL)
		fail("no memory");
	event("phase session begin");
	uint64_t begun = now_us(), next = work(&script, begun, &done);
	while (!done) {
		wait_until(&script, ready, next);
		next = work(&script, begun, &done);
	}
	unsigned count = differences(&first);
	if (count > 0)
		fail("%u difference%s, the first in %s", count, count == 1 ? "" : "s", first);
	event("phase session ok");
	return 0;
}
