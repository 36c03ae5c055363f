/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control socket: who may connect, how long a request may be, and that no client can block a
 * bridge.
 */
#include "harness/live/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/fixture.h"
#include "tests/test.h"

static struct live_fixture fixture;
static struct control *control;
static char socket_path[100];

static void begin(void)
{
	struct error err;

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: lost, drop: true}\n");
	fixture.options.dir = NULL;
	(void)snprintf(socket_path, sizeof socket_path, "%s/control.sock", test_folder());
	control = control_open(socket_path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(control);
	fixture.sides[1] = control_side(control);
	fixture.options.side_count = 2;
}

static void end(void)
{
	control_close(control);
	CU_ASSERT(access(socket_path, F_OK) != 0);
	live_fixture_close(&fixture);
}

/* -- clients -- */

static int clients[CONTROL_CLIENTS_MAX + 1];
static char answers[CONTROL_CLIENTS_MAX + 1][4096];

static void dial(size_t i)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
	clients[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CU_ASSERT_FATAL(clients[i] >= 0 && connect(clients[i], (const struct sockaddr *)&address, sizeof address) == 0);
}

static void say(size_t i, const char *text)
{
	CU_ASSERT_EQUAL_FATAL(send(clients[i], text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Appends what has arrived to answers[i]. @return false once the connection was closed. */
static bool hear(size_t i)
{
	const size_t length = strlen(answers[i]);
	const ssize_t got = recv(clients[i], answers[i] + length, sizeof answers[i] - 1 - length, MSG_DONTWAIT);

	if (got > 0)
		answers[i][length + (size_t)got] = '\0';
	return got > 0 || (got < 0 && errno == EAGAIN);
}

static unsigned lines(const char *text)
{
	unsigned count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

/* -- what is asked -- */

static bool dial_once(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	dial(0);
	say(0, "phase down");
	return true;
}

static bool say_the_rest(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	say(0, "load\r\nremove lost\nremove lost\nlis");
	return true;
}

static bool hear_three(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	CU_ASSERT(hear(0));
	return lines(answers[0]) == 3;
}

static void requests_are_lines_however_they_come(void)
{
	static live_fixture_step *const steps[] = {dial_once, say_the_rest, hear_three, NULL};

	begin();
	live_fixture_run(&fixture, steps);
	TEST_SAME_TEXT(
		answers[0],
		"{\"ok\":true,\"phase\":\"download\"}\n{\"ok\":true,\"removed\":\"lost\"}\n{\"ok\":false,\"error\":\"unknown fault 'lost'; `list` shows their names\"}\n");
	end();
}

static bool dial_all(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	for (size_t i = 0; i <= CONTROL_CLIENTS_MAX; i++) {
		dial(i);
		say(i, "phase a\n");
	}
	return true;
}

static bool all_but_the_last_are_served(struct live_fixture *f, struct bridge *bridge)
{
	bool served = true;

	(void)f;
	(void)bridge;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		CU_ASSERT(hear(i));
		served = served && lines(answers[i]) == 1;
	}
	CU_ASSERT(hear(CONTROL_CLIENTS_MAX) && answers[CONTROL_CLIENTS_MAX][0] == '\0');
	return served;
}

static bool one_goes(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	(void)close(clients[3]);
	return true;
}

static bool the_last_is_served(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	CU_ASSERT(hear(CONTROL_CLIENTS_MAX));
	return lines(answers[CONTROL_CLIENTS_MAX]) == 1;
}

static void a_client_beyond_the_limit_waits(void)
{
	static live_fixture_step *const steps[] = {dial_all, all_but_the_last_are_served, one_goes, the_last_is_served, NULL};

	begin();
	live_fixture_run(&fixture, steps);
	end();
}

static bool first_is_served(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	CU_ASSERT(hear(0));
	return lines(answers[0]) == 1;
}

static struct rlimit limit_before;

/* The second finds no descriptor left. */
static bool second_dials(struct live_fixture *f, struct bridge *bridge)
{
	struct rlimit limit;

	(void)f;
	(void)bridge;
	dial(1);
	say(1, "phase a\n");
	const int next = dup(clients[1]);
	(void)close(next);
	CU_ASSERT_FATAL(getrlimit(RLIMIT_NOFILE, &limit_before) == 0);
	limit = limit_before;
	limit.rlim_cur = (rlim_t)next;
	CU_ASSERT_FATAL(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	return true;
}

/* By then the listener was looked at, which would be so again and again. */
static bool some_rounds_go_by(struct live_fixture *f, struct bridge *bridge)
{
	static unsigned rounds;

	(void)f;
	(void)bridge;
	if (++rounds == 10)
		CU_ASSERT_FATAL(setrlimit(RLIMIT_NOFILE, &limit_before) == 0);
	return rounds == 20;
}

static bool second_still_waits(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	CU_ASSERT(hear(1) && answers[1][0] == '\0');
	(void)close(clients[0]);
	return true;
}

static bool second_is_served(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	CU_ASSERT(hear(1));
	return lines(answers[1]) == 1;
}

static bool dial_and_ask(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	dial(0);
	say(0, "phase a\n");
	return true;
}

static void a_client_waits_while_descriptors_are_short(void)
{
	static live_fixture_step *const steps[] = {dial_and_ask,       first_is_served,  second_dials, some_rounds_go_by,
	                                           second_still_waits, second_is_served, NULL};

	begin();
	live_fixture_run(&fixture, steps);
	end();
}

static bool say_too_much(struct live_fixture *f, struct bridge *bridge)
{
	static char text[CONTROL_LINE_MAX + 2];

	(void)f;
	(void)bridge;
	memset(text, 'x', CONTROL_LINE_MAX + 1);
	dial(0);
	say(0, text);
	return true;
}

static bool was_hung_up_on(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	return !hear(0);
}

static void a_line_that_is_too_long_closes_the_connection(void)
{
	static live_fixture_step *const steps[] = {say_too_much, was_hung_up_on, NULL};

	begin();
	live_fixture_run(&fixture, steps);
	TEST_SAME_TEXT(answers[0], "{\"ok\":false,\"error\":\"the request is too long\"}\n");
	end();
}

/* Asks for so much that no buffer takes the answers, and reads none. */
static bool flood(struct live_fixture *f, struct bridge *bridge)
{
	static unsigned said;

	(void)f;
	(void)bridge;
	if (said == 0)
		dial(0);
	for (unsigned i = 0; i < 100; i++)
		if (send(clients[0], "counters\n", 9, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && (errno == EPIPE || errno == ECONNRESET))
			return true;
	said++;
	return false;
}

static void a_client_that_reads_no_answers_is_disconnected(void)
{
	static live_fixture_step *const steps[] = {flood, NULL};

	begin();
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_PASS);
	end();
}

/* -- stutter ctl -- */

static pid_t other;

static bool let_another_ask(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	other = fork();
	CU_ASSERT_FATAL(other >= 0);
	if (other != 0)
		return true;
	char command[1200];
	(void)snprintf(command, sizeof command,
	               "s='%s ctl --control %s'; $s change lost '{delay: 1ms}' && $s remove nothing; test $? = 2 && $s list && $s stop",
	               test_program(), socket_path);
	char output[4096];
	const int status = test_shell(output, sizeof output, "%s", command);
	(void)test_write("output.txt", output);
	_exit(status);
}

static bool never(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	return false;
}

static void ctl_asks_and_prints_the_answer(void)
{
	static live_fixture_step *const steps[] = {let_another_ask, never, NULL};
	char path[600];
	int status;

	begin();
	live_fixture_run(&fixture, steps);
	CU_ASSERT(waitpid(other, &status, 0) == other && WIFEXITED(status) && WEXITSTATUS(status) == 0);
	TEST_CONTAINS(fixture.result.verdict.reason, "until it was told to stop");
	(void)snprintf(path, sizeof path, "%s/output.txt", test_folder());
	char *output = test_read(path);
	TEST_SAME_TEXT(
		output,
		"{\"ok\":true,\"changed\":[\"lost\"]}\n{\"ok\":false,\"error\":\"unknown fault 'nothing'; `list` shows their names\"}\n{\"ok\":true,\"rules\":[{\"name\":\"lost\",\"fault\":\"{name: \\\"lost\\\", delay: {time: \\\"1ms\\\"}}\"}]}\n{\"ok\":true}\n");
	free(output);
	end();
}

static void ctl_says_that_nobody_listens(void)
{
	char output[4096];

	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s ctl --control %s/nothing list", test_program(), test_folder()), 125);
	TEST_CONTAINS(output, "nobody listens on ");
	TEST_CONTAINS(output, "is the proxy running, with this socket as its --control?");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s ctl", test_program()), 2);
	TEST_CONTAINS(output, "ctl needs a request");
}

/* -- the socket -- */

static void only_its_owner_can_connect(void)
{
	struct stat status;
	struct error err;
	const mode_t before = umask(0);

	(void)snprintf(socket_path, sizeof socket_path, "%s/control.sock", test_folder());
	control = control_open(socket_path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(control);
	CU_ASSERT(stat(socket_path, &status) == 0 && S_ISSOCK(status.st_mode) && (status.st_mode & 0777) == 0600);
	CU_ASSERT_EQUAL(umask(before), 0);
	control_close(control);
	control_close(NULL);
}

static void a_path_has_one_listener(void)
{
	char expected[700], command[700], output[256];
	struct error err;

	(void)snprintf(socket_path, sizeof socket_path, "%s/control.sock", test_folder());
	control = control_open(socket_path, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(control);
	CU_ASSERT_PTR_NULL(control_open(socket_path, &err));
	(void)snprintf(expected, sizeof expected, "another process listens on %s: give each its own socket", socket_path);
	TEST_SAME_TEXT(err.text, expected);
	/* The first one is still there. */
	CU_ASSERT_EQUAL(access(socket_path, F_OK), 0);
	control_close(control);
	/* What a bridge leaves behind that was killed. */
	const int left = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
	CU_ASSERT_FATAL(left >= 0 && bind(left, (const struct sockaddr *)&address, sizeof address) == 0);
	(void)close(left);
	control = control_open(socket_path, &err);
	CU_ASSERT_PTR_NOT_NULL(control);
	control_close(control);
	/* What is no socket stays. */
	(void)snprintf(command, sizeof command, "echo kept >%s", socket_path);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "%s", command), 0);
	CU_ASSERT_PTR_NULL(control_open(socket_path, &err));
	TEST_CONTAINS(err.text, " cannot be made: Address already in use");
	char *text = test_read(socket_path);
	TEST_SAME_TEXT(text, "kept\n");
	free(text);
}

static void a_path_that_no_socket_can_have_is_refused(void)
{
	char path[200];
	struct error err;

	memset(path, 'x', sizeof path);
	path[sizeof path - 1] = '\0';
	CU_ASSERT_PTR_NULL(control_open(path, &err));
	TEST_CONTAINS(err.text, "is longer than 107 bytes");
	CU_ASSERT_PTR_NULL(control_open("/proc/nowhere/s", &err));
	TEST_CONTAINS(err.text, "the socket /proc/nowhere/s cannot be made: ");
}

const CU_TestInfo tests_live_control[] = {
	{"requests are lines, however they come", requests_are_lines_however_they_come},
	{"a client beyond the limit waits", a_client_beyond_the_limit_waits},
	{"a client waits while descriptors are short", a_client_waits_while_descriptors_are_short},
	{"a line that is too long closes the connection", a_line_that_is_too_long_closes_the_connection},
	{"a client that reads no answers is disconnected", a_client_that_reads_no_answers_is_disconnected},
	{"ctl asks and prints the answer", ctl_asks_and_prints_the_answer},
	{"ctl says that nobody listens", ctl_says_that_nobody_listens},
	{"only its owner can connect", only_its_owner_can_connect},
	{"a path has one listener", a_path_has_one_listener},
	{"a path that no socket can have is refused", a_path_that_no_socket_can_have_is_refused},
	CU_TEST_INFO_NULL,
};
