/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the guest's first request stops the virtual CPU on its own stack, where orders are
 * awaited; the session that one of them begins runs on another stack (stack.h), and a request or an
 * answer is a switch between both. All state here is the process's: a branch is a fork and inherits
 * it, with a channel of its own or none.
 *
 * An order for a branch is carried out by the child, and the parent reads the next order, but not
 * before the child has moved its output to files of its own: until then both write through the same
 * descriptors.
 */
#include "emulator/qemu/inside/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "emulator/qemu/inside/branch.h"
#include "emulator/qemu/inside/calls.h"
#include "emulator/qemu/inside/crash.h"
#include "emulator/qemu/inside/rehearsal.h"
#include "emulator/qemu/inside/stack.h"
#include "emulator/qemu/inside/symbols.h"
#include "emulator/qemu/inside/warp.h"
#include "emulator/qemu/orders.h"
#include "emulator/qemu/process.h"
#include "emulator/qemu/transport.h"

static int orders_fd = -1;
static int moved_fd = -1; /* of a branch, until its files are its own */
static struct order order;
static int order_fds[ORDER_FDS];
static bool has_descriptors; /* all that came with the order */
static struct inside_order given;
static struct qemu_page unshared, *page = &unshared;

void inside_share(struct qemu_page *shared)
{
	shared->requests = page->requests;
	shared->in_world = page->in_world;
	page = shared;
	crash_note_in(page);
}

/* -- the channel of orders -- */

static void send_notice(enum notice_kind kind, int32_t pid, const char *text)
{
	struct notice notice = {.kind = kind, .pid = pid, .request = page->requests};

	(void)snprintf(notice.text, sizeof notice.text, "%s", text);
	(void)send(orders_fd, &notice, sizeof notice, MSG_NOSIGNAL);
}

static void take_descriptors(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message);
	size_t count = 0;

	for (size_t i = 0; i < ORDER_FDS; i++)
		order_fds[i] = -1;
	if (header != NULL && header->cmsg_type == SCM_RIGHTS)
		count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (count > 0)
		memcpy(order_fds, CMSG_DATA(header), (count < ORDER_FDS ? count : ORDER_FDS) * sizeof(int));
}

static void receive_order(void)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(ORDER_FDS * sizeof(int))];
	} control;
	struct iovec part = {&order, sizeof order};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	ssize_t size;

	do
		size = recvmsg(orders_fd, &message, MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	/* Nobody has orders any more: there is nothing left to do. */
	if (size != (ssize_t)sizeof order)
		_exit(0);
	take_descriptors(&message);
	has_descriptors = (message.msg_flags & MSG_CTRUNC) == 0;
}

