/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of services in front of real servers (nginx, python3's http.server, dnsmasq) with real
 * clients (curl, wget, busybox).
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fault/fault.h"
#include "harness/relay/relay.h"
#include "tests/live/exec_fixture.h"
#include "tests/live/needs.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_services[], tests_live_services_whole[], tests_live_services_udp[], tests_live_services_told[];

/* -- what goes wrong -- */

static void a_status_comes_in_place_of_the_servers(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: busy, http_status: {code: 503, retry_after: 3s}, path: /body.bin, nth: 2}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_run(
			server,
			"curl -sS -D 1.txt -o 1.bin http://server/body.bin -: -sS -D 2.txt -o 2.bin http://server/body.bin -: -sS -D "
			"3.txt -o 3.bin http://server/body.bin\n"),
		0);
	TEST_FILE_CONTAINS("1.txt", "HTTP/1.1 200 OK");
	TEST_FILE_CONTAINS("1.txt", "Server: nginx");
	TEST_FILE_CONTAINS("2.txt", "HTTP/1.1 503 Service Unavailable");
	TEST_FILE_CONTAINS("2.txt", "Retry-After: 3");
	TEST_FILE_CONTAINS("3.txt", "HTTP/1.1 200 OK");
	exec_fixture_same("1.bin", "body.bin", 0);
	exec_fixture_same("3.bin", "body.bin", 0);
	TEST_CONTAINS(exec_fixture_output(), "'busy' http_status 1 of 3");
	TEST_FILE_CONTAINS("out/trace.txt", "fault   srv.http#2: 'busy' http_status");
	TEST_FILE_CONTAINS("out/trace.txt", "GET /body.bin -> 503");
	TEST_FILE_CONTAINS("out/plan.yaml", "srv.http#2");
	TEST_FILE_CONTAINS("out/verdict.json", "\"busy\"");
}

static void a_body_ends_early(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: cut, http_truncate: {at_byte: 100000B}, nth: 1}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server,
	                                 "curl -sS -o got.bin http://server/body.bin; test $? = 18 || exit 1\n"
	                                 "test $(wc -c <got.bin) = 100000 || exit 2\ncurl -sSf -C - -o got.bin http://server/body.bin\n"),
	                0);
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void a_body_stalls(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: stall, http_truncate: {at_byte: 100000B, end: stall}, nth: 1}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server,
	                                 "curl -sS -m 2 -o got.bin http://server/body.bin; test $? = 28 || exit 1\n"
	                                 "test $(wc -c <got.bin) = 100000 || exit 2\ncurl -sSf -C - -o got.bin http://server/body.bin\n"),
	                0);
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void a_request_is_reset(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: torn, http_reset: {}, nth: 1}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server, "curl -sS -o got.bin http://server/body.bin; test $? = 56 || exit 1\n"
	                                         "curl -sSf -o got.bin http://server/body.bin\n"),
	                0);
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void a_body_pauses_and_is_whole(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: late, http_delay: {before: 200ms, pause: 300ms, at_byte: 50000B}}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server, "curl -sSf -o got.bin http://server/body.bin http://server/body.bin -o again.bin\n"), 0);
	TEST_CONTAINS(exec_fixture_output(), "'late' http_delay 2 of 2");
	exec_fixture_same("got.bin", "body.bin", 0);
	exec_fixture_same("again.bin", "body.bin", 0);
}

static void a_window_closes_for_some_time(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: deaf, zero_window: {for: 300ms}, nth: 1}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server, "curl -sSf -o got.bin http://server/body.bin http://server/body.bin -o again.bin\n"), 0);
	TEST_CONTAINS(exec_fixture_output(), "'deaf' zero_window 1 of ");
	exec_fixture_same("again.bin", "body.bin", 0);
	test_needs_program("tshark");
	char said[1024];
	(void)test_shell(
		said, sizeof said,
		"tshark -r %s/out/device.pcapng -Y 'tcp.window_size_value == 0 && tcp.srcport == 80 && tcp.flags.reset == 0' 2>/dev/null | wc -l",
		test_folder());
	CU_ASSERT(atoi(said) > 0);
}

