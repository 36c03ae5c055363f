/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Frames that are sent at one interface and come out at another, each with its number and the time
 * at which it was sent (CLOCK_MONOTONIC, of this host at both ends).
 *
 * How it works: one thread does both, so that it takes one core and nothing has to be woken: it
 * sends what is due (sendmmsg(2)), and looks into the ring that it shares with the kernel
 * (packet(7), TPACKET_V2) for what has come. Frames are datagrams of UDP, of as many conversations
 * as there are devices.
 */
#ifndef BENCH_TRAFFIC_H
#define BENCH_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/live/skew.h"

/** The port to which all are sent. */
#define TRAFFIC_PORT 9U
#define TRAFFIC_DEVICES_MAX 64U
/** The most frames that can be told apart. */
#define TRAFFIC_FRAMES_MAX (1U << 23)

/** CLOCK_MONOTONIC in nanoseconds. */
uint64_t traffic_now_ns(void);

/** An interface, as whoever sends and receives there has it. */
struct traffic_end {
	int fd;
	uint8_t *ring;
	unsigned at; /* the slot that the kernel fills next */
};

/**
 * @param space A descriptor of the network namespace in which it is; this process may enter that
 * and come back. @return false with @p ret_why.
 */
bool traffic_open(struct traffic_end *ret_end, int space, const char *interface, const char **ret_why);
void traffic_close(struct traffic_end *end);

struct traffic {
	struct traffic_end *from, *to;
	/** of a frame, from the destination address on; at least FRAME_MIN */
	unsigned length;
	unsigned devices; /**< conversations, by turns; 0: one */
	bool back;        /**< from the server's end to the device's */
	uint64_t rate;    /**< frames a second; 0: as many as the window lets */
	uint64_t window;  /**< so many at most are on their way; 0: any number */
	uint64_t for_ns;  /**< of sending */
	/**
	 * what a frame is meant to take: taken off each time, and what is early counts as if it
	 * were late
	 */
	uint64_t expected_ns;
};

struct traffic_result {
	uint64_t sent, received;
	uint64_t unsent; /**< the interface did not take them */
	uint64_t again;  /**< came more than once; not among those received */
	/** came, and this end had no room for them: nobody's loss but its own */
	uint64_t unseen;
	uint64_t ns;        /**< from the first that was sent to the last that came */
	struct skew delays; /**< from sent to seen, less what is expected */
};

/**
 * Sends for as long as is asked for, then waits until all has come, or nothing comes any more for a
 * second.
 */
void traffic_pass(const struct traffic *traffic, struct traffic_result *ret_result);

/** Of what was sent, what did not come out at the other end, and was not this end's own loss. */
uint64_t traffic_lost(const struct traffic_result *result);

#endif
