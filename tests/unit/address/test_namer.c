/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/address/namer.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "tests/test.h"
#include "tests/unit/address/names.h"

#define ACK TCP_FLAG_ACK
#define SYN TCP_FLAG_SYN
#define FIN TCP_FLAG_FIN
#define RST TCP_FLAG_RST

static struct namer *namer;

static struct made tcp(enum direction direction, uint16_t port, uint8_t flags, uint32_t seq, const char *payload)
{
	return (struct made){.direction = direction,
	                     .protocol = IP_TCP,
	                     .port = port,
	                     .flags = flags,
	                     .seq = seq,
	                     .payload = payload,
	                     .length = payload != NULL ? strlen(payload) : 0};
}

static const char *out(uint8_t flags, uint32_t seq, const char *payload)
{
	const struct made made = tcp(TO_SERVER, 4000, flags, seq, payload);

	return names_of(namer, &made);
}

static const char *in(uint8_t flags, uint32_t seq, const char *payload)
{
	const struct made made = tcp(TO_DEVICE, 4000, flags, seq, payload);

	return names_of(namer, &made);
}

/* -- words of protocols -- */

static const char *udp(uint16_t from, uint16_t to, enum direction direction, const uint8_t *payload, size_t length)
{
	struct frame *frame = made_frame(&(struct made){.direction = direction, .payload = payload, .length = length});

	put_be16(frame->data + 34, from);
	put_be16(frame->data + 36, to);
	return names_of_frame(namer, frame, direction);
}

static void dhcp_messages_are_named_by_their_option_53(void)
{
	static const char *const words[] = {"udp",      "dhcp.discover", "dhcp.offer",   "dhcp.request", "dhcp.decline",
	                                    "dhcp.ack", "dhcp.nak",      "dhcp.release", "dhcp.inform",  "udp"};
	char expected[64];

	namer = namer_open();
	for (uint8_t type = 0; type < 10; type++) {
		/* A pad and another option come first. */
		uint8_t message[250] = {[240] = 0, [241] = 12, [242] = 1, [243] = 'x', [244] = 53, [245] = 1, [246] = type, [247] = 255};
		(void)snprintf(expected, sizeof expected, "%s#%u [67/1]#%u", words[type], type == 9 ? 2 : 1, type == 9 ? 2 : 1);
		TEST_SAME_TEXT(udp(68, 67, TO_SERVER, message, sizeof message), expected);
	}
	namer_close(namer);
}

static void malformed_dhcp_options_are_survived(void)
{
	uint8_t endless[244] = {[240] = 12, [241] = 200}, cut[242] = {[240] = 53, [241] = 1},
		wrong[250] = {[240] = 53, [241] = 2, [242] = 1};

	namer = namer_open();
	TEST_SAME_TEXT(udp(68, 67, TO_SERVER, endless, sizeof endless), "udp#1 [67/1]#1");
	TEST_SAME_TEXT(udp(68, 67, TO_SERVER, cut, sizeof cut), "udp#2 [67/1]#2");
	TEST_SAME_TEXT(udp(68, 67, TO_SERVER, wrong, sizeof wrong), "udp#3 [67/1]#3");
	TEST_SAME_TEXT(udp(68, 67, TO_SERVER, wrong, 10), "udp#4 [67/1]#4");
	namer_close(namer);
}

static void dns_and_ntp_have_questions_and_answers(void)
{
	static const uint8_t query[12] = {0, 7, 1, 0}, reply[12] = {0, 7, 0x81, 0x80}, request[48] = {0x23}, answer[48] = {0x24};

	namer = namer_open();
	TEST_SAME_TEXT(udp(5000, 53, TO_SERVER, query, sizeof query), "dns.query#1 [53/1]#1");
	TEST_SAME_TEXT(udp(53, 5000, TO_DEVICE, reply, sizeof reply), "dns.reply#1 [53/1]#1");
	TEST_SAME_TEXT(udp(5001, 53, TO_SERVER, query, sizeof query), "dns.query#2 [53/2]#1");
	TEST_SAME_TEXT(udp(123, 123, TO_SERVER, request, sizeof request), "ntp.request#1 [123/1]#1");
	TEST_SAME_TEXT(udp(123, 123, TO_DEVICE, answer, sizeof answer), "ntp.reply#1 [123/1]#1");
	TEST_SAME_TEXT(udp(6000, 7000, TO_SERVER, query, sizeof query), "udp#1 [6000/1]#1");
	/* Too short for what would tell. */
	TEST_SAME_TEXT(udp(5002, 53, TO_SERVER, query, 3), "udp#2 [53/3]#1");
	namer_close(namer);
}