static void a_body_is_another(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults(
		"- {name: portal, http_body: {kind: portal}, path: /a.bin}\n- {name: noise, http_body: {kind: garbage}, path: /body.bin}\n"
		"- {name: none, http_body: {kind: empty}, path: /c.bin}\n- {name: away, http_redirect: {to: 'http://server/body.bin'}, path: /d.bin}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server,
	                                 "cp body.bin a.bin; cp body.bin c.bin\ncurl -sSf -D a.txt -o a.got http://server/a.bin || exit 1\n"
	                                 "curl -sSf -o b.got http://server/body.bin || exit 2\ntest $(wc -c <b.got) = 800000 || exit 3\n"
	                                 "cmp -s b.got body.bin && exit 4\ncurl -sSf -D c.txt -o c.got http://server/c.bin || exit 5\n"
	                                 "test ! -s c.got || exit 6\ncurl -sSf -D d.txt http://server/d.bin\n"),
	                0);
	TEST_FILE_CONTAINS("a.got", "log in");
	TEST_FILE_CONTAINS("c.txt", "Content-Length: 0");
	TEST_FILE_CONTAINS("d.txt", "Location: http://server/body.bin");
}

static void lengths_are_wrong(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults(
		"- {name: gone, http_length: {kind: missing}, nth: 1}\n- {name: more, http_length: {kind: wrong, value: 900000B}, nth: 2}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_run(server,
	                         "curl -sSf -D 1.txt -o 1.bin http://server/body.bin || exit 1\ngrep -qi content-length 1.txt && exit 2\n"
	                         "curl -sS -D 2.txt -o 2.bin http://server/body.bin; test $? = 18\n"),
		0);
	exec_fixture_same("1.bin", "body.bin", 0);
	exec_fixture_same("2.bin", "body.bin", 0);
	TEST_FILE_CONTAINS("2.txt", "Content-Length: 900000");
}

static void ranges_go_wrong(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults(
		"- {name: ignored, http_range: {kind: ignored}, nth: 1}\n- {name: wrong, http_range: {kind: wrong_start}, nth: 2..3}\n"
		"- {name: several, http_range: {kind: multipart}, nth: 4}\n- {name: other, http_range: {kind: changed}, nth: 5}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server,
	                                 "u=http://server/body.bin\n"
	                                 "curl -sSf -D 1.txt -r 1000-1999 -o 1.bin $u; curl -sSf -D 2.txt -r 1000-1999 -o 2.bin $u\n"
	                                 "curl -sSf -D 3.txt -r 700000- -o 3.bin $u; curl -sSf -D 4.txt -r 1000-1999 -o 4.bin $u\n"
	                                 "curl -sSf -D 5.txt -r 1000-1999 -o 5.bin $u; curl -sSf -r 1000-1999 -o 6.bin $u || exit 1\n"
	                                 "head -c 1000 body.bin >first; head -c 100000 body.bin >third\n"
	                                 "cmp first 2.bin && cmp third 3.bin || exit 2\ngrep -q stutter-part 4.bin || exit 3\n"
	                                 "head -c 2000 body.bin | tail -c 1000 >part; cmp part 6.bin || exit 4\n"
	                                 "test $(wc -c <5.bin) = 1000 && ! cmp -s part 5.bin || exit 5\n"),
	                0);
	TEST_FILE_CONTAINS("1.txt", "HTTP/1.1 200 OK");
	exec_fixture_same("1.bin", "body.bin", 0);
	TEST_FILE_CONTAINS("2.txt", "Content-Range: bytes 0-999/800000");
	TEST_FILE_CONTAINS("3.txt", "Content-Range: bytes 0-99999/800000");
	TEST_FILE_CONTAINS("4.txt", "multipart/byteranges");
	TEST_FILE_CONTAINS("5.txt", "ETag: \"changed\"");
}

static void a_handshake_of_tls_stalls(void)
{
	static const char *const places[] = {"server_hello", "certificate", "finished"};
	const char *server = exec_fixture_web_server();
	char faults[128];

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		(void)snprintf(faults, sizeof faults, "- {name: stall, tls_stall: {at: %s}, host: server, nth: 1..2}\n", places[i]);
		exec_fixture_faults(faults);
		CU_ASSERT_EQUAL(
			exec_fixture_run(server,
		                         "for v in '--tlsv1.2 --tls-max 1.2' --tlsv1.3; do curl -sS -m 1 -o got.bin --cacert c.pem $v "
		                         "https://server/body.bin; test $? = 28 || exit 1; done\n"
		                         "curl -sSf --cacert c.pem -o got.bin https://server/body.bin\n"),
			0);
		TEST_CONTAINS(exec_fixture_output(), "'stall' tls_stall 2 of 3");
		exec_fixture_same("got.bin", "body.bin", 0);
	}
}

