/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What cannot be: tests/wrong has a file for each defect, named by it. `check` and `run` refuse
 * every one in the same words, with its place, before anything runs. And what `check` warns of, and
 * what it takes.
 */
#include <dirent.h>
#include <limits.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fault/action.h"
#include "harness/scenario/plan.h"
#include "tests/test.h"

extern const CU_TestInfo tests_wrong[];

#define OUTPUT_MAX 16384
#define STATUS_USAGE 2

static char output[OUTPUT_MAX];

static int stutter(const char *words)
{
	return test_shell(output, sizeof output, "cd %s && %s %s", test_folder(), test_program(), words);
}

static bool fits(const char *pattern, const char *text)
{
	regex_t regex;

	CU_ASSERT_FATAL(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0);
	bool fits = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return fits;
}

/* -- the folder -- */

static void is_refused_by_both(const char *name)
{
	char words[PATH_MAX + 64], by_check[OUTPUT_MAX];

	(void)snprintf(words, sizeof words, "check wrong/%s", name);
	CU_ASSERT_EQUAL(stutter(words), STATUS_USAGE);
	memcpy(by_check, output, sizeof output);
	(void)snprintf(words, sizeof words, "run wrong/%s --out out", name);
	CU_ASSERT_EQUAL(stutter(words), STATUS_USAGE);
	TEST_SAME_TEXT(output, by_check);
	if (!fits("^[a-z/-]+\\.yaml:[0-9]+:[0-9]+: [^\n]+\n$", by_check))
		printf("    %s: no single line with a place: %s\n", name, by_check);
	CU_ASSERT(fits("^[a-z/-]+\\.yaml:[0-9]+:[0-9]+: [^\n]+\n$", by_check));
	CU_ASSERT(!test_exists("out"));
}

static void what_run_refuses_check_refuses(void)
{
	struct dirent **entries;
	int count = scandir("tests/wrong", &entries, NULL, alphasort), wrong = 0;

	CU_ASSERT_FATAL(count > 0);
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "cp -r tests/wrong %s/wrong", test_folder()), 0);
	for (int i = 0; i < count; i++) {
		if (strstr(entries[i]->d_name, ".yaml") != NULL) {
			is_refused_by_both(entries[i]->d_name);
			wrong++;
		}
		free(entries[i]);
	}
	free(entries);
	CU_ASSERT(wrong >= 70);
}

static void two_of_the_same_name_are_refused_by_both(void)
{
	test_write("a.yaml", "name: x\n");
	test_write("b.yaml", "name: x\n");
	CU_ASSERT_EQUAL(stutter("check a.yaml b.yaml >/dev/null"), STATUS_USAGE);
	TEST_SAME_TEXT(
		output,
		"b.yaml:1:1: another scenario of this run has the name 'x' too, and their sessions would share folders: rename one of them\n");
	CU_ASSERT_EQUAL(stutter("run a.yaml b.yaml --out out"), STATUS_USAGE);
	TEST_SAME_TEXT(
		output,
		"b.yaml:1:1: another scenario of this run has the name 'x' too, and their sessions would share folders: rename one of them\n");
	CU_ASSERT(!test_exists("out"));
}

/* What `check` cannot know of, as it is asked for beside the scenario. */
static void an_empty_range_of_seeds_is_refused_with_the_same_message(void)
{
	static const char refused[] = "a.yaml:1:1: seed: 'nth: seed' of the fault 'drop' counts from 1, so the seed must not be 0\n";

	test_write("a.yaml", "name: x\nfaults:\n- {nth: seed, drop: true}\n");
	CU_ASSERT_EQUAL(stutter("run a.yaml --seed 0 --out out"), STATUS_USAGE);
	if (strstr(output, "`make guest`") != NULL)
		test_skip("no guest; `make guest` builds it");
	TEST_SAME_TEXT(output, refused);
	CU_ASSERT_EQUAL(stutter("run a.yaml --seeds 0..3 --out out"), STATUS_USAGE);
	TEST_SAME_TEXT(output, refused);
	CU_ASSERT(!test_exists("out"));
}

/* -- what is near what cannot be, and can -- */

