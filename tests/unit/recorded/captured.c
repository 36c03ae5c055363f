/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/recorded/captured.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "lib/link/frame.h"
#include "harness/recorded/form.h"
#include "tests/test.h"

#define PACKET_ROOM 4096U
#define BEGAN_S 1764271882

static struct {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	int link;
	uint32_t snaplen, device, server;
	uint16_t port, which, id, vlan;
	bool without_length;
	const uint8_t *options;
	size_t options_length;
	char path[512];
} captured;

void captured_begin(int link)
{
	(void)snprintf(captured.path, sizeof captured.path, "%s", test_write("capture.pcap", ""));
	captured.pcap = pcap_open_dead_with_tstamp_precision(link, 65535, PCAP_TSTAMP_PRECISION_NANO);
	captured.dumper = pcap_dump_open(captured.pcap, captured.path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(captured.dumper);
	captured.link = link;
	captured.snaplen = 0;
	captured.vlan = 0;
	captured.without_length = false;
	captured_options(NULL, 0);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 80, 0);
}

void captured_cut(uint32_t snaplen)
{
	captured.snaplen = snaplen;
}

void captured_without_length(void)
{
	captured.without_length = true;
}

void captured_vlan(uint16_t vlan)
{
	captured.vlan = vlan;
}

void captured_identify(uint16_t id)
{
	captured.id = (uint16_t)(id - 1);
}

void captured_options(const uint8_t *options, size_t length)
{
	captured.options = options;
	captured.options_length = length;
}

void captured_flow(uint32_t device, uint32_t server, uint16_t port, uint16_t which)
{
	captured.device = device;
	captured.server = server;
	captured.port = port;
	captured.which = which;
}

void captured_raw(const void *bytes, size_t length, uint64_t at_us)
{
	struct pcap_pkthdr header = {
		.ts = {.tv_sec = BEGAN_S + (time_t)(at_us / 1000000), .tv_usec = (suseconds_t)(at_us % 1000000 * 1000)},
		.caplen = (bpf_u_int32)length,
		.len = (bpf_u_int32)length};

	if (captured.snaplen > 0 && header.caplen > captured.snaplen)
		header.caplen = captured.snaplen;
	pcap_dump((u_char *)captured.dumper, &header, bytes);
}

/* An IPv4 packet behind what the link has in front. */
static void put_ip(bool to_server, uint8_t protocol, const uint8_t *body, size_t length, uint64_t at_us)
{
	uint8_t packet[PACKET_ROOM] = {0};
	size_t front = captured.link == DLT_EN10MB       ? ETHERNET_HEADER
	               : captured.link == DLT_LINUX_SLL  ? 16
	               : captured.link == DLT_LINUX_SLL2 ? 20
	                                                 : 0;
	uint8_t *ip;

	if (captured.vlan != 0) {
		put_be16(packet + 12, ETHERTYPE_VLAN);
		put_be16(packet + 14, captured.vlan);
		front += 4;
	}
	ip = packet + front;
	CU_ASSERT_FATAL(front + 20 + length <= sizeof packet);
	if (captured.link == DLT_LINUX_SLL2)
		put_be16(packet, ETHERTYPE_IPV4);
	else if (front > 0)
		put_be16(packet + front - 2, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, captured.without_length ? 0 : (unsigned)(20 + length));
	put_be16(ip + 4, ++captured.id);
	ip[8] = 64;
	ip[9] = protocol;
	put_be32(ip + 12, to_server ? captured.device : captured.server);
	put_be32(ip + 16, to_server ? captured.server : captured.device);
	memcpy(ip + 20, body, length);
	captured_raw(packet, front + 20 + length, at_us);
}

void captured_tcp_bytes(bool to_server, uint8_t flags, uint32_t seq, uint32_t ack, const void *payload, size_t length, uint64_t at_us)
{
	uint8_t segment[PACKET_ROOM] = {0};
	uint16_t device_port = (uint16_t)(CAPTURED_PORT + captured.which);

	put_be16(segment, to_server ? device_port : captured.port);
	put_be16(segment + 2, to_server ? captured.port : device_port);
	/* Both sides begin shortly before their numbers begin anew. */
	put_be32(segment + 4, seq + 0xfffffff0U);
	put_be32(segment + 8, ack + 0xfffffff0U);
	segment[12] = (uint8_t)((5 + captured.options_length / 4) << 4);
	if (captured.options != NULL)
		memcpy(segment + 20, captured.options, captured.options_length);
	segment[13] = flags;
	put_be16(segment + 14, 8192);
	if (length > 0)
		memcpy(segment + 20 + captured.options_length, payload, length);
	put_ip(to_server, IP_TCP, segment, 20 + captured.options_length + length, at_us);
}

