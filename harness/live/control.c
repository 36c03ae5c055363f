/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/requests.h"

#define SOCKET_NAME "stutter.sock"
/* Of answers that nobody has read yet: a list of all faults is a hundred kilobytes. */
#define SEND_BUFFER (1 << 20)
#define LISTENER UINT32_MAX

struct client {
	int fd; /* -1: none */
	size_t length;
	char line[CONTROL_LINE_MAX + 1]; /* as far as it has come, without an end */
};

struct control {
	char path[CONTROL_PATH_MAX];
	int epoll, listener;
	struct client clients[CONTROL_CLIENTS_MAX];
};

/* -- where -- */

/* Root can write everywhere, and is asked by sudo's user for what is that user's. */
static bool is_own(const char *dir, uid_t user)
{
	struct stat status;

	return dir != NULL && dir[0] == '/' && access(dir, W_OK | X_OK) == 0 &&
	       (user == geteuid() || (stat(dir, &status) == 0 && status.st_uid == user));
}

/* Whose the socket is: as confine_user() has it, before that and behind it. */
static uid_t user_who_asks(void)
{
	const char *text = geteuid() == 0 && getenv("SUDO_GID") != NULL ? getenv("SUDO_UID") : NULL;
	char *end;

	if (text == NULL)
		return geteuid();
	const unsigned long user = strtoul(text, &end, 10);
	return end != text && *end == '\0' && user < UINT32_MAX ? (uid_t)user : geteuid();
}

bool control_standard_path(char ret_path[CONTROL_PATH_MAX], struct error *err)
{
	const uid_t user = user_who_asks();
	char own[64];
	const char *dirs[] = {getenv("XDG_RUNTIME_DIR"), own, user == 0 ? "/run" : NULL};

	(void)snprintf(own, sizeof own, "/run/user/%u", (unsigned)user);
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0]; i++)
		if (is_own(dirs[i], user) && (size_t)snprintf(ret_path, CONTROL_PATH_MAX, "%s/" SOCKET_NAME, dirs[i]) < CONTROL_PATH_MAX)
			return true;
	return error_set(err, "there is no private folder for the control socket ($XDG_RUNTIME_DIR "
	                      "is not set): use --control SOCKET");
}

static bool address_of(const char *path, struct sockaddr_un *ret_address, struct error *err)
{
	memset(ret_address, 0, sizeof *ret_address);
	ret_address->sun_family = AF_UNIX;
	return (size_t)snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "%s", path) < sizeof ret_address->sun_path ||
	       error_set(err, "the path of the socket, %s, is longer than %zu bytes", path, sizeof ret_address->sun_path - 1);
}

/* Takes away a socket on which nobody listens any more, as a bridge leaves it that was killed. */
static bool clear(const struct sockaddr_un *address, struct error *err)
{
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct stat status;

	if (fd < 0)
		return error_set(err, "a socket cannot be made: %s", strerror(errno));
	const bool taken = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 || errno == EAGAIN;
	const int cause = errno;
	(void)close(fd);
	if (taken)
		return error_set(err, "another process listens on %s: give each its own socket", address->sun_path);
	if (cause == ECONNREFUSED && lstat(address->sun_path, &status) == 0 && S_ISSOCK(status.st_mode))
		(void)unlink(address->sun_path);
	return true;
}

/* -- listening -- */

static bool listen_at(struct control *control, const struct sockaddr_un *address, struct error *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = LISTENER};

	control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* The mode is the socket's from its first moment on. */
	const mode_t mask = umask(0177);
	const bool bound = control->listener >= 0 && bind(control->listener, (const struct sockaddr *)address, sizeof *address) == 0;
	const int cause = errno;
	(void)umask(mask);
	if (!bound)
		return error_set(err, "the socket %s cannot be made: %s", address->sun_path, strerror(cause));
	(void)snprintf(control->path, sizeof control->path, "%s", address->sun_path);
	control->epoll = epoll_create1(EPOLL_CLOEXEC);
	return (listen(control->listener, CONTROL_CLIENTS_MAX) == 0 && control->epoll >= 0 &&
	        epoll_ctl(control->epoll, EPOLL_CTL_ADD, control->listener, &event) == 0) ||
	       error_set(err, "%s cannot be listened on: %s", address->sun_path, strerror(errno));
}

struct control *control_open(const char *path, struct error *err)
{
	struct control *control = memory_new(sizeof *control);
	struct sockaddr_un address;

	control->epoll = control->listener = -1;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		control->clients[i].fd = -1;
	if (address_of(path, &address, err) && clear(&address, err) && listen_at(control, &address, err))
		return control;
	control_close(control);
	return NULL;
}

static void hang_up(struct client *client)
{
	/* Closing it takes it out of the epoll instance. */
	(void)close(client->fd);
	client->fd = -1;
	client->length = 0;
}

