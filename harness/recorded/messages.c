/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/messages.h"

#include <ctype.h>
#include <string.h>

#include "harness/server/dhcp.h"
#include "harness/server/dns.h"

#define CLASS_IN 1U

/* chaddr, in front of the cookie that a kind needs (RFC 2131 2). */
#define DHCP_HARDWARE 28U

/* What else may stand in a name, no host has. */
static bool is_host_name(const char *name)
{
	for (const char *at = name; *at != '\0'; at++)
		if (!isalnum((unsigned char)*at) && *at != '-' && *at != '_' && *at != '.')
			return false;
	return name[0] != '\0';
}

bool dns_message_read(struct bytes message, struct dns_message *ret_message)
{
	struct dns_question question;
	uint16_t flags, class;

	memset(ret_message, 0, sizeof *ret_message);
	if (!dns_read_question(message, &question) || !is_host_name(question.name) || !bytes_be16(message, 2, &flags) ||
	    !bytes_be16(message, question.end - 4, &ret_message->type) || !bytes_be16(message, question.end - 2, &class) ||
	    class != CLASS_IN)
		return false;
	ret_message->id = question.id;
	memcpy(ret_message->name, question.name, sizeof ret_message->name);
	ret_message->is_answer = question.is_answer;
	ret_message->cut = flags & 0x0200U;
	ret_message->code = flags & 15U;
	ret_message->count = dns_addresses(message, ret_message->addresses, DNS_ADDRESSES_MAX);
	return true;
}

const char *dns_message_says(const struct dns_message *message)
{
	static const char *const codes[] = {"no address", "formerr", "servfail", "nxdomain", "notimp", "refused"};

	if (message->cut)
		return "truncated";
	return message->code < sizeof codes / sizeof codes[0] ? codes[message->code] : "another error";
}

bool dhcp_message_read(struct bytes message, struct dhcp_message *ret_message)
{
	const char *asked = dhcp_kind(message), *answered = dhcp_reply_kind(message);

	memset(ret_message, 0, sizeof *ret_message);
	ret_message->kind = asked != NULL ? asked : answered;
	if (ret_message->kind == NULL || !bytes_be32(message, 4, &ret_message->id) || !bytes_be32(message, 16, &ret_message->address))
		return false;
	ret_message->from_client = asked != NULL;
	memcpy(ret_message->hardware, message.data + DHCP_HARDWARE, sizeof ret_message->hardware);
	return true;
}
