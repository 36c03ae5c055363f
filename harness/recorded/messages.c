/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "recorded/messages.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DNS_HEADER 12U
#define DNS_RECORD 10U /* of a record, behind its name */
#define LABEL_MAX 63U
#define RECORDS_MAX 64U
#define TYPE_A 1U
#define CLASS_IN 1U

#define DHCP_OPTIONS 240U
#define DHCP_COOKIE 0x63825363U
#define OPTION_PAD 0U
#define OPTION_KIND 53U
#define OPTION_SERVER 54U
#define OPTION_END 255U

/* Reads a name that is not compressed, as a question's is. @return false if it is none. */
static bool read_name(struct bytes message, size_t *at, char ret_name[RECORDING_NAME_MAX])
{
	size_t used = 0;
	uint8_t length;

	ret_name[0] = '\0';
	while (bytes_u8(message, *at, &length) && length > 0) {
		if (length > LABEL_MAX || !bytes_have(message, *at + 1, length) || used + length + 2 > RECORDING_NAME_MAX)
			return false;
		if (used > 0)
			ret_name[used++] = '.';
		for (size_t i = 0; i < length; i++) {
			const char c = (char)message.data[*at + 1 + i];
			if (!isalnum((unsigned char)c) && c != '-' && c != '_')
				return false;
			ret_name[used++] = (char)tolower((unsigned char)c);
		}
		ret_name[used] = '\0';
		*at += 1U + length;
	}
	++*at;
	return bytes_have(message, 0, *at) && used > 0;
}

/* Goes behind a name that may be compressed (RFC 1035 4.1.4). */
static bool skip_name(struct bytes message, size_t *at)
{
	uint8_t length;

	while (bytes_u8(message, *at, &length)) {
		if (length >= 0xc0) {
			*at += 2;
			return true;
		}
		if (length > LABEL_MAX)
			return false;
		*at += 1U + length;
		if (length == 0)
			return true;
	}
	return false;
}

static void read_answers(struct bytes message, size_t at, unsigned count, struct dns_message *ret)
{
	uint16_t type, class, length;
	uint32_t address;

	for (unsigned i = 0; i < count && i < RECORDS_MAX && ret->count < DNS_ADDRESSES_MAX; i++) {
		if (!skip_name(message, &at) || !bytes_be16(message, at, &type) || !bytes_be16(message, at + 2, &class) ||
		    !bytes_be16(message, at + 8, &length))
			return;
		at += DNS_RECORD;
		if (type == TYPE_A && class == CLASS_IN && length == 4 && bytes_be32(message, at, &address))
			ret->addresses[ret->count++] = address;
		at += length;
	}
}

bool dns_message_read(struct bytes message, struct dns_message *ret_message)
{
	uint16_t flags, questions, answers, class;
	size_t at = DNS_HEADER;

	memset(ret_message, 0, sizeof *ret_message);
	if (!bytes_be16(message, 0, &ret_message->id) || !bytes_be16(message, 2, &flags) || !bytes_be16(message, 4, &questions) ||
	    !bytes_be16(message, 6, &answers) || questions != 1 || !read_name(message, &at, ret_message->name) ||
	    !bytes_be16(message, at, &ret_message->type) || !bytes_be16(message, at + 2, &class) || class != CLASS_IN)
		return false;
	ret_message->is_answer = flags & 0x8000U;
	ret_message->cut = flags & 0x0200U;
	ret_message->code = flags & 15U;
	if (ret_message->is_answer)
		read_answers(message, at + 4, answers, ret_message);
	return true;
}

const char *dns_message_says(const struct dns_message *message)
{
	static const char *const codes[] = {"no address", "formerr", "servfail", "nxdomain", "notimp", "refused"};

	if (message->cut)
		return "truncated";
	return message->code < sizeof codes / sizeof codes[0] ? codes[message->code] : "another error";
}

static void read_options(struct bytes message, struct dhcp_message *ret)
{
	static const char *const kinds[] = {NULL, "discover", "offer", "request", "decline", "ack", "nak", "release", "inform"};
	uint8_t code, length, kind;

	for (size_t at = DHCP_OPTIONS; bytes_u8(message, at, &code) && code != OPTION_END;) {
		if (code == OPTION_PAD) {
			at++;
			continue;
		}
		if (!bytes_u8(message, at + 1, &length))
			return;
		if (code == OPTION_KIND && length == 1 && bytes_u8(message, at + 2, &kind) && kind < sizeof kinds / sizeof kinds[0])
			ret->kind = kinds[kind];
		if (code == OPTION_SERVER && length == 4)
			(void)bytes_be32(message, at + 2, &ret->server);
		at += 2U + length;
	}
}

bool dhcp_message_read(struct bytes message, struct dhcp_message *ret_message)
{
	uint32_t cookie;
	uint8_t op;

	memset(ret_message, 0, sizeof *ret_message);
	if (!bytes_u8(message, 0, &op) || (op != 1 && op != 2) || !bytes_be32(message, 4, &ret_message->id) ||
	    !bytes_be32(message, 16, &ret_message->address) || !bytes_be32(message, DHCP_OPTIONS - 4, &cookie) || cookie != DHCP_COOKIE)
		return false;
	ret_message->from_client = op == 1;
	read_options(message, ret_message);
	return ret_message->kind != NULL;
}
