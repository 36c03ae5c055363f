/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One side of a recorded session against a third-party program on the other: curl against the
 * recorded servers, busybox httpd against the recorded device, in wall time and with faults in
 * between.
 */
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/live/needs.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_played[];

static char output[32768];

#define NONE "name: none\n"
#define LOST \
	"name: lost\nfaults:\n- {name: syn, at: 'tcp.syn[80/1]#1', drop: true}\n- {name: answer, at: 'tcp.data[80/1]#1', direction: to-device, " \
	"drop: true}\nexpect: {acted: [syn, answer]}\n"

static void need_all(void)
{
	test_needs_program("busybox");
	test_needs_program("curl");
	needs_namespaces();
	CU_ASSERT_EQUAL_FATAL(
		test_shell(output, sizeof output,
	                   "cd %s && mkdir www && echo one >www/one && echo two >www/two && head -c 200000 /dev/urandom >www/long && "
	                   /* Servers tell how old a file is. */
	                   "touch -d @1700000000 www/*",
	                   test_folder()),
		0);
	(void)test_write("none.yaml", NONE);
	(void)test_write("lost.yaml", LOST);
}

/* Runs `stutter`. @return its exit status; what all have printed is in `output`. */
__attribute__((format(printf, 1, 2))) static int stutter(const char *format, ...)
{
	char words[4096];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof words, format, args);
	va_end(args);
	int status = test_shell(output, sizeof output, "cd %s && stutter=%s && timeout 100 $stutter %s", test_folder(), test_program(),
	                        words);
	if (status != 0)
		printf("    status %d: %s\n", status, output);
	return status;
}

#define SERVER "--skew-limit 0s --server 'busybox httpd -f -p 80 -h www'"

/* A session of curl with a web server, as its own captures show it. */
static void record(const char *what)
{
	CU_ASSERT_EQUAL_FATAL(stutter("exec none.yaml " SERVER " --out recorded -- sh -c '%s'", what), 0);
	CU_ASSERT_EQUAL_FATAL(stutter("import recorded/device.pcapng -o session.yaml"), 0);
}

static void expect_in_trace(const char *part)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/run/trace.txt", test_folder());
	char *text = test_read(path);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	TEST_CONTAINS(text, part);
	free(text);
}

static void a_client_hears_what_the_recorded_one_heard(void)
{
	need_all();
	record("curl -sS -o /dev/null http://server/one && curl -sS -o /dev/null http://server/long");
	/* Whatever the faults, and in another order. */
	CU_ASSERT_EQUAL(
		stutter("exec lost.yaml --expect --skew-limit 0s --session session.yaml --out run -- sh -c 'curl -sS -o long -H \"Host: server\" "
	                "http://192.0.2.1/long && curl -sS -H \"Host: server\" http://192.0.2.1/one' && cmp long www/long"),
		0);
	TEST_CONTAINS(output, "one\n");
	TEST_CONTAINS(output, "of the recorded session 2 conversations were begun, ");
	TEST_CONTAINS(output, " to their end; 0 differences\n");
	expect_in_trace("step 2 begins, from port");
	expect_in_trace("'answer' drop -> dropped");
}

static void where_a_client_says_something_else_is_told(void)
{
	need_all();
	record("curl -sS -o /dev/null http://server/one && curl -sS -o /dev/null http://server/long");
	/* Longer words, other words, and a connection more. */
	CU_ASSERT_EQUAL(
		stutter("exec none.yaml --skew-limit 0s --session session.yaml --out run -- sh -c 'curl -sS -H \"Host: server\" -A "
	                "a-name-that-is-longer-than-the-other http://192.0.2.1/one && curl -sS -H \"Host: server\" http://192.0.2.1/other "
	                "-o long && curl -sS -H \"Host: server\" http://192.0.2.1/one; cmp long www/long'"),
		0);
	TEST_CONTAINS(output, "one\none\n");
	expect_in_trace("step 1, turn 1: the device says something else from byte ");
	expect_in_trace(" was expected, \"a-name-that-is-longer-th\"... found");
	expect_in_trace("step 2, turn 1: the device says something else from byte 5 of ");
	expect_in_trace(": \"long HTTP/1.1\\r\\nHost: ser\"... was expected, \"other HTTP/1.1\\r\\nHost: se\"... found");
	expect_in_trace("step 1, turn 1: a connection that the recording does not have");
	TEST_CONTAINS(output, "of the recorded session 3 conversations were begun, ");
}

