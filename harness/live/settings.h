/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * How an interface is set up: read, changed to what the bridge needs, and put back.
 *
 * What is kept: whether it is up and has ARP, whether IPv6 is disabled, offloads, addresses, and
 * the routes and permanent neighbours that go with them. All of it as the kernel tells it, so that
 * what is not known here comes back as well.
 * Not kept: neighbours that were learnt and temporary IPv6 addresses, which the kernel makes anew;
 * an address with a lifetime has what was left of it when it was read. An IPv6 address is tested
 * for duplicates again when it comes back (RFC 4862 sec. 5.4), and is tentative until then.
 */
#ifndef LIVE_SETTINGS_H
#define LIVE_SETTINGS_H

#include <net/if.h>
#include <stdbool.h>

#include "lib/base/error.h"
#include "harness/live/netlink.h"
#include "harness/live/offload.h"

#define IPV6_MISSING (-1)

struct settings {
	int index;
	char name[IF_NAMESIZE];
	unsigned flags; /**< IFF_UP and IFF_NOARP */
	/**
	 * as /proc/sys/net/ipv6/conf/NAME/disable_ipv6; IPV6_MISSING if the kernel or the interface
	 * has no IPv6
	 */
	int ipv6_disabled;
	struct offloads offloads;
	struct messages addresses, routes, neighbours;
};

/**
 * Reads how an interface is set up; to be released with settings_free(). @return false with @p err.
 */
bool settings_read(struct settings *ret_settings, struct nl_sock *socket, int index, struct error *err);

void settings_free(struct settings *settings);

/**
 * Makes the interface ready for the bridge (interface.h). @return false with @p err; some may have
 * been changed by then.
 */
bool settings_bare(const struct settings *before, struct nl_sock *socket, struct error *err);

/**
 * Puts everything back that differs, whatever had been changed, and goes on where something fails.
 * An interface that has disappeared needs nothing.
 * @return false with @p err, which names all that failed.
 */
bool settings_restore(const struct settings *before, struct nl_sock *socket, struct error *err);

#endif
