/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/if.h>
#include <linux/if_tun.h>

#include "harness/live/wiring.h"

/* -- the user namespace -- */

/*
 * What keeps users from having namespaces, as far as the kernel says so; the values at which it
 * does.
 */
static const struct {
	const char *path, *name, *value, *cure;
} hindrances[] = {
	{"/proc/sys/kernel/unprivileged_userns_clone", "kernel.unprivileged_userns_clone", "0", "1"},
	{"/proc/sys/user/max_user_namespaces", "user.max_user_namespaces", "0", "16384"},
	{"/proc/sys/user/max_net_namespaces", "user.max_net_namespaces", "0", "16384"},
	{"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "kernel.apparmor_restrict_unprivileged_userns", "1", "0"},
};

static bool reads(const char *path, const char *value)
{
	char text[32] = "";
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return false;
	bool got = fgets(text, sizeof text, file) != NULL;
	(void)fclose(file);
	text[strcspn(text, "\n")] = '\0';
	return got && strcmp(text, value) == 0;
}

/* @param what Could not be done; errno says why. */
static bool refused(const char *what, struct error *err)
{
	const char *why = strerror(errno);

	for (size_t i = 0; i < sizeof hindrances / sizeof hindrances[0]; i++)
		if (reads(hindrances[i].path, hindrances[i].value))
			return error_set(err,
			                 "%s: %s; on this machine %s is %s, which keeps users from making namespaces: run this as root, or "
			                 "`sysctl %s=%s` as root first",
			                 what, why, hindrances[i].name, hindrances[i].value, hindrances[i].name, hindrances[i].cure);
	return error_set(err,
	                 "%s: %s; run this as root, where user namespaces are allowed (sysctl user.max_user_namespaces, "
	                 "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns), or in a container with "
	                 "CAP_SYS_ADMIN and /dev/net/tun",
	                 what, why);
}

static bool write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	int why = errno;

	if (fd >= 0)
		(void)close(fd);
	errno = why;
	return good;
}

/* user_namespaces(7): whoever may not do more maps itself, and has given up setgroups(2) before. */
static bool enter_user_namespace(struct error *err)
{
	char users[64], groups[64];

	(void)snprintf(users, sizeof users, "%u %u 1", (unsigned)geteuid(), (unsigned)geteuid());
	(void)snprintf(groups, sizeof groups, "%u %u 1", (unsigned)getegid(), (unsigned)getegid());
	if (unshare(CLONE_NEWUSER) != 0)
		return refused("a user namespace cannot be made", err);
	if ((!write_text("/proc/self/setgroups", "deny") && errno != ENOENT) || !write_text("/proc/self/uid_map", users) ||
	    !write_text("/proc/self/gid_map", groups))
		return refused("the user cannot be mapped into a user namespace", err);
	return true;
}

/* -- a network -- */

static bool open_tap(int *ret_tap, struct error *err)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (tap < 0)
		return error_set(err,
		                 "/dev/net/tun cannot be opened: %s; `modprobe tun` "
		                 "as root creates it, and it must be readable and writable",
		                 strerror(errno));
	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", NAMESPACES_INTERFACE);
	/*
	 * Without offloads the kernel cuts and sums what it sends, so that the proxy sees frames as
	 * they cross a wire.
	 */
	if (ioctl(tap, TUNSETIFF, &request) != 0 || ioctl(tap, TUNSETOFFLOAD, 0) != 0) {
		error_set(err, "the TAP interface %s cannot be made: %s", NAMESPACES_INTERFACE, strerror(errno));
		(void)close(tap);
		return false;
	}
	*ret_tap = tap;
	return true;
}

static bool has_network(bool *ret_is_user, struct error *err)
{
	if (unshare(CLONE_NEWNET) == 0)
		return true;
	if (*ret_is_user || errno != EPERM)
		return refused("a network namespace cannot be made", err);
	*ret_is_user = true;
	if (!enter_user_namespace(err))
		return false;
	return unshare(CLONE_NEWNET) == 0 || refused("a network namespace cannot be made", err);
}

