/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>

#include "lib/base/check.h"

#define FLAGS_KEPT ((unsigned)(IFF_UP | IFF_NOARP))
/* A route may need another one that comes behind it in the list. */
#define ROUTE_PASSES_MAX 8

/* -- what belongs to an interface -- */

static bool is_its_address(const struct nlmsghdr *message, void *ctx)
{
	const struct ifaddrmsg *address = nlmsg_data(message);
	const int *index = ctx;
	uint32_t flags = netlink_u32(message, sizeof *address, IFA_FLAGS, address->ifa_flags);

	return message->nlmsg_type == RTM_NEWADDR && (int)address->ifa_index == *index &&
	       (address->ifa_family == AF_INET || (address->ifa_family == AF_INET6 && (flags & IFA_F_TEMPORARY) == 0));
}

/*
 * The table of local addresses is the kernel's own, and so are routes that it has remembered.
 * Routes over several interfaces outlive an address.
 */
static bool is_its_route(const struct nlmsghdr *message, void *ctx)
{
	const struct rtmsg *route = nlmsg_data(message);
	const int *index = ctx;

	return message->nlmsg_type == RTM_NEWROUTE && (route->rtm_family == AF_INET || route->rtm_family == AF_INET6) &&
	       (route->rtm_flags & RTM_F_CLONED) == 0 &&
	       netlink_u32(message, sizeof *route, RTA_TABLE, route->rtm_table) != RT_TABLE_LOCAL &&
	       netlink_u32(message, sizeof *route, RTA_OIF, 0) == (uint32_t)*index;
}

static bool is_its_neighbour(const struct nlmsghdr *message, void *ctx)
{
	const struct ndmsg *neighbour = nlmsg_data(message);
	const int *index = ctx;

	return message->nlmsg_type == RTM_NEWNEIGH && neighbour->ndm_ifindex == *index && (neighbour->ndm_state & NUD_PERMANENT) != 0 &&
	       (neighbour->ndm_family == AF_INET || neighbour->ndm_family == AF_INET6);
}

/* -- IPv6, which is switched by a file -- */

static bool ipv6_path(const char *name, char *ret_path, size_t size)
{
	return (size_t)snprintf(ret_path, size, "/proc/sys/net/ipv6/conf/%s/disable_ipv6", name) < size;
}

static int read_ipv6_disabled(const char *name)
{
	char path[128], digit = '0';
	int fd = ipv6_path(name, path, sizeof path) ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return IPV6_MISSING;
	ssize_t length = read(fd, &digit, 1);
	(void)close(fd);
	return length == 1 ? digit != '0' : IPV6_MISSING;
}

static bool set_ipv6_disabled(const char *name, int before, int value, struct error *err)
{
	char path[128];

	if (before == IPV6_MISSING || read_ipv6_disabled(name) == value)
		return true;
	int fd = ipv6_path(name, path, sizeof path) ? open(path, O_WRONLY | O_CLOEXEC) : -1;
	bool done = fd >= 0 && write(fd, value ? "1" : "0", 1) == 1;
	int reason = errno;
	if (fd >= 0)
		(void)close(fd);
	return done || error_set(err, "%s: IPv6 cannot be %s: %s: %s", name, value ? "disabled" : "enabled again", path, strerror(reason));
}

/* -- reading -- */

static bool read_link(struct settings *settings, struct nl_sock *socket, struct error *err)
{
	struct rtnl_link *link = NULL;
	int result = rtnl_link_get_kernel(socket, settings->index, NULL, &link);

	if (result < 0)
		return error_set(err, "the interface with index %d is not there: %s", settings->index, nl_geterror(result));
	(void)snprintf(settings->name, sizeof settings->name, "%s", rtnl_link_get_name(link));
	settings->flags = rtnl_link_get_flags(link) & FLAGS_KEPT;
	rtnl_link_put(link);
	return true;
}

bool settings_read(struct settings *ret_settings, struct nl_sock *socket, int index, struct error *err)
{
	struct settings found = {.index = index};

	if (read_link(&found, socket, err) && offload_read(found.name, &found.offloads, err) &&
	    netlink_dump(socket, RTM_GETADDR, AF_UNSPEC, is_its_address, &index, &found.addresses, err) &&
	    netlink_dump(socket, RTM_GETROUTE, AF_UNSPEC, is_its_route, &index, &found.routes, err) &&
	    netlink_dump(socket, RTM_GETNEIGH, AF_UNSPEC, is_its_neighbour, &index, &found.neighbours, err)) {
		found.ipv6_disabled = read_ipv6_disabled(found.name);
		*ret_settings = found;
		return true;
	}
	settings_free(&found);
	return false;
}

