/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/check.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

static void fail_plain(void)
{
	CHECK(1 + 1 == 3);
}

static void fail_int(void)
{
	int apples = -4;

	CHECK_INT(apples, >=, 10);
}

/* Runs @p mistake in a child of its own; tells whether it aborted, and what it said. */
static bool aborts(void (*mistake)(void), char *ret_said, size_t size)
{
	int status = 0, fds[2];

	CU_ASSERT_FATAL(pipe(fds) == 0);
	pid_t child = fork();
	if (child == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		check_note_time(12000000345U);
		mistake();
		_exit(0);
	}
	(void)close(fds[1]);
	size_t used = 0;
	for (ssize_t got; used < size - 1 && (got = read(fds[0], ret_said + used, size - 1 - used)) > 0;)
		used += (size_t)got;
	ret_said[used] = '\0';
	(void)close(fds[0]);
	CU_ASSERT_FATAL(waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void a_failed_check_tells_where_and_when(void)
{
	char said[1024];

	CU_ASSERT(aborts(fail_plain, said, sizeof said));
	TEST_CONTAINS(said, "test_check.c:");
	TEST_CONTAINS(said, "check failed: 1 + 1 == 3");
	TEST_CONTAINS(said, "at virtual time 12.000000345 s");
}

static void a_failed_comparison_tells_both_values(void)
{
	char said[1024];

	CU_ASSERT(aborts(fail_int, said, sizeof said));
	TEST_CONTAINS(said, "apples >= 10 (-4 against 10)");
}

static void what_holds_is_evaluated_once(void)
{
	int calls = 0;

	CHECK(++calls == 1);
	CHECK_INT(++calls, ==, 2);
	CU_ASSERT_EQUAL(calls, 2);
}

const CU_TestInfo tests_check[] = {
	{"a failed check tells where and when", a_failed_check_tells_where_and_when},
	{"a failed comparison tells both values", a_failed_comparison_tells_both_values},
	{"what holds is evaluated once", what_holds_is_evaluated_once},
	CU_TEST_INFO_NULL,
};
