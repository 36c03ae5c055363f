/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/wiring.h"

#include <linux/rtnetlink.h>
#include <net/if.h>

#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/inet6.h>
#include <netlink/route/nexthop.h>
#include <netlink/route/route.h>

#define MAC_LENGTH 6
/* So many frames wait for a proxy that does not get to run; a TAP's own limit is half of it. */
#define WAITING_MAX 10000

/* Names what could not be done; libnl's errors are negative. */
static bool worked(int result, const char *interface, const char *what, struct error *err)
{
	return result >= 0 || error_set(err, "%s: %s: %s", interface, what, nl_geterror(result));
}

static struct nl_addr *address_of(uint32_t address, unsigned prefix)
{
	const uint8_t data[4] = {(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8), (uint8_t)address};
	/*
	 * libnl takes the bytes without changing them, though its prototype does not say so in all
	 * versions.
	 */
	struct nl_addr *built = nl_addr_build(AF_INET, data, sizeof data);

	if (built == NULL)
		return NULL;
	nl_addr_set_prefixlen(built, (int)prefix);
	return built;
}

/* The interface as it is to be: up, with @p mac unless that is NULL, and without IPv6. */
static int change_link(struct nl_sock *socket, struct rtnl_link *link, const uint8_t *mac)
{
	struct rtnl_link *change = rtnl_link_alloc();
	struct nl_addr *address = mac != NULL ? nl_addr_build(AF_LLC, mac, MAC_LENGTH) : NULL;
	int result = change != NULL ? 0 : -NLE_NOMEM;

	if (result == 0 && mac != NULL) {
		rtnl_link_set_addr(change, address);
		rtnl_link_set_txqlen(change, WAITING_MAX);
		/* A kernel without IPv6 has nothing to switch off. */
		(void)rtnl_link_inet6_set_addr_gen_mode(change, rtnl_link_inet6_str2addrgenmode("none"));
		result = rtnl_link_change(socket, link, change, 0);
		if (result == -NLE_OPNOTSUPP || result == -NLE_AF_NOSUPPORT) {
			rtnl_link_put(change);
			change = rtnl_link_alloc();
			rtnl_link_set_addr(change, address);
			result = rtnl_link_change(socket, link, change, 0);
		}
	}
	if (result >= 0) {
		rtnl_link_put(change);
		change = rtnl_link_alloc();
		rtnl_link_set_flags(change, IFF_UP);
		result = rtnl_link_change(socket, link, change, 0);
	}
	nl_addr_put(address);
	rtnl_link_put(change);
	return result;
}

static bool set_up(struct nl_sock *socket, const char *interface, const uint8_t *mac, struct error *err)
{
	struct rtnl_link *link = NULL;

	if (!worked(rtnl_link_get_kernel(socket, 0, interface, &link), interface, "it is not there", err))
		return false;
	bool good = worked(change_link(socket, link, mac), interface, "it cannot be set up", err);
	rtnl_link_put(link);
	return good;
}

static bool add_address(struct nl_sock *socket, const struct wiring *wiring, struct error *err)
{
	struct rtnl_addr *address = rtnl_addr_alloc();
	struct nl_addr *local = address_of(wiring->address, wiring->prefix);
	int result = address != NULL && local != NULL ? 0 : -NLE_NOMEM;

	if (result == 0) {
		rtnl_addr_set_ifindex(address, (int)if_nametoindex(wiring->interface));
		result = rtnl_addr_set_local(address, local);
	}
	if (result >= 0)
		result = rtnl_addr_add(socket, address, 0);
	nl_addr_put(local);
	rtnl_addr_put(address);
	return worked(result, wiring->interface, "it cannot have its address", err);
}

/* What a route says. */
struct way {
	const char *interface;
	uint8_t table, scope, type;
	uint32_t to;
	unsigned prefix;
	uint32_t gateway; /* 0: there is none */
};

static bool add_route(struct nl_sock *socket, const struct way *way, struct error *err)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *to = address_of(way->to, way->prefix), *through = address_of(way->gateway, 32);
	int result = route != NULL && hop != NULL && to != NULL && through != NULL ? 0 : -NLE_NOMEM;

	if (result == 0) {
		rtnl_route_nh_set_ifindex(hop, (int)if_nametoindex(way->interface));
		if (way->gateway != 0)
			rtnl_route_nh_set_gateway(hop, through);
		rtnl_route_add_nexthop(route, hop);
		hop = NULL;
		(void)rtnl_route_set_family(route, AF_INET);
		rtnl_route_set_table(route, way->table);
		rtnl_route_set_scope(route, way->scope);
		(void)rtnl_route_set_type(route, way->type);
		result = rtnl_route_set_dst(route, to);
	}
	if (result >= 0)
		result = rtnl_route_add(socket, route, 0);
	if (hop != NULL)
		rtnl_route_nh_free(hop);
	nl_addr_put(to);
	nl_addr_put(through);
	rtnl_route_put(route);
	return worked(result, way->interface, "a route cannot be set", err);
}

static bool add_gateway(struct nl_sock *socket, const struct wiring *wiring, struct error *err)
{
	const struct way way = {.interface = wiring->interface,
	                        .table = RT_TABLE_MAIN,
	                        .scope = RT_SCOPE_UNIVERSE,
	                        .type = RTN_UNICAST,
	                        .gateway = wiring->gateway};

	return wiring->gateway == 0 || add_route(socket, &way, err);
}

/*
 * All addresses are this namespace's own, but for those of its network. The route has to stand in
 * the table `local`, as addresses to answer from are looked for there and nowhere else
 * (net/ipv4/devinet.c, __ip_dev_find()); so the network has to stand there, too.
 */
static bool add_all(struct nl_sock *socket, const struct wiring *wiring, struct error *err)
{
	const struct way near = {.interface = wiring->interface,
	                         .table = RT_TABLE_LOCAL,
	                         .scope = RT_SCOPE_LINK,
	                         .type = RTN_UNICAST,
	                         .to = wiring->address & ~(UINT32_MAX >> wiring->prefix),
	                         .prefix = wiring->prefix};
	const struct way all = {.interface = "lo", .table = RT_TABLE_LOCAL, .scope = RT_SCOPE_HOST, .type = RTN_LOCAL};

	return !wiring->takes_all || (add_route(socket, &near, err) && add_route(socket, &all, err));
}

bool wiring_set_up(const struct wiring *wiring, struct error *err)
{
	struct nl_sock *socket = nl_socket_alloc();
	int connected = socket != NULL ? nl_connect(socket, NETLINK_ROUTE) : -NLE_NOMEM;
	bool good = worked(connected, wiring->interface, "the kernel cannot be asked", err) && set_up(socket, "lo", NULL, err) &&
	            set_up(socket, wiring->interface, wiring->mac, err) && add_address(socket, wiring, err) &&
	            add_gateway(socket, wiring, err) && add_all(socket, wiring, err);

	nl_socket_free(socket);
	return good;
}
