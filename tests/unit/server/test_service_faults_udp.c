/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The faults of the services that answer over UDP: the effect of corrupted DNS, DHCP and NTP on a
 * device.
 */
#include "harness/server/service_faults.h"

#include <string.h>

#include "tests/unit/fault/made.h"
#include "tests/unit/server/fixture.h"

static struct fault fault;

static void open_with(const char *match, const char *action, const char *params)
{
	fault = made_checked_fault("it", match, action, params);
	server_fixture_open_with(NULL, &fault, 1);
}

static size_t query(const char *name, uint8_t ret_answer[FRAME_MAX])
{
	uint8_t message[256] = {0x12, 0x34, 1, 0, 0, 1};
	size_t at = 12;

	while (*name != '\0') {
		size_t label = strcspn(name, ".");
		message[at++] = (uint8_t)label;
		memcpy(message + at, name, label);
		at += label;
		name += label + (name[label] == '.');
	}
	at++;
	message[at + 1] = message[at + 3] = 1;
	return server_fixture_udp(HOST_ADDRESS, DNS_PORT, message, at + 4, SIM_S, ret_answer);
}

static void dns_answers_are_corrupted(void)
{
	static const struct {
		const char *params;
		unsigned rcode, records, truncated;
		uint32_t address;
		uint32_t ttl;
	} rows[] = {{"answer=nxdomain", 3, 0, 0, 0, 0},
	            {"answer=servfail", 2, 0, 0, 0, 0},
	            {"answer=wrong_address", 0, 1, 0, 0xc6336463U, 60},
	            {"answer=truncated", 0, 0, 1, 0, 0},
	            {"answer=ttl_0", 0, 1, 0, 0xc6336414U, 0}};
	uint8_t answer[FRAME_MAX];

	open_with("host=core.*", "dns", "answer=silence");
	CU_ASSERT_EQUAL(query(NAMES_CORE, answer), 0);
	CU_ASSERT(query(NAMES_AUTH, answer) > 0);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint32_t address = 0, ttl = 0;
		fault = made_checked_fault("it", "host=core.*", "dns", rows[i].params);
		size_t length = query(NAMES_CORE, answer);
		CU_ASSERT_FATAL(length > 12);
		CU_ASSERT_EQUAL(answer[3] & 15U, rows[i].rcode);
		CU_ASSERT_EQUAL(answer[7], rows[i].records);
		CU_ASSERT_EQUAL(answer[2] >> 1 & 1U, rows[i].truncated);
		(void)bytes_be32(bytes_of(answer, length), length - 4, &address);
		(void)bytes_be32(bytes_of(answer, length), length - 10, &ttl);
		CU_ASSERT(rows[i].records == 0 || (address == rows[i].address && ttl == rows[i].ttl));
	}
	server_fixture_close();
}

static size_t dhcp(unsigned type, uint32_t wanted, uint8_t ret_answer[FRAME_MAX])
{
	uint8_t message[300] = {1, 1, 6, 0, 'x', 'i', 'd', '1'}, *at = message + 240;

	put_be32(message + 12, HOST_ADDRESS + 99);
	put_be32(message + 236, 0x63825363U);
	*at++ = 53;
	*at++ = 1;
	*at++ = (uint8_t)type;
	*at++ = 50;
	*at++ = 4;
	put_be32(at, wanted);
	at[4] = 255;
	return server_fixture_udp_from(DHCP_CLIENT_PORT, HOST_ADDRESS, DHCP_SERVER_PORT, message, sizeof message, SIM_S, ret_answer);
}