void settings_free(struct settings *settings)
{
	messages_free(&settings->addresses);
	messages_free(&settings->routes);
	messages_free(&settings->neighbours);
}

/* -- changing -- */

static bool request_failed(struct error *err, const char *name, const char *what, int result)
{
	return error_set(err, "%s: %s: %s", name, what, nl_geterror(result));
}

static bool set_flags(const struct settings *settings, struct nl_sock *socket, unsigned flags, unsigned mask, struct error *err)
{
	int result = netlink_flags(socket, settings->index, flags, mask);

	return result == 0 || request_failed(err, settings->name, "it cannot be set up or down, or its ARP be switched", result);
}

/* One that went with the one before it, as a secondary address does, is away as well. */
static bool take_address(const struct settings *settings, struct nl_sock *socket, const struct nlmsghdr *address, struct error *err)
{
	int result = netlink_request(socket, netlink_copy(address), RTM_DELADDR, 0);

	return result == 0 || result == -NLE_NOADDR || result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND ||
	       request_failed(err, settings->name, "an address cannot be removed", result);
}

/* IPv6 ones go when IPv6 does; where it was disabled there are none. */
static bool take_addresses(const struct settings *settings, struct nl_sock *socket, struct error *err)
{
	for (size_t i = 0; i < settings->addresses.count; i++) {
		const struct ifaddrmsg *address = nlmsg_data(settings->addresses.all[i]);
		if (address->ifa_family == AF_INET && !take_address(settings, socket, settings->addresses.all[i], err))
			return false;
	}
	return true;
}

/* Up comes last, so that the kernel has nothing to say by then. */
bool settings_bare(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	return set_flags(before, socket, IFF_NOARP, IFF_NOARP, err) && set_ipv6_disabled(before->name, before->ipv6_disabled, 1, err) &&
	       take_addresses(before, socket, err) && offload_off(before->name, &before->offloads, err) &&
	       set_flags(before, socket, IFF_UP, IFF_UP, err);
}

/* -- putting back -- */

/* Adds what @p one says to what failed before. @return whether both are good. */
static bool and_also(bool all, struct error *err, bool good, const struct error *one)
{
	if (!good && all)
		*err = *one;
	else if (!good)
		error_context(err, "%s", one->text);
	return all && good;
}

static bool is_same_attribute(const struct nlmsghdr *a, const struct nlmsghdr *b, size_t fixed, int attribute)
{
	const struct nlattr *in_a = netlink_attribute(a, fixed, attribute), *in_b = netlink_attribute(b, fixed, attribute);

	if (in_a == NULL || in_b == NULL)
		return in_a == in_b;
	return nla_len(in_a) == nla_len(in_b) && memcmp(nla_data(in_a), nla_data(in_b), (size_t)nla_len(in_a)) == 0;
}

static bool is_same_address(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	const struct ifaddrmsg *in_a = nlmsg_data(a), *in_b = nlmsg_data(b);

	return in_a->ifa_family == in_b->ifa_family && in_a->ifa_prefixlen == in_b->ifa_prefixlen &&
	       is_same_attribute(a, b, sizeof *in_a, IFA_ADDRESS) && is_same_attribute(a, b, sizeof *in_a, IFA_LOCAL);
}

static bool has_address(const struct messages *addresses, const struct nlmsghdr *address)
{
	for (size_t i = 0; i < addresses->count; i++)
		if (is_same_address(addresses->all[i], address))
			return true;
	return false;
}

/*
 * The kernel gives an interface a link-local address when IPv6 is enabled, also where someone had
 * taken it away.
 */
static bool remove_new_addresses(const struct settings *before, const struct messages *now, struct nl_sock *socket, struct error *err)
{
	for (size_t i = 0; i < now->count; i++)
		if (!has_address(&before->addresses, now->all[i]) && !take_address(before, socket, now->all[i], err))
			return false;
	return true;
}

static bool give_address(const struct settings *before, size_t i, int family, const struct messages *now, struct nl_sock *socket,
                         struct error *err)
{
	const struct nlmsghdr *address = before->addresses.all[i];
	const struct ifaddrmsg *fixed = nlmsg_data(address);