static void valid_scenarios_are_accepted(void)
{
	static const char *const good[] = {
		"name: x\ndevice: \"21.10\"\nserver: {os_size: 4MiB}\nexpect: {verdict: fail, phase: download}\n",
		"name: x\ndevice: \"21.10\"\nserver: {os_size: 257B}\n",
		"name: x\nserver: {os_size: 1B}\n",
		"name: x\ndeadline: 5min\nexpect: {at_least: 5min, at_most: 5min, judge: traffic, traffic: 2, verdict: fail}\n",
		"name: x\nseeds: 1..100000\n",
		"name: x\ndevice: full-duplex\nlink: {duplex: full}\nfaults:\n- {pause: 10s}\n",
		"name: x\ndevice: {name: d, kernel: over.cpio}\nlink: {duplex: full}\nfaults:\n- {pause: 10s}\n",
		"name: x\ndeadline: 5min\nexpect: {verdict: any, judge: hang, hang: 299s, heal: 299s}\n",
		"name: x\nexpect: {verdict: fail, judge: truth}\n",
		"name: x\ndeadline: 5min\nfaults:\n- {from: 299s, until: 10min, drop: true}\n",
		"name: x\nlink: {duplex: full}\nfaults:\n- {at: \"enc.tx#9\", collision: {times: 1}}\n",
		"name: x\nfaults:\n- {at: http.range, direction: to-server, drop: true}\n- {at: tcp.data, direction: to-device, drop: true}\n",
		"name: x\nfaults:\n- {loss: {percent: 0, correlation: 0%}}\n- {loss: 0.25%}\n",
		"name: x\nfaults:\n- {ntp: {answer: offset, years: 100}}\n",
		"name: x\ndevice: {name: d, client: my-own, overlay: over.cpio}\nexpect: {verdict: fail, phase: brew}\n",
	};

	test_write("over.cpio", "o");
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		test_write("good.yaml", good[i]);
		int status = stutter("check good.yaml 2>&1 >/dev/null");
		/* Without the guest's files nothing else is wrong with it. */
		CU_ASSERT(status == 0 || strstr(output, "`make guest`") != NULL);
		if (status != 0 && strstr(output, "`make guest`") == NULL)
			printf("    %s    %s", good[i], output);
	}
}

/* What a replay does not use need not fit its device. */
static void a_frozen_plan_may_be_replayed_on_a_device_without_flash(void)
{
	test_write("plan.yaml",
	           "name: x\nmade: {tool: t}\ndevice: reference\nfaults:\n- {at: \"nor.op#3\", power_cut: {for: 1s}}\ndecisions: []\n");
	int status = stutter("check plan.yaml >/dev/null");
	CU_ASSERT(status == 0 || strstr(output, "`make guest`") != NULL);
}

/* -- what is warned of -- */

static void a_value_that_a_comment_cuts_is_warned_of(void)
{
	test_write("cut.yaml",
	           "name: x # a comment\nsummary: issue #1349 of theirs\nfaults:\n- at: tcp.syn #2\n  drop: true #\n- {at: \"tcp.syn#2\", "
	           "drop: true} #3\n");
	(void)stutter("check cut.yaml 2>&1 >/dev/null");
	TEST_CONTAINS(
		output,
		"cut.yaml:2:15: warning: the value ends before '#1349', because a blank and '#' begin a comment; if it belongs to the value, leave the blank out, or quote the value\n");
	TEST_CONTAINS(output, "cut.yaml:4:14: warning: the value ends before '#2', ");
	CU_ASSERT(strstr(output, "cut.yaml:1:") == NULL && strstr(output, "cut.yaml:5:") == NULL && strstr(output, "cut.yaml:6:") == NULL);
}

/* -- device files -- */

