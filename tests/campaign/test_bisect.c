/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `stutter bisect` over histories made for it: a device's file, in which one commit takes away the
 * client's retries.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_bisect_sessions[];

#define OUTPUT_MAX 16384
#define BUILD "--build 'test ! -e broken && cp device.yaml \"$STUTTER_DEVICE\"'"

/* The first connection attempt fails: it takes a retry. */
static const char scenario[] = "name: lost-syns\nimage: small.bin\ndeadline: 5min\ndevice: bad.yaml\nfaults:\n"
			       "  - {name: lost SYN, at: tcp.syn#1..4, drop: true}\n";

/* Nearly every session has a failed attempt. */
static const char by_chance[] = "name: lossy\nimage: small.bin\ndeadline: 5min\ndevice: bad.yaml\nfaults:\n"
				"  - {name: lost SYN, at: tcp.syn, probability: 85%, drop: true, during: connect}\n";

/*
 * Shell: device NAME RETRIES prints a device's file; change NAME RETRIES commits one; history COUNT
 * CULPRIT makes a repository of a base and so many commits on it, "change 1" and so on, in the
 * folder repo.
 */
static const char shell[] =
	"export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_GLOBAL=/dev/null\n"
	"device() { printf 'name: %s\\nspi_clock: 20MHz\\nagent:\\n  connect_timeout: 10s\\n  retries: %s\\n' $1 $2; }\n"
	"change() { device rev $2 >device.yaml; echo \"# $1\" >>device.yaml; git add -A; git commit -qm \"$1\"; }\n"
	"history() { git init -q -b main repo; cd repo; i=0; while [ $i -le $1 ]; do\n"
	"  if [ $i -lt $2 ]; then change \"change $i\" 5; else change \"change $i\" 0; fi; i=$((i + 1)); done; }\n"
	"set -e\n";

/* Runs commands in the test's folder that make a history. */
static void make(const char *commands)
{
	static char output[OUTPUT_MAX];
	char script[1024];

	session_fixture_needs("initramfs.cpio");
	(void)test_write("bad.yaml", "name: bad\nspi_clock: 20MHz\nagent:\n  connect_timeout: 10s\n  retries: 0\n");
	(void)test_write("good.yaml", "name: good\nspi_clock: 20MHz\nagent:\n  connect_timeout: 10s\n  retries: 5\n");
	(void)test_write("s.yaml", scenario);
	(void)test_write("chance.yaml", by_chance);
	(void)test_write("shell", shell);
	(void)snprintf(script, sizeof script, "cd %s && . ./shell && %s", test_folder(), commands);
	const int status = test_shell(output, sizeof output, "%s", script);
	if (status == 127)
		test_skip("no git");
	test_expect_status(output, status, 0);
}

/* Writes the plan of a session that failed. */
static void make_plan(void)
{
	static char output[OUTPUT_MAX];

	test_expect_status(
		output,
		session_fixture_run(output, sizeof output, "run s.yaml --history none --out r && false || cp r/*/*/plan.yaml plan.yaml"),
		0);
}

static void bisect(char *ret_output, const char *words, int status)
{
	test_expect_status(ret_output, session_fixture_run(ret_output, OUTPUT_MAX, "bisect %s --jobs 2", words), status);
}

static void a_commit_of_128_is_found_in_7_looks_and_proved(void)
{
	static char output[OUTPUT_MAX];

	make("history 128 77");
	make_plan();
	bisect(output, "plan.yaml --repo repo --good HEAD~128 " BUILD " --out b", 0);
	TEST_CONTAINS(output, "\"change 77\" brought the failure");
	TEST_CONTAINS(output, "\"change 77\" fails 3 of 3 times, from power on, in the same way.");
	TEST_CONTAINS(output, "\"change 76\" passes 3 of 3 times, from power on.");
	CU_ASSERT_EQUAL(test_count(output, "revisions are suspects"), 7);
	TEST_FILE_CONTAINS("b/search.json", "\"proved\": true");
	TEST_FILE_CONTAINS("b/search.json", "\"state\": \"found\"");
	/* The user's repository is unchanged. */
	(void)test_shell(output, OUTPUT_MAX, "cd %s/repo && git worktree list | wc -l && git status --porcelain", test_folder());
	TEST_SAME_TEXT(output, "1\n");
}

