/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures made packet by packet, and the sessions imported from them. */
#include "harness/recorded/import.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "tests/test.h"
#include "tests/unit/recorded/captured.h"

extern const CU_TestInfo tests_import[];

#define ACK TCP_FLAG_ACK
#define PSH (TCP_FLAG_PSH | TCP_FLAG_ACK)
#define FIN (TCP_FLAG_FIN | TCP_FLAG_ACK)
#define SYN TCP_FLAG_SYN
#define RST TCP_FLAG_RST

static void expect_part(char *session, const char *part)
{
	TEST_CONTAINS(session, part);
	free(session);
}

/* -- connections -- */

static void a_request_and_its_answer_are_turns_with_the_time_that_each_took(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	/*
	 * 20 ms to the server and back, as the device sees it: the server has thought for 30 of the
	 * 50 ms.
	 */
	uint64_t t = captured_open(0, 20000, 0);
	captured_tcp(true, PSH, 1, 1, "GET / HTTP/1.1\r\n", t + 1000);
	captured_tcp(true, PSH, 17, 1, "\r\n", t + 1100);
	captured_tcp(false, PSH, 1, 19, "HTTP/1.1 200 OK\r\n\r\n\"hi\\\"", t + 51100);
	captured_tcp(true, FIN, 19, 25, NULL, t + 52000);
	captured_tcp(false, FIN, 25, 20, NULL, t + 72000);
	captured_tcp(true, ACK, 20, 26, NULL, t + 72010);
	char *session = captured_session(&told);
	TEST_CONTAINS(session,
	              "      at: 0ns\n      takes: 72ms\n      address: \"203.0.113.5\"\n      port: 80\n      round_trip: 20ms\n");
	TEST_CONTAINS(session, "\nvantage: device\n");
	captured_expect(session, "          - {from: device, after: 1ms, bytes: 18, text: \"GET / HTTP/1.1\\r\\n\\r\\n\"}\n"
	                         "          - {from: server, after: 30ms, bytes: 24, text: \"HTTP/1.1 200 OK\\r\\n\\r\\n\\\"hi\\\\\\\"\"}\n"
	                         "          - {from: device, after: 900us, close: fin}\n"
	                         "          - {from: server, close: fin}\n");
	CU_ASSERT_EQUAL(told.streams.repeated + told.streams.reordered + told.streams.missed_bytes, 0);
	CU_ASSERT_EQUAL(told.open, 0);
}

static void beside_the_server_its_time_is_its_own(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 10, 20000);
	captured_tcp(true, PSH, 1, 1, "a", t);
	captured_tcp(false, PSH, 1, 2, "b", t + 5000);
	/* 20 ms to the device and back; it has thought for one. */
	captured_tcp(true, PSH, 2, 2, "c", t + 26000);
	char *session = captured_session(NULL);
	TEST_CONTAINS(session, "\nvantage: server\n");
	captured_expect(session, "          - {from: device, bytes: 1, text: \"a\"}\n"
	                         "          - {from: server, after: 4990us, bytes: 1, text: \"b\"}\n"
	                         "          - {from: device, after: 1ms, bytes: 1, text: \"c\"}\n");
}

static void segments_are_put_in_order_and_overlaps_taken_once(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(true, PSH, 1, 1, "abc", t + 10);
	captured_tcp(false, ACK, 4, 4, "defghi", t + 200); /* before the one in front */
	captured_tcp(false, ACK, 8, 4, "hijk", t + 210);   /* overlaps with it */
	captured_tcp(false, ACK, 1, 4, "abcde", t + 300);  /* fills the gap, and more */
	captured_tcp(false, ACK, 1, 4, "abc", t + 400);    /* once more */
	captured_tcp(false, ACK, 12, 4, "l", t + 500);
	captured_expect(captured_session(&told), "          - {from: device, after: 10us, bytes: 3, text: \"abc\"}\n"
	                                         "          - {from: server, after: 190us, bytes: 12, text: \"abcdefghijkl\"}\n");
	CU_ASSERT_EQUAL(told.streams.reordered, 1);
	CU_ASSERT_EQUAL(told.streams.repeated, 1);
	CU_ASSERT_EQUAL(told.streams.missed_bytes, 0);
}

