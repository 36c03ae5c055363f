/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One plan in virtual time and in wall time: scenarios of the emulator around curl and nginx, and a
 * session that tcpdump recorded behind such faults, replayed in the emulator with and without its
 * losses.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/live/needs.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_same[];

static char output[32768], root[PATH_MAX];

static void need_network(void)
{
	needs_namespaces();
	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(root, sizeof root));
}

static void shell(int expected, const char *script)
{
	(void)test_write("script.sh", script);
	int status = test_shell(output, sizeof output, "cd %s && root=%s stutter=%s PATH=$PATH:/usr/sbin timeout 200 sh script.sh",
	                        test_folder(), root, test_program());
	test_expect_status(output, status, expected);
}

/* -- scenarios around curl and nginx -- */

static void make_nginx(void)
{
	test_needs_program("nginx");
	test_needs_program("curl");
	test_needs_program("openssl");
	need_network();
	shell(0,
	      "mkdir www && head -c 600000 /dev/urandom >www/body && echo small >www/small\n"
	      "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=server >openssl.log 2>&1 || exit 1\n"
	      "user=; [ $(id -u) != 0 ] || user='user root;'\n"
	      "cat >nginx.conf <<END\n"
	      "daemon off; worker_processes 1; pid $PWD/nginx.pid; error_log stderr; $user\n"
	      "events { worker_connections 32; }\n"
	      "http { access_log off; client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;\n"
	      "server { listen 80; listen 443 ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem; root $PWD/www; } }\n"
	      "END\n");
}

#define EXEC "$stutter exec --skew-limit 0s --out out --server \"nginx -e stderr -p $PWD -c $PWD/nginx.conf\" "

static void losses_are_overcome(void)
{
	make_nginx();
	shell(0, EXEC "--expect $root/scenarios/fault/loss.yaml -- curl -sS -o got http://server/body && cmp got www/body");
	TEST_FILE_CONTAINS("out/trace.txt", "'loss' drop -> dropped");
	TEST_FILE_CONTAINS("out/verdict.json", "\"verdict\": \"pass\"");
}

static void an_outage_is_waited_out(void)
{
	make_nginx();
	shell(0, EXEC "--expect $root/scenarios/fault/outage.yaml -- curl -sS -o got http://server/body && cmp got www/body");
	TEST_FILE_CONTAINS("out/trace.txt", "tcp.data[80/1]#");
	TEST_FILE_CONTAINS("out/trace.txt", "'silence' outage 5 s -> dropped");
}

/*
 * The sixth connection over TLS falls silent in its download, and the client gives up, as in the
 * field.
 */
static void a_failure_of_the_field_is_one_of_curl_with_nginx(void)
{
	make_nginx();
	shell(28, EXEC
	      "$root/scenarios/field/ostree-2383.yaml -- sh -c 'for i in 1 2 3 4 5; do curl -ksS -o small https://server/small || exit 1; done; "
	      "curl -ksS --speed-limit 1000 --speed-time 3 -o got https://server/body'");
	TEST_CONTAINS(output, "Operation too slow");
	TEST_FILE_CONTAINS("out/trace.txt", "tcp.data[443/6]#20 ");
	TEST_FILE_CONTAINS("out/trace.txt", "'gone' outage 17 min -> dropped");
	TEST_FILE_CONTAINS("out/plan.yaml", "{at: \"tcp.data[443/6]#20\", direction: to-device, ");
}

/* -- a recorded session in the emulator -- */

#define LOSSES \
	"faults:\n- {name: syn, at: 'tcp.syn[80/1]#1', drop: true}\n- {name: data, at: 'tcp.data[80/2]#9', direction: to-device, drop: true}\n" \
	"expect: {acted: [syn, data]}\n"

/*
 * Two downloads behind the faults of s.yaml, with tcpdump beside the client; and what
 * `stutter import` makes of it.
 */
