/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "search/states.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_states[];

static size_t count_of(const char *trace)
{
	uint64_t *list;
	const size_t count = states_of_trace(trace, &list);

	free(list);
	return count;
}

static bool are_same(const char *a, const char *b)
{
	uint64_t *left, *right;
	const size_t count = states_of_trace(a, &left);
	const bool same = count == states_of_trace(b, &right) && memcmp(left, right, count * sizeof *left) == 0;

	free(left);
	free(right);
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

/* Each trace ends in counters; what is passed over of them is these lines, and not all that stands before them. */
static void counters_at_the_end_hide_nothing_before_them(void)
{
#define SUMS "[  7.0] chip    3378 frames received, 0 overflowed\n[  7.0] link    0 collisions, 0 late\n"
	CU_ASSERT_EQUAL(count_of(SUMS), 0);
	CU_ASSERT_EQUAL(count_of("[  6.1] device  phase dns ok\n[  6.2] device  phase dns failed\n" SUMS), 2);
	CU_ASSERT_EQUAL(count_of("[  6.1] device  phase dns ok\n[  6.2] flash   stuck by 'nor_stuck'\n"), 1);
	CU_ASSERT_EQUAL(count_of("[  6.1] flash   1 programs of 256 bytes, 0 torn, 0 findings, digest 062e746d8c1d89c9\n"), 0);
	CU_ASSERT_EQUAL(count_of("[  6.1]"), 0);
}

static const char *session(const char *trace)
{
	(void)test_write("trace.txt", trace);
	return test_folder();
}

static void only_the_first_to_come_into_a_state_is_new(void)
{
	struct states states;
	struct error err;

	states_open(&states, test_folder());
	CU_ASSERT(states_note(&states, "one", session("[  1.0] device  a\n[  1.1] device  b\n"), &err));
	CU_ASSERT(states_note(&states, "two", session("[  1.0] device  b\n[  1.1] device  c\n"), &err));
	CU_ASSERT_EQUAL(states_new(&states, "one"), 2);
	CU_ASSERT_EQUAL(states_new(&states, "two"), 1);
	CU_ASSERT_EQUAL(states_new(&states, "never run"), 0);
	states_close(&states);
}

static void they_are_there_when_a_sweep_goes_on(void)
{
	struct states states;
	struct error err;

	states_open(&states, test_folder());
	CU_ASSERT(states_note(&states, "one", session("[  1.0] device  a\n"), &err));
	CU_ASSERT(states_note(&states, "two", session("[  1.0] device  a\n[  1.1] device  c\n"), &err));
	states_close(&states);
	/* A line that a kill has cut off. */
	char path[600];
	(void)snprintf(path, sizeof path, "%s/" STATES_FILE, test_folder());
	FILE *stream = fopen(path, "ae");
	CU_ASSERT_FATAL(stream != NULL && fputs("0123456789abcdef 0123456789ab", stream) != EOF && fclose(stream) == 0);
	states_open(&states, test_folder());
	CU_ASSERT_EQUAL(states.count, 2);
	CU_ASSERT_EQUAL(states_new(&states, "two"), 2);
	CU_ASSERT_EQUAL(states_new(&states, "one"), 0);
	/* What comes behind it is a line of its own. */
	CU_ASSERT(states_note(&states, "three", session("[  1.0] device  d\n"), &err));
	states_close(&states);
	states_open(&states, test_folder());
	CU_ASSERT_EQUAL(states.count, 3);
	CU_ASSERT_EQUAL(states_new(&states, "three"), 1);
	states_close(&states);
}

const CU_TestInfo tests_states[] = {
	{"amounts make no state", amounts_make_no_state},
	{"how often counts by powers of two", how_often_counts_by_powers_of_two},
	{"what a fault does is no state of the update", what_a_fault_does_is_no_state_of_the_update},
	{"counters at the end hide nothing before them", counters_at_the_end_hide_nothing_before_them},
	{"only the first to come into a state is new", only_the_first_to_come_into_a_state_is_new},
	{"they are there when a sweep goes on", they_are_there_when_a_sweep_goes_on},
	CU_TEST_INFO_NULL,
};
