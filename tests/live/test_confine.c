/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process has given up is refused, and the live loop still works. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/live/confine.h"
#include "harness/live/interface.h"
#include "tests/live/veth.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_confine[];

static void confine(const char *folder)
{
	const char *folders[] = {folder, NULL};
	struct error err = {.text = ""};
	bool good = confine_user(&err) && confine_process(&(struct confinement){.folders = folders}, &err);

	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
}

static void skip_if_sanitized(void)
{
#ifdef STUTTER_SANITIZED
	test_skip("a build with sanitizers keeps its system calls");
#endif
}

static void the_loop_goes_on_and_interfaces_come_back(void)
{
	static char before[VETH_TEXT_MAX], after[VETH_TEXT_MAX];
	static struct veth_taken taken;
	static uint8_t buffer[FRAME_MAX];
	struct error err;

	veth_enter();
	veth_pair("here", "there");
	veth_run("sysctl -qw net.ipv6.conf.here.disable_ipv6=0");
	veth_run("ip addr add 192.0.2.1/24 dev here && ip addr add 2001:db8::1/64 dev here && ip route add 198.51.100.0/24 via 192.0.2.2");
	veth_describe("here", before);
	pid_t pid = fork();
	if (pid == 0) {
		struct interface *one = interface_take("here", &err), *other = interface_take("there", &err);
		struct port here = veth_port("here"), there = veth_port("there");
		confine(test_folder());
		CU_ASSERT(there.ops->send(there.state, veth_frame(buffer, 60, 1), &err));
		veth_take(&here, 1, &taken);
		CU_ASSERT_EQUAL(here.ops->counters(here.state).received, 1);
		here.ops->close(here.state);
		there.ops->close(there.state);
		CU_ASSERT(interface_give_back(one, &err));
		CU_ASSERT(interface_give_back(other, &err));
		_exit(CU_get_number_of_failures() > 0);
	}
	int status = -1;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	TEST_SAME_TEXT(veth_describe("here", after), before);
}

static void an_interface_that_goes_away_is_still_told_of(void)
{
	static struct veth_taken taken;
	struct error err;
	int go[2];
	char byte;

	veth_enter();
	veth_pair("here", "there");
	CU_ASSERT_EQUAL_FATAL(pipe(go), 0);
	struct port here = veth_port("here");
	pid_t pid = fork();
	if (pid == 0) {
		struct pollfd wait = {.fd = here.fd, .events = POLLIN};
		confine(test_folder());
		(void)!write(go[1], "c", 1);
		do {
			CU_ASSERT_EQUAL(poll(&wait, 1, 20000), 1);
		} while (veth_take_now(&here, &taken, &err));
		TEST_CONTAINS(err.text, "here is gone: ");
		_exit(CU_get_number_of_failures() > 0);
	}
	CU_ASSERT_EQUAL_FATAL(read(go[0], &byte, 1), 1);
	veth_run("ip link del dev there");
	int status = -1;
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT_EQUAL(status, 0);
	here.ops->close(here.state);
}

static void nothing_new_is_started_or_connected(void)
{
	char path[] = "/bin/true", *const command[] = {path, NULL};

	skip_if_sanitized();
	confine(test_folder());
	CU_ASSERT(fork() < 0 && errno == EPERM);
	CU_ASSERT(execv(command[0], command) < 0 && (errno == EPERM || errno == EACCES));
	CU_ASSERT(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM);
	CU_ASSERT(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM);
	CU_ASSERT(kill(getppid(), 0) < 0 && errno == EPERM);
	CU_ASSERT(syscall(SYS_ptrace, 0, 0, 0, 0) < 0 && errno == EPERM);
	CU_ASSERT(syscall(SYS_unshare, 0) < 0 && errno == EPERM);
	CU_ASSERT_PTR_EQUAL(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), MAP_FAILED);
	CU_ASSERT(setuid(0) < 0 && errno == EPERM);
}

static void waiting_and_timers_go_on(void)
{
	const struct itimerspec soon = {.it_value = {.tv_nsec = 1000}};
	struct epoll_event event = {.events = EPOLLIN};

	confine(test_folder());
	int epoll = epoll_create1(EPOLL_CLOEXEC), timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	CU_ASSERT_EQUAL(epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &event), 0);
	CU_ASSERT_EQUAL(timerfd_settime(timer, 0, &soon, NULL), 0);
	CU_ASSERT_EQUAL(epoll_wait(epoll, &event, 1, 20000), 1);
}

