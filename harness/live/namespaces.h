/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Two networks that end at the proxy: that of the client and that of the server, each a network
 * namespace with one TAP interface.
 *
 *     client's namespace               this process              server's namespace
 *     192.0.2.100/24 interface --- TAP | the bridge | TAP --- interface 192.0.2.1/24
 *     default via 192.0.2.1                         takes what is for others, too
 *
 * How it works: a process that may make network namespaces does so; any other first goes into a
 * user namespace of its own, in which it has the same user and group as outside
 * (user_namespaces(7)) and may. A TAP interface is a descriptor for whoever holds it
 * (Documentation/networking/tuntap.rst), so the proxy needs neither packet sockets nor veth pairs,
 * and what leaves a namespace leaves through that descriptor or not at all. Once the descriptors
 * are there no privilege is needed.
 *
 * The addresses are those of the emulator: a plan finds the same ends here as there. The server's
 * end takes packets for whatever address the client has for a name (a local route to everything but
 * its own network), as the far end of the emulator does for its hosts.
 *
 * The kernel removes both when the last process in them has ended and the descriptors are closed,
 * so there is nothing to put back.
 */
#ifndef LIVE_NAMESPACES_H
#define LIVE_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/link/frame.h"

/** The interface of either end, and addresses, host order: TEST-NET-1 of RFC 5737. */
#define NAMESPACES_INTERFACE "stutter0"
#define NAMESPACES_CLIENT 0xc0000264U
#define NAMESPACES_SERVER 0xc0000201U
#define NAMESPACES_PREFIX 24
#define NAMESPACES_CLIENT_TEXT "192.0.2.100"
#define NAMESPACES_SERVER_TEXT "192.0.2.1"

/**
 * Descriptors, -1 where there is none. Indices are directions, as whoever sends in them: TO_SERVER
 * is the client's end, TO_DEVICE the server's.
 */
struct namespaces {
	int network[2]; /**< the namespace */
	/** its TAP interface: non-blocking, frames without a header in front (IFF_NO_PI) */
	int tap[2];
	bool is_user; /**< both lie in a user namespace, and so does this process now */
};

struct namespaces_wish {
	const uint8_t *mac[2]; /**< of the interfaces, by direction; 6 bytes */
	/** false: there is no server's namespace; the far end is in this process */
	bool has_server;
	bool no_client; /**< there is no client's namespace; the client is elsewhere */
};

/**
 * Makes them. This process must have one thread, and is in the last of them afterwards.
 * @param ret_namespaces To be released with namespaces_close().
 * @return false with @p err, cause and cure, if this machine does not allow them or lacks TAP.
 */
bool namespaces_open(struct namespaces *ret_namespaces, const struct namespaces_wish *wish, struct error *err);
void namespaces_close(struct namespaces *namespaces);

/** A child of the process goes into the namespace of the end that sends in @p direction. */
bool namespaces_enter(const struct namespaces *namespaces, enum direction direction, struct error *err);

/**
 * For a child that is in the server's namespace and becomes a program: the program may do with that
 * network what root could, which in a user namespace it would not keep (DHCP servers need it).
 * Nothing of it reaches beyond the namespaces. Where they are root's there is nothing to do.
 */
bool namespaces_lend_network(const struct namespaces *namespaces, struct error *err);

/**
 * Gives away all privileges but those to write the user's files and to end the user's processes;
 * nothing can be entered any more.
 */
bool namespaces_drop_privileges(struct error *err);

#endif
