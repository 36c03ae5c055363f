/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a struct engine is a process and the channel on which it takes orders (orders.h).
 * While it waits it can be branched or told to go on. One that goes on itself runs a session, and
 * is an engine again when it says that it stands at the request at which it was to stop. A branch
 * that is to stop gets a channel of its own with its order, and so becomes an engine beside the one
 * that it came from.
 *
 * An engine that refuses an order waits on; one that gives no answer is killed, as nobody knows
 * what it is doing.
 */
#include "emulator/qemu/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "emulator/qemu/orders.h"
#include "emulator/qemu/process.h"
#include "emulator/qemu/qmp.h"
#include "emulator/qemu/silence.h"

#define LOOK_MS 100

struct engine {
	struct process process; /* of a branch, just the id */
	int orders_fd;
	bool waits;       /* for orders: it is nobody's session */
	bool refuses;     /* the last order could not be carried out, and it still waits */
	uint64_t request; /* that it stands at */
	struct notice notice;
};

enum heard { HEARD, NOT_YET, NEVER };

static enum heard receive(struct engine *engine, int timeout_ms)
{
	struct pollfd ready = {.fd = engine->orders_fd, .events = POLLIN};

	if (poll(&ready, 1, timeout_ms) <= 0)
		return NOT_YET;
	if (recv(engine->orders_fd, &engine->notice, sizeof engine->notice, 0) != (ssize_t)sizeof engine->notice)
		return NEVER;
	engine->notice.text[sizeof engine->notice.text - 1] = '\0';
	return HEARD;
}

/* Waits for a notice for as long as the process has something to do. */
static bool await_notice(struct engine *engine, uint64_t timeout_ms, const volatile sig_atomic_t *stop, struct error *err)
{
	const uint64_t deadline = qmp_now_ms() + timeout_ms;
	enum heard heard;

	while ((heard = receive(engine, LOOK_MS)) == NOT_YET) {
		if (stop != NULL && *stop)
			return error_set(err, "stopped");
		if (timeout_ms > 0 && qmp_now_ms() >= deadline)
			return error_set(err, "the device never answered");
	}
	return heard == HEARD || error_set(err, "QEMU has ended");
}

bool engine_await(struct engine *engine, uint64_t timeout_ms, const volatile sig_atomic_t *stop, struct error *err)
{
	if (!await_notice(engine, timeout_ms, stop, err))
		return false;
	if (engine->notice.kind != NOTICE_READY)
		return error_set(err, "unexpected answer of the engine: '%s'", engine->notice.text);
	engine->request = engine->notice.request;
	return engine->waits = true;
}

uint64_t engine_request(const struct engine *engine)
{
	return engine->request;
}

static bool make_channel(int ret_ends[2], struct error *err)
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_ends) == 0 ||
	       error_set(err, "cannot make a socket pair: %s", strerror(errno));
}

static struct engine *new_engine(int orders_fd)
{
	struct engine *engine = memory_new(sizeof *engine);

	engine->process = (struct process){.qmp_fd = -1, .console_fd = -1, .log_fd = -1};
	engine->orders_fd = orders_fd;
	return engine;
}

/*
 * Waits for a notice for as long as the process is not silent: that of a host that has no time for
 * it is none.
 */
static bool hear(struct engine *engine, const volatile sig_atomic_t *stop, struct error *err)
{
	struct silence silence;
	enum heard heard;

	silence_begin(&silence, engine->process.pid);
	while ((heard = receive(engine, LOOK_MS)) == NOT_YET) {
		if (stop != NULL && *stop)
			return error_set(err, "stopped");
		if (silence_lasts(&silence, 0) >= QEMU_SILENCE_S)
			return error_set(
				err, "the device never answered for %u s of processor time or rest; `--transport fifo` needs less of QEMU",
				QEMU_SILENCE_S);
	}
	if (heard == HEARD)
		return true;
	process_reap(&engine->process);
	return process_tell_end(engine->process.status, err);
}

static bool begin(struct engine *engine, const volatile sig_atomic_t *stop, struct error *err)
{
	struct qmp *qmp = malloc(sizeof *qmp);
	bool good = qmp != NULL || error_set(err, "out of memory");

	if (good)
		qmp_init(qmp, engine->process.qmp_fd);
	/*
	 * A library that lacks something says so and ends; what QMP then says of that is of no
	 * interest.
	 */
	good = good && process_go_on(qmp, err) && hear(engine, stop, err);
	free(qmp);
	if (!good && receive(engine, 0) != HEARD)
		return process_explain(&engine->process, err);
	engine->waits = engine->notice.kind == NOTICE_READY;
	return engine->waits || (engine->notice.kind == NOTICE_LACKS ? error_set(err, "this QEMU lacks %s", engine->notice.text)
	                                                             : error_set(err, "%s", engine->notice.text));
}

