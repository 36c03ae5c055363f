/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/link/checksum.h"
#include "lib/link/frame.h"
#include "lib/link/packet.h"
#include "harness/live/unfinished.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_unfinished[];

static uint8_t frame[256];

static uint16_t sum_over(const uint8_t *data, size_t length)
{
	return (uint16_t)~checksum_end(checksum_add(0, data, length));
}

/*
 * A datagram over IPv4 behind @p tags VLAN tags, whose checksum is what its sender leaves: the sum
 * of the pseudo header. @return the frame's length.
 */
static size_t make_ipv4(unsigned tags, uint8_t protocol, size_t payload)
{
	size_t at = 12, header = protocol == IP_TCP ? 20 : 8;
	uint8_t pseudo[12] = {192, 0, 2, 2, 192, 0, 2, 1, 0, protocol};

	memset(frame, 0, sizeof frame);
	for (unsigned i = 0; i < tags; i++, at += 4)
		put_be16(frame + at, ETHERTYPE_VLAN);
	put_be16(frame + at, ETHERTYPE_IPV4);
	at += 2;
	frame[at] = 0x45;
	put_be16(frame + at + 2, (unsigned)(20 + header + payload));
	frame[at + 9] = protocol;
	memcpy(frame + at + 12, pseudo, 8);
	put_be16(pseudo + 10, (unsigned)(header + payload));
	at += 20;
	frame[at] = 0x9c;
	frame[at + 12] = 0x50;
	if (protocol == IP_UDP)
		put_be16(frame + at + 4, (unsigned)(header + payload));
	for (size_t i = 0; i < payload; i++)
		frame[at + header + i] = (uint8_t)(i * 7 + 1);
	put_be16(frame + at + (protocol == IP_TCP ? 16 : 6), sum_over(pseudo, sizeof pseudo));
	return at + header + payload;
}

static void finish(size_t length)
{
	struct unfinished unfinished;

	CU_ASSERT_FATAL(unfinished_find(bytes_of(frame, length), &unfinished));
	unfinished_finish(frame, &unfinished);
	CU_ASSERT_FALSE(unfinished_find(bytes_of(frame, length), &unfinished));
}

static void what_is_finished_is_as_it_should_be(void)
{
	static const uint8_t protocols[] = {IP_TCP, IP_UDP};
	uint8_t mended[sizeof frame];

	for (size_t i = 0; i < 2; i++)
		for (size_t payload = 0; payload < 40; payload++) {
			size_t length = make_ipv4(0, protocols[i], payload);
			finish(length);
			memcpy(mended, frame, length);
			checksum_mend(mended, length);
			/* But for the header's own, which this leaves alone. */
			CU_ASSERT_EQUAL(memcmp(mended + 34, frame + 34, length - 34), 0);
		}
}

static void tags_and_padding_are_passed_over(void)
{
	uint8_t plain[2];
	size_t length = make_ipv4(0, IP_TCP, 5);

	finish(length + 20);
	memcpy(plain, frame + length - 5 - 4, 2);
	length = make_ipv4(2, IP_TCP, 5);
	finish(length);
	CU_ASSERT_EQUAL(memcmp(plain, frame + length - 5 - 4, 2), 0);
}

static void ipv6_is_finished_too(void)
{
	struct unfinished unfinished;
	uint8_t pseudo[40] = {0x20, 0x01, 0x0d, 0xb8};

	memset(frame, 0, sizeof frame);
	pseudo[15] = 1;
	memcpy(pseudo + 16, pseudo, 16);
	pseudo[31] = 2;
	put_be16(pseudo + 34, 12);
	pseudo[39] = IP_UDP;
	put_be16(frame + 12, ETHERTYPE_IPV6);
	frame[14] = 0x60;
	put_be16(frame + 18, 12);
	frame[20] = IP_UDP;
	memcpy(frame + 22, pseudo, 32);
	memcpy(frame + 54, "\x12\x34\x00\x09\x00\x0c\x00\x00\x01\x02\x03\x04", 12);
	put_be16(frame + 60, sum_over(pseudo, sizeof pseudo));
	CU_ASSERT_FATAL(unfinished_find(bytes_of(frame, 66), &unfinished));
	unfinished_finish(frame, &unfinished);
	/* The sum over all that a finished checksum covers has all bits set (RFC 1071). */
	memcpy(frame + 66, pseudo, sizeof pseudo);
	CU_ASSERT_EQUAL(sum_over(frame + 54, 12 + sizeof pseudo), 0xffff);
}

static void what_is_finished_is_left_alone(void)
{
	struct unfinished unfinished;
	size_t length = make_ipv4(0, IP_UDP, 9);

	put_be16(frame + 40, 0);
	CU_ASSERT_FALSE(unfinished_find(bytes_of(frame, length), &unfinished));
	/* A fragment has the checksum of the whole, or none. */
	length = make_ipv4(0, IP_UDP, 9);
	frame[20] = 0x20;
	CU_ASSERT_FALSE(unfinished_find(bytes_of(frame, length), &unfinished));
	/* ICMP is never left to an adapter. */
	length = make_ipv4(0, IP_UDP, 9);
	frame[23] = IP_ICMP;
	CU_ASSERT_FALSE(unfinished_find(bytes_of(frame, length), &unfinished));
}

static void nothing_is_read_outside(void)
{
	struct unfinished unfinished;
	size_t length = make_ipv4(1, IP_TCP, 5);

	for (size_t cut = 0; cut < length; cut++) {
		uint8_t *exact = malloc(cut > 0 ? cut : 1);
		CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
		memcpy(exact, frame, cut);
		CU_ASSERT_FALSE(unfinished_find(bytes_of(exact, cut), &unfinished));
		free(exact);
	}
}

const CU_TestInfo tests_live_unfinished[] = {
	{"what is finished is as it should be", what_is_finished_is_as_it_should_be},
	{"tags and padding are passed over", tags_and_padding_are_passed_over},
	{"IPv6 is finished, too", ipv6_is_finished_too},
	{"what is finished is left alone", what_is_finished_is_left_alone},
	{"nothing is read outside", nothing_is_read_outside},
	CU_TEST_INFO_NULL,
};
