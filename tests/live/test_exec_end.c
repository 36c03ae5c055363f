/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter exec`, its command and its server come to an end: what is told, what the terminal and
 * signals do, and that nothing is left.
 */
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/exec_fixture.h"
#include "tests/live/needs.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_exec_end[];

static char output[16384];

/* -- what is told -- */

static void a_server_that_does_not_start_is_told(void)
{
	needs_namespaces();
	const char *scenario = exec_fixture_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server 'echo no such port >&2; exit 3' -- true", scenario), 125);
	TEST_CONTAINS(exec_fixture_output(), "the server did not start: exit status 3; its output: no such port");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server no-such-server -- true", scenario), 125);
	TEST_CONTAINS(exec_fixture_output(), "exit status 127");
}

static void a_command_that_is_not_there_is_told(void)
{
	needs_namespaces();
	const char *scenario = exec_fixture_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- no-such-command --option", scenario), 127);
	TEST_CONTAINS(exec_fixture_output(), "no-such-command: No such file or directory");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- /etc/passwd", scenario), 126);
	TEST_CONTAINS(exec_fixture_output(), "Permission denied");
}

static void what_is_wrong_with_the_words_is_told(void)
{
	const char *scenario = exec_fixture_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "the command goes after '--'");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s other.yaml -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "exec takes one scenario, not 2 ('other.yaml')");
	CU_ASSERT_EQUAL(exec_fixture_exec("-- %s true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "needs a scenario before '--'");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --web-ports 81 -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "--web-ports needs a server of your own");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "a command after it");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s", ""), 2);
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server ' ' -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "--server: the command is empty");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --seeds 4..1 -- true", scenario), 2);
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --repeat 0 -- true", scenario), 2);
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --sever x -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "did you mean '--server'?");
	CU_ASSERT_EQUAL(exec_fixture_exec("nothing.yaml -- true"), 2);
	scenario = exec_fixture_scenario("faults: []\nexpect: {phase: download, verdict: fail}\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --expect -- true", scenario), 2);
	TEST_CONTAINS(exec_fixture_output(), "'phase' under 'expect:'");
}

/* -- what is left -- */

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
	const char *scenario = exec_fixture_scenario("faults: []\n");
	CU_ASSERT_EQUAL(
		exec_fixture_exec("%s -- sh -c 'readlink /proc/self/ns/net >network; setsid sleep 3157.1 & (sleep 3157.2 &) ; exit 3'",
	                          scenario),
		3);
	expect_nobody("3157");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output,
	                           "cd %s && test -s network && ! readlink /proc/[0-9]*/ns/net 2>/dev/null | grep -qxFf network",
	                           test_folder()),
	                0);
}

static void nothing_is_left_of_a_daemon(void)
{
	const char *nginx = exec_fixture_web_server();

	test_needs_program("pgrep");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "sed -i 's/^daemon off/daemon on/' %s/nginx.conf", test_folder()), 0);
	const char *scenario = exec_fixture_scenario("faults: []\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s --server '%s' -- curl -sSf -o got.bin http://server/body.bin", scenario, nginx), 0);
	exec_fixture_same("got.bin", "body.bin", 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "pgrep -f '[n]ginx.*%s'", strrchr(test_folder(), '/') + 1), 1);
}

/* -- the terminal, signals and the deadline -- */

/*
 * Starts `stutter exec` on a terminal, with a command that prints "here" once it runs. @return its
 * process; @p ret_terminal is the terminal's other side.
 */
static pid_t start_on_terminal(const char *scenario, const char *command, int *ret_terminal)
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
	const char *scenario = exec_fixture_scenario("faults: []\n");
	pid_t pid = start_on_terminal(scenario, "echo here; exec sleep 3158", &terminal);
	CU_ASSERT_EQUAL(write(terminal, "\003", 1), 1);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 128 + SIGINT);
	expect_nobody("3158");
}

/* As in a shell, the command decides what an interrupt means. */
static void a_command_may_take_an_interrupt_otherwise(void)
{
	int terminal;

	needs_namespaces();
	const char *scenario = exec_fixture_scenario("faults: []\n");
	pid_t pid = start_on_terminal(scenario, "trap 'echo caught; exit 5' INT; echo here; while :; do sleep 0.1; done", &terminal);
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
	const char *scenario = exec_fixture_scenario("deadline: 60s\nfaults: []\n");
	pid_t pid = start_on_terminal(scenario, "trap '' QUIT; echo here; exec sleep 3161", &terminal);
	CU_ASSERT_EQUAL(write(terminal, "\034", 1), 1);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 128 + SIGKILL);
	expect_nobody("3161");
}

/*
 * Starts two sessions whose output is a full pipe, so that the first one cannot end. @return the
 * process.
 */
static pid_t start_with_full_pipe(const char *scenario, int ret_ends[2])
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
	const char *scenario = exec_fixture_scenario("faults: []\n");
	const pid_t pid = start_with_full_pipe(scenario, ends);
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
	const char *scenario = exec_fixture_scenario("faults: []\n");
	pid_t pid = start_on_terminal(scenario, "trap 'exit 6' TERM; echo here; while :; do sleep 0.1; done", &terminal);
	CU_ASSERT_EQUAL(kill(pid, SIGTERM), 0);
	CU_ASSERT_EQUAL(await_end(pid, terminal), 6);
}

static void nothing_is_left_after_a_kill(void)
{
	int terminal;

	test_needs_program("pgrep");
	needs_namespaces();
	const char *scenario = exec_fixture_scenario("faults: []\n");
	pid_t pid = start_on_terminal(scenario, "echo here; setsid sleep 3159 & exec sleep 3159", &terminal);
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
	const char *scenario = exec_fixture_scenario("deadline: 1s\nfaults: []\n");
	CU_ASSERT_EQUAL(exec_fixture_exec("%s -- sleep 3160", scenario), 124);
	TEST_CONTAINS(exec_fixture_output(), "deadline");
	expect_nobody("3160");
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
	CU_TEST_INFO_NULL,
};
