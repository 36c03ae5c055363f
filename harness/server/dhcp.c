/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/dhcp.h"

#include <stdio.h>
#include <string.h>

/* RFC 2131 figure 1, RFC 2132. */
#define FIXED 236U
#define COOKIE 0x63825363U
#define BROADCAST_FLAG 0x8000U
enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };
enum {
	OPTION_PAD = 0,
	OPTION_NETMASK = 1,
	OPTION_ROUTER = 3,
	OPTION_DNS = 6,
	OPTION_NTP = 42,
	OPTION_ADDRESS = 50,
	OPTION_LEASE = 51,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_RENEWAL = 58,
	OPTION_REBINDING = 59,
	OPTION_END = 255
};

static const char *const type_names[] = {"?", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform"};

/* Finds an option; tells whether it is there and whole. */
static bool option(struct bytes message, uint8_t wanted, struct bytes *ret_value)
{
	size_t at = FIXED + 4;
	uint8_t code, length;

	while (bytes_u8(message, at, &code) && code != OPTION_END) {
		if (code == OPTION_PAD) {
			at++;
			continue;
		}
		if (!bytes_u8(message, at + 1, &length) || !bytes_have(message, at + 2, length))
			return false;
		if (code == wanted) {
			*ret_value = bytes_part(message, at + 2, length);
			return true;
		}
		at += 2U + length;
	}
	return false;
}

static uint32_t option_address(struct bytes message, uint8_t code, uint32_t otherwise)
{
	struct bytes value;

	if (option(message, code, &value))
		(void)bytes_be32(value, 0, &otherwise);
	return otherwise;
}

static const char *dotted(uint32_t address, char ret_text[16])
{
	(void)snprintf(ret_text, 16, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
	return ret_text;
}

static uint8_t *put_option(uint8_t *at, uint8_t code, uint32_t value)
{
	at[0] = code;
	at[1] = 4;
	put_be32(at + 2, value);
	return at + 6;
}

/* Fills the answer with what every kind of it has, and the options of an offer or ack. */
static void build(const struct dhcp_config *config, struct bytes request, uint8_t type, bool with_lease, struct dhcp_answer *answer)
{
	uint8_t *m = answer->message, *at = m + FIXED;
	uint32_t lease_s = (uint32_t)(config->lease_ns / 1000000000U);

	m[0] = 2; /* BOOTREPLY */
	m[1] = 1;
	m[2] = 6;
	memcpy(m + 4, request.data + 4, 4);   /* xid */
	memcpy(m + 10, request.data + 10, 2); /* flags */
	if (type != NAK)
		memcpy(m + 12, request.data + 12, 4); /* ciaddr */
	if (with_lease)
		put_be32(m + 16, config->device); /* yiaddr */
	memcpy(m + 28, request.data + 28, 16);    /* chaddr */
	put_be32(at, COOKIE);
	at += 4;
	*at++ = OPTION_TYPE;
	*at++ = 1;
	*at++ = type;
	at = put_option(at, OPTION_SERVER, config->server);
	if (with_lease) {
		at = put_option(at, OPTION_LEASE, lease_s);
		at = put_option(at, OPTION_RENEWAL, lease_s / 2);
		at = put_option(at, OPTION_REBINDING, lease_s - lease_s / 8);
	}
	if (type != NAK) {
		at = put_option(at, OPTION_NETMASK, config->netmask);
		at = put_option(at, OPTION_ROUTER, config->server);
		at = put_option(at, OPTION_DNS, config->server);
		at = put_option(at, OPTION_NTP, config->server);
	}
	*at++ = OPTION_END;
	/* RFC 1542 2.1: a BOOTP message has at least 300 bytes. */
	answer->length = (size_t)(at - m) < 300 ? 300 : (size_t)(at - m);
}

/* RFC 2131 4.1: where the answer goes. */
static void address_answer(const struct dhcp_config *config, struct bytes request, bool nak, struct dhcp_answer *answer)
{
	uint32_t ciaddr = 0;
	uint16_t flags = 0;

	(void)bytes_be32(request, 12, &ciaddr);
	(void)bytes_be16(request, 10, &flags);
	memcpy(answer->hardware, request.data + 28, 6);
	answer->broadcast = nak || (ciaddr == 0 && (flags & BROADCAST_FLAG));
	answer->unconfigured = ciaddr == 0;
	answer->destination = ciaddr != 0 ? ciaddr : config->device;
}

static void note(struct dhcp_answer *answer, uint8_t type, const char *outcome, uint32_t address)
{
	char text[16];

	(void)snprintf(answer->note, sizeof answer->note, "%s -> %s%s%s", type_names[type], outcome, address ? " " : "",
	               address ? dotted(address, text) : "");
}

/* RFC 2131 4.3.2: selecting, init-reboot, renewing and rebinding. */
static void answer_request(const struct dhcp_config *config, struct bytes request, struct dhcp_answer *answer)
{
	uint32_t server = option_address(request, OPTION_SERVER, config->server), ciaddr = 0;

	(void)bytes_be32(request, 12, &ciaddr);
	uint32_t wanted = option_address(request, OPTION_ADDRESS, ciaddr);
	if (server != config->server) {
		note(answer, REQUEST, "nothing, it is for server", server);
		return;
	}
	bool right = wanted == config->device && !config->refuses;
	build(config, request, right ? ACK : NAK, right, answer);
	address_answer(config, request, !right, answer);
	note(answer, REQUEST, right ? "ack" : "nak", wanted);
}

/* 0: it is no DHCP message of that kind (1: BOOTREQUEST, 2: BOOTREPLY). */
static uint8_t type_of_either(struct bytes message, uint8_t operation)
{
	struct bytes value;
	uint32_t cookie;
	uint8_t type = 0;

	if (!bytes_be32(message, FIXED, &cookie) || cookie != COOKIE || message.data[0] != operation || message.data[2] != 6 ||
	    !option(message, OPTION_TYPE, &value) || !bytes_u8(value, 0, &type) || type > INFORM)
		return 0;
	return type;
}

static uint8_t type_of(struct bytes message)
{
	return type_of_either(message, 1);
}

const char *dhcp_reply_kind(struct bytes message)
{
	uint8_t type = type_of_either(message, 2);

	return type != 0 ? type_names[type] : NULL;
}

uint32_t dhcp_server_of(struct bytes message)
{
	return option_address(message, OPTION_SERVER, 0);
}

static void change_option(uint8_t *message, size_t length, uint8_t code, uint32_t value)
{
	struct bytes place;

	if (option(bytes_of(message, length), code, &place) && place.length == 4)
		put_be32(message + (place.data - message), value);
}

void dhcp_shorten(uint8_t *message, size_t length, uint64_t lease_ns)
{
	uint32_t lease_s = (uint32_t)(lease_ns / 1000000000U);

	change_option(message, length, OPTION_LEASE, lease_s);
	change_option(message, length, OPTION_RENEWAL, lease_s / 2);
	change_option(message, length, OPTION_REBINDING, lease_s - lease_s / 8);
}

const char *dhcp_kind(struct bytes message)
{
	uint8_t type = type_of(message);

	return type != 0 ? type_names[type] : NULL;
}

void dhcp_answer(const struct dhcp_config *config, struct bytes message, struct dhcp_answer *ret_answer)
{
	uint8_t type = type_of(message);

	memset(ret_answer, 0, sizeof *ret_answer);
	if (type == 0) {
		(void)snprintf(ret_answer->note, sizeof ret_answer->note, "finding: %zu bytes that are no DHCP message", message.length);
		return;
	}
	switch (type) {
	case DISCOVER:
		build(config, message, OFFER, true, ret_answer);
		address_answer(config, message, false, ret_answer);
		note(ret_answer, type, "offer", config->device);
		break;
	case REQUEST:
		answer_request(config, message, ret_answer);
		break;
	case INFORM:
		build(config, message, ACK, false, ret_answer);
		address_answer(config, message, false, ret_answer);
		note(ret_answer, type, "ack", 0);
		break;
	default:
		note(ret_answer, type, "noted", 0);
		break;
	}
}
