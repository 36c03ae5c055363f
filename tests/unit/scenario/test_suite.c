/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/scenario/suite.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/scenario/fixture.h"

static struct suite suite;

/* @return the error, or "". */
static const char *open_suite(const char *text)
{
	static char told[ERROR_TEXT_MAX + ERROR_FILE_MAX + 32];
	struct error err;

	if (suite_open(&suite, test_write("x.yaml", text), &err))
		return "";
	error_format(&err, told, sizeof told);
	return told;
}

static void a_suite_says_what_where_and_how_long(void)
{
	TEST_SAME_TEXT(open_suite("suite: night\nsummary: all\nbudget: 90min\nseeds: 2..5\ndevices: [box, ./other.yaml]\n"
	                          "judges: {hang: 3min}\n"
	                          "scenarios:\n- a\n- {path: b.yaml, seeds: 7, devices: [thin]}\n- {tag: quick}\n"),
	               "");
	TEST_SAME_TEXT(suite.name, "night");
	CU_ASSERT_EQUAL(suite.budget_ns, UINT64_C(5400) * 1000000000);
	CU_ASSERT(suite.seeds.first == 2 && suite.seeds.last == 5);
	TEST_SAME_TEXT(suite.devices[0], "box");
	TEST_CONTAINS(suite.devices[1], "/other.yaml");
	CU_ASSERT_PTR_NULL(suite.devices[2]);
	CU_ASSERT_EQUAL(judge_settings_number(&suite.judges, "hang"), UINT64_C(180) * 1000000000);
	CU_ASSERT(judge_settings_number(&suite.judges, "applied") == 0 && judge_settings_number(&suite.judges, "bootable") == 0);
	CU_ASSERT_EQUAL_FATAL(suite.count, 3);
	TEST_CONTAINS(suite.entries[0].path, "/a");
	CU_ASSERT(suite.entries[1].seeds.first == 7 && suite.entries[1].seeds.last == 7);
	TEST_SAME_TEXT(suite.entries[1].devices[0], "thin");
	TEST_SAME_TEXT(suite.entries[2].tag, "quick");
	TEST_CONTAINS(suite.entries[2].path, "/..");
	suite_close(&suite);
}

static void what_is_wrong_has_its_place(void)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"suite: x\n", "x.yaml:1:1: a suite needs 'scenarios'"},
		{"suite: x\nscenarios: []\n", "x.yaml:2:12: a suite needs 'scenarios'"},
		{"suite: x\nscenarios: [{seeds: 3}]\n", "x.yaml:2:13: an entry of 'scenarios' needs a path or a tag"},
		{"suite: x\nscenarios: [[a]]\n", "x.yaml:2:13: an entry of 'scenarios' must be a path"},
		{"suite: x\ndevices: box\nscenarios: [a]\n", "x.yaml:2:10: 'devices' must be a list"},
		{"suite: x\ndevices: ['']\nscenarios: [a]\n", "x.yaml:2:11: devices: each must be a name"},
		{"suite: x\nbudged: 3min\nscenarios: [a]\n", "did you mean 'budget'?"},
		{"suite: x\njudges: {hung: 3min}\nscenarios: [a]\n", "did you mean 'hang'?"},
		{"suite: x\nbudget: 3\nscenarios: [a]\n", "x.yaml:2:9: "},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		TEST_CONTAINS(open_suite(rows[i].text), rows[i].error);
}

static void a_suites_judges_are_asked_besides(void)
{
	struct plan plan;

	TEST_SAME_TEXT(open_suite("suite: x\njudges: {hang: 3min, storm: 5, whole: false}\nscenarios: [a]\n"), "");
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: s\ndevice: box\nexpect: {storm: 9}\n", NULL), "");
	suite_require(&suite, &plan);
	CU_ASSERT_EQUAL(judge_settings_number(&plan.expect.judges, "hang"), UINT64_C(180) * 1000000000);
	/* What the scenario says itself stays, and a suite switches no judge off. */
	CU_ASSERT_EQUAL(judge_settings_number(&plan.expect.judges, "storm"), 9);
	CU_ASSERT(judge_settings_number(&plan.expect.judges, "whole") && judge_settings_number(&plan.expect.judges, "bootable"));
	plan_close(&plan);
	/* A failure that is expected would become another one. */
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: s\ndevice: box\nexpect: {verdict: fail}\n", NULL), "");
	suite_require(&suite, &plan);
	CU_ASSERT_EQUAL(judge_settings_number(&plan.expect.judges, "hang"), 0);
	plan_close(&plan);
	suite_close(&suite);
}

