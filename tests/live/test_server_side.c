/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A server in a network namespace of its own, which another process keeps by its descriptor. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/live/port.h"
#include "harness/live/server_side.h"
#include "tests/live/needs.h"
#include "tests/live/nobody.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_server_side[];

#define WAIT_MS 20000

static char output[4096];

static void need(const char *program)
{
	needs_namespaces();
	test_needs_program(program);
}

static struct server_side *open_side(const char *command, struct port *ret_port)
{
	const struct server_side_wish wish = {.command = command, .dir = test_folder()};
	struct error err = {.text = ""};
	int tap = -1;

	struct server_side *side = server_side_open(&wish, &tap, &err);
	if (side == NULL)
		printf("    %s\n", err.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(side);
	/* The port closes what it has, and the descriptor is the side's. */
	CU_ASSERT_TRUE_FATAL(port_open_tap(ret_port, dup(tap), "server"));
	return side;
}

static void close_side(struct server_side *side, struct port *port, int expected)
{
	int status = -1;

	port->ops->close(port->state);
	server_side_close(side, &status);
	CU_ASSERT_EQUAL(status, expected);
}

/* -- frames -- */

struct answer {
	uint8_t frame[256];
	size_t length;
};

static void keep(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	struct answer *answer = ctx;

	(void)stamp_ns;
	/* RFC 826: a reply, from 192.0.2.1. */
	if (frame.length >= 42 && frame.length <= sizeof answer->frame && frame.data[13] == 0x06 && frame.data[21] == 2) {
		memcpy(answer->frame, frame.data, frame.length);
		answer->length = frame.length;
	}
}

/* Who has 192.0.2.1? */
static void expect_answer(struct port *port)
{
	static const uint8_t question[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,   0x5e, 0, 0x53, 1, 8, 6, 0, 1, 8, 0,   6, 4, 0,
	                                     1,    2,    0,    0x5e, 0,    0x53, 1, 192, 0,    2, 100,  0, 0, 0, 0, 0, 0, 192, 0, 2, 1};
	struct pollfd fd = {.fd = port->fd, .events = POLLIN};
	struct answer answer = {.length = 0};
	struct error err;

	CU_ASSERT_TRUE_FATAL(port->ops->send(port->state, bytes_of(question, sizeof question), &err));
	while (answer.length == 0) {
		CU_ASSERT_FATAL(poll(&fd, 1, WAIT_MS) > 0);
		CU_ASSERT_TRUE_FATAL(port->ops->read(port->state, 32, keep, &answer, &err));
	}
	CU_ASSERT_EQUAL(memcmp(answer.frame + 28, "\xc0\x00\x02\x01", 4), 0);
}

static void its_network_answers_over_the_descriptor(void)
{
	struct port port;

	need("python3");
	struct server_side *side = open_side("exec python3 -m http.server 80", &port);
	expect_answer(&port);
	close_side(side, &port, 0);
}

/* A DHCP server asks for raw sockets, and gets them for its own network. */
static void a_server_run_by_nobody_has_its_network_too(void)
{
	struct port port;

	need("dnsmasq");
	nobody_be();
	need("dnsmasq");
	struct server_side *side = open_side("PATH=$PATH:/usr/sbin; exec dnsmasq -k -C /dev/null --pid-file= --no-resolv --no-hosts "
	                                     "--dhcp-leasefile=/dev/null --dhcp-range=192.0.2.100,192.0.2.100",
	                                     &port);
	expect_answer(&port);
	close_side(side, &port, 0);
}

static void one_that_ends_early_is_told_of(void)
{
	char command[1024];
	struct port port;

	need("python3");
	(void)snprintf(command, sizeof command,
	               "cd %s; python3 -m http.server 80 & until [ -e end ]; do sleep 0.1; done; kill $!; touch ended; exit 7",
	               test_folder());
	struct server_side *side = open_side(command, &port);
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s; touch end; until [ -e ended ]; do sleep 0.1; done; sleep 2", test_folder()), 0);
	close_side(side, &port, 7);
}

static void one_that_does_not_listen_is_refused(void)
{
	const struct server_side_wish wish = {.command = "echo 'no such file'; exit 2"};
	struct error err = {.text = ""};
	int tap;

	need("true");
	CU_ASSERT_PTR_NULL(server_side_open(&wish, &tap, &err));
	TEST_CONTAINS(err.text, "exit status 2; its output: no such file");
}

/* Be the owner, and die: nothing of the server is left. */
static void it_goes_with_its_owner(void)
{
	struct port port;
	int ends[2];
	char byte;

	need("python3");
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	const pid_t owner = fork();
	if (owner == 0) {
		/* The server inherits the pipe's end, so the pipe ends with it. */
		(void)close(ends[0]);
		(void)open_side("exec python3 -m http.server 80", &port);
		(void)!write(ends[1], "", 1);
		for (;;)
			(void)pause();
	}
	(void)close(ends[1]);
	CU_ASSERT_EQUAL(read(ends[0], &byte, 1), 1);
	CU_ASSERT_EQUAL(kill(owner, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(owner, NULL, 0), owner);
	struct pollfd fd = {.fd = ends[0], .events = POLLIN};
	CU_ASSERT_EQUAL(poll(&fd, 1, WAIT_MS), 1);
	CU_ASSERT_EQUAL(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
}

const CU_TestInfo tests_live_server_side[] = {
	{"its network answers over the descriptor", its_network_answers_over_the_descriptor},
	{"a server run by nobody has its network, too", a_server_run_by_nobody_has_its_network_too},
	{"one that ends early is told of", one_that_ends_early_is_told_of},
	{"one that does not listen is refused", one_that_does_not_listen_is_refused},
	{"it goes with its owner", it_goes_with_its_owner},
	CU_TEST_INFO_NULL,
};
