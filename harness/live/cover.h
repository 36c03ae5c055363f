/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Files of the system that a process sees otherwise than the rest of the machine, so that the names
 * it asks for go through the proxy.
 *
 * How it works: the process goes into a mount namespace of its own and binds files over those that
 * the C library reads (mount_namespaces(7)): resolv.conf(5) with the server's end as name server,
 * hosts(5) with what is known without asking, and nsswitch.conf(5) without modules that ask by
 * other ways than the network of the process, such as nss-resolve by a socket of the machine. The
 * socket of nscd(8) is covered for the same reason. Nothing of it is left when the process has
 * ended.
 */
#ifndef LIVE_COVER_H
#define LIVE_COVER_H

#include <stdbool.h>

#include "lib/base/error.h"

/**
 * The name of the server's end that is known without asking, unless the far end has names of its
 * own.
 */
#define COVER_SERVER_NAME "server.stutter.test"

/**
 * Covers them for this process, a child that is to run the client, and for those that it starts.
 * @param knows_server COVER_SERVER_NAME stands in hosts(5).
 * @return false with @p err if a file cannot be covered.
 */
bool cover_names(bool knows_server, struct error *err);

/**
 * The lines of nsswitch.conf(5) @p text, with another one for hosts. To be released with free().
 */
char *cover_switch(const char *text);

#endif
