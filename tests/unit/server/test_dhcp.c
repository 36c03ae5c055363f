/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/dhcp.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

#define SERVER 0xc0000201U
#define DEVICE 0xc0000264U
#define OTHER 0xc0000299U
#define BROADCAST 0x8000U

enum { DISCOVER = 1, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM };

static const struct dhcp_config config = {SERVER, 0xffffff00U, DEVICE, 86400U * UINT64_C(1000000000), false};

/* A message as a client would send it. */
struct message {
	uint8_t data[576];
	size_t length;
};

static void add_option(struct message *message, uint8_t code, const void *data, uint8_t length)
{
	message->data[message->length++] = code;
	message->data[message->length++] = length;
	memcpy(message->data + message->length, data, length);
	message->length += length;
}

static void add_address(struct message *message, uint8_t code, uint32_t address)
{
	uint8_t value[4];

	put_be32(value, address);
	add_option(message, code, value, 4);
}

static struct message message_of(uint8_t type, uint32_t ciaddr, unsigned flags)
{
	static const uint8_t mac[6] = {0x02, 0, 0x5e, 0, 0x53, 1};
	struct message message = {.length = 240};

	message.data[0] = 1;
	message.data[1] = 1;
	message.data[2] = 6;
	put_be32(message.data + 4, 0x12345678);
	put_be16(message.data + 10, flags);
	put_be32(message.data + 12, ciaddr);
	memcpy(message.data + 28, mac, sizeof mac);
	put_be32(message.data + 236, 0x63825363);
	add_option(&message, 53, &type, 1);
	return message;
}

static struct dhcp_answer answer_to(const struct message *message, bool ended)
{
	struct dhcp_answer answer;
	struct message copy = *message;

	if (ended)
		copy.data[copy.length++] = 255;
	dhcp_answer(&config, bytes_of(copy.data, copy.length), &answer);
	return answer;
}

/* The value of an option of an answer as a number; 0 if it is not there. */
static uint32_t option(const struct dhcp_answer *answer, uint8_t code)
{
	for (size_t at = 240; at + 1 < answer->length && answer->message[at] != 255; at += 2U + answer->message[at + 1]) {
		if (answer->message[at] == 0)
			break;
		uint32_t value = 0;
		for (unsigned i = 0; i < answer->message[at + 1]; i++)
			value = value << 8 | answer->message[at + 2 + i];
		if (answer->message[at] == code)
			return value;
	}
	return 0;
}

static uint32_t field(const struct dhcp_answer *answer, size_t offset)
{
	uint32_t value = 0;

	CU_ASSERT_FATAL(bytes_be32(bytes_of(answer->message, answer->length), offset, &value));
	return value;
}

static void a_discover_is_offered_the_address_with_all_options(void)
{
	struct message message = message_of(DISCOVER, 0, 0);
	struct dhcp_answer answer = answer_to(&message, true);

	CU_ASSERT_FATAL(answer.length >= 300 && answer.length <= DHCP_MESSAGE_MAX);
	CU_ASSERT(memcmp(answer.message, "\2\1\6\0", 4) == 0);
	CU_ASSERT_EQUAL(field(&answer, 4), 0x12345678);
	CU_ASSERT_EQUAL(field(&answer, 12), 0);
	CU_ASSERT_EQUAL(field(&answer, 16), DEVICE);
	CU_ASSERT(memcmp(answer.message + 28, message.data + 28, 16) == 0);
	CU_ASSERT_EQUAL(field(&answer, 236), 0x63825363);
	CU_ASSERT_EQUAL(option(&answer, 53), OFFER);
	CU_ASSERT_EQUAL(option(&answer, 54), SERVER);
	CU_ASSERT_EQUAL(option(&answer, 51), 86400);
	CU_ASSERT_EQUAL(option(&answer, 58), 43200);
	CU_ASSERT_EQUAL(option(&answer, 59), 75600);
	CU_ASSERT_EQUAL(option(&answer, 1), 0xffffff00);
	CU_ASSERT_EQUAL(option(&answer, 3), SERVER);
	CU_ASSERT_EQUAL(option(&answer, 6), SERVER);
	CU_ASSERT_EQUAL(option(&answer, 42), SERVER);
	TEST_SAME_TEXT(answer.note, "discover -> offer 192.0.2.100");
}