static void an_alert_comes_in_place_of_a_handshake(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: no, tls_alert: {code: 40}, nth: 1}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server, "curl -sS --cacert c.pem https://server/body.bin; test $? = 35 || exit 1\n"
	                                         "curl -sSf --cacert c.pem -o got.bin https://server/body.bin\n"),
	                0);
	TEST_CONTAINS(exec_fixture_output(), "handshake failure");
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void a_host_goes_down_and_knows_nothing_more(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults("- {name: down, server_down: {for: 500ms, how: reset}, nth: 20}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(
				server, "curl -sS -o got.bin http://server/body.bin; s=$?; test $s = 56 || exit $s\n"
					"curl -sSf --retry 20 --retry-delay 1 --retry-all-errors -C - -o got.bin http://server/body.bin\n"),
	                0);
	TEST_CONTAINS(exec_fixture_output(), "'down' server_down 1 of ");
	exec_fixture_same("got.bin", "body.bin", 0);
}

const CU_TestInfo tests_live_services[] = {
	{"a status comes in place of the server's", a_status_comes_in_place_of_the_servers},
	{"a body ends early", a_body_ends_early},
	{"a body stalls", a_body_stalls},
	{"a request is reset", a_request_is_reset},
	{"a body pauses and is whole", a_body_pauses_and_is_whole},
	{"a window closes for some time", a_window_closes_for_some_time},
	{"a body is another", a_body_is_another},
	{"lengths are wrong", lengths_are_wrong},
	{"ranges go wrong", ranges_go_wrong},
	{"a handshake of TLS stalls", a_handshake_of_tls_stalls},
	{"an alert comes in place of a handshake", an_alert_comes_in_place_of_a_handshake},
	{"a host goes down and knows nothing more", a_host_goes_down_and_knows_nothing_more},
	CU_TEST_INFO_NULL,
};

/* -- what does not -- */

#define NOTHING "- {name: never, http_status: {code: 503}, path: /never}\n"

static void a_large_download_passes_byte_for_byte(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_file("large.bin", 20000000);
	exec_fixture_faults(NOTHING);
	CU_ASSERT_EQUAL(exec_fixture_run(server, "curl -sSf -o got.bin http://server/large.bin\n"), 0);
	exec_fixture_same("got.bin", "large.bin", 0);
}

static void a_connection_is_used_again_and_again(void)
{
	const char *server = exec_fixture_web_server();

	exec_fixture_faults(NOTHING);
	CU_ASSERT_EQUAL(
		exec_fixture_run(
			server,
			"u=http://server/body.bin\ncurl -sSf -w '%%{num_connects}\\n' -o 1.bin $u -o 2.bin $u -o 3.bin $u >told || exit 1\n"
			"grep -c '^0' told | grep -q '^2$' || exit 2\n"
			"curl -sSf -I -D head.txt -o /dev/null $u && curl -sSf -r 5-14 -o part $u\n"
			"curl -sS -D not.txt -z body.bin -o /dev/null $u\ncurl -sS -D moved.txt -o /dev/null http://server/moved\n"
			"curl -sS -D nothing.txt -o /dev/null http://server/nothing\n"),
		0);
	exec_fixture_same("1.bin", "body.bin", 0);
	exec_fixture_same("3.bin", "body.bin", 0);
	TEST_FILE_CONTAINS("head.txt", "Content-Length: 800000");
	TEST_FILE_CONTAINS("not.txt", "304 Not Modified");
	TEST_FILE_CONTAINS("moved.txt", "301 Moved");
	TEST_FILE_CONTAINS("nothing.txt", "404 Not Found");
}

/*
 * Two requests in one segment, and HEAD between them: the answers come in their order, and nothing
 * else.
 */
