/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every fault of the services: its effect on a device, and that it acts never, always, and at
 * exactly the n-th event.
 */
#include "harness/server/service_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fault/made.h"
#include "tests/unit/server/device.h"

static const char *const small[] = {"os_size=20000B", "app_size=10000B", NULL};
static struct fault faults[2];
static struct device device;

static void open_with(const char *match, const char *action, const char *params)
{
	faults[0] = made_checked_fault("it", match, action, params);
	server_fixture_open_with(small, faults, 1);
	device_open(&device, TLS1_3_VERSION);
	device.identity = DEVICE_NONE;
}

static void close_all(void)
{
	device_close(&device);
	server_fixture_close();
}

/* The application's image from the first host. */
static struct client_answer ask_app(const char *headers)
{
	return device_ask(&device, NAMES_IMAGES, "GET", "/images/app-22.02.bin", headers, NULL);
}

static void expect_app(unsigned status, bool whole)
{
	struct client_answer answer = ask_app("");

	CU_ASSERT_EQUAL(answer.status, status);
	CU_ASSERT_EQUAL(answer.whole, whole);
	client_answer_close(&answer);
}

static uint64_t applied(void)
{
	struct fault_counters counters = {0};

	CU_ASSERT(armed_faults_counters(service_faults_armed(server_fixture.service_faults), 0, &counters));
	return counters.applied;
}

/* -- HTTP -- */

static void a_status_is_sent_exactly_so_often(void)
{
	open_with("nth=2;host=images*;path=/images/app*", "http_status", "code=503;retry_after=90s");
	CU_ASSERT_EQUAL(device_status(&device, NAMES_RELEASES, "GET", "/v1/manifests/22.02.json"), 200);
	expect_app(200, true);
	struct client_answer answer = ask_app("");
	CU_ASSERT_EQUAL(answer.status, 503);
	TEST_CONTAINS(answer.head, "Retry-After: 90\r\n");
	client_answer_close(&answer);
	expect_app(200, true);
	CU_ASSERT_EQUAL(applied(), 1);
	TEST_CONTAINS(server_fixture.trace.text, "fault   srv.http#3: 'it' http_status");
	CU_ASSERT_FATAL(server_fixture.decisions.count == 1);
	CU_ASSERT_STRING_EQUAL(server_fixture.decisions.list[0].at, "srv.http#3");
	close_all();
}

static void a_fault_that_never_matches_does_nothing(void)
{
	open_with("host=images-secondary*", "http_status", "code=500");
	expect_app(200, true);
	CU_ASSERT_EQUAL(applied(), 0);
	CU_ASSERT_PTR_NULL(strstr(server_fixture.trace.text, "fault "));
	CU_ASSERT_EQUAL(device_status(&device, NAMES_IMAGES_SECONDARY, "GET", "/images/app-22.02.bin"), 500);
	close_all();
}

static void the_decision_s_address_finds_the_same_request(void)
{
	open_with("at=srv.http#2", "http_status", "code=500");
	expect_app(200, true);
	expect_app(500, true);
	expect_app(200, true);
	close_all();
}

static void an_answer_comes_late(void)
{
	open_with("", "http_delay", "before=7s");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.whole && answer.head_ns > 7 * SIM_S && answer.head_ns < 8 * SIM_S);
	client_answer_close(&answer);
	close_all();
}

static void an_answer_pauses_in_mid_body(void)
{
	open_with("", "http_delay", "pause=5s;at_byte=4000B");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.whole && answer.length == 10000 && answer.head_ns < SIM_S && answer.took_ns > 5 * SIM_S);
	client_answer_close(&answer);
	close_all();
}

static void an_answer_is_cut(void)
{
	open_with("", "http_truncate", "at_byte=4001B");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && !answer.whole && answer.length == 4001 && answer.took_ns < SIM_S);
	TEST_CONTAINS(answer.head, "Content-Length: 10000");
	client_answer_close(&answer);
	close_all();
}

static void an_answer_stalls_until_the_device_gives_up(void)
{
	open_with("", "http_truncate", "at_byte=10B;end=stall");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && !answer.whole && answer.length == 10 && answer.took_ns >= 60 * SIM_S);
	client_answer_close(&answer);
	server_fixture_run(SIM_S);
	TEST_CONTAINS(server_fixture.trace.text, "ended after 10 of 10000 B");
	close_all();
}

