/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sessions that break off: killed, interrupted, on a full disk, without a QEMU; and nobody is left
 * behind.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

#define OUTPUT_MAX 65536
#define PIDS_MAX 64
#define WAIT_S 60
#define CLEAN "scenarios/first/clean.yaml"

enum { STATUS_INCONCLUSIVE = 125 };

static char output[OUTPUT_MAX];

static void sleep_ms(long ms)
{
	const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	(void)nanosleep(&pause, NULL);
}

/*
 * Starts stutter in a process group of its own, as a shell does; its output goes to printed.txt in
 * the test's folder.
 */
static pid_t start_stutter(const char *const words[])
{
	session_fixture_needs("initramfs.cpio");
	const char *program = test_program();
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) {
		int printed = chdir(test_folder()) == 0 ? open("printed.txt", O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
		(void)setpgid(0, 0);
		if (printed < 0 || dup2(printed, 1) < 0 || dup2(printed, 2) < 0)
			_exit(99);
		execv(program, (char *const *)(uintptr_t)words);
		_exit(99);
	}
	CU_ASSERT_FATAL(pid > 0);
	(void)setpgid(pid, pid);
	return pid;
}

/* Waits until a file has so many bytes: the session is running. */
static void wait_for_bytes(const char *name, off_t size)
{
	struct stat status;

	for (int i = 0; i < WAIT_S * 100; i++) {
		if (stat(test_path(name), &status) == 0 && status.st_size >= size)
			return;
		sleep_ms(10);
	}
	CU_FAIL_FATAL("the session did not get going");
}

static int wait_for_end(pid_t pid)
{
	int status = 0;

	CU_ASSERT_EQUAL_FATAL(waitpid(pid, &status, 0), pid);
	char *printed = session_fixture_file(".", "printed.txt");
	(void)snprintf(output, sizeof output, "%s", printed);
	free(printed);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Calls for every process: its id, its parent's, and its working directory. */
static void each_process(void (*visit)(void *ctx, pid_t pid, pid_t parent, const char *folder), void *ctx)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	CU_ASSERT_PTR_NOT_NULL_FATAL(proc);
	while ((entry = readdir(proc)) != NULL) {
		char path[64], folder[PATH_MAX], state;
		int parent;
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		(void)snprintf(path, sizeof path, "/proc/%.20s/stat", entry->d_name);
		char *stat_text = test_read(path);
		const char *after = stat_text != NULL ? strrchr(stat_text, ')') : NULL;
		bool lives = after != NULL && sscanf(after, ") %c %d", &state, &parent) == 2 && state != 'Z';
		free(stat_text);
		(void)snprintf(path, sizeof path, "/proc/%.20s/cwd", entry->d_name);
		ssize_t length = lives ? readlink(path, folder, sizeof folder - 1) : -1;
		if (length < 0)
			continue;
		folder[length] = '\0';
		visit(ctx, (pid_t)strtol(entry->d_name, NULL, 10), (pid_t)parent, folder);
	}
	(void)closedir(proc);
}

struct search {
	pid_t parent;
	pid_t found[PIDS_MAX];
	size_t count;
};

static void note_child(void *ctx, pid_t pid, pid_t parent, const char *folder)
{
	struct search *search = ctx;

	(void)folder;
	if (parent == search->parent && search->count < PIDS_MAX)
		search->found[search->count++] = pid;
}

static struct search children_of(pid_t pid)
{
	struct search search = {.parent = pid};

	each_process(note_child, &search);
	return search;
}

static void note_inside(void *ctx, pid_t pid, pid_t parent, const char *folder)
{
	char here[PATH_MAX];

	(void)pid;
	(void)parent;
	(void)session_fixture_absolute(test_folder(), here);
	if (strncmp(folder, here, strlen(here)) == 0)
		++*(size_t *)ctx;
}

/*
 * Nothing may go on in the test's folder: QEMU's working directory is its session's, stutter's the
 * test's.
 */
static void expect_nobody_left(void)
{
	size_t left = 1;

	for (int i = 0; i < 500 && left > 0; i++) {
		left = 0;
		each_process(note_inside, &left);
		if (left > 0)
			sleep_ms(10);
	}
	CU_ASSERT_EQUAL(left, 0);
}