static void tags_are_words_and_the_folders_name(void)
{
	struct plan plan;

	plan_fixture_refuses_with("name: s\ndevice: box\ntags: quick\n", "s.yaml:3:7: 'tags' must be a list");
	plan_fixture_refuses_with("name: s\ndevice: box\ntags: [a b]\n", "s.yaml:3:8: tags: each must be a word");
	plan_fixture_keeps("name: s\ndevice: box\ntags: [quick, smoke-1]\n");
	TEST_SAME_TEXT(plan_fixture_open(&plan, "name: s\ndevice: box\ntags: [quick, smoke-1]\n", NULL), "");
	TEST_SAME_TEXT(plan.tags[1], "smoke-1");
	CU_ASSERT(suite_has_tag(plan.path, "quick") && suite_has_tag(plan.path, "smoke-1"));
	CU_ASSERT(!suite_has_tag(plan.path, "smoke") && !suite_has_tag("/nowhere.yaml", "quick"));
	CU_ASSERT(suite_has_tag(plan.path, strrchr(test_folder(), '/') + 1));
	plan_close(&plan);
}

static void a_suite_is_told_from_a_scenario(void)
{
	CU_ASSERT(suite_is(test_write("x.yaml", "suite: x\n")));
	CU_ASSERT(!suite_is(test_write("x.yaml", "name: x\n")) && !suite_is("/nowhere.yaml"));
	plan_fixture_refuses_with("suite: x\nscenarios: [a]\n", "this is a suite, not a scenario");
}

/* Whether the night takes a whole folder. */
static bool is_for_the_night(const char *folder)
{
	char wanted[PATH_MAX], entry[PATH_MAX];
	bool found = false;

	CU_ASSERT_PTR_NOT_NULL_FATAL(realpath(folder, wanted));
	for (size_t i = 0; i < suite.count; i++)
		found = found ||
		        (suite.entries[i].tag[0] == '\0' && realpath(suite.entries[i].path, entry) != NULL && strcmp(entry, wanted) == 0);
	return found;
}

static void the_nightly_suite_has_every_folder_of_scenarios(void)
{
	struct error err;
	char list[4096], *rest = NULL;

	CU_ASSERT_FATAL(suite_open(&suite, "scenarios/suites/nightly.yaml", &err));
	CU_ASSERT_EQUAL_FATAL(
		test_shell(list, sizeof list, "grep -rl '^name:' scenarios --include='*.yaml' | xargs -n 1 dirname | sort -u"), 0);
	for (char *folder = strtok_r(list, "\n", &rest); folder != NULL; folder = strtok_r(NULL, "\n", &rest)) {
		if (!is_for_the_night(folder))
			printf("    scenarios/suites/nightly.yaml lacks %s\n", folder);
		CU_ASSERT(is_for_the_night(folder));
	}
	CU_ASSERT(!is_for_the_night("scenarios/suites"));
	suite_close(&suite);
}

const CU_TestInfo tests_suite[] = {
	{"a suite says what, where and how long", a_suite_says_what_where_and_how_long},
	{"what is wrong has its place", what_is_wrong_has_its_place},
	{"a suite's judges are asked besides", a_suites_judges_are_asked_besides},
	{"tags are words and the folder's name", tags_are_words_and_the_folders_name},
	{"a suite is told from a scenario", a_suite_is_told_from_a_scenario},
	{"the nightly suite has every folder of scenarios", the_nightly_suite_has_every_folder_of_scenarios},
	CU_TEST_INFO_NULL,
};
