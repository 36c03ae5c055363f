/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/packets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "lib/base/memory.h"
#include "lib/link/frame.h"

/* A packet is at most this long, whatever the file says; libpcap's own limit is 256 KiB. */
#define PACKET_MAX (256U * 1024U)
#define NS_PER_S UINT64_C(1000000000)
/*
 * A time this far behind that of the packet before, or in front of it, or of the first, is of a
 * clock that was set.
 */
#define BACK_NS NS_PER_S
#define FORTH_NS (UINT64_C(86400) * NS_PER_S)
#define WHOLE_NS (UINT64_C(365) * 86400 * NS_PER_S)
#define TCP_HEADER_MIN 20U
#define UDP_HEADER 8U

/*
 * How a kind of link becomes Ethernet: so many bytes of its own in front; where the EtherType
 * stands in them, or none as it is IP in any case.
 */
struct link_kind {
	int type;
	size_t header;
	int ethertype_at; /* -1: none */
};

#define LINK_IS_IP (-1)

/* tcpdump.org/linktypes.html. */
static const struct link_kind links[] = {
	{DLT_EN10MB, 0, 0}, {DLT_LINUX_SLL, 16, 14}, {DLT_LINUX_SLL2, 20, 0}, {DLT_RAW, 0, LINK_IS_IP}, {DLT_IPV4, 0, LINK_IS_IP},
};

struct packets {
	pcap_t *pcap;
	const struct link_kind *link;
	struct packets_counters counters;
	uint64_t began_ns, last_ns;
	/* from what is written to the session's time, modulo 2^64: the clock was set */
	uint64_t shift_ns;
	uint8_t room[ETHERNET_HEADER + PACKET_MAX];
};

static const struct link_kind *find_link(int type)
{
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
		if (links[i].type == type)
			return &links[i];
	return NULL;
}

static bool take_link(struct packets *packets, struct error *err)
{
	int type = pcap_datalink(packets->pcap);
	const char *name = pcap_datalink_val_to_name(type);

	packets->link = find_link(type);
	if (packets->link != NULL)
		return true;
	return error_set(err,
	                 "unsupported link type %s (%d): capture on an interface with Ethernet, Linux cooked (tcpdump -i any) or raw IP",
	                 name != NULL ? name : "unknown", type);
}

/* What packs captures, by the first bytes of what it makes. */
static const struct packer {
	const char *magic, *name, *cure;
	size_t length;
} packers[] = {
	{"\x1f\x8b", "gzip", "gzip -dk", 2}, {"\xfd\x37zXZ", "xz", "xz -dk", 5},       {"\x28\xb5\x2f\xfd", "zstd", "zstd -dk", 4},
	{"BZh", "bzip2", "bzip2 -dk", 3},    {"\x04\x22\x4d\x18", "lz4", "lz4 -d", 4},
};

/* Why this may be no capture. */
static bool refuse(FILE *stream, const char *path, const char *why, struct error *err)
{
	char first[8] = "";
	size_t length = fseek(stream, 0, SEEK_SET) == 0 ? fread(first, 1, sizeof first, stream) : 0;

	for (size_t i = 0; i < sizeof packers / sizeof packers[0]; i++)
		if (length >= packers[i].length && memcmp(first, packers[i].magic, packers[i].length) == 0)
			return error_set(err, "this is compressed with %s: decompress it first, `%s %s`", packers[i].name, packers[i].cure,
			                 path);
	return error_set(err,
	                 "this is not a readable capture (pcap or pcapng): %s; `editcap "
	                 "-F pcapng IN OUT` of Wireshark converts many other formats",
	                 why);
}

bool packets_open_stream(struct packets **ret_packets, FILE *stream, const char *path, struct error *err)
{
	char why[PCAP_ERRBUF_SIZE];
	struct packets *packets = memory_new(sizeof *packets);

	packets->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, why);
	if (packets->pcap == NULL) {
		(void)refuse(stream, path, why, err);
		(void)fclose(stream);
		free(packets);
		return error_at(err, path, 0, 0);
	}
	if (!take_link(packets, err)) {
		packets_close(packets);
		return error_at(err, path, 0, 0);
	}
	*ret_packets = packets;
	return true;
}