static void close_descriptors(const int fds[ORDER_FDS])
{
	for (size_t i = 0; i < ORDER_FDS; i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
}

/* -- the session's folder -- */

/* Lets the descriptor @fd go on in a file of the folder, with what was written to it so far. */
static bool move_output(int fd, const char *name, int flags)
{
	const off_t end = lseek(fd, 0, SEEK_CUR);
	char path[PATH_MAX + 32];
	off_t at = 0;

	(void)snprintf(path, sizeof path, "%s/%s", order.dir, name);
	int to = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	/* It can only be written to. */
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	int from = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	while (to >= 0 && from >= 0 && at < end && sendfile(to, from, &at, (size_t)(end - at)) > 0)
		;
	bool good = to >= 0 && at == end && dup3(to, fd, flags) == fd;
	(void)close(from);
	(void)close(to);
	return good;
}

/*
 * The descriptor through which QEMU writes the guest's console: it opened the file that the starter
 * had made in memory.
 */
static int console_fd(void)
{
	static int known = -1;
	char path[32], target[64];

	for (int fd = 3; known < 0 && fd < 256; fd++) {
		(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		ssize_t length = readlink(path, target, sizeof target - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (strstr(target, "memfd:" PROCESS_CONSOLE) != NULL && (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY)
			known = fd;
	}
	return known;
}

static void move_outputs(void)
{
	static char dir[PATH_MAX];

	if (strcmp(dir, order.dir) == 0)
		return;
	memcpy(dir, order.dir, sizeof dir);
	/* Whoever cannot have files of its own would write into another's. */
	if ((console_fd() >= 0 && !move_output(console_fd(), PROCESS_CONSOLE, O_CLOEXEC)) || !move_output(1, PROCESS_LOG, 0) ||
	    dup2(1, 2) != 2) {
		fprintf(stderr, "stutter: the console or the log cannot be written in %s: %s\n", order.dir, strerror(errno));
		_exit(QEMU_STATUS_BROKEN);
	}
}

/* -- carrying orders out -- */

static void take_over_channel(void)
{
	(void)close(orders_fd);
	orders_fd = order.has_orders ? order_fds[ORDER_FD_ORDERS] : -1;
	if (order.has_orders)
		order_fds[ORDER_FD_ORDERS] = -1;
}

static bool read_byte(int fd, char *ret_byte)
{
	ssize_t size;

	do
		size = syscall(SYS_read, fd, ret_byte, 1);
	while (size < 0 && errno == EINTR);
	return size == 1;
}

/* @return whether this process is the one that is to go on. */
static bool carry_out(void)
{
	struct error err = {.text = ""};

	if (!has_descriptors) {
		send_notice(NOTICE_FAILED, 0, "QEMU has no room for more open files; see `ulimit -n`");
		return false;
	}
	if (!order.branch) {
		move_outputs();
		send_notice(NOTICE_DONE, (int32_t)getpid(), "");
		if (order.has_orders)
			take_over_channel();
		return true;
	}
	/*
	 * Files are shared with the child, and their positions are, until it has its own; this
	 * process must not write to them before.
	 */
	int ends[2];
	char byte;
	if (pipe2(ends, O_CLOEXEC) != 0) {
		send_notice(NOTICE_FAILED, 0, "cannot make a pipe");
		return false;
	}
	pid_t pid = branch_fork(order_fds[ORDER_FD_ORDERS], &err);
	if (pid == 0) {
		(void)close(ends[0]);
		moved_fd = ends[1];
		take_over_channel();
		move_outputs();
		return true;
	}
	(void)close(ends[1]);
	if (pid > 0)
		send_notice(NOTICE_BRANCHED, (int32_t)pid, "");
	bool good = pid > 0 && read_byte(ends[0], &byte);
	(void)close(ends[0]);
	send_notice(good ? NOTICE_DONE : NOTICE_FAILED, (int32_t)pid, good ? "" : pid > 0 ? "the branch died at once" : err.text);
	return false;
}

void inside_moved(void)
{
	if (moved_fd < 0)
		return;
	(void)syscall(SYS_write, moved_fd, "", 1);
	(void)close(moved_fd);
	moved_fd = -1;
}

static const struct inside_order *await_order(void)
{
	static const int none[ORDER_FDS] = {-1, -1, -1, -1, -1};
	static bool has_order;

	if (orders_fd < 0)
		return &given;
	int before[ORDER_FDS];
	memcpy(before, has_order ? order_fds : none, sizeof before);
	send_notice(NOTICE_READY, (int32_t)getpid(), "");
	for (;;) {
		receive_order();
		if (carry_out())
			break;
		close_descriptors(order_fds);
	}
	/*
	 * What came with the order before has been made use of: an engine that is led from request
	 * to request would have more and more.
	 */
	close_descriptors(before);
	has_order = true;
	given = (struct inside_order){.dir = order.dir,
	                              .hold_at = order.hold_at,
	                              .hold_phase = order.hold_phase,
	                              .anew = order.anew,
	                              .page_fd = order_fds[ORDER_FD_PAGE],
	                              .job_fd = order_fds[ORDER_FD_JOB],
	                              .pipe_fd = order_fds[ORDER_FD_PIPE],
	                              .port_fd = order_fds[ORDER_FD_PORT]};
	return &given;
}

const struct inside_order *inside_hold(void)
{
	return await_order();
}

/* -- the transport -- */

static bool inside_read_request(struct qemu *qemu, struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err)
{
	if (rehearsal_is_on())
		return rehearsal_read(ret_request, ret_payload);
	/* The first request is there when the session begins. */
	if (page->requests > 0) {
		page->in_world = false;
		stack_to_cpu();
		page->in_world = true;
	}
	if (qemu->end == QEMU_PANICKED || qemu->end == QEMU_POWERED_OFF) {
		error_set(err, qemu->end == QEMU_PANICKED ? "the device's kernel panicked" : "the device powered off");
		return explain_in(order.dir, err);
	}
	if (page->stop || qemu->end == QEMU_STOPPED) {
		qemu->end = QEMU_STOPPED;
		return error_set(err, "stopped");
	}
	page->requests++;
	bool good = calls_request(ret_request, ret_payload, err);
	if (good)
		rehearsal_keep_request(ret_request, *ret_payload);
	return good;
}

static bool inside_write_reply(struct qemu *qemu, const struct stutter_reply *reply, const void *payload, struct error *err)
{
	(void)qemu;
	(void)err;
	if (!rehearsal_keep_reply(reply, payload)) {
		page->misfit = rehearsal_asked();
		_exit(QEMU_STATUS_MISFIT);
	}
	if (!rehearsal_is_on())
		calls_answer(reply, payload);
	return true;
}

/* The process ends with its session. */
static void inside_stop(struct qemu *qemu)
{
	(void)qemu;
}

static const struct qemu_ops inside_ops = {inside_read_request, inside_write_reply, inside_stop};
static struct qemu device = {.ops = &inside_ops};

void inside_record(void)
{
	rehearsal_record();
}

void inside_rehearse(void)
{
	rehearsal_begin();
}

bool inside_save(const char *path, struct error *err)
{
	return rehearsal_save(path) || error_set(err, "%s cannot be written: %s", path, strerror(errno));
}

uint64_t inside_play(const char *path, struct qemu *qemu)
{
	struct stutter_request request;
	struct stutter_reply reply;
	const uint8_t *asked;
	const void *answer;
	struct error err;
	uint64_t count = 0;

	if (!rehearsal_load(path))
		return 0;
	while (qemu_read_request(qemu, &request, &asked, &err) && rehearsal_answer(&reply, &answer)) {
		(void)qemu_write_reply(qemu, &reply, answer, &err);
		count++;
	}
	return count;
}

/* -- the beginning -- */

static void begin_session(void)
{
	page->in_world = true;
	inside_session(&given, &device);
}

/* On the virtual CPU's stack. */
static void first_request(void)
{
	crash_watch();
	(void)await_order();
	inside_moved();
	device.pid = (int)getpid();
	stack_open(begin_session);
}

static bool is_in_named_state(const char *name)
{
	const char *state;

	for (int i = 0; (state = symbols.enum_name(symbols.state_names, i)) != NULL; i++)
		if (strcmp(state, name) == 0)
			return symbols.is_in_state(i);
	return false;
}

/* The guest has turned itself off, or somebody has sent QEMU a signal that asks it to end. */
static enum qemu_end shutdown_end(int cause)
{
	const char *name = symbols.enum_name(symbols.cause_names, cause);

	return strncmp(name, "host-", strlen("host-")) == 0 ? QEMU_STOPPED : QEMU_POWERED_OFF;
}

/*
 * The virtual CPU is about to sleep. If that is for good, the session has to hear of it, or the
 * starter if there is none yet.
 */
static void cpu_sleeps(void)
{
	const int cause = symbols.shutdown_requested();

	if (cause != 0)
		device.end = shutdown_end(cause);
	else if (!symbols.is_running() && page->requests > 0 && is_in_named_state("guest-panicked"))
		device.end = QEMU_PANICKED;
	if (device.end == QEMU_RUNNING)
		return;
	if (page->requests == 0) {
		send_notice(NOTICE_FAILED, 0, "the device powered off before it said anything");
		_exit(0);
	}
	stack_to_world();
}

__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv(ORDERS_VARIABLE);
	char missing[NOTICE_TEXT_MAX];

	warp_init();
	branch_init();
	/* What QEMU starts is none of our business. */
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv(ORDERS_VARIABLE);
	if (number == NULL)
		return;
	orders_fd = (int)strtol(number, NULL, 10);
	(void)fcntl(orders_fd, F_SETFD, FD_CLOEXEC);
	if (!symbols_find(missing, sizeof missing)) {
		send_notice(NOTICE_LACKS, 0, missing);
		_exit(0);
	}
	calls_on_first(first_request);
	warp_on_sleep(cpu_sleeps);
	warp_begin();
}
