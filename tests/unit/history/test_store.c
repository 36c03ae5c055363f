/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The database file: its versions, files that are not ours, and several processes at once. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/history/schema.h"
#include "lib/sim/random.h"
#include "tests/test.h"
#include "tests/unit/history/fixture.h"

extern const CU_TestInfo tests_history_store[];

#define PROCESSES 3
#define RUNS_EACH 20

static void execute(const char *name, const char *sql)
{
	sqlite3 *db = NULL;

	CU_ASSERT_FATAL(sqlite3_open(test_path(name), &db) == SQLITE_OK);
	CU_ASSERT_FATAL(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
	(void)sqlite3_close(db);
}

static void check_refused(const char *name, enum history_use use, const char *why)
{
	struct error err = {.text = ""};

	CU_ASSERT_PTR_NULL(history_open(test_path(name), use, &err));
	TEST_CONTAINS(err.text, why);
}

/* As version 1 has made it, with a session in it. */
static const char version_1[] =
	"CREATE TABLE run (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, tool TEXT NOT NULL,"
	"  ended_s INTEGER NOT NULL) STRICT;"
	"CREATE TABLE session (run INTEGER NOT NULL REFERENCES run(id), folder TEXT NOT NULL, scenario TEXT NOT NULL,"
	"  device TEXT NOT NULL, seed INTEGER NOT NULL, verdict TEXT NOT NULL, as_expected INTEGER NOT NULL, judge TEXT NOT NULL,"
	"  phase TEXT NOT NULL, reason TEXT NOT NULL, digest TEXT NOT NULL, device_image TEXT NOT NULL, virtual_ns INTEGER NOT NULL,"
	"  wall_ns INTEGER NOT NULL, requests INTEGER NOT NULL, retries INTEGER NOT NULL, frames INTEGER NOT NULL,"
	"  spi_messages INTEGER NOT NULL, image_bytes INTEGER NOT NULL, PRIMARY KEY (run, folder)) STRICT, WITHOUT ROWID;"
	"INSERT INTO run VALUES (5, 'k', 'old run', 'stutter 0', 500);"
	"INSERT INTO session VALUES (5, 'a/seed-1', 'a', 'd', 1, 'fail', 0, 'hang', 'download', 'r', '', '', 1, 4000000000, 2, 3, 4, 5, 6);"
	"PRAGMA application_id = 1400141172; PRAGMA user_version = 1;";

static void an_older_version_is_brought_up_to_date(void)
{
	struct history *history;
	uint64_t wall_ns;
	struct error err;
	bool known;

	execute("old.db", version_1);
	history = history_fixture_open("old.db");
	CU_ASSERT(history_duration(history, "a", "d", &known, &wall_ns, &err) && known && wall_ns == 4000000000U);
	CU_ASSERT(history_fixture_add(history, 1000, "a/d/1/pass/5"));
	history_close(history);
	CU_ASSERT_EQUAL(history_fixture_sessions("old.db"), 2);
	/* And is the same then as one that was made today. */
	history_close(history_fixture_open("new.db"));
	static char schemas[2][8192];
	static const char command[] =
		"sqlite3 %s '.schema --indent' 'PRAGMA user_version' 'PRAGMA application_id' 'PRAGMA integrity_check'";
	test_needs_program("sqlite3");
	CU_ASSERT_EQUAL(test_shell(schemas[0], sizeof schemas[0], command, test_path("old.db")), 0);
	CU_ASSERT_EQUAL(test_shell(schemas[1], sizeof schemas[1], command, test_path("new.db")), 0);
	TEST_SAME_TEXT(schemas[0], schemas[1]);
}

static void an_older_version_is_not_merged(void)
{
	struct history *history = history_fixture_open("h.db");
	struct error err;
	size_t count;

	execute("old.db", version_1);
	CU_ASSERT(!history_merge(history, test_path("old.db"), &count, &err));
	TEST_CONTAINS(err.text, "is a history of version 1; `stutter history show --history");
	history_close(history_fixture_open("old.db"));
	CU_ASSERT(history_merge(history, test_path("old.db"), &count, &err));
	CU_ASSERT_EQUAL(count, 1);
	history_close(history);
}

static void a_newer_version_is_left_alone(void)
{
	char before[64], after[64];
	struct history *history = history_fixture_open("h.db");
	struct error err;
	size_t count;

	execute("newer.db", "CREATE TABLE t (a); PRAGMA application_id = 1400141172; PRAGMA user_version = 99;");
	CU_ASSERT_EQUAL(test_shell(before, sizeof before, "sha1sum <%s", test_path("newer.db")), 0);
	check_refused("newer.db", HISTORY_WRITE,
	              "newer.db is a history of version 99, and this "
	              "stutter reads versions up to 4; use a newer stutter");
	check_refused("newer.db", HISTORY_READ, "version 99");
	CU_ASSERT(!history_merge(history, test_path("newer.db"), &count, &err));
	TEST_CONTAINS(err.text, "version 99");
	CU_ASSERT_EQUAL(test_shell(after, sizeof after, "sha1sum <%s", test_path("newer.db")), 0);
	TEST_SAME_TEXT(after, before);
	history_close(history);
}

/* A newer program may be installed during a run of hours. */
static void one_that_becomes_newer_while_it_is_open_is_left_alone(void)
{
	struct history_session session = {"a/d/1", "a", "d", 1, "pass", true, "", "", "", "", "", "", "", "", 0, 7, 0, 0, 0, 0, 0};
	const struct history_run run = {.name = "run", .tool = "", .ended_s = 1, .sessions = &session, .count = 1};
	struct history *history = history_fixture_open("h.db");
	struct history *other = history_fixture_open("other.db");
	struct history_recorded recorded;
	struct error err;
	size_t count;

	execute("h.db", "PRAGMA user_version = 99;");
	CU_ASSERT(!history_record(history, &run, &recorded, &err));
	TEST_CONTAINS(err.text, "h.db is a history of version 99, and this stutter "
	                        "reads versions up to 4; use a newer stutter");
	history_fixture_add(other, 1000, "a/d/1/pass/5");
	history_close(other);
	CU_ASSERT(!history_merge(history, test_path("other.db"), &count, &err));
	TEST_CONTAINS(err.text, "version 99");
	history_close(history);
	execute("h.db", "PRAGMA user_version = 4;");
	CU_ASSERT_EQUAL(history_fixture_sessions("h.db"), 0);
}

static void what_is_no_history_is_left_alone(void)
{
	(void)test_write("text.db", "this is a file that is long enough to be looked at by SQLite, but is not one of its own, by far");
	check_refused("text.db", HISTORY_WRITE, "text.db is not a history: it is not an SQLite file");
	execute("other.db", "CREATE TABLE bookmarks (a);");
	check_refused("other.db", HISTORY_WRITE, "other.db is not a history but another program's SQLite file");
	execute("marked.db", "PRAGMA application_id = 7;");
	check_refused("marked.db", HISTORY_WRITE, "another program's");
	check_refused("none.db", HISTORY_READ, "none.db; `stutter history import DIR` makes one");
	check_refused("no-such-folder/h.db", HISTORY_WRITE, "unable to open database file");
	/* An empty file is what mktemp makes. */
	(void)test_write("empty.db", "");
	history_close(history_fixture_open("empty.db"));
}

/* -- several processes -- */

/* Opens the file for every run, so that they also make it together. */
_Noreturn static void record_many(unsigned process, unsigned runs)
{
	for (unsigned i = 0; i < runs; i++) {
		char words[128];
		struct history *history = history_fixture_open("h.db");
		(void)snprintf(words, sizeof words, "a/d/%u/pass/%u b/d/%u/fail/%u", process, i + 1, process, i + 1);
		if (!history_fixture_add(history, 1000 + i, words))
			_exit(2);
		history_close(history);
	}
	_exit(0);
}

static pid_t start(unsigned process, unsigned runs)
{
	pid_t pid = fork();

	CU_ASSERT_FATAL(pid >= 0);
	if (pid == 0)
		record_many(process, runs);
	return pid;
}

static void several_processes_write_at_once(void)
{
	pid_t pids[PROCESSES];
	int status;

	for (unsigned i = 0; i < PROCESSES; i++)
		pids[i] = start(i, RUNS_EACH);
	for (unsigned i = 0; i < PROCESSES; i++) {
		CU_ASSERT_EQUAL(waitpid(pids[i], &status, 0), pids[i]);
		CU_ASSERT_EQUAL(status, 0);
	}
	CU_ASSERT_EQUAL(history_fixture_sessions("h.db"), PROCESSES * RUNS_EACH * 2);
}

/* A run has two sessions: whenever the writer is killed, both are there or none. */
static void a_killed_writer_leaves_whole_runs(void)
{
	unsigned at_least = 0;
	int status;

	for (unsigned i = 0; i < 30; i++) {
		pid_t pid = start(i, 1000000);
		(void)usleep((useconds_t)(500 + random_below(random_stream(1, "kill"), i, 0, 120000)));
		CU_ASSERT_EQUAL(kill(pid, SIGKILL), 0);
		CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
		CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		unsigned sessions = history_fixture_sessions("h.db");
		CU_ASSERT(sessions % 2 == 0 && sessions >= at_least);
		at_least = sessions;
	}
	CU_ASSERT(at_least > 0);
}

static void a_history_that_cannot_be_written_can_be_read(void)
{
	struct history *history = history_fixture_open("h.db");
	const char *path = test_path("h.db");
	struct error err;
	uint64_t wall_ns;
	bool known;

	history_fixture_add(history, 1000, "a/d/1/pass/5");
	history_close(history);
	CU_ASSERT_EQUAL(chmod(path, 0444), 0);
	CU_ASSERT_EQUAL(chmod(test_folder(), 0555), 0);
	if (access(path, W_OK) == 0 && geteuid() == 0 && setuid(65534) != 0)
		test_skip("root may write everything, and cannot become anybody else");
	history = history_open(path, HISTORY_READ, &err);
	if (history == NULL && access(path, R_OK) != 0)
		test_skip("others cannot read the test's folder");
	CU_ASSERT_PTR_NOT_NULL_FATAL(history);
	CU_ASSERT(history_duration(history, "a", "d", &known, &wall_ns, &err) && known);
	history_close(history);
	(void)chmod(test_folder(), 0755);
}

const CU_TestInfo tests_history_store[] = {
	{"an older version is brought up to date", an_older_version_is_brought_up_to_date},
	{"an older version is not merged", an_older_version_is_not_merged},
	{"a newer version is left alone", a_newer_version_is_left_alone},
	{"one that becomes newer while it is open is left alone", one_that_becomes_newer_while_it_is_open_is_left_alone},
	{"what is no history is left alone", what_is_no_history_is_left_alone},
	{"several processes write at once", several_processes_write_at_once},
	{"a killed writer leaves whole runs", a_killed_writer_leaves_whole_runs},
	{"a history that cannot be written can be read", a_history_that_cannot_be_written_can_be_read},
	CU_TEST_INFO_NULL,
};