static void record(const char *faults)
{
	char scenario[1024];

	session_fixture_needs("player.cpio");
	test_needs_program("tcpdump");
	test_needs_program("busybox");
	test_needs_program("curl");
	need_network();
	if (geteuid() != 0)
		test_skip("tcpdump beside the client needs root");
	(void)snprintf(scenario, sizeof scenario, "name: s\n%s", faults);
	(void)test_write("s.yaml", scenario);
	(void)test_write(
		"client.sh",
		"tcpdump -Z root -U --immediate-mode -B 65536 -i stutter0 -w a.pcap 2>tcpdump.log & pid=$!\n"
		"tries=0; until grep -q 'listening on' tcpdump.log || [ $tries -gt 100 ]; do sleep 0.1; tries=$((tries + 1)); done\n"
		"curl -sS -o one http://server/small && curl -sS -o two http://server/body && cmp two www/body; status=$?\n"
		"sleep 1; kill -INT $pid; wait $pid; exit $status\n");
	shell(0,
	      "mkdir www && head -c 60000 /dev/urandom >www/body && echo small >www/small\n"
	      "$stutter exec s.yaml --expect --skew-limit 0s --server 'busybox httpd -f -p 80 -h www' --out out -- sh client.sh || exit 1\n"
	      "$stutter import a.pcap --vantage device -o session.yaml --faults plan.yaml\n");
	TEST_CONTAINS(output, "steps of the device 192.0.2.100: 2 tcp\n");
	(void)test_write("play.yaml", "name: play\nsession: session.yaml\ndeadline: 5min\nexpect: {verdict: pass}\n");
}

#define PLAYED "the recorded session was played: 2 conversations, 2 of them to their end\n"

static void a_session_without_losses_has_none_in_the_emulator(void)
{
	record("");
	TEST_FILE_CONTAINS("plan.yaml", "faults: []\n");
	shell(0, "$stutter run plan.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/recorded-a/seed-1/trace.txt", PLAYED);
	TEST_FILE_CONTAINS("p/recorded-a/seed-1/verdict.json", "\"verdict\": \"pass\"");
}

static void what_was_lost_is_lost_again_in_the_emulator(void)
{
	record(LOSSES);
	TEST_FILE_CONTAINS("plan.yaml", "    at: tcp.syn[80/1]#1\n    direction: to-server\n    drop: true\n");
	TEST_FILE_CONTAINS("plan.yaml", "    at: tcp.data[80/2]#9\n    direction: to-device\n    drop: true\n");
	shell(0, "$stutter run plan.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/recorded-a/seed-1/trace.txt", " tcp.syn[80/1]#1 192.0.2.100:");
	TEST_FILE_CONTAINS("p/recorded-a/seed-1/trace.txt", "'lost 1' drop -> dropped\n");
	TEST_FILE_CONTAINS("p/recorded-a/seed-1/trace.txt", "'lost 2' drop -> dropped\n");
	TEST_FILE_CONTAINS("p/recorded-a/seed-1/trace.txt", PLAYED);
	/* In both times, as many segments were lost, and those. */
	shell(0, "for f in out/trace.txt p/recorded-a/seed-1/trace.txt; do\n"
	         "  grep -- '-> dropped' $f | sed -E 's/.* (tcp[^ ]*) .*/\\1/' >$(echo $f | tr / -); done\n"
	         "cat out-trace.txt; cmp out-trace.txt p-recorded-a-seed-1-trace.txt");
	TEST_SAME_TEXT(output, "tcp.syn[80/1]#1\ntcp.data[80/2]#9\n");
}

/* The session alone has what was said, and nothing of what was lost. */
static void without_its_faults_the_session_passes_unharmed(void)
{
	record(LOSSES);
	shell(0, "$stutter run play.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", PLAYED);
	char *trace = test_read_own("p/play/seed-1/trace.txt");
	CU_ASSERT_PTR_NULL(strstr(trace, "dropped"));
	CU_ASSERT_PTR_NULL(strstr(trace, "differs"));
	free(trace);
}

const CU_TestInfo tests_live_same[] = {
	{"losses are overcome", losses_are_overcome},
	{"an outage is waited out", an_outage_is_waited_out},
	{"a failure of the field is one of curl with nginx", a_failure_of_the_field_is_one_of_curl_with_nginx},
	{"a session without losses has none in the emulator", a_session_without_losses_has_none_in_the_emulator},
	{"what was lost is lost again in the emulator", what_was_lost_is_lost_again_in_the_emulator},
	{"without its faults the session passes unharmed", without_its_faults_the_session_passes_unharmed},
	CU_TEST_INFO_NULL,
};
