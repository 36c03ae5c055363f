/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/server/ntp.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

#define SECOND UINT64_C(1000000000)

static struct ntp_answer answer_at(uint64_t unix_ns, uint8_t first_byte)
{
	uint8_t request[NTP_MESSAGE] = {0};
	struct ntp_answer answer;

	request[0] = first_byte;
	request[2] = 6;
	memcpy(request + 40, "\xde\xad\xbe\xef\x01\x02\x03\x04", 8);
	ntp_answer(bytes_of(request, sizeof request), ntp_clock_at(unix_ns), &answer);
	return answer;
}

static uint64_t stamp(const struct ntp_answer *answer, size_t offset)
{
	uint32_t seconds = 0, fraction = 0;

	CU_ASSERT_FATAL(bytes_be32(bytes_of(answer->message, answer->length), offset, &seconds));
	CU_ASSERT_FATAL(bytes_be32(bytes_of(answer->message, answer->length), offset + 4, &fraction));
	return (uint64_t)seconds << 32 | fraction;
}

static void a_request_is_told_the_time(void)
{
	/* 2026-01-01T00:00:00.25Z; 3976214400 s after 1900. */
	struct ntp_answer answer = answer_at(1767225600 * SECOND + SECOND / 4, 0x23);

	CU_ASSERT_FATAL(answer.length == NTP_MESSAGE);
	/* no leap warning, version 4, server */
	CU_ASSERT_EQUAL(answer.message[0], 0x24);
	/* a stratum that clients accept: 1 to 15 */
	CU_ASSERT_EQUAL(answer.message[1], 2);
	/* the poll interval as asked */
	CU_ASSERT_EQUAL(answer.message[2], 6);
	/* originate: or the client takes it for a forgery */
	CU_ASSERT_EQUAL(stamp(&answer, 24), UINT64_C(0xdeadbeef01020304));
	CU_ASSERT_EQUAL(stamp(&answer, 32), UINT64_C(3976214400) << 32 | 0x40000000);
	CU_ASSERT_EQUAL(stamp(&answer, 40), UINT64_C(3976214400) << 32 | 0x40000000);
	CU_ASSERT_EQUAL(stamp(&answer, 16), UINT64_C(3976214400) << 32 | 0x40000000);
	TEST_SAME_TEXT(answer.note, "request -> 1767225600.250 s since 1970");
}

static void timestamps_are_right_at_the_edges(void)
{
	static const struct {
		uint64_t unix_ns;
		uint64_t expected;
	} times[] = {
		{0, UINT64_C(2208988800) << 32},
		{1, UINT64_C(2208988800) << 32 | 4},
		{SECOND / 2, UINT64_C(2208988800) << 32 | 0x80000000},
		{SECOND - 1, UINT64_C(2208988800) << 32 | 0xfffffffb},
		{2085978495 * SECOND, UINT64_C(0xffffffff) << 32},
		{2085978496 * SECOND, 0}, /* 2036-02-07: era 1 begins */
		{2085978497 * SECOND, UINT64_C(1) << 32},
	};

	for (unsigned i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct ntp_answer answer = answer_at(times[i].unix_ns, 0x23);
		CU_ASSERT_EQUAL(stamp(&answer, 40), times[i].expected);
	}
}

static void a_clock_goes_either_way_across_its_edges(void)
{
	struct ntp_clock clock = ntp_clock_at(SECOND + SECOND / 4);
	struct ntp_answer answer;

	ntp_clock_shift(&clock, SECOND / 2, true);
	CU_ASSERT(clock.s == 0 && clock.ns == 3 * SECOND / 4);
	ntp_clock_shift(&clock, SECOND / 2, false);
	CU_ASSERT(clock.s == 1 && clock.ns == SECOND / 4);
	ntp_clock_shift(&clock, 100 * SECOND, true);
	CU_ASSERT(clock.s == -99 && clock.ns == SECOND / 4);
	/* Era 1 begins 2085978496 s after 1970, and 32 bits of Unix time end in it. */
	answer = answer_at(2085978495 * SECOND, 0x23);
	TEST_SAME_TEXT(answer.note, "request -> 2085978495.000 s since 1970");
	answer = answer_at(2147483648 * SECOND, 0x23);
	TEST_SAME_TEXT(answer.note, "request -> 2147483648.000 s since 1970, in era 1");
}

static void the_version_is_the_clients(void)
{
	CU_ASSERT_EQUAL(answer_at(0, 0x1b).message[0], 0x1c); /* version 3 */
	/* the leap bits of the client mean nothing */
	CU_ASSERT_EQUAL(answer_at(0, 0xe3).message[0], 0x24);
}

static void only_client_requests_are_answered(void)
{
	for (unsigned mode = 0; mode < 8; mode++) {
		struct ntp_answer answer = answer_at(0, (uint8_t)(0x20 | mode));
		CU_ASSERT_EQUAL(answer.length, mode == 3 ? NTP_MESSAGE : 0);
		TEST_CONTAINS(answer.note, mode == 3 ? "request -> " : "finding: 48 bytes that are no NTP request");
	}
}

static void every_length_is_survived(void)
{
	for (size_t length = 0; length < 70; length++) {
		/* A block of exactly that length, so that a sanitizer sees a read behind it. */
		uint8_t *data = memory_new(length);
		struct ntp_answer answer;
		memset(data, 0x23, length);
		ntp_answer(bytes_of(data, length), ntp_clock_at(0), &answer);
		CU_ASSERT_EQUAL(answer.length, length >= NTP_MESSAGE ? NTP_MESSAGE : 0);
		free(data);
	}
}

const CU_TestInfo tests_ntp[] = {
	{"a request is told the time", a_request_is_told_the_time},
	{"timestamps are right at the edges", timestamps_are_right_at_the_edges},
	{"a clock goes either way across its edges", a_clock_goes_either_way_across_its_edges},
	{"the version is the client's", the_version_is_the_clients},
	{"only client requests are answered", only_client_requests_are_answered},
	{"every length is survived", every_length_is_survived},
	CU_TEST_INFO_NULL,
};
