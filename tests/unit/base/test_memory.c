/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/memory.h"

#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

static void new_memory_is_zero_and_never_nothing(void)
{
	unsigned char *memory = memory_new(1000), *none = memory_new(0);
	unsigned sum = 0;

	for (size_t i = 0; i < 1000; i++)
		sum += memory[i];
	CU_ASSERT_EQUAL(sum, 0);
	CU_ASSERT_PTR_NOT_NULL(none);
	free(memory);
	free(none);
}

static void growing_keeps_what_was_there(void)
{
	uint32_t *numbers = memory_resize(NULL, 2, sizeof *numbers);

	numbers[0] = 1;
	numbers[1] = 2;
	numbers = memory_resize(numbers, 10000, sizeof *numbers);
	CU_ASSERT(numbers[0] == 1 && numbers[1] == 2);
	numbers[9999] = 3;
	numbers = memory_resize(numbers, 0, sizeof *numbers);
	CU_ASSERT_PTR_NOT_NULL(numbers);
	free(numbers);
}

static void texts_are_copies(void)
{
	char source[] = "text";
	char *copy = memory_text(source), *made = memory_format("%s-%04d", source, 7);

	source[0] = 'n';
	CU_ASSERT_STRING_EQUAL(copy, "text");
	CU_ASSERT_STRING_EQUAL(made, "text-0007");
	free(copy);
	free(made);
}

/* A product that does not fit must not come out as a small block. */
static void a_product_that_overflows_ends_the_process(void)
{
	int status = 0, fds[2];
	char said[256] = "";

	CU_ASSERT_FATAL(pipe(fds) == 0);
	pid_t child = fork();
	if (child == 0) {
		(void)dup2(fds[1], STDERR_FILENO);
		(void)signal(SIGABRT, SIG_DFL);
		void *volatile got = memory_resize(NULL, SIZE_MAX / 2, 4);
		_exit(got != NULL);
	}
	(void)close(fds[1]);
	(void)!read(fds[0], said, sizeof said - 1);
	(void)close(fds[0]);
	CU_ASSERT_FATAL(waitpid(child, &status, 0) == child);
	CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	TEST_CONTAINS(said, "out of memory");
}

const CU_TestInfo tests_memory[] = {
	{"new memory is zero and never nothing", new_memory_is_zero_and_never_nothing},
	{"growing keeps what was there", growing_keeps_what_was_there},
	{"texts are copies", texts_are_copies},
	{"a product that overflows ends the process", a_product_that_overflows_ends_the_process},
	CU_TEST_INFO_NULL,
};
