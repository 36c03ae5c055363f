/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relay between a device and a server that behave as real ones seldom do: connections closed
 * halfway, invalid answers, many connections at once.
 */
#include <string.h>

#include "harness/relay/inside.h"
#include "tests/test.h"
#include "tests/unit/fault/made.h"
#include "tests/unit/relay/fixture.h"

extern const CU_TestInfo tests_relay[];

#define GET "GET /a HTTP/1.1\r\nHost: server\r\n\r\n"

static struct fault faults[2];
static struct relay_connection connection;

static void open_with(const char *match, const char *action, const char *params)
{
	faults[0] = made_checked_fault("it", match, action, params);
	relay_fixture_open(faults, 1);
}

/* A relay that ends connections, and a fault that never acts. */
static void open_idle(void)
{
	open_with("path=/never", "http_status", "code=503");
}

static void expect_came(enum direction direction, const char *text)
{
	TEST_SAME_TEXT(relay_fixture_came(&connection, direction), text);
}

/* -- ends in the midst -- */

static void part_of_an_answers_head_passes_at_its_end(void)
{
	static const char *const answers[] = {"<html>old</html>", "HTTP/1.1 500 Oops\r\nServer: x",
	                                      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"};

	open_idle();
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		connection = (struct relay_connection){.server = 0};
		relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
		relay_fixture_text(&connection, TO_SERVER, GET);
		relay_fixture_text(&connection, TO_DEVICE, answers[i]);
		expect_came(TO_DEVICE, "");
		relay_fixture_end(&connection, TO_DEVICE);
		expect_came(TO_DEVICE, answers[i]);
		CU_ASSERT(connection.ends[TO_SERVER].ended && !connection.ends[TO_SERVER].reset);
		relay_fixture_end(&connection, TO_SERVER);
		CU_ASSERT_EQUAL(relay_fixture.relay->active, 0);
		relay_fixture_forget(&connection);
	}
	relay_fixture_close();
}

static void part_of_a_requests_head_passes_at_its_end(void)
{
	open_idle();
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, "GET /a HTTP/1.1\r\nHost: se");
	expect_came(TO_SERVER, "");
	relay_fixture_end(&connection, TO_SERVER);
	expect_came(TO_SERVER, "GET /a HTTP/1.1\r\nHost: se");
	CU_ASSERT(connection.ends[TO_DEVICE].ended);
	relay_fixture_text(&connection, TO_DEVICE, "what?");
	expect_came(TO_DEVICE, "what?");
	relay_fixture_end(&connection, TO_DEVICE);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 0);
	relay_fixture_close();
}

static void part_of_a_requests_head_passes_at_the_servers_end(void)
{
	open_idle();
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, "GET /a HTTP/1.1\r\nHost: se");
	relay_fixture_end(&connection, TO_DEVICE);
	relay_fixture_text(&connection, TO_SERVER, "rver");
	expect_came(TO_SERVER, "GET /a HTTP/1.1\r\nHost: server");
	relay_fixture_end(&connection, TO_SERVER);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 0);
	relay_fixture_close();
}

static void part_of_a_hello_passes_at_its_end(void)
{
	static const uint8_t hello[] = {22, 3, 1, 0, 100, 1, 0, 0, 96, 3, 3};

	open_with("", "tls_stall", "at=certificate");
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 443);
	relay_fixture_say(&connection, TO_SERVER, hello, sizeof hello);
	CU_ASSERT_EQUAL(connection.ends[TO_DEVICE].in_length, 0);
	relay_fixture_end(&connection, TO_SERVER);
	CU_ASSERT_EQUAL_FATAL(connection.ends[TO_DEVICE].in_length, sizeof hello);
	CU_ASSERT_EQUAL(memcmp(connection.ends[TO_DEVICE].in, hello, sizeof hello), 0);
	CU_ASSERT(connection.ends[TO_DEVICE].ended);
	relay_fixture_close();
}

/* The server ends amid an answer, and the next request has come already: nothing waits for ever. */
static void a_server_that_ends_amid_an_answer_ends_the_exchange(void)
{
	open_idle();
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, GET GET);
	expect_came(TO_SERVER, GET);
	relay_fixture_text(&connection, TO_DEVICE, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
	relay_fixture_end(&connection, TO_DEVICE);
	CU_ASSERT(connection.ends[TO_SERVER].ended);
	expect_came(TO_SERVER, GET GET);
	relay_fixture_end(&connection, TO_SERVER);
	CU_ASSERT(connection.ends[TO_DEVICE].ended);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 0);
	relay_fixture_close();
}