static void a_devices_path_is_relative_to_its_scenario(void)
{
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "mkdir -p %s/suite/boards", test_folder()), 0);
	test_write("suite/boards/mine.yaml", "name: mine\nmemory: 96MiB\n");
	test_write("suite/a.yaml", "name: a\ndevice: boards/mine.yaml\n");
	test_write("suite/b.yaml", "name: b\ndevice: ./boards/mine.yaml\n");
	int status = stutter("check suite");
	TEST_CONTAINS(output, status == 0 ? "memory: 96MiB" : "`make guest`");
	/* board.yaml is no scenario, and is not taken for one. */
	CU_ASSERT(strstr(output, "mine.yaml:") == NULL);
	CU_ASSERT(strstr(output, "# suite/boards") == NULL);
	test_write("suite/a.yaml", "name: a\ndevice: boards/yours.yaml\n");
	(void)stutter("check suite/a.yaml");
	TEST_SAME_TEXT(output, "suite/a.yaml:2:9: the device suite/boards/yours.yaml cannot be read: No such file or directory\n");
	test_write("suite/a.yaml", "name: a\ndevice: ././boards/yours.yaml\n");
	(void)stutter("check suite/a.yaml");
	TEST_SAME_TEXT(output, "suite/a.yaml:2:9: the device suite/boards/yours.yaml cannot be read: No such file or directory\n");
	test_write("suite/boards/mine.yaml", "name: mine\nmemory: 96\n");
	(void)stutter("check suite/b.yaml");
	TEST_CONTAINS(output, "suite/boards/mine.yaml:2:9: in the device named "
	                      "at suite/b.yaml:2: memory: '96' is not a size");
}

/* -- where snapshots are kept -- */

static void a_cache_that_others_can_write_is_refused(void)
{
	test_write("good.yaml", "name: x\n");
	CU_ASSERT_EQUAL_FATAL(test_shell(output, sizeof output, "mkdir -m 1777 %s/open", test_folder()), 0);
	int status = stutter("run good.yaml --out out --cache open");
	if (strstr(output, "`make guest`") != NULL)
		test_skip("no guest; `make guest` builds it");
	CU_ASSERT_EQUAL(status, STATUS_USAGE);
	CU_ASSERT(fits(
		"^stutter: --cache: the folder for snapshots of booted devices, /.*/open, is writable by everybody; give one of your own with --cache DIR or STUTTER_CACHE\n$",
		output));
	CU_ASSERT_EQUAL(stutter("run good.yaml --out out --cache good.yaml"), STATUS_USAGE);
	TEST_CONTAINS(output, "good.yaml, is not a folder; give one");
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output, "cd %s && STUTTER_CACHE=open %s run good.yaml --out out", test_folder(), test_program()),
		STATUS_USAGE);
	TEST_CONTAINS(output, "stutter: STUTTER_CACHE: the folder for snapshots of booted devices, ");
	CU_ASSERT(!test_exists("out"));
}

/*
 * Opens the cache that is wanted, in the test's folder, as this user of this group with this mode.
 * @return the error, or "".
 */
static const char *opened_as(uid_t user, gid_t group, mode_t mode)
{
	static struct error err;
	struct paths paths = {.snapshots = ""};
	char path[PATH_MAX];

	(void)snprintf(path, sizeof path, "%s/cache", test_folder());
	CU_ASSERT_FATAL((mkdir(path, 0700) == 0 || test_exists("cache")) && chown(path, user, group) == 0 && chmod(path, mode) == 0);
	bool good = paths_open_cache(&paths, path, &err);
	CU_ASSERT(good == (strcmp(paths.snapshots, path) == 0));
	return good ? "" : err.text;
}

static void a_cache_of_another_user_or_of_a_group_is_refused(void)
{
	const gid_t own = getegid(), other = own + 4321;

	if (geteuid() != 0)
		test_skip("only root can give a folder away");
	TEST_SAME_TEXT(opened_as(0, own, 0775), "");
	TEST_SAME_TEXT(opened_as(0, other, 0755), "");
	TEST_CONTAINS(opened_as(0, other, 0775), "/cache, is writable by a group; give one of your own");
	TEST_CONTAINS(opened_as(4321, own, 0755), "/cache, is another user's; give one of your own");
	TEST_CONTAINS(opened_as(4321, own, 0700), "/cache, is another user's; ");
	TEST_CONTAINS(opened_as(0, own, 01777), "/cache, is writable by everybody; ");
}

/*
 * What another user made in the work tree is passed over, and what is empty is not said, as with
 * XDG's variables.
 */
static void a_cache_that_nobody_named_is_passed_over(void)
{
	struct paths paths = {.snapshots = ""};
	struct error err;
	char own[PATH_MAX];

	(void)snprintf(own, sizeof own, "%s/mine/stutter", test_folder());
	(void)snprintf(paths.snapshots, sizeof paths.snapshots, "%s/tree", test_folder());
	CU_ASSERT_FATAL(mkdir(paths.snapshots, 0700) == 0);
	if (chown(paths.snapshots, 4321, (gid_t)-1) != 0)
		test_skip("only root can give a folder away");
	*strrchr(own, '/') = '\0';
	CU_ASSERT_FATAL(setenv("XDG_CACHE_HOME", own, 1) == 0 && setenv("STUTTER_CACHE", "", 1) == 0);
	CU_ASSERT_FATAL(paths_open_cache(&paths, NULL, &err));
	own[strlen(own)] = '/';
	TEST_SAME_TEXT(paths.snapshots, own);
}

