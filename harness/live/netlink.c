/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/netlink.h"

#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>
#include <netlink/route/rtnl.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

/* How often a list is asked for again that changed while it was told (NLM_F_DUMP_INTR). */
#define DUMPS_MAX 10
/* For attributes that a copy is given. */
#define ROOM_FOR_MORE 64

struct dump {
	netlink_wanted *wanted;
	void *ctx;
	struct messages found;
};

struct nl_sock *netlink_open(struct error *err)
{
	struct nl_sock *socket = nl_socket_alloc();

	CHECK(socket != NULL);
	int result = nl_connect(socket, NETLINK_ROUTE);
	if (result < 0) {
		error_set(err, "the kernel cannot be asked for its interfaces (rtnetlink): %s", nl_geterror(result));
		nl_socket_free(socket);
		return NULL;
	}
	return socket;
}

static int take_message(struct nl_msg *message, void *ctx)
{
	struct dump *dump = ctx;
	struct nlmsghdr *header = nlmsg_hdr(message);

	if (!dump->wanted(header, dump->ctx))
		return NL_OK;
	struct nlmsghdr *copy = memory_new(header->nlmsg_len);
	memcpy(copy, header, header->nlmsg_len);
	dump->found.all = memory_resize(dump->found.all, dump->found.count + 1, sizeof(struct nlmsghdr *));
	dump->found.all[dump->found.count++] = copy;
	return NL_OK;
}

void messages_free(struct messages *messages)
{
	for (size_t i = 0; i < messages->count; i++)
		free(messages->all[i]);
	free(messages->all);
	*messages = (struct messages){NULL, 0};
}

bool netlink_dump(struct nl_sock *socket, int type, int family, netlink_wanted *wanted, void *ctx, struct messages *ret_messages,
                  struct error *err)
{
	struct dump dump = {.wanted = wanted, .ctx = ctx};
	int result = -NLE_DUMP_INTR;

	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_CUSTOM, take_message, &dump);
	for (unsigned i = 0; i < DUMPS_MAX && result == -NLE_DUMP_INTR; i++) {
		messages_free(&dump.found);
		result = nl_rtgen_request(socket, type, family, NLM_F_DUMP);
		if (result >= 0)
			result = nl_recvmsgs_default(socket);
	}
	nl_socket_modify_cb(socket, NL_CB_VALID, NL_CB_DEFAULT, NULL, NULL);
	if (result < 0) {
		messages_free(&dump.found);
		return error_set(err, "the kernel's network configuration cannot be read: %s", nl_geterror(result));
	}
	*ret_messages = dump.found;
	return true;
}

const struct nlattr *netlink_attribute(const struct nlmsghdr *message, size_t fixed, int attribute)
{
	return nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)message, (int)fixed, attribute);
}

uint32_t netlink_u32(const struct nlmsghdr *message, size_t fixed, int attribute, uint32_t otherwise)
{
	const struct nlattr *found = netlink_attribute(message, fixed, attribute);

	return found != NULL && nla_len(found) >= (int)sizeof(uint32_t) ? nla_get_u32(found) : otherwise;
}

int netlink_request(struct nl_sock *socket, struct nl_msg *message, int type, int flags)
{
	struct nlmsghdr *header = nlmsg_hdr(message);

	header->nlmsg_type = (uint16_t)type;
	header->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
	header->nlmsg_seq = NL_AUTO_SEQ;
	header->nlmsg_pid = NL_AUTO_PORT;
	int result = nl_send_auto(socket, message);
	nlmsg_free(message);
	return result < 0 ? result : nl_wait_for_ack(socket);
}

struct nl_msg *netlink_copy(const struct nlmsghdr *told)
{
	struct nl_msg *message = nlmsg_alloc_size(told->nlmsg_len + ROOM_FOR_MORE);

	CHECK(message != NULL);
	CHECK(nlmsg_put(message, NL_AUTO_PORT, NL_AUTO_SEQ, told->nlmsg_type, 0, 0) != NULL);
	CHECK_INT(nlmsg_append(message, nlmsg_data(told), (size_t)nlmsg_datalen(told), NLMSG_ALIGNTO), ==, 0);
	return message;
}

int netlink_flags(struct nl_sock *socket, int index, unsigned flags, unsigned mask)
{
	struct ifinfomsg link = {.ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = flags & mask, .ifi_change = mask};
	struct nl_msg *message = nlmsg_alloc_simple(RTM_SETLINK, 0);

	CHECK(message != NULL);
	CHECK_INT(nlmsg_append(message, &link, sizeof link, NLMSG_ALIGNTO), ==, 0);
	return netlink_request(socket, message, RTM_SETLINK, 0);
}
