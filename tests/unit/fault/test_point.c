/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault/point.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

/* A frame with one name, the n-th. */
static struct naming named(enum address_word word, uint64_t n)
{
	return (struct naming){.count = 2, .names = {{ADDRESS_FRAME, n, 0}, {word, n, 0}}};
}

static struct point parsed(const char *text)
{
	struct point point;
	struct error err = {0};

	CU_ASSERT_FATAL(point_parse(text, &point, &err));
	return point;
}

static void a_point_is_a_frame_or_an_occasion(void)
{
	const struct naming second = named(ADDRESS_TCP_SYN, 2), third = named(ADDRESS_TCP_SYN, 3);
	struct point point = parsed("tcp.syn#2");

	CU_ASSERT_PTR_NULL(point.site);
	CU_ASSERT(point_is_frame(&point, &second));
	CU_ASSERT_FALSE(point_is_frame(&point, &third));
	CU_ASSERT_FALSE(point_is_occasion(&point, "enc.tx", 2));
	for (const struct fault_site *site = fault_sites; site->name != NULL; site++) {
		char text[64];
		(void)snprintf(text, sizeof text, "%s#2..4", site->name);
		point = parsed(text);
		CU_ASSERT_STRING_EQUAL(point.site, site->name);
		CU_ASSERT_FALSE(point_is_frame(&point, &second));
		for (uint64_t n = 1; n <= 5; n++)
			CU_ASSERT_EQUAL(point_is_occasion(&point, site->name, n), n >= 2 && n <= 4);
		CU_ASSERT_FALSE(point_is_occasion(&point, "no.site", 3));
	}
	point = parsed("spi.msg#7..");
	CU_ASSERT(point_is_occasion(&point, "spi.msg", UINT64_MAX) && !point_is_occasion(&point, "spi.msg", 6));
}

static void what_is_no_point_is_refused(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"enc.tx", "the address 'enc.tx' lacks its number: enc.tx#1, enc.tx#2 and so on"},
		{"enc.tx#0", "counted from 1"},
		{"enc.tx[80]#1", "a site of the board has no flows: write enc.tx#7 or enc.tx#7..9"},
		{"enc.tx#3..2", "run backwards"},
		{"enc.tt#1", "is no word of an address"},
		{"", "is no word of an address"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct point point = {.first = 77};
		struct error err = {0};
		CU_ASSERT_FALSE(point_parse(rows[i].text, &point, &err));
		CU_ASSERT_EQUAL(point.first, 77);
		TEST_CONTAINS(err.text, rows[i].why);
	}
}

/* -- windows: a SYN passes at 1 s, 2 s ... 8 s; "X" where the window is open once it has passed -- */

static const char *open_at_syns(const char *match)
{
	static char text[9];
	const struct fault fault = made_fault("f", match, "drop", "");
	struct window window;

	window_init(&window, &fault.match);
	for (uint64_t n = 1; n <= 8; n++) {
		const struct naming naming = named(ADDRESS_TCP_SYN, n);
		window_sees_frame(&window, &naming, n * SIM_S);
		text[n - 1] = window_is_open(&window, n * SIM_S) ? 'X' : '.';
	}
	return text;
}

static void frames_open_and_close_a_window(void)
{
	TEST_SAME_TEXT(open_at_syns(""), "XXXXXXXX");
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#3"), "..XXXXXX");
	TEST_SAME_TEXT(open_at_syns("until=tcp.syn#3"), "XX......");
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#3;until=tcp.syn#6"), "..XXX...");
	TEST_SAME_TEXT(open_at_syns("from=tcp.fin#3"), "........");
	/* The frame that closes it comes first: it is open until then, and never from then on. */
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#6;until=tcp.syn#3"), ".....XXX");
	TEST_SAME_TEXT(open_at_syns("from=2s;until=tcp.syn#5"), ".XXX....");
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#2;until=5s"), ".XXX....");
}

