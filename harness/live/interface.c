/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/interface.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/live/guardian.h"
#include "harness/live/netlink.h"
#include "harness/live/refusal.h"
#include "harness/live/settings.h"

/*
 * Who has an interface holds a socket with a name that says so (unix(7), abstract names): there is
 * one space of them for each network namespace, as there is of interfaces, and the kernel takes the
 * name away when the last process that holds it has ended, which is the guardian. It listens to
 * nobody.
 */
#define LOCK_PREFIX "stutter/interface/"
#define NAME_MAX_LENGTH 64
/* A proxy that was killed is gone before its guardian has put the interface back. */
#define LOCK_TRIES 50
#define LOCK_WAIT_NS 100000000L

struct interface {
	struct settings settings;
	int lock;
	struct guardian *guardian;
};

/* -- the lock -- */

/* @return -1 with errno. */
static int hold_name(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path + 1, name, length);
	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + length)) == 0)
		return fd;
	int reason = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = reason;
	return -1;
}

/* Finds another process among the names that are held. @return its number, 0 if there is none. */
static unsigned long find_holder(const char *prefix)
{
	char line[256];
	unsigned long holder = 0;
	FILE *file = fopen("/proc/self/net/unix", "re");

	while (file != NULL && holder == 0 && fgets(line, sizeof line, file) != NULL) {
		const char *at = strchr(line, '@');
		unsigned long process = 0;
		if (at != NULL && strncmp(at + 1, prefix, strlen(prefix)) == 0)
			process = strtoul(at + 1 + strlen(prefix), NULL, 10);
		if (process != (unsigned long)getpid())
			holder = process;
	}
	if (file != NULL)
		(void)fclose(file);
	return holder;
}

/*
 * Holds the name first and looks for another one then, so of two that come together none gets it,
 * and never both do.
 * @param ret_holder 0 with errno: the name cannot be held for another cause.
 */
static int lock_once(const char *prefix, unsigned long *ret_holder)
{
	char own[NAME_MAX_LENGTH];

	(void)snprintf(own, sizeof own, "%s%ld", prefix, (long)getpid());
	int fd = hold_name(own);
	*ret_holder = fd >= 0 ? find_holder(prefix) : errno == EADDRINUSE ? (unsigned long)getpid() : 0;
	if (fd < 0 || *ret_holder == 0)
		return fd;
	(void)close(fd);
	return -1;
}

static bool is_alive(unsigned long process)
{
	return kill((pid_t)process, 0) == 0 || errno != ESRCH;
}

static int lock(int index, const char *name, struct error *err)
{
	const struct timespec wait = {.tv_nsec = LOCK_WAIT_NS};
	char prefix[NAME_MAX_LENGTH / 2];
	unsigned long holder = 0;

	(void)snprintf(prefix, sizeof prefix, LOCK_PREFIX "%d/", index);
	for (unsigned i = 0; i < LOCK_TRIES; i++) {
		int fd = lock_once(prefix, &holder);
		if (fd >= 0)
			return fd;
		if (holder == 0) {
			error_set(err, "'%s' cannot be locked for this proxy: %s", name, strerror(errno));
			return -1;
		}
		if (is_alive(holder))
			break;
		(void)nanosleep(&wait, NULL);
	}
	if (holder == (unsigned long)getpid())
		error_set(err, "'%s' cannot be both ends of the bridge: each needs an interface of its own", name);
	else
		error_set(err, "'%s' is in use by another proxy (process %lu): stop that one first, or use another interface", name,
		          holder);
	return -1;
}

/* -- taking and giving back -- */

static bool restore(void *ctx, struct error *err)
{
	const struct settings *settings = ctx;
	struct nl_sock *socket = netlink_open(err);

	if (socket == NULL)
		return false;
	bool good = settings_restore(settings, socket, err);
	nl_socket_free(socket);
	return good;
}

/*
 * Finds what speaks against it before anything is touched, and remembers how it is. That is read
 * only when nobody else has it, or what another proxy has made of it would be taken for how it was.
 */
static bool look(struct interface *interface, const char *name, struct nl_sock *socket, struct error *err)
{
	struct settings *settings = &interface->settings;
	int index;

	if (!refusal_by_kind(name, socket, &index, err))
		return false;
	interface->lock = lock(index, name, err);
	return interface->lock >= 0 && settings_read(settings, socket, index, err) && refusal_by_use(settings, socket, err) &&
	       refusal_by_offload(settings->name, &settings->offloads, true, err);
}

static bool set_up(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	struct offloads now;

	return settings_bare(before, socket, err) && offload_read(before->name, &now, err) &&
	       refusal_by_offload(before->name, &now, false, err);
}

static void release(struct interface *interface)
{
	settings_free(&interface->settings);
	if (interface->lock >= 0)
		(void)close(interface->lock);
	free(interface);
}

static bool give_back(struct interface *interface, struct error *err)
{
	const char *name = interface->settings.name;

	return guardian_restore_now(interface->guardian, err) ||
	       error_context(err, "'%s' is not as it was (see `ip addr show %s`, `ip route`, `ethtool -k %s`)", name, name, name);
}

static bool change(struct interface *interface, struct nl_sock *socket, struct error *err)
{
	struct error also;

	interface->guardian = guardian_start(restore, &interface->settings, interface->lock, err);
	if (interface->guardian == NULL)
		return false;
	if (set_up(&interface->settings, socket, err))
		return true;
	if (!give_back(interface, &also))
		error_context(err, "%s", also.text);
	return false;
}

struct interface *interface_take(const char *name, struct error *err)
{
	struct interface *interface = memory_new(sizeof *interface);
	struct nl_sock *socket = netlink_open(err);

	interface->lock = -1;
	bool good = socket != NULL && look(interface, name, socket, err) && change(interface, socket, err);
	nl_socket_free(socket);
	if (good)
		return interface;
	release(interface);
	return NULL;
}

bool interface_give_back(struct interface *interface, struct error *err)
{
	if (interface == NULL)
		return true;
	bool good = give_back(interface, err);
	release(interface);
	return good;
}