static void requests_that_come_at_once_are_answered_in_order(void)
{
	const char *server = exec_fixture_web_server();

	test_needs_program("python3");
	(void)test_write("a.txt", "first");
	(void)test_write("b.txt", "second");
	(void)test_write(
		"ask.py",
		"import socket\ns = socket.create_connection(('server', 80))\nh = b' HTTP/1.1\\r\\nHost: server\\r\\n'\n"
		"s.sendall(b'GET /a.txt' + h + b'\\r\\nHEAD /a.txt' + h + b'\\r\\nGET /b.txt' + h + b'Connection: close\\r\\n\\r\\n')\n"
		"d = b''\nwhile True:\n    p = s.recv(65536)\n    if not p: break\n    d += p\n"
		"assert d.count(b'HTTP/1.1 200 OK') == 3, d\nassert d.endswith(b'second'), d\n"
		"assert d.index(b'first') < d.index(b'second') and d.count(b'first') == 1, d\n");
	exec_fixture_faults(NOTHING);
	CU_ASSERT_EQUAL(exec_fixture_run(server, "python3 ask.py\n"), 0);
}

/*
 * Chunks, trailers, 100-continue, an upload that is longer than all windows, an answer that comes
 * before its request is whole.
 */
static const char echo_server[] =
	"import http.server, hashlib\n"
	"class H(http.server.BaseHTTPRequestHandler):\n"
	"    protocol_version = 'HTTP/1.1'\n"
	"    def do_GET(self):\n"
	"        self.send_response(200)\n"
	"        if self.path == '/eof':\n"
	"            self.send_header('Connection', 'close'); self.end_headers(); self.wfile.write(b'x' * 300000); self.close_connection = True; return\n"
	"        self.send_header('Transfer-Encoding', 'chunked'); self.end_headers()\n"
	"        for i in range(200):\n"
	"            self.wfile.write(b'3e8\\r\\n' + bytes([65 + i % 26]) * 1000 + b'\\r\\n')\n"
	"        self.wfile.write(b'0\\r\\n\\r\\n')\n"
	"    def do_POST(self):\n"
	"        n = int(self.headers.get('Content-Length', 0)); d = b''\n"
	"        if self.headers.get('Transfer-Encoding') == 'chunked':\n"
	"            while True:\n"
	"                k = int(self.rfile.readline(), 16); d += self.rfile.read(k); self.rfile.readline()\n"
	"                if k == 0: break\n"
	"        else: d = self.rfile.read(n)\n"
	"        b = hashlib.sha256(d).hexdigest().encode()\n"
	"        self.send_response(200); self.send_header('Content-Length', str(len(b))); self.end_headers(); self.wfile.write(b)\n"
	"http.server.ThreadingHTTPServer(('', 8000), H).serve_forever()\n";

static void chunks_and_uploads_pass(void)
{
	test_needs_program("python3");
	test_needs_program("curl");
	needs_namespaces();
	(void)test_write("echo.py", echo_server);
	exec_fixture_file("up.bin", 1500000);
	exec_fixture_faults(NOTHING);
	CU_ASSERT_EQUAL(
		exec_fixture_run("python3 echo.py 2>/dev/null",
	                         "u=http://server:8000\ncurl -sSf -o chunks $u/ || exit 1\ntest $(wc -c <chunks) = 200000 || exit 2\n"
	                         "curl -sSf -o eof $u/eof && test $(wc -c <eof) = 300000 || exit 3\nsum=$(sha256sum <up.bin | cut -c1-64)\n"
	                         "test $(curl -sSf -H 'Expect: 100-continue' --data-binary @up.bin $u/) = $sum || exit 4\n"
	                         "test $(curl -sSf -H 'Expect:' --data-binary @up.bin $u/) = $sum || exit 5\n"
	                         "test $(curl -sSf -H 'Transfer-Encoding: chunked' --data-binary @up.bin $u/) = $sum || exit 6\n"),
		0);
}

static void chunks_go_wrong_too(void)
{
	test_needs_program("python3");
	test_needs_program("curl");
	needs_namespaces();
	(void)test_write("echo.py", echo_server);
	exec_fixture_faults(
		"- {name: cut, http_truncate: {at_byte: 70000B}, nth: 1}\n- {name: gone, http_length: {kind: missing}, nth: 2}\n"
		"- {name: noise, http_body: {kind: garbage}, nth: 3}\n- {name: busy, http_status: {code: 500}, nth: 4}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_run("python3 echo.py 2>/dev/null",
	                         "u=http://server:8000\ncurl -sS -o 1 $u/; test $? = 18 || exit 1\ntest $(wc -c <1) = 70000 || exit 2\n"
	                         "curl -sSf -D 2.txt -o 2 $u/ && test $(wc -c <2) = 200000 || exit 3\ngrep -qi chunked 2.txt && exit 4\n"
	                         "curl -sSf -o 3 $u/ && test $(wc -c <3) = 200000 || exit 5\ncmp -s 2 3 && exit 6\n"
	                         "curl -sS -D 4.txt -d x=y -o 4 $u/ && grep -q 'HTTP/1.1 500' 4.txt\n"),
		0);
}

