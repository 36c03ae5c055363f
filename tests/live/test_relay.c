/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real programs over two ports: a client and a server in a network namespace each, with nothing in
 * between but read() and send().
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/live/interface.h"
#include "tests/live/veth.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_relay[];

#define FILE_BYTES 3000000L

/* An idle process in a network namespace of its own, until the test ends. */
static pid_t namespace(void)
{
	int ready[2];
	char byte;

	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	pid_t pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET) == 0)
			(void)!write(ready[1], "r", 1);
		for (;;)
			pause();
	}
	(void)close(ready[1]);
	CU_ASSERT_EQUAL_FATAL(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	return pid;
}

/* Moves the far end of a pair into a namespace, and gives it an address there. */
static void move_interface(pid_t where, const char *interface, const char *address)
{
	veth_run("ip link set dev %s netns %ld", interface, (long)where);
	veth_run("nsenter -t %ld -n sh -c 'ip addr add %s dev %s && ip link set dev %s up && ip link set dev lo up && "
	         "ethtool -K %s tso off gso off'",
	         (long)where, address, interface, interface, interface);
}

struct way {
	struct port *to;
	bool good;
};

static void pass(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	struct way *way = ctx;
	struct error err;

	(void)stamp_ns;
	way->good = way->to->ops->send(way->to->state, frame, &err) && way->good;
}

/* Passes frames until @p done has ended. @return its exit status. */
static int relay_until(pid_t done, struct port *one, struct port *other)
{
	struct pollfd wait[] = {{.fd = one->fd, .events = POLLIN}, {.fd = other->fd, .events = POLLIN}};
	struct way ways[] = {{other, true}, {one, true}};
	struct error err;
	int status = 0;

	while (waitpid(done, &status, WNOHANG) == 0) {
		if (poll(wait, 2, 10) <= 0)
			continue;
		CU_ASSERT_FATAL(one->ops->read(one->state, 16, pass, &ways[0], &err));
		CU_ASSERT_FATAL(other->ops->read(other->state, 16, pass, &ways[1], &err));
	}
	CU_ASSERT(ways[0].good && ways[1].good);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* Runs a command in a namespace, without waiting for it. */
static pid_t start(pid_t where, const char *format, const char *path)
{
	char command[1024], target[32];
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(command, sizeof command, format, path);
	(void)snprintf(target, sizeof target, "%ld", (long)where);
	execlp("nsenter", "nsenter", "-t", target, "-n", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void a_download_passes_and_both_interfaces_come_back(void)
{
	static char before[2][VETH_TEXT_MAX], after[VETH_TEXT_MAX];
	const char *const ends[] = {"one", "other"};
	char folder[512];

	(void)snprintf(folder, sizeof folder, "%s", test_folder());
	veth_run("cd %s && head -c %ld /dev/urandom >file", folder, FILE_BYTES);
	veth_enter();
	veth_pair("one", "one-far");
	veth_pair("other", "other-far");
	pid_t client = namespace(), server = namespace();
	move_interface(client, "one-far", "192.0.2.1/24");
	move_interface(server, "other-far", "192.0.2.2/24");
	veth_run("ip addr add 198.51.100.1/24 dev one");
	for (unsigned i = 0; i < 2; i++)
		veth_describe(ends[i], before[i]);
	struct error err;
	struct interface *taken[] = {interface_take("one", &err), interface_take("other", &err)};
	struct port one = veth_port("one"), other = veth_port("other");
	pid_t http = start(server, "exec busybox httpd -f -p 192.0.2.2:80 -h %s", folder);
	pid_t curl = start(
		client, "cd %s && exec curl -s --retry 20 --retry-connrefused --retry-delay 1 -m 60 -o got http://192.0.2.2/file", folder);
	CU_ASSERT_EQUAL(relay_until(curl, &one, &other), 0);
	veth_run("cmp %s/file %s/got", folder, folder);
	CU_ASSERT_EQUAL(one.ops->counters(one.state).too_long, 0);
	CU_ASSERT_EQUAL(other.ops->counters(other.state).too_long, 0);
	(void)kill(http, SIGKILL);
	one.ops->close(one.state);
	other.ops->close(other.state);
	for (unsigned i = 0; i < 2; i++) {
		CU_ASSERT(interface_give_back(taken[i], &err));
		TEST_SAME_TEXT(veth_describe(ends[i], after), before[i]);
	}
}

const CU_TestInfo tests_live_relay[] = {
	{"a download passes, and both interfaces come back", a_download_passes_and_both_interfaces_come_back},
	CU_TEST_INFO_NULL,
};