struct engine *engine_open(const struct qemu_image *image, const struct qemu_snapshot *snapshot, const volatile sig_atomic_t *stop,
                           char *ret_lacks, size_t lacks_size, struct error *err)
{
	const struct qemu_image full = process_image(image);
	const int incoming = open(snapshot->path, O_RDONLY | O_CLOEXEC);
	int ends[2] = {-1, -1};
	struct engine *engine;

	ret_lacks[0] = '\0';
	if (incoming < 0) {
		error_set(err, "cannot read the snapshot '%s': %s", snapshot->path, strerror(errno));
		return NULL;
	}
	if (!make_channel(ends, err)) {
		close(incoming);
		return NULL;
	}
	engine = new_engine(ends[0]);
	const struct process_options options = {.dir = NULL, .incoming_fd = incoming, .cpu = -1, .orders_fd = ends[1]};
	bool good = process_start(&engine->process, &full, snapshot->initrd, &options, err);
	close(incoming);
	close(ends[1]);
	if (good && begin(engine, stop, err))
		return engine;
	if (good && engine->notice.kind == NOTICE_LACKS)
		(void)snprintf(ret_lacks, lacks_size, "%s", engine->notice.text);
	error_context(err, "cannot start the device");
	engine->waits = true;
	engine_close(engine);
	return NULL;
}

static bool send_order(const struct engine *engine, const struct engine_order *wanted, int orders_fd, struct error *err)
{
	struct order order = {
		.branch = wanted->branch, .has_orders = orders_fd >= 0, .anew = wanted->job_fd >= 0, .hold_at = wanted->hold_at};
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(ORDER_FDS * sizeof(int))];
	} control;
	struct iovec part = {&order, sizeof order};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
	/* Something has to stand in for what there is not: descriptors have no gaps. */
	const int job_fd = wanted->job_fd >= 0 ? wanted->job_fd : wanted->page_fd;
	const int fds[ORDER_FDS] = {
		[ORDER_FD_PAGE] = wanted->page_fd,
		[ORDER_FD_JOB] = job_fd,
		[ORDER_FD_PIPE] = wanted->pipe_fd,
		[ORDER_FD_ORDERS] = orders_fd >= 0 ? orders_fd : wanted->page_fd,
		[ORDER_FD_PORT] = wanted->port_fd > 0 ? wanted->port_fd : wanted->page_fd,
	};

	(void)snprintf(order.hold_phase, sizeof order.hold_phase, "%s", wanted->hold_phase != NULL ? wanted->hold_phase : "");
	if ((size_t)snprintf(order.dir, sizeof order.dir, "%s", wanted->dir) >= sizeof order.dir)
		return error_set(err, "the path '%s' is too long", wanted->dir);
	memset(&control, 0, sizeof control);
	control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fds)};
	memcpy(CMSG_DATA(&control.header), fds, sizeof fds);
	return sendmsg(engine->orders_fd, &message, MSG_NOSIGNAL) == (ssize_t)sizeof order ||
	       error_set(err, "the engine takes no orders: %s", strerror(errno));
}

static void end_process(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/*
 * Gives the order and hears who carries it out. An engine that does not answer is ended, and so is
 * a branch that came to nothing.
 */
static bool order_heard(struct engine *engine, const struct engine_order *order, int orders_fd, pid_t *ret_pid, struct error *err)
{
	pid_t branched = 0;

	if (!send_order(engine, order, orders_fd, err))
		return false;
	while (hear(engine, NULL, err)) {
		if (engine->notice.kind == NOTICE_DONE) {
			*ret_pid = (pid_t)engine->notice.pid;
			return true;
		}
		if (engine->notice.kind == NOTICE_FAILED) {
			error_set(err, "%s", engine->notice.text);
			engine->refuses = true;
			break;
		}
		branched = (pid_t)engine->notice.pid;
	}
	if (!engine->refuses)
		process_kill(&engine->process);
	if (branched > 0)
		end_process(branched);
	return false;
}

bool engine_refuses(const struct engine *engine)
{
	return engine->refuses;
}

static bool is_held(const struct engine_order *order)
{
	return order->hold_at > 0 || order->hold_phase != NULL;
}

static bool order_branch(struct engine *engine, const struct engine_order *order, pid_t *ret_pid, struct engine **ret_held,
                         struct error *err)
{
	struct engine *held = NULL;
	int ends[2] = {-1, -1};

	engine->refuses = false;
	if (is_held(order) && !make_channel(ends, err))
		return false;
	if (is_held(order))
		held = new_engine(ends[0]);
	bool good = order_heard(engine, order, ends[1], ret_pid, err);
	if (ends[1] >= 0)
		close(ends[1]);
	if (held != NULL && good)
		held->process.pid = *ret_pid;
	if (held != NULL && !good)
		engine_close(held);
	else if (held != NULL)
		*ret_held = held;
	return good;
}

bool engine_order(struct engine *engine, const struct engine_order *order, pid_t *ret_pid, struct engine **ret_held, struct error *err)
{
	if (order->branch)
		return order_branch(engine, order, ret_pid, ret_held, err);
	if (!order_heard(engine, order, -1, ret_pid, err))
		return false;
	engine->waits = false;
	if (is_held(order))
		*ret_held = engine;
	return true;
}

void engine_abandon(struct engine *engine)
{
	engine->waits = true;
	engine_close(engine);
}

void engine_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	close(engine->orders_fd);
	if (!engine->waits)
		engine->process.pid = 0;
	process_close(&engine->process);
	free(engine);
}
