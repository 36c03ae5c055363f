/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A preloaded library for QEMU: its main loop never runs while the virtual CPU executes.
 *
 * What for. With -icount sleep=off, QEMU's main loop skips virtual time to the next timer when it
 * finds the virtual CPU idle. A CPU that executes WFI counts as idle at once, but the instructions
 * that it has executed since it was last let go are accounted a moment later, and all that time it
 * does not hold QEMU's big lock. A main loop that comes by in that moment reckons from a time that
 * is too early and skips too far, by exactly these instructions. It comes by then seldom and on a
 * loaded host only, on account of a notification too many; the interrupt behind the WFI is some
 * hundred nanoseconds to microseconds late, and that is another run.
 *
 * How it works. The virtual CPU gives the big lock up when it begins to execute and takes it when
 * it has accounted. So giving it up marks it as executing, wanting it marks it as not executing,
 * and the main loop takes the lock only while the mark is off. It says when it wants to: the CPU,
 * which would take the lock again and again while it waits for the main loop to serve a timer, then
 * lets it go first. The big lock is known by being the mutex of conditions of both: the main
 * thread's, which waits for the CPU's thread to be ready, and then that thread's, which waits for
 * work. Until then nothing is held up.
 *
 * The rejected alternative: strict priorities for the two threads on one core. They need
 * privileges, and do not help on two cores.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static int (*real_wait)(pthread_cond_t *condition, pthread_mutex_t *mutex);
static int (*real_lock)(pthread_mutex_t *mutex);
static int (*real_unlock)(pthread_mutex_t *mutex);

/*
 * The mutexes of the conditions that the main thread has waited on: the big lock, and those of
 * threads that it has started.
 */
#define MUTEXES_MAX 16
static pthread_mutex_t *_Atomic mutexes[MUTEXES_MAX];

static pthread_mutex_t *_Atomic big_lock; /* once it is known */
static _Atomic uint32_t cpu_executes, main_wants, cpu_queues;

static _Thread_local enum { STRANGER, MAIN, CPU, UNKNOWN } role = UNKNOWN;

/* The symbols' older versions are other things. */
static void find(void *ret_function, const char *name, const char *version)
{
	void *found = dlvsym(RTLD_NEXT, name, version);

	*(void **)ret_function = found != NULL ? found : dlsym(RTLD_NEXT, name);
}

/* Other libraries take locks before this one's constructor has its turn. */
__attribute__((constructor)) static void find_real(void)
{
	if (real_unlock != NULL)
		return;
	find(&real_wait, "pthread_cond_wait", "GLIBC_2.3.2");
	find(&real_lock, "pthread_mutex_lock", "GLIBC_2.2.5");
	find(&real_unlock, "pthread_mutex_unlock", "GLIBC_2.2.5");
	/* What QEMU starts is none of our business. */
	(void)unsetenv("LD_PRELOAD");
}

static bool is_main_thread(void)
{
	if (role == UNKNOWN)
		role = getpid() == (pid_t)syscall(SYS_gettid) ? MAIN : STRANGER;
	return role == MAIN;
}

/* -- a mark that others can wait for to go off -- */

static void set(_Atomic uint32_t *mark)
{
	atomic_store(mark, 1);
}

/*
 * Nobody waits without having set @waiter before, so the system call is spared where there is
 * nobody; the order of both accesses is that of all atomics.
 */
static void clear(_Atomic uint32_t *mark, _Atomic uint32_t *waiter)
{
	atomic_store(mark, 0);
	if (atomic_load(waiter))
		(void)syscall(SYS_futex, mark, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void wait_while(_Atomic uint32_t *mark)
{
	while (atomic_load(mark))
		(void)syscall(SYS_futex, mark, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
}

/* -- finding the big lock -- */

static void remember(pthread_mutex_t *mutex)
{
	for (int i = 0; i < MUTEXES_MAX; i++) {
		pthread_mutex_t *known = NULL;
		if (atomic_compare_exchange_strong(&mutexes[i], &known, mutex) || known == mutex)
			return;
	}
}

static bool is_known(const pthread_mutex_t *mutex)
{
	for (int i = 0; i < MUTEXES_MAX; i++)
		if (atomic_load(&mutexes[i]) == mutex)
			return true;
	return false;
}

int pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *mutex)
{
	if (is_main_thread()) {
		remember(mutex);
	} else if (atomic_load(&big_lock) == NULL && is_known(mutex)) {
		role = CPU;
		atomic_store(&big_lock, mutex);
	}
	return real_wait(condition, mutex);
}

/* -- the big lock -- */

static int lock_for_main(pthread_mutex_t *mutex)
{
	int result;

	set(&main_wants);
	for (;;) {
		wait_while(&cpu_executes);
		result = real_lock(mutex);
		if (!atomic_load(&cpu_executes))
			break;
		(void)real_unlock(mutex);
	}
	clear(&main_wants, &cpu_queues);
	return result;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
	bool big = mutex == atomic_load(&big_lock);

	find_real();
	if (big && is_main_thread())
		return lock_for_main(mutex);
	if (big && role == CPU) {
		clear(&cpu_executes, &main_wants);
		if (atomic_load(&main_wants)) {
			set(&cpu_queues);
			wait_while(&main_wants);
			atomic_store(&cpu_queues, 0);
		}
	}
	return real_lock(mutex);
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
	if (role == CPU && mutex == atomic_load(&big_lock))
		set(&cpu_executes);
	find_real();
	return real_unlock(mutex);
}
