/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A network namespace for one test, with pairs of interfaces in it. Nothing of it is seen
 * outside, and all of it goes when the test ends.
 */
#ifndef TESTS_LIVE_VETH_H
#define TESTS_LIVE_VETH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/link/frame.h"
#include "harness/live/port.h"

#define VETH_TEXT_MAX 65536
#define VETH_FRAMES_MAX 64

/**
 * Puts this process into a network namespace of its own, and into a user namespace if it is not
 * root. Skips the test where neither is allowed.
 */
void veth_enter(void);

/** Runs a command that must succeed. */
void veth_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Makes two interfaces that are joined like by a cable, both up, with IPv6 disabled, so that the
 * kernel says nothing on them.
 */
void veth_pair(const char *one, const char *other);

/**
 * All that can be told of an interface: flags, offloads, addresses, routes, permanent neighbours,
 * its IPv4 and IPv6 settings. @return ret_text.
 */
const char *veth_describe(const char *interface, char ret_text[VETH_TEXT_MAX]);

/**
 * Waits until an interface is described as @p before again, and fails the test if that never
 * happens.
 */
void veth_wait_for(const char *interface, const char *before);

/** Opens the port of an interface, or fails the test. */
struct port veth_port(const char *interface);

/** A frame to everyone, of a type that no one knows, whose payload is @p filler all over. */
struct bytes veth_frame(uint8_t ret_frame[FRAME_MAX], size_t length, uint8_t filler);

/** What a port has given. */
struct veth_taken {
	size_t count;
	struct {
		size_t length;
		uint64_t stamp_ns;
		uint8_t data[FRAME_MAX];
	} frames[VETH_FRAMES_MAX];
};

/** Waits for frames until @p taken has @p count of them, and fails the test if they do not come. */
void veth_take(struct port *port, size_t count, struct veth_taken *taken);

/** Takes what is there, which may be nothing. @return what read() did. */
bool veth_take_now(struct port *port, struct veth_taken *taken, struct error *err);

#endif
