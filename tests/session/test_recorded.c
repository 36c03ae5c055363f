/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recorded sessions, played again by the emulated device against the far end. The recordings are
 * captures of earlier sessions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_recorded[];

#define OUTPUT_MAX 16384

static char output[OUTPUT_MAX];

static void stutter(int status, const char *words)
{
	test_expect_status(output, session_fixture_run(output, sizeof output, "%s", words), status);
}

static void record(const char *scenario)
{
	session_fixture_needs("player.cpio");
	session_fixture_scenario(output, sizeof output, 200000, scenario, "--history none", 0);
}

#define SMALL "name: s\nimage: image.bin\ndeadline: 5min\n"

static void what_a_device_did_is_played_the_same_twice(void)
{
	char *trace;

	record(SMALL "expect: {verdict: pass}\n");
	stutter(0, "import r/s/seed-1/device.pcapng -o session.yaml");
	TEST_CONTAINS(output, "steps of the device 192.0.2.100: 1 dhcp, ");
	(void)test_write("play.yaml", "name: play\nsession: session.yaml\ndeadline: 5min\nexpect: {verdict: pass}\n");
	stutter(0, "run play.yaml --twice --history none --out p");
	TEST_CONTAINS(output, "the same twice");
	trace = test_read_own("p/play/seed-1/trace.txt");
	TEST_CONTAINS(trace, "the recorded session was played: 4 conversations, 4 of them to their end\n");
	TEST_CONTAINS(trace, "] device  phase session ok\n");
	CU_ASSERT_PTR_NULL(strstr(trace, "differs"));
	free(trace);
	/* And what it leaves is the same session again, but for its times. */
	stutter(0, "import p/play/seed-1/device.pcapng -o again.yaml");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "cd %s && for f in session again; do grep -o 'text: .*\\|stored: .*\\|close: .*' $f.yaml >$f.said; done && "
	                   "cmp session.said again.said && cmp session.yaml.data again.yaml.data",
	                   test_folder()),
		0);
}

static void a_session_over_tls_has_its_records_played(void)
{
	session_fixture_needs("player.cpio");
	(void)test_write(
		"tls.yaml",
		"session: 1\nsteps:\n"
		"  - dns: {name: core.example, address: 203.0.113.77, takes: 1ms}\n"
		"  - tcp:\n      follows: 1\n      wait: 1ms\n      name: core.example\n      address: 203.0.113.77\n      port: 443\n"
		"      tls: true\n      turns:\n"
		"        - {from: device, after: 2ms, bytes: 517, records: 'client_hello 517'}\n"
		"        - {from: server, after: 20ms, bytes: 3000, records: 'server_hello 127, appdata 2873'}\n"
		"        - {from: device, after: 5ms, bytes: 90, records: 'change_cipher_spec 6, appdata 84'}\n"
		"        - {from: server, after: 1ms, bytes: 20000, records: 'appdata 4000 x5'}\n"
		"        - {from: device, close: fin}\n        - {from: server, close: fin}\n"
		/* Somebody listens at these ports. */
		"  - tcp: {follows: 2, takes: 1s, address: 203.0.113.77, port: 443, opening: unanswered}\n"
		"  - tcp: {follows: 3, address: 203.0.113.77, port: 443, opening: refused}\n"
		/* And what is not known of a turn. */
		"  - tcp:\n      follows: 4\n      address: 203.0.113.78\n      port: 80\n      turns:\n"
		"        - {from: device, bytes: 20000, text: abc}\n        - {from: server, text: thanks}\n");
	(void)test_write("play.yaml",
	                 "name: play\nsession: tls.yaml\ndeadline: 2min\nfaults:\n"
	                 "  - {name: hello, at: 'tls.server_hello[443/1]#1', drop: true}\nexpect: {verdict: pass, acted: [hello]}\n");
	stutter(0, "run play.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "dns     A core.example -> 203.0.113.77\n");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", " tls.server_hello[443/1]#1 203.0.113.77:443 > ");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "step 2 is complete");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "step 3 is not answered, as it was");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "step 5 is complete");
	TEST_FILE_CONTAINS("p/play/seed-1/addresses.txt", "tls.client_hello[443/1]#1");
}

static void where_the_servers_end_early_is_told_and_the_rest_goes_on(void)
{
	session_fixture_needs("player.cpio");
	(void)test_write("two.yaml",
	                 "session: 1\nsteps:\n"
	                 "  - tcp:\n      address: 203.0.113.77\n      port: 80\n      turns:\n"
	                 "        - {from: device, text: one}\n        - {from: server, after: 10ms, bytes: 5000}\n"
	                 "        - {from: server, close: fin}\n        - {from: device, close: fin}\n"
	                 "  - tcp:\n      follows: 1\n      wait: 1s\n      address: 203.0.113.78\n      port: 81\n      turns:\n"
	                 "        - {from: device, text: two}\n        - {from: server, text: three}\n");
	(void)test_write("play.yaml", "name: play\nsession: two.yaml\ndeadline: 2min\nfaults:\n"
	                              "  - {name: reset, at: 'tcp.data[80/1]#2', direction: to-device, forge: {what: rst, to: both}}\n"
	                              "expect: {verdict: fail, phase: session}\n");
	stutter(0, "run play.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "step 1 turn 2 differs: the server ends after");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "step 2 is complete");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt",
	                   "session fail: session: 1 difference, the first in step 1, turn 2: the server ends after");
}

