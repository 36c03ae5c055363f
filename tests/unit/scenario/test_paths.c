/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the program finds its files: it is copied into small work trees and installations, and
 * lists the devices that it finds there.
 */
#include "harness/scenario/plan.h"
#include "tests/test.h"

static int list_devices(char *ret_output, size_t size, const char *below, const char *devices)
{
	char program[600];

	(void)snprintf(program, sizeof program, "%s/%s", test_folder(), below);
	if (devices != NULL)
		CU_ASSERT_FATAL(test_shell(ret_output, size, "mkdir -p %s/%s && echo 'name: only' >%s/%s/only.yaml", test_folder(), devices,
		                           test_folder(), devices) == 0);
	CU_ASSERT_FATAL(test_shell(ret_output, size, "mkdir -p $(dirname %s) && cp %s %s", program, test_program(), program) == 0);
	return test_shell(ret_output, size, "cd / && %s list devices", program);
}

static void in_a_work_tree_they_are_found_by_going_up(void)
{
	char output[4096];

	if (test_shell(output, sizeof output, "test -x %s", test_program()) != 0)
		test_skip("the program is not built");
	CU_ASSERT_EQUAL(list_devices(output, sizeof output, "tree/build/stutter", "tree/emulator/devices"), 0);
	TEST_CONTAINS(output, "only");
	CU_ASSERT_EQUAL(list_devices(output, sizeof output, "tree/build/obj-address/stutter", "tree/emulator/devices"), 0);
	TEST_CONTAINS(output, "only");
}

static void an_installed_program_finds_its_share(void)
{
	char output[4096];

	if (test_shell(output, sizeof output, "test -x %s", test_program()) != 0)
		test_skip("the program is not built");
	CU_ASSERT_EQUAL(list_devices(output, sizeof output, "usr/bin/stutter", "usr/share/stutter/devices"), 0);
	TEST_CONTAINS(output, "only");
}

static void a_program_without_its_files_says_what_is_missing(void)
{
	char output[4096];

	if (test_shell(output, sizeof output, "test -x %s", test_program()) != 0)
		test_skip("the program is not built");
	CU_ASSERT_EQUAL(list_devices(output, sizeof output, "lone/bin/stutter", NULL), 2);
	TEST_CONTAINS(output, "the folder of devices was not found beside ");
	TEST_CONTAINS(output, "lone/bin/stutter: run it from its build folder, or install it with `make install`");
}

const CU_TestInfo tests_paths[] = {
	{"in a work tree they are found by going up", in_a_work_tree_they_are_found_by_going_up},
	{"an installed program finds its share", an_installed_program_finds_its_share},
	{"a program without its files says what is missing", a_program_without_its_files_says_what_is_missing},
	CU_TEST_INFO_NULL,
};
