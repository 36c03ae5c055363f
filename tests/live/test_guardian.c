/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/live/guardian.h"
#include "tests/test.h"

extern const CU_TestInfo tests_live_guardian[];

static struct error err;

/* What the guardians of these tests restore: they create a file. */
struct task {
	char path[512];
	bool fails;
};

static bool restore(void *ctx, struct error *ret_err)
{
	const struct task *task = ctx;
	FILE *file = fopen(task->path, "a");

	if (file == NULL || fputs("restored\n", file) == EOF || fclose(file) != 0)
		return error_set(ret_err, "no file");
	return !task->fails || error_set(ret_err, "the moon is in the way");
}

static struct task new_task(void)
{
	struct task task = {.fails = false};

	(void)snprintf(task.path, sizeof task.path, "%s/restored", test_folder());
	return task;
}

static void is_restored(const struct task *task, bool expected)
{
	char *text = test_read(task->path);

	if (expected)
		TEST_SAME_TEXT(text, "restored\n");
	else
		CU_ASSERT_PTR_NULL(text);
	free(text);
}

static struct guardian *start(struct task *task, int keep)
{
	struct guardian *guardian = guardian_start(restore, task, keep, &err);

	CU_ASSERT_PTR_NOT_NULL_FATAL(guardian);
	return guardian;
}

static void it_restores_when_told_to(void)
{
	struct task task = new_task();
	struct guardian *guardian = start(&task, -1);

	is_restored(&task, false);
	CU_ASSERT(guardian_restore_now(guardian, &err));
	is_restored(&task, true);
	CU_ASSERT_EQUAL(waitpid(-1, NULL, 0), -1);
}

/* The end of a guardian shows as the end of a pipe that it keeps open. */
static void wait_for_end(int fd)
{
	char byte;

	CU_ASSERT_EQUAL(read(fd, &byte, 1), 0);
}

static void it_restores_when_its_owner_is_killed(void)
{
	struct task task = new_task();
	int ends[2], ready[2];
	char byte;

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(ready), 0);
	pid_t owner = fork();
	if (owner == 0) {
		start(&task, ends[1]);
		(void)!write(ready[1], "r", 1);
		for (;;)
			pause();
	}
	(void)close(ends[1]);
	(void)close(ready[1]);
	CU_ASSERT_EQUAL(read(ready[0], &byte, 1), 1);
	is_restored(&task, false);
	CU_ASSERT_EQUAL(kill(owner, SIGKILL), 0);
	CU_ASSERT_EQUAL(waitpid(owner, NULL, 0), owner);
	wait_for_end(ends[0]);
	is_restored(&task, true);
}

static void inherited_descriptors_do_not_keep_it_from_restoring(void)
{
	struct task task = new_task();
	int ends[2], lives[2];
	char byte;

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	CU_ASSERT_EQUAL_FATAL(pipe(lives), 0);
	pid_t owner = fork();
	if (owner == 0) {
		start(&task, ends[1]);
		if (fork() == 0) {
			/* Lives as long as the test. */
			(void)close(ends[1]);
			(void)close(lives[1]);
			(void)!read(lives[0], &byte, 1);
			_exit(0);
		}
		_exit(0);
	}
	(void)close(ends[1]);
	CU_ASSERT_EQUAL(waitpid(owner, NULL, 0), owner);
	wait_for_end(ends[0]);
	is_restored(&task, true);
}

static void it_keeps_no_descriptor_of_its_owner(void)
{
	struct task task = new_task();
	int ends[2];

	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	struct guardian *guardian = start(&task, -1);
	(void)close(ends[1]);
	wait_for_end(ends[0]);
	CU_ASSERT(guardian_restore_now(guardian, &err));
}

static void what_it_cannot_restore_is_told(void)
{
	struct task task = new_task();
	char path[512];

	task.fails = true;
	(void)snprintf(path, sizeof path, "%s/said", test_folder());
	int kept = dup(STDERR_FILENO), said = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
	CU_ASSERT_FATAL(kept >= 0 && said >= 0);
	(void)dup2(said, STDERR_FILENO);
	struct guardian *guardian = start(&task, -1);
	(void)dup2(kept, STDERR_FILENO);
	CU_ASSERT(!guardian_restore_now(guardian, &err));
	TEST_SAME_TEXT(err.text, "not everything could be restored");
	char *text = test_read(path);
	TEST_SAME_TEXT(text, "stutter: not everything could be restored: the moon is in the way\n");
	free(text);
}

/* As soon as it has its name, it is set up. */
static pid_t find_guardian(void)
{
	char output[256];

	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output,
	                                 "for i in $(seq 1000); do pgrep -x -P %ld stutter-guard && exit 0; sleep 0.01; done; exit 1",
	                                 (long)getpid()),
	                      0);
	return (pid_t)strtol(output, NULL, 10);
}

static void a_killed_guardian_is_reported(void)
{
	struct task task = new_task();
	struct guardian *guardian = start(&task, -1);

	CU_ASSERT_EQUAL(kill(find_guardian(), SIGKILL), 0);
	CU_ASSERT(!guardian_restore_now(guardian, &err));
	TEST_SAME_TEXT(err.text, "the process that restores it has been killed");
	is_restored(&task, false);
}

static void signals_of_a_terminal_do_not_reach_it(void)
{
	static const int signals[] = {SIGINT, SIGHUP, SIGTERM, SIGQUIT, SIGTSTP};
	struct task task = new_task();
	struct guardian *guardian = start(&task, -1);
	pid_t pid = find_guardian();

	CU_ASSERT(getsid(pid) == pid);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		CU_ASSERT_EQUAL(kill(pid, signals[i]), 0);
	CU_ASSERT(guardian_restore_now(guardian, &err));
	is_restored(&task, true);
}

/* Ctrl-C as soon as it is started, many times, since it is a race otherwise. */
static void it_is_set_up_when_it_is_started(void)
{
	int status = -1;
	pid_t owner = fork();

	if (owner == 0) {
		(void)setpgid(0, 0);
		for (unsigned i = 0; i < 50; i++) {
			struct task task = new_task();
			struct guardian *guardian = start(&task, -1);
			(void)signal(SIGINT, SIG_IGN);
			CU_ASSERT_EQUAL(kill(0, SIGINT), 0);
			CU_ASSERT(guardian_restore_now(guardian, &err));
			(void)signal(SIGINT, SIG_DFL);
		}
		_exit(CU_get_number_of_failures() > 0);
	}
	CU_ASSERT_EQUAL(waitpid(owner, &status, 0), owner);
	CU_ASSERT_EQUAL(status, 0);
}

const CU_TestInfo tests_live_guardian[] = {
	{"it restores when told to", it_restores_when_told_to},
	{"it restores when its owner is killed", it_restores_when_its_owner_is_killed},
	{"inherited descriptors do not keep it from restoring", inherited_descriptors_do_not_keep_it_from_restoring},
	{"it keeps no descriptor of its owner", it_keeps_no_descriptor_of_its_owner},
	{"what it cannot restore is told", what_it_cannot_restore_is_told},
	{"a killed guardian is reported", a_killed_guardian_is_reported},
	{"it is set up when it is started", it_is_set_up_when_it_is_started},
	{"signals of a terminal do not reach it", signals_of_a_terminal_do_not_reach_it},
	CU_TEST_INFO_NULL,
};
