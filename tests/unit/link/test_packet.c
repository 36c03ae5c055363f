/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/link/packet.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/sim/random.h"
#include "tests/test.h"

/* A frame under construction. */
struct packet_bytes {
	uint8_t data[256];
	size_t length;
};

static void add(struct packet_bytes *raw, const char *hex)
{
	unsigned byte;
	int used;

	while (sscanf(hex, " %2x%n", &byte, &used) == 1) {
		raw->data[raw->length++] = (uint8_t)byte;
		hex += used;
	}
}

static struct packet_bytes packet_bytes_of(const char *hex)
{
	struct packet_bytes raw = {.length = 0};

	add(&raw, hex);
	return raw;
}

#define MACS "02005e005301 025354555401"
#define IP(total, fragment, protocol) "4500" total "0001" fragment "40" protocol "0000 c0000264 c0000201"

static const char tcp_syn[] = MACS "0800" IP("0028", "4000", "06") "9c40 0050 00000001 00000000 50 02 ffff 0000 0000";
static const char tcp_data[] = MACS "0800" IP("002c", "4000", "06") "9c40 0050 00000002 00000003 50 18 ffff 0000 0000 deadbeef";
static const char tcp_options[] = MACS "0800" IP("0030", "4000", "06") "9c40 0050 0000000a 0000000b 60 12 ffff 0000 0000 020405b4 deadbeef";
static const char dhcp[] = MACS "0800" IP("0020", "0000", "11") "0044 0043 000c 0000 01020304";
static const char icmp[] = MACS "0800" IP("001c", "0000", "01") "0800 f7ff 0000 0000";
static const char arp[] = "ffffffffffff 025354555401 0806 0001 0800 06 04 0001 025354555401 c0000201 000000000000 c0000264";
static const char vlan[] = MACS "8100 0005 0800" IP("0020", "0000", "11") "0035 8000 000c 0000 01020304";
static const char two_vlans[] = MACS "8100 0005 8100 0006 0800" IP("0020", "0000", "11") "007b 007b 000c 0000 01020304";
static const char ip_options[] = MACS "0800 46000024 0001 0000 40 11 0000 c0000264 c0000201 01010101 0035 8000 000c 0000 01020304";
static const char later_fragment[] = MACS "0800" IP("0020", "00b9", "11") "0035 8000 000c 0000 01020304";
static const char first_fragment[] = MACS "0800" IP("0020", "2000", "11") "0035 8000 000c 0000 01020304";
static const char ipv6[] = MACS "86dd 60000000 0000 3b 40";
static const char lldp[] = MACS "88cc 0207 04";

static const char *const examples[] = {tcp_syn,   tcp_data,   tcp_options,    dhcp,           icmp, arp, vlan,
                                       two_vlans, ip_options, later_fragment, first_fragment, ipv6, lldp};

static void is_rendered(const char *hex, const char *expected)
{
	char text[PACKET_TEXT_MAX];
	struct packet_bytes raw = packet_bytes_of(hex);

	TEST_SAME_TEXT(packet_render(bytes_of(raw.data, raw.length), text), expected);
}

static void every_kind_of_packet_has_its_line(void)
{
	is_rendered(tcp_syn, "tcp.syn 192.0.2.100:40000 > 192.0.2.1:80 54 B");
	is_rendered(tcp_data, "tcp.data 192.0.2.100:40000 > 192.0.2.1:80 58 B");
	is_rendered(tcp_options, "tcp.synack 192.0.2.100:40000 > 192.0.2.1:80 62 B");
	is_rendered(dhcp, "dhcp 192.0.2.100:68 > 192.0.2.1:67 46 B");
	is_rendered(icmp, "icmp 192.0.2.100 > 192.0.2.1 42 B");
	is_rendered(arp, "arp 42 B");
	is_rendered(vlan, "dns 192.0.2.100:53 > 192.0.2.1:32768 50 B");
	is_rendered(two_vlans, "ntp 192.0.2.100:123 > 192.0.2.1:123 54 B");
	is_rendered(ip_options, "dns 192.0.2.100:53 > 192.0.2.1:32768 50 B");
	is_rendered(later_fragment, "ip.fragment 192.0.2.100 > 192.0.2.1 46 B");
	is_rendered(first_fragment, "dns 192.0.2.100:53 > 192.0.2.1:32768 46 B");
	is_rendered(ipv6, "ipv6 0x86dd 22 B");
	is_rendered(lldp, "ether 0x88cc 17 B");
}

