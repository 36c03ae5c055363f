/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The repository and the builds of a bisection: with git, without sessions. */
#include "harness/search/builds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/memory.h"
#include "harness/search/command.h"
#include "harness/search/repository.h"
#include "tests/test.h"

extern const CU_TestInfo tests_bisect[];

#define AS_SOMEBODY \
	"export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_GLOBAL=/dev/null; " \
	"export GIT_AUTHOR_DATE=2024-01-02T03:04:05Z GIT_COMMITTER_DATE=2024-01-02T03:04:05Z; "

/*
 * A repository: base - one - two ------ merge - last, with side beside two.
 *                         \-- side ---/
 * The name of its folder is to be released with free().
 */
static char *make_repository(void)
{
	char output[2048];
	const int status = test_shell(
		output, sizeof output,
		AS_SOMEBODY
		"set -e; cd %s; git init -q -b main repo; cd repo; "
		"say() { echo $1 >file; git add file; git commit -qm \"$1\"; git tag $1; }; "
		"say base; say one; say two; git checkout -q -b other one; echo side >beside; git add beside; git commit -qm side; git tag side; "
		"git checkout -q main; git merge -q --no-ff -m 'merge of	side' side; git tag merge; say last",
		test_folder());

	if (status == 127)
		test_skip("no git");
	if (status != 0)
		printf("    %s\n", output);
	CU_ASSERT_EQUAL_FATAL(status, 0);
	return memory_format("%s/repo", test_folder());
}

static size_t named(const struct revisions *revisions, const char *subject)
{
	for (size_t i = 0; i < revisions->count; i++)
		if (strcmp(revisions->list[i].subject, subject) == 0)
			return i;
	return REVISION_NONE;
}

static void read_between(const char *repo, const char *good, const char *bad, struct revisions *ret_revisions)
{
	char from[REPOSITORY_HASH_MAX], to[REPOSITORY_HASH_MAX];
	struct error err = {.text = ""};

	CU_ASSERT_FATAL(repository_resolve(repo, "--good", good, from, &err));
	CU_ASSERT_FATAL(repository_resolve(repo, "--bad", bad, to, &err));
	const bool good_so_far = repository_read(repo, from, to, ret_revisions, &err);
	if (!good_so_far)
		printf("    %s\n", err.text);
	CU_ASSERT_FATAL(good_so_far);
}

static void a_history_with_merges_is_read(void)
{
	char *repo = make_repository();
	struct revisions revisions;

	read_between(repo, "base", "last", &revisions);
	CU_ASSERT_EQUAL(revisions.count, 6);
	CU_ASSERT_EQUAL(revisions_candidates(&revisions), 5);
	TEST_SAME_TEXT(revisions.list[REVISIONS_GOOD].subject, "base");
	TEST_SAME_TEXT(revisions.list[revisions_bad(&revisions)].subject, "last");
	TEST_CONTAINS(revisions.list[1].date, "2024-01-02T03:04:05");
	const size_t merge = named(&revisions, "merge of\tside");
	CU_ASSERT_NOT_EQUAL_FATAL(merge, REVISION_NONE);
	CU_ASSERT_EQUAL(revisions.list[merge].parent_count, 2);
	CU_ASSERT(revisions_is_after(&revisions, merge, named(&revisions, "side")));
	CU_ASSERT(revisions_is_after(&revisions, merge, named(&revisions, "two")));
	CU_ASSERT(!revisions_is_after(&revisions, named(&revisions, "side"), named(&revisions, "two")));
	revisions_close(&revisions);
	free(repo);
}

/*
 * Of a merge, a parent may be older than the good end: it is asked in a proof, and is no candidate.
 */
static void parents_from_before_the_good_end_are_there(void)
{
	char *repo = make_repository();
	struct revisions revisions;

	read_between(repo, "two", "last", &revisions);
	CU_ASSERT_EQUAL(revisions_candidates(&revisions), 3);
	CU_ASSERT_EQUAL(revisions.count, 5);
	TEST_SAME_TEXT(revisions.list[REVISIONS_GOOD].subject, "two");
	CU_ASSERT(!revisions.list[named(&revisions, "one")].is_candidate);
	CU_ASSERT_EQUAL(revisions.list[named(&revisions, "side")].parents[0], named(&revisions, "one"));
	revisions_close(&revisions);
	free(repo);
}

