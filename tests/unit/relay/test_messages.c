/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changed messages of real servers: DNS of any shape, DHCP, NTP. */
#include <string.h>

#include "harness/server/dhcp.h"
#include "harness/server/dns.h"
#include "harness/server/ntp.h"
#include "tests/test.h"

extern const CU_TestInfo tests_relay_messages[];

/* clang-format off */
/* www.x.y: a CNAME, an A record, an AAAA record, and an OPT record behind them (RFC 6891). */
static const uint8_t answer[] = {0x12, 0x34, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 1, 3, 'w', 'W', 'w', 1, 'x', 1, 'y', 0, 0, 1, 0, 1,
                                 /* CNAME a.x.y */ 0xc0, 12, 0, 5, 0, 1, 0, 0, 1, 0, 0, 4, 1, 'a', 0xc0, 16,
                                 /* A */ 0xc0, 37, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 203, 0, 113, 5,
                                 /* AAAA */ 0xc0, 37, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
                                 /* OPT */ 0, 0, 41, 4, 0xd0, 1, 2, 3, 4, 0, 0};
/* clang-format on */
#define QUESTION_END 25U
#define A_AT 53U

static size_t corrupt(uint8_t *message, enum dns_effect kind)
{
	struct dns_effects effects = {{false}};
	size_t length = sizeof answer;

	effects.of[kind] = true;
	memcpy(message, answer, sizeof answer);
	dns_effects_on_message(message, &length, &effects, DNS_NOBODY);
	return length;
}

static void an_answer_of_dns_is_read_by_its_question(void)
{
	struct dns_question question;
	uint32_t addresses[4];

	CU_ASSERT_FATAL(dns_read_question(bytes_of(answer, sizeof answer), &question));
	CU_ASSERT_EQUAL(question.id, 0x1234);
	CU_ASSERT(question.is_answer);
	CU_ASSERT_STRING_EQUAL(question.name, "www.x.y");
	CU_ASSERT_EQUAL(question.end, QUESTION_END);
	CU_ASSERT_EQUAL(dns_addresses(bytes_of(answer, sizeof answer), addresses, 4), 1);
	CU_ASSERT_EQUAL(addresses[0], 0xcb007105);
	for (size_t length = 0; length < sizeof answer; length++)
		(void)dns_addresses(bytes_of(answer, length), addresses, 4);
	CU_ASSERT(!dns_read_question(bytes_of(answer, QUESTION_END - 1), &question));
}

static void an_answer_of_dns_is_corrupted_whatever_is_in_it(void)
{
	uint8_t m[sizeof answer];
	static const uint8_t nobody[] = {198, 51, 100, 99};

	CU_ASSERT_EQUAL(corrupt(m, DNS_EFFECT_SILENCE), 0);
	CU_ASSERT_EQUAL(corrupt(m, DNS_EFFECT_NXDOMAIN), QUESTION_END);
	CU_ASSERT(m[3] == 0x83 && m[7] == 0 && m[11] == 0);
	CU_ASSERT_EQUAL(corrupt(m, DNS_EFFECT_SERVFAIL), QUESTION_END);
	CU_ASSERT_EQUAL(m[3], 0x82);
	CU_ASSERT_EQUAL(corrupt(m, DNS_EFFECT_TRUNCATED), QUESTION_END);
	CU_ASSERT(m[2] == 0x83 && m[7] == 0);
	CU_ASSERT_EQUAL(corrupt(m, DNS_EFFECT_ADDRESS), sizeof answer);
	CU_ASSERT_EQUAL(memcmp(m + A_AT, nobody, 4), 0);
	CU_ASSERT(m[A_AT + 4 + 12 + 15] == 0x63);
	CU_ASSERT_EQUAL(memcmp(m, answer, A_AT), 0);
	CU_ASSERT_EQUAL(corrupt(m, DNS_EFFECT_TTL), sizeof answer);
	CU_ASSERT(m[A_AT - 3] == 0 && m[A_AT - 4] == 0 && memcmp(m + A_AT, answer + A_AT, 4) == 0);
	/* What stands there in an OPT record is no time. */
	CU_ASSERT_EQUAL(m[sizeof answer - 3], 4);
}

static void a_clock_of_ntp_is_put_forward_and_back(void)
{
	uint8_t m[NTP_MESSAGE] = {[16] = 0xff, 0xff, 0xff, 0xff, 0xc0, [24] = 7, [40] = 0, 0, 0, 5, 0x40};
	struct ntp_clock by = {0, 0};

	ntp_clock_shift(&by, UINT64_C(1500000000), false);
	ntp_change(m, by, false);
	/* The era is not told: 2036 is 0 (RFC 5905 6). A time of zero is none. */
	CU_ASSERT(m[16] == 0 && m[19] == 1 && m[20] == 0x40);
	CU_ASSERT(m[24] == 7 && m[35] == 0 && m[43] == 6 && m[44] == 0xc0);
	by = (struct ntp_clock){0, 0};
	ntp_clock_shift(&by, UINT64_C(1500000000), true);
	ntp_change(m, by, true);
	CU_ASSERT(m[16] == 0xff && m[20] == 0xc0 && m[43] == 5 && m[44] == 0x40);
	CU_ASSERT(m[1] == 0 && memcmp(m + 12, "RATE", 4) == 0);
}

static void a_lease_of_dhcp_is_shortened_in_place(void)
{
	uint8_t m[300] = {2, 1,  6, [236] = 0x63, 0x82, 0x53, 0x63, 53, 1, 5, 51, 4, 0, 0,  14, 16,
	                  0, 54, 4, 10,           0,    0,    1,    58, 4, 0, 0,  7, 8, 255};

	CU_ASSERT_STRING_EQUAL(dhcp_reply_kind(bytes_of(m, sizeof m)), "ack");
	CU_ASSERT_PTR_NULL(dhcp_kind(bytes_of(m, sizeof m)));
	CU_ASSERT_EQUAL(dhcp_server_of(bytes_of(m, sizeof m)), 0x0a000001);
	dhcp_shorten(m, sizeof m, UINT64_C(120000000000));
	CU_ASSERT(m[247] == 0 && m[248] == 120);
	CU_ASSERT(m[259 + 2] == 60);
	for (size_t length = 0; length < 270; length++)
		dhcp_shorten(m, length, 1);
}

const CU_TestInfo tests_relay_messages[] = {
	{"an answer of DNS is read by its question", an_answer_of_dns_is_read_by_its_question},
	{"an answer of DNS is corrupted, whatever is in it", an_answer_of_dns_is_corrupted_whatever_is_in_it},
	{"a clock of NTP is put forward and back", a_clock_of_ntp_is_put_forward_and_back},
	{"a lease of DHCP is shortened in place", a_lease_of_dhcp_is_shortened_in_place},
	CU_TEST_INFO_NULL,
};
