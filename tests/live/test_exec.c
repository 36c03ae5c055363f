/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter exec` with real programs at both ends: nginx and the emulator's update service as
 * servers, curl as the client, in namespaces that the program creates.
 */
#include <fcntl.h>
#include <limits.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/live/listening.h"
#include "tests/live/exec_fixture.h"
#include "tests/live/needs.h"
#include "tests/live/nobody.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_exec[], tests_live_exec_service[], tests_live_exec_end[];

#define BODY_BYTES 800000

static char output[16384], scenario[PATH_MAX];

/* -- what there is -- */

/* A scenario of the test's own. @param rest Behind the name and the device. */
static const char *write_scenario(const char *rest)
{
	char text[2048];

	(void)snprintf(text, sizeof text, "name: test\nsummary: of a test\ndevice: reference\n%s", rest);
	(void)snprintf(scenario, sizeof scenario, "%s", test_write("s.yaml", text));
	return scenario;
}

/*
 * Runs `stutter exec`; how late frames are on a machine under load proves nothing here. @return its
 * exit status; what it and the command print is in `output`.
 */
__attribute__((format(printf, 1, 2))) static int exec_with(const char *format, ...)
{
	char words[4096];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	return test_shell(output, sizeof output, "cd %s && PATH=$PATH:/usr/sbin timeout 100 %s exec --skew-limit 0s %s", test_folder(),
	                  test_program(), words);
}

/* A web server with one file of BODY_BYTES bytes. @return the command that starts it. */
static const char *write_nginx(void)
{
	test_needs_program("curl");
	exec_fixture_file("body.bin", BODY_BYTES);
	return exec_fixture_nginx();
}

static void expect_whole(const char *name)
{
	char words[PATH_MAX];

	(void)snprintf(words, sizeof words, "cmp %s/body.bin %s/%s", test_folder(), test_folder(), name);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", words), 0);
}

static char *root(void)
{
	static char path[PATH_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(getcwd(path, sizeof path));
	return path;
}

/* -- a server of the user's -- */

static void fetch_through(const char *file, const char *trace)
{
	const char *nginx = write_nginx();
	char trace_file[128];

	CU_ASSERT_EQUAL(
		exec_with("%s/scenarios/%s --server '%s' --out out -- sh -c 'curl -sSf -o got.bin http://server/body.bin && curl -sSf "
	                  "-o again.bin http://198.51.100.7/body.bin'",
	                  root(), file, nginx),
		0);
	TEST_CONTAINS(output, "the command ended with status 0");
	TEST_CONTAINS(output, "skew p50 ");
	expect_whole("got.bin");
	expect_whole("again.bin");
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
	const char *nginx = write_nginx();

	CU_ASSERT_EQUAL(exec_with("%s/scenarios/fault/preset-mender-1821.yaml --server '%s' -- sh -c 'curl -sS -m 2 -o got.bin "
	                          "http://server/body.bin; test $? = 28 && curl -sSf -C - -o got.bin http://server/body.bin'",
	                          root(), nginx),
	                0);
	expect_whole("got.bin");
}

/* ostree#1349: packets beyond the path MTU are lost without an ICMP error. */
static void a_black_hole_takes_long_segments(void)
{
	const char *nginx = write_nginx();

	CU_ASSERT_EQUAL(exec_with("%s/scenarios/field/ostree-1349.yaml --server '%s' -- curl -sS -m 2 -o got.bin http://server/body.bin",
	                          root(), nginx),
	                28);
	TEST_CONTAINS(output, "' mtu ");
}

/*
 * Both ends of the connection are reset in the middle of the body; the client goes on from where it
 * was.
 */
static void a_download_is_resumed_after_a_reset(void)
{
	const char *nginx = write_nginx();

	write_scenario(
		"faults:\n- {name: torn, at: 'tcp.data[http/1]#100', direction: to-device, forge: {what: rst, to: both, drop: true}}\n"
		"expect: {verdict: pass, acted: [torn]}\n");
	CU_ASSERT_EQUAL(
		exec_with("%s --server '%s' --expect -- sh -c 'curl -sS -o got.bin http://server/body.bin; s=$?; test $s = 56 && curl "
	                  "-sSf -C - -o got.bin http://server/body.bin'",
	                  scenario, nginx),
		0);
	TEST_CONTAINS(output, "(as expected)");
	TEST_CONTAINS(output, "'torn' forge 1 of 1");
	expect_whole("got.bin");
}

static void a_download_survives_loss(void)
{
	const char *nginx = write_nginx();

	write_scenario("faults:\n- {name: loss, direction: to-device, loss: {percent: 3%}}\n");
	CU_ASSERT_EQUAL(exec_with("%s --server '%s' -- curl -sSf -o got.bin http://server/body.bin", scenario, nginx), 0);
	expect_whole("got.bin");
}

static void anybody_can_run_it(void)
{
	if (geteuid() == 0 && access(test_program(), X_OK) != 0)
		test_skip("%s cannot be run", test_program());
	nobody_be();
	if (access(test_program(), X_OK) != 0)
		test_skip("%s cannot be run by nobody", test_program());
	const char *nginx = write_nginx();
	write_scenario("faults:\n- {name: lost, at: tcp.syn#1, drop: true}\n");
	CU_ASSERT_EQUAL(
		exec_with("%s --server '%s' --out out -- sh -c 'id -u; curl -sSf -o got.bin http://server/body.bin'", scenario, nginx), 0);
	TEST_CONTAINS(output, "65534\n");
	TEST_CONTAINS(output, "'lost' drop 1 of 1");
	expect_whole("got.bin");
	TEST_FILE_CONTAINS("out/trace.txt", "'lost' drop -> dropped");
}

static void names_are_those_of_the_users_dns_server(void)
{
	const char *nginx = write_nginx();

	test_needs_program("dnsmasq");
	write_scenario("faults:\n- {name: no name, at: dns.query#1, drop: true}\n");
	CU_ASSERT_EQUAL(
		exec_with(
			"%s --server 'dnsmasq -k -C /dev/null --no-resolv --no-hosts --pid-file= -u root --address=/example.org/203.0.113.5 & "
			"exec %s' -- curl -sSf --retry 5 --retry-connrefused -o got.bin http://updates.example.org/body.bin",
			scenario, nginx),
		0);
	TEST_CONTAINS(output, "'no name' drop 1 of 1");
	expect_whole("got.bin");
}

static void status_and_streams_are_the_commands(void)
{
	needs_namespaces();
	write_scenario("faults: []\n");
	(void)test_write("in.txt", "hello\n");
	CU_ASSERT_EQUAL(exec_with("%s --quiet -- sh -c 'read line; echo \"got $line\"; echo err >&2; exit 7' <in.txt", scenario), 7);
	TEST_SAME_TEXT(output, "got hello\nerr\n");
	CU_ASSERT_EQUAL(exec_with("%s -- sh -c 'kill -KILL $$'", scenario), 128 + SIGKILL);
	TEST_CONTAINS(output, "signal 9");
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

/* -- the emulator's update service -- */

static void our_service_answers_curl(void)
{
	test_needs_program("curl");
	needs_namespaces();
	write_scenario("server: {os_size: 64KiB, app_size: 16KiB}\nfaults:\n- {name: lost, at: 'tcp.syn[443/1]#1', drop: true}\n");
	CU_ASSERT_EQUAL(
		exec_with(
			"%s --out out -- sh -c 'curl -sSf http://connect2.stutter.test/connecttest.txt && curl -sSf --cacert $STUTTER_TRUST "
			"--cert $STUTTER_CERTIFICATE --key $STUTTER_KEY \"https://auth.stutter.test/v1/nonce?device=board-0001\" && curl "
			"-sSf --cacert $STUTTER_TRUST -o os.bin https://images.stutter.test/images/os-22.02.bin && wc -c <os.bin'",
			scenario),
		0);
	TEST_CONTAINS(output, "Stutter Connect Test");
	TEST_CONTAINS(output, "{\"nonce\": \"");
	TEST_CONTAINS(output, "65536\n");
	TEST_CONTAINS(output, "'lost' drop 1 of 1");
	TEST_FILE_CONTAINS("out/trace.txt", "GET /images/os-22.02.bin -> 200");
}

static void its_faults_act(void)
{
	test_needs_program("curl");
	needs_namespaces();
	write_scenario("faults:\n- {name: busy, http_status: {code: 503}, path: /connecttest.txt, nth: 2}\n"
	               "expect: {verdict: fail, acted: [busy], reason: 'status 22'}\n");
	CU_ASSERT_EQUAL(
		exec_with("%s --out out -- sh -c 'for i in 1 2; do curl -sSf http://connect.stutter.test/connecttest.txt || exit; done'",
	                  scenario),
		22);
	TEST_CONTAINS(output, "503");
	TEST_CONTAINS(output, "'busy' http_status 1 of 2");
	TEST_FILE_CONTAINS("out/trace.txt", "fault   srv.http#2: 'busy' http_status");
	TEST_FILE_CONTAINS("out/plan.yaml", "srv.http#2");
	TEST_FILE_CONTAINS("out/addresses.txt", "\nserver    srv.http#1..2\n");
	TEST_FILE_CONTAINS("out/verdict.json", "\"verdict\": \"fail\"");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "grep last_stretch %s/out/verdict.json", test_folder()), 1);
	CU_ASSERT_EQUAL(
		exec_with("%s --expect -- sh -c 'for i in 1 2; do curl -sSf http://connect.stutter.test/connecttest.txt || exit; done'",
	                  scenario),
		0);
	CU_ASSERT_EQUAL(exec_with("%s --expect -- curl -sSf http://connect.stutter.test/connecttest.txt", scenario), 1);
	TEST_CONTAINS(output, "fail was expected");
}

static void dns_lies_and_tls_stalls(void)
{
	test_needs_program("curl");
	needs_namespaces();
	write_scenario(
		"faults:\n- {name: lie, dns: {answer: nxdomain}, host: 'core*'}\n- {name: stall, tls_stall: {at: server_hello}, host: 'auth*'}\n");
	CU_ASSERT_EQUAL(exec_with("%s -- curl -sS https://core.stutter.test/", scenario), 6);
	TEST_CONTAINS(output, "'lie' dns ");
	CU_ASSERT_EQUAL(exec_with("%s -- curl -sS -m 1 https://auth.stutter.test/", scenario), 28);
	TEST_CONTAINS(output, "'stall' tls_stall 1 of 1");
}

static void what_only_our_service_can_do_is_refused_with_another(void)
{
	write_scenario("faults:\n- {name: old, tls_certificate: {kind: expired}}\n");
	CU_ASSERT_EQUAL(exec_with("%s --server true -- true", scenario), 2);
	TEST_CONTAINS(output, "'old'");
	TEST_CONTAINS(output, "give the server such a certificate");
	write_scenario("faults:\n- {name: pulled, carrier: {for: 1s}}\n");
	CU_ASSERT_EQUAL(exec_with("%s -- true", scenario), 2);
	TEST_CONTAINS(output, "'pulled'");
}

static void many_seeds_make_an_interval(void)
{
	test_needs_program("curl");
	needs_namespaces();
	write_scenario("faults:\n- {name: maybe, at: tcp.syn#1, probability: 50%, forge: {what: rst, to: sender, drop: true}}\n");
	CU_ASSERT_EQUAL(exec_with("%s --seeds 1..6 --out out -- curl -sSf http://connect.stutter.test/connecttest.txt", scenario), 1);
	TEST_CONTAINS(output, "test, seed 6: ");
	TEST_CONTAINS(output, " of 6 ended well: ");
	TEST_CONTAINS(output, "95 % interval");
	TEST_CONTAINS(output, " of 6 ended with status 7: ");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s/out && test -s seed-1/plan.yaml && test -s seed-6/trace.txt", test_folder()), 0);
	CU_ASSERT_EQUAL(exec_with("%s --repeat 2 -- true", scenario), 0);
	TEST_CONTAINS(output, "2 of 2 ended well");
}

const CU_TestInfo tests_live_exec_service[] = {
	{"our service answers curl", our_service_answers_curl},
	{"its faults act", its_faults_act},
	{"DNS lies and TLS stalls", dns_lies_and_tls_stalls},
	{"what only our service can do is refused with another", what_only_our_service_can_do_is_refused_with_another},
	{"many seeds make an interval", many_seeds_make_an_interval},
	CU_TEST_INFO_NULL,
};

/* -- ends -- */

static void a_server_that_does_not_start_is_told(void)
{
	needs_namespaces();
	write_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_with("%s --server 'echo no such port >&2; exit 3' -- true", scenario), 125);
	TEST_CONTAINS(output, "the server did not start: exit status 3; its output: no such port");
	CU_ASSERT_EQUAL(exec_with("%s --server no-such-server -- true", scenario), 125);
	TEST_CONTAINS(output, "exit status 127");
}

static void a_command_that_is_not_there_is_told(void)
{
	needs_namespaces();
	write_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_with("%s -- no-such-command --option", scenario), 127);
	TEST_CONTAINS(output, "no-such-command: No such file or directory");
	CU_ASSERT_EQUAL(exec_with("%s -- /etc/passwd", scenario), 126);
	TEST_CONTAINS(output, "Permission denied");
}

static void what_is_wrong_with_the_words_is_told(void)
{
	write_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_with("%s true", scenario), 2);
	TEST_CONTAINS(output, "the command goes after '--'");
	CU_ASSERT_EQUAL(exec_with("%s other.yaml -- true", scenario), 2);
	TEST_CONTAINS(output, "exec takes one scenario, not 2 ('other.yaml')");
	CU_ASSERT_EQUAL(exec_with("-- %s true", scenario), 2);
	TEST_CONTAINS(output, "needs a scenario before '--'");
	CU_ASSERT_EQUAL(exec_with("%s --web-ports 81 -- true", scenario), 2);
	TEST_CONTAINS(output, "--web-ports needs a server of your own");
	CU_ASSERT_EQUAL(exec_with("%s --", scenario), 2);
	TEST_CONTAINS(output, "a command after it");
	CU_ASSERT_EQUAL(exec_with("%s", ""), 2);
	CU_ASSERT_EQUAL(exec_with("%s --server ' ' -- true", scenario), 2);
	TEST_CONTAINS(output, "--server: the command is empty");
	CU_ASSERT_EQUAL(exec_with("%s --seeds 4..1 -- true", scenario), 2);
	CU_ASSERT_EQUAL(exec_with("%s --repeat 0 -- true", scenario), 2);
	CU_ASSERT_EQUAL(exec_with("%s --sever x -- true", scenario), 2);
	TEST_CONTAINS(output, "did you mean '--server'?");
	CU_ASSERT_EQUAL(exec_with("nothing.yaml -- true"), 2);
	write_scenario("faults: []\nexpect: {phase: download, verdict: fail}\n");
	CU_ASSERT_EQUAL(exec_with("%s --expect -- true", scenario), 2);
	TEST_CONTAINS(output, "'phase' under 'expect:'");
}

/* Processes left of a run: their command lines contain a unique number. */
static void expect_nobody(const char *mark)
{
	char words[128];

	(void)snprintf(words, sizeof words, "pgrep -f '[s]leep %s'", mark);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", words), 1);
	TEST_SAME_TEXT(output, "");
}

static void nothing_is_left_of_both_ends(void)
{
	test_needs_program("pgrep");
	needs_namespaces();
	write_scenario("faults: []\n");
	CU_ASSERT_EQUAL(
		exec_with("%s -- sh -c 'readlink /proc/self/ns/net >network; setsid sleep 3157.1 & (sleep 3157.2 &) ; exit 3'", scenario),
		3);
	expect_nobody("3157");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "cd %s && test -s network && ! readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -qxFf network",
	                           test_folder()),
	                0);
}

static void nothing_is_left_of_a_daemon(void)
{
	const char *nginx = write_nginx();

	test_needs_program("pgrep");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "sed -i 's/^daemon off/daemon on/' %s/nginx.conf", test_folder()), 0);
	write_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_with("%s --server '%s' -- curl -sSf -o got.bin http://server/body.bin", scenario, nginx), 0);
	expect_whole("got.bin");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "pgrep -f '[n]ginx.*%s'", strrchr(test_folder(), '/') + 1), 1);
}

/*
 * Starts `stutter exec` on a terminal, with a command that prints "here" once it runs. @return its
 * process; @p ret_terminal is the terminal's other side.
 */
static pid_t start_on_terminal(const char *command, int *ret_terminal)
{
	pid_t pid = forkpty(ret_terminal, NULL, NULL, NULL);
	char got[512];
	size_t length = 0;

	CU_ASSERT_FATAL(pid >= 0);
	if (pid == 0) {
		(void)execl(test_program(), "stutter", "exec", scenario, "--", "sh", "-c", command, (char *)NULL);
		_exit(99);
	}
	got[0] = '\0';
	while (strstr(got, "here") == NULL && length < sizeof got - 1) {
		ssize_t more = read(*ret_terminal, got + length, sizeof got - 1 - length);
		CU_ASSERT_FATAL(more > 0);
		got[length += (size_t)more] = '\0';
	}
	return pid;
}

/* Reads a terminal until its other side is closed. */
static int await_end(pid_t pid, int terminal)
{
	size_t length = 0;
	int status = -1;

	for (ssize_t more; (more = read(terminal, output + length, sizeof output - 1 - length)) > 0;)
		length += (size_t)more;
	output[length] = '\0';
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	(void)close(terminal);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void the_terminal_interrupts_the_command(void)
{
	int terminal;

	test_needs_program("pgrep");
	needs_namespaces();
	write_scenario("faults: []\n");
	pid_t pid = start_on_terminal("echo here; exec sleep 3158", &terminal);
	CU_ASSERT_EQUAL(write(terminal, "\003", 1), 1);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 128 + SIGINT);
	expect_nobody("3158");
}

/* As in a shell, the command decides what an interrupt means. */
static void a_command_may_take_an_interrupt_otherwise(void)
{
	int terminal;

	needs_namespaces();
	write_scenario("faults: []\n");
	pid_t pid = start_on_terminal("trap 'echo caught; exit 5' INT; echo here; while :; do sleep 0.1; done", &terminal);
	CU_ASSERT_EQUAL(write(terminal, "\003", 1), 1);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 5);
	TEST_CONTAINS(output, "caught");
}

/* Even a command that ignores it. */
static void the_terminals_quit_ends_the_command(void)
{
	int terminal;

	test_needs_program("pgrep");
	needs_namespaces();
	write_scenario("deadline: 60s\nfaults: []\n");
	pid_t pid = start_on_terminal("trap '' QUIT; echo here; exec sleep 3161", &terminal);
	CU_ASSERT_EQUAL(write(terminal, "\034", 1), 1);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 128 + SIGKILL);
	expect_nobody("3161");
}

/*
 * Starts two sessions whose output is a full pipe, so that the first one cannot end. @return the
 * process.
 */
static pid_t start_with_full_pipe(int ret_ends[2])
{
	static const char fill[4096];

	CU_ASSERT_EQUAL_FATAL(pipe(ret_ends), 0);
	CU_ASSERT_FATAL(fcntl(ret_ends[1], F_SETPIPE_SZ, 4096) >= 4096);
	CU_ASSERT_EQUAL_FATAL(fcntl(ret_ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ret_ends[1], fill, sizeof fill) > 0)
		;
	CU_ASSERT_EQUAL_FATAL(fcntl(ret_ends[1], F_SETFL, 0), 0);
	const pid_t pid = fork();
	CU_ASSERT_FATAL(pid >= 0);
	if (pid == 0) {
		(void)dup2(ret_ends[1], STDERR_FILENO);
		(void)close(ret_ends[0]);
		(void)chdir(test_folder());
		(void)execl(test_program(), "stutter", "exec", scenario, "--skew-limit", "0s", "--repeat", "2", "--", "sh", "-c",
		            "echo once >>ran", (char *)NULL);
		_exit(99);
	}
	(void)close(ret_ends[1]);
	return pid;
}

static void an_interrupt_between_sessions_ends_all(void)
{
	int ends[2], status = -1;
	char rest[256];

	needs_namespaces();
	write_scenario("faults: []\n");
	const pid_t pid = start_with_full_pipe(ends);
	/* The session's process has gone when its parent has no child any more. */
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "for i in $(seq 300); do test -e %s/ran && test -z \"$(cat /proc/%d/task/%d/children)\" && exit 0; sleep "
	                   "0.1; done; exit 1",
	                   test_folder(), (int)pid, (int)pid),
		0);
	CU_ASSERT_EQUAL(kill(pid, SIGINT), 0);
	while (read(ends[0], rest, sizeof rest) > 0)
		;
	(void)close(ends[0]);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFEXITED(status));
	CU_ASSERT_EQUAL(WEXITSTATUS(status), 128 + SIGINT);
	TEST_FILE_CONTAINS("ran", "once\n");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "wc -l <%s/ran", test_folder()), 0);
	TEST_SAME_TEXT(output, "1\n");
}

static void a_signal_is_passed_on(void)
{
	int terminal;

	test_needs_program("pgrep");
	needs_namespaces();
	write_scenario("faults: []\n");
	pid_t pid = start_on_terminal("trap 'exit 6' TERM; echo here; while :; do sleep 0.1; done", &terminal);
	CU_ASSERT_EQUAL(kill(pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 6);
}

static void nothing_is_left_after_a_kill(void)
{
	int terminal;

	test_needs_program("pgrep");
	needs_namespaces();
	write_scenario("faults: []\n");
	pid_t pid = start_on_terminal("echo here; setsid sleep 3159 & exec sleep 3159", &terminal);
	CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
	CU_ASSERT_EQUAL(await_end(pid, terminal), -SIGKILL);
	/* The session's process is notified, and ends the command and the server. */
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "for i in $(seq 100); do pgrep -f '[s]leep 3159' >/dev/null || exit 0; sleep 0.1; done; exit 1"),
	                0);
}

static void the_deadline_ends_the_command(void)
{
	test_needs_program("pgrep");
	needs_namespaces();
	write_scenario("deadline: 1s\nfaults: []\n");
	CU_ASSERT_EQUAL(exec_with("%s -- sleep 3160", scenario), 124);
	TEST_CONTAINS(output, "deadline");
	expect_nobody("3160");
}

static void sockets_that_listen_are_counted(void)
{
	static const char text[] = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
				   "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1\n"
				   "   1: 640200C0:A1B2 010200C0:0050 01 00000000:00000000 00:00000000 00000000     0        0 2 1\n";
	uint64_t digest = 0, other = 0;

	CU_ASSERT_EQUAL(listening_count(text, 0x0a, &digest), 1);
	CU_ASSERT(digest != 0);
	CU_ASSERT_EQUAL(listening_count(text, 7, &other), 0);
	CU_ASSERT_EQUAL(other, 0);
	CU_ASSERT_EQUAL(listening_count("", 10, &other), 0);
}

const CU_TestInfo tests_live_exec_end[] = {
	{"a server that does not start is told", a_server_that_does_not_start_is_told},
	{"a command that is not there is told", a_command_that_is_not_there_is_told},
	{"what is wrong with the words is told", what_is_wrong_with_the_words_is_told},
	{"nothing is left of both ends", nothing_is_left_of_both_ends},
	{"nothing is left of a daemon", nothing_is_left_of_a_daemon},
	{"the terminal interrupts the command", the_terminal_interrupts_the_command},
	{"a command may take an interrupt otherwise", a_command_may_take_an_interrupt_otherwise},
	{"the terminal's quit ends the command", the_terminals_quit_ends_the_command},
	{"an interrupt between sessions ends all", an_interrupt_between_sessions_ends_all},
	{"a signal is passed on", a_signal_is_passed_on},
	{"nothing is left after a kill", nothing_is_left_after_a_kill},
	{"the deadline ends the command", the_deadline_ends_the_command},
	{"sockets that listen are counted", sockets_that_listen_are_counted},
	CU_TEST_INFO_NULL,
};
