/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A port of a TAP descriptor: each read() gives a frame, each write() takes one. The interface at
 * its other side has no offloads that were not set by its opener, so the kernel finishes checksums
 * and splits what is too long before a frame gets here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if.h>
#include <linux/if_tun.h>

#include "lib/base/memory.h"
#include "lib/link/frame.h"
#include "harness/live/clock.h"
#include "harness/live/port.h"

struct tap_port {
	int fd;
	struct port_counters counters;
	uint8_t frame[FRAME_MAX + 1]; /* one more shows what is too long */
	char name[PORT_NAME_MAX];
};

static bool gone(const struct tap_port *port, int reason, struct error *err)
{
	return error_set(err, "%s is gone: %s", port->name, strerror(reason));
}

static bool read_frames(void *state, unsigned most, port_take *take, void *ctx, struct error *err)
{
	struct tap_port *port = state;

	for (unsigned i = 0; i < most; i++) {
		ssize_t length = read(port->fd, port->frame, sizeof port->frame);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN || gone(port, errno, err);
		if ((size_t)length > FRAME_MAX) {
			port->counters.too_long++;
			continue;
		}
		port->counters.received++;
		take(ctx, bytes_of(port->frame, (size_t)length), clock_now_ns(CLOCK_REALTIME));
	}
	return true;
}

/* EIO: the interface at the other side is down. EINVAL: the frame is shorter than its header. */
static bool is_loss(int reason)
{
	return reason == EAGAIN || reason == ENOBUFS || reason == ENOMEM || reason == EMSGSIZE || reason == EIO || reason == EINVAL ||
	       reason == EINTR;
}

static enum sent send_frame(void *state, struct bytes frame, struct error *err)
{
	struct tap_port *port = state;

	if (write(port->fd, frame.data, frame.length) >= 0) {
		port->counters.sent++;
		return SENT_WHOLE;
	}
	port->counters.lost_out++;
	if (is_loss(errno)) {
		error_set(err, "%s", strerror(errno));
		return SENT_LOST;
	}
	gone(port, errno, err);
	return SENT_NEVER;
}

static struct port_counters counters(void *state)
{
	const struct tap_port *port = state;
	struct port_counters all = port->counters;

	all.lost_in = all.too_long;
	return all;
}

static void close_port(void *state)
{
	struct tap_port *port = state;

	(void)close(port->fd);
	free(port);
}

static const struct port_ops ops = {.read = read_frames, .send = send_frame, .counters = counters, .close = close_port};

bool port_open_tap(struct port *ret_port, int fd, const char *name)
{
	struct tap_port *port = memory_new(sizeof *port);

	port->fd = fd;
	(void)snprintf(port->name, sizeof port->name, "%s", name);
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	*ret_port = (struct port){.ops = &ops, .state = port, .fd = fd};
	(void)snprintf(ret_port->name, sizeof ret_port->name, "%s", name);
	return true;
}

/* -- joining one -- */

static bool join(int tap, const char *name, struct error *err)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};

	(void)snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
	if (ioctl(tap, TUNSETIFF, &request) == 0 && ioctl(tap, TUNSETOFFLOAD, 0) == 0)
		return true;
	if (errno == EPERM)
		return error_set(err,
		                 "the TAP interface %s does not exist or is not yours: create "
		                 "it with `ip tuntap add dev %s mode tap user $USER` as root",
		                 name, name);
	if (errno == EBUSY)
		return error_set(err, "the TAP interface %s is already used by another program", name);
	return error_set(err, "%s cannot be attached to: %s%s", name, strerror(errno), errno == EINVAL ? " (not a TAP interface)" : "");
}

bool port_join_tap(const char *name, int *ret_tap, struct error *err)
{
	if (strlen(name) >= IFNAMSIZ || name[0] == '\0')
		return error_set(err, "invalid interface name '%s': expected 1 to %d characters", name, IFNAMSIZ - 1);
	const int tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap < 0)
		return error_set(err,
		                 "/dev/net/tun cannot be opened: %s; `modprobe tun` "
		                 "as root creates it, and it must be readable and writable",
		                 strerror(errno));
	if (!join(tap, name, err)) {
		(void)close(tap);
		return false;
	}
	*ret_tap = tap;
	return true;
}
