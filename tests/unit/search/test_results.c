/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/results.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"

extern const CU_TestInfo tests_results[];

static const char *path(void)
{
	static char text[600];

	(void)snprintf(text, sizeof text, "%s/results.jsonl", test_folder());
	return text;
}

static void keep(struct results *results, const char *key, const char *reason)
{
	struct ending ending = {.kind = VERDICT_FAIL,
	                        .virtual_ns = UINT64_C(6123456789),
	                        .decisions = 7,
	                        .unfound_before = 2,
	                        .retries = 3,
	                        .acted = UINT64_C(1) << 63 | UINT64_C(1) << 53 | 5};
	struct error err;

	(void)snprintf(ending.judge, sizeof ending.judge, "hang");
	(void)snprintf(ending.phase, sizeof ending.phase, "download");
	(void)snprintf(ending.reason, sizeof ending.reason, "%s", reason);
	(void)snprintf(ending.digest, sizeof ending.digest, "0123456789abcdef0123456789abcdef");
	CU_ASSERT(results_add(results, key, "drop tcp.syn#1", &ending, &err));
}

static void open_them(struct results *results)
{
	struct error err;

	CU_ASSERT_FATAL(results_open(results, path(), &err));
}

static void what_was_kept_is_there_when_they_are_opened_again(void)
{
	struct results results;

	open_them(&results);
	CU_ASSERT_PTR_NULL(results_find(&results, "a"));
	keep(&results, "a", "a \"quoted\" reason,\nin two lines");
	keep(&results, "b", "another");
	results_close(&results);
	open_them(&results);
	const struct ending *found = results_find(&results, "a");
	CU_ASSERT_FATAL(found != NULL);
	CU_ASSERT_EQUAL(found->kind, VERDICT_FAIL);
	CU_ASSERT_EQUAL(found->virtual_ns, 6123456789);
	CU_ASSERT_EQUAL(found->decisions, 7);
	CU_ASSERT_EQUAL(found->unfound_before, 2);
	CU_ASSERT_EQUAL(found->retries, 3);
	CU_ASSERT_EQUAL(found->acted, UINT64_C(1) << 63 | UINT64_C(1) << 53 | 5);
	CU_ASSERT_STRING_EQUAL(found->reason, "a \"quoted\" reason,\nin two lines");
	CU_ASSERT_STRING_EQUAL(found->judge, "hang");
	CU_ASSERT_STRING_EQUAL(found->digest, "0123456789abcdef0123456789abcdef");
	CU_ASSERT_PTR_NOT_NULL(results_find(&results, "b"));
	CU_ASSERT_PTR_NULL(results_find(&results, "c"));
	results_close(&results);
}

static void a_line_that_was_cut_off_is_passed_over(void)
{
	struct results results;

	open_them(&results);
	keep(&results, "a", "whole");
	keep(&results, "b", "cut off");
	results_close(&results);
	char *text = test_read(path());
	FILE *stream = fopen(path(), "we");
	CU_ASSERT_FATAL(text != NULL && stream != NULL);
	CU_ASSERT(fwrite(text, 1, strlen(text) - 10, stream) > 0);
	(void)fclose(stream);
	free(text);
	open_them(&results);
	CU_ASSERT_PTR_NOT_NULL(results_find(&results, "a"));
	CU_ASSERT_PTR_NULL(results_find(&results, "b"));
	keep(&results, "c", "behind it");
	results_close(&results);
	open_them(&results);
	CU_ASSERT_PTR_NOT_NULL(results_find(&results, "a"));
	CU_ASSERT_PTR_NOT_NULL(results_find(&results, "c"));
	results_close(&results);
}

static void what_is_no_result_is_passed_over(void)
{
	struct results results;

	(void)test_write("results.jsonl", "\n[]\nnull\n{\"key\": 7}\n{\"key\": \"a\", \"verdict\": \"splendid\"}\n");
	open_them(&results);
	CU_ASSERT_EQUAL(results.count, 0);
	results_close(&results);
}

static void a_file_that_cannot_be_written_is_an_error(void)
{
	struct results results;
	struct error err = {0};

	CU_ASSERT_FALSE(results_open(&results, "/proc/none/results.jsonl", &err));
	TEST_CONTAINS(err.text, "/proc/none/results.jsonl cannot be written");
	CU_ASSERT_FATAL(results_open(&results, path(), &err));
	(void)fclose(results.stream);
	results.stream = fopen("/dev/full", "we");
	struct ending ending = {.kind = VERDICT_PASS};
	CU_ASSERT_FALSE(results_add(&results, "a", "x", &ending, &err));
	TEST_CONTAINS(err.text, "No space left on device");
	results_close(&results);
}

static void thousands_are_found_again(void)
{
	struct results results;
	char key[HASH_TEXT_MAX];

	open_them(&results);
	for (unsigned i = 0; i < 3000; i++) {
		(void)snprintf(key, sizeof key, "%032u", i);
		keep(&results, key, "x");
	}
	for (unsigned i = 0; i < 3000; i++) {
		(void)snprintf(key, sizeof key, "%032u", i);
		CU_ASSERT_PTR_NOT_NULL(results_find(&results, key));
	}
	results_close(&results);
}

const CU_TestInfo tests_results[] = {
	{"what was kept is there when they are opened again", what_was_kept_is_there_when_they_are_opened_again},
	{"a line that was cut off is passed over", a_line_that_was_cut_off_is_passed_over},
	{"what is no result is passed over", what_is_no_result_is_passed_over},
	{"a file that cannot be written is an error", a_file_that_cannot_be_written_is_an_error},
	{"thousands are found again", thousands_are_found_again},
	CU_TEST_INFO_NULL,
};