static void a_culprit_on_a_merged_branch_is_found(void)
{
	static char output[OUTPUT_MAX];

	make("history 3 99 && git checkout -q -b side HEAD~1 && "
	     "change 'side 1' 5 && change 'side 2' 0 && change 'side 3' 0 && git checkout -q main && change 'main 4' 5 && "
	     "{ git merge -q --no-ff side >/dev/null 2>&1 || true; } && change merge 0 && change last 0");
	make_plan();
	bisect(output, "plan.yaml --repo repo --good main~3 " BUILD " --out b", 0);
	TEST_CONTAINS(output, "\"side 2\" brought the failure");
	TEST_CONTAINS(output, "\"side 1\" passes 3 of 3 times");
}

static void revisions_that_do_not_build_stay_candidates(void)
{
	static char output[OUTPUT_MAX];

	make("history 4 99 && touch broken && change 'change 5' 5 && rm broken && change 'change 6' 0 && git rm -q device.yaml && echo nonsense >device.yaml && "
	     "git add -A && git commit -qm 'change 7' && change 'change 8' 0");
	make_plan();
	bisect(output, "plan.yaml --repo repo --good HEAD~8 " BUILD " --out b", 125);
	TEST_CONTAINS(output, "one of 2 revisions brought the failure; nothing that can be tested tells them apart");
	TEST_CONTAINS(output, "the build command ended with the exit status 1");
	TEST_CONTAINS(output, "\"change 6\": fail in connect");
}

static void an_interrupted_search_is_resumed(void)
{
	static char output[OUTPUT_MAX];

	make("history 16 11 && git branch start && git checkout -q -b later && change later 0");
	make_plan();
	bisect(output, "plan.yaml --repo repo --good main~16 --bad main " BUILD " --out b --budget 1s", 125);
	TEST_CONTAINS(output, "--resume b");
	/* Branches may move meanwhile. */
	(void)test_shell(output, OUTPUT_MAX, "cd %s/repo && git branch -f main later", test_folder());
	bisect(output, "--resume b", 0);
	TEST_CONTAINS(output, "\"change 11\" brought the failure");
	TEST_CONTAINS(output, " of 16 revisions are suspects");
}

/*
 * A build is no part of the budget that may take as long as it likes, and what kills it says
 * nothing of the revision.
 */
static void a_build_that_takes_too_long_or_is_killed_is_tried_again(void)
{
	static char output[OUTPUT_MAX];

	make("history 2 2");
	make_plan();
	for (size_t i = 0; i < 2; i++) {
		(void)test_shell(output, OUTPUT_MAX, "cd %s && rm -f slow && touch %s", test_folder(), i == 0 ? "slow" : "deadly");
		bisect(output,
		       i == 0 ? "plan.yaml --repo repo --good HEAD~2 --out b --budget 2s --build 'test ! -e ../../slow || sleep 300; "
		                "test ! -e ../../deadly || kill -KILL $$; cp device.yaml \"$STUTTER_DEVICE\"'"
		              : "--resume b",
		       125);
		TEST_CONTAINS(output, "`stutter bisect --resume b` continues it");
		char *json = test_read_own("b/search.json");
		CU_ASSERT_EQUAL(strstr(json, "\"error\": \"the build command was ended by signal 9") != NULL, i == 1);
		TEST_CONTAINS(json, "\"whole\": false");
		TEST_CONTAINS(json, "\"status\": 125");
		free(json);
		char *builds = test_read_own("b/builds.jsonl");
		CU_ASSERT_EQUAL(test_count(builds, "\n"), 1);
		free(builds);
	}
	(void)test_shell(output, OUTPUT_MAX, "rm %s/deadly", test_folder());
	bisect(output, "--resume b", 0);
	TEST_CONTAINS(output, "\"change 2\" brought the failure");
}

static void wrong_ends_are_reported_before_anything_is_built(void)
{
	static char output[OUTPUT_MAX];

	make("history 8 5");
	make_plan();
	bisect(output, "plan.yaml --repo repo --good HEAD~2 " BUILD " --out b1", 2);
	TEST_CONTAINS(output, "the good end");
	TEST_CONTAINS(output, "fails, too");
	CU_ASSERT_PTR_NULL(strstr(output, "--resume"));
	TEST_FILE_CONTAINS("b1/search.json", "\"error\": \"the good end");
	TEST_FILE_CONTAINS("b1/search.json", "\"status\": 2");
	bisect(output, "plan.yaml --repo repo --good HEAD~8 --bad HEAD~6 " BUILD " --out b2", 2);
	TEST_CONTAINS(output, "passes with this plan, so there is no failure to look for");
	bisect(output, "plan.yaml --repo repo --good HEAD~8 --build 'exit 4' --out b3", 2);
	TEST_CONTAINS(output, "neither end can be tested, so the build command is likely to be wrong");
}