bool packets_open(struct packets **ret_packets, const char *path, struct error *err)
{
	FILE *stream = fopen(path, "rbe");

	if (stream != NULL)
		return packets_open_stream(ret_packets, stream, path, err);
	error_set(err, "cannot be read: %s", strerror(errno));
	return error_at(err, path, 0, 0);
}

void packets_close(struct packets *packets)
{
	if (packets == NULL)
		return;
	pcap_close(packets->pcap);
	free(packets);
}

/* -- one packet -- */

/* Gives a packet of another link the header of Ethernet. @return false if it is too short. */
static bool make_ethernet(struct packets *packets, struct bytes data, struct bytes *ret_frame)
{
	const struct link_kind *link = packets->link;
	uint16_t ethertype = ETHERTYPE_IPV4;

	if (link->type == DLT_EN10MB) {
		*ret_frame = data;
		return true;
	}
	/* Raw IP is of either version. */
	if (link->ethertype_at == LINK_IS_IP && data.length > 0 && data.data[0] >> 4 == 6)
		ethertype = ETHERTYPE_IPV6;
	if (link->ethertype_at >= 0 && !bytes_be16(data, (size_t)link->ethertype_at, &ethertype))
		return false;
	struct bytes body = bytes_part(data, link->header, data.length);
	if (body.length > PACKET_MAX)
		body.length = PACKET_MAX;
	memset(packets->room, 0, ETHERNET_HEADER);
	put_be16(packets->room + ETHERNET_HEADER - 2, ethertype);
	if (body.length > 0)
		memcpy(packets->room + ETHERNET_HEADER, body.data, body.length);
	*ret_frame = bytes_of(packets->room, ETHERNET_HEADER + body.length);
	return data.length >= link->header;
}

/*
 * A sender that leaves to its adapter to divide what it sends may leave the length of IP out, and
 * then what was captured in front of the adapter has none: the length is the frame's. Written into
 * a copy.
 */
static void fill_in_length(struct packets *packets, const struct pcap_pkthdr *header, struct recorded_packet *ret)
{
	const struct packet *packet = &ret->packet;
	uint16_t total = 1;

	if (packet->ethertype != ETHERTYPE_IPV4 || packet->is_ipv4 || !bytes_be16(packet->body, 2, &total) || total != 0)
		return;
	size_t at = ret->frame.length - packet->body.length, left_out = header->caplen < header->len ? header->len - header->caplen : 0;
	size_t length = packet->body.length + left_out;
	if (length > UINT16_MAX || ret->frame.length > sizeof packets->room)
		return;
	if (ret->frame.data != packets->room)
		memcpy(packets->room, ret->frame.data, ret->frame.length);
	put_be16(packets->room + at + 2, (unsigned)length);
	ret->frame = bytes_of(packets->room, ret->frame.length);
	ret->packet = packet_parse(ret->frame);
}

/* How long the payload is on the wire. @return false if IP says less than the headers are. */
static bool measure(struct recorded_packet *ret)
{
	const struct packet *packet = &ret->packet;
	size_t header = 0, transport = UDP_HEADER;
	uint16_t length = 0;
	uint8_t first = 0, offset = 0;

	(void)bytes_u8(packet->body, 0, &first);
	(void)bytes_be16(packet->body, 2, &length);
	(void)bytes_be16(packet->body, 4, &ret->ip_id);
	header = (size_t)(first & 15) * 4;
	if (packet->is_tcp) {
		(void)bytes_u8(packet->body, header + 12, &offset);
		transport = (size_t)(offset >> 4) * 4;
		ret->tcp_options = bytes_part(packet->body, header + TCP_HEADER_MIN, transport - TCP_HEADER_MIN);
	}
	if (length < header + transport)
		return false;
	ret->payload_length = (uint32_t)(length - header - transport);
	return true;
}

