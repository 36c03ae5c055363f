/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/test.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/memory.h"

#define STATUS_SKIPPED 77

_Noreturn void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("  SKIP ", stdout);
	vprintf(format, args);
	putchar('\n');
	va_end(args);
	fflush(stdout);
	_exit(STATUS_SKIPPED);
}

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? value : otherwise;
}

void test_needs_program(const char *name)
{
	char output[256];

	if (test_shell(output, sizeof output, "PATH=$PATH:/usr/sbin command -v %s", name) != 0)
		test_skip("no %s on this machine", name);
}

void test_needs_python(const char *module)
{
	char output[1024];

	if (test_shell(output, sizeof output, "/usr/bin/python3 -c 'import %s'", module) != 0)
		test_skip("no Python module %s on this machine", module);
}

const char *test_program(void)
{
	static char path[PATH_MAX];

	/* Kept, so that it is found from another folder, too. */
	if (path[0] == '\0')
		CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(environment("STUTTER", "build/stutter"), path));
	return path;
}

const char *test_build(void)
{
	return environment("STUTTER_BUILD", "build");
}

const char *test_folder(void)
{
	return environment("STUTTER_TEST_FOLDER", "/tmp");
}

const char *test_path(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", test_folder(), name);
	return path;
}

int test_shell(char *ret_output, size_t size, const char *format, ...)
{
	char *command = NULL, *both;
	va_list args;

	va_start(args, format);
	CU_ASSERT_FATAL(vasprintf(&command, format, args) >= 0);
	va_end(args);
	both = memory_format("{ %s; } 2>&1", command);
	FILE *pipe = popen(both, "r");
	CU_ASSERT_FATAL(pipe != NULL);
	size_t length = fread(ret_output, 1, size - 1, pipe);
	ret_output[length] = '\0';
	while (fgetc(pipe) != EOF)
		;
	int status = pclose(pipe);
	free(command);
	free(both);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void test_expect_status(const char *output, int status, int expected)
{
	if (status != expected)
		printf("    exit status %d, not %d; it printed\n%s\n", status, expected, output);
	CU_ASSERT_EQUAL_FATAL(status, expected);
}

const char *test_write(const char *name, const char *text)
{
	const char *path = test_path(name);
	FILE *file = fopen(path, "w");

	CU_ASSERT_FATAL(file != NULL);
	fputs(text, file);
	CU_ASSERT_FATAL(fclose(file) == 0);
	return path;
}

char *test_read(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t length = 0, room = 0, got;

	if (file == NULL)
		return NULL;
	do {
		room += 65536;
		text = memory_resize(text, room + 1, 1);
		got = fread(text + length, 1, room - length, file);
		length += got;
	} while (got > 0);
	text[length] = '\0';
	(void)fclose(file);
	return text;
}

char *test_read_own(const char *name)
{
	char *text = test_read(test_path(name));

	if (text == NULL)
		printf("    %s cannot be read\n", name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(text);
	return text;
}

bool test_exists(const char *name)
{
	return access(test_path(name), F_OK) == 0;
}

unsigned test_count(const char *text, const char *part)
{
	unsigned count = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		count++;
	return count;
}

void test_contains(const char *file, int line, const char *text, const char *part)
{
	bool found = text != NULL && strstr(text, part) != NULL;

	if (!found)
		printf("    %s:%d: expected\n      %s\n    in\n      %s\n", file, line, part, text != NULL ? text : "(nothing)");
	CU_ASSERT(found);
}

void test_file_contains(const char *file, int line, const char *name, const char *part)
{
	char *text = test_read_own(name);

	test_contains(file, line, text, part);
	free(text);
}

static void print_line(const char *what, const char *text)
{
	printf("      %s %.*s\n", what, (int)strcspn(text, "\n"), text);
}

void test_same_text(const char *file, int line, const char *actual, const char *expected)
{
	unsigned number = 1;

	CU_ASSERT_FATAL(actual != NULL && expected != NULL);
	CU_ASSERT(strcmp(actual, expected) == 0);
	while (*actual != '\0' && *expected != '\0') {
		size_t a = strcspn(actual, "\n"), b = strcspn(expected, "\n");
		if (a != b || memcmp(actual, expected, a) != 0)
			break;
		actual += a + (actual[a] != '\0');
		expected += b + (expected[b] != '\0');
		number++;
	}
	if (*actual == *expected && *actual == '\0')
		return;
	printf("    %s:%d: line %u differs\n", file, line, number);
	print_line("is       ", actual);
	print_line("should be", expected);
}

void test_append_list(char *text, size_t size, const char *format, va_list args)
{
	const size_t used = strlen(text);
	const int length = vsnprintf(text + used, size - used, format, args);

	CU_ASSERT_FATAL(length >= 0 && (size_t)length < size - used);
}

void test_append(char *text, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	test_append_list(text, size, format, args);
	va_end(args);
}

void test_golden(const char *name, const char *text)
{
	char path[256];

	(void)snprintf(path, sizeof path, "tests/golden/%s", name);
	if (strcmp(environment("STUTTER_GOLDEN", ""), "write") == 0) {
		FILE *file = fopen(path, "w");
		CU_ASSERT_FATAL(file != NULL);
		fputs(text, file);
		CU_ASSERT_FATAL(fclose(file) == 0);
		return;
	}
	char *golden = test_read(path);
	if (golden == NULL)
		printf("    there is no %s; `make golden` makes it\n", path);
	CU_ASSERT_FATAL(golden != NULL);
	test_same_text(path, 1, text, golden);
	free(golden);
}