static void icmp_messages_are_named_by_their_type(void)
{
	static const struct {
		uint8_t type;
		const char *names;
	} rows[] = {{8, "icmp.echo#1"},           {0, "icmp.echo_reply#1"}, {3, "icmp.unreachable#1"},
	            {11, "icmp.time_exceeded#1"}, {5, "icmp.other#1"},      {13, "icmp.other#2"}};

	namer = namer_open();
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct frame *frame = made_frame(&(struct made){.protocol = IP_ICMP});
		frame->data[34] = rows[i].type;
		TEST_SAME_TEXT(names_of_frame(namer, frame, TO_SERVER), rows[i].names);
	}
	namer_close(namer);
}

static void arp_fragments_and_other_protocols_are_told_apart(void)
{
	static const uint16_t operations[] = {1, 2, 3};
	static const char *const names[] = {"arp.request#1", "arp.reply#1", "-"};

	namer = namer_open();
	for (size_t i = 0; i < 3; i++) {
		uint8_t data[60] = {[12] = 8, [13] = 6, [21] = (uint8_t)operations[i]};
		TEST_SAME_TEXT(names_of_frame(namer, frame_new(data, sizeof data), TO_SERVER), names[i]);
	}
	struct frame *fragment = made_frame(&(struct made){.length = 100}), *six = made_frame(&(struct made){0});
	put_be16(fragment->data + 20, 5);
	TEST_SAME_TEXT(names_of_frame(namer, fragment, TO_SERVER), "ip.fragment#1");
	put_be16(six->data + 12, 0x86dd);
	TEST_SAME_TEXT(names_of_frame(namer, six, TO_SERVER), "-");
	namer_close(namer);
}

/* -- TCP -- */

