/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/reach.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_reach[];

static const char trace[] =
	"[  6.788433440] session 'small' seed 3 on device 'reference'\n"
	"[  6.788433440] chip    reset: power on (DS39662 sec. 11.0)\n"
	"[  6.869875648] device  phase dhcp begin\n"
	"[  7.343883152] device  phase download begin\n"
	"[  7.392266502] http    #3 GET /images/os.bin -> 503, 0 B\n"
	"[  7.400000000] fault   srv.http#3: 'my name for it' http_status\n"
	"[  7.450000000] tls     #2 finding: TLS: the server has sent alert 40\n"
	"[ 10.005000000] proxy   to-device #371 tcp.data[80/3]#2 192.0.2.1:80 > 192.0.2.100:44096 1514 B: 'bursts' drop -> dropped\n"
	"[ 10.006000000] proxy   to-device #372 tcp.data[80/3]#3 192.0.2.1:80 > 192.0.2.100:44096 1514 B: 'bursts' drop -> dropped\n"
	"[ 10.007000000] proxy   to-device #373 tcp.data[80/3]#4 192.0.2.1:80 > 192.0.2.100:44096 1514 B: 'bursts' drop -> dropped\n"
	"[ 11.000000000] device  phase download retry 1: curl 28: Operation too slow. Less than 1000 bytes/sec after 1000 ms\n"
	"[ 12.000000000] device  phase download retry 2: curl 28: Operation too slow. Less than 1000 bytes/sec after 2000 ms\n"
	"[ 13.000000000] device  progress download 524288\n"
	"[274.590783376] chip    3378 frames received, 0 overflowed, 1 refused\n"
	"# [274.590783376] fault   'bursts': 6013 matched, 240 applied\n";

static const char series[] = "time_s,spi_messages,spi_bytes,interrupts,ring_bytes,flash_operations\n"
			     "6.788433440,157,330,1,1,0\n"
			     "7.388433440,1622,112684,0,1525,0\n"
			     "7.988433440,1622,112684,9,700,0\n";

static const char addresses[] = "to-server tcp.syn#1..9\n"
				"to-server tcp.syn[80/3]#1\n"
				"to-device tcp.synack[80/3]#1\n"
				"to-device tcp.retransmission[80/3]#1..5\n"
				"to-server tcp.rst[80/3]#1\n"
				"board     enc.tx#1..40\n";

static const char verdict[] =
	"{\"verdict\": \"fail\", \"phase\": \"download\", \"judge\": \"hang\", \"reason\": \"nothing for 120 s\", \"retries\": 2,"
	" \"last_stretch\": {\"far_end_waits\": \"on 192.0.2.1:80 (ESTABLISHED, 5 bytes), 192.0.2.1:80 (CLOSE_WAIT)\"},"
	" \"rules\": [{\"name\": \"bursts\", \"action\": \"drop\", \"applied\": 3}, {\"name\": \"b\", \"action\": \"delay\", \"applied\": 0}]}";

static void write_session(void)
{
	(void)test_write("trace.txt", trace);
	(void)test_write("series.csv", series);
	(void)test_write("addresses.txt", addresses);
	(void)test_write("verdict.json", verdict);
	(void)test_write("console.log", "[  9.1] kernel BUG at mm/slub.c:400!\n");
}

static void read_session(struct reach *reach)
{
	struct error err = {.text = ""};

	write_session();
	CU_ASSERT_FATAL(reach_read(test_folder(), reach, &err));
}

static void expect(const struct reach *reach, const char *text, uint32_t amounts)
{
	const struct reach_item *item = reach_find(reach, text);

	if (item == NULL || item->amounts != amounts)
		printf("    '%s': %s %x\n", text, item == NULL ? "missing" : "has", item != NULL ? item->amounts : 0);
	CU_ASSERT(item != NULL && item->amounts == amounts);
}

static void a_session_is_told_by_phase_and_without_its_amounts(void)
{
	struct reach reach;

	read_session(&reach);
	expect(&reach, "start: chip reset: power on (DS39662 sec. #)", 1 << 1);
	expect(&reach, "download: device phase download retry #: curl 28: Operation too slow. Less than # bytes/sec after # ms", 1 << 2);
	expect(&reach, "download: http ## GET /images/os.bin -> status 503, # B", 1 << 1);
	expect(&reach, "download: tls alert sent, code 40", 1 << 1);
	expect(&reach, "download: fault srv.http##: http_status", 1 << 1);
	expect(&reach, "download: proxy to-device tcp.data port 80: drop -> dropped", 1 << 2);
	CU_ASSERT_PTR_NULL(reach_find(&reach, "download: device progress download #"));
	reach_close(&reach);
}