static void other_servers_and_other_clients_do(void)
{
	test_needs_program("python3");
	test_needs_program("busybox");
	test_needs_program("wget");
	needs_namespaces();
	exec_fixture_file("body.bin", EXEC_FIXTURE_BODY);
	exec_fixture_faults("- {name: cut, http_truncate: {at_byte: 100000B}, nth: 1}\n- {name: busy, http_status: {code: 503}, nth: 3}\n");
	CU_ASSERT_EQUAL(exec_fixture_run("python3 -m http.server 8000",
	                                 "wget -q -t 2 -O 1.bin http://server:8000/body.bin; test $? = 0 || exit 1\n"
	                                 "busybox wget -q -O 2.bin http://server:8000/body.bin && exit 2\n"
	                                 "busybox wget -q -O 2.bin http://server:8000/body.bin\n"),
	                0);
	exec_fixture_same("2.bin", "body.bin", 0);
	TEST_CONTAINS(exec_fixture_output(), "'busy' http_status 1 of ");
}

static void what_is_closed_and_what_is_no_http_stay_so(void)
{
	const char *server = exec_fixture_web_server();

	test_needs_program("python3");
	(void)test_write(
		"ask.py",
		"import socket\nfor p in (8080, 8443):\n    try:\n        socket.create_connection(('server', p), 5); raise SystemExit(1)\n"
		"    except ConnectionRefusedError: pass\n"
		"s = socket.create_connection(('server', 80)); s.sendall(b'\\x01\\x02 nonsense\\r\\n\\r\\n')\n"
		"assert b'400' in s.recv(4096)\n"
		"s = socket.create_connection(('server', 80)); s.shutdown(socket.SHUT_WR); assert s.recv(10) == b''\n");
	exec_fixture_faults(NOTHING);
	CU_ASSERT_EQUAL(exec_fixture_run(server, "python3 ask.py\n"), 0);
}

/* The same passes without a relay, too: what is compared are the client's own expectations. */
static void odd_conversations_pass(void)
{
	char server[PATH_MAX + 64], root[PATH_MAX];

	test_needs_program("python3");
	needs_namespaces();
	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(root, sizeof root));
	(void)snprintf(server, sizeof server, "exec python3 %s/tests/live/odd_server.py", root);
	exec_fixture_faults("- {name: never, drop: true, filter: 'tcp port 9'}\n");
	CU_ASSERT_EQUAL(exec_fixture_run(server, "exec python3 %s/tests/live/odd_client.py\n", root), 0);
	TEST_CONTAINS(exec_fixture_output(), "all well\n");
	exec_fixture_faults(NOTHING);
	CU_ASSERT_EQUAL(exec_fixture_run(server, "exec python3 %s/tests/live/odd_client.py\n", root), 0);
	TEST_CONTAINS(exec_fixture_output(), "all well\n");
	TEST_FILE_CONTAINS("out/trace.txt", "another protocol is spoken from here on");
}

const CU_TestInfo tests_live_services_whole[] = {
	{"odd conversations pass", odd_conversations_pass},
	{"a large download passes byte for byte", a_large_download_passes_byte_for_byte},
	{"a connection is used again and again", a_connection_is_used_again_and_again},
	{"requests that come at once are answered in order", requests_that_come_at_once_are_answered_in_order},
	{"chunks and uploads pass", chunks_and_uploads_pass},
	{"chunks go wrong, too", chunks_go_wrong_too},
	{"other servers and other clients do", other_servers_and_other_clients_do},
	{"what is closed and what is no HTTP stay so", what_is_closed_and_what_is_no_http_stay_so},
	CU_TEST_INFO_NULL,
};

/* -- datagrams -- */

#define DNSMASQ \
	"dnsmasq -k -C /dev/null --no-resolv --no-hosts --pid-file= -u root --address=/example.org/192.0.2.1 --address=/other.example/192.0.2.1"

