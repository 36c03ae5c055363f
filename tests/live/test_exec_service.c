/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `stutter exec` with the emulator's update service as the server, and curl as the client. */
#include <stdio.h>

#include "tests/live/exec_fixture.h"
#include "tests/live/needs.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_exec_service[];

static char output[16384];

static void our_service_answers_curl(void)
{
	test_needs_program("curl");
	needs_namespaces();
	const char *scenario = exec_fixture_scenario(
		"server: {os_size: 64KiB, app_size: 16KiB}\nfaults:\n- {name: lost, at: 'tcp.syn[443/1]#1', drop: true}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_exec(
			"%s --out out -- sh -c 'curl -sSf http://connect2.stutter.test/connecttest.txt && curl -sSf --cacert $STUTTER_TRUST "
			"--cert $STUTTER_CERTIFICATE --key $STUTTER_KEY \"https://auth.stutter.test/v1/nonce?device=board-0001\" && curl "
			"-sSf --cacert $STUTTER_TRUST -o os.bin https://images.stutter.test/images/os-22.02.bin && wc -c <os.bin'",
			scenario),
		0);
	TEST_CONTAINS(exec_fixture_output(), "Stutter Connect Test");
	TEST_CONTAINS(exec_fixture_output(), "{\"nonce\": \"");
	TEST_CONTAINS(exec_fixture_output(), "65536\n");
	TEST_CONTAINS(exec_fixture_output(), "'lost' drop 1 of 1");
	TEST_FILE_CONTAINS("out/trace.txt", "GET /images/os-22.02.bin -> 200");
}

static void its_faults_act(void)
{
	test_needs_program("curl");
	needs_namespaces();
	const char *scenario = exec_fixture_scenario("faults:\n- {name: busy, http_status: {code: 503}, path: /connecttest.txt, nth: 2}\n"
	                                             "expect: {verdict: fail, acted: [busy], reason: 'status 22'}\n");
	CU_ASSERT_EQUAL(
		exec_fixture_exec(
			"%s --out out -- sh -c 'for i in 1 2; do curl -sSf http://connect.stutter.test/connecttest.txt || exit; done'",
			scenario),
		22);
	TEST_CONTAINS(exec_fixture_output(), "503");
	TEST_CONTAINS(exec_fixture_output(), "'busy' http_status 1 of 2");
	TEST_FILE_CONTAINS("out/trace.txt", "fault   srv.http#2: 'busy' http_status");
	TEST_FILE_CONTAINS("out/plan.yaml", "srv.http#2");
	TEST_FILE_CONTAINS("out/addresses.txt", "\nserver    srv.http#1..2\n");
	TEST_FILE_CONTAINS("out/verdict.json", "\"verdict\": \"fail\"");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "grep last_stretch %s/out/verdict.json", test_folder()), 1);
	CU_ASSERT_EQUAL(
		exec_fixture_exec(
			"%s --expect -- sh -c 'for i in 1 2; do curl -sSf http://connect.stutter.test/connecttest.txt || exit; done'",
			scenario),
		0);
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --expect -- curl -sSf http://connect.stutter.test/connecttest.txt", scenario), 1);
	TEST_CONTAINS(exec_fixture_output(), "fail was expected");
}

static void dns_lies_and_tls_stalls(void)
{
	test_needs_program("curl");
	needs_namespaces();
	const char *scenario = exec_fixture_scenario(
		"faults:\n- {name: lie, dns: {answer: nxdomain}, host: 'core*'}\n- {name: stall, tls_stall: {at: server_hello}, host: 'auth*'}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- curl -sS https://core.stutter.test/", scenario), 6);
	TEST_CONTAINS(exec_fixture_output(), "'lie' dns ");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- curl -sS -m 1 https://auth.stutter.test/", scenario), 28);
	TEST_CONTAINS(exec_fixture_output(), "'stall' tls_stall 1 of 1");
}

static void what_only_our_service_can_do_is_refused_with_another(void)
{
	const char *scenario = exec_fixture_scenario("faults:\n- {name: old, tls_certificate: {kind: expired}}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server true -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "'old'");
	TEST_CONTAINS(exec_fixture_output(), "give the server such a certificate");
	scenario = exec_fixture_scenario("faults:\n- {name: pulled, carrier: {for: 1s}}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "'pulled'");
}

static void many_seeds_make_an_interval(void)
{
	test_needs_program("curl");
	needs_namespaces();
	const char *scenario = exec_fixture_scenario(
		"faults:\n- {name: maybe, at: tcp.syn#1, probability: 50%, forge: {what: rst, to: sender, drop: true}}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --seeds 1..6 --out out -- curl -sSf http://connect.stutter.test/connecttest.txt", scenario),
	                1);
	TEST_CONTAINS(exec_fixture_output(), "test, seed 6: ");
	TEST_CONTAINS(exec_fixture_output(), " of 6 ended well: ");
	TEST_CONTAINS(exec_fixture_output(), "95 % interval");
	TEST_CONTAINS(exec_fixture_output(), " of 6 ended with status 7: ");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s/out && test -s seed-1/plan.yaml && test -s seed-6/trace.txt", test_folder()), 0);
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --repeat 2 -- true", scenario), 0);
	TEST_CONTAINS(exec_fixture_output(), "2 of 2 ended well");
}

const CU_TestInfo tests_live_exec_service[] = {
	{"our service answers curl", our_service_answers_curl},
	{"its faults act", its_faults_act},
	{"DNS lies and TLS stalls", dns_lies_and_tls_stalls},
	{"what only our service can do is refused with another", what_only_our_service_can_do_is_refused_with_another},
	{"many seeds make an interval", many_seeds_make_an_interval},
	CU_TEST_INFO_NULL,
};
