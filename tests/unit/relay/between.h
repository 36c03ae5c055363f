/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A relay on a bench, in virtual time: a device and a server of few lines speak TCP through it, segment by segment. Nothing is lost on the way, and both acknowledge at once. One a process.
 */
#ifndef TESTS_UNIT_RELAY_BETWEEN_H
#define TESTS_UNIT_RELAY_BETWEEN_H

#include "harness/relay/relay.h"

#define BETWEEN_DEVICE 0xc0000264U
#define BETWEEN_SERVER 0xc6336414U

/** One end of a connection, as it sees it. */
struct between_end {
	uint32_t own, theirs; /**< sequence numbers: the next of its own, and of the other one's */
	uint8_t *in;          /**< what has come; released by between_forget() */
	size_t in_length;
	bool up, ended, reset; /**< the other one has answered, has sent all, has sent a reset */
};

/** A connection, by its ends in the direction in which they send. It must stay until between_forget(), or the end of the test. */
struct between_wire {
	struct between_wire *next;
	uint32_t server;
	uint16_t device_port, server_port;
	bool refuses, silent; /**< what the server makes of a SYN; else it answers */
	struct between_end ends[2];
};

/** The bench. */
struct between {
	struct sim sim;
	struct trace *trace;
	char *text; /**< the trace */
	size_t text_length;
	struct service_faults *service_faults;
	struct relay *relay;
	struct frame_queue queues[2];
	size_t frames[2];           /**< that have left the relay, by their direction */
	uint8_t last[2][FRAME_MAX]; /**< the latest of them */
	size_t last_length[2];
	struct between_wire *wires;
};

extern struct between between;

/** @param faults Must stay. What they need of a relay it does. */
void between_open(const struct fault *faults, size_t count);
void between_close(void);

/** Other faults from now on, which must stay. */
void between_take_faults(const struct fault *faults, size_t count);

/** Time goes on, and whatever has left the relay comes to its end. */
void between_run(sim_ns time);

/** A frame for the relay. */
void between_input(struct bytes frame, enum direction direction);

/** A new connection to the server at an address; runs for a while, so it is up unless the server does not have it so. */
void between_connect(struct between_wire *wire, uint32_t server, uint16_t port);

/** The SYN of that alone; the other fields of @p wire are what they were. */
void between_begin(struct between_wire *wire, uint32_t server, uint16_t port);

/** An end sends. */
void between_say(struct between_wire *wire, enum direction direction, const void *data, size_t length);
void between_text(struct between_wire *wire, enum direction direction, const char *text);
/** It sends no more; it resets. */
void between_end(struct between_wire *wire, enum direction direction);
void between_reset(struct between_wire *wire, enum direction direction);

/** What has gone in a direction and has come, as text; valid until more comes. */
const char *between_came(struct between_wire *wire, enum direction direction);

/** The bench does not know it any more. */
void between_forget(struct between_wire *wire);

#endif