static void what_is_answered_here_may_end_there_before(void)
{
	open_with("", "http_status", "code=503");
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, "POST /a HTTP/1.1\r\nHost: server\r\nContent-Length: 4\r\n\r\nab");
	relay_fixture_end(&connection, TO_DEVICE);
	CU_ASSERT(!connection.ends[TO_SERVER].ended);
	relay_fixture_text(&connection, TO_SERVER, "cd");
	TEST_CONTAINS(relay_fixture_came(&connection, TO_DEVICE), "HTTP/1.1 503 ");
	CU_ASSERT(connection.ends[TO_SERVER].ended);
	expect_came(TO_SERVER, "");
	relay_fixture_close();
}

static void a_request_that_is_answered_here_never_reaches_the_server(void)
{
	open_with("", "http_status", "code=503");
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, "POST /a HTTP/1.1\r\nHost: server\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");
	relay_fixture_text(&connection, TO_SERVER, "nonsense\r\nrest");
	expect_came(TO_SERVER, "");
	CU_ASSERT(connection.ends[TO_SERVER].reset && connection.ends[TO_DEVICE].reset);
	TEST_CONTAINS(relay_fixture.trace.text, "the request's body cannot be read: the connection is reset");
	relay_fixture_close();
}

/* Both ends have ended before that, so TCP keeps the server's connection for two minutes only. */
static void an_answer_that_waits_longer_than_tcp_does_comes(void)
{
	open_with("", "http_delay", "before=300s");
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, GET);
	relay_fixture_end(&connection, TO_SERVER);
	relay_fixture_text(&connection, TO_DEVICE, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
	relay_fixture_end(&connection, TO_DEVICE);
	relay_fixture_run(200 * SIM_S);
	expect_came(TO_DEVICE, "");
	relay_fixture_run(200 * SIM_S);
	expect_came(TO_DEVICE, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate");
	CU_ASSERT(connection.ends[TO_SERVER].ended && !connection.ends[TO_SERVER].reset);
	CU_ASSERT_EQUAL(relay_fixture.relay->active, 0);
	relay_fixture_close();
}

/* To llhttp the head is over at its last carriage return but one. */
static void a_head_of_which_the_end_is_in_doubt_passes(void)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\rabc\r\n\r\ndef";

	open_with("", "http_body", "kind=garbage");
	relay_fixture_connect(&connection, RELAY_FIXTURE_SERVER, 80);
	relay_fixture_text(&connection, TO_SERVER, GET);
	relay_fixture_text(&connection, TO_DEVICE, answer);
	expect_came(TO_DEVICE, answer);
	TEST_CONTAINS(relay_fixture.trace.text, "this is no HTTP answer: what follows passes");
	relay_fixture_close();
}

/* -- TLS -- */

/* A ClientHello without extensions. */
static void greet(struct relay_connection *greeted)
{
	static const uint8_t hello[] = {22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, [43] = 0, 0, 2, 0x13, 1, 1, 0};

	relay_fixture_connect(greeted, RELAY_FIXTURE_SERVER, 443);
	relay_fixture_say(greeted, TO_SERVER, hello, sizeof hello);
	CU_ASSERT_EQUAL_FATAL(greeted->ends[TO_DEVICE].in_length, sizeof hello);
}

static void shake(const char *params)
{
	open_with("", "tls_stall", params);
	greet(&connection);
	TEST_CONTAINS(relay_fixture.trace.text, "'it' tls_stall");
}

static void an_answer_that_is_no_tls_passes_whatever_stalls(void)
{
	static const char *const places[] = {"at=server_hello", "at=certificate", "at=finished"};
	static const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port";

	open_with("", "tls_stall", places[0]);
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		faults[1] = made_checked_fault("it", "", "tls_stall", places[i]);
		relay_fixture_take_faults(&faults[1], 1);
		connection = (struct relay_connection){.server = 0};
		greet(&connection);
		relay_fixture_text(&connection, TO_DEVICE, answer);
		relay_fixture_text(&connection, TO_DEVICE, "<html>");
		relay_fixture_end(&connection, TO_DEVICE);
		CU_ASSERT_EQUAL(connection.ends[TO_SERVER].in_length, sizeof answer - 1 + 6);
		CU_ASSERT_EQUAL(strncmp(relay_fixture_came(&connection, TO_DEVICE), answer, sizeof answer - 1), 0);
		CU_ASSERT(connection.ends[TO_SERVER].ended);
		relay_fixture_forget(&connection);
	}
	TEST_CONTAINS(relay_fixture.trace.text, "#3 the server's answer is no TLS: it passes");
	relay_fixture_close();
}

