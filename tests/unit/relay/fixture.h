/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A relay in virtual time, with a small device and server that speak TCP through it, segment by
 * segment. No segment is lost, and both acknowledge at once. There is one per process.
 */
#ifndef TESTS_UNIT_RELAY_FIXTURE_H
#define TESTS_UNIT_RELAY_FIXTURE_H

#include "harness/relay/relay.h"
#include "tests/trace_text.h"

#define RELAY_FIXTURE_DEVICE 0xc0000264U
#define RELAY_FIXTURE_SERVER 0xc6336414U

/** One end of a connection, as it sees it. */
struct relay_end {
	uint32_t own, theirs; /**< sequence numbers: the next of its own, and of the other one's */
	uint8_t *in;          /**< what has come; released by relay_fixture_forget() */
	size_t in_length;
	bool up, ended, reset; /**< the other one has answered, has sent all, has sent a reset */
};

/**
 * A connection, by its ends in the direction in which they send. It must stay until
 * relay_fixture_forget(), or the end of the test.
 */
struct relay_connection {
	struct relay_connection *next;
	uint32_t server;
	uint16_t device_port, server_port;
	bool refuses, silent; /**< how the server treats a SYN; otherwise it answers */
	struct relay_end ends[2];
};

struct relay_fixture {
	struct sim sim;
	struct trace_text trace;
	struct service_faults *service_faults;
	struct relay *relay;
	struct frame_queue queues[2];
	size_t frames[2];           /**< that have left the relay, by their direction */
	uint8_t last[2][FRAME_MAX]; /**< the latest of them */
	size_t last_length[2];
	struct relay_connection *connections;
};

extern struct relay_fixture relay_fixture;

/** @param faults Borrowed. The relay does what they need. */
void relay_fixture_open(const struct fault *faults, size_t count);
void relay_fixture_close(void);

/** Replaces the faults; borrowed. */
void relay_fixture_take_faults(const struct fault *faults, size_t count);

/** Advances the time, and delivers what has left the relay. */
void relay_fixture_run(sim_ns time);

/** Gives the relay a frame. */
void relay_fixture_input(struct bytes frame, enum direction direction);

/**
 * Opens a connection to the server at an address, and waits until it is up, unless the server
 * refuses it.
 */
void relay_fixture_connect(struct relay_connection *connection, uint32_t server, uint16_t port);

/** Sends the SYN only; the other fields of @p connection stay unchanged. */
void relay_fixture_begin(struct relay_connection *connection, uint32_t server, uint16_t port);

/** An end sends. */
void relay_fixture_say(struct relay_connection *connection, enum direction direction, const void *data, size_t length);
void relay_fixture_text(struct relay_connection *connection, enum direction direction, const char *text);
/** Ends a direction with a FIN; resets the connection. */
void relay_fixture_end(struct relay_connection *connection, enum direction direction);
void relay_fixture_reset(struct relay_connection *connection, enum direction direction);

/** What has arrived in a direction, as text; valid until more arrives. */
const char *relay_fixture_came(struct relay_connection *connection, enum direction direction);

/** Removes a connection from the fixture. */
void relay_fixture_forget(struct relay_connection *connection);

#endif