static void what_was_acknowledged_and_not_captured_keeps_its_length(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(false, ACK, 1, 1, "abc", t + 10);
	captured_tcp(false, ACK, 1004, 1, "xyz", t + 20);
	captured_tcp(true, ACK, 1, 1007, NULL, t + 30);
	captured_expect(captured_session(&told), "          - {from: server, bytes: 1006, text: \"abc\"}\n");
	CU_ASSERT_EQUAL(told.streams.missed_bytes, 1000);
	CU_ASSERT_EQUAL(told.open, 1);
}

static void what_the_snaplen_cuts_off_keeps_its_length(void)
{
	struct import_told told;
	char long_one[1001];

	memset(long_one, 'x', 1000);
	long_one[1000] = '\0';
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_cut(96);
	captured_tcp(true, PSH, 1, 1, long_one, t + 10);
	captured_tcp(false, PSH, 1, 1001, "short", t + 200);
	captured_expect(captured_session(&told),
	                "          - {from: device, after: 10us, bytes: 1000, text: \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"}\n"
	                "          - {from: server, after: 90us, bytes: 5, text: \"short\"}\n");
	CU_ASSERT_EQUAL(told.streams.cut_bytes, 958);
	CU_ASSERT_EQUAL(told.capture.cut, 1);
}

static void a_pause_makes_a_new_turn_and_a_loss_does_not(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(false, PSH, 1, 1, "one", t);
	captured_tcp(true, ACK, 1, 4, NULL, t + 100);
	/* All was acknowledged: the server had nothing to say. */
	captured_tcp(false, PSH, 4, 1, "two", t + 300000);
	/*
	 * Nothing is acknowledged before the next: it may have been lost, or wait for the window.
	 */
	captured_tcp(false, PSH, 7, 1, "three", t + 900000);
	captured_expect(captured_session(NULL), "          - {from: server, bytes: 3, text: \"one\"}\n"
	                                        "          - {from: server, after: 300ms, bytes: 8, text: \"twothree\"}\n");
}

static void of_tls_there_are_records_and_no_bytes(void)
{
	static const uint8_t hello[] = {22, 3, 1, 0, 4, 1, 0, 0, 0},
			     answer[] = {22, 3, 3, 0, 4, 2, 0, 0, 0, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 2, 2, 2},
			     data[] = {23, 3, 3, 0, 3, 'a', 'b', 'c', 23, 3, 3, 0, 3, 'a', 'b', 'c', 23, 3, 3, 0, 2, 'd'};

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp_bytes(true, PSH, 1, 1, hello, sizeof hello, t);
	captured_tcp_bytes(false, PSH, 1, 1 + sizeof hello, answer, sizeof answer, t + 200);
	captured_tcp_bytes(true, PSH, 1 + sizeof hello, 1 + sizeof answer, data, sizeof data, t + 300);
	/* The rest of a record that has begun in another turn. */
	captured_tcp(false, PSH, 1 + sizeof answer, 1 + sizeof hello + sizeof data, "\x15\x03\x03", t + 400);
	captured_tcp(true, PSH, 1 + sizeof hello + sizeof data, 1 + sizeof answer + 3, "e", t + 500);
	char *session = captured_session(NULL);
	TEST_CONTAINS(session, "      tls: true\n");
	CU_ASSERT_PTR_NULL(strstr(session, "text:"));
	captured_expect(
		session,
		"          - {from: device, bytes: 9, records: \"client_hello 9\"}\n"
		"          - {from: server, after: 100us, bytes: 22, records: \"server_hello 9, change_cipher_spec 6, handshake 7\"}\n"
		"          - {from: device, bytes: 22, records: \"appdata 8 x2, appdata 7\"}\n"
		"          - {from: server, bytes: 3}\n"
		"          - {from: device, bytes: 1}\n");
}

static void bytes_that_are_no_text_are_in_base64(void)
{
	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp_bytes(true, PSH, 1, 1, "\0\1\2\xff", 4, t);
	captured_expect(captured_session(NULL), "          - {from: device, bytes: 4, base64: \"AAEC/w==\"}\n");
}

/* -- steps -- */

static void a_step_follows_the_one_that_ended_last(void)
{
	captured_begin(DLT_EN10MB);
	captured_dns(1, "Update.Example", false, 0, 0);
	captured_dns(1, "update.example", true, CAPTURED_SERVER, 3000);
	uint64_t t = captured_open(4000, 100, 100);
	captured_tcp(true, FIN, 1, 1, NULL, t + 800);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 80, 1);
	(void)captured_open(t + 1000, 100, 100);
	char *session = captured_session(NULL);
	TEST_CONTAINS(session,
	              "  # 1\n  - dns:\n      at: 0ns\n      takes: 3ms\n      name: \"update.example\"\n      address: \"203.0.113.5\"\n");
	TEST_CONTAINS(
		session,
		"  # 2\n  - tcp:\n      at: 4ms\n      takes: 1ms\n      follows: 1\n      wait: 1ms\n      name: \"update.example\"\n");
	expect_part(session, "  # 3\n  - tcp:\n      at: 5200us\n      takes: 200us\n      follows: 2\n      wait: 200us\n");
}