/* As the control socket does it for each that comes (live/control.c). */
static void a_socket_is_given_room_to_send_and_nothing_else(void)
{
	const int size = 1 << 16, on = 1;
	int ends[2];

	CU_ASSERT_EQUAL_FATAL(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	confine(test_folder());
	CU_ASSERT_EQUAL(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
	skip_if_sanitized();
	CU_ASSERT(setsockopt(ends[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0 && errno == EPERM);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static void files_are_written_in_the_folders_only(void)
{
	char inside[512], outside[512], folder[512];

	if (!has_landlock())
		test_skip("no Landlock here");
	(void)snprintf(folder, sizeof folder, "%s/run", test_folder());
	(void)snprintf(inside, sizeof inside, "%s/run/file", test_folder());
	(void)snprintf(outside, sizeof outside, "%s/file", test_folder());
	CU_ASSERT_EQUAL(mkdir(folder, 0777), 0);
	confine(folder);
	int fd = open(inside, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
	CU_ASSERT(fd >= 0);
	CU_ASSERT_EQUAL(write(fd, "x", 1), 1);
	CU_ASSERT(open(outside, O_CREAT | O_WRONLY | O_CLOEXEC, 0666) < 0 && errno == EACCES);
	CU_ASSERT(open("/etc/hostname", O_RDONLY | O_CLOEXEC) >= 0 || errno == ENOENT);
	CU_ASSERT_EQUAL(unlink(inside), 0);
}

static void a_folder_that_is_missing_is_told_of(void)
{
	const char *folders[] = {"/there/is/none", NULL};
	struct error err;

	if (!has_landlock())
		test_skip("no Landlock here");
	CU_ASSERT(!confine_process(&(struct confinement){.folders = folders}, &err));
	TEST_CONTAINS(err.text, "/there/is/none: No such file or directory");
}

static void who_called_sudo_is_who_goes_on(void)
{
	char output[4096], path[512];
	struct error err;

	if (geteuid() != 0)
		test_skip("this needs root");
	CU_ASSERT_EQUAL(chmod(test_folder(), 0777), 0);
	CU_ASSERT(setenv("SUDO_UID", "12345", 1) == 0 && setenv("SUDO_GID", "23456", 1) == 0);
	CU_ASSERT(confine_user(&err));
	CU_ASSERT(getuid() == 12345 && geteuid() == 12345 && getgid() == 23456 && getegid() == 23456);
	CU_ASSERT(setuid(0) < 0);
	(void)snprintf(path, sizeof path, "%s/mine", test_folder());
	CU_ASSERT_EQUAL(mkdir(path, 0777), 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "grep -E '^Cap(Prm|Eff|Inh|Amb)' /proc/self/status | grep -v 0000000000000000"),
	                1);
}

static void root_keeps_no_capabilities(void)
{
	struct error err;

	if (geteuid() != 0)
		test_skip("this needs root");
	CU_ASSERT(unsetenv("SUDO_UID") == 0);
	CU_ASSERT(confine_user(&err));
	CU_ASSERT_EQUAL(getuid(), 0);
	CU_ASSERT(setgid(1) < 0 && errno == EPERM);
	CU_ASSERT(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) < 0 && errno == EPERM);
}

const CU_TestInfo tests_live_confine[] = {
	{"the loop goes on, and interfaces come back", the_loop_goes_on_and_interfaces_come_back},
	{"an interface that goes away is still told of", an_interface_that_goes_away_is_still_told_of},
	{"nothing new is started or connected", nothing_new_is_started_or_connected},
	{"waiting and timers go on", waiting_and_timers_go_on},
	{"a socket is given room to send, and nothing else", a_socket_is_given_room_to_send_and_nothing_else},
	{"files are written in the folders only", files_are_written_in_the_folders_only},
	{"a folder that is missing is told of", a_folder_that_is_missing_is_told_of},
	{"who called sudo is who goes on", who_called_sudo_is_who_goes_on},
	{"root keeps no capabilities", root_keeps_no_capabilities},
	CU_TEST_INFO_NULL,
};
