/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/refusal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/route/link.h>

#include "lib/base/memory.h"
#include "lib/base/param.h"
#include "lib/base/text.h"
#include "lib/link/frame.h"

/* With the header and one VLAN tag. */
#define MTU_MAX (FRAME_MAX - ETHERNET_HEADER - 4U)

/* -- what it is -- */

static bool refuse_missing(const char *name, struct error *err)
{
	struct if_nameindex *all = if_nameindex();
	size_t count = 0;

	while (all != NULL && all[count].if_index != 0)
		count++;
	const char **names = memory_new((count + 1) * sizeof *names);
	for (size_t i = 0; i < count; i++)
		names[i] = all[i].if_name;
	const char *near = param_nearest(NULL, names, name);
	if (near != NULL)
		error_set(err, "unknown interface '%s'; did you mean '%s'?", name, near);
	else
		error_set(err, "unknown interface '%s'; `ip link` lists them", name);
	free(names);
	if (all != NULL)
		if_freenameindex(all);
	return false;
}

/*
 * An access point takes frames of its own stations only, so what comes from behind a bridge is
 * lost.
 */
static bool is_wireless(const char *name)
{
	char path[128];

	return (size_t)snprintf(path, sizeof path, "/sys/class/net/%s/phy80211", name) < sizeof path && access(path, F_OK) == 0;
}

static bool refuse_kind(struct rtnl_link *link, struct error *err)
{
	const char *name = rtnl_link_get_name(link);
	char master[IF_NAMESIZE] = "";
	int above = rtnl_link_get_master(link);

	if (rtnl_link_get_arptype(link) != ARPHRD_ETHER)
		return error_set(err, "'%s' is not Ethernet: the bridge passes Ethernet frames; use another interface", name);
	if (above != 0)
		return error_set(err,
		                 "'%s' belongs to '%s', which would forward its frames as well: use "
		                 "another interface, or remove it with `ip link set dev %s nomaster`",
		                 name, if_indextoname((unsigned)above, master) != NULL ? master : "another interface", name);
	if (is_wireless(name))
		return error_set(err, "'%s' is wireless: an access point rejects frames from behind a bridge; use a wired interface", name);
	if (rtnl_link_get_mtu(link) > MTU_MAX)
		return error_set(err, "'%s' has an MTU of %u, and frames here have at most %u bytes: `ip link set dev %s mtu 1500`", name,
		                 rtnl_link_get_mtu(link), FRAME_MAX, name);
	return true;
}

/* Both ends of a pair name each other as what they stand on. */
static bool is_veth(const struct nlmsghdr *message)
{
	const struct nlattr *info = netlink_attribute(message, sizeof(struct ifinfomsg), IFLA_LINKINFO);
	const struct nlattr *kind = info != NULL ? nla_find(nla_data(info), nla_len(info), IFLA_INFO_KIND) : NULL;

	return kind != NULL && strncmp(nla_data(kind), "veth", (size_t)nla_len(kind)) == 0;
}

static bool is_above(const struct nlmsghdr *message, void *ctx)
{
	const struct ifinfomsg *link = nlmsg_data(message);
	const int *index = ctx;

	/*
	 * One in another network namespace has its number there: the other end of a veth pair is no
	 * such thing.
	 */
	return message->nlmsg_type == RTM_NEWLINK && link->ifi_index != *index &&
	       netlink_u32(message, sizeof *link, IFLA_LINK, 0) == (uint32_t)*index &&
	       netlink_attribute(message, sizeof *link, IFLA_LINK_NETNSID) == NULL && !is_veth(message);
}

/* A VLAN's interface, a macvlan or the like hears what comes, and speaks over it. */
static bool refuse_stacked(struct rtnl_link *link, struct nl_sock *socket, struct error *err)
{
	int index = rtnl_link_get_ifindex(link);
	char above[IF_NAMESIZE] = "";
	struct messages found;

	if (!netlink_dump(socket, RTM_GETLINK, AF_UNSPEC, is_above, &index, &found, err))
		return false;
	bool good = found.count == 0;
	if (!good) {
		const struct ifinfomsg *first = nlmsg_data(found.all[0]);
		(void)if_indextoname((unsigned)first->ifi_index, above);
		error_set(err,
		          "'%s' is stacked on '%s', and would receive and send there as "
		          "well: delete it (`ip link del dev %s`), or use another interface",
		          above, rtnl_link_get_name(link), above);
	}
	messages_free(&found);
	return good;
}