static void tcp_is_named_by_its_flags(void)
{
	static const struct {
		uint8_t flags;
		const char *name;
	} names[] = {
		{TCP_FLAG_SYN, "tcp.syn "},
		{TCP_FLAG_SYN | TCP_FLAG_ACK, "tcp.synack "},
		{TCP_FLAG_ACK, "tcp.ack "},
		{TCP_FLAG_ACK | TCP_FLAG_FIN, "tcp.fin "},
		{TCP_FLAG_RST, "tcp.rst "},
		{TCP_FLAG_RST | TCP_FLAG_ACK, "tcp.rst "},
		{TCP_FLAG_RST | TCP_FLAG_SYN, "tcp.rst "},
		{0, "tcp.ack "},
	};
	struct packet_bytes raw = packet_bytes_of(tcp_syn);
	char text[PACKET_TEXT_MAX];

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		raw.data[14 + 20 + 13] = names[i].flags;
		TEST_CONTAINS(packet_render(bytes_of(raw.data, raw.length), text), names[i].name);
	}
}

static void the_fields_of_a_segment_are_read(void)
{
	struct packet_bytes raw = packet_bytes_of(tcp_options);
	struct packet packet = packet_parse(bytes_of(raw.data, raw.length));

	CU_ASSERT(packet.is_ipv4 && packet.has_ports && packet.is_tcp && !packet.later_fragment);
	CU_ASSERT_EQUAL(packet.ethertype, ETHERTYPE_IPV4);
	CU_ASSERT_EQUAL(packet.source, 0xc0000264U);
	CU_ASSERT_EQUAL(packet.destination, 0xc0000201U);
	CU_ASSERT_EQUAL(packet.protocol, IP_TCP);
	CU_ASSERT_EQUAL(packet.source_port, 40000);
	CU_ASSERT_EQUAL(packet.destination_port, 80);
	CU_ASSERT_EQUAL(packet.tcp_seq, 10);
	CU_ASSERT_EQUAL(packet.tcp_ack, 11);
	CU_ASSERT_EQUAL(packet.tcp_flags, TCP_FLAG_SYN | TCP_FLAG_ACK);
	CU_ASSERT(packet.payload.length == 4 && memcmp(packet.payload.data, "\xde\xad\xbe\xef", 4) == 0);
}

static void padding_behind_the_datagram_is_no_payload(void)
{
	struct packet_bytes raw = packet_bytes_of(tcp_syn);

	add(&raw, "00 00 00 00 00 00");
	CU_ASSERT_EQUAL(packet_parse(bytes_of(raw.data, raw.length)).payload.length, 0);
	is_rendered(MACS "0800" IP("0028", "4000", "06") "9c40 0050 00000001 00000000 50 10 ffff 0000 0000 0000 00000000",
	            "tcp.ack 192.0.2.100:40000 > 192.0.2.1:80 60 B");
}

static void fragments_have_ports_only_in_the_first(void)
{
	struct packet_bytes first = packet_bytes_of(first_fragment), later = packet_bytes_of(later_fragment);
	struct packet a = packet_parse(bytes_of(first.data, first.length)), b = packet_parse(bytes_of(later.data, later.length));

	CU_ASSERT(a.has_ports && !a.later_fragment && a.source_port == 53 && a.payload.length == 4);
	CU_ASSERT(!b.has_ports && b.later_fragment && b.is_ipv4 && b.source_port == 0 && b.payload.length == 0);
}