static void wrong_options_are_reported_before_anything_is_created(void)
{
	static char output[OUTPUT_MAX];

	make("history 8 5");
	make_plan();
	bisect(output, "plan.yaml --repo repo --good HEAD --bad HEAD~8 " BUILD " --out b4", 2);
	TEST_CONTAINS(output, "comes after --bad");
	bisect(output, "plan.yaml --repo repo --good nowhere " BUILD " --out b5", 2);
	TEST_CONTAINS(output, "has no revision 'nowhere'");
	(void)test_shell(output, OUTPUT_MAX, "cd %s && echo >>repo/device.yaml && ls -d b4 b5", test_folder());
	TEST_CONTAINS(output, "b4': No such");
	bisect(output, "plan.yaml --repo repo --good HEAD --bad HEAD~8 " BUILD " --out b6", 2);
	CU_ASSERT_PTR_NULL(strstr(output, "is not built"));
	bisect(output, "plan.yaml --repo repo --good HEAD~8 --build 'exit 4' --out b7", 2);
	TEST_CONTAINS(output, "what is not committed in repo is not built");
}

static void a_list_of_devices_is_bisected(void)
{
	static char output[OUTPUT_MAX];

	make("device one 5 >one.yaml; device two 4 >two.yaml; device three 0 >three.yaml; device four 0 >four.yaml; "
	     "mkdir row; printf '../four.yaml\n\n../two.yaml # not yet\n../one.yaml\n' >row/devices");
	make_plan();
	bisect(output, "plan.yaml ./one.yaml ./two.yaml ./three.yaml ./four.yaml --out b", 0);
	TEST_CONTAINS(output, "./three.yaml brought the failure");
	/* The other way round, from a file, whose paths are relative to it. */
	bisect(output, "plan.yaml --devices row/devices --out b2", 2);
	TEST_CONTAINS(output, "the bad end row/../one.yaml passes with this plan");
	bisect(output, "plan.yaml ./one.yaml --out b3", 2);
	bisect(output, "plan.yaml ./one.yaml ./nowhere.yaml --out b4", 2);
	TEST_CONTAINS(output, "nowhere.yaml");
}

static void by_chance_it_is_found_as_surely_as_was_asked_for(void)
{
	static char output[OUTPUT_MAX];

	make("history 2 2");
	bisect(output, "chance.yaml --repo repo --good HEAD~2 " BUILD " --any-failure --confidence 80% --out b", 0);
	TEST_CONTAINS(output, "\"change 2\" brought the failure, as sure as ");
	TEST_CONTAINS(output, "failed; culprit");
	TEST_FILE_CONTAINS("b/search.json", "\"by_chance\": true");
}

static void git_finds_it_with_replay(void)
{
	static char output[OUTPUT_MAX];

	make("history 8 6");
	make_plan();
	const int status = test_shell(output, sizeof output,
	                              "cd %s/repo && git bisect start HEAD HEAD~8 && "
	                              "git bisect run %s replay ../plan.yaml --device ./device.yaml && git bisect log",
	                              test_folder(), test_program());
	if (status != 0)
		printf("    %s\n", output);
	TEST_CONTAINS(output, "] change 6");
	TEST_CONTAINS(output, "first bad commit");
}

const CU_TestInfo tests_bisect_sessions[] = {
	{"a commit of 128 is found in 7 looks and proved", a_commit_of_128_is_found_in_7_looks_and_proved},
	{"a culprit on a merged branch is found", a_culprit_on_a_merged_branch_is_found},
	{"revisions that do not build stay candidates", revisions_that_do_not_build_stay_candidates},
	{"an interrupted search is resumed", an_interrupted_search_is_resumed},
	{"a build that takes too long or is killed is tried again", a_build_that_takes_too_long_or_is_killed_is_tried_again},
	{"wrong ends are reported before anything is built", wrong_ends_are_reported_before_anything_is_built},
	{"wrong options are reported before anything is created", wrong_options_are_reported_before_anything_is_created},
	{"a list of devices is bisected", a_list_of_devices_is_bisected},
	{"by chance it is found as surely as was asked for", by_chance_it_is_found_as_surely_as_was_asked_for},
	{"git finds it with replay", git_finds_it_with_replay},
	CU_TEST_INFO_NULL,
};
