/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the relay that do not depend on time: changed HTTP heads, ports, and what faults
 * need of a relay.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/relay/head.h"
#include "harness/relay/relay.h"
#include "tests/test.h"

extern const CU_TestInfo tests_relay_head[];

static struct head *head;

static size_t read_in_pieces(const char *text, size_t piece, bool *ret_whole)
{
	size_t used = 0, length = strlen(text);

	free(head);
	head = memory_new(sizeof *head);
	*ret_whole = false;
	while (used < length && !*ret_whole) {
		size_t part = length - used < piece ? length - used : piece;
		used += head_read(head, bytes_of(text + used, part), ret_whole);
	}
	return used;
}

static const char *text_of_head(void)
{
	head->text[head->length] = '\0';
	return head->text;
}

#define ANSWER "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\nETag:\t\"x\"  \r\ncontent-length: 11\r\n\r\n"

static void a_head_ends_at_its_empty_line(void)
{
	bool whole;

	for (size_t piece = 1; piece < 100; piece++) {
		CU_ASSERT_EQUAL(read_in_pieces(ANSWER "body", piece, &whole), strlen(ANSWER));
		CU_ASSERT(whole);
		TEST_SAME_TEXT(text_of_head(), ANSWER);
	}
	(void)read_in_pieces("\r\n\nGET / HTTP/1.1\nHost: x\n\nrest", 7, &whole);
	CU_ASSERT(whole);
	TEST_SAME_TEXT(text_of_head(), "GET / HTTP/1.1\nHost: x\n\n");
	(void)read_in_pieces("GET / HTTP/1.1\r\nHost: x\r\n", 100, &whole);
	CU_ASSERT(!whole);
	CU_ASSERT(head_can_ask(head));
	(void)read_in_pieces("EHLO there", 100, &whole);
	CU_ASSERT(head_can_ask(head));
	(void)read_in_pieces("EHLO there\r\n", 100, &whole);
	CU_ASSERT(!head_can_ask(head));
}

static void a_head_has_an_end_even_without_one(void)
{
	char *text = memory_new(2 * RELAY_HEAD_MAX);
	bool whole;

	memset(text, 'a', 2 * RELAY_HEAD_MAX - 1);
	head = memory_new(sizeof *head);
	CU_ASSERT_EQUAL(head_read(head, bytes_of(text, 2 * RELAY_HEAD_MAX - 1), &whole), RELAY_HEAD_MAX);
	CU_ASSERT(!whole);
	free(text);
}

/* The longest head that is read has room for all that is put into one. */
static void the_longest_head_has_room_for_more(void)
{
	static const char begin[] = "HTTP/1.1 200 OK\r\nX: ";
	char value[32];

	free(head);
	head = memory_new(sizeof *head);
	memset(head->text, 'a', RELAY_HEAD_MAX);
	memcpy(head->text, begin, sizeof begin - 1);
	memcpy(head->text + RELAY_HEAD_MAX - 4, "\r\n\r\n", 4);
	head->length = RELAY_HEAD_MAX;
	for (unsigned i = 0; i < 5; i++)
		head_add(head, "Content-Type: multipart/byteranges; boundary=stutter-part; and more %u", i);
	head_add(head, "Content-Length: %d", 17);
	CU_ASSERT(head_field(head, "Content-Length", value, sizeof value));
	CU_ASSERT_STRING_EQUAL(value, "17");
}

static void fields_are_found_taken_out_and_added(void)
{
	char value[16];
	bool whole;

	(void)read_in_pieces(ANSWER, 1000, &whole);
	CU_ASSERT_EQUAL(head_status(head), 206);
	CU_ASSERT(head_field(head, "etag", value, sizeof value));
	CU_ASSERT_STRING_EQUAL(value, "\"x\"");
	CU_ASSERT(!head_field(head, "etag", value, 3));
	CU_ASSERT(!head_field(head, "ET", value, sizeof value));
	head_drop(head, "Content-Length");
	head_add(head, "Content-Length: %d", 5);
	TEST_SAME_TEXT(text_of_head(), "HTTP/1.1 206 Partial Content\r\nETag:\t\"x\"  \r\nContent-Length: 5\r\n\r\n");
	(void)read_in_pieces("HTTP/1.0 200\n\n", 1000, &whole);
	head_add(head, "A: b");
	TEST_SAME_TEXT(text_of_head(), "HTTP/1.0 200\nA: b\r\n\n");
	(void)read_in_pieces("SSH-2.0 200\n\n", 1000, &whole);
	CU_ASSERT_EQUAL(head_status(head), 0);
}

static void ports_are_read(void)
{
	static const char *const wrong[] = {"", "0", "65536", "80,", ",80", "80 81", "-1", "http", "99999999999999999999"};
	struct relay_ports ports = {.count = 0};
	struct error err;

	CU_ASSERT(relay_read_ports("80,65535", &ports, &err));
	CU_ASSERT_EQUAL_FATAL(ports.count, 2);
	CU_ASSERT_EQUAL(ports.of[1], 65535);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		CU_ASSERT(!relay_read_ports(wrong[i], &ports, &err));
		TEST_CONTAINS(err.text, wrong[i]);
	}
	CU_ASSERT_EQUAL(ports.count, 2);
}

static struct fault fault_of(const char *name)
{
	const struct action *action = NULL;

	for (size_t i = 0; action_at(i) != NULL; i++)
		if (strcmp(action_at(i)->name, name) == 0)
			action = action_at(i);
	CU_ASSERT_PTR_NOT_NULL_FATAL(action);
	return (struct fault){.action = action};
}

static void a_relay_is_there_for_faults_and_for_events(void)
{
	struct fault drop = fault_of("drop"), dns = fault_of("dns"), status = fault_of("http_status");

	CU_ASSERT(!relay_needs(&drop, 1).any);
	CU_ASSERT(relay_needs(&dns, 1).any);
	CU_ASSERT(!relay_needs(&dns, 1).web);
	CU_ASSERT(relay_needs(&status, 1).web);
	drop.match.from = (struct window_edge){.kind = EDGE_ADDRESS, .at = "srv.http#3"};
	CU_ASSERT(relay_needs(&drop, 1).web);
	drop.match.from = (struct window_edge){.kind = EDGE_ADDRESS, .at = "http.request#3"};
	CU_ASSERT(!relay_needs(&drop, 1).any);
}

const CU_TestInfo tests_relay_head[] = {
	{"a head ends at its empty line", a_head_ends_at_its_empty_line},
	{"a head has an end even without one", a_head_has_an_end_even_without_one},
	{"the longest head has room for more", the_longest_head_has_room_for_more},
	{"fields are found, taken out and added", fields_are_found_taken_out_and_added},
	{"ports are read", ports_are_read},
	{"a relay is there for faults and for events", a_relay_is_there_for_faults_and_for_events},
	CU_TEST_INFO_NULL,
};