static void a_cut_behind_the_end_cuts_nothing(void)
{
	open_with("", "http_truncate", "at_byte=10000B;end=stall");
	expect_app(200, true);
	close_all();
}

static void a_length_is_missing_or_wrong(void)
{
	open_with("", "http_length", "");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && answer.length == 10000 && strstr(answer.head, "Content-Length") == NULL);
	client_answer_close(&answer);
	close_all();
}

static void a_length_is_wrong(void)
{
	open_with("", "http_length", "kind=wrong;value=12345B");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && answer.length == 10000 && !answer.whole && answer.took_ns < SIM_S);
	TEST_CONTAINS(answer.head, "Content-Length: 12345");
	client_answer_close(&answer);
	close_all();
}

static void a_range_is_ignored(void)
{
	open_with("", "http_range", "");
	struct client_answer answer = ask_app("Range: bytes=9000-\r\n");
	CU_ASSERT(answer.status == 200 && answer.length == 10000);
	client_answer_close(&answer);
	close_all();
}

static void a_range_begins_elsewhere(void)
{
	open_with("", "http_range", "kind=wrong_start");
	struct client_answer answer = ask_app("Range: bytes=9000-\r\n");
	CU_ASSERT(answer.status == 206 && answer.length == 1000);
	TEST_CONTAINS(answer.head, "Content-Range: bytes 0-999/10000");
	client_answer_close(&answer);
	close_all();
}

static void a_range_is_one_of_several(void)
{
	open_with("", "http_range", "kind=multipart");
	struct client_answer answer = ask_app("Range: bytes=9000-\r\n");
	CU_ASSERT(answer.status == 206 && answer.whole && answer.length > 1000);
	TEST_CONTAINS(answer.head, "Content-Type: multipart/byteranges; boundary=");
	CU_ASSERT_PTR_NULL(strstr(answer.head, "Content-Range"));
	CU_ASSERT_PTR_NOT_NULL(memmem(answer.body, answer.length, "Content-Range: bytes 9000-9999/10000", 36));
	client_answer_close(&answer);
	close_all();
}

static void a_file_has_changed(void)
{
	open_with("nth=2..", "http_range", "kind=changed");
	struct client_answer first = ask_app("Range: bytes=0-99\r\n"), second = ask_app("Range: bytes=0-99\r\n");
	CU_ASSERT(second.status == 206 && second.length == 100 && memcmp(first.body, second.body, 100) != 0);
	TEST_CONTAINS(second.head, "ETag: \"changed\"");
	client_answer_close(&second);
	/* If-Range with the ETag of before: the whole file. */
	char *etag = strstr(first.head, "ETag: ") + 6, header[200];
	(void)snprintf(header, sizeof header, "Range: bytes=0-99\r\nIf-Range: %.*s\r\n", (int)strcspn(etag, "\r"), etag);
	second = ask_app(header);
	CU_ASSERT(second.status == 200 && second.length == 10000);
	client_answer_close(&first);
	client_answer_close(&second);
	close_all();
}

static void a_request_is_sent_elsewhere(void)
{
	open_with("", "http_redirect", "to=https://elsewhere.stutter.test/x;code=307");
	struct client_answer answer = ask_app("");
	CU_ASSERT_EQUAL(answer.status, 307);
	TEST_CONTAINS(answer.head, "Location: https://elsewhere.stutter.test/x\r\n");
	client_answer_close(&answer);
	close_all();
}

static void a_captive_portal_answers(void)
{
	open_with("", "http_body", "");
	const struct tls_client plain = {.host = NAMES_CONNECT};
	struct client_answer answer = server_fixture_ask(&plain, "GET", "/connecttest.txt", "", NULL, SIM_S);
	CU_ASSERT_EQUAL(answer.status, 200);
	TEST_CONTAINS((const char *)answer.body, "<html>");
	TEST_CONTAINS(answer.head, "text/html");
	client_answer_close(&answer);
	close_all();
}