/* The child of @p pid that has the file open: the process of a session has its trace open. */
static pid_t holder_of(pid_t pid, const char *name)
{
	struct search children = children_of(pid);
	char path[PATH_MAX], command[2 * PATH_MAX], found[64];

	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(test_path(name), path));
	for (size_t i = 0; i < children.count; i++) {
		(void)snprintf(command, sizeof command, "ls -l /proc/%ld/fd | grep -cF '%s'", (long)children.found[i], path);
		if (test_shell(found, sizeof found, "%s", command) == 0)
			return children.found[i];
	}
	CU_FAIL_FATAL("nobody runs that session");
	return 0;
}

/* The only child of a process. */
static pid_t only_child(pid_t pid)
{
	struct search search = children_of(pid);

	CU_ASSERT_EQUAL_FATAL(search.count, 1);
	return search.found[0];
}

static void expect_inconclusive(const char *session, const char *reason)
{
	TEST_SAME_TEXT(session_fixture_verdict(session, "verdict"), "inconclusive");
	TEST_CONTAINS(session_fixture_verdict(session, "reason"), reason);
}

#define SWING 500000

static pid_t start_clean(const char *seeds, const char *jobs, const char *transport)
{
	char clean[PATH_MAX];
	const char *const words[] = {
		"stutter", "run", session_fixture_absolute(CLEAN, clean), "--seeds", seeds, "--jobs", jobs, "--out", "r", "--transport",
		transport, NULL};

	return start_stutter(words);
}

/* Beside it there is a process that stays, and finishes the session. */
static void a_qemu_that_is_killed_beside_its_session_is_inconclusive(void)
{
	pid_t pid = start_clean("1..1", "1", "fifo");

	wait_for_bytes("r/clean/seed-1/device.pcapng", SWING);
	(void)kill(only_child(only_child(pid)), SIGKILL);
	test_expect_status(output, wait_for_end(pid), STATUS_INCONCLUSIVE);
	expect_nobody_left();
	expect_inconclusive("r/clean/seed-1", "QEMU was killed by signal 9 (Killed)");
	char *trace = session_fixture_file("r/clean/seed-1", "trace.txt");
	TEST_CONTAINS(trace, "phase download begin\n");
	TEST_CONTAINS(trace, "inconclusive: QEMU was killed by signal 9");
	free(trace);
	json_t *summary = session_fixture_load("r/summary.json");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "inconclusive")), 1);
	json_decref(summary);
}

static void a_killed_session_is_inconclusive(void)
{
	static const struct {
		const char *transport, *reason;
	} rows[] = {{"fifo", "the session's process was killed by signal 9 (Killed)"}, {"inside", "QEMU was killed by signal 9 (Killed)"}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pid_t pid = start_clean("1..2", "2", rows[i].transport);
		wait_for_bytes("r/clean/seed-1/device.pcapng", SWING);
		(void)kill(holder_of(pid, "r/clean/seed-1/trace.txt"), SIGKILL);
		test_expect_status(output, wait_for_end(pid), STATUS_INCONCLUSIVE);
		expect_nobody_left();
		TEST_CONTAINS(output, rows[i].reason);
		expect_inconclusive("r/clean/seed-1", rows[i].reason);
		json_t *summary = session_fixture_load("r/summary.json");
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "inconclusive")), 1);
		CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "passed")), 1);
		json_decref(summary);
		test_expect_status(output, test_shell(output, sizeof output, "rm -r %s/r", test_folder()), 0);
	}
}

static void an_interrupted_run_leaves_reports_and_nobody(void)
{
	pid_t pid = start_clean("1..3", "2", "inside");

	wait_for_bytes("r/clean/seed-1/device.pcapng", SWING);
	/* Ctrl-C reaches the whole foreground group. */
	(void)kill(-pid, SIGINT);
	test_expect_status(output, wait_for_end(pid), STATUS_INCONCLUSIVE);
	expect_nobody_left();
	expect_inconclusive("r/clean/seed-1", "stopped");
	CU_ASSERT_EQUAL(access(test_path("r/junit.xml"), R_OK), 0);
	char *trace = session_fixture_file("r/clean/seed-1", "trace.txt");
	TEST_CONTAINS(trace, "phase download begin\n");
	free(trace);
	json_t *summary = session_fixture_load("r/summary.json");
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(summary, "inconclusive")), 3);
	json_decref(summary);
	TEST_CONTAINS(output, "NO VERDICT clean, seed 3: not run: the run ended before\n");
}