static void expect_refusal(const char *repo, const char *good, const char *bad, const char *words)
{
	char from[REPOSITORY_HASH_MAX], to[REPOSITORY_HASH_MAX];
	struct error err = {.text = ""};
	struct revisions revisions;

	if (repository_resolve(repo, "--good", good, from, &err) && repository_resolve(repo, "--bad", bad, to, &err) &&
	    repository_read(repo, from, to, &revisions, &err))
		revisions_close(&revisions);
	TEST_CONTAINS(err.text, words);
}

static void wrong_revisions_are_refused(void)
{
	char *repo = make_repository();

	expect_refusal(repo, "nowhere", "last", "--good: the repository");
	expect_refusal(repo, "base", "--upload-pack=x", "has no revision '--upload-pack=x'");
	expect_refusal(repo, "last", "base", "comes after --bad");
	expect_refusal(repo, "last", "last", "are the same revision");
	expect_refusal(repo, "two", "side", "is not an ancestor of");
	expect_refusal(test_folder(), "a", "b", "not a git repository");
	free(repo);
}

static void what_is_not_committed_is_noticed(void)
{
	char *repo = make_repository(), output[256];

	CU_ASSERT(!repository_is_dirty(repo));
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "echo new >%s/unknown", repo), 0);
	CU_ASSERT(!repository_is_dirty(repo));
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "echo new >%s/file", repo), 0);
	CU_ASSERT(repository_is_dirty(repo));
	free(repo);
}

/* -- builds -- */

struct builds_fixture {
	char *repo, *dir;
	char hash[REPOSITORY_HASH_MAX];
	struct builds builds;
};

static void builds_fixture_open(struct builds_fixture *f, const char *command)
{
	struct error err = {.text = ""};
	char output[64];

	if (f->repo == NULL) {
		f->repo = make_repository();
		f->dir = memory_format("%s/search", test_folder());
		(void)test_shell(output, sizeof output, "mkdir %s", f->dir);
		CU_ASSERT_FATAL(repository_resolve(f->repo, "--good", "two", f->hash, &err));
	}
	CU_ASSERT_FATAL(builds_open(&f->builds, f->repo, command, f->dir, "aaaa", "bbbb", false, &err));
}

static void builds_fixture_close(struct builds_fixture *f)
{
	builds_close(&f->builds);
	free(f->repo);
	free(f->dir);
}

static enum build_outcome build(struct builds_fixture *f, char ret_device[DEVICE_PATH_MAX], char ret_why[BUILDS_WHY_MAX])
{
	struct error err = {.text = ""};
	const enum build_outcome outcome = builds_get(&f->builds, f->hash, ret_device, ret_why, &err);

	if (outcome == BUILD_BROKEN)
		printf("    %s\n", err.text);
	return outcome;
}

static void a_revision_is_built_once_and_in_a_checkout_of_its_own(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX], output[512];

	builds_fixture_open(&f, "cat file >\"$STUTTER_DEVICE\"; echo $STUTTER_REVISION; pwd; echo x >>../times");
	CU_ASSERT_EQUAL_FATAL(build(&f, device, why), BUILD_GOOD);
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	char *text = test_read(device);
	TEST_SAME_TEXT(text, "two\n");
	free(text);
	(void)test_shell(output, sizeof output, "cat %s/builds/%s/build.log", f.dir, f.hash);
	TEST_CONTAINS(output, f.hash);
	TEST_CONTAINS(output, "/search/checkout");
	/* The record goes on. */
	builds_close(&f.builds);
	builds_fixture_open(&f, "exit 1");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	(void)test_shell(output, sizeof output, "cd %s; cat times; git -C %s worktree list | wc -l; cat %s/file", f.dir, f.repo, f.repo);
	TEST_SAME_TEXT(output, "x\n1\nlast\n");
	char good[REPOSITORY_HASH_MAX], bad[REPOSITORY_HASH_MAX];
	CU_ASSERT(builds_ends(f.dir, good, bad));
	TEST_SAME_TEXT(good, "aaaa");
	TEST_SAME_TEXT(bad, "bbbb");
	builds_fixture_close(&f);
}

