/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reports/file.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test.h"

static void holds(const char *name, const char *text)
{
	char *found = test_read_own(name);

	TEST_SAME_TEXT(found, text);
	free(found);
}

static void a_file_appears_when_it_is_whole(void)
{
	struct report_file file;
	struct error err = {0};

	(void)test_write("r.txt", "old");
	CU_ASSERT_FATAL(report_file_open(&file, test_folder(), "r.txt", &err));
	fputs("new", file.stream);
	(void)fflush(file.stream);
	holds("r.txt", "old");
	CU_ASSERT(report_file_close(&file, &err));
	holds("r.txt", "new");
	CU_ASSERT_FALSE(test_exists("r.txt.new"));
}

static void a_folder_that_is_not_there_is_an_error(void)
{
	struct report_file file;
	struct error err = {0};
	char dir[900];

	(void)snprintf(dir, sizeof dir, "%s/none", test_folder());
	CU_ASSERT_FALSE(report_file_open(&file, dir, "r.txt", &err));
	TEST_CONTAINS(err.text, "/none/r.txt cannot be written: No such file or directory");
	memset(dir, 'd', sizeof dir - 1);
	dir[sizeof dir - 1] = '\0';
	CU_ASSERT_FALSE(report_file_open(&file, dir, "r.txt", &err));
	TEST_CONTAINS(err.text, "is too long");
}

static void what_cannot_take_its_place_is_taken_away(void)
{
	struct report_file file;
	struct error err = {0};
	char path[600];

	(void)snprintf(path, sizeof path, "%s/r.txt", test_folder());
	CU_ASSERT_FATAL(mkdir(path, 0777) == 0);
	CU_ASSERT_FATAL(report_file_open(&file, test_folder(), "r.txt", &err));
	fputs("new", file.stream);
	CU_ASSERT_FALSE(report_file_close(&file, &err));
	TEST_CONTAINS(err.text, "r.txt cannot be written: Is a directory");
	CU_ASSERT(test_exists("r.txt"));
	CU_ASSERT_FALSE(test_exists("r.txt.new"));
}

/*
 * As on a full disk, at the first write or at the last: files may not grow beyond 4000 bytes here.
 */
static void fails_after(size_t length, bool room_again)
{
	const struct rlimit limit = {4000, RLIM_INFINITY};
	const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
	struct report_file file;
	struct error err = {0};

	(void)test_write("r.txt", "old");
	(void)signal(SIGXFSZ, SIG_IGN);
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &limit) == 0);
	CU_ASSERT_FATAL(report_file_open(&file, test_folder(), "r.txt", &err));
	for (size_t i = 0; i < length; i++)
		fputc('n', file.stream);
	if (room_again)
		CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &none) == 0);
	bool closed = report_file_close(&file, &err);
	CU_ASSERT_FATAL(setrlimit(RLIMIT_FSIZE, &none) == 0);
	CU_ASSERT_FALSE(closed);
	TEST_CONTAINS(err.text, "r.txt cannot be written: ");
	holds("r.txt", "old");
	CU_ASSERT_FALSE(test_exists("r.txt.new"));
}

static void a_failed_write_leaves_the_old_file(void)
{
	fails_after(4001, false);
	fails_after(100000, false);
	/* What failed once stays failed, even if the end could be written. */
	fails_after(100000, true);
}

static void a_copy_is_whole_and_lies_in_a_folder_that_may_be_there(void)
{
	struct error err = {0};
	char from[600];

	(void)test_write("from.txt", "all\nof it");
	(void)snprintf(from, sizeof from, "%s/from.txt", test_folder());
	CU_ASSERT(report_folder_make(test_folder(), "plans", &err));
	CU_ASSERT(report_folder_make(test_folder(), "plans", &err));
	CU_ASSERT(report_file_copy(from, test_folder(), "plans/to.txt", &err));
	holds("plans/to.txt", "all\nof it");
	(void)strcat(from, "x");
	CU_ASSERT_FALSE(report_file_copy(from, test_folder(), "plans/to.txt", &err));
	TEST_CONTAINS(err.text, "from.txtx cannot be read");
	holds("plans/to.txt", "all\nof it");
	CU_ASSERT_FALSE(report_folder_make(test_folder(), "none/plans", &err));
	TEST_CONTAINS(err.text, "/none/plans cannot be made: No such file or directory");
}

const CU_TestInfo tests_file[] = {
	{"a copy is whole and lies in a folder that may be there", a_copy_is_whole_and_lies_in_a_folder_that_may_be_there},
	{"a file appears when it is whole", a_file_appears_when_it_is_whole},
	{"a folder that is not there is an error", a_folder_that_is_not_there_is_an_error},
	{"what cannot take its place is taken away", what_cannot_take_its_place_is_taken_away},
	{"a failed write leaves the old file", a_failed_write_leaves_the_old_file},
	CU_TEST_INFO_NULL,
};
