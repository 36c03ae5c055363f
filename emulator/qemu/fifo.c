/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The transport of last resort and the second opinion: the harness is a process of its own, and
 * asks and answers go through two FIFOs. It needs nothing of QEMU but its command line, and
 * sanitizers work with it, as they do not inside QEMU.
 *
 * How it works: the guest opens both FIFOs by semihosting, when its module loads. Our ends are open
 * before QEMU starts, so no open ever blocks: the request FIFO for reading, together with a write
 * end (the holder) that keeps it from looking ended while QEMU has none yet; the reply FIFO for
 * reading and writing, so that an answer to a dead QEMU raises no signal. With the first request
 * the holder is closed; from then on the end of the FIFO is the end of QEMU. A request or an answer
 * is one system call.
 */
#include "emulator/qemu/qemu.h"

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

#include "lib/base/check.h"
#include "emulator/qemu/process.h"
#include "emulator/qemu/qmp.h"
#include "emulator/qemu/transport.h"
#include "emulator/qemu/watch.h"

struct fifo {
	struct qemu qemu;
	struct process process;
	struct qmp qmp;
	struct watch watch;
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

static bool open_fifos(struct fifo *fifo, const char *dir, struct error *err)
{
	char *const request = fifo->request_path, *const reply = fifo->reply_path;

	if (!make_fifo(dir, STUTTER_REQUEST_FIFO, request, err) || !make_fifo(dir, STUTTER_REPLY_FIFO, reply, err))
		return false;
	fifo->request_fd = open(request, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	atomic_store(&fifo->watch.holder_fd, open(request, O_WRONLY | O_CLOEXEC));
	fifo->reply_fd = open(reply, O_RDWR | O_CLOEXEC);
	if (fifo->request_fd < 0 || atomic_load(&fifo->watch.holder_fd) < 0 || fifo->reply_fd < 0 ||
	    fcntl(fifo->request_fd, F_SETFL, 0) < 0)
		return error_set(err, "cannot open the FIFOs in '%s': %s", dir, strerror(errno));
	return true;
}

/* The guest will ask no more: finds out why and says it. */
static bool ended(struct fifo *fifo, struct error *err)
{
	fifo->qemu.end = watch_join(&fifo->watch, false);
	process_reap(&fifo->process);
	switch (fifo->qemu.end) {
	case QEMU_STOPPED:
		return error_set(err, "stopped");
	case QEMU_SILENT:
		error_set(err, "the device never answered: no request for %u s of processor time or rest", fifo->watch.silence_s);
		break;
	case QEMU_PANICKED:
		error_set(err, "the device's kernel panicked");
		break;
	case QEMU_POWERED_OFF:
		error_set(err, "the device powered off");
		break;
	case QEMU_RUNNING:
	case QEMU_DIED:
		fifo->qemu.end = QEMU_DIED;
		process_tell_end(fifo->process.status, err);
		break;
	}
	return process_explain(&fifo->process, err);
}

/*
 * Reads until @have reaches @want; the guest writes a request in one piece, so the first read
 * nearly always brings all of it.
 */
static bool read_until(struct fifo *fifo, size_t *have, size_t want)
{
	while (*have < want) {
		const ssize_t got = read(fifo->request_fd, (uint8_t *)&fifo->request + *have, sizeof(fifo->request) - *have);

		if (got > 0)
			*have += (size_t)got;
		else if (got == 0 || errno != EINTR)
			return false;
	}
	return true;
}

static bool fifo_read_request(struct qemu *qemu, struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err)
{
	struct fifo *fifo = (struct fifo *)qemu;
	const struct stutter_request *header = &fifo->request.header;
	size_t have = 0;
	bool good;

	atomic_store_explicit(&fifo->watch.reading, true, memory_order_relaxed);
	good = read_until(fifo, &have, sizeof(*header)) && header->length <= STUTTER_PAYLOAD_MAX &&
	       read_until(fifo, &have, sizeof(*header) + header->length);
	atomic_store_explicit(&fifo->watch.reading, false, memory_order_relaxed);
	atomic_fetch_add_explicit(&fifo->watch.requests, 1, memory_order_relaxed);
	if (!good) {
		if (have >= sizeof(*header) && header->length > STUTTER_PAYLOAD_MAX)
			process_kill(&fifo->process);
		return ended(fifo, err);
	}
	if (atomic_load_explicit(&fifo->watch.holder_fd, memory_order_relaxed) >= 0)
		watch_release_holder(&fifo->watch);
	*ret_request = *header;
	*ret_payload = fifo->request.payload;
	return true;
}

static bool fifo_write_reply(struct qemu *qemu, const struct stutter_reply *reply, const void *payload, struct error *err)
{
	struct fifo *fifo = (struct fifo *)qemu;
	/* writev() only reads what it is given. */
	const struct iovec parts[] = {
		{.iov_base = (void *)(uintptr_t)reply, .iov_len = sizeof(*reply)},
		{.iov_base = (void *)(uintptr_t)payload, .iov_len = reply->length},
	};
	const size_t size = sizeof(*reply) + reply->length;
	ssize_t written;

	CHECK_INT(reply->length, <=, STUTTER_PAYLOAD_MAX);
	/* The FIFO is empty and holds any answer whole: this neither blocks nor writes a part. */
	do
		written = writev(fifo->reply_fd, parts, reply->length ? 2 : 1);
	while (written < 0 && errno == EINTR);
	return written == (ssize_t)size || error_set(err, "cannot answer the device: %s", strerror(errno));
}

static void fifo_stop(struct qemu *qemu)
{
	struct fifo *fifo = (struct fifo *)qemu;

	if (fifo->watch.running)
		watch_join(&fifo->watch, true);
	process_kill(&fifo->process);
	watch_release_holder(&fifo->watch);
	if (fifo->request_fd >= 0)
		close(fifo->request_fd);
	if (fifo->reply_fd >= 0)
		close(fifo->reply_fd);
	if (fifo->request_path[0])
		unlink(fifo->request_path);
	if (fifo->reply_path[0])
		unlink(fifo->reply_path);
	free(fifo);
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

static bool start(struct fifo *fifo, const struct qemu_image *image, const struct qemu_snapshot *snapshot,
                  const struct qemu_options *options, struct error *err)
{
	const struct qemu_image full = process_image(image);
	const int incoming = open(snapshot->path, O_RDONLY | O_CLOEXEC);
	bool good;

	if (incoming < 0)
		return error_set(err, "cannot read the snapshot '%s': %s", snapshot->path, strerror(errno));
	good = open_fifos(fifo, options->session_dir, err) &&
	       process_start(&fifo->process, &full, snapshot->initrd,
	                     &(struct process_options){options->session_dir, incoming, options->cpu, -1}, err);
	close(incoming);
	if (!good)
		return false;
	qmp_init(&fifo->qmp, fifo->process.qmp_fd);
	if (!process_go_on(&fifo->qmp, err)) {
		process_reap(&fifo->process);
		return process_explain(&fifo->process, err);
	}
	fifo->watch.pid = fifo->qemu.pid = fifo->process.pid;
	fifo->watch.qmp = &fifo->qmp;
	fifo->watch.silence_s = options->silence_s ? options->silence_s : QEMU_SILENCE_S;
	fifo->watch.stop = options->stop;
	return watch_start(&fifo->watch, err);
}

static const struct qemu_ops fifo_ops = {fifo_read_request, fifo_write_reply, fifo_stop};

struct qemu *qemu_restore(const struct qemu_image *image, const struct qemu_snapshot *snapshot, const struct qemu_options *options,
                          struct error *err)
{
	struct fifo *fifo = calloc(1, sizeof(*fifo));

	if (!fifo) {
		error_set(err, "out of memory");
		return NULL;
	}
	fifo->qemu.ops = &fifo_ops;
	fifo->process.qmp_fd = fifo->request_fd = fifo->reply_fd = -1;
	atomic_init(&fifo->watch.holder_fd, -1);
	if (pin_caller(options->cpu, err) && start(fifo, image, snapshot, options, err))
		return &fifo->qemu;
	error_context(err, "cannot start the device");
	fifo_stop(&fifo->qemu);
	return NULL;
}