/* As on a device without a battery, which learns the time in the middle of its update. */
static void a_clock_that_is_set_is_not_part_of_the_session(void)
{
	const uint64_t years_us = UINT64_C(20) * 365 * 86400 * 1000000;
	struct import_told told;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(5000000, 100, 100);
	captured_tcp(true, PSH, 1, 1, "a", t);
	captured_tcp(false, PSH, 1, 2, "b", t + years_us);
	captured_tcp(true, PSH, 2, 2, "c", t + years_us + 3000);
	captured_tcp(false, PSH, 2, 3, "d", t + 1000);
	captured_tcp(true, PSH, 3, 3, "e", t + 5000);
	captured_expect(captured_session(&told), "          - {from: device, bytes: 1, text: \"a\"}\n"
	                                         "          - {from: server, bytes: 1, text: \"b\"}\n"
	                                         "          - {from: device, after: 2900us, bytes: 1, text: \"c\"}\n"
	                                         "          - {from: server, bytes: 1, text: \"d\"}\n"
	                                         "          - {from: device, after: 3900us, bytes: 1, text: \"e\"}\n");
	CU_ASSERT_EQUAL(told.capture.set, 2);
	CU_ASSERT_EQUAL(told.capture.backwards, 0);
}

static void questions_that_nobody_answers_are_counted(void)
{
	captured_begin(DLT_EN10MB);
	captured_dns(7, "a.example", false, 0, 0);
	captured_dns(7, "a.example", false, 0, 5000000);
	captured_dns(7, "a.example", true, 0, 5001000);
	captured_dns(8, "b.example", false, 0, 6000000);
	char *session = captured_session(NULL);
	TEST_CONTAINS(session, "      takes: 5001ms\n      name: \"a.example\"\n      says: \"nxdomain\"\n      tries: 2\n");
	expect_part(session, "      name: \"b.example\"\n      says: \"no answer\"\n");
}

static void time_and_other_datagrams_are_steps(void)
{
	static const uint8_t ask[48] = {0x23}, tell[48] = {0x24};

	captured_begin(DLT_EN10MB);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 123, 0);
	captured_udp(true, 123, ask, sizeof ask, 0);
	captured_udp(true, 123, ask, sizeof ask, 1000000);
	captured_udp(false, 123, tell, sizeof tell, 1020000);
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 5683, 0);
	captured_udp(true, 6000, "ping", 4, 2000000);
	captured_udp(false, 6000, "pong", 4, 2030000);
	char *session = captured_session(NULL);
	TEST_CONTAINS(session, "  - ntp:\n      at: 0ns\n      takes: 1020ms\n      address: \"203.0.113.5\"\n      tries: 2\n");
	TEST_CONTAINS(session, "  - udp:\n      at: 2s\n      takes: 30ms\n      follows: 1\n      wait: 980ms\n");
	captured_expect(session, "          - {from: device, bytes: 4, text: \"ping\"}\n"
	                         "          - {from: server, after: 30ms, bytes: 4, text: \"pong\"}\n");
}

static void the_device_is_who_has_opened_most(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	captured_flow(0x0a000001, CAPTURED_SERVER, 80, 0);
	(void)captured_open(0, 100, 100);
	for (uint16_t i = 1; i < 4; i++) {
		captured_flow(0x0a000002, CAPTURED_SERVER, 80, i);
		(void)captured_open(i * 1000U, 100, 100);
	}
	captured_flow(CAPTURED_SERVER, 0x0a000002, 22, 9);
	(void)captured_open(9000, 100, 100);
	char *session = captured_session(&told);
	expect_part(session, "device: \"10.0.0.2\"\n");
	CU_ASSERT_EQUAL(told.candidates, 3);
	CU_ASSERT_EQUAL(told.opened, 3);
	CU_ASSERT_EQUAL(told.of_others, 1);
	CU_ASSERT_EQUAL(told.to_device, 1);
}

