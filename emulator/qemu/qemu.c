// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One session's QEMU: restore, requests and answers, end.
 *
 * How it works: the guest opens both FIFOs by semihosting, when its module loads. Our ends are open before QEMU starts, so no open ever
 * blocks: the request FIFO for reading, together with a write end (the holder) that keeps it from looking ended while QEMU has none yet;
 * the reply FIFO for reading and writing, so that an answer to a dead QEMU raises no signal. With the first request the holder is closed;
 * from then on the end of the FIFO is the end of QEMU. A request or an answer is one system call.
 */
#include "qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "process.h"
#include "qmp.h"
#include "watch.h"

#define RESTORE_MS 30000
#define RESTORE_POLL_NS 500000

struct qemu {
	struct process process;
	struct qmp qmp;
	struct watch watch;
	enum qemu_end end;
	int request_fd;
	int reply_fd;
	char request_path[PATH_MAX]; /* of the FIFOs; empty until they are made */
	char reply_path[PATH_MAX];
	struct {
		struct stutter_request header;
		uint8_t payload[STUTTER_PAYLOAD_MAX];
	} request;
};

static bool make_fifo(const char *dir, const char *name, char ret_path[PATH_MAX], struct error *err)
{
	if (snprintf(ret_path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		return error_set(err, "the path '%s' is too long", dir);
	if (unlink(ret_path) < 0 && errno != ENOENT)
		return error_set(err, "cannot replace '%s': %s", ret_path, strerror(errno));
	if (mkfifo(ret_path, 0600) < 0)
		return error_set(err, "cannot make the FIFO '%s': %s%s", ret_path, strerror(errno),
		                 errno == ENOSPC ? "\n  Cure: make room, or choose another folder with --out" : "");
	return true;
}

static bool open_fifos(struct qemu *qemu, const char *dir, struct error *err)
{
	char *const request = qemu->request_path, *const reply = qemu->reply_path;

	if (!make_fifo(dir, STUTTER_REQUEST_FIFO, request, err) || !make_fifo(dir, STUTTER_REPLY_FIFO, reply, err))
		return false;
	qemu->request_fd = open(request, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	atomic_store(&qemu->watch.holder_fd, open(request, O_WRONLY | O_CLOEXEC));
	qemu->reply_fd = open(reply, O_RDWR | O_CLOEXEC);
	if (qemu->request_fd < 0 || atomic_load(&qemu->watch.holder_fd) < 0 || qemu->reply_fd < 0 ||
	    fcntl(qemu->request_fd, F_SETFL, 0) < 0)
		return error_set(err, "cannot open the FIFOs in '%s': %s", dir, strerror(errno));
	return true;
}

/* Waits until the snapshot is loaded, and lets the guest run. */
static bool go_on(struct qemu *qemu, struct error *err)
{
	const struct timespec pause = {.tv_nsec = RESTORE_POLL_NS};
	const uint64_t deadline = qmp_now_ms() + RESTORE_MS;
	char status[64];

	if (!qmp_command(&qemu->qmp, "qmp_capabilities", NULL, deadline, NULL, err))
		return false;
	for (;;) {
		if (!qmp_status(&qemu->qmp, "query-status", deadline, status, sizeof(status), err))
			return false;
		if (strcmp(status, "inmigrate") != 0)
			break;
		nanosleep(&pause, NULL);
	}
	/* The answer may come after the guest's first request, which wants to be answered first. */
	return qmp_send(&qemu->qmp, "cont", NULL, err);
}

static bool pin_caller(int cpu, struct error *err)
{
	cpu_set_t set;

	if (cpu < 0)
		return true;
	CPU_ZERO(&set);
	if (cpu < CPU_SETSIZE)
		CPU_SET((size_t)cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0 || error_set(err, "cannot run on processor %d: %s", cpu, strerror(errno));
}

static bool start(struct qemu *qemu, const struct qemu_image *image, const struct qemu_snapshot *snapshot,
                  const struct qemu_options *options, struct error *err)
{
	const struct qemu_image full = process_image(image);
	const int incoming = open(snapshot->path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (incoming < 0)
		return error_set(err, "cannot read the snapshot '%s': %s", snapshot->path, strerror(errno));
	good = open_fifos(qemu, options->session_dir, err) &&
	       process_start(&qemu->process, &full, snapshot->initrd, options->session_dir, incoming, options->cpu, err);
	close(incoming);
	if (!good)
		return false;
	qmp_init(&qemu->qmp, qemu->process.qmp_fd);
	if (!go_on(qemu, err)) {
		process_reap(&qemu->process);
		return process_explain(&qemu->process, err);
	}
	qemu->watch.pid = qemu->process.pid;
	qemu->watch.qmp = &qemu->qmp;
	qemu->watch.silence_s = options->silence_s ? options->silence_s : QEMU_SILENCE_S;
	qemu->watch.stop = options->stop;
	return watch_start(&qemu->watch, err);
}

struct qemu *qemu_restore(const struct qemu_image *image, const struct qemu_snapshot *snapshot, const struct qemu_options *options,
                          struct error *err)
{
	struct qemu *qemu = calloc(1, sizeof(*qemu));

	if (!qemu) {
		error_set(err, "out of memory");
		return NULL;
	}
	qemu->process.qmp_fd = qemu->request_fd = qemu->reply_fd = -1;
	atomic_init(&qemu->watch.holder_fd, -1);
	if (pin_caller(options->cpu, err) && start(qemu, image, snapshot, options, err))
		return qemu;
	error_context(err, "cannot start the device");
	qemu_stop(qemu);
	return NULL;
}

/* The guest will ask no more: finds out why and says it. */
static bool ended(struct qemu *qemu, struct error *err)
{
	int status;

	qemu->end = watch_join(&qemu->watch, false);
	process_reap(&qemu->process);
	status = qemu->process.status;
	switch (qemu->end) {
	case QEMU_STOPPED:
		return error_set(err, "stopped");
	case QEMU_SILENT:
		error_set(err, "the device never answered: no request for %u s", qemu->watch.silence_s);
		break;
	case QEMU_PANICKED:
		error_set(err, "the device's kernel panicked");
		break;
	case QEMU_POWERED_OFF:
		error_set(err, "the device powered off");
		break;
	case QEMU_RUNNING:
	case QEMU_DIED:
		qemu->end = QEMU_DIED;
		if (WIFSIGNALED(status))
			error_set(err, "QEMU was killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
		else
			error_set(err, "QEMU ended with exit status %d", WEXITSTATUS(status));
		break;
	}
	return process_explain(&qemu->process, err);
}

/* Reads until @have reaches @want; the guest writes a request in one piece, so the first read nearly always brings all of it. */
static bool read_until(struct qemu *qemu, size_t *have, size_t want)
{
	while (*have < want) {
		const ssize_t got = read(qemu->request_fd, (uint8_t *)&qemu->request + *have, sizeof(qemu->request) - *have);

		if (got > 0)
			*have += (size_t)got;
		else if (got == 0 || errno != EINTR)
			return false;
	}
	return true;
}

bool qemu_read_request(struct qemu *qemu, struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err)
{
	const struct stutter_request *header = &qemu->request.header;
	size_t have = 0;
	bool good;

	if (qemu->end != QEMU_RUNNING)
		return error_set(err, "the device has ended");
	atomic_store_explicit(&qemu->watch.reading, true, memory_order_relaxed);
	good = read_until(qemu, &have, sizeof(*header)) && header->length <= STUTTER_PAYLOAD_MAX &&
	       read_until(qemu, &have, sizeof(*header) + header->length);
	atomic_store_explicit(&qemu->watch.reading, false, memory_order_relaxed);
	atomic_fetch_add_explicit(&qemu->watch.requests, 1, memory_order_relaxed);
	if (!good) {
		if (have >= sizeof(*header) && header->length > STUTTER_PAYLOAD_MAX)
			process_kill(&qemu->process);
		return ended(qemu, err);
	}
	if (atomic_load_explicit(&qemu->watch.holder_fd, memory_order_relaxed) >= 0)
		watch_release_holder(&qemu->watch);
	*ret_request = *header;
	*ret_payload = qemu->request.payload;
	return true;
}

bool qemu_write_reply(struct qemu *qemu, const struct stutter_reply *reply, const void *payload, struct error *err)
{
	/* writev() only reads what it is given. */
	const struct iovec parts[] = {
		{.iov_base = (void *)(uintptr_t)reply, .iov_len = sizeof(*reply)},
		{.iov_base = (void *)(uintptr_t)payload, .iov_len = reply->length},
	};
	const size_t size = sizeof(*reply) + reply->length;
	ssize_t written;

	CHECK_INT(reply->length, <=, STUTTER_PAYLOAD_MAX);
	if (qemu->end != QEMU_RUNNING)
		return error_set(err, "the device has ended");
	/* The FIFO is empty and holds any answer whole: this neither blocks nor writes a part. */
	do
		written = writev(qemu->reply_fd, parts, reply->length ? 2 : 1);
	while (written < 0 && errno == EINTR);
	return written == (ssize_t)size || error_set(err, "cannot answer the device: %s", strerror(errno));
}

enum qemu_end qemu_ended(const struct qemu *qemu)
{
	return qemu->end;
}

int qemu_pid(const struct qemu *qemu)
{
	return (int)qemu->process.pid;
}

void qemu_stop(struct qemu *qemu)
{
	if (!qemu)
		return;
	if (qemu->watch.running)
		watch_join(&qemu->watch, true);
	process_kill(&qemu->process);
	watch_release_holder(&qemu->watch);
	if (qemu->request_fd >= 0)
		close(qemu->request_fd);
	if (qemu->reply_fd >= 0)
		close(qemu->reply_fd);
	if (qemu->request_path[0])
		unlink(qemu->request_path);
	if (qemu->reply_path[0])
		unlink(qemu->reply_path);
	free(qemu);
}
