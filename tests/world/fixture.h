/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A world with a scripted device: a small driver that accesses the board over SPI as a guest would,
 * and the packets that a test makes it send.
 *
 * The device has no clock and no interrupts: the test decides when it acts, and received frames are
 * read when the test asks for them.
 */
#ifndef TESTS_WORLD_FIXTURE_H
#define TESTS_WORLD_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/session/world.h"
#include "tests/trace_text.h"

#define WORLD_FIXTURE_MAC \
	{ \
		0x02, 0x00, 0x5e, 0x00, 0x53, 0x01 \
	}

/** Types of DHCP messages (RFC 2132 9.6). */
enum { DISCOVER = 1, OFFER, REQUEST, ACK = 5 };

struct world_fixture;

/** A driver for the NIC of the device. */
struct nic_driver {
	void (*init)(struct world_fixture *f);
	void (*send)(struct world_fixture *f, const uint8_t *frame, size_t length);
	/** The oldest received frame, without FCS. @return its length, or 0 if there is none. */
	size_t (*receive)(struct world_fixture *f, uint8_t ret_frame[FRAME_MAX]);
};

struct world_fixture {
	const struct nic_driver *driver;
	struct plan plan;
	struct trace_text trace;
	struct world world;
	uint16_t next_packet; /* of the device's receive ring */
	uint32_t address;     /* of the device, 0 until DHCP gave it one */
	uint8_t server_mac[6];
	uint16_t ip_id;
};

/** Opens the world of the scenario in @p yaml (the text of a file). Once per test. */
void world_fixture_open(struct world_fixture *f, const char *yaml);
/** The same with a far end outside the world, borrowed. */
void world_fixture_open_with(struct world_fixture *f, const char *yaml, const struct outside *outside);
/** The same with another NIC than the plan's, and the driver for it. */
void world_fixture_open_nic(struct world_fixture *f, const char *yaml, const struct nic_model *nic, const struct nic_driver *driver);
void world_fixture_close(struct world_fixture *f);

/** Runs the world for @p ns. */
void world_fixture_run(struct world_fixture *f, uint64_t ns);

/** One SPI message. Its time on the bus passes first. */
void world_fixture_spi(struct world_fixture *f, const uint8_t *mosi, uint8_t *ret_miso, size_t length);

/** Initialises the NIC as a driver does: reset, ring, filters, MAC, interrupts, reception on. */
void world_fixture_init_nic(struct world_fixture *f);

/** Sends a frame, padded and given its FCS by the chip. */
void world_fixture_send(struct world_fixture *f, const uint8_t *frame, size_t length);

/** Reads the oldest received frame, without FCS. @return its length, or 0 if there is none. */
size_t world_fixture_receive(struct world_fixture *f, uint8_t ret_frame[FRAME_MAX]);

/** Sends a UDP datagram; @p destination UINT32_MAX broadcasts. */
void world_fixture_send_udp(struct world_fixture *f, uint32_t destination, uint16_t source_port, uint16_t destination_port,
                            const uint8_t *payload, size_t length);

/** Waits up to @p ns for a UDP datagram to @p port. @return its payload's length, or 0. */
size_t world_fixture_receive_udp(struct world_fixture *f, uint16_t port, uint64_t ns, uint8_t ret_payload[FRAME_MAX]);

/**
 * Sends a DHCP discover or request and waits @p ns for the answer's type; the address of an ACK
 * becomes the device's. @return the type or 0.
 */
unsigned world_fixture_dhcp(struct world_fixture *f, unsigned type, uint64_t ns);

/** Asks for an A record and waits @p ns. @return the address or 0. */
uint32_t world_fixture_resolve(struct world_fixture *f, const char *name, uint64_t ns);

#endif