/* More than a session holds are no others'. */
static void the_device_may_have_more_than_a_session_holds(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	for (uint16_t i = 0; i < RECORDING_STEPS_MAX - 1; i++) {
		captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 80, i);
		captured_tcp(true, SYN, 0, 0, NULL, i);
	}
	for (uint16_t i = 0; i < 3; i++)
		captured_dns(i, "a.example", false, 0, 100000000U * (i + 1U));
	free(captured_session(&told));
	CU_ASSERT_EQUAL(told.beyond, 2);
	CU_ASSERT_EQUAL(told.of_others, 0);
}

/* -- files -- */

static void cooked_and_raw_links_are_read(void)
{
	static const int links[] = {DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW, DLT_IPV4};

	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
		captured_begin(links[i]);
		uint64_t t = captured_open(0, 100, 100);
		captured_tcp(true, PSH, 1, 1, "x", t);
		captured_expect(captured_session(NULL), "          - {from: device, bytes: 1, text: \"x\"}\n");
	}
}

static void vlans_and_lengths_left_to_the_adapter_are_read(void)
{
	struct import_told told;

	captured_begin(DLT_EN10MB);
	captured_vlan(7);
	uint64_t t = captured_open(0, 100, 100);
	captured_without_length();
	captured_tcp(true, PSH, 1, 1, "abc", t);
	captured_cut(60);
	captured_tcp(true, PSH, 4, 1, "defghi", t);
	captured_expect(captured_session(&told), "          - {from: device, bytes: 9, text: \"abcde\"}\n");
	CU_ASSERT_EQUAL(told.capture.malformed, 0);
	CU_ASSERT_EQUAL(told.streams.cut_bytes, 4);
}

static void refuse(const char *path, uint32_t device, const char *why)
{
	const struct import_options options = {device, VANTAGE_UNKNOWN};
	struct recording recording;
	struct import_told told;
	struct error err = {.text = ""};
	char text[ERROR_TEXT_MAX];

	CU_ASSERT_FALSE(import_capture(&recording, &told, path, &options, &err));
	(void)error_format(&err, text, sizeof text);
	TEST_CONTAINS(text, why);
}

static void what_is_no_capture_of_a_device_is_refused(void)
{
	captured_begin(DLT_IEEE802_11);
	refuse(captured_end(), 0, "unsupported link type IEEE802_11 (105): capture on");
	refuse(test_write("text.pcap", "this is a text, and no capture of anything"), 0, "this is not a readable capture");
	refuse("/nowhere/capture.pcap", 0, "cannot be read: No such file or directory");
	captured_begin(DLT_EN10MB);
	captured_raw("\1\2\3\4\5\6\7\10\11\12\13\14\x86\xdd\0\0", 16, 0);
	refuse(captured_end(), 0, "no query; 1 of its 1 packets are IPv6, which a session does not support");
	refuse(test_write("packed.gz", "\x1f\x8b\x08"), 0, "this is compressed with gzip: decompress it first, `gzip -dk ");
	captured_begin(DLT_EN10MB);
	(void)captured_open(0, 100, 100);
	refuse(captured_end(), 0x01020304, "the device 1.2.3.4 starts nothing in this capture");
}

static uint32_t turned(uint32_t value)
{
	return value >> 24 | (value >> 8 & 0xff00U) | (value << 8 & 0xff0000U) | value << 24;
}

/*
 * As a machine with the other order of bytes writes it: the numbers of the file and of each packet
 * are the other way round.
 */
static void turn_file(const char *path)
{
	static uint32_t words[4096];
	FILE *stream = fopen(path, "r+be");

	CU_ASSERT_PTR_NOT_NULL_FATAL(stream);
	size_t length = fread(words, 1, sizeof words, stream);
	uint8_t *bytes = (uint8_t *)words;
	for (size_t at = 0, size; at + 16 <= length; at += size) {
		uint32_t head[6];
		size = at == 0 ? 24 : 16;
		memcpy(head, bytes + at, size);
		uint32_t packet = at == 0 ? 0 : head[2];
		for (size_t i = 0; i < size / 4; i++)
			head[i] = turned(head[i]);
		/* Two numbers of 16 bits. */
		if (at == 0)
			head[1] = head[1] >> 16 | head[1] << 16;
		memcpy(bytes + at, head, size);
		size += packet;
	}
	rewind(stream);
	CU_ASSERT_EQUAL(fwrite(words, 1, length, stream), length);
	(void)fclose(stream);
}

