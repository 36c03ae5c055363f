/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the caller's reads block without any time limit, since one more system call a
 * message would be paid 70,000 times a session. This thread sleeps on the control channel and looks
 * up every TICK_MS. When something is wrong it kills QEMU; the request FIFO then ends, the caller's
 * read returns, and joining the thread tells why. Signals, the rejected alternative, belong to the
 * whole process, and this module to one session.
 */
#include "emulator/qemu/watch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "emulator/qemu/silence.h"

#define TICK_MS 100
#define CLOSED_MS 1000

void watch_release_holder(struct watch *watch)
{
	const int fd = atomic_exchange(&watch->holder_fd, -1);

	if (fd >= 0)
		close(fd);
}

static enum qemu_end judge_events(unsigned events)
{
	if (events & QMP_PANICKED)
		return QEMU_PANICKED;
	if (events & QMP_SHUTDOWN)
		return QEMU_POWERED_OFF;
	return events & QMP_CLOSED ? QEMU_DIED : QEMU_RUNNING;
}

static enum qemu_end look(struct watch *watch)
{
	struct silence silence;

	silence_begin(&silence, watch->pid);
	for (;;) {
		struct pollfd ready[2] = {{.fd = watch->qmp->fd, .events = POLLIN}, {.fd = watch->quit[0], .events = POLLIN}};
		enum qemu_end end;

		if (poll(ready, 2, TICK_MS) < 0 && errno != EINTR)
			return QEMU_DIED;
		if (ready[1].revents)
			return QEMU_RUNNING;
		if (watch->stop && *watch->stop)
			return QEMU_STOPPED;
		/*
		 * While the caller works and does not wait for the guest, the guest is not silent.
		 */
		if (!atomic_load(&watch->reading))
			silence_begin(&silence, watch->pid);
		else if (silence_lasts(&silence, atomic_load(&watch->requests)) >= watch->silence_s)
			return QEMU_SILENT;
		if (ready[0].revents)
			qmp_wait(watch->qmp, QMP_PANICKED | QMP_SHUTDOWN | QMP_CLOSED, qmp_now_ms() + 1);
		end = judge_events(watch->qmp->events);
		if (end != QEMU_RUNNING)
			return end;
	}
}

static void *run(void *context)
{
	struct watch *watch = context;

	watch->end = look(watch);
	if (watch->end != QEMU_RUNNING) {
		/* A QEMU that powers off ends by itself; its exit status is then its own. */
		if (watch->end == QEMU_POWERED_OFF)
			qmp_wait(watch->qmp, QMP_CLOSED, qmp_now_ms() + CLOSED_MS);
		if (watch->end != QEMU_DIED)
			kill(watch->pid, SIGKILL);
		watch_release_holder(watch);
	}
	return NULL;
}

bool watch_start(struct watch *watch, struct error *err)
{
	sigset_t all, before;
	int error;

	if (pipe(watch->quit) < 0)
		return error_set(err, "cannot make a pipe: %s", strerror(errno));
	/* Signals are for the caller's threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&watch->thread, NULL, run, watch);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	watch->running = error == 0;
	if (watch->running)
		return true;
	close(watch->quit[0]);
	close(watch->quit[1]);
	return error_set(err, "cannot start a thread: %s", strerror(error));
}

enum qemu_end watch_join(struct watch *watch, bool now)
{
	if (!watch->running)
		return watch->end;
	if (now)
		close(watch->quit[1]);
	pthread_join(watch->thread, NULL);
	if (!now)
		close(watch->quit[1]);
	close(watch->quit[0]);
	watch->running = false;
	return watch->end;
}
