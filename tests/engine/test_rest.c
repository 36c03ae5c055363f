/* SPDX-License-Identifier: GPL-2.0-or-later */
/* While no other thread works, fork() finds no lock taken, wherever the threads sleep. */
#include "emulator/qemu/inside/rest.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/test.h"

extern const CU_TestInfo tests_rest[];

#define FORKS 100
#define TAKES_US 300 /* what a thread does while it holds the lock */
#define SLEEPS_US 200

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool done;
static _Atomic unsigned turns;

static uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void work(void)
{
	(void)pthread_mutex_lock(&lock);
	for (uint64_t until = now_us() + TAKES_US; now_us() < until;)
		;
	atomic_fetch_add(&turns, 1);
	(void)pthread_mutex_unlock(&lock);
}

static void *sleep_and_work(void *unused)
{
	const struct timespec time = {.tv_nsec = SLEEPS_US * 1000L};

	(void)unused;
	while (!atomic_load(&done)) {
		(void)nanosleep(&time, NULL);
		work();
	}
	return NULL;
}

static void *listen_and_work(void *unused)
{
	(void)unused;
	while (!atomic_load(&done)) {
		(void)poll(NULL, 0, 1);
		work();
	}
	return NULL;
}

/* @return whether the child of a fork could take the lock. */
static bool is_free_in_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(pthread_mutex_trylock(&lock) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void fork_finds_no_lock_taken(void)
{
	void *(*const kinds[])(void *) = {sleep_and_work, listen_and_work, sleep_and_work};
	pthread_t threads[3];
	unsigned found_free = 0, before = 0;

	atomic_store(&done, false);
	for (size_t i = 0; i < 3; i++)
		CU_ASSERT_EQUAL_FATAL(pthread_create(&threads[i], NULL, kinds[i], NULL), 0);
	for (int i = 0; i < FORKS; i++) {
		/* They are at it again. */
		for (before = atomic_load(&turns); atomic_load(&turns) < before + 2;)
			;
		CU_ASSERT(rest_begin());
		found_free += is_free_in_child();
		rest_end();
	}
	atomic_store(&done, true);
	for (size_t i = 0; i < 3; i++)
		(void)pthread_join(threads[i], NULL);
	CU_ASSERT_EQUAL(found_free, FORKS);
}

static void sleeps_take_as_long_as_they_are_told(void)
{
	const struct timespec time = {.tv_nsec = 20000000};
	int ends[2];
	uint64_t start = now_us();

	CU_ASSERT_EQUAL(nanosleep(&time, NULL), 0);
	CU_ASSERT_EQUAL(poll(NULL, 0, 20), 0);
	CU_ASSERT(now_us() - start >= 40000);
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	struct pollfd ready = {.fd = ends[0], .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&ready, 1, 0), 0);
	CU_ASSERT_EQUAL(write(ends[1], "", 1), 1);
	CU_ASSERT_EQUAL(poll(&ready, 1, -1), 1);
	CU_ASSERT_EQUAL(ready.revents, POLLIN);
	(void)close(ends[0]);
	(void)close(ends[1]);
}

const CU_TestInfo tests_rest[] = {
	{"fork finds no lock taken", fork_finds_no_lock_taken},
	{"sleeps take as long as they are told", sleeps_take_as_long_as_they_are_told},
	CU_TEST_INFO_NULL,
};