static void wrong_lengths_are_not_trusted(void)
{
	struct packet packet;
	struct packet_bytes raw = packet_bytes_of(tcp_data);

	/* IP says more than there is: the payload ends where the frame ends. */
	raw.data[16] = raw.data[17] = 0xff;
	packet = packet_parse(bytes_of(raw.data, raw.length));
	CU_ASSERT(packet.is_tcp && packet.payload.length == 4);
	/* IP says less than its own header. */
	raw.data[16] = 0;
	raw.data[17] = 19;
	CU_ASSERT_FALSE(packet_parse(bytes_of(raw.data, raw.length)).is_ipv4);
	/* IP ends within the TCP header. */
	raw.data[17] = 20 + 19;
	packet = packet_parse(bytes_of(raw.data, raw.length));
	CU_ASSERT(packet.is_ipv4 && packet.has_ports && !packet.is_tcp && packet.payload.length == 0);
	/* IP ends within the ports. */
	raw.data[17] = 20 + 3;
	packet = packet_parse(bytes_of(raw.data, raw.length));
	CU_ASSERT(packet.is_ipv4 && !packet.has_ports && !packet.is_tcp);
	/* The header length of IP is less than a header, or more than the frame. */
	raw = packet_bytes_of(tcp_data);
	raw.data[14] = 0x44;
	CU_ASSERT_FALSE(packet_parse(bytes_of(raw.data, raw.length)).is_ipv4);
	raw.data[14] = 0x4f;
	CU_ASSERT_FALSE(packet_parse(bytes_of(raw.data, raw.length)).is_ipv4);
	/* Not version 4. */
	raw.data[14] = 0x65;
	CU_ASSERT_FALSE(packet_parse(bytes_of(raw.data, raw.length)).is_ipv4);
	/* The header length of TCP is less than a header, or more than the segment. */
	raw = packet_bytes_of(tcp_data);
	raw.data[14 + 20 + 12] = 0x40;
	CU_ASSERT_FALSE(packet_parse(bytes_of(raw.data, raw.length)).is_tcp);
	raw.data[14 + 20 + 12] = 0x70;
	CU_ASSERT_FALSE(packet_parse(bytes_of(raw.data, raw.length)).is_tcp);
	raw.data[14 + 20 + 12] = 0x60;
	packet = packet_parse(bytes_of(raw.data, raw.length));
	CU_ASSERT(packet.is_tcp && packet.payload.length == 0);
}

static void a_runt_has_no_type(void)
{
	struct packet_bytes raw = packet_bytes_of(MACS "08");
	char text[PACKET_TEXT_MAX];

	for (size_t length = 0; length <= raw.length; length++)
		CU_ASSERT_EQUAL(packet_parse(bytes_of(raw.data, length)).ethertype, 0);
	TEST_SAME_TEXT(packet_render(bytes_of(raw.data, raw.length), text), "ether 0x0000 13 B");
	/* Nothing behind the tag: there is no type after it. */
	raw = packet_bytes_of(MACS "8100 0005 08");
	CU_ASSERT_EQUAL(packet_parse(bytes_of(raw.data, raw.length)).ethertype, 0);
}

static void a_third_tag_is_not_looked_behind(void)
{
	is_rendered(MACS "8100 0005 8100 0006 8100 0007 0800" IP("0020", "0000", "11"), "ether 0x8100 46 B");
}

/*
 * Parses and renders @p length bytes in a block of exactly that length, so that a sanitizer sees
 * every read outside.
 */
static struct packet parse_exact(const uint8_t *data, size_t length)
{
	uint8_t *copy = memory_new(length);
	char text[PACKET_TEXT_MAX];

	memcpy(copy, data, length);
	struct packet packet = packet_parse(bytes_of(copy, length));
	(void)packet_render(bytes_of(copy, length), text);
	CU_ASSERT_FATAL(strlen(text) < PACKET_TEXT_MAX);
	CU_ASSERT_FATAL(packet.payload.length == 0 ||
	                (packet.payload.data >= copy && packet.payload.data + packet.payload.length <= copy + length));
	packet.payload = bytes_of(NULL, packet.payload.length);
	free(copy);
	return packet;
}

