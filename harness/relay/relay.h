/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults of the services in front of a real server: a transparent relay through which all frames
 * between a device and its servers pass. Sans I/O.
 *
 * How it works: what is decided is decided by the code that decides for the emulator's services
 * (server/service_faults.h), with the same rows, windows, counters and draws; only what it acts on
 * differs, since the answer is another server's.
 *
 * Datagrams (DNS, DHCP, NTP) pass. A question is an event, and what was decided about it is done to
 * its answer on the way back: it is held back, or changed in the message that the real server has
 * sent.
 *
 * TCP has to be ended to be changed: bytes that are left out or put in would move all sequence
 * numbers behind them, and a body that is held back must not be sent again meanwhile. So a
 * connection to a port of the web is two. The device's ends in our stack at the server's address,
 * the other goes from the device's address to the real server; both are of the one lwIP of this
 * process, which has an interface for each side (server/host.h). The device's SYN waits until the
 * real server has answered ours, so a port that is closed there is closed here, and a host that is
 * not there is not there. What the first bytes show decides what a connection is:
 *
 *     HTTP     requests go on one after the other; answers are parsed as far as their framing and
 *              changed as they stream through
 *     TLS      stays what it is. The ClientHello names the host, records can be counted and held
 *              back, and an alert can be sent instead; what is inside nobody here sees
 *     other    passes
 *
 * A side is read only as far as the other takes it, so there are never more than two windows of
 * bytes in between. Addresses, Ethernet ones too, are those of the other end, so nobody has to know
 * of the relay. What differs is what TCP itself says: options, windows and the times of
 * acknowledgements are our stack's, which has no window scaling: 64 KiB are under way at most on
 * each side.
 *
 * All else passes as it is: other ports, connections that were there before, IPv6, ARP. A host that
 * goes down (server_down) does so by its packets, whatever the port: they are lost, or answered
 * with a reset, and segments of connections from before are answered with resets for good, to both
 * ends.
 *
 * Rejected: changing segments in place, as that cannot hold a body back; sockets of the kernel
 * towards the server, as these would have this machine's address, and between two interfaces this
 * machine has none. With two sides of one stack it is the same in `stutter proxy` and in
 * `stutter exec`.
 */
#ifndef RELAY_RELAY_H
#define RELAY_RELAY_H

#include "lib/link/frame.h"
#include "harness/server/service_faults.h"

struct relay;

/** The most ports that are of the web, and those that are if nobody says otherwise. */
#define RELAY_PORTS_MAX 32U
#define RELAY_PORTS \
	{ \
		80, 443, 8000, 8080, 8443 \
	}

/** Flows of TCP that are known; of more, those that have been silent for longest are forgotten. */
#define RELAY_FLOWS_MAX 16384U
/** Connections that are ended here at once; more pass, and the trace says so. */
#define RELAY_EXCHANGES_MAX 1024U
/**
 * The head of a request or an answer. What is longer passes with all that follows on its
 * connection.
 */
#define RELAY_HEAD_MAX 65536U

struct relay_ports {
	uint16_t of[RELAY_PORTS_MAX];
	size_t count;
};

struct relay_config {
	struct sim *sim;
	struct trace *trace;
	/** borrowed; its hosts become those that DNS and the devices name */
	struct service_faults *service_faults;
	uint64_t seed; /**< of the stack's own draws */
	/** the true time at the time 0, for the Date of answers that no server has given */
	uint64_t unix_base_ns;
	/**
	 * connections to these ports are ended here; else only datagrams are looked at, and hosts
	 * that are down:
	 */
	bool ends_web;
	struct relay_ports ports;
	/**
	 * A frame leaves in @p direction; the callee takes it over. frame->id is that of the frame
	 * that passes, or 0.
	 */
	void (*output)(void *ctx, struct frame *frame, enum direction direction);
	void *ctx;
};

/** What a plan asks of a relay. */
struct relay_needs {
	bool any; /**< something */
	bool web; /**< that connections are ended */
};

/** What @p faults need; those of the chain, too, as they may begin at an event of a service. */
struct relay_needs relay_needs(const struct fault *faults, size_t count);

/**
 * What either needs: of a replay there is the relay that the run had, so its plan's faults count as
 * do its decisions.
 */
struct relay_needs relay_needs_more(struct relay_needs one, struct relay_needs other);

/**
 * Whether a fault of the services can be carried out on a real server's answers.
 * @return NULL, or why not and what to take instead, as parts of a sentence: "only whoever has the
 * key can make a certificate; ...".
 */
const char *relay_refusal(const struct fault *fault);

/** One a process. @return to be released with relay_close(). */
struct relay *relay_open(const struct relay_config *config);
void relay_close(struct relay *relay);

/** The time 0 is at another date than was thought. */
void relay_date(struct relay *relay, uint64_t unix_base_ns);

/** A frame comes that goes in @p direction; the relay takes it over. */
void relay_input(struct relay *relay, struct frame *frame, enum direction direction);

/** Reads ports, such as "80,443,8000". @return false with @p err. */
bool relay_read_ports(const char *text, struct relay_ports *ret_ports, struct error *err);

#endif
