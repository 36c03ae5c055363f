/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/session/fixture.h"

#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/test.h"

void session_fixture_needs(const char *file)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/guest/%s", test_build(), file);
	if (access(path, R_OK) != 0)
		test_skip("no %s; `make guest` builds it", path);
	test_needs_program("qemu-system-arm");
}

int session_fixture_run(char *ret_output, size_t size, const char *words, ...)
{
	char text[4 * PATH_MAX];
	va_list args;

	va_start(args, words);
	(void)vsnprintf(text, sizeof text, words, args);
	va_end(args);
	session_fixture_needs("initramfs.cpio");
	return test_shell(ret_output, size, "cd %s && { [ -e small.bin ] || head -c 200000 /dev/zero >small.bin; } && %s %s", test_folder(),
	                  test_program(), text);
}

void session_fixture_scenario(char *ret_output, size_t size, unsigned image, const char *scenario, const char *options, int status)
{
	(void)test_write("s.yaml", scenario);
	int found = test_shell(ret_output, size, "cd %s && head -c %u /dev/zero >image.bin && rm -rf r && %s run s.yaml %s --out r",
	                       test_folder(), image, test_program(), options);
	test_expect_status(ret_output, found, status);
}

const char *session_fixture_absolute(const char *path, char ret_path[PATH_MAX])
{
	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(path, ret_path));
	return ret_path;
}

json_t *session_fixture_load(const char *name)
{
	json_error_t error;
	json_t *json = json_load_file(test_path(name), JSON_REJECT_DUPLICATES, &error);

	if (json == NULL)
		printf("    %s:%d: %s\n", name, error.line, error.text);
	CU_ASSERT_PTR_NOT_NULL_FATAL(json);
	return json;
}

const char *session_fixture_verdict(const char *session, const char *key)
{
	static char text[4][1024];
	static unsigned turn;
	char name[PATH_MAX];
	char *ret_text = text[turn++ % 4];

	(void)snprintf(name, sizeof name, "%s/verdict.json", session);
	json_t *json = session_fixture_load(name);
	const char *value = json_string_value(json_object_get(json, key));
	(void)snprintf(ret_text, sizeof text[0], "%s", value != NULL ? value : "");
	json_decref(json);
	return ret_text;
}

char *session_fixture_file(const char *session, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/%s", session, name);
	return test_read_own(path);
}