static void every_prefix_is_read_within_its_bounds(void)
{
	for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		struct packet_bytes raw = packet_bytes_of(examples[i]);
		for (size_t length = 0; length <= raw.length; length++) {
			struct packet packet = parse_exact(raw.data, length);
			/* Truncated fields are reported as absent. */
			CU_ASSERT(!packet.is_ipv4 || length >= 34);
			CU_ASSERT(!packet.has_ports || length >= 38);
			CU_ASSERT(!packet.is_tcp || length >= 54);
		}
	}
}

static void any_damage_is_read_within_its_bounds(void)
{
	const struct random_stream stream = random_stream(1, "damage");
	unsigned whole = 0;

	for (uint64_t n = 0; n < 20000; n++) {
		struct packet_bytes raw = packet_bytes_of(examples[n % (sizeof examples / sizeof examples[0])]);
		for (uint64_t k = 0; k < 3; k++) {
			size_t at = 12 + (size_t)random_below(stream, n, 2 * k, raw.length - 12);
			raw.data[at] = (uint8_t)random_bits(stream, n, 2 * k + 1);
		}
		whole += parse_exact(raw.data, (size_t)random_below(stream, n, 9, raw.length + 1)).is_ipv4;
	}
	CU_ASSERT(whole > 1000);
}

static uint64_t flow_of(const char *hex)
{
	struct packet_bytes raw = packet_bytes_of(hex);
	struct packet packet = packet_parse(bytes_of(raw.data, raw.length));

	return packet_flow(&packet);
}

static void both_directions_are_one_flow(void)
{
	static const char answer[] = "025354555401 02005e005301 0800 45000028 0002 4000 40 06 0000 c0000201 c0000264 "
				     "0050 9c40 00000009 00000002 50 12 ffff 0000 0000";
	static const char other_port[] = MACS "0800" IP("0028", "4000", "06") "9c41 0050 00000001 00000000 50 02 ffff 0000 0000";
	static const char crossed[] = MACS "0800" IP("0028", "4000", "06") "0050 9c40 00000001 00000000 50 02 ffff 0000 0000";
	static const char udp[] = MACS "0800" IP("0020", "0000", "11") "9c40 0050 000c 0000 01020304";

	CU_ASSERT_EQUAL(flow_of(tcp_syn), flow_of(answer));
	CU_ASSERT_EQUAL(flow_of(tcp_syn), flow_of(tcp_data));
	CU_ASSERT_NOT_EQUAL(flow_of(tcp_syn), flow_of(other_port));
	CU_ASSERT_NOT_EQUAL(flow_of(tcp_syn), flow_of(crossed));
	CU_ASSERT_NOT_EQUAL(flow_of(tcp_syn), flow_of(udp));
	CU_ASSERT_NOT_EQUAL(flow_of(arp), flow_of(ipv6));
	CU_ASSERT_EQUAL(flow_of(arp), flow_of(MACS "0806 0001"));
}

const CU_TestInfo tests_packet[] = {
	{"every kind of packet has its line", every_kind_of_packet_has_its_line},
	{"TCP is named by its flags", tcp_is_named_by_its_flags},
	{"the fields of a segment are read", the_fields_of_a_segment_are_read},
	{"padding behind the datagram is no payload", padding_behind_the_datagram_is_no_payload},
	{"fragments have ports only in the first", fragments_have_ports_only_in_the_first},
	{"wrong lengths are not trusted", wrong_lengths_are_not_trusted},
	{"a runt has no type", a_runt_has_no_type},
	{"a third tag is not looked behind", a_third_tag_is_not_looked_behind},
	{"every prefix is read within its bounds", every_prefix_is_read_within_its_bounds},
	{"any damage is read within its bounds", any_damage_is_read_within_its_bounds},
	{"both directions are one flow", both_directions_are_one_flow},
	CU_TEST_INFO_NULL,
};
