/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/made.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/test.h"

extern const CU_TestInfo tests_made[];

static const char *hash_of(const char *path)
{
	static char hash[MADE_HASH_MAX];

	made_hash((const char *const[]){path, NULL}, hash);
	return hash;
}

static void a_hash_is_of_all_that_was_read(void)
{
	char one[600], two[600], both[MADE_HASH_MAX];

	(void)snprintf(one, sizeof one, "%s", test_write("one", "a"));
	(void)snprintf(two, sizeof two, "%s", test_write("two", "b"));
	made_hash((const char *const[]){one, two, NULL}, both);
	TEST_SAME_TEXT(hash_of(test_write("three", "ab")), both);
	CU_ASSERT_EQUAL(strlen(both), 32);
	made_hash((const char *const[]){one, "/nowhere", NULL}, both);
	TEST_SAME_TEXT(both, "");
	made_hash((const char *const[]){NULL}, both);
	TEST_SAME_TEXT(both, "");
}

static void only_what_both_know_can_differ(void)
{
	struct made was = {.tool = "stutter 1", .image = "a", .kernel = "b", .device_image = "c"};
	struct made is = was;
	char text[200];

	TEST_SAME_TEXT(made_differs(&was, &is, text, sizeof text), "");
	(void)strcpy(is.tables, "t");
	is.image[0] = '\0';
	TEST_SAME_TEXT(made_differs(&was, &is, text, sizeof text), "");
	(void)strcpy(is.image, "x");
	(void)strcpy(is.tool, "stutter 2");
	TEST_SAME_TEXT(made_differs(&was, &is, text, sizeof text), "the image, stutter (it was stutter 1)");
	(void)strcpy(is.device_image, "x");
	is = (struct made){.kernel = "b", .device_image = "x"};
	TEST_SAME_TEXT(made_differs(&was, &is, text, sizeof text), "the machine or QEMU");
	/* Another kernel makes another device by itself. */
	(void)strcpy(is.kernel, "x");
	TEST_SAME_TEXT(made_differs(&was, &is, text, sizeof text), "the kernel");
	made_differs(&was, &is, text, 5);
	TEST_SAME_TEXT(text, "the ");
}

/*
 * Looks for "there" with the hash of @p looked_for; tells the first byte of what is found, or
 * "none".
 */
static const char *found(const char *plan, const char *path, const char *hash)
{
	static char text[8];
	char taken[600];

	(void)snprintf(taken, sizeof taken, "%s/%s", test_folder(), path);
	(void)made_find_beside(plan, hash, taken, sizeof taken);
	FILE *stream = fopen(taken, "r");
	(void)snprintf(text, sizeof text, "none");
	if (stream != NULL) {
		(void)fgets(text, sizeof text, stream);
		(void)fclose(stream);
	}
	return text;
}

static void the_right_file_comes_first_then_the_one_where_it_was(void)
{
	char plan[640], folder[600], right[MADE_HASH_MAX];

	(void)snprintf(folder, sizeof folder, "%s/beside", test_folder());
	CU_ASSERT_FATAL(mkdir(folder, 0777) == 0);
	(void)snprintf(plan, sizeof plan, "%s/plan.yaml", folder);
	(void)snprintf(right, sizeof right, "%s", hash_of(test_write("right", "right")));
	TEST_SAME_TEXT(found(plan, "there", right), "none");
	(void)test_write("there", "old");
	TEST_SAME_TEXT(found(plan, "there", right), "old");
	(void)test_write("beside/there", "new");
	TEST_SAME_TEXT(found(plan, "there", right), "old");
	TEST_SAME_TEXT(found(plan, "elsewhere/there", right), "new");
	TEST_SAME_TEXT(found(plan, "elsewhere/there", ""), "new");
	TEST_SAME_TEXT(found(plan, "there", ""), "old");
	(void)test_write("beside/there", "right");
	TEST_SAME_TEXT(found(plan, "there", right), "right");
	(void)test_write("there", "right");
	(void)test_write("beside/there", "new");
	TEST_SAME_TEXT(found(plan, "there", right), "right");
}

const CU_TestInfo tests_made[] = {
	{"a hash is of all that was read", a_hash_is_of_all_that_was_read},
	{"only what both know can differ", only_what_both_know_can_differ},
	{"the right file comes first, then the one where it was", the_right_file_comes_first_then_the_one_where_it_was},
	CU_TEST_INFO_NULL,
};