static void a_build_that_fails_says_why(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX];

	builds_fixture_open(&f, "exit 3");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_FAILED);
	TEST_CONTAINS(why, "exit status 3");
	builds_fixture_close(&f);
}

static void a_build_that_leaves_no_device_has_failed(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX];

	builds_fixture_open(&f, "true");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_FAILED);
	TEST_CONTAINS(why, "$STUTTER_DEVICE");
	builds_fixture_close(&f);
}

static void a_checkout_holds_nothing_of_the_build_before(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX];
	struct error err;

	builds_fixture_open(&f, "test ! -e made && touch made && cp file \"$STUTTER_DEVICE\"");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	CU_ASSERT(repository_resolve(f.repo, "--bad", "side", f.hash, &err));
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	f.builds.keeps = true;
	CU_ASSERT(repository_resolve(f.repo, "--bad", "one", f.hash, &err));
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_FAILED);
	builds_fixture_close(&f);
}

/* Over as soon as the build has begun. */
static bool has_begun(void *ctx)
{
	const struct builds_fixture *f = ctx;
	char *path = memory_format("%s/begun", f->dir);
	const bool has = access(path, F_OK) == 0;

	free(path);
	return has;
}

/*
 * What the command has started goes with it, even if it ignores SIGTERM, and the revision is tried
 * again.
 */
static void a_build_that_is_ended_leaves_nothing_and_is_not_recorded(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX], output[64];

	builds_fixture_open(&f, "cp file \"$STUTTER_DEVICE\"; (trap '' TERM; touch ../begun; sleep 91.73; sleep 91.73) & wait");
	f.builds.is_over = has_begun;
	f.builds.ctx = &f;
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_STOPPED);
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, "ps -eo args | grep '^sleep 91[.]73'"), 0);
	f.builds.is_over = NULL;
	f.builds.command = "exit 7";
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_FAILED);
	builds_fixture_close(&f);
}

static void a_build_that_is_killed_once_is_begun_again(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX], output[64];

	builds_fixture_open(&f, "echo x >>../times; test $(wc -l <../times) -gt 1 || kill -KILL $$; cp file \"$STUTTER_DEVICE\"");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	(void)test_shell(output, sizeof output, "cat %s/times", f.dir);
	TEST_SAME_TEXT(output, "x\nx\n");
	builds_fixture_close(&f);
}

/* By a signal of its own, or as sh tells of what it has started. */
static void a_build_that_is_killed_again_says_nothing_of_its_revision(void)
{
	static const char *const commands[] = {"kill -KILL $$", "kill -TERM $$", "sh -c 'kill -KILL $$'; exit $?", "exit 143"};
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX];
	struct error err;

	builds_fixture_open(&f, "true");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		err.text[0] = '\0';
		f.builds.command = commands[i];
		CU_ASSERT_EQUAL(builds_get(&f.builds, f.hash, device, why, &err), BUILD_BROKEN);
		TEST_CONTAINS(err.text, "was ended by signal ");
		TEST_CONTAINS(err.text, "says nothing about the revision");
	}
	/* It is tried again, here and when the search is resumed. */
	builds_close(&f.builds);
	builds_fixture_open(&f, "cp file \"$STUTTER_DEVICE\"");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	builds_fixture_close(&f);
}

static void a_compiler_that_crashes_is_the_revisions_own(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX];

	builds_fixture_open(&f, "exit 139");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_FAILED);
	TEST_CONTAINS(why, "exit status 139");
	builds_fixture_close(&f);
}

