/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What went over UDP in a capture: questions of DNS, leases of DHCP, requests for the time, and
 * conversations in other datagrams. And the names that the answers of DNS give to addresses.
 */
#ifndef RECORDED_EXCHANGES_H
#define RECORDED_EXCHANGES_H

#include "harness/recorded/packets.h"
#include "harness/recorded/recording.h"

/** So many addresses are known by a name. */
#define EXCHANGES_NAMES_MAX 4096U
/** A question that is asked again within this time, unanswered until then, is the same. */
#define EXCHANGES_AGAIN_NS UINT64_C(30000000000)

struct exchanges;

struct exchanges_counters {
	uint64_t to_many;    /**< datagrams to groups and broadcast addresses, DHCP aside */
	uint64_t not_dns;    /**< to or from port 53, and no message that can be read */
	uint64_t dns_others; /**< questions for something other than an address of IPv4 */
	uint64_t unasked;    /**< answers to nothing that was recorded */
	/** datagrams beyond RECORDING_STEPS_MAX exchanges or RECORDING_TURNS_MAX turns */
	uint64_t too_many;
	/** datagrams that are not whole, or beyond RECORDING_BYTES_MAX: their bytes are not kept */
	uint64_t too_large;
};

/** What a datagram was found to be, for whoever asks what became of it. */
struct datagram {
	size_t exchange;      /**< which, from 0; SIZE_MAX: none */
	bool asks;            /**< of DNS, DHCP and NTP: from the client */
	bool again;           /**< it asks again what was not answered */
	uint64_t answered_ns; /**< an answer: to what was asked last at this time; 0: it is none */
};

/** @return to be released with exchanges_close(). */
struct exchanges *exchanges_open(void);
void exchanges_close(struct exchanges *exchanges);

/** The next packet of UDP. */
struct datagram exchanges_take(struct exchanges *exchanges, const struct recorded_packet *packet);

size_t exchanges_count(const struct exchanges *exchanges);
struct exchanges_counters exchanges_counters(const struct exchanges *exchanges);

/** The address of whoever has begun it; 0 where it had none yet. */
uint32_t exchanges_client(const struct exchanges *exchanges, size_t exchange);

/** Who has this address: the hardware address is that of its lease, or of its frames. */
struct owner exchanges_owner(const struct exchanges *exchanges, uint32_t address);

/**
 * Whether @p owner has begun it. Who asks for a lease has no address yet, and is told by the
 * hardware's; where that is not known, any may be it.
 */
bool exchanges_are_of(const struct exchanges *exchanges, size_t exchange, const struct owner *owner);

/**
 * Moves an exchange into a step, whose times are still those of the capture. After the last packet;
 * once.
 */
void exchanges_give(struct exchanges *exchanges, size_t exchange, struct step *step);

/** The name by which DNS has last answered with @p address, or NULL. */
const char *exchanges_name(const struct exchanges *exchanges, uint32_t address);

#endif
