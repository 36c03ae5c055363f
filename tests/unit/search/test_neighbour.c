/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/neighbour.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_neighbour[];

#define SYN " to-server #16 tcp.syn[80/1]#1 192.0.2.100:1 > 192.0.2.1:80 74 B: "

static struct difference difference;

static void the_first_line_that_differs_is_shown_with_what_comes_before_it(void)
{
	difference_find(
		"[  1.000000000] device  a\n[  2.000000000] device  b\n[  3.000000000] device  c\n[  4.000000000] device  d\n[  5.000000001] device  e\n",
		"[  1.000000000] device  a\n[  2.000000000] device  b\n[  3.000000000] device  c\n[  4.000000000] device  d\n[  5.000000002] device  e\n",
		NULL, NULL, &difference);
	CU_ASSERT(difference.found && difference.at_ns[0] == 5 * SIM_S + 1 && difference.at_ns[1] == 5 * SIM_S + 2);
	TEST_SAME_TEXT(difference.common, "[  2.000000000] device  b\n[  3.000000000] device  c\n[  4.000000000] device  d\n");
	TEST_SAME_TEXT(difference.lines[0], "[  5.000000001] device  e\n");
	TEST_SAME_TEXT(difference.lines[1], "[  5.000000002] device  e\n");
	difference_close(&difference);
}

static void lines_about_the_run_are_no_difference(void)
{
	difference_find("[  1.000000000] device  a\n# [  2.000000000] fault   x\n", "# other\n[  1.000000000] device  a\n", NULL, NULL,
	                &difference);
	CU_ASSERT_FALSE(difference.found);
	difference_close(&difference);
}

static void one_that_ends_earlier_differs_at_its_end(void)
{
	difference_find("[  1.000000000] device  a\n", "[  1.000000000] device  a\n[  2.500000000] device  b\n", NULL, NULL, &difference);
	CU_ASSERT(difference.found && difference.at_ns[0] == 0 && difference.at_ns[1] == 2 * SIM_S + 500 * SIM_MS);
	TEST_SAME_TEXT(difference.lines[0], "");
	difference_close(&difference);
}

/*
 * The decision that was taken out is in one trace alone, or its frame is in both and met with other
 * faults as well.
 */
static void what_was_taken_out_is_passed_over(void)
{
	struct decision list[] = {{.at = "tcp.syn[80/1]#1", .name = "lost SYN", .time = 7306150280}};
	const struct decisions decisions = {list, 1, 1};
	const struct weight removed = {.name = "lost SYN", .first = 0, .last = 0, .count = 1};
	static const char failing[] = "[  7.306150280] proxy  " SYN
				      "'slow' delay 1 ms, 'lost SYN' drop -> dropped\n[  8.000000000] device  late\n";

	difference_find(failing, "[  7.306150280] proxy  " SYN "'slow' delay 1 ms -> leaves after 1 ms\n[  7.400000000] device  soon\n",
	                &removed, &decisions, &difference);
	CU_ASSERT(difference.found && difference.at_ns[0] == 8 * SIM_S && difference.at_ns[1] == 7400 * SIM_MS);
	difference_close(&difference);
	difference_find(failing, "[  7.400000000] device  soon\n", &removed, &decisions, &difference);
	CU_ASSERT(difference.found && difference.at_ns[0] == 8 * SIM_S && difference.at_ns[1] == 7400 * SIM_MS);
	difference_close(&difference);
	/* Another fault at the same frame is none of it. */
	list[0].time++;
	difference_find(failing, "[  7.400000000] device  soon\n", &removed, &decisions, &difference);
	CU_ASSERT(difference.found && difference.at_ns[0] == 7306150280);
	difference_close(&difference);
}

static void what_the_device_says_is_compared_by_its_words(void)
{
	difference_heard("[  1.000000000] device  phase a ok\n[  1.500000000] proxy   x\n[  9.000000000] session fail: b\n",
	                 "[  1.100000000] device  phase a ok\n[  2.000000000] proxy   y\n[  3.000000000] session pass: b\n", &difference);
	CU_ASSERT(difference.found && difference.at_ns[0] == 9 * SIM_S && difference.at_ns[1] == 3 * SIM_S);
	TEST_SAME_TEXT(difference.lines[0], "[  9.000000000] session fail: b\n");
	difference_close(&difference);
}

static void no_trace_is_no_crash(void)
{
	difference_find(NULL, "[  1.000000000] device  a\n", NULL, NULL, &difference);
	CU_ASSERT(difference.found);
	difference_close(&difference);
}

static void the_nearest_lacks_the_fewest_decisions_and_of_these_the_latest(void)
{
	struct weight list[] = {{.effect = WEIGHT_PASSES, .count = 9, .first = 0},
	                        {.effect = WEIGHT_PASSES, .count = 1, .first = 2},
	                        {.effect = WEIGHT_PASSES, .count = 1, .first = 4},
	                        {.effect = WEIGHT_OTHER, .count = 1, .first = 8}};
	struct weights weights = {.list = list, .count = 4};

	CU_ASSERT_PTR_EQUAL(neighbour_choose(&weights), &list[2]);
	for (size_t i = 0; i < 4; i++)
		list[i].effect = WEIGHT_SAME;
	CU_ASSERT_PTR_NULL(neighbour_choose(&weights));
}

const CU_TestInfo tests_neighbour[] = {
	{"the_first_line_that_differs_is_shown_with_what_comes_before_it", the_first_line_that_differs_is_shown_with_what_comes_before_it},
	{"lines_about_the_run_are_no_difference", lines_about_the_run_are_no_difference},
	{"one_that_ends_earlier_differs_at_its_end", one_that_ends_earlier_differs_at_its_end},
	{"what_was_taken_out_is_passed_over", what_was_taken_out_is_passed_over},
	{"what_the_device_says_is_compared_by_its_words", what_the_device_says_is_compared_by_its_words},
	{"no_trace_is_no_crash", no_trace_is_no_crash},
	{"the_nearest_lacks_the_fewest_decisions_and_of_these_the_latest", the_nearest_lacks_the_fewest_decisions_and_of_these_the_latest},
	CU_TEST_INFO_NULL};