void captured_tcp(bool to_server, uint8_t flags, uint32_t seq, uint32_t ack, const char *payload, uint64_t at_us)
{
	captured_tcp_bytes(to_server, flags, seq, ack, payload, payload != NULL ? strlen(payload) : 0, at_us);
}

void captured_udp(bool to_server, uint16_t device_port, const void *payload, size_t length, uint64_t at_us)
{
	uint8_t datagram[PACKET_ROOM] = {0};

	put_be16(datagram, to_server ? device_port : captured.port);
	put_be16(datagram + 2, to_server ? captured.port : device_port);
	put_be16(datagram + 4, (unsigned)(8 + length));
	memcpy(datagram + 8, payload, length);
	put_ip(to_server, IP_UDP, datagram, 8 + length, at_us);
}

void captured_dns(uint16_t id, const char *name, bool is_answer, uint32_t address, uint64_t at_us)
{
	uint8_t message[512] = {0};
	size_t at = 12;
	uint32_t server = captured.server;
	uint16_t port = captured.port;

	put_be16(message, id);
	put_be16(message + 2, is_answer ? address != 0 ? 0x8180U : 0x8183U : 0x0100U);
	put_be16(message + 4, 1);
	put_be16(message + 6, address != 0);
	while (*name != '\0') {
		size_t length = strcspn(name, ".");
		message[at++] = (uint8_t)length;
		memcpy(message + at, name, length);
		at += length;
		name += length + (name[length] == '.');
	}
	at++;
	put_be16(message + at, 1);
	put_be16(message + at + 2, 1);
	at += 4;
	if (address != 0) {
		put_be16(message + at, 0xc00c);
		put_be16(message + at + 2, 1);
		put_be16(message + at + 4, 1);
		put_be32(message + at + 6, 60);
		put_be16(message + at + 10, 4);
		put_be32(message + at + 12, address);
		at += 16;
	}
	captured_flow(captured.device, CAPTURED_RESOLVER, 53, captured.which);
	captured_udp(!is_answer, 5353, message, at, at_us);
	captured_flow(captured.device, server, port, captured.which);
}

void captured_dhcp(uint8_t who, uint8_t kind, uint32_t address, uint64_t at_us)
{
	const uint32_t device = captured.device, server = captured.server;
	const uint16_t port = captured.port;
	const bool asks = kind == 1 || kind == 3;
	uint8_t message[244] = {[0] = asks ? 1 : 2, [1] = 1, [2] = 6, [7] = who, [28] = 2, [33] = who};

	put_be32(message + 16, address);
	put_be32(message + 236, 0x63825363U);
	message[240] = 53;
	message[241] = 1;
	message[242] = kind;
	message[243] = 255;
	captured_flow(asks ? 0 : UINT32_MAX, asks ? UINT32_MAX : CAPTURED_RESOLVER, 67, captured.which);
	captured_udp(asks, 68, message, sizeof message, at_us);
	captured_flow(device, server, port, captured.which);
}

uint64_t captured_open(uint64_t at_us, uint64_t to_server_us, uint64_t to_device_us)
{
	captured_tcp(true, TCP_FLAG_SYN, 0, 0, NULL, at_us);
	captured_tcp(false, TCP_FLAG_SYN | TCP_FLAG_ACK, 0, 1, NULL, at_us + to_server_us);
	captured_tcp(true, TCP_FLAG_ACK, 1, 1, NULL, at_us + to_server_us + to_device_us);
	return at_us + to_server_us + to_device_us;
}

const char *captured_end(void)
{
	pcap_dump_close(captured.dumper);
	pcap_close(captured.pcap);
	return captured.path;
}

char *captured_session(struct import_told *ret_told)
{
	const struct import_options options = {0, VANTAGE_UNKNOWN};
	struct recording recording;
	struct import_told told;
	struct error err;
	char *text = NULL;
	size_t size = 0;

	memset(&err, 0, sizeof err);
	bool good = import_capture(&recording, &told, captured_end(), &options, &err);
	if (!good)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good);
	FILE *stream = open_memstream(&text, &size);
	form_write(&recording, NULL, stream);
	(void)fclose(stream);
	recording_close(&recording);
	if (ret_told != NULL)
		*ret_told = told;
	return text;
}

void captured_expect(char *session, const char *turns)
{
	const char *at = strstr(session, "turns:\n");

	if (at == NULL)
		printf("%s", session);
	CU_ASSERT_PTR_NOT_NULL_FATAL(at);
	TEST_SAME_TEXT(at + strlen("turns:\n"), turns);
	free(session);
}
