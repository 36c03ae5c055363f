/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/inside/rest.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "emulator/qemu/inside/mark.h"
#include "emulator/qemu/threads.h"

#define EXPORT __attribute__((visibility("default")))

/* How long other threads may take to fall asleep. */
#define SETTLE_MS 60000
#define MS_A_SECOND 1000
#define NS_A_MS 1000000L

static mark_t closed;

/*
 * Between two looks that find all asleep and none that has slept anew, there is an instant at which
 * all sleep.
 */
static bool all_sleep(pid_t self)
{
	uint64_t before, after;

	return threads_are(getpid(), "S", self, &before) && threads_are(getpid(), "S", self, &after) && before == after;
}

bool rest_begin(void)
{
	const struct timespec pause = {.tv_nsec = NS_A_MS};
	const pid_t self = (pid_t)syscall(SYS_gettid);

	atomic_store(&closed, 1);
	for (int ms = 0; ms < SETTLE_MS; ms++) {
		if (all_sleep(self))
			return true;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	return false;
}

void rest_end(void)
{
	mark_clear(&closed);
}

void rest_gate(void)
{
	const int error = errno;

	mark_wait(&closed);
	errno = error;
}

/* -- the calls of QEMU -- */

EXPORT int nanosleep(const struct timespec *time, struct timespec *ret_left)
{
	/*
	 * Its clock is said to be CLOCK_REALTIME, and not to be affected by setting that (POSIX,
	 * nanosleep): Linux measures both alike.
	 */
	const int error = clock_nanosleep(CLOCK_MONOTONIC, 0, time, ret_left);

	rest_gate();
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}

EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec timeout = {.tv_sec = timeout_ms / MS_A_SECOND, .tv_nsec = timeout_ms % MS_A_SECOND * NS_A_MS};
	const long result = syscall(SYS_ppoll, fds, count, timeout_ms >= 0 ? &timeout : NULL, NULL, 0);

	rest_gate();
	return (int)result;
}
