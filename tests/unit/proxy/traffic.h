/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * For the tests of faults that change or make frames: real segments and datagrams, what came out of
 * a chain, and the same chain frozen.
 */
#ifndef TESTS_UNIT_PROXY_TRAFFIC_H
#define TESTS_UNIT_PROXY_TRAFFIC_H

#include "harness/proxy/proxy.h"
#include "tests/unit/fault/made.h"

#define TRAFFIC_TEXT_MAX (1U << 20)
#define TRAFFIC_SERVER 0xc0000201U
#define TRAFFIC_DEVICE 0xc0000264U

/** What a frame is made of; all zero is an empty UDP datagram of the device to port 80. */
struct made {
	enum direction direction;
	uint8_t protocol; /**< 0: UDP */
	uint16_t port;    /**< the device's; 0: 4000 */
	uint8_t flags;    /**< TCP */
	uint32_t seq, ack;
	bool timestamps; /**< TCP: value 111, echo 222 */
	bool may_fragment;
	bool tagged; /**< with a VLAN tag */
	/**
	 * bytes of IPv4 options, a multiple of 4: a record route and, if there is room, a copied
	 * one
	 */
	size_t options;
	size_t length;        /**< of the payload: bytes 0, 1, 2 ... */
	const void *payload;  /**< instead of these */
	uint16_t server_port; /**< 0: 80 */
};

/** @return the frame with right checksums, 60 bytes at least. */
struct frame *made_frame(const struct made *made);

/**
 * Whether all checksums of a frame are right, computed in another way than the chain's. Later
 * fragments have only their header's.
 */
bool is_sound(const struct frame *frame);

struct traffic {
	struct namer *namer;
	struct proxy *proxy;
	struct decisions decisions;
	struct proxy_fate fate;     /**< of the last frame */
	char text[256];             /**< the fate as it is rendered */
	char out[TRAFFIC_TEXT_MAX]; /**< what came out: time, direction, bytes in hexadecimal */
	/** the same in readable form: "1ms to-device tcp.rst A > B 60 B seq 1 ack 2" */
	char told[TRAFFIC_TEXT_MAX];
	uint8_t last[FRAME_MAX]; /**< the frame that came out last */
	size_t last_length;
	unsigned count; /**< frames that came out since told was emptied */
	unsigned made;  /**< frames of the chain's own */
};

void traffic_open(struct traffic *traffic, const struct fault *faults, size_t count, uint64_t seed);
/** The decisions of @p of as a chain. */
void traffic_open_frozen(struct traffic *traffic, const struct traffic *of);
void traffic_close(struct traffic *traffic);

/**
 * Sends a frame through at @p now; what is due before comes out first. @return whether it was
 * dropped.
 */
bool traffic_send(struct traffic *traffic, const struct made *made, sim_ns now);
bool traffic_send_frame(struct traffic *traffic, struct frame *frame, enum direction direction, sim_ns now);

/** The frames that came out up to @p until and since the last call, in readable form. */
const char *traffic_told(struct traffic *traffic, sim_ns until);

#endif