static void dhcp_answers_otherwise(void)
{
	uint8_t answer[FRAME_MAX];
	uint32_t lease = 0, offered = 0;

	open_with("kind=request", "dhcp", "");
	CU_ASSERT(dhcp(1, 0, answer) > 0 && answer[242] == 2);
	CU_ASSERT_EQUAL(dhcp(3, HOST_ADDRESS + 99, answer), 0);
	fault = made_checked_fault("it", "kind=request", "dhcp", "answer=nak");
	CU_ASSERT(dhcp(3, HOST_ADDRESS + 99, answer) > 0 && answer[242] == 6);
	fault = made_checked_fault("it", "kind=request", "dhcp", "answer=short_lease;lease=30s");
	CU_ASSERT(dhcp(3, HOST_ADDRESS + 99, answer) > 0 && answer[242] == 5);
	(void)bytes_be32(bytes_of(answer, sizeof answer), 251, &lease);
	CU_ASSERT_EQUAL(lease, 30);
	/* The address of before is refused, and another one offered. */
	fault = made_checked_fault("it", "kind=request", "dhcp", "answer=other_address");
	CU_ASSERT(dhcp(3, HOST_ADDRESS + 99, answer) > 0 && answer[242] == 6);
	CU_ASSERT(dhcp(1, 0, answer) > 0 && answer[242] == 2);
	(void)bytes_be32(bytes_of(answer, sizeof answer), 16, &offered);
	CU_ASSERT_EQUAL(offered, HOST_ADDRESS + 100);
	server_fixture_close();
}

static uint32_t ntp(uint8_t ret_answer[FRAME_MAX])
{
	uint8_t message[48] = {0x23};
	uint32_t seconds = 0;

	if (server_fixture_udp(names_find(NAMES_TIME_2)->address, NTP_PORT, message, sizeof message, SIM_S, ret_answer) == 48)
		(void)bytes_be32(bytes_of(ret_answer, 48), 40, &seconds);
	return seconds;
}

static void ntp_answers_otherwise(void)
{
	uint8_t answer[FRAME_MAX];
	const uint32_t now = (uint32_t)(SERVER_FIXTURE_UNIX_S + 2208988800U);

	open_with("", "ntp", "");
	CU_ASSERT_EQUAL(ntp(answer), 0);
	fault = made_checked_fault("it", "", "ntp", "answer=kiss_of_death");
	CU_ASSERT(ntp(answer) != 0 && answer[1] == 0 && memcmp(answer + 12, "RATE", 4) == 0);
	fault = made_checked_fault("it", "", "ntp", "answer=offset;years=10;behind=true");
	CU_ASSERT(now - 3650 * 86400U - ntp(answer) + 5 < 10);
	fault = made_checked_fault("it", "", "ntp", "answer=offset;years=0;by=1h");
	CU_ASSERT(ntp(answer) - now - 3600 < 10);
	/* Whatever is asked for is sent: into the era that begins in 2036, and to before 1970. */
	fault = made_checked_fault("it", "", "ntp", "answer=offset;years=13");
	CU_ASSERT(ntp(answer) - (uint32_t)(now + 13 * UINT64_C(365) * 86400) < 10);
	fault = made_checked_fault("it", "", "ntp", "answer=offset;years=100");
	CU_ASSERT(ntp(answer) - (uint32_t)(now + 100 * UINT64_C(365) * 86400) < 10);
	fault = made_checked_fault("it", "", "ntp", "answer=offset;years=100;behind=true");
	CU_ASSERT(ntp(answer) - (uint32_t)(now - 100 * UINT64_C(365) * 86400) < 10);
	server_fixture_close();
}

static void ntp_answers_as_ever_outside_the_window(void)
{
	uint8_t answer[FRAME_MAX];
	const uint32_t now = (uint32_t)(SERVER_FIXTURE_UNIX_S + 2208988800U);

	open_with("from=1d", "ntp", "");
	CU_ASSERT(ntp(answer) - now < 10);
	server_fixture_close();
}

const CU_TestInfo tests_service_faults_udp[] = {
	{"DNS answers are corrupted", dns_answers_are_corrupted},
	{"DHCP answers otherwise", dhcp_answers_otherwise},
	{"NTP answers otherwise", ntp_answers_otherwise},
	{"NTP answers as ever outside the window", ntp_answers_as_ever_outside_the_window},
	CU_TEST_INFO_NULL,
};
