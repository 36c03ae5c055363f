/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/live/unfinished.h"

#include "lib/link/checksum.h"
#include "lib/link/frame.h"
#include "lib/link/packet.h"

#define VLAN_TAG 4U
#define ETHERTYPE_QINQ 0x88a8U
#define IPV6_HEADER 40U
#define TCP_CHECKSUM 16U
#define UDP_CHECKSUM 6U

/* A datagram of TCP or UDP within a frame, and the sum of its pseudo header. */
struct segment {
	size_t begin, length;
	uint8_t protocol;
	uint32_t pseudo;
};

static size_t skip_tags(struct bytes frame, uint16_t *ret_type)
{
	size_t at = ETHERNET_HEADER - 2;

	while (bytes_be16(frame, at, ret_type) && (*ret_type == ETHERTYPE_VLAN || *ret_type == ETHERTYPE_QINQ))
		at += VLAN_TAG;
	return at + 2;
}

/*
 * The pseudo header of both (RFC 9293 sec. 3.1, RFC 8200 sec. 8.1): the addresses, the protocol and
 * the length, in words.
 */
static uint32_t pseudo_sum(struct bytes addresses, uint8_t protocol, size_t length)
{
	uint8_t rest[4];

	put_be16(rest, (unsigned)length);
	put_be16(rest + 2, protocol);
	return checksum_add(checksum_add(0, addresses.data, addresses.length), rest, sizeof rest);
}

/* RFC 791 sec. 3.1. A fragment has no checksum of its own. */
static bool find_in_ipv4(struct bytes frame, size_t at, struct segment *ret_segment)
{
	uint8_t first, protocol;
	uint16_t total, fragment;

	if (!bytes_u8(frame, at, &first) || !bytes_be16(frame, at + 2, &total) || !bytes_be16(frame, at + 6, &fragment) ||
	    !bytes_u8(frame, at + 9, &protocol) || (fragment & 0x3fff) != 0)
		return false;
	size_t header = (size_t)(first & 0x0f) * 4;
	if (header < 20 || total < header || !bytes_have(frame, at, total))
		return false;
	*ret_segment = (struct segment){.begin = at + header, .length = total - header, .protocol = protocol};
	ret_segment->pseudo = pseudo_sum(bytes_part(frame, at + 12, 8), protocol, ret_segment->length);
	return true;
}

/* RFC 8200 sec. 3. One with extension headers is left as it is. */
static bool find_in_ipv6(struct bytes frame, size_t at, struct segment *ret_segment)
{
	uint8_t protocol;
	uint16_t length;

	if (!bytes_be16(frame, at + 4, &length) || !bytes_u8(frame, at + 6, &protocol) || !bytes_have(frame, at, IPV6_HEADER + length))
		return false;
	*ret_segment = (struct segment){.begin = at + IPV6_HEADER, .length = length, .protocol = protocol};
	ret_segment->pseudo = pseudo_sum(bytes_part(frame, at + 8, 32), protocol, length);
	return true;
}

static bool find_segment(struct bytes frame, struct segment *ret_segment)
{
	uint16_t type = 0;
	size_t at = skip_tags(frame, &type);

	if (type == ETHERTYPE_IPV4)
		return find_in_ipv4(frame, at, ret_segment);
	return type == ETHERTYPE_IPV6 && find_in_ipv6(frame, at, ret_segment);
}

bool unfinished_find(struct bytes frame, struct unfinished *ret_unfinished)
{
	struct segment segment;
	uint16_t checksum, sum;

	if (!find_segment(frame, &segment) || (segment.protocol != IP_TCP && segment.protocol != IP_UDP))
		return false;
	size_t offset = segment.protocol == IP_TCP ? TCP_CHECKSUM : UDP_CHECKSUM;
	if (offset + 2 > segment.length || !bytes_be16(frame, segment.begin + offset, &checksum))
		return false;
	/* A checksum is the complement of a sum; what is left unfinished is the sum itself. */
	sum = (uint16_t)~checksum_end(segment.pseudo);
	if (checksum != sum)
		return false;
	*ret_unfinished = (struct unfinished){.at = segment.begin + offset, .begin = segment.begin, .length = segment.length};
	return true;
}

/*
 * With the sum of the pseudo header in its own place, the sum over the datagram is the whole. Zero
 * is for UDP without a checksum (RFC 768).
 */
void unfinished_finish(uint8_t *frame, const struct unfinished *unfinished)
{
	uint16_t checksum = checksum_end(checksum_add(0, frame + unfinished->begin, unfinished->length));
	bool is_udp = unfinished->at - unfinished->begin == UDP_CHECKSUM;

	put_be16(frame + unfinished->at, checksum == 0 && is_udp ? 0xffff : checksum);
}