static void a_connection_is_named_from_beginning_to_end(void)
{
	namer = namer_open();
	TEST_SAME_TEXT(out(SYN, 100, NULL), "tcp.syn#1 [80/1]#1");
	TEST_SAME_TEXT(in(SYN | ACK, 900, NULL), "tcp.synack#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK, 101, NULL), "tcp.ack#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK, 101, "\1\2\3"), "tcp.data#1 [80/1]#1");
	TEST_SAME_TEXT(in(ACK, 901, NULL), "tcp.ack#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK | FIN, 104, NULL), "tcp.fin#1 [80/1]#1");
	TEST_SAME_TEXT(in(ACK | FIN, 901, "\1"), "tcp.data#1 tcp.fin#1 [80/1]#1");
	TEST_SAME_TEXT(out(RST, 105, NULL), "tcp.rst#1 [80/1]#1");
	namer_close(namer);
}

static void what_is_sent_again_is_a_retransmission(void)
{
	namer = namer_open();
	(void)out(SYN, 100, NULL);
	TEST_SAME_TEXT(out(SYN, 100, NULL), "tcp.retransmission#1 tcp.syn#2 [80/1]#2");
	(void)in(SYN | ACK, 900, NULL);
	TEST_SAME_TEXT(in(SYN | ACK, 900, NULL), "tcp.retransmission#1 tcp.synack#2 [80/1]#2");
	(void)out(ACK, 101, "\1aaaa");
	TEST_SAME_TEXT(out(ACK, 101, "\1aaaa"), "tcp.data#2 tcp.retransmission#2 [80/1]#2");
	TEST_SAME_TEXT(out(ACK, 103, "aa"), "tcp.data#3 tcp.retransmission#3 [80/1]#3");
	/* A part that is new makes it none. */
	TEST_SAME_TEXT(out(ACK, 103, "aaab"), "tcp.data#4 [80/1]#4");
	TEST_SAME_TEXT(out(ACK | FIN, 107, NULL), "tcp.fin#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK | FIN, 107, NULL), "tcp.retransmission#4 tcp.fin#2 [80/1]#2");
	/* A keep-alive sends the byte before the next one again (RFC 1122 sec. 4.2.3.6). */
	TEST_SAME_TEXT(in(ACK, 900, "\1"), "tcp.data#1 tcp.retransmission#2 [80/1]#2");
	namer_close(namer);
}

static void sequence_numbers_wrap(void)
{
	namer = namer_open();
	(void)out(SYN, 0xfffffffd, NULL);
	TEST_SAME_TEXT(out(ACK, 0xfffffffe, "\1aaaa"), "tcp.data#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK, 3, "bb"), "tcp.data#2 [80/1]#2");
	TEST_SAME_TEXT(out(ACK, 0xfffffffe, "\1aaaabb"), "tcp.data#3 tcp.retransmission#1 [80/1]#1");
	namer_close(namer);
}

static void each_connection_counts_for_itself(void)
{
	struct made made = tcp(TO_SERVER, 4000, SYN, 100, NULL);

	namer = namer_open();
	TEST_SAME_TEXT(names_of(namer, &made), "tcp.syn#1 [80/1]#1");
	made.port = 4001;
	TEST_SAME_TEXT(names_of(namer, &made), "tcp.syn#2 [80/2]#1");
	made.server_port = 443;
	TEST_SAME_TEXT(names_of(namer, &made), "tcp.syn#3 [443/1]#1");
	/* The same end points once more, with another sequence number. */
	made = tcp(TO_SERVER, 4000, SYN, 777, NULL);
	TEST_SAME_TEXT(names_of(namer, &made), "tcp.syn#4 [80/3]#1");
	TEST_SAME_TEXT(out(ACK, 778, NULL), "tcp.ack#1 [80/3]#1");
	TEST_SAME_TEXT(in(ACK, 5, NULL), "tcp.ack#1 [80/3]#1");
	namer_close(namer);
}

static void a_connection_that_is_joined_late_is_named_too(void)
{
	namer = namer_open();
	TEST_SAME_TEXT(in(ACK, 5000, "\1xx"), "tcp.data#1 [80/1]#1");
	TEST_SAME_TEXT(in(ACK, 5000, "\1xx"), "tcp.data#2 tcp.retransmission#1 [80/1]#1");
	namer_close(namer);
}

/* -- HTTP -- */

#define GET "GET /a HTTP/1.1\r\nHost: h\r\n\r\n"
#define RANGE "GET /b HTTP/1.1\r\nHost: h\r\nrAnGe: bytes=7-\r\n\r\n"
#define REPLY "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static void requests_ranges_and_responses_are_named(void)
{
	namer = namer_open();
	(void)out(SYN, 0, NULL);
	(void)in(SYN | ACK, 0, NULL);
	TEST_SAME_TEXT(out(ACK, 1, GET), "tcp.data#1 http.request#1 [80/1]#1");
	TEST_SAME_TEXT(in(ACK, 1, REPLY), "tcp.data#1 http.response#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK, 1 + (uint32_t)strlen(GET), RANGE), "tcp.data#2 http.request#2 http.range#1 [80/1]#1");
	TEST_SAME_TEXT(in(ACK, 1 + (uint32_t)strlen(REPLY), REPLY), "tcp.data#2 http.response#2 [80/1]#2");
	/* Again: its names stay. */
	TEST_SAME_TEXT(out(ACK, 1, GET), "tcp.data#3 tcp.retransmission#1 http.request#3 [80/1]#3");
	TEST_SAME_TEXT(out(ACK, 1 + (uint32_t)strlen(GET), RANGE), "tcp.data#4 tcp.retransmission#2 http.request#4 http.range#2 [80/1]#2");
	namer_close(namer);
}

/* Sends a text in segments of one length; tells the numbers of those with a word, from 1. */
static const char *segments_with(enum address_word word, const char *text, size_t length)
{
	static char list[512];

	namer = namer_open();
	list[0] = '\0';
	for (size_t at = 0, number = 1; at < strlen(text); at += length, number++) {
		struct made made = {.protocol = IP_TCP, .flags = ACK, .seq = (uint32_t)at, .payload = text + at};
		made.length = strlen(text) - at < length ? strlen(text) - at : length;
		if (words_of_made(namer, &made) & UINT64_C(1) << word)
			TEST_APPEND(list, "%s%zu", list[0] != '\0' ? " " : "", number);
	}
	namer_close(namer);
	return list;
}

/* A head is known when it ends; only then is it a request, and with a range. */
static void a_head_that_is_cut_names_the_segment_in_which_it_ends(void)
{
	char expected[32];
	const char two[] = RANGE GET;
	const size_t first = strlen(RANGE), second = strlen(two);

	for (size_t length = 1; length <= strlen(two); length++) {
		size_t end = (first + length - 1) / length, last = (second + length - 1) / length;
		(void)snprintf(expected, sizeof expected, "%zu", end);
		TEST_SAME_TEXT(segments_with(ADDRESS_HTTP_RANGE, two, length), expected);
		if (last > end)
			(void)snprintf(expected, sizeof expected, "%zu %zu", end, last);
		TEST_SAME_TEXT(segments_with(ADDRESS_HTTP_REQUEST, two, length), expected);
	}
}

static void a_body_is_no_message(void)
{
	static const char text[] =
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\nGET / HTTP/1.1\r\nRange: b=0-\r\n\r\n\r\n0\r\n\r\n" REPLY;

	TEST_SAME_TEXT(segments_with(ADDRESS_HTTP_REQUEST, text, sizeof text), "");
	TEST_SAME_TEXT(segments_with(ADDRESS_HTTP_RANGE, text, 10), "");
	TEST_SAME_TEXT(segments_with(ADDRESS_HTTP_RESPONSE, text, 47), "1 3");
}

static void segments_out_of_order_are_put_in_order(void)
{
	namer = namer_open();
	(void)out(SYN, 0, NULL);
	TEST_SAME_TEXT(out(ACK, 11, "HTTP/1.1\r\nRange: bytes=1-\r\n\r\n"), "tcp.data#1 [80/1]#1");
	/*
	 * Only with what was missing can the rest be understood; the message begins here. That it
	 * comes behind what follows it says that it was sent before.
	 */
	TEST_SAME_TEXT(out(ACK, 1, "GET /file "), "tcp.data#2 tcp.retransmission#1 http.request#1 http.range#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK, 11 + 29, RANGE), "tcp.data#3 http.request#2 http.range#2 [80/1]#2");
	namer_close(namer);
}

static void segments_that_overlap_are_read_once(void)
{
	namer = namer_open();
	(void)out(SYN, 0, NULL);
	(void)out(ACK, 1, "GET /file HT");
	TEST_SAME_TEXT(out(ACK, 6, "file HTTP/1.1\r\nHost: h\r\n\r\n"), "tcp.data#2 http.request#1 [80/1]#1");
	namer_close(namer);
}

static void what_speaks_no_protocol_that_we_know_is_data(void)
{
	namer = namer_open();
	TEST_SAME_TEXT(out(ACK, 1, "\1\2\3"), "tcp.data#1 [80/1]#1");
	TEST_SAME_TEXT(out(ACK, 4, GET), "tcp.data#2 [80/1]#2");
	TEST_SAME_TEXT(in(ACK, 1, "hello, I am no HTTP\n"), "tcp.data#1 [80/1]#1");
	TEST_SAME_TEXT(in(ACK, 21, REPLY), "tcp.data#2 [80/1]#2");
	namer_close(namer);
}

/* -- counts -- */

static char listed[2048];

static void list(void *ctx, enum direction direction, const struct address *address)
{
	char text[ADDRESS_TEXT_MAX];

	(void)ctx;
	(void)snprintf(listed + strlen(listed), sizeof listed - strlen(listed), "%s %s\n", direction_name(direction),
	               address_format(address, text));
}

static void all_that_passed_is_told(void)
{
	namer = namer_open();
	(void)out(SYN, 0, NULL);
	(void)in(SYN | ACK, 0, NULL);
	(void)out(ACK, 1, GET);
	const struct made other = tcp(TO_SERVER, 4001, SYN, 5, NULL);
	(void)names_of(namer, &other);
	listed[0] = '\0';
	namer_list(namer, list, NULL);
	namer_close(namer);
	TEST_SAME_TEXT(listed, "to-server frame#1..3\n"
	                       "to-server frame[80/1]#1..2\n"
	                       "to-server frame[80/2]#1\n"
	                       "to-device frame#1\n"
	                       "to-device frame[80/1]#1\n"
	                       "to-server tcp.data#1\n"
	                       "to-server tcp.data[80/1]#1\n"
	                       "to-server tcp.syn#1..2\n"
	                       "to-server tcp.syn[80/1]#1\n"
	                       "to-server tcp.syn[80/2]#1\n"
	                       "to-device tcp.synack#1\n"
	                       "to-device tcp.synack[80/1]#1\n"
	                       "to-server http.request#1\n"
	                       "to-server http.request[80/1]#1\n");
}

const CU_TestInfo tests_namer[] = {
	{"DHCP messages are named by their option 53", dhcp_messages_are_named_by_their_option_53},
	{"malformed DHCP options are survived", malformed_dhcp_options_are_survived},
	{"DNS and NTP have questions and answers", dns_and_ntp_have_questions_and_answers},
	{"ICMP messages are named by their type", icmp_messages_are_named_by_their_type},
	{"ARP, fragments and other protocols are told apart", arp_fragments_and_other_protocols_are_told_apart},
	{"a connection is named from beginning to end", a_connection_is_named_from_beginning_to_end},
	{"what is sent again is a retransmission", what_is_sent_again_is_a_retransmission},
	{"sequence numbers wrap", sequence_numbers_wrap},
	{"each connection counts for itself", each_connection_counts_for_itself},
	{"a connection that is joined late is named too", a_connection_that_is_joined_late_is_named_too},
	{"requests, ranges and responses are named", requests_ranges_and_responses_are_named},
	{"a head that is cut names the segment in which it ends", a_head_that_is_cut_names_the_segment_in_which_it_ends},
	{"a body is no message", a_body_is_no_message},
	{"segments out of order are put in order", segments_out_of_order_are_put_in_order},
	{"segments that overlap are read once", segments_that_overlap_are_read_once},
	{"what speaks no protocol that we know is data", what_speaks_no_protocol_that_we_know_is_data},
	{"all that passed is told", all_that_passed_is_told},
	CU_TEST_INFO_NULL,
};