static bool refuse_permission(const char *name, const char *what, struct error *err)
{
	return error_set(err,
	                 "'%s': this process may not %s: start it with sudo (it drops what it no longer needs), give the program the "
	                 "capabilities CAP_NET_ADMIN and CAP_NET_RAW, or use `stutter exec`, which needs neither",
	                 name, what);
}

/* A request that changes nothing is refused all the same where one that does would be. */
static bool refuse_not_permitted(const char *name, int index, struct nl_sock *netlink, struct error *err)
{
	int result = netlink_flags(netlink, index, 0, 0);

	if (result == -NLE_PERM || result == -NLE_NOACCESS)
		return refuse_permission(name, "change interfaces", err);
	int raw = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (raw < 0 && (errno == EPERM || errno == EACCES))
		return refuse_permission(name, "read and send frames", err);
	if (raw >= 0)
		(void)close(raw);
	return true;
}

bool refusal_by_kind(const char *name, struct nl_sock *socket, int *ret_index, struct error *err)
{
	struct rtnl_link *link = NULL;

	if (strlen(name) >= IF_NAMESIZE || if_nametoindex(name) == 0 || rtnl_link_get_kernel(socket, 0, name, &link) < 0)
		return refuse_missing(name, err);
	int index = rtnl_link_get_ifindex(link);
	bool good = refuse_kind(link, err) && refuse_stacked(link, socket, err) && refuse_not_permitted(name, index, socket, err);
	rtnl_link_put(link);
	if (good)
		*ret_index = index;
	return good;
}

/* -- who needs it -- */

/* A route over several interfaces has them one by one (struct rtnexthop). */
static bool leads_over(const struct nlmsghdr *message, int index)
{
	const struct nlattr *several = netlink_attribute(message, sizeof(struct rtmsg), RTA_MULTIPATH);

	if (netlink_u32(message, sizeof(struct rtmsg), RTA_OIF, 0) == (uint32_t)index)
		return true;
	if (several == NULL)
		return false;
	const struct rtnexthop *hop = nla_data(several);
	for (int left = nla_len(several); RTNH_OK(hop, left); left -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop))
		if (hop->rtnh_ifindex == index)
			return true;
	return false;
}

static bool is_default_over(const struct nlmsghdr *message, void *ctx)
{
	const struct rtmsg *route = nlmsg_data(message);
	const int *index = ctx;

	return message->nlmsg_type == RTM_NEWROUTE && (route->rtm_family == AF_INET || route->rtm_family == AF_INET6) &&
	       route->rtm_dst_len == 0 && route->rtm_type == RTN_UNICAST && leads_over(message, *index);
}

static bool refuse_default_route(const char *name, const struct nlmsghdr *message, struct error *err)
{
	const struct rtmsg *route = nlmsg_data(message);
	const struct nlattr *gateway = netlink_attribute(message, sizeof *route, RTA_GATEWAY);
	char text[INET6_ADDRSTRLEN] = "";

	if (gateway != NULL)
		(void)inet_ntop(route->rtm_family, nla_data(gateway), text, sizeof text);
	return error_set(err,
	                 "'%s' carries this machine's default route%s%s: use another interface, "
	                 "or remove the route with `ip %sroute del default dev %s`",
	                 name, text[0] != '\0' ? " by " : "", text, route->rtm_family == AF_INET6 ? "-6 " : "", name);
}

/* An address as /proc/net/tcp has it: words of 32 bits, each in host order. */
static void address_in_hex(const struct nlmsghdr *message, char *ret_hex, size_t size)
{
	const struct nlattr *found = netlink_attribute(message, sizeof(struct ifaddrmsg), IFA_LOCAL);
	struct text hex = text_in(ret_hex, size);
	uint32_t words[4] = {0};

	if (found == NULL)
		found = netlink_attribute(message, sizeof(struct ifaddrmsg), IFA_ADDRESS);
	if (found == NULL || nla_len(found) > (int)sizeof words)
		return;
	memcpy(words, nla_data(found), (size_t)nla_len(found));
	for (size_t i = 0; i < (size_t)nla_len(found) / sizeof words[0]; i++)
		text_add(&hex, "%08X", words[i]);
}

/* One end of a connection in words, from `HEX:PORT`. */
static void end_text(const char *hex, unsigned port, char *ret_text, size_t size)
{
	uint32_t words[4] = {0};
	size_t count = strlen(hex) / 8;
	char text[INET6_ADDRSTRLEN] = "?";

	for (size_t i = 0; i < count && i < 4; i++) {
		char word[9];
		(void)snprintf(word, sizeof word, "%.8s", hex + 8 * i);
		words[i] = (uint32_t)strtoul(word, NULL, 16);
	}
	(void)inet_ntop(count == 1 ? AF_INET : AF_INET6, words, text, sizeof text);
	(void)snprintf(ret_text, size, count == 1 ? "%s:%u" : "[%s]:%u", text, port);
}

