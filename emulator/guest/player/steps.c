/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plays the steps of a script, as many at once as were at once in the recording. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "player.h"

static struct {
	char first[PLAY_LINE_MAX];
	unsigned count;
} told;

uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void differ(const struct script *script, const struct step *step, const char *format, ...)
{
	char what[PLAY_LINE_MAX - 64];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (told.count++ == 0)
		(void)snprintf(told.first, sizeof told.first, "step %zu, turn %zu: %s", (size_t)(step - script->steps) + 1, step->turn + 1,
		               what);
	play_event("step %zu turn %zu differs: %s", (size_t)(step - script->steps) + 1, step->turn + 1, what);
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
		play_fail("poll: %s", strerror(errno));
}

unsigned play_script(char *text, size_t length, void (*ready)(uint64_t lease_us), const char **ret_first)
{
	struct script script = {0};
	bool done;

	script_read(&script, text, length);
	ready(script.lease_us);
	struct pollfd *waiting = calloc(script.step_count + 1, sizeof *waiting);
	if (waiting == NULL)
		play_fail("no memory");
	uint64_t begun = now_us(), next = work(&script, begun, &done);
	while (!done) {
		wait_until(&script, waiting, next);
		next = work(&script, begun, &done);
	}
	free(waiting);
	*ret_first = told.first;
	return told.count;
}