static void another_client_may_say_it_in_other_words(void)
{
	session_fixture_needs("clients.cpio");
	(void)test_write(
		"words.yaml",
		"session: 1\nsteps:\n"
		"  - dns: {name: update.stutter.test, address: 192.0.2.1}\n"
		"  - tcp:\n      follows: 1\n      address: 192.0.2.1\n      port: 80\n      turns:\n"
		"        - {from: device, text: \"GET /update/manifest.json HTTP/1.0\\r\\nUser-Agent: a-very-long-name-that-nobody-else-"
		"has-1234567890-1234567890-1234567890-1234567890-1234567890\\r\\n\\r\\n\"}\n"
		"        - {from: server, text: \"HTTP/1.0 404 Not Found\\r\\n\\r\\n\"}\n        - {from: server, close: fin}\n");
	(void)test_write("play.yaml", "name: play\nsession: words.yaml\ndevice: curl\ndeadline: 2min\nexpect: {verdict: fail}\n");
	stutter(0, "run play.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "replay  step 2, turn 1: the device says something else from byte ");
	TEST_FILE_CONTAINS("p/play/seed-1/trace.txt", "exit status 22");
}

static void what_was_lost_becomes_a_scenario_that_loses_it_again(void)
{
	record(SMALL
	       "faults:\n  - {name: lost, at: 'tcp.syn[80/2]#1', drop: true}\n  - {name: data, at: 'tcp.data[80/3]#20', direction: to-device, drop: true}\n"
	       "expect: {verdict: pass}\n");
	stutter(0, "import r/s/seed-1/device.pcapng --vantage device -o session.yaml --faults plan.yaml");
	TEST_FILE_CONTAINS("plan.yaml", "    at: tcp.syn[80/2]#1\n    direction: to-server\n    drop: true\n");
	TEST_FILE_CONTAINS("plan.yaml", "    at: tcp.data[80/3]#20\n    direction: to-device\n    drop: true\n");
	stutter(0, "run plan.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/recorded-device/seed-1/trace.txt", " tcp.syn[80/2]#1 ");
	TEST_FILE_CONTAINS("p/recorded-device/seed-1/trace.txt", "'lost 1' drop -> dropped");
	TEST_FILE_CONTAINS("p/recorded-device/seed-1/trace.txt", "'lost 2' drop -> dropped");
	TEST_FILE_CONTAINS("p/recorded-device/seed-1/trace.txt", "the recorded session was played");
	/*
	 * The servers' side has seen no SYN that was lost in front of it, and so nothing is said of
	 * it.
	 */
	stutter(0, "import r/s/seed-1/server.pcapng --vantage server -o far.yaml --faults far-plan.yaml");
	char *plan = test_read_own("far-plan.yaml");
	CU_ASSERT_PTR_NULL(strstr(plan, "tcp.syn["));
	TEST_CONTAINS(plan, "tcp.data[80/3]#20");
	free(plan);
}

static void a_frozen_plan_plays_its_session_again(void)
{
	record(SMALL "expect: {verdict: pass}\n");
	stutter(0, "import r/s/seed-1/device.pcapng -o session.yaml");
	(void)test_write("play.yaml",
	                 "name: play\nsession: session.yaml\ndeadline: 5min\nfaults:\n  - {name: bad, drop: true, probability: 5%}\n"
	                 "expect: {verdict: any}\n");
	(void)session_fixture_run(output, sizeof output, "run play.yaml --history none --out p");
	TEST_FILE_CONTAINS("p/play/seed-1/plan.yaml", "\nsession: \"/");
	stutter(0, "replay p/play/seed-1/plan.yaml --out q");
}

const CU_TestInfo tests_recorded[] = {
	{"what a device did is played, the same twice", what_a_device_did_is_played_the_same_twice},
	{"a session over TLS has its records played", a_session_over_tls_has_its_records_played},
	{"where the servers end early is told and the rest goes on", where_the_servers_end_early_is_told_and_the_rest_goes_on},
	{"another client may say it in other words", another_client_may_say_it_in_other_words},
	{"what was lost becomes a scenario that loses it again", what_was_lost_becomes_a_scenario_that_loses_it_again},
	{"a frozen plan plays its session again", a_frozen_plan_plays_its_session_again},
	CU_TEST_INFO_NULL,
};