static void dns_lies(void)
{
	char server[512];

	test_needs_program("dnsmasq");
	test_needs_program("curl");
	(void)snprintf(server, sizeof server, DNSMASQ " & exec %s", exec_fixture_nginx());
	(void)test_write("a.txt", "here");
	exec_fixture_faults(
		"- {name: no, dns: {answer: nxdomain}, host: 'n*.example.org'}\n- {name: elsewhere, dns: {answer: wrong_address}, host: w.example.org}\n"
		"- {name: busy, http_status: {code: 503}, host: '*.example'}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_run(
			server,
			"curl -sSf http://good.example.org/a.txt || exit 1\ncurl -sS http://n1.example.org/a.txt; test $? = 6 || exit 2\n"
			"test \"$(curl -sS -o /dev/null -w %%{remote_ip} http://w.example.org/a.txt)\" = 198.51.100.99 || exit 3\n"
			"curl -sSf http://other.example/a.txt; test $? = 22 || exit 4\n"),
		0);
	TEST_CONTAINS(exec_fixture_output(), "'no' dns ");
	TEST_FILE_CONTAINS("out/trace.txt", "'elsewhere' dns");
}

static void a_silent_or_failing_dns_server_is_asked_again(void)
{
	char server[512];

	test_needs_program("dnsmasq");
	test_needs_program("curl");
	(void)snprintf(server, sizeof server, DNSMASQ " & exec %s", exec_fixture_nginx());
	(void)test_write("a.txt", "here");
	exec_fixture_faults(
		"- {name: mute, dns: {answer: silence}, host: slow.example.org, first: 1}\n- {name: failed, dns: {answer: servfail}, host: bad.example.org}\n"
		"- {name: short, dns: {answer: truncated}, host: short.example.org}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_run(
			server,
			"curl -sSf http://slow.example.org/a.txt || exit 1\ncurl -sS http://bad.example.org/a.txt; test $? = 6 || exit 2\n"
			"curl -sSf http://short.example.org/a.txt\n"),
		0);
	TEST_CONTAINS(exec_fixture_output(), "'mute' dns 1 of ");
	TEST_FILE_CONTAINS("out/addresses.txt", "tcp.syn[53/1]");
}

/* What a client of NTP gets: the seconds since 1900 and the stratum. */
static const char ntp_server[] = "import socket, struct\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 123))\n"
				 "while True:\n    q, a = s.recvfrom(1024)\n    t = struct.pack('!II', 4000000000, 0x80000000)\n"
				 "    s.sendto(bytes([0x24, 2, 6, 0xec]) + bytes(8) + b'TEST' + t + q[40:48] + t + t, a)\n";
static const char ntp_client[] =
	"import socket, struct\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)\ndef ask(n):\n"
	"    s.sendto(bytes([0x23]) + bytes(39) + struct.pack('!II', 3900000000, n), ('server', 123))\n"
	"    try: return s.recvfrom(1024)[0]\n    except socket.timeout: return None\n"
	"r = ask(1); assert struct.unpack('!I', r[40:44])[0] == 4000000000 and r[1] == 2\n"
	"r = ask(2); assert struct.unpack('!II', r[40:48]) == (3999999990, 0x80000000), r\n"
	"assert struct.unpack('!I', r[24:28])[0] == 3900000000\n"
	"r = ask(3); assert r[1] == 0 and r[12:16] == b'RATE', r\nassert ask(4) is None\n"
	"r = ask(5); assert struct.unpack('!I', r[40:44])[0] == 4000000000\n";

static void a_clock_is_wrong(void)
{
	test_needs_program("python3");
	needs_namespaces();
	(void)test_write("server.py", ntp_server);
	(void)test_write("client.py", ntp_client);
	exec_fixture_faults(
		"- {name: slow, ntp: {answer: offset, years: 0, by: 10s, behind: true}, nth: 2}\n- {name: kiss, ntp: {answer: kiss_of_death}, nth: 3}\n"
		"- {name: mute, ntp: {answer: silence}, nth: 4}\n");
	CU_ASSERT_EQUAL(exec_fixture_run("python3 server.py", "python3 client.py\n"), 0);
	TEST_CONTAINS(exec_fixture_output(), "'mute' ntp 1 of ");
}