static bool is_fragment(const struct packet *packet)
{
	uint16_t fragment = 0;

	(void)bytes_be16(packet->body, 6, &fragment);
	return (fragment & 0x3fffU) != 0;
}

/* @return whether it is one to hand out; else it is counted. */
static bool understand(struct packets *packets, struct recorded_packet *ret)
{
	const struct packet *packet = &ret->packet;

	if (packet->ethertype == ETHERTYPE_ARP) {
		packets->counters.arp++;
	} else if (packet->ethertype != ETHERTYPE_IPV4) {
		packets->counters.not_ipv4++;
		packets->counters.ipv6 += packet->ethertype == ETHERTYPE_IPV6;
	} else if (!packet->is_ipv4) {
		packets->counters.malformed++;
	} else if (is_fragment(packet)) {
		packets->counters.fragments++;
	} else if (packet->protocol != IP_TCP && packet->protocol != IP_UDP) {
		packets->counters.not_carried++;
	} else if (!packet->has_ports || packet->source_port == 0 || packet->destination_port == 0 ||
	           (packet->protocol == IP_TCP && !packet->is_tcp) || !measure(ret)) {
		packets->counters.malformed++;
	} else {
		return true;
	}
	return false;
}

/* The time that is written at a packet, since 1970. What is behind the year 2500 would not fit. */
static uint64_t written_time(const struct pcap_pkthdr *header)
{
	uint64_t seconds = header->ts.tv_sec > 0 ? (uint64_t)header->ts.tv_sec : 0;
	uint64_t ns = header->ts.tv_usec > 0 ? (uint64_t)header->ts.tv_usec % NS_PER_S : 0;

	return (seconds < UINT64_C(16725225600) ? seconds : UINT64_C(16725225600)) * NS_PER_S + ns;
}

/*
 * Whether the clock was set between two packets: no update rests for so long, and no capture is so
 * far out of order.
 */
static bool is_set(const struct packets *packets, uint64_t time_ns)
{
	return time_ns + BACK_NS < packets->last_ns || time_ns > packets->last_ns + FORTH_NS || time_ns > packets->began_ns + WHOLE_NS;
}

static void take_time(struct packets *packets, const struct pcap_pkthdr *header, struct recorded_packet *ret)
{
	uint64_t written = written_time(header);

	if (packets->counters.packets == 1)
		packets->began_ns = packets->last_ns = written;
	if (is_set(packets, written + packets->shift_ns)) {
		packets->counters.set++;
		packets->shift_ns = packets->last_ns - written;
	}
	ret->time_ns = written + packets->shift_ns;
	if (ret->time_ns < packets->last_ns) {
		packets->counters.backwards++;
		ret->time_ns = packets->last_ns;
	}
	packets->last_ns = ret->time_ns;
}

bool packets_next(struct packets *packets, struct recorded_packet *ret_packet)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int got;

	while ((got = pcap_next_ex(packets->pcap, &header, &data)) == 1) {
		struct recorded_packet packet = {.number = ++packets->counters.packets};

		take_time(packets, header, &packet);
		packets->counters.cut += header->caplen < header->len;
		if (!make_ethernet(packets, bytes_of(data, header->caplen), &packet.frame)) {
			packets->counters.malformed++;
			continue;
		}
		packet.packet = packet_parse(packet.frame);
		fill_in_length(packets, header, &packet);
		if (!understand(packets, &packet))
			continue;
		*ret_packet = packet;
		return true;
	}
	packets->counters.ends_early = got == PCAP_ERROR;
	if (got == PCAP_ERROR)
		(void)snprintf(packets->counters.why, sizeof packets->counters.why, "%s", pcap_geterr(packets->pcap));
	return false;
}

struct packets_counters packets_counters(const struct packets *packets)
{
	return packets->counters;
}

uint64_t packets_began(const struct packets *packets)
{
	return packets->began_ns;
}