static void a_duration_counts_from_the_opening(void)
{
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#3;until=+2s"), "..XX....");
	TEST_SAME_TEXT(open_at_syns("from=3s;until=+2s"), "..XX....");
	TEST_SAME_TEXT(open_at_syns("until=+2s"), "X.......");
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#3;until=+1ns"), "..X.....");
}

/* While it is open, a frame that would open it changes nothing; once it is closed, it opens it again. */
static void a_window_opens_again_when_it_was_closed(void)
{
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn;until=+1500ms"), "XXXXXXXX");
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#1..2;until=+3s"), "XXX.....");
	/* A frame that does both closes one that is open and opens one that is closed. */
	TEST_SAME_TEXT(open_at_syns("from=tcp.syn#1..8;until=tcp.syn#4..5"), "XXX.XXXX");
}

static void the_time_of_the_opening_is_told(void)
{
	const struct fault fault = made_fault("f", "from=tcp.syn#2", "drop", ""), timed = made_fault("f", "from=7s", "drop", "");
	const struct naming naming = named(ADDRESS_TCP_SYN, 2), again = named(ADDRESS_TCP_SYN, 2);
	struct window window;

	window_init(&window, &timed.match);
	CU_ASSERT_EQUAL(window_begun(&window), 7 * SIM_S);
	window_init(&window, &fault.match);
	window_sees_frame(&window, &naming, 5 * SIM_S);
	CU_ASSERT_EQUAL(window_begun(&window), 5 * SIM_S);
	window_sees_frame(&window, &again, 6 * SIM_S);
	CU_ASSERT_EQUAL(window_begun(&window), 5 * SIM_S);
}

static void occasions_open_and_close_a_window(void)
{
	const struct fault fault = made_fault("f", "from=spi.msg#3;until=int.edge#2", "drop", "");
	struct window window;

	window_init(&window, &fault.match);
	window_sees_occasion(&window, "spi.msg", 2, 10);
	window_sees_occasion(&window, "enc.tx", 3, 11);
	CU_ASSERT_FALSE(window_is_open(&window, 11));
	window_sees_occasion(&window, "spi.msg", 3, 12);
	CU_ASSERT(window_is_open(&window, 12));
	window_sees_occasion(&window, "int.edge", 1, 13);
	CU_ASSERT(window_is_open(&window, 13));
	/* A frame is no occasion. */
	const struct naming naming = named(ADDRESS_TCP_SYN, 2);
	window_sees_frame(&window, &naming, 14);
	CU_ASSERT(window_is_open(&window, 14));
	window_sees_occasion(&window, "int.edge", 2, 15);
	CU_ASSERT_FALSE(window_is_open(&window, 15));
}

static void a_phase_closes_a_window_for_all_others(void)
{
	const struct fault fault = made_fault("f", "during=download;from=5s", "drop", "");
	struct window window;

	window_init(&window, &fault.match);
	CU_ASSERT_FALSE(window_is_open(&window, 6 * SIM_S));
	window_enters(&window, "check");
	CU_ASSERT_FALSE(window_is_open(&window, 6 * SIM_S));
	window_enters(&window, "download");
	CU_ASSERT_FALSE(window_is_open(&window, 4 * SIM_S));
	CU_ASSERT(window_is_open(&window, 6 * SIM_S));
	window_enters(&window, "downloads");
	CU_ASSERT_FALSE(window_is_open(&window, 6 * SIM_S));
	window_enters(&window, "download");
	CU_ASSERT(window_is_open(&window, 6 * SIM_S));
}

const CU_TestInfo tests_point[] = {
	{"a point is a frame or an occasion", a_point_is_a_frame_or_an_occasion},
	{"what is no point is refused", what_is_no_point_is_refused},
	{"frames open and close a window", frames_open_and_close_a_window},
	{"a duration counts from the opening", a_duration_counts_from_the_opening},
	{"a window opens again when it was closed", a_window_opens_again_when_it_was_closed},
	{"the time of the opening is told", the_time_of_the_opening_is_told},
	{"occasions open and close a window", occasions_open_and_close_a_window},
	{"a phase closes a window for all others", a_phase_closes_a_window_for_all_others},
	CU_TEST_INFO_NULL,
};