static void rings_connections_kernel_and_verdict_are_reached_too(void)
{
	struct reach reach;

	read_session(&reach);
	expect(&reach, "start: bytes in the receive ring", 1 << 1);
	expect(&reach, "download: bytes in the receive ring", (1 << 11) | (1 << 10));
	expect(&reach, "download: no interrupt", 1 << 1);
	expect(&reach, "chip in all: overflowed", 1);
	expect(&reach, "chip in all: frames received", 1 << 12);
	expect(&reach, "connection to 80: begun, accepted, reset by the device, sent again by the server,", 1 << 1);
	expect(&reach, "connection to 80: segments sent again by the server", 1 << 3);
	expect(&reach, "kernel: kernel BUG", 1 << 1);
	expect(&reach, "judge: hang", 1 << 1);
	expect(&reach, "far end waits: CLOSE_WAIT", 1 << 1);
	expect(&reach, "acted: drop", 1 << 2);
	CU_ASSERT_PTR_NULL(reach_find(&reach, "acted: delay"));
	reach_close(&reach);
}

static void what_is_known_is_not_new(void)
{
	struct reach map = {0}, one = {0}, more = {0};

	reach_count(&one, "a", 1);
	reach_count(&one, "b", 5);
	reach_settle(&one);
	CU_ASSERT(reach_is_new(&map, &one));
	CU_ASSERT_EQUAL(reach_merge(&map, &one), 2);
	CU_ASSERT_FALSE(reach_is_new(&map, &one));
	/* 7 is as 5 is: between 4 and 7. 8 is more. */
	reach_count(&more, "b", 7);
	reach_settle(&more);
	CU_ASSERT_FALSE(reach_is_new(&map, &more));
	reach_count(&more, "b", 8);
	reach_settle(&more);
	CU_ASSERT_EQUAL(reach_merge(&map, &more), 1);
	CU_ASSERT_EQUAL(reach_find(&map, "b")->sessions, 2);
	CU_ASSERT_EQUAL(reach_find(&map, "a")->sessions, 1);
	reach_close(&map);
	reach_close(&one);
	reach_close(&more);
}

static void what_is_kept_is_read_again(void)
{
	struct reach reach, again, map = {0};
	struct error err = {.text = ""};

	read_session(&reach);
	CU_ASSERT_FATAL(reach_keep(&reach, test_folder(), "kept", &err));
	CU_ASSERT_FATAL(reach_kept(&again, test_folder(), "kept"));
	CU_ASSERT_EQUAL(again.count, reach.count);
	(void)reach_merge(&map, &reach);
	CU_ASSERT_FALSE(reach_is_new(&map, &again));
	reach_close(&again);
	(void)test_write(REACH_FOLDER "/kept", "reach 1\n00000002 whole\nnot whole");
	CU_ASSERT_FALSE(reach_kept(&again, test_folder(), "kept"));
	(void)test_write(REACH_FOLDER "/kept", "something else\n");
	CU_ASSERT_FALSE(reach_kept(&again, test_folder(), "kept"));
	reach_close(&map);
	reach_close(&reach);
}

static void a_session_without_a_trace_is_an_error(void)
{
	struct reach reach;
	struct error err = {.text = ""};

	CU_ASSERT_FALSE(reach_read(test_folder(), &reach, &err));
	TEST_CONTAINS(err.text, "trace");
	(void)test_write("trace.txt", "");
	CU_ASSERT(reach_read(test_folder(), &reach, &err));
	reach_close(&reach);
}

const CU_TestInfo tests_reach[] = {
	{"a session is told by phase and without its amounts", a_session_is_told_by_phase_and_without_its_amounts},
	{"rings connections kernel and verdict are reached too", rings_connections_kernel_and_verdict_are_reached_too},
	{"what is known is not new", what_is_known_is_not_new},
	{"what is kept is read again", what_is_kept_is_read_again},
	{"a session without a trace is an error", a_session_without_a_trace_is_an_error},
	CU_TEST_INFO_NULL,
};
