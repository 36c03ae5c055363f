/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The far end's TCP/IP stack: lwIP in virtual time, on one Ethernet port.
 *
 * In place of a host it may be a relay (host_open_relay()): a stack between a device and its
 * servers, which has the address of whoever is meant, on either side.
 *
 * lwIP is all globals and cannot be taken down, so a process has one host, and a session is a
 * process. That is the only file-scope state of the harness.
 */
#ifndef SERVER_HOST_H
#define SERVER_HOST_H

#include <stdint.h>

#include "lib/link/frame.h"
#include "lib/link/packet.h"
#include "lib/sim/sim.h"
#include "lib/sim/trace.h"
#include "harness/server/names.h"

struct host_ops {
	/** The host sends @p frame, which the callee takes over. */
	void (*output)(void *ctx, struct frame *frame, sim_ns now);
	/** The least time from that to anything that the guest can notice (struct sim_event). */
	sim_ns lag;
};

/**
 * Starts the host; once a process. @param seed Of its random numbers and initial sequence numbers.
 */
void host_open(struct sim *sim, struct trace *trace, uint64_t seed, struct host_ops ops, void *ctx);

/** The most addresses that host_add_address() takes. */
#define HOST_ADDRESSES_MAX 64

/**
 * The host answers at @p address too, as a router's host behind it would: it is reached through the
 * hardware address of HOST_ADDRESS.
 */
void host_add_address(uint32_t address);

/** Whether TCP segments are sent with DF set (RFC 791); the stack by itself sets it on none. */
void host_set_df(bool on);

/**
 * What becomes of an IPv4 packet for one of the host's addresses: it is taken, lost, or answered
 * with a reset (of TCP).
 */
enum host_verdict { HOST_TAKES, HOST_LOSES, HOST_RESETS };

/** So many gates can be asked. */
#define HOST_GATES_MAX 2

typedef enum host_verdict host_gate(void *ctx, const struct packet *packet);

/**
 * Asks @p gate about every IPv4 packet before it is taken, after those that were added before; the
 * first that does not take it decides.
 */
void host_add_gate(host_gate *gate, void *ctx);

/** Stops its timer. The stack's memory lives until the process ends. */
void host_close(void);

/** A frame for the host; it takes the frame over. */
void host_input(struct frame *frame);

/**
 * To be called after the stack was made to do something by anything but a frame: its timers may be
 * others now.
 */
void host_poke(void);

/** The lag of events that make the host send something. */
sim_ns host_lag(void);

/* -- a relay -- */

/**
 * What a relay sends. @param packet From the IPv4 header on; valid during the call. @param
 * direction In which it goes.
 */
typedef void host_relay_output(void *ctx, struct bytes packet, enum direction direction, sim_ns now);

/**
 * Starts the stack as a relay; once a process, instead of host_open(). Listening channels hear what
 * goes to the servers, channel_connect() goes on to them.
 */
void host_open_relay(struct sim *sim, struct trace *trace, uint64_t seed, host_relay_output *sends, void *ctx);

/**
 * A packet that goes in @p direction comes to the relay, whatever its destination is. @param packet
 * From the IPv4 header on.
 */
void host_relay_input(struct bytes packet, enum direction direction);

/** Inside of server/: of a relay, the interface that sends in @p direction; NULL: this is none. */
struct netif *host_relay_side(enum direction direction);

/**
 * What the host's connections are at, for people: "198.51.100.20:443 established, 1460 bytes not
 * acknowledged". @return ret_text.
 */
const char *host_waits(char *ret_text, size_t size);

/** The simulation and the trace that the host runs in, for the services on it. */
struct sim *host_sim(void);
struct trace *host_trace(void);

#endif
