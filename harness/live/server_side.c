/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/server_side.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/server.h"
#include "harness/live/watch.h"
#include "harness/server/host.h"

#define LOOK_MS 100

struct server_side {
	pid_t pid;
	int socket, tap;
};

/* What the keeper says once; with the descriptor if it is good. */
struct told {
	bool good;
	struct error err;
};

union descriptor_message {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

/* -- the keeper -- */

static void say(int socket, const struct told *told, int tap)
{
	union descriptor_message control = {
		.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof tap)}};
	struct iovec part = {(void *)(uintptr_t)told, sizeof *told};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	if (told->good) {
		memcpy(CMSG_DATA(&control.header), &tap, sizeof tap);
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
	}
	(void)sendmsg(socket, &message, MSG_NOSIGNAL);
}

static bool open_all(const struct server_side_wish *wish, struct namespaces *namespaces, struct server *server, struct error *err)
{
	static const uint8_t mac[] = HOST_MAC;
	const struct namespaces_wish ends = {.mac = {mac, mac}, .has_server = true, .no_client = true};

	return namespaces_open(namespaces, &ends, err) && server_prepare(server, wish->command, wish->dir, namespaces, err) &&
	       namespaces_drop_privileges(err) && server_start(server, err);
}

static void await_end(int socket)
{
	struct pollfd fd = {.fd = socket, .events = POLLIN};

	while (!watch_state()->stop && poll(&fd, 1, -1) <= 0)
		;
}

/* Its exit status is how the server has ended by itself. */
_Noreturn static void keep(const struct server_side_wish *wish, int socket, const sigset_t *held)
{
	struct namespaces namespaces = {.network = {-1, -1}, .tap = {-1, -1}};
	struct server server = {.said = -1};
	struct told told;

	/* Signals of a terminal are for the owner. */
	(void)setsid();
	watch_begin();
	watch_release(held);
	child_adopt_all();
	memset(&told, 0, sizeof told);
	told.good = open_all(wish, &namespaces, &server, &told.err);
	say(socket, &told, namespaces.tap[TO_DEVICE]);
	/* The owner has it: without it, the network ends there as soon as the owner does. */
	namespaces_close(&namespaces);
	if (told.good)
		await_end(socket);
	const struct watch *watch = watch_state();
	const int status = watch->server_ended ? child_shell_status(watch->server_status) : 0;
	child_end_all(SERVER_GRACE_NS);
	server_close(&server);
	_exit(status);
}

/* -- the owner -- */

static bool hear(const struct server_side *side, const struct server_side_wish *wish, struct told *ret_told, int *ret_tap)
{
	union descriptor_message control;
	struct iovec part = {ret_told, sizeof *ret_told};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	struct pollfd fd = {.fd = side->socket, .events = POLLIN};
	const struct cmsghdr *header;

	while (poll(&fd, 1, LOOK_MS) <= 0)
		if (wish->stop != NULL && *wish->stop)
			return error_set(&ret_told->err, "stopped");
	if (recvmsg(side->socket, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *ret_told)
		return error_set(&ret_told->err, "the process that runs the server has died");
	header = CMSG_FIRSTHDR(&message);
	if (!ret_told->good || header == NULL)
		return false;
	memcpy(ret_tap, CMSG_DATA(header), sizeof *ret_tap);
	return true;
}

static bool start(struct server_side *side, const struct server_side_wish *wish, struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set(err, "cannot make sockets for the server: %s", strerror(errno));
	side->socket = ends[0];
	(void)fflush(NULL);
	const sigset_t held = watch_hold();
	side->pid = fork();
	if (side->pid == 0) {
		(void)close(ends[0]);
		keep(wish, ends[1], &held);
	}
	const int why = errno;
	watch_release(&held);
	(void)close(ends[1]);
	return side->pid > 0 || error_set(err, "cannot start a process for the server: %s", strerror(why));
}

struct server_side *server_side_open(const struct server_side_wish *wish, int *ret_tap, struct error *err)
{
	struct server_side *side = memory_new(sizeof *side);
	struct told told;
	int status;

	*side = (struct server_side){.socket = -1, .tap = -1};
	memset(&told, 0, sizeof told);
	if (!start(side, wish, err)) {
		server_side_close(side, &status);
		return NULL;
	}
	if (!hear(side, wish, &told, &side->tap)) {
		*err = told.err;
		server_side_close(side, &status);
		return NULL;
	}
	*ret_tap = side->tap;
	return side;
}

void server_side_close(struct server_side *side, int *ret_status)
{
	int status = 0;

	*ret_status = 0;
	if (side == NULL)
		return;
	if (side->socket >= 0)
		(void)close(side->socket);
	if (side->tap >= 0)
		(void)close(side->tap);
	if (side->pid > 0) {
		(void)kill(side->pid, SIGTERM);
		while (waitpid(side->pid, &status, 0) < 0 && errno == EINTR)
			;
		*ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	free(side);
}
