/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A scripted device: a few lines of driver that work the board over SPI as a guest would, and the packets that a test lets it send.
 *
 * It has no clock and no interrupts: the test says when it does what, and every received frame is read when the test asks.
 */
#ifndef TESTS_PUPPET_H
#define TESTS_PUPPET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/session/world.h"

#define PUPPET_MAC                                                                                                                         \
	{                                                                                                                                  \
		0x02, 0x00, 0x5e, 0x00, 0x53, 0x01                                                                                         \
	}

struct puppet;

/** How a device works its NIC. */
struct puppet_driver {
	void (*init)(struct puppet *puppet);
	void (*send)(struct puppet *puppet, const uint8_t *frame, size_t length);
	/** The oldest received frame, without FCS. @return its length, or 0 if there is none. */
	size_t (*receive)(struct puppet *puppet, uint8_t ret_frame[FRAME_MAX]);
};

/** A world with a trace in memory, as a plan says. */
struct puppet {
	const struct puppet_driver *driver;
	struct plan plan;
	struct trace *trace;
	char *text; /**< the trace so far */
	size_t length;
	struct world world;
	uint16_t next_packet; /* of the device's receive ring */
	uint32_t address;     /* of the device, 0 until DHCP gave it one */
	uint8_t server_mac[6];
	uint16_t ip_id;
};

/** Opens the world of the scenario in @p yaml (the text of a file); once a test. */
void puppet_open(struct puppet *puppet, const char *yaml);
/** The same with something outside of it, borrowed. */
void puppet_open_with(struct puppet *puppet, const char *yaml, const struct outside *outside);
/** The same with another NIC than the plan's, and the driver for it. */
void puppet_open_nic(struct puppet *puppet, const char *yaml, const struct nic_model *nic, const struct puppet_driver *driver);
void puppet_close(struct puppet *puppet);

/** Lets the world run for @p ns. */
void puppet_run(struct puppet *puppet, uint64_t ns);

/** One chip-select-low period, which takes its time on the bus first. */
void puppet_spi(struct puppet *puppet, const uint8_t *mosi, uint8_t *ret_miso, size_t length);

/** Sets the chip up as a driver does: reset, ring, filters, MAC, interrupts, reception on. */
void puppet_init_chip(struct puppet *puppet);

/** Sends a frame, padded and given its FCS by the chip. */
void puppet_send(struct puppet *puppet, const uint8_t *frame, size_t length);

/** Reads the oldest received frame, without FCS. @return its length, or 0 if there is none. */
size_t puppet_receive(struct puppet *puppet, uint8_t ret_frame[FRAME_MAX]);

/** Sends a UDP datagram; @p destination UINT32_MAX broadcasts. */
void puppet_send_udp(struct puppet *puppet, uint32_t destination, uint16_t source_port, uint16_t destination_port, const uint8_t *payload,
                     size_t length);

/** Waits up to @p ns for a UDP datagram to @p port. @return its payload's length, or 0. */
size_t puppet_receive_udp(struct puppet *puppet, uint16_t port, uint64_t ns, uint8_t ret_payload[FRAME_MAX]);

/** Sends a DHCP discover or request and waits @p ns for the answer's type; the address of an ACK becomes the device's. @return the type or 0. */
unsigned puppet_dhcp(struct puppet *puppet, unsigned type, uint64_t ns);

/** Asks for an A record and waits @p ns. @return the address or 0. */
uint32_t puppet_resolve(struct puppet *puppet, const char *name, uint64_t ns);

#endif
