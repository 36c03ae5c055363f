/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The recipes of docs/bisect: the commit that broke the driver is found, and what cannot be done is
 * reported.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_driver_source[], tests_driver_recipe[];

#define OUTPUT_MAX 65536
#define CANNOT_FETCH 77

static char output[OUTPUT_MAX];

static int run_recipe(const char *words)
{
	char build[PATH_MAX];

	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(test_build(), build));
	return test_shell(output, sizeof output, "STUTTER=%s STUTTER_BUILD=%s %s", test_program(), build, words);
}

/*
 * It is kept in the build folder for the suite that follows, and the next time; a suite of its own,
 * since a suite's tests run side by side. What is fetched is a matter of the machine's apt, which
 * may have no mirror, and of the network.
 */
static void the_source_of_the_driver_is_fetched(void)
{
	char words[PATH_MAX + 64];

	session_fixture_needs("mkinitramfs");
	test_needs_program("apt-get");
	test_needs_program("dpkg-deb");
	test_needs_program("xz");
	(void)snprintf(words, sizeof words, "docs/bisect/driver.sh %s/driver --fetch", test_build());
	const int status = run_recipe(words);
	if (status == CANNOT_FETCH)
		test_skip("the kernel's source cannot be fetched");
	test_expect_status(output, status, 0);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "grep -q enc28j60_hw_rx %s/driver/source/enc28j60.c", test_build()), 0);
}

static void the_commit_that_broke_the_driver_is_found(void)
{
	char words[PATH_MAX + 64];

	session_fixture_needs("initramfs.cpio");
	test_needs_program("git");
	test_needs_program("arm-linux-gnueabihf-gcc");
	if (test_shell(output, sizeof output, "mkdir %s/d && cp -r %s/driver/source %s/d/", test_folder(), test_build(), test_folder()) !=
	    0)
		test_skip("the kernel's source is not there");
	(void)snprintf(words, sizeof words, "docs/bisect/driver.sh %s/d", test_folder());
	test_expect_status(output, run_recipe(words), 0);
	TEST_CONTAINS(output, "\"enc28j60: set the chip up once\" brought the failure");
	TEST_CONTAINS(output, "\"enc28j60: set the chip up once\" fails 3 of 3 times");
	TEST_CONTAINS(output, "\"enc28j60: log the link at one place\" passes 3 of 3 times");
}

static void a_build_without_its_source_is_refused(void)
{
	char words[PATH_MAX + 128];

	session_fixture_needs("mkinitramfs");
	(void)snprintf(words, sizeof words, "sh -c 'top=$PWD; cd %s && STUTTER_DEVICE=d.yaml $top/docs/bisect/build.sh'", test_folder());
	CU_ASSERT_EQUAL(run_recipe(words), 2);
	TEST_CONTAINS(output, "build.sh: no enc28j60.c and enc28j60_hw.h in ");
	(void)snprintf(words, sizeof words, "sh -c 'top=$PWD; cd %s && $top/docs/bisect/build.sh'", test_folder());
	CU_ASSERT_EQUAL(run_recipe(words), 2);
	TEST_CONTAINS(output, "STUTTER_DEVICE says where the device file is to be");
}

/* A revision that does not build is passed over, which is what 125 says. */
static void a_revision_that_does_not_build_is_passed_over(void)
{
	char words[PATH_MAX + 128];

	session_fixture_needs("mkinitramfs");
	(void)test_write("enc28j60.c", "this is no C\n");
	(void)test_write("enc28j60_hw.h", "\n");
	(void)snprintf(words, sizeof words, "sh -c 'top=$PWD; cd %s && STUTTER_DEVICE=d.yaml $top/docs/bisect/build.sh'", test_folder());
	CU_ASSERT_EQUAL(run_recipe(words), 125);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "ls %s | grep -v '^enc28j60'", test_folder()), 1);
}

static void a_kernel_does_not_go_into_the_repository(void)
{
	session_fixture_needs("mkinitramfs");
	CU_ASSERT_EQUAL(run_recipe("docs/bisect/kernel.sh sid docs/bisect"), 2);
	TEST_CONTAINS(output, "lies in the repository; name a folder of your own");
	CU_ASSERT_EQUAL(run_recipe("docs/bisect/kernel.sh sid"), 2);
	TEST_CONTAINS(output, "usage: kernel.sh SUITE FOLDER");
}

const CU_TestInfo tests_driver_source[] = {
	{"the source of the driver is fetched", the_source_of_the_driver_is_fetched},
	CU_TEST_INFO_NULL,
};

const CU_TestInfo tests_driver_recipe[] = {
	{"the commit that broke the driver is found", the_commit_that_broke_the_driver_is_found},
	{"a build without its source is refused", a_build_without_its_source_is_refused},
	{"a revision that does not build is passed over", a_revision_that_does_not_build_is_passed_over},
	{"a kernel does not go into the repository", a_kernel_does_not_go_into_the_repository},
	CU_TEST_INFO_NULL,
};