static void a_killed_run_leaves_nobody(void)
{
	pid_t pid = start_clean("1..2", "2", "inside");

	wait_for_bytes("r/clean/seed-1/device.pcapng", SWING);
	(void)kill(pid, SIGKILL);
	CU_ASSERT_EQUAL(wait_for_end(pid), 128 + SIGKILL);
	expect_nobody_left();
	test_expect_status(output, session_fixture_run(output, sizeof output, "report r"), STATUS_INCONCLUSIVE);
	TEST_CONTAINS(output, "NO VERDICT in 2 sessions: no verdict: the run ended before\n");
	TEST_CONTAINS(output, "replay          stutter run r/clean/seed-1/plan.yaml\n");
}

/*
 * The closing line of `output` names a report if, and only if, the list "there" has it. Without a
 * plan that has the decisions, the decisions are kept.
 */
static void expect_only_what_is_there(void)
{
	static const char *const reports[] = {"summary.json", "junit.xml"};
	char *there = session_fixture_file(".", "there");
	char *closing = strstr(output, "The report lies in ");

	CU_ASSERT_PTR_NOT_NULL_FATAL(closing);
	/* Reports that could not be written are listed after it. */
	closing[strcspn(closing, "\n")] = '\0';
	for (size_t i = 0; i < 2; i++)
		CU_ASSERT_EQUAL(strstr(closing, reports[i]) != NULL, strstr(there, reports[i]) != NULL);
	CU_ASSERT_EQUAL(strstr(closing, "a folder for each session") != NULL, strstr(there, "verdict.json") != NULL);
	CU_ASSERT_PTR_NULL(strstr(there, ".new"));
	free(there);
}

static void a_full_disk_is_inconclusive(void)
{
	char clean[PATH_MAX];

	session_fixture_needs("initramfs.cpio");
	if (test_shell(output, sizeof output, "unshare -m mount -t tmpfs none %s", test_folder()) != 0)
		test_skip("no right to mount a small disk: %.60s", output);
	int status = test_shell(
		output, sizeof output,
		"cd %s && mkdir small && unshare -m sh -c 'mount -t tmpfs -o size=1m none small && %s run %s --out small/r; status=$?; "
		"cp small/r/clean/seed-1/trace.txt small/r/clean/seed-1/device.pcapng . && ls small/r small/r/clean/seed-1 >there; exit $status'",
		test_folder(), test_program(), session_fixture_absolute(CLEAN, clean));
	test_expect_status(output, status, STATUS_INCONCLUSIVE);
	TEST_CONTAINS(output, "INCONCLUSIVE clean");
	TEST_CONTAINS(output, "could not be written (is the disk full?)");
	expect_only_what_is_there();
	char *trace = session_fixture_file(".", "trace.txt");
	TEST_CONTAINS(trace, "phase connect ok\n");
	free(trace);
	expect_nobody_left();
}

static void a_missing_qemu_gets_its_cure(void)
{
	test_write("small.yaml", "name: small\n");
	int status = test_shell(output, sizeof output, "cd %s && PATH=/nowhere %s run small.yaml --out r", test_folder(), test_program());
	test_expect_status(output, status, STATUS_INCONCLUSIVE);
	TEST_CONTAINS(output, "cannot start qemu-system-arm\n  Cure: apt-get install --no-install-recommends qemu-system-arm");
	expect_inconclusive("r/small/seed-1", "Cure: apt-get install --no-install-recommends qemu-system-arm");
}

const CU_TestInfo tests_broken_off[] = {
	{"a QEMU that is killed beside its session is inconclusive", a_qemu_that_is_killed_beside_its_session_is_inconclusive},
	{"a killed session is inconclusive", a_killed_session_is_inconclusive},
	{"an interrupted run leaves reports and nobody", an_interrupted_run_leaves_reports_and_nobody},
	{"a killed run leaves nobody", a_killed_run_leaves_nobody},
	{"a full disk is inconclusive", a_full_disk_is_inconclusive},
	{"a missing QEMU gets its cure", a_missing_qemu_gets_its_cure},
	CU_TEST_INFO_NULL,
};