static void a_server_hears_what_the_recorded_one_heard(void)
{
	need_all();
	record("curl -sS -o /dev/null http://server/one && curl -sS -o /dev/null http://server/long");
	CU_ASSERT_EQUAL(stutter("exec lost.yaml --expect " SERVER " -- $stutter play session.yaml"), 0);
	TEST_CONTAINS(output, "2 of 2 steps were played, with 0 differences\n");
	TEST_CONTAINS(output, "'answer' drop 1 of 1");
}

static void where_a_server_says_something_else_is_told_and_the_rest_goes_on(void)
{
	need_all();
	record("curl -sS -o /dev/null http://server/one http://server/long && curl -sS -o /dev/null http://server/two");
	CU_ASSERT_EQUAL(
		test_shell(
			output, sizeof output,
			"cd %s && sed -i 's/from: server, close: fin/from: server, close: rst/;s/from: server, after: [^,]*, close: "
			"fin/from: server, close: rst/' session.yaml && cd www && printf X | dd of=long bs=1 seek=150000 conv=notrunc && echo longer >one && touch -d @1700000000 *",
			test_folder()),
		0);
	CU_ASSERT_EQUAL(stutter("exec none.yaml " SERVER " -- $stutter play session.yaml || [ $? -eq 1 ]"), 0);
	/* The head has another length in it, and so has the file. */
	TEST_CONTAINS(output, "step 1 turn 2 differs: the server says something else from byte ");
	TEST_CONTAINS(output, ": \"one\\n\" was expected, \"longer\\n\" found\n");
	TEST_CONTAINS(output, "step 2 turn 2 differs: the server says something else from byte 150");
	TEST_CONTAINS(output, " was expected, \"X");
	TEST_CONTAINS(output, "differs: the server ends with FIN, and not with RST\n");
	TEST_CONTAINS(output, "3 of 3 steps were played, ");
	TEST_CONTAINS(output, " differences, the first in step 1, turn 2: ");
}

static void what_cannot_be_played_is_told(void)
{
	need_all();
	(void)test_write(
		"s.yaml",
		"session: 1\nsteps:\n"
		"  - tcp: {address: 192.0.2.1, port: 443, tls: true, turns: [{from: device, bytes: 100, records: 'client_hello 100'}]}\n"
		"  - udp: {address: 192.0.2.1, port: 5683, turns: [{from: device, text: a}]}\n"
		"  - tcp: {address: 192.0.2.1, port: 81, opening: refused}\n"
		"  - tcp: {address: 192.0.2.1, port: 82, turns: [{from: device, text: a}]}\n"
		"  - tcp: {address: 192.0.2.1, port: 83, opening: unanswered}\n");
	CU_ASSERT_EQUAL(stutter("exec none.yaml " SERVER " -- $stutter play s.yaml || [ $? -eq 1 ]"), 0);
	TEST_CONTAINS(output, "step 1 is not played: it is TLS");
	TEST_CONTAINS(output, "step 2 is not played: it is of datagrams");
	TEST_CONTAINS(output, "step 4 turn 1 differs: no connection: Connection refused\n");
	TEST_CONTAINS(output, "step 5 turn 1 differs: no connection: Connection refused, where nobody answered in the recording\n");
	TEST_CONTAINS(output, "3 of 5 steps were played, 2 differences, the first in step 4, turn 1: ");
	CU_ASSERT_EQUAL(stutter("exec none.yaml --server true --session s.yaml -- true || [ $? -eq 2 ]"), 0);
	TEST_CONTAINS(output, "--server and --session cannot be used together");
	(void)test_write("http.yaml", "name: s\nfaults:\n- {name: bad, http_status: {code: 503}}\n");
	CU_ASSERT_EQUAL(stutter("exec http.yaml --session s.yaml -- true || [ $? -eq 2 ]"), 0);
	TEST_CONTAINS(output, "with 'session' there is no HTTP or TLS service");
}

const CU_TestInfo tests_live_played[] = {
	{"a client hears what the recorded one heard", a_client_hears_what_the_recorded_one_heard},
	{"where a client says something else is told", where_a_client_says_something_else_is_told},
	{"a server hears what the recorded one heard", a_server_hears_what_the_recorded_one_heard},
	{"where a server says something else is told, and the rest goes on",
         where_a_server_says_something_else_is_told_and_the_rest_goes_on},
	{"what cannot be played is told", what_cannot_be_played_is_told},
	CU_TEST_INFO_NULL,
};
