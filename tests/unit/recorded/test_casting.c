/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where an HTTP message ends, and which recorded conversation a connection belongs to. */
#include "emulator/guest/player/words.h"

#include <stdlib.h>
#include <string.h>

#include "harness/recorded/casting.h"
#include "harness/recorded/form.h"
#include "tests/test.h"

extern const CU_TestInfo tests_casting[];

#define REQUEST "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST "POST /a HTTP/1.1\r\ncontent-length:  3 \r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nDate: today\r\n\r\n"

static size_t head_of(const char *text, uint64_t length)
{
	return words_are_message((const uint8_t *)text, strlen(text), length);
}

static void whole_messages_are_told_from_all_else(void)
{
	CU_ASSERT_EQUAL(head_of(REQUEST, strlen(REQUEST)), strlen(REQUEST));
	CU_ASSERT_EQUAL(head_of(POST, strlen(POST) + 3), strlen(POST));
	CU_ASSERT_EQUAL(head_of(ANSWER "12345", strlen(ANSWER) + 5), strlen(ANSWER));
	CU_ASSERT_EQUAL(head_of(POST, strlen(POST) + 2), 0);
	/* To a HEAD, with the end of the connection, in chunks, and what is none. */
	CU_ASSERT_EQUAL(head_of(ANSWER, strlen(ANSWER)), 0);
	CU_ASSERT_EQUAL(head_of("HTTP/1.0 200 OK\r\n\r\nabc", 22), 0);
	CU_ASSERT_EQUAL(head_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 68), 0);
	CU_ASSERT_EQUAL(head_of("SSH-2.0-x\r\n\r\n", 13), 0);
	CU_ASSERT_EQUAL(head_of("\r\n\r\n", 4), 0);
	CU_ASSERT_EQUAL(head_of("", 0), 0);
	CU_ASSERT_EQUAL(head_of("GET / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n", 60), 0);
}

/* Whatever pieces it comes in. */
static void a_message_ends_where_its_length_says(void)
{
	static const char text[] = ANSWER "12345HTTP/1.1";
	const size_t whole = strlen(ANSWER) + 5;

	for (size_t piece = 1; piece < sizeof text; piece++) {
		struct words *words = calloc(1, sizeof *words);
		size_t at = 0;
		bool over = false;
		while (!over && at < sizeof text - 1) {
			size_t left = sizeof text - 1 - at;
			at += words_take(words, (const uint8_t *)text + at, left < piece ? left : piece, &over);
		}
		CU_ASSERT(over);
		CU_ASSERT_EQUAL(at, whole);
		free(words);
	}
}

static void the_time_in_a_head_is_found(void)
{
	size_t from, to;

	CU_ASSERT_FATAL(words_find_date((const uint8_t *)ANSWER, strlen(ANSWER), &from, &to));
	CU_ASSERT_EQUAL(strncmp(&ANSWER[from], "today", 5), 0);
	CU_ASSERT_EQUAL(to, from + 5);
	CU_ASSERT_FALSE(words_find_date((const uint8_t *)REQUEST, strlen(REQUEST), &from, &to));
	CU_ASSERT_FALSE(words_find_date(NULL, 0, &from, &to));
}

static void bytes_are_shown_as_text(void)
{
	char text[WORDS_TEXT_MAX];

	TEST_SAME_TEXT(words_show((const uint8_t *)"a\r\n\"\\\x01", 6, text), "\"a\\r\\n\\\"\\\\\\x01\"");
	TEST_SAME_TEXT(words_show((const uint8_t *)"abcdefghijklmnopqrstuvwxyz", 26, text), "\"abcdefghijklmnopqrstuvwx\"...");
	TEST_SAME_TEXT(words_show(NULL, 0, text), "nothing");
	uint8_t all[WORDS_SHOWN + 1];
	memset(all, 0xff, sizeof all);
	CU_ASSERT_EQUAL(strlen(words_show(all, sizeof all, text)), 4 * WORDS_SHOWN + 5);
}

static void a_connection_is_the_conversation_that_begins_like_it(void)
{
	static const char session[] = "session: 1\nsteps:\n"
				      "  - tcp: {address: 1.2.3.4, port: 80, turns: [{from: device, text: 'GET /one'}]}\n"
				      "  - tcp: {address: 1.2.3.4, port: 80, turns: [{from: device, text: 'GET /two'}]}\n"
				      "  - tcp: {address: 1.2.3.4, port: 80, turns: [{from: device, text: 'GET /two'}]}\n"
				      "  - tcp: {address: 1.2.3.4, port: 25, turns: [{from: server, text: '220'}]}\n"
				      "  - tcp: {address: 1.2.3.4, port: 25, turns: [{from: server, text: '220'}]}\n";
	const struct bytes one = bytes_of((const uint8_t *)"GET /one", 8), two = bytes_of((const uint8_t *)"GET /tw", 7),
			   other = bytes_of((const uint8_t *)"PUT", 3);
	struct recording recording;
	struct error err;
	bool played[5] = {false}, again;

	CU_ASSERT_FATAL(form_parse(&recording, "session.yaml", session, strlen(session), &err));
	struct casting casting = {&recording, played, 0x01020304, 80};
	CU_ASSERT(casting_needs_words(&casting));
	CU_ASSERT_EQUAL(casting_choose(&casting, two, &again), 1);
	played[1] = true;
	CU_ASSERT_EQUAL(casting_choose(&casting, two, &again), 2);
	CU_ASSERT_EQUAL(casting_choose(&casting, other, &again), 0);
	played[2] = true;
	/* One is left: it is that. */
	CU_ASSERT_FALSE(casting_needs_words(&casting));
	CU_ASSERT_EQUAL(casting_choose(&casting, two, &again), 0);
	CU_ASSERT_FALSE(again);
	played[0] = true;
	CU_ASSERT(casting_needs_words(&casting));
	CU_ASSERT_EQUAL(casting_choose(&casting, one, &again), 0);
	CU_ASSERT(again);
	CU_ASSERT_EQUAL(casting_choose(&casting, two, &again), 2);
	/* If the server sends first, there are no bytes to wait for. */
	casting.port = 25;
	CU_ASSERT_FALSE(casting_needs_words(&casting));
	CU_ASSERT_EQUAL(casting_choose(&casting, bytes_of(NULL, 0), &again), 3);
	casting.port = 81;
	CU_ASSERT_EQUAL(casting_choose(&casting, one, &again), SIZE_MAX);
	recording_close(&recording);
}

const CU_TestInfo tests_casting[] = {
	{"whole messages are told from all else", whole_messages_are_told_from_all_else},
	{"a message ends where its length says", a_message_ends_where_its_length_says},
	{"the time in a head is found", the_time_in_a_head_is_found},
	{"bytes are shown as text", bytes_are_shown_as_text},
	{"a connection is the conversation that begins like it", a_connection_is_the_conversation_that_begins_like_it},
	CU_TEST_INFO_NULL,
};