static void a_body_is_garbage_of_the_right_length(void)
{
	open_with("nth=2", "http_body", "kind=garbage");
	struct client_answer first = ask_app(""), second = ask_app("");
	CU_ASSERT(first.length == second.length && second.whole && memcmp(first.body, second.body, first.length) != 0);
	/* It was not the image that went out. */
	CU_ASSERT_EQUAL(server_fixture.service.log.images[0].bytes, 10000);
	client_answer_close(&first);
	client_answer_close(&second);
	close_all();
}

static void a_body_is_empty(void)
{
	open_with("", "http_body", "kind=empty");
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && answer.whole && answer.length == 0);
	client_answer_close(&answer);
	close_all();
}

static void a_request_is_reset(void)
{
	open_with("first=1", "http_reset", "");
	expect_app(0, false);
	TEST_CONTAINS(server_fixture.trace.text, "is reset");
	expect_app(200, true);
	close_all();
}

/* The second request has to wait for the window. */
static void a_window_closes_and_opens(void)
{
	struct tcp_client client;

	open_with("nth=1", "zero_window", "for=20s");
	tcp_client_open(&client, HOST_ADDRESS, HTTP_PORT, SIM_S);
	struct client_answer answer = tcp_client_ask(&client, "GET", NAMES_CONNECT, "/connecttest.txt", "", NULL, SIM_S);
	CU_ASSERT(answer.whole);
	CU_ASSERT_EQUAL(client.window, 0);
	client_answer_close(&answer);
	server_fixture_run(19 * SIM_S);
	CU_ASSERT_EQUAL(client.window, 0);
	answer = tcp_client_ask(&client, "GET", NAMES_CONNECT, "/connecttest.txt", "", NULL, 10 * SIM_S);
	CU_ASSERT(answer.whole && answer.took_ns > SIM_S / 2 && client.window > 1000);
	client_answer_close(&answer);
	tcp_client_close(&client);
	close_all();
}

/* -- TLS -- */

static void a_handshake_stalls(void)
{
	static const char *const messages[] = {"at=server_hello", "at=certificate", "at=finished"};
	static const size_t least[] = {0, 1, 1};

	for (unsigned version = 0; version < 2; version++)
		for (size_t i = 0; i < 3; i++) {
			struct tls_client tls = {.version = version == 0 ? TLS1_2_VERSION : TLS1_3_VERSION, .host = NAMES_IMAGES};
			struct tcp_client client;
			/* There is one host a process, so its faults change under it. */
			if (version == 0 && i == 0)
				open_with("", "tls_stall", messages[i]);
			faults[0] = made_checked_fault("it", "", "tls_stall", messages[i]);
			tls.trust = device.trust;
			tcp_client_open(&client, names_find(NAMES_IMAGES)->address, HTTPS_PORT, SIM_S);
			CU_ASSERT_FALSE(tcp_client_tls(&client, &tls, 10 * SIM_S));
			CU_ASSERT(client.state == TCP_CLIENT_UP);
			/* What has come before the stall: nothing, or the messages up to it. */
			CU_ASSERT((SSL_get_state(client.ssl) != TLS_ST_CW_CLNT_HELLO) == (least[i] > 0));
			tcp_client_close(&client);
		}
	CU_ASSERT_EQUAL(applied(), 6);
	CU_ASSERT_PTR_NOT_NULL(strstr(server_fixture.names, "tls.server_hello"));
	close_all();
}

static void a_certificate_is_wrong(void)
{
	static const struct {
		const char *params, *reason;
	} kinds[] = {{"kind=expired", "certificate has expired"},
	             {"kind=not_yet", "certificate is not yet valid"},
	             {"kind=other_name", "hostname mismatch"},
	             {"kind=unknown_issuer", "unable to get local issuer certificate"}};

	open_with("", "tls_certificate", kinds[0].params);
	for (size_t i = 0; i < 4; i++) {
		faults[0] = made_checked_fault("it", "", "tls_certificate", kinds[i].params);
		expect_app(0, false);
		TEST_CONTAINS(device.failure, kinds[i].reason);
	}
	faults[0] = made_checked_fault("it", "host=core*", "tls_certificate", "");
	expect_app(200, true);
	close_all();
}

