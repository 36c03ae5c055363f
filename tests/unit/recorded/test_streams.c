/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How connections of a capture begin and end. */
#include "harness/recorded/import.h"

#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "tests/test.h"
#include "tests/unit/recorded/captured.h"

extern const CU_TestInfo tests_streams[];

#define ACK TCP_FLAG_ACK
#define PSH (TCP_FLAG_PSH | TCP_FLAG_ACK)
#define SYN TCP_FLAG_SYN
#define RST TCP_FLAG_RST

static void a_reset_a_refusal_and_silence_are_told_apart(void)
{
	captured_begin(DLT_EN10MB);
	captured_tcp(true, SYN, 0, 0, NULL, 0);
	captured_tcp(false, RST | ACK, 0, 1, NULL, 100);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 81, 1);
	captured_tcp(true, SYN, 0, 0, NULL, 1000);
	captured_tcp(true, SYN, 0, 0, NULL, 1001000);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 82, 2);
	uint64_t t = captured_open(2000000, 100, 100);
	captured_tcp(true, PSH, 1, 1, "x", t);
	captured_tcp(false, RST, 1, 2, NULL, t + 100);
	char *session = captured_session(NULL);
	TEST_CONTAINS(session, "port: 80\n      opening: refused\n");
	TEST_CONTAINS(session, "port: 81\n      opening: unanswered\n");
	captured_expect(session, "          - {from: device, bytes: 1, text: \"x\"}\n"
	                         "          - {from: server, close: rst}\n");
}

static void what_is_on_its_way_behind_a_reset_came_to_nobody(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(true, PSH, 1, 1, "x", t);
	captured_tcp(false, PSH, 1, 2, "abc", t + 100);
	captured_tcp(true, RST | ACK, 2, 4, NULL, t + 300);
	captured_tcp(false, PSH, 4, 2, "def", t + 310);
	captured_tcp(true, RST, 2, 0, NULL, t + 320);
	captured_expect(captured_session(&told), "          - {from: device, bytes: 1, text: \"x\"}\n"
	                                         "          - {from: server, bytes: 3, text: \"abc\"}\n"
	                                         "          - {from: device, after: 100us, close: rst}\n");
	CU_ASSERT_EQUAL(told.open, 0);
}

/* Such as of a connection before with these ports. */
static void a_reset_that_is_not_of_the_connection_ends_nothing(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(true, PSH, 1, 1, "x", t);
	captured_tcp(false, PSH, 1, 2, "abc", t + 100);
	captured_tcp(true, ACK, 2, 4, NULL, t + 200);
	captured_tcp(false, RST, 1, 2, NULL, t + 210);
	captured_tcp(false, RST, 0x70000000, 2, NULL, t + 210);
	captured_tcp(false, PSH, 4, 2, "def", t + 300);
	captured_expect(captured_session(&told), "          - {from: device, bytes: 1, text: \"x\"}\n"
	                                         "          - {from: server, bytes: 6, text: \"abcdef\"}\n");
	CU_ASSERT_EQUAL(told.streams.strange, 2);
}

static void who_tries_again_with_the_same_number_is_answered(void)
{
	captured_begin(DLT_EN10MB);
	captured_tcp(true, SYN, 0, 0, NULL, 0);
	captured_tcp(false, RST | ACK, 0, 1, NULL, 100);
	captured_tcp(true, SYN, 0, 0, NULL, 500000);
	captured_tcp(false, RST | ACK, 0, 1, NULL, 500100);
	uint64_t t = captured_open(1000000, 100, 100);
	captured_tcp(true, PSH, 1, 1, "x", t);
	char *session = captured_session(NULL);
	CU_ASSERT_PTR_NULL(strstr(session, "opening:"));
	captured_expect(session, "          - {from: device, bytes: 1, text: \"x\"}\n");
}

static void a_port_that_is_used_again_is_another_connection(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	(void)captured_open(0, 100, 100);
	captured_tcp(true, PSH, 1, 1, "first", 300);
	captured_tcp(true, SYN, 70000, 0, NULL, 5000);
	captured_tcp(false, SYN | ACK, 90000, 70001, NULL, 5100);
	captured_tcp(true, PSH, 70001, 90001, "second", 5200);
	char *session = captured_session(&told);
	TEST_CONTAINS(session, "text: \"first\"");
	TEST_CONTAINS(session, "text: \"second\"");
	free(session);
	CU_ASSERT_EQUAL(told.opened, 2);
}

const CU_TestInfo tests_streams[] = {
	{"a reset, a refusal and silence are told apart", a_reset_a_refusal_and_silence_are_told_apart},
	{"what is on its way behind a reset came to nobody", what_is_on_its_way_behind_a_reset_came_to_nobody},
	{"a reset that is not of the connection ends nothing", a_reset_that_is_not_of_the_connection_ends_nothing},
	{"who tries again with the same number is answered", who_tries_again_with_the_same_number_is_answered},
	{"a port that is used again is another connection", a_port_that_is_used_again_is_another_connection},
	CU_TEST_INFO_NULL,
};
