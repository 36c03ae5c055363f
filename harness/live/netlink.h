/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is asked of rtnetlink(7), by libnl: messages as the kernel gives them, so that what is not
 * known here comes back, too.
 *
 * Results of requests are libnl's: 0, or a negative NLE code (netlink/errno.h), which nl_geterror()
 * puts into words.
 */
#ifndef LIVE_NETLINK_H
#define LIVE_NETLINK_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netlink/msg.h>
#include <netlink/netlink.h>

#include "lib/base/error.h"

/** Messages in the order in which the kernel gave them. */
struct messages {
	struct nlmsghdr **all;
	size_t count;
};

typedef bool netlink_wanted(const struct nlmsghdr *message, void *ctx);

/** Opens a route socket; to be closed with nl_socket_free(). @return NULL with @p err. */
struct nl_sock *netlink_open(struct error *err);

/**
 * Asks for all objects of a kind.
 * @param type RTM_GETADDR, RTM_GETROUTE and the like.
 * @param family AF_UNSPEC: all that answer to it.
 * @param ret_messages Those that are @p wanted (of variable length, each with its header); to be
 * released with messages_free().
 */
bool netlink_dump(struct nl_sock *socket, int type, int family, netlink_wanted *wanted, void *ctx, struct messages *ret_messages,
                  struct error *err);

void messages_free(struct messages *messages);

/** An attribute of a message whose fixed part has @p fixed bytes; NULL if it has none. */
const struct nlattr *netlink_attribute(const struct nlmsghdr *message, size_t fixed, int attribute);

/** An attribute of 32 bits in host order, or @p otherwise. */
uint32_t netlink_u32(const struct nlmsghdr *message, size_t fixed, int attribute, uint32_t otherwise);

/**
 * Sends a message as @p type with @p flags (NLM_F_...), waits for the answer, and releases it.
 * @return 0 or a negative NLE code.
 */
int netlink_request(struct nl_sock *socket, struct nl_msg *message, int type, int flags);

/**
 * A message to send that says what the kernel has told, with room for an attribute or two more; to
 * be sent with netlink_request().
 */
struct nl_msg *netlink_copy(const struct nlmsghdr *told);

/**
 * Sets those flags of an interface (IFF_UP, IFF_NOARP) that are in @p mask; with mask 0 it only
 * asks for permission. @return 0 or a negative NLE code.
 */
int netlink_flags(struct nl_sock *socket, int index, unsigned flags, unsigned mask);

#endif
