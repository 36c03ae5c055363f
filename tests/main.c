/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs the tests: stutter-tests [--quick] [PART-OF-A-NAME...]
 *
 * Every test runs in a process of its own with a registry of one test, so that a crash, a time-out or a global (lwIP has many) stays where it is. The last
 * line is "N passed, N failed, N skipped".
 */
#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/suites.h"
#include "tests/test.h"

#define TIME_LIMIT_S 300
#define STATUS_FAILED 1
#define STATUS_SKIPPED 77

static struct {
	unsigned passed, failed, skipped;
} totals;

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

static void run_test(const char *suite, const CU_TestInfo *test)
{
	char folder[64];
	int status = 0;

	(void)snprintf(folder, sizeof folder, "/tmp/stutter-test-XXXXXX");
	/* Runs of a test are recorded in its folder, not in the history of whoever runs the tests. */
	if (mkdtemp(folder) == NULL || setenv("STUTTER_TEST_FOLDER", folder, 1) != 0 || setenv("XDG_STATE_HOME", folder, 1) != 0) {
		perror("a folder for a test");
		exit(2);
	}
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		run_alone(suite, test);
	(void)waitpid(pid, &status, 0);
	bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIPPED;
	bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	totals.passed += passed;
	totals.skipped += skipped;
	totals.failed += !passed && !skipped;
	if (WIFSIGNALED(status))
		printf("    ended by signal %d (%s)\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? "the time limit" : strsignal(WTERMSIG(status)));
	if (!passed && !skipped) {
		printf("  FAIL %s: %s (its folder: %s)\n", suite, test->pName, folder);
		return;
	}
	char command[96];
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	if (system(command) != 0)
		perror(folder);
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

int main(int argc, char **argv)
{
	bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (const struct suite *suite = suites; suite->name != NULL; suite++) {
		unsigned failed = totals.failed, passed = totals.passed, skipped = totals.skipped;
		if (!is_wanted(suite->name, argc, argv) || (quick && suite->slow))
			continue;
		for (const CU_TestInfo *test = suite->tests; test->pName != NULL; test++)
			run_test(suite->name, test);
		printf("%-26s %3u passed, %u failed", suite->name, totals.passed - passed, totals.failed - failed);
		printf(totals.skipped > skipped ? ", %u skipped\n" : "\n", totals.skipped - skipped);
	}
	if (totals.passed + totals.failed + totals.skipped == 0) {
		puts("no test has such a name");
		return 2;
	}
	printf("%u passed, %u failed, %u skipped\n", totals.passed, totals.failed, totals.skipped);
	return totals.failed > 0;
}