/* An installed program has no work tree to keep them in. */
static struct paths opened_without_tree(const char *home, const char *cache)
{
	struct paths paths = {.snapshots = ""};
	struct error err;

	CU_ASSERT_FATAL(home != NULL ? setenv("HOME", home, 1) == 0 : unsetenv("HOME") == 0);
	CU_ASSERT_FATAL(cache != NULL ? setenv("XDG_CACHE_HOME", cache, 1) == 0 : unsetenv("XDG_CACHE_HOME") == 0);
	CU_ASSERT_FATAL(unsetenv("STUTTER_CACHE") == 0 && setenv("TMPDIR", test_folder(), 1) == 0);
	CU_ASSERT_FATAL(paths_open_cache(&paths, NULL, &err));
	return paths;
}

static void the_cache_is_the_users_own(void)
{
	char home[PATH_MAX], expected[2 * PATH_MAX];
	struct stat status;

	(void)snprintf(home, sizeof home, "%s/home", test_folder());
	struct paths paths = opened_without_tree(home, NULL);
	(void)snprintf(expected, sizeof expected, "%s/.cache/stutter", home);
	TEST_SAME_TEXT(paths.snapshots, expected);
	CU_ASSERT(!paths.passing && stat(expected, &status) == 0 && (status.st_mode & 0777) == 0700);
	paths = opened_without_tree("/nonexistent/too", home);
	(void)snprintf(expected, sizeof expected, "%s/stutter", home);
	TEST_SAME_TEXT(paths.snapshots, expected);
	/* One that everybody can write into is passed over. */
	CU_ASSERT_FATAL(chmod(expected, 01777) == 0);
	paths = opened_without_tree(home, home);
	(void)snprintf(expected, sizeof expected, "%s/.cache/stutter", home);
	TEST_SAME_TEXT(paths.snapshots, expected);
}

static void a_passing_cache_goes_when_the_run_does(void)
{
	struct paths paths = {.snapshots = ""};
	char path[2 * PATH_MAX];

	(void)snprintf(paths.snapshots, sizeof paths.snapshots, "%s/passing", test_folder());
	CU_ASSERT_FATAL(mkdir(paths.snapshots, 0700) == 0);
	(void)snprintf(path, sizeof path, "%s/x.snapshot", paths.snapshots);
	FILE *stream = fopen(path, "we");
	CU_ASSERT_FATAL(stream != NULL && fclose(stream) == 0);
	paths_close_cache(&paths);
	CU_ASSERT(access(path, F_OK) == 0);
	paths.passing = true;
	paths_close_cache(&paths);
	CU_ASSERT(access(paths.snapshots, F_OK) != 0);
}

const CU_TestInfo tests_wrong[] = {
	{"what run refuses, check refuses", what_run_refuses_check_refuses},
	{"two of the same name are refused by both", two_of_the_same_name_are_refused_by_both},
	{"an empty range of seeds is refused with the same message", an_empty_range_of_seeds_is_refused_with_the_same_message},
	{"valid scenarios are accepted", valid_scenarios_are_accepted},
	{"a frozen plan may be replayed on a device without flash", a_frozen_plan_may_be_replayed_on_a_device_without_flash},
	{"a value that a comment cuts is warned of", a_value_that_a_comment_cuts_is_warned_of},
	{"a device's path is relative to its scenario", a_devices_path_is_relative_to_its_scenario},
	{"a cache that others can write is refused", a_cache_that_others_can_write_is_refused},
	{"a cache of another user or of a group is refused", a_cache_of_another_user_or_of_a_group_is_refused},
	{"a cache that nobody named is passed over", a_cache_that_nobody_named_is_passed_over},
	{"the cache is the user's own", the_cache_is_the_users_own},
	{"a passing cache goes when the run does", a_passing_cache_goes_when_the_run_does},
	CU_TEST_INFO_NULL,
};