void control_close(struct control *control)
{
	if (control == NULL)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd >= 0)
			hang_up(&control->clients[i]);
	if (control->listener >= 0)
		(void)close(control->listener);
	if (control->epoll >= 0)
		(void)close(control->epoll);
	if (control->path[0] != '\0')
		(void)unlink(control->path);
	free(control);
}

/* -- clients -- */

/* One more than there is room for waits in the socket's queue. */
static void watch_listener(const struct control *control, bool watched)
{
	struct epoll_event event = {.events = watched ? EPOLLIN : 0, .data.u32 = LISTENER};

	(void)epoll_ctl(control->epoll, EPOLL_CTL_MOD, control->listener, &event);
}

static struct client *free_client(struct control *control)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (control->clients[i].fd < 0)
			return &control->clients[i];
	return NULL;
}

static void accept_client(struct control *control)
{
	struct client *client = free_client(control);
	struct epoll_event event = {.events = EPOLLIN};
	const int room = SEND_BUFFER;

	if (client == NULL) {
		watch_listener(control, false);
		return;
	}
	client->fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (client->fd < 0) {
		/*
		 * Without a descriptor for it, it would be told of again and again: it waits until
		 * another one goes, as above.
		 */
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
			watch_listener(control, false);
		return;
	}
	(void)setsockopt(client->fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	event.data.u32 = (uint32_t)(client - control->clients);
	if (epoll_ctl(control->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
		hang_up(client);
}

static void send_answer(struct client *client, const char *text, size_t length)
{
	const ssize_t sent = send(client->fd, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent < 0 || (size_t)sent < length)
		hang_up(client);
}

static void answer(struct client *client, const char *line, struct bridge *bridge)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	request_answer(bridge, line, stream);
	(void)fclose(stream);
	send_answer(client, text, size);
	free(text);
}

/* Answers all whole lines that have come. */
static void answer_lines(struct client *client, struct bridge *bridge)
{
	char *line = client->line, *feed;

	client->line[client->length] = '\0';
	while (client->fd >= 0 && (feed = memchr(line, '\n', client->length - (size_t)(line - client->line))) != NULL) {
		*feed = '\0';
		if (feed > line && feed[-1] == '\r')
			feed[-1] = '\0';
		answer(client, line, bridge);
		line = feed + 1;
	}
	if (client->fd < 0)
		return;
	client->length -= (size_t)(line - client->line);
	memmove(client->line, line, client->length);
}

static void read_client(struct client *client, struct bridge *bridge)
{
	static const char too_long[] = "{\"ok\":false,\"error\":\"the request is too long\"}\n";
	const ssize_t got = read(client->fd, client->line + client->length, CONTROL_LINE_MAX - client->length);

	if (got <= 0) {
		if (got == 0 || (errno != EAGAIN && errno != EINTR))
			hang_up(client);
		return;
	}
	client->length += (size_t)got;
	answer_lines(client, bridge);
	if (client->fd >= 0 && client->length == CONTROL_LINE_MAX) {
		send_answer(client, too_long, sizeof too_long - 1);
		if (client->fd >= 0)
			hang_up(client);
	}
}

static void serve(void *ctx, struct bridge *bridge)
{
	struct control *control = ctx;
	struct epoll_event events[CONTROL_CLIENTS_MAX + 1];
	const int count = epoll_wait(control->epoll, events, CONTROL_CLIENTS_MAX + 1, 0);

	for (int i = 0; i < count; i++) {
		if (events[i].data.u32 == LISTENER) {
			accept_client(control);
			continue;
		}
		struct client *client = &control->clients[events[i].data.u32];
		read_client(client, bridge);
		if (client->fd < 0)
			watch_listener(control, true);
	}
}

struct bridge_side control_side(struct control *control)
{
	return (struct bridge_side){.fd = control->epoll, .ready = serve, .ctx = control};
}

/* -- the other end -- */

static char *read_line(FILE *stream)
{
	char *line = NULL;
	size_t size = 0;
	const ssize_t length = getline(&line, &size, stream);

	if (length <= 0 || line[length - 1] != '\n') {
		free(line);
		return NULL;
	}
	line[length - 1] = '\0';
	return line;
}

bool control_ask(const char *path, const char *request, char **ret_answer, struct error *err)
{
	struct sockaddr_un address;

	if (!address_of(path, &address, err))
		return false;
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
		error_set(err, "nobody listens on %s (%s): is the proxy running, with this socket as its --control?", path,
		          strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	char *line = memory_format("%s\n", request);
	const size_t length = strlen(line);
	const bool sent = send(fd, line, length, MSG_NOSIGNAL) == (ssize_t)length;
	free(line);
	FILE *stream = fdopen(fd, "r");
	*ret_answer = sent && stream != NULL ? read_line(stream) : NULL;
	if (stream != NULL)
		(void)fclose(stream);
	else
		(void)close(fd);
	return *ret_answer != NULL || error_set(err, "%s closed the connection without an answer", path);
}