/*
 * A record type that may be, and a length that may not; it comes byte by byte behind a record that
 * waits for the next.
 */
static void a_record_that_is_too_long_is_none(void)
{
	static const uint8_t good[] = {21, 3, 3, 0, 2, 1, 0}, bad[] = {23, 3, 3, 0xff, 0xff, 'x', 'y'};

	shake("at=finished");
	relay_fixture_say(&connection, TO_DEVICE, good, sizeof good);
	for (size_t i = 0; i < sizeof bad; i++)
		relay_fixture_say(&connection, TO_DEVICE, bad + i, 1);
	CU_ASSERT_EQUAL_FATAL(connection.ends[TO_SERVER].in_length, sizeof good + sizeof bad);
	CU_ASSERT_EQUAL(memcmp(connection.ends[TO_SERVER].in, good, sizeof good), 0);
	CU_ASSERT_EQUAL(memcmp(connection.ends[TO_SERVER].in + sizeof good, bad, sizeof bad), 0);
	relay_fixture_close();
}

/*
 * 'hello' 0x02, a message of 3 bytes; a certificate 0x0b. Whatever the records cut, the certificate
 * does not pass.
 */
static void messages_are_found_wherever_records_are_cut(void)
{
	static const uint8_t messages[] = {2, 0, 0, 3, 11, 11, 11, 22, 0, 0, 1, 11, 11, 0, 0, 2, 9, 9};
	const size_t certificate = 12;

	shake("at=certificate");
	for (size_t cut = 1; cut < sizeof messages; cut++) {
		struct relay_connection one = {.server = 0};
		uint8_t records[64] = {22, 3, 3, 0};
		size_t shown = 0;
		greet(&one);
		records[4] = (uint8_t)cut;
		memcpy(records + 5, messages, cut);
		memcpy(records + 5 + cut, (uint8_t[]){22, 3, 3, 0, (uint8_t)(sizeof messages - cut)}, 5);
		memcpy(records + 10 + cut, messages + cut, sizeof messages - cut);
		relay_fixture_say(&one, TO_DEVICE, records, 10 + sizeof messages);
		/*
		 * Without the headers of the records, what has come is what stands before the
		 * certificate.
		 */
		const struct relay_end *end = &one.ends[TO_SERVER];
		for (size_t at = 0; at + 5 <= end->in_length; at += 5U + end->in[at + 4])
			shown += end->in[at + 4];
		CU_ASSERT_EQUAL(shown, certificate);
		relay_fixture_forget(&one);
	}
	relay_fixture_close();
}

static void a_session_that_is_resumed_has_no_certificate(void)
{
	static const uint8_t records[] = {22, 3, 3, 0, 7, 2, 0, 0, 3, 1, 1, 1, 20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 4, 8, 8, 8, 8};

	shake("at=certificate");
	relay_fixture_say(&connection, TO_DEVICE, records, sizeof records);
	CU_ASSERT_EQUAL(connection.ends[TO_SERVER].in_length, sizeof records);
	TEST_CONTAINS(relay_fixture.trace.text, "a session is resumed, without a certificate: nothing is held back");
	relay_fixture_close();
}

const CU_TestInfo tests_relay[] = {
	{"part of an answer's head passes at its end", part_of_an_answers_head_passes_at_its_end},
	{"part of a request's head passes at its end", part_of_a_requests_head_passes_at_its_end},
	{"part of a request's head passes at the server's end", part_of_a_requests_head_passes_at_the_servers_end},
	{"part of a hello passes at its end", part_of_a_hello_passes_at_its_end},
	{"a server that ends amid an answer ends the exchange", a_server_that_ends_amid_an_answer_ends_the_exchange},
	{"what is answered here may end there before", what_is_answered_here_may_end_there_before},
	{"a request that is answered here never reaches the server", a_request_that_is_answered_here_never_reaches_the_server},
	{"an answer that waits longer than TCP does comes", an_answer_that_waits_longer_than_tcp_does_comes},
	{"a head of which the end is in doubt passes", a_head_of_which_the_end_is_in_doubt_passes},
	{"an answer that is no TLS passes, whatever stalls", an_answer_that_is_no_tls_passes_whatever_stalls},
	{"a record that is too long is none", a_record_that_is_too_long_is_none},
	{"messages are found wherever records are cut", messages_are_found_wherever_records_are_cut},
	{"a session that is resumed has no certificate", a_session_that_is_resumed_has_no_certificate},
	CU_TEST_INFO_NULL,
};