	if (fixed->ifa_family != family || has_address(now, address))
		return true;
	int result = netlink_request(socket, netlink_copy(address), RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	return result == 0 || result == -NLE_EXIST || request_failed(err, before->name, "an address cannot be given back", result);
}

/*
 * In the order in which they were given: the kernel tells of IPv4 addresses in that order, primary
 * ones first, and of IPv6 ones the other way round.
 */
static bool give_addresses(const struct settings *before, const struct messages *now, struct nl_sock *socket, struct error *err)
{
	bool good = true;

	for (size_t i = 0; i < before->addresses.count; i++)
		good = give_address(before, i, AF_INET, now, socket, err) && good;
	for (size_t i = before->addresses.count; i-- > 0;)
		good = give_address(before, i, AF_INET6, now, socket, err) && good;
	return good;
}

static bool restore_addresses(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	struct messages now;
	int index = before->index;

	if (!netlink_dump(socket, RTM_GETADDR, AF_UNSPEC, is_its_address, &index, &now, err))
		return false;
	bool good = remove_new_addresses(before, &now, socket, err);
	good = give_addresses(before, &now, socket, err) && good;
	messages_free(&now);
	return good;
}

/*
 * The kernel tells of the state of the next hop in flags that it does not take, and of a lifetime
 * in another attribute than it takes.
 */
static struct nl_msg *route_to_send(const struct nlmsghdr *told)
{
	struct nl_msg *message = netlink_copy(told);
	struct rtmsg *route = nlmsg_data(nlmsg_hdr(message));
	const struct nlattr *lifetime = netlink_attribute(told, sizeof *route, RTA_CACHEINFO);

	route->rtm_flags &= RTNH_F_ONLINK;
	if (lifetime != NULL && nla_len(lifetime) >= (int)sizeof(struct rta_cacheinfo)) {
		const struct rta_cacheinfo *cache = nla_data(lifetime);
		int ticks = (int)sysconf(_SC_CLK_TCK);
		if (route->rtm_family == AF_INET6 && cache->rta_expires > 0)
			CHECK_INT(nla_put_u32(message, RTA_EXPIRES, (uint32_t)(cache->rta_expires / ticks + 1)), ==, 0);
	}
	return message;
}

/* Tries all; what is there already is good. @return how many could not be added. */
static size_t add_routes(const struct messages *routes, struct nl_sock *socket, int *ret_result)
{
	size_t failed = 0;

	for (size_t i = 0; i < routes->count; i++) {
		int result = netlink_request(socket, route_to_send(routes->all[i]), RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND);
		if (result == 0 || result == -NLE_EXIST)
			continue;
		*ret_result = result;
		failed++;
	}
	return failed;
}

/* A gateway must be reachable before its route is taken. */
static bool restore_routes(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	int result = 0;
	size_t failed = before->routes.count;

	for (unsigned i = 0; i < ROUTE_PASSES_MAX && failed > 0; i++)
		failed = add_routes(&before->routes, socket, &result);
	return failed == 0 || request_failed(err, before->name, "a route cannot be given back", result);
}

static bool restore_neighbours(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	for (size_t i = 0; i < before->neighbours.count; i++) {
		int result = netlink_request(socket, netlink_copy(before->neighbours.all[i]), RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE);
		if (result < 0)
			return request_failed(err, before->name, "a permanent neighbour cannot be given back", result);
	}
	return true;
}

typedef bool restore_part(const struct settings *before, struct nl_sock *socket, struct error *err);

static bool restore_flags(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	return set_flags(before, socket, before->flags, FLAGS_KEPT, err);
}

static bool restore_offloads(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	(void)socket;
	return offload_restore(before->name, &before->offloads, err);
}

static bool restore_ipv6(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	(void)socket;
	return before->ipv6_disabled == IPV6_MISSING || set_ipv6_disabled(before->name, before->ipv6_disabled, before->ipv6_disabled, err);
}

/* In the order in which one needs the other. */
static restore_part *const parts[] = {restore_offloads, restore_flags, restore_ipv6, restore_addresses, restore_routes, restore_neighbours};

/* Under the name that it has by now. */
bool settings_restore(const struct settings *before, struct nl_sock *socket, struct error *err)
{
	struct settings now = *before;
	char name[IF_NAMESIZE];
	struct error one;
	bool good = true;

	if (if_indextoname((unsigned)before->index, name) == NULL)
		return true;
	memcpy(now.name, name, sizeof now.name);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		good = and_also(good, err, parts[i](&now, socket, &one), &one);
	return good || if_indextoname((unsigned)before->index, name) == NULL;
}