/* RFC 2131 4.1. */
static void an_answer_is_broadcast_only_if_it_must_be(void)
{
	struct message plain = message_of(DISCOVER, 0, 0), flagged = message_of(DISCOVER, 0, BROADCAST),
		       bound = message_of(INFORM, DEVICE, BROADCAST);
	struct dhcp_answer answer = answer_to(&plain, true);

	CU_ASSERT(!answer.broadcast && answer.destination == DEVICE);
	CU_ASSERT(memcmp(answer.hardware, plain.data + 28, 6) == 0);
	answer = answer_to(&flagged, true);
	CU_ASSERT(answer.broadcast);
	CU_ASSERT_EQUAL(field(&answer, 8) & 0xffff, BROADCAST);
	answer = answer_to(&bound, true);
	CU_ASSERT(!answer.broadcast && answer.destination == DEVICE);
}

static void a_request_for_the_offer_is_acknowledged(void)
{
	struct message message = message_of(REQUEST, 0, 0);

	add_address(&message, 50, DEVICE);
	add_address(&message, 54, SERVER);
	struct dhcp_answer answer = answer_to(&message, true);
	CU_ASSERT_EQUAL(option(&answer, 53), ACK);
	CU_ASSERT_EQUAL(field(&answer, 16), DEVICE);
	CU_ASSERT_EQUAL(option(&answer, 51), 86400);
	TEST_SAME_TEXT(answer.note, "request -> ack 192.0.2.100");
}

static void a_renewal_is_acknowledged_to_the_address_in_use(void)
{
	struct message message = message_of(REQUEST, DEVICE, 0);
	struct dhcp_answer answer = answer_to(&message, true);

	CU_ASSERT_EQUAL(option(&answer, 53), ACK);
	CU_ASSERT_EQUAL(field(&answer, 12), DEVICE);
	CU_ASSERT(!answer.broadcast && answer.destination == DEVICE);
}

static void a_wrong_address_is_answered_with_a_nak(void)
{
	struct message wanted = message_of(REQUEST, 0, 0), renewed = message_of(REQUEST, OTHER, 0), none = message_of(REQUEST, 0, 0);

	add_address(&wanted, 50, OTHER);
	const struct message *const messages[] = {&wanted, &renewed, &none};
	for (unsigned i = 0; i < 3; i++) {
		struct dhcp_answer answer = answer_to(messages[i], true);
		CU_ASSERT_EQUAL(option(&answer, 53), NAK);
		CU_ASSERT_EQUAL(option(&answer, 54), SERVER);
		CU_ASSERT(answer.broadcast);
		/* RFC 2131 table 3: a NAK gives nothing. */
		CU_ASSERT_EQUAL(field(&answer, 12), 0);
		CU_ASSERT_EQUAL(field(&answer, 16), 0);
		CU_ASSERT(option(&answer, 51) == 0 && option(&answer, 1) == 0 && option(&answer, 3) == 0 && option(&answer, 6) == 0);
	}
	TEST_SAME_TEXT(answer_to(&wanted, true).note, "request -> nak 192.0.2.153");
}

static void a_request_to_another_server_is_not_ours(void)
{
	struct message message = message_of(REQUEST, 0, 0);

	add_address(&message, 50, DEVICE);
	add_address(&message, 54, OTHER);
	struct dhcp_answer answer = answer_to(&message, true);
	CU_ASSERT_EQUAL(answer.length, 0);
	TEST_CONTAINS(answer.note, "request -> nothing, it is for server 192.0.2.153");
}

/* RFC 2131 4.3.5: an answer to an INFORM has no address and no lease. */
static void an_inform_is_told_all_but_an_address(void)
{
	struct message message = message_of(INFORM, OTHER, 0);
	struct dhcp_answer answer = answer_to(&message, true);

	CU_ASSERT_EQUAL(option(&answer, 53), ACK);
	CU_ASSERT_EQUAL(field(&answer, 16), 0);
	CU_ASSERT(option(&answer, 51) == 0 && option(&answer, 58) == 0 && option(&answer, 59) == 0);
	CU_ASSERT_EQUAL(option(&answer, 6), SERVER);
	CU_ASSERT(!answer.broadcast && answer.destination == OTHER);
	TEST_SAME_TEXT(answer.note, "inform -> ack");
}

