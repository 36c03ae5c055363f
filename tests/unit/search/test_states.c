/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/states.h"

#include "tests/test.h"

extern const CU_TestInfo tests_states[];

static size_t count_of(const char *trace)
{
	struct reach reach;

	states_parse(trace, &reach);
	const size_t count = reach.count;
	reach_close(&reach);
	return count;
}

static bool are_same(const char *a, const char *b)
{
	struct reach left, right;

	states_parse(a, &left);
	states_parse(b, &right);
	const bool same = left.count == right.count && !reach_is_new(&left, &right) && !reach_is_new(&right, &left);
	reach_close(&left);
	reach_close(&right);
	return same;
}

static void amounts_make_no_state(void)
{
	CU_ASSERT(are_same("[  6.1] device  dhcp bound 192.0.2.100 lease 86400\n", "[  7.25] device  dhcp bound 192.0.2.7 lease 60\n"));
	CU_ASSERT_FALSE(are_same("[  6.1] device  phase dns ok\n", "[  6.1] device  phase dns failed\n"));
}

static void how_often_counts_by_powers_of_two(void)
{
#define RETRY "[  6.1] device  phase dns retry 1: no answer\n"
	CU_ASSERT_FALSE(are_same(RETRY, RETRY RETRY));
	CU_ASSERT(are_same(RETRY RETRY, RETRY RETRY RETRY));
	CU_ASSERT_FALSE(are_same(RETRY RETRY RETRY, RETRY RETRY RETRY RETRY));
	CU_ASSERT_EQUAL(count_of(RETRY RETRY), 1);
}

static void what_a_fault_does_is_no_state_of_the_update(void)
{
	CU_ASSERT_EQUAL(count_of("[  6.1] proxy   to-server #7 tcp.syn[80/1]#1: rule 1 'drop' -> dropped\n"), 0);
	CU_ASSERT_EQUAL(count_of("[  6.1] spi     1517 messages, 30604 bytes, digest aab49a3ef45bba5a\n"), 0);
	CU_ASSERT_EQUAL(count_of("[  6.1] session 'small' seed 1 on device 'reference'\n"), 0);
	CU_ASSERT_EQUAL(count_of("# [  6.1] fault 'f': 80 matched\nno line of a trace\n"), 0);
}

/*
 * Each trace ends in counters; what is passed over of them is these lines, and not all that stands
 * before them.
 */
static void counters_at_the_end_hide_nothing_before_them(void)
{
#define SUMS "[  7.0] chip    3378 frames received, 0 overflowed\n[  7.0] link    0 collisions, 0 late\n"
	CU_ASSERT_EQUAL(count_of(SUMS), 0);
	CU_ASSERT_EQUAL(count_of("[  6.1] device  phase dns ok\n[  6.2] device  phase dns failed\n" SUMS), 2);
	CU_ASSERT_EQUAL(count_of("[  6.1] device  phase dns ok\n[  6.2] flash   stuck by 'nor_stuck'\n"), 1);
	CU_ASSERT_EQUAL(count_of("[  6.1] flash   1 programs of 256 bytes, 0 torn, 0 findings, digest 062e746d8c1d89c9\n"), 0);
	CU_ASSERT_EQUAL(count_of("[  6.1]"), 0);
}

static void they_are_read_from_a_session_that_has_a_trace(void)
{
	struct reach reach;

	states_read(test_folder(), &reach);
	CU_ASSERT_EQUAL(reach.count, 0);
	(void)test_write("trace.txt", "[  1.0] device  a\n[  1.1] device  b 7\n");
	states_read(test_folder(), &reach);
	CU_ASSERT_EQUAL(reach.count, 2);
	CU_ASSERT_PTR_NOT_NULL(reach_find(&reach, "device  b 0"));
	reach_close(&reach);
}

const CU_TestInfo tests_states[] = {
	{"amounts make no state", amounts_make_no_state},
	{"how often counts by powers of two", how_often_counts_by_powers_of_two},
	{"what a fault does is no state of the update", what_a_fault_does_is_no_state_of_the_update},
	{"counters at the end hide nothing before them", counters_at_the_end_hide_nothing_before_them},
	{"they are read from a session that has a trace", they_are_read_from_a_session_that_has_a_trace},
	CU_TEST_INFO_NULL,
};