static void what_a_killed_build_has_left_is_not_taken_for_a_device(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX], output[64];

	builds_fixture_open(&f, "true");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "d=%s/builds/%s && mkdir -p $d && echo half >$d/device.yaml", f.dir, f.hash), 0);
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_FAILED);
	builds_fixture_close(&f);
}

static void what_lies_in_the_checkout_is_told_from_what_lies_beside_the_device(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX], path[DEVICE_PATH_MAX];

	builds_fixture_open(&f, "cp file \"$STUTTER_DEVICE\"");
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	CU_ASSERT(!builds_in_checkout(&f.builds, device));
	(void)snprintf(path, sizeof path, "%s/builds/../checkout/file", f.dir);
	CU_ASSERT(builds_in_checkout(&f.builds, path));
	CU_ASSERT(!builds_in_checkout(&f.builds, ""));
	CU_ASSERT(!builds_in_checkout(&f.builds, "/nowhere"));
	builds_fixture_close(&f);
}

/* A work tree of the user's may be on a disk that is not there just now. */
static void other_work_trees_stay_known(void)
{
	struct builds_fixture f = {.repo = NULL};
	char device[DEVICE_PATH_MAX], why[BUILDS_WHY_MAX], output[256];

	builds_fixture_open(&f, "cp file \"$STUTTER_DEVICE\"");
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "git -C %s worktree add -q --detach %s/away && rm -rf %s/away", f.repo,
	                           test_folder(), test_folder()),
	                0);
	/* And the search's own, left by one that was killed. */
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "git -C %s worktree add -q --detach %s/checkout && rm -rf %s/checkout", f.repo,
	                           f.dir, f.dir),
	                0);
	CU_ASSERT_EQUAL(build(&f, device, why), BUILD_GOOD);
	(void)test_shell(output, sizeof output, "git -C %s worktree list --porcelain | grep -c /away", f.repo);
	TEST_SAME_TEXT(output, "1\n");
	builds_fixture_close(&f);
}

static void a_command_does_not_see_the_repository_it_is_started_from(void)
{
	static const char *const words[] = {"sh", "-c", "echo \"$GIT_DIR,$ONE\"; cat; exit 5", NULL}, *const variables[] = {"ONE", "two",
	                                                                                                                    NULL};
	const struct command command = {.words = words, .variables = variables};
	struct error err;
	char *output;

	(void)setenv("GIT_DIR", "/nowhere", 1);
	CU_ASSERT_EQUAL(command_run(&command, &output, &err), 5);
	TEST_SAME_TEXT(output, ",two\n");
	free(output);
}

const CU_TestInfo tests_bisect[] = {
	{"a history with merges is read", a_history_with_merges_is_read},
	{"parents from before the good end are there", parents_from_before_the_good_end_are_there},
	{"wrong revisions are refused", wrong_revisions_are_refused},
	{"what is not committed is noticed", what_is_not_committed_is_noticed},
	{"a revision is built once and in a checkout of its own", a_revision_is_built_once_and_in_a_checkout_of_its_own},
	{"a build that fails says why", a_build_that_fails_says_why},
	{"a build that leaves no device has failed", a_build_that_leaves_no_device_has_failed},
	{"a checkout holds nothing of the build before", a_checkout_holds_nothing_of_the_build_before},
	{"a build that is ended leaves nothing and is not recorded", a_build_that_is_ended_leaves_nothing_and_is_not_recorded},
	{"a build that is killed once is begun again", a_build_that_is_killed_once_is_begun_again},
	{"a build that is killed again says nothing of its revision", a_build_that_is_killed_again_says_nothing_of_its_revision},
	{"a compiler that crashes is the revision's own", a_compiler_that_crashes_is_the_revisions_own},
	{"what a killed build has left is not taken for a device", what_a_killed_build_has_left_is_not_taken_for_a_device},
	{"what lies in the checkout is told from what lies beside the device",
         what_lies_in_the_checkout_is_told_from_what_lies_beside_the_device},
	{"other work trees stay known", other_work_trees_stay_known},
	{"a command does not see the repository it is started from", a_command_does_not_see_the_repository_it_is_started_from},
	CU_TEST_INFO_NULL,
};