static void a_handshake_is_answered_with_an_alert(void)
{
	open_with("first=1", "tls_alert", "code=80");
	expect_app(0, false);
	TEST_CONTAINS(device.failure, "tlsv1 alert internal error");
	expect_app(200, true);
	close_all();
}

/* -- hosts that are down -- */

static void a_host_goes_down_and_comes_back(void)
{
	open_with("host=images.*;nth=4", "server_down", "for=30s");
	expect_app(0, false);
	CU_ASSERT_EQUAL(device_status(&device, NAMES_IMAGES_SECONDARY, "GET", "/images/app-22.02.bin"), 200);
	server_fixture_run(30 * SIM_S);
	expect_app(200, true);
	CU_ASSERT_EQUAL(applied(), 1);
	close_all();
}

static void all_hosts_go_down_with_resets(void)
{
	struct tcp_client client;

	open_with("host=images.*;first=1", "server_down", "for=30s;how=reset;all=true");
	tcp_client_open(&client, names_find(NAMES_IMAGES)->address, HTTPS_PORT, 10 * SIM_S);
	CU_ASSERT_EQUAL(client.state, TCP_CLIENT_RESET);
	tcp_client_close(&client);
	tcp_client_open(&client, HOST_ADDRESS, HTTP_PORT, 10 * SIM_S);
	CU_ASSERT_EQUAL(client.state, TCP_CLIENT_RESET);
	tcp_client_close(&client);
	server_fixture_run(30 * SIM_S);
	expect_app(200, true);
	close_all();
}

static void connections_of_before_are_forgotten(void)
{
	struct tcp_client client;

	open_with("nth=3", "server_down", "for=5s");
	tcp_client_open(&client, HOST_ADDRESS, HTTP_PORT, SIM_S);
	tcp_client_send(&client, "GET /connecttest.txt HTTP/1.1\r\n", 31);
	CU_ASSERT_EQUAL(client.state, TCP_CLIENT_UP);
	server_fixture_run(6 * SIM_S);
	CU_ASSERT_EQUAL(client.state, TCP_CLIENT_UP);
	tcp_client_send(&client, "Host: x\r\n\r\n", 11);
	server_fixture_run(SIM_S);
	CU_ASSERT_EQUAL(client.state, TCP_CLIENT_RESET);
	tcp_client_close(&client);
	close_all();
}

/* -- together -- */

static void two_faults_act_on_one_answer(void)
{
	faults[0] = made_checked_fault("late", "", "http_delay", "before=2s");
	faults[1] = made_checked_fault("cut", "", "http_truncate", "at_byte=100B");
	server_fixture_open_with(small, faults, 2);
	device_open(&device, TLS1_2_VERSION);
	device.identity = DEVICE_NONE;
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && answer.length == 100 && answer.took_ns > 2 * SIM_S);
	client_answer_close(&answer);
	close_all();
}

/* At a pause where it is also cut, the pause comes first. */
static void a_pause_at_the_place_of_a_cut(void)
{
	faults[0] = made_checked_fault("late", "", "http_delay", "pause=2s;at_byte=100B");
	faults[1] = made_checked_fault("cut", "", "http_truncate", "at_byte=100B");
	server_fixture_open_with(small, faults, 2);
	device_open(&device, TLS1_2_VERSION);
	device.identity = DEVICE_NONE;
	struct client_answer answer = ask_app("");
	CU_ASSERT(answer.status == 200 && answer.length == 100 && answer.took_ns > 2 * SIM_S && answer.took_ns < 5 * SIM_S);
	client_answer_close(&answer);
	close_all();
}

static void a_window_says_when(void)
{
	open_with("from=10s;until=20s", "http_status", "code=502");
	expect_app(200, true);
	server_fixture_run(10 * SIM_S);
	expect_app(502, true);
	server_fixture_run(10 * SIM_S);
	expect_app(200, true);
	close_all();
}

static void a_fault_that_is_taken_out_does_nothing(void)
{
	open_with("", "http_reset", "enabled=false");
	expect_app(200, true);
	close_all();
}

