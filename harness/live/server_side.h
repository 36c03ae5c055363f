/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A server in a network of its own, kept by a process of its own: whoever asks for it gets the
 * descriptor that the network ends at, and stays where it is.
 *
 * How it works: a process that has gone into a user namespace cannot come back, and the emulated
 * device is started by one that has other things to do. So server_side_open() forks a keeper, which
 * makes the namespace, starts the server (server.h), and sends the TAP descriptor over a socket
 * pair when the server listens. It ends all when that socket is closed, which it is also when its
 * owner dies.
 */
#ifndef LIVE_SERVER_SIDE_H
#define LIVE_SERVER_SIDE_H

#include <signal.h>
#include <stdbool.h>

#include "lib/base/error.h"

struct server_side;

struct server_side_wish {
	const char *command; /**< for a shell */
	/** a folder, which is there, for server.log; NULL: it is not kept */
	const char *dir;
	/** ends the wait for the server when it is not 0; NULL: none */
	const volatile sig_atomic_t *stop;
};

/**
 * Returns when the server listens.
 * @param ret_tap A TAP descriptor (port_open_tap()), of the side's until server_side_close().
 * @return NULL with @p err: this machine does not allow it, or the server does not start; it has
 * ended then.
 */
struct server_side *server_side_open(const struct server_side_wish *wish, int *ret_tap, struct error *err);

/**
 * Ends the server and all that it has started, and waits for that. NULL is fine.
 * @param ret_status If it had ended before, with another status than 0: that, as a shell tells it;
 * else 0.
 */
void server_side_close(struct server_side *side, int *ret_status);

#endif