#define STATE_ESTABLISHED 1U
#define HEX_MAX 33
#define END_MAX 64

/* Looks through one of the lists of connections (proc(5), /proc/net/tcp). */
static bool refuse_connection_in(const char *path, const char *name, const char *address, struct error *err)
{
	char line[256], local[HEX_MAX], remote[HEX_MAX], here[END_MAX], there[END_MAX];
	unsigned local_port, remote_port, state;
	FILE *file = fopen(path, "re");
	bool good = true;

	while (good && file != NULL && fgets(line, sizeof line, file) != NULL) {
		if (sscanf(line, " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x", local, &local_port, remote, &remote_port, &state) != 5 ||
		    state != STATE_ESTABLISHED || strcmp(local, address) != 0)
			continue;
		end_text(local, local_port, here, sizeof here);
		end_text(remote, remote_port, there, sizeof there);
		good = error_set(err, "'%s' carries a connection of this machine (%s with %s): use another interface, or end it first",
		                 name, here, there);
	}
	if (file != NULL)
		(void)fclose(file);
	return good;
}

static bool refuse_connection(const struct settings *settings, const struct nlmsghdr *message, struct error *err)
{
	const struct ifaddrmsg *address = nlmsg_data(message);
	char hex[HEX_MAX];

	address_in_hex(message, hex, sizeof hex);
	if (address->ifa_family == AF_INET6)
		return refuse_connection_in("/proc/self/net/tcp6", settings->name, hex, err);
	char mapped[HEX_MAX];
	/*
	 * A socket that takes both kinds has IPv4 addresses in the other list, as ::ffff:a.b.c.d.
	 */
	(void)snprintf(mapped, sizeof mapped, "0000000000000000%08X%.8s", htonl(0xffff), hex);
	return refuse_connection_in("/proc/self/net/tcp", settings->name, hex, err) &&
	       refuse_connection_in("/proc/self/net/tcp6", settings->name, mapped, err);
}

/*
 * Of temporary IPv6 addresses, too, which are not put back and are those that connections are made
 * from (RFC 8981).
 */
static bool is_address_of(const struct nlmsghdr *message, void *ctx)
{
	const struct ifaddrmsg *address = nlmsg_data(message);
	const int *index = ctx;

	return message->nlmsg_type == RTM_NEWADDR && (int)address->ifa_index == *index &&
	       (address->ifa_family == AF_INET || address->ifa_family == AF_INET6);
}

/* Such a route outlives the interface's addresses, so this machine would go on sending over it. */
static bool refuse_nexthop_objects(const struct settings *settings, struct error *err)
{
	for (size_t i = 0; i < settings->routes.count; i++) {
		const uint32_t id = netlink_u32(settings->routes.all[i], sizeof(struct rtmsg), RTA_NH_ID, 0);
		if (id != 0)
			return error_set(err,
			                 "'%s' has a route with a nexthop object, which would remain: "
			                 "delete it (`ip nexthop del id %u`), or use another interface",
			                 settings->name, (unsigned)id);
	}
	return true;
}

bool refusal_by_use(const struct settings *settings, struct nl_sock *socket, struct error *err)
{
	int index = settings->index;
	struct messages routes, addresses;
	bool good = true;

	if (!refuse_nexthop_objects(settings, err))
		return false;
	if (!netlink_dump(socket, RTM_GETROUTE, AF_UNSPEC, is_default_over, &index, &routes, err))
		return false;
	if (routes.count > 0)
		good = refuse_default_route(settings->name, routes.all[0], err);
	messages_free(&routes);
	if (!good || !netlink_dump(socket, RTM_GETADDR, AF_UNSPEC, is_address_of, &index, &addresses, err))
		return false;
	for (size_t i = 0; good && i < addresses.count; i++)
		good = refuse_connection(settings, addresses.all[i], err);
	messages_free(&addresses);
	return good;
}

/* -- what its driver does -- */

bool refusal_by_offload(const char *name, const struct offloads *offloads, bool fixed, struct error *err)
{
	const struct offload *offload = offload_in_the_way(offloads, fixed);

	if (offload == NULL)
		return true;
	return error_set(err,
	                 "'%s' keeps its offload '%s' on, which merges frames before anyone sees them%s: use another "
	                 "interface (`ethtool -k %s` shows its offloads)",
	                 name, offload->name, fixed ? ", and its driver cannot switch it off" : "", name);
}
