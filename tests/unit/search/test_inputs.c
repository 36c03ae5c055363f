/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/inputs.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/test.h"

extern const CU_TestInfo tests_inputs[];

/* A device of two files. */
static void make_plan(struct plan *plan)
{
	*plan = (struct plan){.name = "x"};
	(void)snprintf(plan->device.kernel, sizeof plan->device.kernel, "%s", test_write("kernel", "one"));
	(void)snprintf(plan->device.initramfs, sizeof plan->device.initramfs, "%s", test_write("root", "files"));
	plan_look(plan);
}

static void check(struct inputs *inputs, const struct plan *plan, const char *complaint)
{
	struct error err = {.text = ""};

	CU_ASSERT_EQUAL(inputs_check(inputs, plan, &err), complaint[0] == '\0');
	TEST_CONTAINS(err.text, complaint);
}

static void a_file_that_was_changed_is_noticed(void)
{
	struct inputs inputs = {.count = 0};
	struct plan plan;

	make_plan(&plan);
	check(&inputs, &plan, "");
	check(&inputs, &plan, "");
	/* As long as it was, and within one tick of the file system's clock. */
	(void)test_write("kernel", "two");
	check(&inputs, &plan, "kernel was changed while the search was running");
	(void)test_write("kernel", "one");
	check(&inputs, &plan, "");
	inputs_close(&inputs);
}

static void what_has_changed_before_it_is_first_asked_for_is_noticed(void)
{
	struct inputs inputs = {.count = 0};
	struct plan plan;

	make_plan(&plan);
	(void)test_write("root", "other files");
	check(&inputs, &plan, "root was changed while");
	(void)remove(plan.device.initramfs);
	check(&inputs, &plan, "root was changed while");
	inputs_close(&inputs);
}

/* Its times are no reason to look into a file over and over, nor to end a search. */
static void a_file_that_lies_still_is_looked_into_once(void)
{
	struct inputs inputs = {.count = 0};
	struct plan plan;

	make_plan(&plan);
	(void)sleep(4);
	check(&inputs, &plan, "");
	check(&inputs, &plan, "");
	CU_ASSERT_EQUAL(inputs.looks, 2);
	inputs_close(&inputs);
}

/* A second change within a tick of the file system's clock leaves no sign but the content. */
static void a_file_of_just_now_is_looked_into_each_time(void)
{
	const struct timespec later[2] = {{.tv_sec = time(NULL) + 3600}, {.tv_sec = time(NULL) + 3600}};
	struct inputs inputs = {.count = 0};
	struct plan plan;

	make_plan(&plan);
	CU_ASSERT_EQUAL_FATAL(utimensat(AT_FDCWD, plan.device.kernel, later, 0), 0);
	CU_ASSERT_EQUAL_FATAL(utimensat(AT_FDCWD, plan.device.initramfs, later, 0), 0);
	for (size_t i = 0; i < 3; i++)
		check(&inputs, &plan, "");
	CU_ASSERT_EQUAL(inputs.looks, 6);
	inputs_close(&inputs);
}

static void a_plan_that_was_never_read_is_accepted(void)
{
	struct inputs inputs = {.count = 0};
	struct plan plan = {.name = "x", .device = {.kernel = "/nowhere"}};

	check(&inputs, &plan, "");
	inputs_close(&inputs);
}

const CU_TestInfo tests_inputs[] = {
	{"a file that was changed is noticed", a_file_that_was_changed_is_noticed},
	{"what has changed before it is first asked for is noticed", what_has_changed_before_it_is_first_asked_for_is_noticed},
	{"a file that lies still is looked into once", a_file_that_lies_still_is_looked_into_once},
	{"a file of just now is looked into each time", a_file_of_just_now_is_looked_into_each_time},
	{"a plan that was never read is accepted", a_plan_that_was_never_read_is_accepted},
	CU_TEST_INFO_NULL,
};
