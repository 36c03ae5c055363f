/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works. With -icount sleep=off, a virtual CPU that executes WFI has its time skipped to the
 * next timer. Stock QEMU has the main loop do that: the CPU's thread goes to sleep, an eventfd
 * wakes the main loop, it moves the clock, runs the timers, and wakes the CPU's thread: some eight
 * switches of threads each time, ten or twenty thousand times a session. Here the CPU's thread does
 * it in place of going to sleep, with QEMU's own functions and the big lock held, which it holds
 * there anyway. What it would have woken the main loop for (a timer was set, time has moved) it
 * keeps to itself, and passes on only when it really goes to sleep: when no timer is armed, or when
 * QEMU is to stop or to reset the machine.
 *
 * What is left of the main loop must not run while the CPU executes: it skips time too, reckoning
 * with what is accounted of the instructions, and an executing CPU has not accounted yet
 * (lockstep/lockstep.c tells what comes of it). So the two take turns. The main loop's turn begins
 * when its ppoll() returns and ends when it calls that again or waits on a condition; the CPU's
 * begins when its wait returns and ends when it goes to sleep. Each says that it wants the turn,
 * looks at the other's mark, and steps back if that is set; the CPU gives the big lock up while it
 * is waiting for its turn, since the main loop needs it to come to an end.
 *
 * The rejected alternative: marks at each locking of the big lock, as lockstep/ has them. They cost
 * where this costs nothing: between two sleeps.
 */
#include "emulator/qemu/inside/warp.h"

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulator/qemu/inside/mark.h"
#include "emulator/qemu/inside/rest.h"
#include "emulator/qemu/inside/symbols.h"

#define EXPORT __attribute__((visibility("default")))

/* More wake-ups than there are eventfds cannot be kept; QEMU has four. */
#define KEPT_MAX 8
#define FDS_MAX 256

static int (*real_wait)(pthread_cond_t *condition, pthread_mutex_t *mutex);
static int (*real_ppoll)(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

static bool begun;
static void (*on_sleep)(void);
static mark_t cpu_turn, main_turn;
static _Thread_local bool is_cpu, is_main;

static int kept[KEPT_MAX];
static size_t kept_count;

static void find(void *ret_function, const char *name, const char *version)
{
	void *found = dlvsym(RTLD_NEXT, name, version);

	*(void **)ret_function = found != NULL ? found : dlsym(RTLD_NEXT, name);
}

void warp_init(void)
{
	if (real_ppoll != NULL)
		return;
	/* The older version of the symbol is another thing. */
	find(&real_wait, "pthread_cond_wait", "GLIBC_2.3.2");
	find(&real_ppoll, "ppoll", "GLIBC_2.4");
}

void warp_begin(void)
{
	begun = true;
}

void warp_on_sleep(void (*sleeps)(void))
{
	on_sleep = sleeps;
}

/* -- turns -- */

static void take_main_turn(void)
{
	for (;;) {
		atomic_store(&main_turn, 1);
		if (!atomic_load(&cpu_turn))
			return;
		mark_clear(&main_turn);
		mark_wait(&cpu_turn);
	}
}

/*
 * For the CPU, which does not step back: it is the main loop that does. With the big lock, @mutex,
 * held.
 */
static void take_cpu_turn(pthread_mutex_t *mutex)
{
	atomic_store(&cpu_turn, 1);
	while (atomic_load(&main_turn)) {
		(void)pthread_mutex_unlock(mutex);
		mark_wait(&main_turn);
		(void)pthread_mutex_lock(mutex);
	}
}

/* For the main loop where it holds the big lock. */
static void take_main_turn_again(pthread_mutex_t *mutex)
{
	for (;;) {
		atomic_store(&main_turn, 1);
		if (!atomic_load(&cpu_turn))
			return;
		mark_clear(&main_turn);
		(void)pthread_mutex_unlock(mutex);
		mark_wait(&cpu_turn);
		(void)pthread_mutex_lock(mutex);
	}
}

/* -- what the main loop is to be woken for -- */

/* Which descriptors are eventfds, as far as somebody has written to them: 0 unknown. */
static _Atomic uint8_t kinds[FDS_MAX];
enum { KIND_EVENT = 1, KIND_OTHER };

static bool is_eventfd(int fd)
{
	char path[32], target[32];

	if (fd < 0 || fd >= FDS_MAX)
		return false;
	if (kinds[fd] == 0) {
		(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		ssize_t length = readlink(path, target, sizeof target - 1);
		target[length > 0 ? length : 0] = '\0';
		kinds[fd] = strcmp(target, "anon_inode:[eventfd]") == 0 ? KIND_EVENT : KIND_OTHER;
	}
	return kinds[fd] == KIND_EVENT;
}

bool warp_keeps_write(int fd, const void *data, size_t size)
{
	uint64_t value;

	if (!is_cpu || size != sizeof value)
		return false;
	memcpy(&value, data, sizeof value);
	if (value != 1 || !is_eventfd(fd))
		return false;
	/*
	 * A timer of the host's clock that is due keeps the CPU from executing (icount_get_limit()
	 * looks at these, too), and the main loop, whose business it is, is not to run. There are
	 * some after a restore, for seconds. QEMU notifies the main loop before it tries again,
	 * which is how the CPU's thread gets here.
	 */
	(void)symbols.run_timers(SYMBOLS_CLOCK_REALTIME);
	for (size_t i = 0; i < kept_count; i++)
		if (kept[i] == fd)
			return true;
	if (kept_count == KEPT_MAX)
		return false;
	kept[kept_count++] = fd;
	return true;
}

static void pass_on(void)
{
	const uint64_t one = 1;

	for (size_t i = 0; i < kept_count; i++)
		(void)syscall(SYS_write, kept[i], &one, sizeof one);
	kept_count = 0;
}

/* -- the calls of QEMU -- */

/* The CPU has nothing to do. @return whether it has now, since time was skipped. */
static bool skip_time(void)
{
	if (!symbols.is_running() || !symbols.all_cpus_idle())
		return false;
	symbols.skip_to_next_timer();
	(void)symbols.run_timers(SYMBOLS_CLOCK_VIRTUAL);
	return !symbols.all_cpus_idle();
}

static int sleep_cpu(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	is_cpu = true;
	if (skip_time())
		return 0;
	if (on_sleep != NULL)
		on_sleep();
	pass_on();
	mark_clear(&cpu_turn);
	int result = real_wait(condition, mutex);
	take_cpu_turn(mutex);
	return result;
}

EXPORT int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	if (!begun) {
		warp_init();
		return real_wait(condition, mutex);
	}
	if (symbols.big_lock_held() && symbols.in_cpu_thread())
		return sleep_cpu(condition, mutex);
	if (!is_main)
		return real_wait(condition, mutex);
	/*
	 * The main loop waits for something that the CPU does, which therefore must have its turn.
	 */
	mark_clear(&main_turn);
	int result = real_wait(condition, mutex);
	take_main_turn_again(mutex);
	return result;
}

EXPORT int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	warp_init();
	is_main = is_main || (begun && getpid() == (pid_t)syscall(SYS_gettid));
	if (is_main)
		mark_clear(&main_turn);
	int result = real_ppoll(fds, count, timeout, mask);
	if (is_main)
		take_main_turn();
	rest_gate();
	return result;
}

void warp_forked(void)
{
	atomic_store(&main_turn, 0);
	kept_count = 0;
	memset((void *)(uintptr_t)kinds, 0, sizeof kinds);
}

void warp_enter_main_loop(void)
{
	is_main = true;
	take_main_turn();
}