static void release_and_decline_are_noted_and_not_answered(void)
{
	struct message release = message_of(RELEASE, DEVICE, 0), decline = message_of(DECLINE, 0, 0);
	struct dhcp_answer answer = answer_to(&release, true);

	CU_ASSERT_EQUAL(answer.length, 0);
	TEST_SAME_TEXT(answer.note, "release -> noted");
	answer = answer_to(&decline, true);
	CU_ASSERT_EQUAL(answer.length, 0);
	TEST_SAME_TEXT(answer.note, "decline -> noted");
}

static void options_are_found_behind_others_and_padding(void)
{
	struct message message = message_of(REQUEST, 0, 0);
	static const uint8_t name[200] = {'x'};

	/* padding; three, so that it cannot be taken for options of no length */
	message.length += 3;
	add_option(&message, 12, name, sizeof name);
	add_option(&message, 61, name, 0);
	add_address(&message, 50, DEVICE);
	CU_ASSERT_EQUAL(answer_to(&message, true).message[242], ACK);
	/* An option may be the last without an end, but not one that is cut off. */
	CU_ASSERT_EQUAL(answer_to(&message, false).message[242], ACK);
	message.length--;
	CU_ASSERT_EQUAL(answer_to(&message, false).message[242], NAK);
}

static void is_no_message(struct message message)
{
	struct dhcp_answer answer = answer_to(&message, true);

	CU_ASSERT_EQUAL(answer.length, 0);
	TEST_CONTAINS(answer.note, "bytes that are no DHCP message");
}

static void what_is_no_request_is_a_finding(void)
{
	struct message good = message_of(DISCOVER, 0, 0), bad = good;

	bad.data[0] = 2; /* an answer */
	is_no_message(bad);
	bad = good;
	bad.data[2] = 8; /* not an Ethernet address */
	is_no_message(bad);
	bad = good;
	bad.data[239] ^= 1; /* the cookie */
	is_no_message(bad);
	bad = good;
	bad.data[242] = 0; /* the type */
	is_no_message(bad);
	bad.data[242] = 9;
	is_no_message(bad);
	bad = good;
	bad.length = 240; /* no type at all */
	is_no_message(bad);
}

static void garbage_of_every_length_is_survived(void)
{
	struct message message = message_of(REQUEST, 0, 0);
	unsigned answered = 0;

	add_address(&message, 54, SERVER);
	add_address(&message, 50, DEVICE);
	message.data[message.length++] = 255;
	for (size_t length = 0; length <= message.length; length++) {
		/* A block of exactly that length, so that a sanitizer sees a read behind it. */
		uint8_t *data = memory_new(length);
		struct dhcp_answer answer;
		memcpy(data, message.data, length);
		dhcp_answer(&config, bytes_of(data, length), &answer);
		answered += answer.length > 0;
		CU_ASSERT(answer.length > 0 || length < 243);
		memset(data, 0xff, length);
		dhcp_answer(&config, bytes_of(data, length), &answer);
		CU_ASSERT(answer.length == 0 && answer.note[0] != '\0');
		free(data);
	}
	CU_ASSERT(answered > 0);
}

const CU_TestInfo tests_dhcp[] = {
	{"a discover is offered the address with all options", a_discover_is_offered_the_address_with_all_options},
	{"an answer is broadcast only if it must be", an_answer_is_broadcast_only_if_it_must_be},
	{"a request for the offer is acknowledged", a_request_for_the_offer_is_acknowledged},
	{"a renewal is acknowledged to the address in use", a_renewal_is_acknowledged_to_the_address_in_use},
	{"a wrong address is answered with a NAK", a_wrong_address_is_answered_with_a_nak},
	{"a request to another server is not ours", a_request_to_another_server_is_not_ours},
	{"an inform is told all but an address", an_inform_is_told_all_but_an_address},
	{"release and decline are noted and not answered", release_and_decline_are_noted_and_not_answered},
	{"options are found behind others and padding", options_are_found_behind_others_and_padding},
	{"what is no request is a finding", what_is_no_request_is_a_finding},
	{"garbage of every length is survived", garbage_of_every_length_is_survived},
	CU_TEST_INFO_NULL,
};
