/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * One end of the bridge: a descriptor that gives and takes Ethernet frames, from the destination
 * address to the last byte of payload, without FCS.
 *
 * port_open_x() opens, ops->close() closes; the descriptor belongs to the port. Nothing here waits:
 * read() takes what is there, send() sends or counts a loss. Both may be called after
 * confine_process(): they need no privilege. A program that is started does not inherit the
 * descriptor.
 */
#ifndef LIVE_PORT_H
#define LIVE_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/bytes.h"
#include "lib/base/error.h"
#include "lib/link/sent.h"

#define PORT_NAME_MAX 64

struct port_counters {
	uint64_t received; /**< frames that were handed to take() */
	uint64_t sent;     /**< frames that were given to the interface */
	/**
	 * frames that came and were not handed over: no room in the kernel's buffer, or too long
	 */
	uint64_t lost_in;
	uint64_t
		/**
		 * of lost_in, those that did not fit the interface's MTU or FRAME_MAX: a sender on
		 * this host joins frames (README.md)
		 */
		too_long;
	/**
	 * frames that could not be sent: no room in the queue, longer than the MTU, interface down
	 */
	uint64_t lost_out;
};

/** What has passed since @p before was counted. */
static inline struct port_counters port_counters_since(const struct port_counters *now, const struct port_counters *before)
{
	return (struct port_counters){.received = now->received - before->received,
	                              .sent = now->sent - before->sent,
	                              .lost_in = now->lost_in - before->lost_in,
	                              .too_long = now->too_long - before->too_long,
	                              .lost_out = now->lost_out - before->lost_out};
}

/**
 * Called for each frame that is read.
 * @param frame Valid during the call only; at most FRAME_MAX bytes.
 * @param stamp_ns CLOCK_REALTIME in nanoseconds, when it came to this host.
 */
typedef void port_take(void *ctx, struct bytes frame, uint64_t stamp_ns);

struct port_ops {
	/**
	 * Calls @p take for the frames that wait, at most @p most of them, in the order in which
	 * they came. Frames that this port has sent are not among them.
	 * @return false with @p err if the port is gone for good, such as an interface that was
	 * removed. One that is down goes on when it is up again.
	 */
	bool (*read)(void *state, unsigned most, port_take *take, void *ctx, struct error *err);
	/**
	 * Sends a frame; one that cannot be sent now is lost and counted. Of SENT_LOST and
	 * SENT_NEVER (the port is gone), @p err says why.
	 */
	enum sent (*send)(void *state, struct bytes frame, struct error *err);
	/** What passed since the port was opened. */
	struct port_counters (*counters)(void *state);
	void (*close)(void *state);
};

struct port {
	const struct port_ops *ops;
	void *state;
	/**
	 * readable (or in error) while frames wait, also when the port is gone; for epoll,
	 * level-triggered
	 */
	int fd;
	char name[PORT_NAME_MAX];
};

/**
 * Opens an interface through libpcap: promiscuous as long as it is open, without waiting, a frame
 * at once (immediate mode), nanosecond stamps, and only what comes in. What a sender on this host
 * has left to its hardware (checksums of TCP and UDP) is finished before a frame is handed over.
 * @return false with @p err: missing, down, no Ethernet, not permitted.
 */
bool port_open_interface(struct port *ret_port, const char *interface, struct error *err);

/**
 * Joins the TAP interface @p name of this process' network namespace, which is made if it is not
 * there and the process may.
 * @param ret_tap For port_open_tap(), without offloads; to be closed.
 * @return false with @p err: missing, no TAP, another's, not permitted.
 */
bool port_join_tap(const char *name, int *ret_tap, struct error *err);

/**
 * Makes a port of an open TAP descriptor (IFF_TAP | IFF_NO_PI, no offloads set), and the descriptor
 * non-blocking. A frame's stamp is when it was read, since a TAP keeps none.
 * @param name What messages call it.
 * @return true.
 */
bool port_open_tap(struct port *ret_port, int fd, const char *name);

#endif