static void the_other_order_of_bytes_is_read(void)
{
	struct recording recording;
	struct import_told told;
	struct error err;

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(true, PSH, 1, 1, "abc", t);
	const char *path = captured_end();
	turn_file(path);
	CU_ASSERT_FATAL(import_capture(&recording, &told, path, &(struct import_options){0, VANTAGE_UNKNOWN}, &err));
	CU_ASSERT_EQUAL(told.capture.packets, 4);
	CU_ASSERT_EQUAL(recording.steps[0].turns[0].length, 3);
	CU_ASSERT_EQUAL(recording.began_ns % 1000000000, 0);
	recording_close(&recording);
}

static void what_is_not_understood_is_counted(void)
{
	static const uint8_t six[16] = {[12] = 0x86, [13] = 0xdd}, arp[60] = {[12] = 8, [13] = 6},
			     torn[20] = {[12] = 8, [13] = 0, [14] = 0x45};
	uint8_t fragment[60] = {[12] = 8, [14] = 0x45, [17] = 46, [20] = 0x20, [23] = 17},
		ping[60] = {[12] = 8, [14] = 0x45, [17] = 46, [23] = 1};
	struct import_told told;

	captured_begin(DLT_EN10MB);
	(void)captured_open(1000000, 100, 100);
	captured_raw(six, sizeof six, 1000300);
	captured_raw(arp, sizeof arp, 1000300);
	captured_raw(torn, sizeof torn, 1000300);
	captured_raw(fragment, sizeof fragment, 1000300);
	captured_raw(ping, sizeof ping, 1000200); /* and a time that goes back */
	captured_flow(CAPTURED_DEVICE, CAPTURED_SERVER, 80, 7);
	captured_tcp(true, PSH, 5, 5, "midway", 1000400);
	free(captured_session(&told));
	CU_ASSERT_EQUAL(told.capture.packets, 9);
	CU_ASSERT_EQUAL(told.capture.not_ipv4, 1);
	CU_ASSERT_EQUAL(told.capture.ipv6, 1);
	CU_ASSERT_EQUAL(told.capture.arp, 1);
	CU_ASSERT_EQUAL(told.capture.malformed, 1);
	CU_ASSERT_EQUAL(told.capture.fragments, 1);
	CU_ASSERT_EQUAL(told.capture.not_carried, 1);
	CU_ASSERT_EQUAL(told.capture.backwards, 1);
	CU_ASSERT_EQUAL(told.streams.midway, 1);
}

static void a_file_that_is_cut_off_is_read_as_far_as_it_goes(void)
{
	struct import_told told;
	struct recording recording;
	struct error err;
	char output[256];

	captured_begin(DLT_EN10MB);
	uint64_t t = captured_open(0, 100, 100);
	captured_tcp(true, PSH, 1, 1, "whole", t);
	captured_tcp(true, PSH, 6, 1, "torn", t);
	const char *path = captured_end();
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "truncate -s -3 %s", path), 0);
	CU_ASSERT_FATAL(import_capture(&recording, &told, path, &(struct import_options){0, VANTAGE_UNKNOWN}, &err));
	CU_ASSERT(told.capture.ends_early);
	CU_ASSERT_EQUAL(recording.steps[0].turns[0].length, 5);
	recording_close(&recording);
}

/* -- large files -- */

#define LARGE_DATA 65000U
#define LARGE_PACKETS 16000U

/* A packet with LARGE_DATA bytes of data, or with SYN. */
static void put_large(FILE *stream, uint16_t port, uint8_t flags, uint32_t seq)
{
	static const uint8_t zeros[LARGE_DATA];
	uint8_t head[16 + 54] = {0}, *ip = head + 16 + 14, *tcp = ip + 20;
	const uint32_t data = flags & SYN ? 0 : LARGE_DATA, length[4] = {1764271882, 0, 54 + data, 54 + data};

	memcpy(head, length, sizeof length);
	put_be16(ip - 2, ETHERTYPE_IPV4);
	ip[0] = 0x45;
	put_be16(ip + 2, 40 + data);
	ip[9] = IP_TCP;
	put_be32(ip + 12, flags == (SYN | ACK) ? CAPTURED_SERVER : CAPTURED_DEVICE);
	put_be32(ip + 16, flags == (SYN | ACK) ? CAPTURED_DEVICE : CAPTURED_SERVER);
	put_be16(tcp, flags == (SYN | ACK) ? 80 : port);
	put_be16(tcp + 2, flags == (SYN | ACK) ? port : 80);
	put_be32(tcp + 4, seq);
	put_be32(tcp + 8, flags == SYN ? 0 : 1);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
	(void)fwrite(head, 1, sizeof head, stream);
	(void)fwrite(zeros, 1, data, stream);
}

