/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter exec` with real programs at both ends, in namespaces that the program creates: a server
 * of the user's, which is nginx, and curl as the client.
 */
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/live/exec_fixture.h"
#include "tests/live/needs.h"
#include "tests/live/nobody.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_exec[];

static char output[16384];

static char *root(void)
{
	static char path[PATH_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(path, sizeof path));
	return path;
}

static void fetch_through(const char *file, const char *trace)
{
	const char *nginx = exec_fixture_web_server();
	char trace_file[128];

	CU_ASSERT_EQUAL(
		exec_fixture_exec(
			"%s/scenarios/%s --server '%s' --out out -- sh -c 'curl -sSf -o got.bin http://server/body.bin && curl -sSf "
			"-o again.bin http://198.51.100.7/body.bin'",
			root(), file, nginx),
		0);
	TEST_CONTAINS(exec_fixture_output(), "the command ended with status 0");
	TEST_CONTAINS(exec_fixture_output(), "skew p50 ");
	exec_fixture_same("got.bin", "body.bin", 0);
	exec_fixture_same("again.bin", "body.bin", 0);
	(void)snprintf(trace_file, sizeof trace_file, "out/trace.txt");
	TEST_FILE_CONTAINS(trace_file, trace);
	TEST_FILE_CONTAINS("out/plan.yaml", "faults:");
	TEST_FILE_CONTAINS("out/verdict.json", "\"verdict\": \"pass\"");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "cd %s/out && test -s device.pcapng && test -s server.pcapng && test -e server.log", test_folder()),
	                0);
}

static void a_lost_syn_is_sent_again(void)
{
	fetch_through("fault/match-address.yaml", "'second SYN' drop -> dropped");
}

static void frames_that_come_twice_do_no_harm(void)
{
	fetch_through("fault/duplicate.yaml", "'twice' duplicate ");
}

/* mender#1821: from the 300th segment of a connection on nothing comes any more. */
static void a_download_is_resumed_after_silence(void)
{
	const char *nginx = exec_fixture_web_server();

	CU_ASSERT_EQUAL(exec_fixture_exec("%s/scenarios/fault/preset-mender-1821.yaml --server '%s' -- sh -c 'curl -sS -m 2 -o got.bin "
	                                  "http://server/body.bin; test $? = 28 && curl -sSf -C - -o got.bin http://server/body.bin'",
	                                  root(), nginx),
	                0);
	exec_fixture_same("got.bin", "body.bin", 0);
}

/* ostree#1349: packets beyond the path MTU are lost without an ICMP error. */
static void a_black_hole_takes_long_segments(void)
{
	const char *nginx = exec_fixture_web_server();

	CU_ASSERT_EQUAL(
		exec_fixture_exec("%s/scenarios/field/ostree-1349.yaml --server '%s' -- curl -sS -m 2 -o got.bin http://server/body.bin",
	                          root(), nginx),
		28);
	TEST_CONTAINS(exec_fixture_output(), "' mtu ");
}

/*
 * Both ends of the connection are reset in the middle of the body; the client goes on from where it
 * was.
 */
static void a_download_is_resumed_after_a_reset(void)
{
	const char *nginx = exec_fixture_web_server();

	const char *scenario = exec_fixture_scenario(
		"faults:\n- {name: torn, at: 'tcp.data[http/1]#100', direction: to-device, forge: {what: rst, to: both, drop: true}}\n"
		"expect: {verdict: pass, acted: [torn]}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_exec(
			"%s --server '%s' --expect -- sh -c 'curl -sS -o got.bin http://server/body.bin; s=$?; test $s = 56 && curl "
			"-sSf -C - -o got.bin http://server/body.bin'",
			scenario, nginx),
		0);
	TEST_CONTAINS(exec_fixture_output(), "(as expected)");
	TEST_CONTAINS(exec_fixture_output(), "'torn' forge 1 of 1");
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void a_download_survives_loss(void)
{
	const char *nginx = exec_fixture_web_server();

	const char *scenario = exec_fixture_scenario("faults:\n- {name: loss, direction: to-device, loss: {percent: 3%}}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server '%s' -- curl -sSf -o got.bin http://server/body.bin", scenario, nginx), 0);
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void anybody_can_run_it(void)
{
	if (geteuid() == 0 && access(test_program(), X_OK) != 0)
		test_skip("%s cannot be run", test_program());
	nobody_be();
	if (access(test_program(), X_OK) != 0)
		test_skip("%s cannot be run by nobody", test_program());
	const char *nginx = exec_fixture_web_server();
	const char *scenario = exec_fixture_scenario("faults:\n- {name: lost, at: tcp.syn#1, drop: true}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server '%s' --out out -- sh -c 'id -u; curl -sSf -o got.bin http://server/body.bin'",
	                                  scenario, nginx),
	                0);
	TEST_CONTAINS(exec_fixture_output(), "65534\n");
	TEST_CONTAINS(exec_fixture_output(), "'lost' drop 1 of 1");
	exec_fixture_same("got.bin", "body.bin", 0);
	TEST_FILE_CONTAINS("out/trace.txt", "'lost' drop -> dropped");
}

static void names_are_those_of_the_users_dns_server(void)
{
	const char *nginx = exec_fixture_web_server();

	test_needs_program("dnsmasq");
	const char *scenario = exec_fixture_scenario("faults:\n- {name: no name, at: dns.query#1, drop: true}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_exec(
			"%s --server 'dnsmasq -k -C /dev/null --no-resolv --no-hosts --pid-file= -u root --address=/example.org/203.0.113.5 & "
			"exec %s' -- curl -sSf --retry 5 --retry-connrefused -o got.bin http://updates.example.org/body.bin",
			scenario, nginx),
		0);
	TEST_CONTAINS(exec_fixture_output(), "'no name' drop 1 of 1");
	exec_fixture_same("got.bin", "body.bin", 0);
}

static void status_and_streams_are_the_commands(void)
{
	needs_namespaces();
	const char *scenario = exec_fixture_scenario("faults: []\n");
	(void)test_write("in.txt", "hello\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --quiet -- sh -c 'read line; echo \"got $line\"; echo err >&2; exit 7' <in.txt", scenario),
	                7);
	TEST_SAME_TEXT(exec_fixture_output(), "got hello\nerr\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- sh -c 'kill -KILL $$'", scenario), 128 + SIGKILL);
	TEST_CONTAINS(exec_fixture_output(), "signal 9");
}

const CU_TestInfo tests_live_exec[] = {
	{"a lost SYN is sent again", a_lost_syn_is_sent_again},
	{"frames that come twice do no harm", frames_that_come_twice_do_no_harm},
	{"a download is resumed after silence", a_download_is_resumed_after_silence},
	{"a black hole takes long segments", a_black_hole_takes_long_segments},
	{"a download is resumed after a reset", a_download_is_resumed_after_a_reset},
	{"a download survives loss", a_download_survives_loss},
	{"anybody can run it", anybody_can_run_it},
	{"names are those of the user's DNS server", names_are_those_of_the_users_dns_server},
	{"status and streams are the command's", status_and_streams_are_the_commands},
	CU_TEST_INFO_NULL,
};
