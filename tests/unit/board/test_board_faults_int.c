/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Faults of the line INT: edges that are lost or doubled, and a line that is stuck. */
#include "emulator/board/board_faults.h"

#include "tests/test.h"
#include "tests/unit/board/board_faults_fixture.h"

static struct board_faults_fixture f;

static void a_lost_edge_is_hidden_until_the_line_rises_and_falls_again(void)
{
	board_faults_fixture_open_one(&f, "nth=2", "int_lost", "");
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 0));
	CU_ASSERT(board_faults_int(f.board_faults, true, 1));
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 2));
	for (sim_ns now = 3; now < 10; now++)
		CU_ASSERT_FALSE(board_faults_int(f.board_faults, true, now));
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, true, SIM_S * 3600));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 0), SIM_NEVER);
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, SIM_S * 3600));
	CU_ASSERT(board_faults_int(f.board_faults, true, SIM_S * 3600));
	board_faults_fixture_counts(&f, 0, 3, 1);
	TEST_SAME_TEXT(f.trace.text, "[  0.000000003] fault   int.edge#2: 'one' int_lost\n");
	board_faults_fixture_close(&f);
}

static void a_stuck_line_is_stuck_for_exactly_its_time(void)
{
	for (unsigned level = 0; level < 2; level++) {
		board_faults_fixture_open_one(&f, "nth=1", "int_stuck", level == 0 ? "level=0;for=100ns" : "level=1;for=100ns");
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 0), SIM_NEVER);
		CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 999));
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, true, 1000), level == 0);
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1000), 1100);
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1099), 1100);
		CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1100), SIM_NEVER);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, false, 1050), level == 0);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, true, 1060), level == 0);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, level != 0, 1099), level == 0);
		CU_ASSERT_EQUAL(board_faults_int(f.board_faults, level != 0, 1100), level != 0);
		board_faults_fixture_counts(&f, 0, level == 0 ? 2 : 2, 1);
		board_faults_fixture_close(&f);
	}
}

static void a_shorter_stuck_line_does_not_end_a_longer_one(void)
{
	board_faults_fixture_add(&f, "long", "nth=1", "int_stuck", "level=0;for=1s");
	board_faults_fixture_add(&f, "short", "nth=2", "int_stuck", "level=0;for=1ns");
	board_faults_fixture_open(&f, 1);
	CU_ASSERT(board_faults_int(f.board_faults, true, 0));
	CU_ASSERT(board_faults_int(f.board_faults, false, 10));
	CU_ASSERT(board_faults_int(f.board_faults, true, 20));
	CU_ASSERT(board_faults_int(f.board_faults, false, 30));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 0), SIM_S);
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, SIM_S));
	board_faults_fixture_close(&f);
}

/*
 * One character for each nanosecond from 0 on: L if the processor sees INT asserted. The chip
 * asserts it from @fell on, @length ns long.
 */
static const char *line(sim_ns fell, sim_ns length)
{
	static char text[17];

	for (sim_ns now = 0; now < 16; now++)
		text[now] = board_faults_int(f.board_faults, now >= fell && now < fell + length, now) ? 'L' : '-';
	return text;
}

static void a_doubled_edge_falls_twice(void)
{
	board_faults_fixture_open_one(&f, "", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 12), "--LLL---LLLLLL--");
	board_faults_fixture_close(&f);
	/*
	 * The chip is served before the line rises, while it is up, and not before it falls again.
	 */
	board_faults_fixture_open_one(&f, "", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 2), "--LL------------");
	board_faults_fixture_close(&f);
	board_faults_fixture_open_one(&f, "", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 5), "--LLL-----------");
	board_faults_fixture_close(&f);
	board_faults_fixture_open_one(&f, "", "int_double", "after=3ns");
	TEST_SAME_TEXT(line(2, 7), "--LLL---L-------");
	board_faults_fixture_counts(&f, 0, 1, 1);
	board_faults_fixture_close(&f);
}

static void a_doubled_edge_says_when_it_moves_the_line(void)
{
	board_faults_fixture_open_one(&f, "nth=2", "int_double", "after=100ns");
	CU_ASSERT(board_faults_int(f.board_faults, true, 500));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 500), SIM_NEVER);
	CU_ASSERT_FALSE(board_faults_int(f.board_faults, false, 600));
	CU_ASSERT(board_faults_int(f.board_faults, true, 1000));
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1000), 1100);
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1100), 1200);
	CU_ASSERT_EQUAL(board_faults_next(f.board_faults, 1200), SIM_NEVER);
	TEST_SAME_TEXT(f.trace.text, "[  0.000001000] fault   int.edge#2: 'one' int_double\n");
	board_faults_fixture_close(&f);
}

static void a_lost_edge_that_is_doubled_comes_once(void)
{
	board_faults_fixture_add(&f, "lost", "nth=1", "int_lost", "");
	board_faults_fixture_add(&f, "double", "nth=1", "int_double", "after=3ns");
	board_faults_fixture_open(&f, 1);
	TEST_SAME_TEXT(line(2, 12), "--------LLLLLL--");
	board_faults_fixture_close(&f);
}

const CU_TestInfo tests_board_faults_int[] = {
	{"a lost edge is hidden until the line rises and falls again", a_lost_edge_is_hidden_until_the_line_rises_and_falls_again},
	{"a stuck line is stuck for exactly its time", a_stuck_line_is_stuck_for_exactly_its_time},
	{"a shorter stuck line does not end a longer one", a_shorter_stuck_line_does_not_end_a_longer_one},
	{"a doubled edge falls twice", a_doubled_edge_falls_twice},
	{"a doubled edge says when it moves the line", a_doubled_edge_says_when_it_moves_the_line},
	{"a lost edge that is doubled comes once", a_lost_edge_that_is_doubled_comes_once},
	CU_TEST_INFO_NULL,
};
