/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/test.h"

#include <stdarg.h>
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

const char *test_program(void)
{
	return environment("STUTTER", "build/stutter");
}

const char *test_build(void)
{
	return environment("STUTTER_BUILD", "build");
}

const char *test_folder(void)
{
	return environment("STUTTER_TEST_FOLDER", "/tmp");
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

const char *test_write(const char *name, const char *text)
{
	static char path[512];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", test_folder(), name);
	file = fopen(path, "w");
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

void test_contains(const char *file, int line, const char *text, const char *part)
{
	bool found = text != NULL && strstr(text, part) != NULL;

	if (!found)
		printf("    %s:%d: expected\n      %s\n    in\n      %s\n", file, line, part, text != NULL ? text : "(nothing)");
	CU_ASSERT(found);
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