static void conditions_stand_where_they_make_sense(void)
{
	static const struct {
		const char *match, *action, *params, *key;
	} rows[] = {
		{"host=x", "ntp", "", "host"},      {"path=/x", "tls_alert", "", "path"}, {"kind=request", "dns", "", "kind"},
		{"kind=offer", "dhcp", "", "kind"}, {"path=/x", "drop", "", "path"},      {"direction=to-server", "dns", "", "direction"},
		{"at=tcp.syn#1", "ntp", "", "at"},  {"at=srv.http#1", "drop", "", "at"},  {"at=srv.dns#1", "ntp", "", "at"}};
	struct error err;

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault fault = made_fault("it", rows[i].match, rows[i].action, rows[i].params);
		const char *key = "";
		CU_ASSERT_FALSE(fault_check(&fault, &key, &err));
		CU_ASSERT_STRING_EQUAL(key, rows[i].key);
	}
}

/* The draw for the garbage of each of two requests, 1 s and 2 s after power on. */
static void draws_of(uint64_t seed, struct redraw redraw, uint64_t ret_draws[2])
{
	struct service_faults *service_faults = service_faults_open(NULL, 0, seed, NULL, (struct armed_ops){0}, NULL);

	service_faults_redraw(service_faults, &redraw);
	for (unsigned i = 0; i < 2; i++)
		ret_draws[i] = service_faults_http(service_faults, "x", "/", (i + 1) * SIM_S).draw;
	service_faults_close(service_faults);
}

static void garbage_is_drawn_anew_from_an_instant_on(void)
{
	uint64_t own[2], other[2], redrawn[2];

	draws_of(3, (struct redraw){.asked = false, .seed = 77}, own);
	draws_of(77, (struct redraw){.asked = false}, other);
	draws_of(3, (struct redraw){.asked = true, .from_ns = 2 * SIM_S, .seed = 77}, redrawn);
	CU_ASSERT(redrawn[0] == own[0] && redrawn[1] == other[1] && own[1] != other[1]);
}

const CU_TestInfo tests_service_faults[] = {
	{"a status is sent exactly so often", a_status_is_sent_exactly_so_often},
	{"a fault that never matches does nothing", a_fault_that_never_matches_does_nothing},
	{"the decision's address finds the same request", the_decision_s_address_finds_the_same_request},
	{"an answer comes late", an_answer_comes_late},
	{"an answer pauses in mid-body", an_answer_pauses_in_mid_body},
	{"an answer is cut", an_answer_is_cut},
	{"an answer stalls until the device gives up", an_answer_stalls_until_the_device_gives_up},
	{"a cut behind the end cuts nothing", a_cut_behind_the_end_cuts_nothing},
	{"a length is missing", a_length_is_missing_or_wrong},
	{"a length is wrong", a_length_is_wrong},
	{"a range is ignored", a_range_is_ignored},
	{"a range begins elsewhere", a_range_begins_elsewhere},
	{"a range is one of several", a_range_is_one_of_several},
	{"a file has changed", a_file_has_changed},
	{"a request is sent elsewhere", a_request_is_sent_elsewhere},
	{"a captive portal answers", a_captive_portal_answers},
	{"a body is garbage of the right length", a_body_is_garbage_of_the_right_length},
	{"a body is empty", a_body_is_empty},
	{"a request is reset", a_request_is_reset},
	{"a window closes and opens", a_window_closes_and_opens},
	{"a handshake stalls", a_handshake_stalls},
	{"a certificate is wrong", a_certificate_is_wrong},
	{"a handshake is answered with an alert", a_handshake_is_answered_with_an_alert},
	{"a host goes down and comes back", a_host_goes_down_and_comes_back},
	{"all hosts go down with resets", all_hosts_go_down_with_resets},
	{"connections of before are forgotten", connections_of_before_are_forgotten},
	{"two faults act on one answer", two_faults_act_on_one_answer},
	{"a pause at the place of a cut", a_pause_at_the_place_of_a_cut},
	{"a window says when", a_window_says_when},
	{"a fault that is taken out does nothing", a_fault_that_is_taken_out_does_nothing},
	{"conditions stand where they make sense", conditions_stand_where_they_make_sense},
	{"garbage is drawn anew from an instant on", garbage_is_drawn_anew_from_an_instant_on},
	CU_TEST_INFO_NULL,
};
