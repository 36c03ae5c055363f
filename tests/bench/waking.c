/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/waking.h"

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "tests/bench/traffic.h"

#define TIMES 2000U
#define PAUSE_NS 1000000
#define NS_PER_S 1000000000U

/* As the proxy is. */
static void settle(int core)
{
	const struct sched_param least = {.sched_priority = sched_get_priority_min(SCHED_RR)};
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((size_t)core, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
	(void)sched_setscheduler(0, SCHED_RR, &least);
}

static int compare(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static struct waking summary(uint64_t *took_ns)
{
	qsort(took_ns, TIMES, sizeof *took_ns, compare);
	return (struct waking){(double)took_ns[TIMES / 2] / 1e3, (double)took_ns[TIMES * 99 / 100] / 1e3};
}

static uint64_t *shared(void)
{
	uint64_t *took_ns = mmap(NULL, TIMES * sizeof *took_ns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(took_ns != MAP_FAILED);
	return took_ns;
}

static struct waking take(uint64_t *took_ns, pid_t pid)
{
	CHECK(waitpid(pid, NULL, 0) == pid);
	const struct waking waking = summary(took_ns);
	(void)munmap(took_ns, TIMES * sizeof *took_ns);
	return waking;
}

struct waking waking_by_timer(int core)
{
	uint64_t *took_ns = shared(), expired;
	const pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid != 0)
		return take(took_ns, pid);
	settle(core);
	const int timer = timerfd_create(CLOCK_MONOTONIC, 0);
	for (unsigned i = 0; i < TIMES; i++) {
		const uint64_t due = traffic_now_ns() + PAUSE_NS;
		const struct itimerspec when = {.it_value = {(time_t)(due / NS_PER_S), (long)(due % NS_PER_S)}};
		if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) != 0 || read(timer, &expired, sizeof expired) < 0)
			_exit(1);
		took_ns[i] = traffic_now_ns() - due;
	}
	_exit(0);
}

struct waking waking_by_write(int core)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	uint64_t *took_ns = shared(), written;
	int ends[2];

	CHECK(pipe(ends) == 0);
	const pid_t pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		settle(core);
		for (unsigned i = 0; i < TIMES && read(ends[0], &written, sizeof written) == sizeof written; i++)
			took_ns[i] = traffic_now_ns() - written;
		_exit(0);
	}
	for (unsigned i = 0; i < TIMES; i++) {
		(void)nanosleep(&pause, NULL);
		written = traffic_now_ns();
		CHECK(write(ends[1], &written, sizeof written) == sizeof written);
	}
	(void)close(ends[0]);
	(void)close(ends[1]);
	return take(took_ns, pid);
}