static void a_lease_is_refused_short_or_not_there(void)
{
	test_needs_program("dnsmasq");
	test_needs_program("busybox");
	needs_namespaces();
	if (geteuid() != 0)
		test_skip("a DHCP server needs root here");
	(void)test_write("said.sh", "#!/bin/sh\necho \"$1 $ip $lease\" >>told\n");
	exec_fixture_faults(
		"- {name: mute, dhcp: {answer: silence}, kind: discover, nth: 1}\n- {name: no, dhcp: {answer: nak}, kind: request, nth: 1}\n"
		"- {name: brief, dhcp: {answer: short_lease, lease: 2min}, kind: request, nth: 2}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_run(
			"dnsmasq -k -C /dev/null --no-resolv --no-hosts --port=0 --pid-file= -u root --dhcp-range=192.0.2.150,192.0.2.160,1h "
			"--dhcp-leasefile=$PWD/leases --dhcp-authoritative",
			"chmod +x said.sh\nbusybox udhcpc -f -q -t 6 -T 1 -i $(sed -n 's/^ *\\([a-z0-9]*\\):.*/\\1/p' /proc/net/dev | grep -v lo) -s $PWD/said.sh -n\ncat told\n"),
		0);
	TEST_FILE_CONTAINS("told", "nak");
	TEST_FILE_CONTAINS("told", "bound 192.0.2.15");
	TEST_FILE_CONTAINS("told", " 120");
	TEST_CONTAINS(exec_fixture_output(), "'mute' dhcp 1 of ");
}

const CU_TestInfo tests_live_services_udp[] = {
	{"DNS lies", dns_lies},
	{"a silent or failing DNS server is asked again", a_silent_or_failing_dns_server_is_asked_again},
	{"a clock is wrong", a_clock_is_wrong},
	{"a lease is refused, short or not there", a_lease_is_refused_short_or_not_there},
	CU_TEST_INFO_NULL,
};

/* -- what can be had and what not -- */

static void what_needs_a_key_is_refused_by_name(void)
{
	exec_fixture_faults("- {name: old, tls_certificate: {kind: expired}}\n");
	CU_ASSERT_EQUAL(exec_fixture_run("true", "true\n"), 2);
	TEST_CONTAINS(exec_fixture_output(), "the fault 'old' cannot be used in front of a real server: 'tls_certificate'");
	TEST_CONTAINS(exec_fixture_output(), "give the server such a certificate");
	exec_fixture_faults("- {name: moved, dhcp: {answer: other_address}}\n");
	CU_ASSERT_EQUAL(exec_fixture_run("true", "true\n"), 2);
	TEST_CONTAINS(exec_fixture_output(), "'moved'");
	exec_fixture_faults("- {name: busy, http_status: {code: 503}}\n");
	char said[4096];
	CU_ASSERT_EQUAL(test_shell(said, sizeof said, "cd %s && %s exec s.yaml --web-ports 80,x --server true -- true", test_folder(),
	                           test_program()),
	                2);
	TEST_CONTAINS(said, "--web-ports: invalid ports '80,x'");
}

/*
 * docs/live.md has a row for every fault of the services, and says of each what relay_refusal()
 * does.
 */
static void every_fault_of_a_service_has_its_row(void)
{
	char *page = test_read("docs/live.md"), wanted[128];
	const struct action *action;

	CU_ASSERT_PTR_NOT_NULL_FATAL(page);
	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		if (action_layer(action) != LAYER_SERVER)
			continue;
		(void)snprintf(wanted, sizeof wanted, "\n| `%s` | ", action->name);
		const char *row = strstr(page, wanted);
		if (row == NULL)
			printf("    docs/live.md has no row for %s\n", action->name);
		CU_ASSERT_PTR_NOT_NULL(row);
		if (row == NULL)
			continue;
		const struct fault fault = {.action = action};
		const bool is_refused = strncmp(row + strlen(wanted), "no", 2) == 0;
		CU_ASSERT_EQUAL(is_refused, relay_refusal(&fault) != NULL);
	}
	free(page);
}

const CU_TestInfo tests_live_services_told[] = {
	{"what needs a key is refused by name", what_needs_a_key_is_refused_by_name},
	{"every fault of a service has its row", every_fault_of_a_service_has_its_row},
	CU_TEST_INFO_NULL,
};
