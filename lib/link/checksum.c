/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/link/checksum.h"

#include "lib/link/packet.h"

#define IPV4_CHECKSUM 10U
#define FRAGMENT_MASK 0x3fffU /* more fragments, and the offset */

uint32_t checksum_add(uint32_t sum, const uint8_t *data, size_t length)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)(data[i] << 8 | data[i + 1]);
	if (length % 2 != 0)
		sum += (uint32_t)data[length - 1] << 8;
	/*
	 * Frames are short: 16 bits of carries never run over, and are folded in so that several
	 * pieces do not either.
	 */
	return (sum & 0xffff) + (sum >> 16);
}

uint16_t checksum_end(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

uint32_t checksum_pseudo(uint32_t source, uint32_t destination, uint8_t protocol, size_t length)
{
	return (source >> 16) + (source & 0xffff) + (destination >> 16) + (destination & 0xffff) + protocol + (uint32_t)length;
}

uint16_t checksum_adjusted(uint16_t checksum, uint16_t before, uint16_t after)
{
	return checksum_end((uint32_t)(uint16_t)~checksum + (uint16_t)~before + after);
}

/* Where the checksum lies in a header of the protocol; false if it has none that we know. */
static bool checksum_place(uint8_t protocol, size_t length, size_t *ret_place)
{
	*ret_place = protocol == IP_TCP ? 16 : protocol == IP_UDP ? 6 : 2;
	return (protocol == IP_TCP || protocol == IP_UDP || protocol == IP_ICMP) && length >= *ret_place + 2;
}

static void mend_transport(const struct packet *packet, uint8_t *segment, size_t length)
{
	size_t place, covered = length;

	if (!checksum_place(packet->protocol, length, &place))
		return;
	if (packet->protocol == IP_UDP) {
		covered = (size_t)(segment[4] << 8 | segment[5]);
		if ((segment[place] == 0 && segment[place + 1] == 0) || covered < place + 2 || covered > length)
			return;
	}
	put_be16(segment + place, 0);
	uint32_t pseudo = packet->protocol == IP_ICMP ? 0 : checksum_pseudo(packet->source, packet->destination, packet->protocol, covered);
	uint16_t checksum = checksum_end(checksum_add(pseudo, segment, covered));
	put_be16(segment + place, checksum == 0 && packet->protocol == IP_UDP ? 0xffff : checksum);
}

void checksum_mend(uint8_t *frame, size_t length)
{
	const struct packet packet = packet_parse(bytes_of(frame, length));

	if (!packet.is_ipv4)
		return;
	uint8_t *datagram = frame + (packet.body.data - frame);
	size_t header = (size_t)(datagram[0] & 15) * 4, total = (size_t)(datagram[2] << 8 | datagram[3]);
	put_be16(datagram + IPV4_CHECKSUM, 0);
	put_be16(datagram + IPV4_CHECKSUM, checksum_end(checksum_add(0, datagram, header)));
	if (((unsigned)(datagram[6] << 8 | datagram[7]) & FRAGMENT_MASK) == 0 && total <= packet.body.length)
		mend_transport(&packet, datagram + header, total - header);
}
