/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/clock.h"
#include "harness/live/listening.h"
#include "harness/live/watch.h"
#include "lib/sim/sim.h"

#define LOOK_NS 10000000
/* A server that opens several ports has opened the last when none has come for so long. */
#define SETTLED_NS UINT64_C(100000000)
#define SAID_MAX 512

static bool open_said(struct server *server, const char *dir, struct error *err)
{
	char *path = memory_format("%s/server.log", dir != NULL ? dir : "");

	server->said = dir != NULL ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666)
	                           : memfd_create("server.log", MFD_CLOEXEC);
	if (server->said < 0)
		error_set(err, "%s cannot be written: %s", dir != NULL ? path : "the server's output", strerror(errno));
	free(path);
	return server->said >= 0;
}

/* The end of what the server has said, on one line. */
static const char *last_said(const struct server *server, char ret_text[SAID_MAX])
{
	off_t length = lseek(server->said, 0, SEEK_END);
	off_t from = length < SAID_MAX ? 0 : length - SAID_MAX + 1;
	ssize_t got = pread(server->said, ret_text, SAID_MAX - 1, from);

	ret_text[got > 0 ? got : 0] = '\0';
	while (got > 0 && ret_text[got - 1] == '\n')
		ret_text[--got] = '\0';
	for (char *at = ret_text; *at != '\0'; at++)
		if (*at == '\n')
			*at = '|';
		else if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	return ret_text[0] != '\0' ? ret_text : "nothing";
}

/*
 * @return false with @p err if it has ended without leaving anybody who listens, or takes too long.
 */
static bool await(const struct server *server, struct error *err)
{
	const struct timespec pause = {.tv_nsec = LOOK_NS};
	const struct watch *watch = watch_state();
	const uint64_t begun = clock_now_ns(CLOCK_MONOTONIC);
	uint64_t last = 0, since = begun, digest;
	char said[SAID_MAX];

	while (clock_now_ns(CLOCK_MONOTONIC) - begun < SERVER_START_NS) {
		bool listens = listening_sockets(&digest) > 0;
		if (!listens || digest != last)
			since = clock_now_ns(CLOCK_MONOTONIC);
		last = digest;
		/* A daemon's first process ends well when the daemon is there. */
		if (watch->server_ended && watch->server_status != 0)
			return error_set(err, "the server did not start: exit status %d; its output: %s",
			                 child_shell_status(watch->server_status), last_said(server, said));
		if (listens && clock_now_ns(CLOCK_MONOTONIC) - since >= SETTLED_NS)
			return true;
		if (watch->stop)
			return error_set(err, "stopped before the server listened");
		(void)nanosleep(&pause, NULL);
	}
	return error_set(err, "the server listens on no TCP or UDP port after %d s; its output: %s", (int)(SERVER_START_NS / SIM_S),
	                 last_said(server, said));
}

static bool enter(void *ctx, struct error *err)
{
	return namespaces_enter(ctx, TO_DEVICE, err) && namespaces_lend_network(ctx, err);
}

bool server_prepare(struct server *ret_server, const char *command, const char *dir, const struct namespaces *namespaces, struct error *err)
{
	char *argv[] = {memory_text("sh"), memory_text("-c"), memory_text(command), NULL};

	*ret_server = (struct server){.said = -1};
	bool good = open_said(ret_server, dir, err);
	const struct child_wish wish = {
		.argv = argv, .prepare = enter, .ctx = (void *)(uintptr_t)namespaces, .output = ret_server->said, .apart = true};
	good = good && child_prepare(&ret_server->child, &wish, err);
	for (size_t i = 0; argv[i] != NULL; i++)
		free(argv[i]);
	return good;
}

bool server_start(struct server *server, struct error *err)
{
	int status;

	watch_server(server->child.pid);
	return child_go(&server->child, &status, err) && await(server, err);
}

void server_close(struct server *server)
{
	if (server->said >= 0)
		(void)close(server->said);
	server->said = -1;
}
