/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/judge/settings.h"

#include <string.h>

#include "harness/judge/judge.h"
#include "harness/scenario/plan.h"
#include "tests/test.h"

static void every_judge_is_complete(void)
{
	judge_check();
	CU_ASSERT_PTR_EQUAL(judge_find("leak"), judge_catalogue[JUDGE_NUMBER_leak]);
	CU_ASSERT_PTR_NULL(judge_find("signs_of_life"));
}

/* What a judge's file says is what a scenario can say, each key once. */
static void every_key_stands_under_expect(void)
{
	const struct judge_table table = judge_table();
	const struct expect_table expect = expect_table();
	size_t count = 0, rows = 0;

	for (size_t i = 0; i < JUDGES_COUNT; i++)
		for (const struct param *row = judge_catalogue[i]->params; row->key != NULL; row++)
			rows++;
	for (const struct param *row = table.rows; row->key != NULL; row++, count++) {
		const struct param *there = param_find(expect.rows, row->key);
		CU_ASSERT_PTR_NOT_NULL_FATAL(there);
		CU_ASSERT_EQUAL(there->offset, row->offset + offsetof(struct expectation, judges));
		CU_ASSERT_PTR_EQUAL(param_find(table.rows, row->key), row);
	}
	CU_ASSERT_EQUAL(count, rows);
}

static void what_one_key_sets_no_other_reads(void)
{
	struct judge_settings settings;

	judge_settings_init(&settings);
	CU_ASSERT_EQUAL(judge_settings_number(&settings, "whole"), 1);
	judge_settings_set(&settings, "storm", "7");
	judge_settings_set(&settings, "signs_of_life", "tcp port 443");
	CU_ASSERT_EQUAL(judge_settings_number(&settings, "storm"), 7);
	CU_ASSERT_EQUAL(judge_settings_number(&settings, "hang"), 0);
	CU_ASSERT_EQUAL(judge_settings_number(&settings, "traffic"), 0);
	TEST_SAME_TEXT(judge_settings_text(&settings, "signs_of_life"), "tcp port 443");
	CU_ASSERT(judge_is_on(&settings, judge_find("storm")) && !judge_is_on(&settings, judge_find("hang")));
}

static void what_nobody_asked_for_is_told_from_what_was(void)
{
	struct judge_settings settings;

	judge_settings_init(&settings);
	CU_ASSERT_PTR_NULL(judge_asked_for(&settings, false));
	judge_settings_set(&settings, "hang", "1min");
	CU_ASSERT_PTR_EQUAL(judge_asked_for(&settings, false), judge_find("hang"));
	CU_ASSERT_PTR_NULL(judge_asked_for(&settings, true));
	judge_settings_set(&settings, "traffic", "2");
	CU_ASSERT_PTR_EQUAL(judge_asked_for(&settings, true), judge_find("traffic"));
}

static void only_times_to_wake_up_are_taken_over(void)
{
	struct judge_settings settings, from;

	judge_settings_init(&settings);
	judge_settings_init(&from);
	judge_settings_set(&from, "hang", "90s");
	judge_settings_set(&from, "signs_of_life", "udp");
	judge_settings_set(&from, "storm", "4");
	judge_settings_take_due(&settings, &from);
	CU_ASSERT_EQUAL(judge_settings_number(&settings, "hang"), UINT64_C(90000000000));
	TEST_SAME_TEXT(judge_settings_text(&settings, "signs_of_life"), "udp");
	CU_ASSERT_EQUAL(judge_settings_number(&settings, "storm"), 0);
}

static void a_filter_must_compile(void)
{
	struct judge_settings settings;
	const char *key = NULL;
	struct error err;

	judge_settings_init(&settings);
	CU_ASSERT(judge_settings_check(&settings, &key, &err));
	judge_settings_set(&settings, "signs_of_life", "udp port");
	CU_ASSERT_FALSE(judge_settings_check(&settings, &key, &err));
	CU_ASSERT_PTR_NOT_NULL_FATAL(key);
	TEST_SAME_TEXT(key, "signs_of_life");
}

const CU_TestInfo tests_judge_settings[] = {
	{"every judge is complete", every_judge_is_complete},
	{"every key stands under expect", every_key_stands_under_expect},
	{"what one key sets no other reads", what_one_key_sets_no_other_reads},
	{"what nobody asked for is told from what was", what_nobody_asked_for_is_told_from_what_was},
	{"only times to wake up are taken over", only_times_to_wake_up_are_taken_over},
	{"a filter must compile", a_filter_must_compile},
	CU_TEST_INFO_NULL,
};
