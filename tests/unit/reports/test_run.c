/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run as it is read from its folder, complete and broken off; how its sessions are replayed. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "tests/test.h"
#include "tests/unit/reports/run_fixture.h"
#include "tests/unit/reports/written.h"

static struct run_fixture f;
static char output[65536];

static void a_folder_that_is_no_runs_is_an_error(void)
{
	struct error err = {0};

	CU_ASSERT_FALSE(run_open(&f.run, "/no/such/folder", &err));
	TEST_CONTAINS(err.text, "/no/such/folder is not the folder of a run: there is no run.json in it");
	(void)test_write(RUN_FILE, "{\"version\": 1, ");
	CU_ASSERT_FALSE(run_open(&f.run, test_folder(), &err));
	TEST_CONTAINS(err.text, "run.json cannot be read: line 1: ");
	(void)test_write(RUN_FILE, "{\"version\": 2}");
	CU_ASSERT_FALSE(run_open(&f.run, test_folder(), &err));
	TEST_CONTAINS(err.text, "run.json is of version 2, and this stutter, ");
}

static void a_report_that_cannot_be_written_is_an_error(void)
{
	struct error err = {0};
	char *path;

	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	path = memory_format("%s/junit.xml.new", test_folder());
	CU_ASSERT_FATAL(folder_make(path, &err));
	CU_ASSERT_FALSE(report_files(&f.causes, &err));
	TEST_CONTAINS(err.text, "/junit.xml cannot be written: ");
	free(path);
}

/*
 * The run was killed: one session has its verdict, one was under way, one has a verdict that is no
 * longer whole, one never began.
 */
static void a_session_without_a_verdict_is_shown_as_one(void)
{
	static const struct {
		enum run_outcome outcome;
		const char *reason, *replay;
	} rows[RUN_FIXTURE_SESSIONS] = {
		{RUN_SURVIVED, "reason a", "replay"},
		{RUN_WITHOUT_VERDICT, "no verdict: the run ended before", "run"},
		{RUN_WITHOUT_VERDICT, "no verdict: verdict.json cannot be read: line 1: ", "run"},
		{RUN_WITHOUT_VERDICT, "not run: the run ended before", "run dir/clean.yaml --seed 18446744073709551615"}};

	run_fixture_make_sessions(&f);
	(void)close(run_fixture_begin(&f, RUN_FIXTURE_SESSIONS));
	run_fixture_write_verdict(&f, 0);
	run_fixture_write_folder("clean/1", "plan.yaml", "name: x\n");
	run_fixture_write_folder("lost-syn/2", "plan.yaml", "name: x\n");
	run_fixture_write_folder("lost-syn/2", "verdict.json", "{\"version\": 1, \"verdict\": \"pa");
	run_fixture_read(&f);
	for (size_t i = 0; i < RUN_FIXTURE_SESSIONS; i++) {
		CU_ASSERT_EQUAL(f.run.sessions[i].outcome, rows[i].outcome);
		TEST_CONTAINS(f.run.sessions[i].reason, rows[i].reason);
		char *replay = memory_format("stutter %s", rows[i].replay);
		CU_ASSERT_EQUAL(strncmp(f.run.sessions[i].replay, replay, strlen(replay)), 0);
		free(replay);
	}
	CU_ASSERT_EQUAL(f.run.outcomes[RUN_WITHOUT_VERDICT], 3);
	const char *text = written_by(report_terminal, &f.causes);
	TEST_CONTAINS(text, "NO VERDICT clean, seed 18446744073709551615: no verdict: the run ended before\n");
	CU_ASSERT_PTR_NULL(strstr(text, "/clean/2"));
}

static void a_verdict_of_another_version_is_none(void)
{
	run_fixture_make_sessions(&f);
	(void)close(run_fixture_begin(&f, RUN_FIXTURE_SESSIONS));
	run_fixture_write_folder("lost-syn/1", "verdict.json", "{\"version\": 2, \"verdict\": \"pass\", \"as_expected\": true}");
	run_fixture_write_folder("clean/1", "verdict.json", "{\"version\": 1, \"verdict\": \"fine\", \"as_expected\": true}");
	run_fixture_read(&f);
	TEST_CONTAINS(f.run.sessions[0].reason, "no verdict: verdict.json is of a version that this stutter");
	TEST_CONTAINS(f.run.sessions[1].reason, "no verdict: verdict.json says neither pass nor fail nor inconclusive");
}

/* Whoever looks into the folder of a run that goes on is not told that it ended. */
static void a_run_that_goes_on_is_told_from_one_that_ended(void)
{
	run_fixture_make_sessions(&f);
	int fd = run_fixture_begin(&f, 1);
	run_fixture_read(&f);
	CU_ASSERT(f.run.goes_on);
	TEST_SAME_TEXT(f.run.sessions[0].reason, "its turn has not come: the run is still going");
	TEST_CONTAINS(written_by(report_terminal, &f.causes), "The run is still going: ");
	(void)close(fd);
	run_fixture_read(&f);
	CU_ASSERT_FALSE(f.run.goes_on);
	TEST_SAME_TEXT(f.run.sessions[0].reason, "not run: the run ended before");
}

/* Without a result there are no decisions to replay, just a plan to run again. */
static void what_proved_nothing_is_run_again(void)
{
	run_fixture_make_sessions(&f);
	run_fixture_make_run(&f);
	TEST_CONTAINS(f.run.sessions[1].replay, "stutter replay ");
	TEST_CONTAINS(f.run.sessions[2].replay, "stutter run ");
}

static void a_replay_command_is_safe_for_a_shell(void)
{
	run_fixture_make_sessions(&f);
	f.folders[0] = "it's $(here)/1";
	run_fixture_make_run(&f);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "set -- %s; printf '%%s' \"$3\"", f.run.sessions[0].replay), 0);
	TEST_CONTAINS(output, "/it's $(here)/1/plan.yaml");
}

const CU_TestInfo tests_run[] = {
	{"a folder that is no run's is an error", a_folder_that_is_no_runs_is_an_error},
	{"a report that cannot be written is an error", a_report_that_cannot_be_written_is_an_error},
	{"a session without a verdict is shown as one", a_session_without_a_verdict_is_shown_as_one},
	{"a verdict of another version is none", a_verdict_of_another_version_is_none},
	{"a run that goes on is told from one that ended", a_run_that_goes_on_is_told_from_one_that_ended},
	{"what proved nothing is run again", what_proved_nothing_is_run_again},
	{"a replay command is safe for a shell", a_replay_command_is_safe_for_a_shell},
	CU_TEST_INFO_NULL,
};
