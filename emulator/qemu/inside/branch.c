/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/qemu/inside/branch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulator/qemu/inside/rest.h"
#include "emulator/qemu/inside/symbols.h"
#include "emulator/qemu/inside/warp.h"
#include "emulator/qemu/page.h"

#define EXPORT __attribute__((visibility("default")))

/* QEMU and a session have some thirty. */
#define FDS_MAX 256

static pid_t starter;

void branch_init(void)
{
	starter = getppid();
}

/* QEMU excludes guest memory from forks, since it forks to start programs only. */
EXPORT int madvise(void *address, size_t size, int advice)
{
	return advice == MADV_DONTFORK ? 0 : (int)syscall(SYS_madvise, address, size, advice);
}

/* -- descriptors -- */

static bool is_shared(int fd)
{
	char path[32], target[64];

	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(path, target, sizeof target - 1);
	target[length > 0 ? length : 0] = '\0';
	return strcmp(target, "anon_inode:[eventfd]") == 0 || strncmp(target, "socket:", 7) == 0;
}

struct descriptors {
	int list[FDS_MAX];
	size_t count;
};

/* Those that a child cannot share; found in the parent, which has its pages at hand. */
static bool find_descriptors(struct descriptors *descriptors, int kept)
{
	DIR *open_ones = opendir("/proc/self/fd");
	const struct dirent *entry;

	descriptors->count = 0;
	while (open_ones != NULL && descriptors->count < FDS_MAX && (entry = readdir(open_ones)) != NULL) {
		int fd = (int)strtol(entry->d_name, NULL, 10);
		if (entry->d_name[0] != '.' && fd != kept && is_shared(fd))
			descriptors->list[descriptors->count++] = fd;
	}
	if (open_ones != NULL)
		(void)closedir(open_ones);
	return open_ones != NULL && descriptors->count < FDS_MAX;
}

/*
 * An eventfd that nobody writes to stands in for a socket, too: there is never anything to read,
 * and it is not closed.
 */
static void replace_descriptors(const struct descriptors *descriptors)
{
	for (size_t i = 0; i < descriptors->count; i++) {
		int own = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		if (own < 0 || dup3(own, descriptors->list[i], O_CLOEXEC) < 0)
			_exit(QEMU_STATUS_BROKEN);
		(void)close(own);
	}
}

/* -- in the child -- */

/* The child's main loop, which comes to its turn when the CPU stops. */
static void *run_main_loop(void *unused)
{
	(void)unused;
	symbols.register_thread();
	warp_enter_main_loop();
	symbols.big_lock(__FILE__, __LINE__);
	symbols.main_loop();
	_exit(0);
}

static bool start_main_loop(void)
{
	pthread_t thread;
	sigset_t all, before;

	/* Signals are for the thread that had them. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	bool good = pthread_create(&thread, NULL, run_main_loop, NULL) == 0;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return good;
}

static void become_child(const struct descriptors *descriptors)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != starter)
		_exit(1);
	(void)setpgid(0, 0);
	warp_forked();
	replace_descriptors(descriptors);
	if (!start_main_loop())
		_exit(QEMU_STATUS_BROKEN);
}

/*
 * The C library's fork() has no word for "the starter's child". With nobody else at work there is
 * no lock that it would have to take, and nobody opens a file.
 */
static pid_t fork_at_rest(struct descriptors *descriptors, int kept, struct error *err)
{
	pid_t pid = -1;

	if (!rest_begin())
		error_set(err, "QEMU's other threads do not become idle");
	else if (!find_descriptors(descriptors, kept))
		error_set(err, "QEMU's open files cannot be listed: %s", strerror(errno));
	else if ((pid = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, NULL, NULL, 0)) < 0)
		error_set(err, "cannot fork: %s", strerror(errno));
	rest_end();
	return pid;
}

pid_t branch_fork(int kept, struct error *err)
{
	struct descriptors descriptors;
	pid_t pid = fork_at_rest(&descriptors, kept, err);

	if (pid == 0)
		become_child(&descriptors);
	return pid;
}
