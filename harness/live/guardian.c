/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/guardian.h"

#include <cap-ng.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/watch.h"

struct guardian {
	pid_t pid;
	int socket; /* the request to it, and its answers */
};

enum byte {
	REQUEST_RESTORE = 'r',
	ANSWER_READY = 'y',
	ANSWER_GOOD = 'g',
	ANSWER_FAILED = 'f',
};

/* -- the other side: the guardian itself -- */

static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM};

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		(void)signal(ignored[i], SIG_IGN);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/*
 * Closes all but those, such as the ports of the bridge and the pipe that someone reads its output
 * from.
 */
static void close_all_but(int *kept, size_t count)
{
	int next = 0;

	qsort(kept, count, sizeof *kept, by_number);
	for (size_t i = 0; i < count; i++) {
		if (kept[i] > next)
			(void)close_range((unsigned)next, (unsigned)kept[i] - 1, 0);
		if (kept[i] >= next)
			next = kept[i] + 1;
	}
	(void)close_range((unsigned)next, ~0U, 0);
}

static void drop_capabilities(void)
{
	capng_clear(CAPNG_SELECT_CAPS);
	(void)capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_NET_ADMIN);
	(void)capng_apply(CAPNG_SELECT_CAPS);
}

/* Until its owner asks for it, or has ended. */
static void wait_for_request(int socket, int parent)
{
	struct pollfd ends[] = {{.fd = parent, .events = POLLIN}, {.fd = socket, .events = POLLIN}};
	char request;

	for (;;) {
		if (poll(ends, 2, -1) < 0)
			continue;
		if ((ends[1].revents & POLLIN) != 0 && read(socket, &request, 1) == 1)
			return;
		if (ends[0].revents != 0)
			return;
		/* Nothing more will come this way; the owner may still be there. */
		if (ends[1].revents != 0)
			ends[1].fd = -1;
	}
}

static void tell(const struct error *err)
{
	char *line = memory_format("stutter: not everything could be restored: %s\n", err->text);

	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return;
	free(line);
}

/* @param before The signals that were blocked before all were. */
static _Noreturn void guard(guardian_restore *restore, void *ctx, int socket, int parent, int keep, const sigset_t *before)
{
	const char ready = ANSWER_READY;
	int kept[] = {STDERR_FILENO, socket, parent, keep};
	struct error err;

	(void)setsid();
	ignore_signals();
	(void)prctl(PR_SET_NAME, "stutter-guard");
	close_all_but(kept, sizeof kept / sizeof kept[0]);
	drop_capabilities();
	(void)chdir("/");
	watch_release(before);
	(void)send(socket, &ready, 1, MSG_NOSIGNAL);
	wait_for_request(socket, parent);
	bool good = restore(ctx, &err);
	if (!good)
		tell(&err);
	char answer = good ? ANSWER_GOOD : ANSWER_FAILED;
	_exit(send(socket, &answer, 1, MSG_NOSIGNAL) == 1 && good ? 0 : 1);
}

/* -- this side -- */

/* Waits until it is set up: before that, what ends its owner could end it, too. */
static bool is_ready(int socket)
{
	ssize_t length;
	char answer = 0;

	do
		length = read(socket, &answer, 1);
	while (length < 0 && errno == EINTR);
	return length == 1 && answer == ANSWER_READY;
}

/* No signal reaches it before it ignores those of terminals. @return as fork(). */
static pid_t fork_guard(guardian_restore *restore, void *ctx, const int pair[2], int self, int keep)
{
	const sigset_t before = watch_hold();
	pid_t pid = fork();
	if (pid == 0)
		guard(restore, ctx, pair[1], self, keep, &before);
	int reason = errno;
	watch_release(&before);
	errno = reason;
	return pid;
}

struct guardian *guardian_start(guardian_restore *restore, void *ctx, int keep, struct error *err)
{
	int pair[2] = {-1, -1};
	int self = pidfd_open(getpid(), 0);
	pid_t pid = -1;

	if (self >= 0 && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0)
		pid = fork_guard(restore, ctx, pair, self, keep);
	int reason = errno;
	if (self >= 0)
		(void)close(self);
	if (pair[1] >= 0)
		(void)close(pair[1]);
	if (pid < 0) {
		if (pair[0] >= 0)
			(void)close(pair[0]);
		error_set(err, "the process that restores interfaces cannot be started: %s", strerror(reason));
		return NULL;
	}
	if (!is_ready(pair[0])) {
		(void)close(pair[0]);
		(void)waitpid(pid, NULL, 0);
		error_set(err, "the process that restores interfaces ended at once");
		return NULL;
	}
	struct guardian *guardian = memory_new(sizeof *guardian);
	*guardian = (struct guardian){.pid = pid, .socket = pair[0]};
	return guardian;
}

bool guardian_restore_now(struct guardian *guardian, struct error *err)
{
	char request = REQUEST_RESTORE, answer = 0;
	ssize_t length = -1;

	if (send(guardian->socket, &request, 1, MSG_NOSIGNAL) == 1)
		do
			length = read(guardian->socket, &answer, 1);
		while (length < 0 && errno == EINTR);
	(void)close(guardian->socket);
	while (waitpid(guardian->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(guardian);
	if (length != 1)
		return error_set(err, "the process that restores it has been killed");
	return answer == ANSWER_GOOD || error_set(err, "not everything could be restored");
}
