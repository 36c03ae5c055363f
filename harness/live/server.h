/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A server that the user names, in a network of its own (namespaces.h): made ready, let go, and
 * waited for until it listens.
 *
 * This process must have begun to watch (watch.h) and to adopt (child.h), and be in the server's
 * network namespace when it waits.
 */
#ifndef LIVE_SERVER_H
#define LIVE_SERVER_H

#include "harness/live/child.h"
#include "harness/live/namespaces.h"

/** How long a server may take until it listens. */
#define SERVER_START_NS UINT64_C(30000000000)
/** What is left of it at its end has so long to end by itself. */
#define SERVER_GRACE_NS UINT64_C(1000000000)

struct server {
	struct child child;
	int said; /* its standard output and error; -1: it has none yet */
};

/**
 * Makes it ready.
 * @param command For a shell.
 * @param dir Gets what it says, as server.log; NULL: that is kept in memory.
 * @param namespaces Borrowed until server_start(). With an end TO_DEVICE.
 * @param ret_server To be released with server_close().
 */
bool server_prepare(struct server *ret_server, const char *command, const char *dir, const struct namespaces *namespaces,
                    struct error *err);

/**
 * Lets it go, and waits until it listens. @return false with @p err, which has what it said last,
 * if it does not.
 */
bool server_start(struct server *server, struct error *err);

/** Its processes are ended by child_end_all(). */
void server_close(struct server *server);

#endif
