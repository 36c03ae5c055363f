/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU carries out a semihosting call with open(), read() and write() on the virtual CPU's thread.
 * Here these are functions of ours for the two names of the protocol: they open the null device, so
 * that the descriptor is a true one; a write adds to the request; a read with no answer at hand
 * lets the world go on until there is one.
 */
#include "emulator/qemu/inside/calls.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/check.h"
#include "emulator/qemu/inside/stack.h"
#include "emulator/qemu/inside/warp.h"

#define EXPORT __attribute__((visibility("default")))
#define FDS_MAX 1024

enum { FOREIGN, REQUEST, REPLY };
/* of descriptors; a guest that boots again opens new ones, and the old ones stay what they were */
static uint8_t kinds[FDS_MAX];

static struct {
	struct stutter_request header;
	uint8_t payload[STUTTER_PAYLOAD_MAX];
} request;
static size_t request_size;

static struct {
	struct stutter_reply header;
	uint8_t payload[STUTTER_PAYLOAD_MAX];
} reply;
static size_t reply_size, reply_taken;

static void (*on_first)(void);

void calls_on_first(void (*first)(void))
{
	on_first = first;
}

bool calls_request(struct stutter_request *ret_request, const uint8_t **ret_payload, struct error *err)
{
	if (request_size < sizeof request.header || request.header.length != request_size - sizeof request.header)
		return error_set(err, "the guest's request of %zu bytes is invalid: was its module built for this version?", request_size);
	*ret_request = request.header;
	*ret_payload = request.payload;
	request_size = 0;
	return true;
}

void calls_answer(const struct stutter_reply *header, const void *payload)
{
	CHECK_INT(header->length, <=, STUTTER_PAYLOAD_MAX);
	reply.header = *header;
	memcpy(reply.payload, payload, header->length);
	reply_size = sizeof reply.header + header->length;
	reply_taken = 0;
}

static uint8_t kind_of(int fd)
{
	return fd >= 0 && fd < FDS_MAX ? kinds[fd] : FOREIGN;
}

/* -- the calls of QEMU -- */

static int open_file(const char *path, int flags, mode_t mode)
{
	uint8_t kind = strcmp(path, STUTTER_REQUEST_FIFO) == 0 ? REQUEST : strcmp(path, STUTTER_REPLY_FIFO) == 0 ? REPLY : FOREIGN;

	if (kind == FOREIGN)
		return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0);
	if (fd >= FDS_MAX) {
		(void)close(fd);
		errno = EMFILE;
		return -1;
	}
	if (fd >= 0)
		kinds[fd] = kind;
	return fd;
}

/* The mode is there only if a file may be made. */
#define TAKE_MODE(flags) \
	mode_t mode = 0; \
	if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) { \
		va_list args; \
		va_start(args, flags); \
		mode = va_arg(args, mode_t); \
		va_end(args); \
	}

EXPORT int open(const char *path, int flags, ...)
{
	TAKE_MODE(flags)
	return open_file(path, flags, mode);
}

EXPORT int open64(const char *path, int flags, ...)
{
	TAKE_MODE(flags)
	return open_file(path, flags | O_LARGEFILE, mode);
}

/* As the fortified C library calls it where no mode is given. */
int __open64_2(const char *path, int flags);
EXPORT int __open64_2(const char *path, int flags)
{
	return open_file(path, flags | O_LARGEFILE, 0);
}

static ssize_t add_to_request(const void *data, size_t size)
{
	if (size > sizeof request - request_size) {
		errno = EFBIG;
		return -1;
	}
	memcpy((uint8_t *)&request + request_size, data, size);
	request_size += size;
	return (ssize_t)size;
}

EXPORT ssize_t write(int fd, const void *data, size_t size)
{
	if (kind_of(fd) == REQUEST)
		return add_to_request(data, size);
	if (warp_keeps_write(fd, data, size))
		return (ssize_t)size;
	return syscall(SYS_write, fd, data, size);
}

static ssize_t take_reply(void *data, size_t size)
{
	if (reply_taken == reply_size) {
		if (on_first != NULL) {
			void (*first)(void) = on_first;
			on_first = NULL;
			first();
		}
		stack_to_world();
	}
	size_t part = size < reply_size - reply_taken ? size : reply_size - reply_taken;
	memcpy(data, (const uint8_t *)&reply + reply_taken, part);
	reply_taken += part;
	return (ssize_t)part;
}

EXPORT ssize_t read(int fd, void *data, size_t size)
{
	return kind_of(fd) == REPLY ? take_reply(data, size) : syscall(SYS_read, fd, data, size);
}
