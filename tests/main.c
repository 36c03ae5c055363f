/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the tests: stutter-tests [--quick] [PART-OF-A-NAME...]
 *
 * Every test runs in a process of its own with a registry of one test, so that a crash, a time-out
 * or a global (lwIP has many) stays where it is. As many run side by side as there are cores, in
 * the order of the table, which is also the order in which what they print is shown. The last line
 * is "N passed, N failed, N skipped".
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "tests/suites.h"
#include "tests/test.h"

#define TIME_LIMIT_S 300
#define STATUS_FAILED 1
#define STATUS_SKIPPED 77
#define SIDE_BY_SIDE_MAX 8
/*
 * So many may have ended while an earlier one goes on; each of them keeps its output in an open
 * file.
 */
#define AHEAD_MAX 128

struct counts {
	unsigned passed, failed, skipped;
};

static struct counts totals;

/* A test that is to run, runs or has ended. */
struct started {
	const struct suite *suite;
	const CU_TestInfo *test;
	pid_t pid; /* 0: it does not run */
	bool ended;
	int status;
	char folder[64];
	FILE *output;
};

static void print_failures(void)
{
	for (const CU_FailureRecord *record = CU_get_failure_list(); record != NULL; record = record->pNext)
		printf("    %s:%u: %s\n", record->strFileName, record->uiLineNumber, record->strCondition);
}

_Noreturn static void run_alone(const char *suite, const CU_TestInfo *test)
{
	CU_pSuite pointer;

	(void)signal(SIGINT, SIG_DFL);
	(void)alarm(TIME_LIMIT_S);
	if (CU_initialize_registry() != CUE_SUCCESS || (pointer = CU_add_suite(suite, NULL, NULL)) == NULL ||
	    CU_add_test(pointer, test->pName, test->pTestFunc) == NULL)
		_exit(STATUS_FAILED);
	CU_run_all_tests();
	bool failed = CU_get_number_of_failures() > 0 || CU_get_number_of_tests_run() != 1 || CU_get_error() != CUE_SUCCESS;
	print_failures();
	if (!failed && CU_get_number_of_asserts() == 0) {
		puts("    the test asserted nothing");
		failed = true;
	}
	/* Under a sanitizer, leaving by exit() lets it look for leaks of the test. */
	exit(failed ? STATUS_FAILED : 0);
}

static void start_test(struct started *started)
{
	(void)snprintf(started->folder, sizeof started->folder, "/tmp/stutter-test-XXXXXX");
	started->output = tmpfile();
	if (mkdtemp(started->folder) == NULL || started->output == NULL) {
		perror("a folder for a test");
		exit(2);
	}
	fflush(NULL);
	started->pid = fork();
	/* One that is not there would be taken for one that passes. */
	if (started->pid < 0) {
		perror("a test cannot be started");
		exit(2);
	}
	if (started->pid != 0)
		return;
	/* Runs of a test are recorded in its folder, not in the history of the user. */
	if (setenv("STUTTER_TEST_FOLDER", started->folder, 1) != 0 || setenv("XDG_STATE_HOME", started->folder, 1) != 0 ||
	    dup2(fileno(started->output), STDOUT_FILENO) < 0 || dup2(fileno(started->output), STDERR_FILENO) < 0)
		_exit(STATUS_FAILED);
	run_alone(started->suite->name, started->test);
}

/* Waits for the end of one of them. */
static void await_one(struct started *started, size_t count)
{
	int status = 0;
	pid_t pid = 0;

	while ((pid = waitpid(-1, &status, 0)) < 0 && errno == EINTR)
		;
	for (size_t i = 0; i < count; i++)
		if (started[i].pid == pid) {
			started[i].pid = 0;
			started[i].ended = true;
			started[i].status = status;
		}
}

static void show_output(FILE *output)
{
	char piece[4096];
	size_t length;

	rewind(output);
	while ((length = fread(piece, 1, sizeof piece, output)) > 0)
		(void)fwrite(piece, 1, length, stdout);
	(void)fclose(output);
}

static void report_test(const struct started *started)
{
	const int status = started->status;
	const bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIPPED;
	const bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	char command[96];

	show_output(started->output);
	totals.passed += passed;
	totals.skipped += skipped;
	totals.failed += !passed && !skipped;
	if (WIFSIGNALED(status))
		printf("    ended by signal %d (%s)\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? "the time limit" : strsignal(WTERMSIG(status)));
	if (!passed && !skipped) {
		printf("  FAIL %s: %s (its folder: %s)\n", started->suite->name, started->test->pName, started->folder);
		return;
	}
	(void)snprintf(command, sizeof command, "rm -rf %s", started->folder);
	if (system(command) != 0)
		perror(started->folder);
}

static size_t cores(void)
{
	cpu_set_t set;
	const size_t count = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;

	return count < SIDE_BY_SIDE_MAX ? count : SIDE_BY_SIDE_MAX;
}

static void report_suite(const struct suite *suite, const struct counts *before)
{
	printf("%-26s %3u passed, %u failed", suite->name, totals.passed - before->passed, totals.failed - before->failed);
	printf(totals.skipped > before->skipped ? ", %u skipped\n" : "\n", totals.skipped - before->skipped);
}

/*
 * Reports those that have ended, up to the first that has not. @return how many have been reported
 * in all.
 */
static size_t report_ended(const struct started *all, size_t count, size_t reported)
{
	static struct counts before;

	for (; reported < count && all[reported].ended; reported++) {
		if (reported == 0 || all[reported].suite != all[reported - 1].suite)
			before = totals;
		report_test(&all[reported]);
		if (reported + 1 == count || all[reported].suite != all[reported + 1].suite)
			report_suite(all[reported].suite, &before);
	}
	return reported;
}

static void run_tests(struct started *all, size_t count)
{
	const size_t side_by_side = cores();
	size_t next = 0, running = 0, reported = 0;

	while (reported < count) {
		for (; running < side_by_side && next < count && next - reported < AHEAD_MAX; running++)
			start_test(&all[next++]);
		await_one(all, next);
		running--;
		reported = report_ended(all, count, reported);
	}
}

static bool is_wanted(const char *name, int argc, char **argv)
{
	bool any = false;

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0)
			continue;
		any = true;
		if (strstr(name, argv[i]) != NULL)
			return true;
	}
	return !any;
}

/* @return how many tests there are; *@p ret_all is to be freed. */
static size_t choose_tests(int argc, char **argv, struct started **ret_all)
{
	const bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;
	size_t count = 0;

	*ret_all = NULL;
	for (const struct suite *suite = suites; suite->name != NULL; suite++) {
		if (!is_wanted(suite->name, argc, argv) || (quick && suite->slow))
			continue;
		for (const CU_TestInfo *test = suite->tests; test->pName != NULL; test++) {
			*ret_all = memory_resize(*ret_all, count + 1, sizeof **ret_all);
			(*ret_all)[count++] = (struct started){.suite = suite, .test = test};
		}
	}
	return count;
}

int main(int argc, char **argv)
{
	struct started *all;

	setvbuf(stdout, NULL, _IOLBF, 0);
	const size_t count = choose_tests(argc, argv, &all);
	if (count == 0) {
		puts("no test has such a name");
		return 2;
	}
	run_tests(all, count);
	free(all);
	printf("%u passed, %u failed, %u skipped\n", totals.passed, totals.failed, totals.skipped);
	return totals.failed > 0;
}