static bool open_end(struct namespaces *namespaces, enum direction direction, const uint8_t *mac, struct error *err)
{
	const bool is_client = direction == TO_SERVER;
	const struct wiring wiring = {
		.interface = NAMESPACES_INTERFACE,
		.mac = mac,
		.address = is_client ? NAMESPACES_CLIENT : NAMESPACES_SERVER,
		.prefix = NAMESPACES_PREFIX,
		.gateway = is_client ? NAMESPACES_SERVER : 0,
		.takes_all = !is_client,
	};

	if (!has_network(&namespaces->is_user, err))
		return false;
	namespaces->network[direction] = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (namespaces->network[direction] < 0)
		return error_set(err, "/proc/self/ns/net cannot be opened: %s", strerror(errno));
	/*
	 * These two files are settings of the namespace; where /proc/sys cannot be written, servers
	 * have to do with the ports from 1024 on.
	 */
	(void)write_text("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	(void)write_text("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
	return open_tap(&namespaces->tap[direction], err) && wiring_set_up(&wiring, err);
}

bool namespaces_open(struct namespaces *ret_namespaces, const struct namespaces_wish *wish, struct error *err)
{
	struct namespaces namespaces = {.network = {-1, -1}, .tap = {-1, -1}};

	if ((!wish->no_client && !open_end(&namespaces, TO_SERVER, wish->mac[TO_SERVER], err)) ||
	    (wish->has_server && !open_end(&namespaces, TO_DEVICE, wish->mac[TO_DEVICE], err))) {
		namespaces_close(&namespaces);
		return false;
	}
	*ret_namespaces = namespaces;
	return true;
}

void namespaces_close(struct namespaces *namespaces)
{
	for (int i = 0; i < 2; i++) {
		if (namespaces->tap[i] >= 0)
			(void)close(namespaces->tap[i]);
		if (namespaces->network[i] >= 0)
			(void)close(namespaces->network[i]);
		namespaces->tap[i] = namespaces->network[i] = -1;
	}
}

bool namespaces_enter(const struct namespaces *namespaces, enum direction direction, struct error *err)
{
	return setns(namespaces->network[direction], CLONE_NEWNET) == 0 ||
	       error_set(err, "the network namespace cannot be entered: %s", strerror(errno));
}

/* -- privileges -- */

/*
 * Capabilities outlive execve(2) of who is not root as ambient ones (capabilities(7)), which must
 * be permitted and inheritable before.
 */
bool namespaces_lend_network(const struct namespaces *namespaces, struct error *err)
{
	static const unsigned lent[] = {CAP_NET_ADMIN, CAP_NET_RAW, CAP_NET_BIND_SERVICE};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (!namespaces->is_user)
		return true;
	bool good = syscall(SYS_capget, &header, data) == 0;
	for (size_t i = 0; good && i < sizeof lent / sizeof lent[0]; i++)
		data[0].inheritable |= 1U << lent[i];
	good = good && syscall(SYS_capset, &header, data) == 0;
	for (size_t i = 0; good && i < sizeof lent / sizeof lent[0]; i++)
		good = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, (unsigned long)lent[i], 0UL, 0UL) == 0;
	return good || error_set(err, "the server cannot be given its network: %s", strerror(errno));
}

bool namespaces_drop_privileges(struct error *err)
{
	const unsigned kept = 1U << CAP_KILL | 1U << CAP_DAC_OVERRIDE;
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, data) != 0)
		return error_set(err, "the process' capabilities cannot be read: %s", strerror(errno));
	data[0].effective &= kept;
	data[0].permitted &= kept;
	data[0].inheritable = data[1].effective = data[1].permitted = data[1].inheritable = 0;
	return syscall(SYS_capset, &header, data) == 0 || error_set(err, "privileges cannot be given away: %s", strerror(errno));
}