static void open_large(FILE *stream, uint16_t port)
{
	put_large(stream, port, SYN, 0);
	put_large(stream, port, SYN | ACK, 0);
}

/*
 * A connection that says more than is kept, one of which each segment leaves a gap, and more
 * connections than a session holds.
 */
static void write_large(const char *path)
{
	static const uint32_t header[6] = {0xa1b2c3d4, 0x00040002, 0, 0, 262144, DLT_EN10MB};
	FILE *stream = fopen(path, "wbe");

	if (stream == NULL)
		_exit(1);
	(void)fwrite(header, 1, sizeof header, stream);
	open_large(stream, 1);
	open_large(stream, 2);
	for (uint32_t i = 0; i < LARGE_PACKETS; i++) {
		if (i % 2 == 0)
			put_large(stream, 1, PSH, 1 + i / 2 * LARGE_DATA);
		else
			put_large(stream, 2, PSH, 100 + i * (LARGE_DATA + 10));
		open_large(stream, (uint16_t)(3 + i));
	}
	(void)fclose(stream);
	_exit(0);
}

/*
 * It comes through a pipe, so that it is nowhere as a whole. The limits of README.md together are
 * less than half of what the program may have.
 */
static void a_gib_takes_no_more_memory_than_the_limits(void)
{
	char output[2048], path[512];

#ifdef STUTTER_SANITIZED
	test_skip("sanitizers take memory of their own");
#endif
	(void)snprintf(path, sizeof path, "%s/large.pcap", test_folder());
	CU_ASSERT_EQUAL_FATAL(mkfifo(path, 0600), 0);
	pid_t writer = fork();
	CU_ASSERT_FATAL(writer >= 0);
	if (writer == 0)
		write_large(path);
	int status = test_shell(output, sizeof output, "ulimit -v 500000 && %s import %s -o %s/s.yaml --lengths", test_program(), path,
	                        test_folder());
	if (status != 0)
		printf("    %s\n", output);
	CU_ASSERT_EQUAL(status, 0);
	TEST_CONTAINS(output, "4096 steps of the device 192.168.1.20: 4096 tcp\n");
	TEST_CONTAINS(output, "segments of connections or turns beyond what a session holds\n");
	CU_ASSERT_EQUAL(kill(writer, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(writer, &status, 0), writer);
}

const CU_TestInfo tests_import[] = {
	{"a GiB takes no more memory than the limits", a_gib_takes_no_more_memory_than_the_limits},
	{"a request and its answer are turns with the time that each took",
         a_request_and_its_answer_are_turns_with_the_time_that_each_took},
	{"beside the server its time is its own", beside_the_server_its_time_is_its_own},
	{"segments are put in order and overlaps taken once", segments_are_put_in_order_and_overlaps_taken_once},
	{"what was acknowledged and not captured keeps its length", what_was_acknowledged_and_not_captured_keeps_its_length},
	{"what the snaplen cuts off keeps its length", what_the_snaplen_cuts_off_keeps_its_length},
	{"a pause makes a new turn and a loss does not", a_pause_makes_a_new_turn_and_a_loss_does_not},
	{"of TLS there are records and no bytes", of_tls_there_are_records_and_no_bytes},
	{"bytes that are no text are in base64", bytes_that_are_no_text_are_in_base64},
	{"a step follows the one that ended last", a_step_follows_the_one_that_ended_last},
	{"a clock that is set is not part of the session", a_clock_that_is_set_is_not_part_of_the_session},
	{"questions that nobody answers are counted", questions_that_nobody_answers_are_counted},
	{"time and other datagrams are steps", time_and_other_datagrams_are_steps},
	{"the device is who has opened most", the_device_is_who_has_opened_most},
	{"the device may have more than a session holds", the_device_may_have_more_than_a_session_holds},
	{"cooked and raw links are read", cooked_and_raw_links_are_read},
	{"VLANs and lengths left to the adapter are read", vlans_and_lengths_left_to_the_adapter_are_read},
	{"what is no capture of a device is refused", what_is_no_capture_of_a_device_is_refused},
	{"the other order of bytes is read", the_other_order_of_bytes_is_read},
	{"what is not understood is counted", what_is_not_understood_is_counted},
	{"a file that is cut off is read as far as it goes", a_file_that_is_cut_off_is_read_as_far_as_it_goes},
	CU_TEST_INFO_NULL,
};
