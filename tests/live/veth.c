/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/live/veth.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "tests/test.h"

/* Long enough for a machine that is busy; nothing waits that long when all is well. */
#define PATIENCE_MS 20000
#define STEP_MS 20

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		test_skip("%s: %s", path, strerror(errno));
	(void)close(fd);
}

/* Its user is root in there (user_namespaces(7)). */
static void become_root_inside(unsigned user, unsigned group)
{
	char map[64];

	write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof map, "0 %u 1", user);
	write_file("/proc/self/uid_map", map);
	(void)snprintf(map, sizeof map, "0 %u 1", group);
	write_file("/proc/self/gid_map", map);
}

void veth_enter(void)
{
	unsigned user = geteuid(), group = getegid();

	if (unshare((user != 0 ? CLONE_NEWUSER : 0) | CLONE_NEWNET | CLONE_NEWNS) != 0)
		test_skip("no network namespaces here: %s", strerror(errno));
	if (user != 0)
		become_root_inside(user, group);
	/*
	 * So that /sys tells of the interfaces in here. Where it cannot be had, those of the
	 * machine stay in sight.
	 */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		(void)mount("sysfs", "/sys", "sysfs", 0, NULL);
	veth_run("ip link set dev lo up");
	/* Good at once, without the second that it takes to look for another one who has it. */
	veth_run("sysctl -qw net.ipv6.conf.default.accept_dad=0");
}

void veth_run(const char *format, ...)
{
	static char output[VETH_TEXT_MAX];
	char command[2048];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(command, sizeof command, format, args);
	va_end(args);
	int status = test_shell(output, sizeof output, "%s", command);
	if (status != 0)
		printf("    %s: %s", command, output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
}

void veth_pair(const char *one, const char *other)
{
	char output[512];

	if (test_shell(output, sizeof output, "ip link add dev %s type veth peer name %s", one, other) != 0)
		test_skip("no veth interfaces here: %s", output);
	for (unsigned i = 0; i < 2; i++)
		veth_run("sysctl -qw net.ipv6.conf.%s.disable_ipv6=1 && ip link set dev %s up", i == 0 ? one : other, i == 0 ? one : other);
}

const char *veth_describe(const char *interface, char ret_text[VETH_TEXT_MAX])
{
	int status = test_shell(ret_text, VETH_TEXT_MAX,
	                        "i=%s; n=0; while [ $n -lt 40 ] && ip -6 addr show dev $i tentative | grep -q inet6; do n=$((n+1)); "
	                        "sleep 0.05; done; ip -d link show dev $i; ip addr show dev $i; ip route show table all dev $i | sort; "
	                        "ip -6 route show table all dev $i | sort; ip neigh show dev $i nud permanent | sort; ethtool -k $i; "
	                        "cd /proc/sys/net && grep -rs . ipv4/conf/$i ipv6/conf/$i | grep -v -e stable_secret | sort",
	                        interface);

	CU_ASSERT_EQUAL_FATAL(status, 0);
	return ret_text;
}

void veth_wait_for(const char *interface, const char *before)
{
	static char now[VETH_TEXT_MAX];

	for (unsigned waited = 0; waited < PATIENCE_MS; waited += STEP_MS) {
		if (strcmp(veth_describe(interface, now), before) == 0)
			return;
		(void)poll(NULL, 0, STEP_MS);
	}
	TEST_SAME_TEXT(now, before);
}

struct port veth_port(const char *interface)
{
	struct port port;
	struct error err;
	bool good = port_open_interface(&port, interface, &err);

	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
	return port;
}

struct bytes veth_frame(uint8_t ret_frame[FRAME_MAX], size_t length, uint8_t filler)
{
	/* IEEE 802 local experimental EtherType 1. */
	static const uint8_t header[ETHERNET_HEADER] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0, 0, 0, 0, 0x01, 0x88, 0xb5};

	memset(ret_frame, filler, length);
	memcpy(ret_frame, header, sizeof header);
	return bytes_of(ret_frame, length);
}

static void keep(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	struct veth_taken *taken = ctx;

	CU_ASSERT_FATAL(taken->count < VETH_FRAMES_MAX && frame.length <= FRAME_MAX);
	taken->frames[taken->count].length = frame.length;
	taken->frames[taken->count].stamp_ns = stamp_ns;
	memcpy(taken->frames[taken->count].data, frame.data, frame.length);
	taken->count++;
}

bool veth_take_now(struct port *port, struct veth_taken *taken, struct error *err)
{
	return port->ops->read(port->state, VETH_FRAMES_MAX, keep, taken, err);
}

void veth_take(struct port *port, size_t count, struct veth_taken *taken)
{
	struct pollfd wait = {.fd = port->fd, .events = POLLIN};
	struct error err;

	while (taken->count < count) {
		CU_ASSERT_EQUAL_FATAL(poll(&wait, 1, PATIENCE_MS), 1);
		CU_ASSERT_FATAL(veth_take_now(port, taken, &err));
	}
}
