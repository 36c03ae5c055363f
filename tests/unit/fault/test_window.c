/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/fault/window.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

/* A frame with one name, the n-th. */
static struct naming named(enum address_word word, uint64_t n)
{
	return (struct naming){.count = 2, .names = {{ADDRESS_FRAME, n, 0}, {word, n, 0}}};
}

static struct fault_address parsed(const char *text)
{
	struct fault_address address;
	struct error err = {0};

	CU_ASSERT_FATAL(fault_address_parse(text, &address, &err));
	return address;
}

static struct fault_event frame_event(const struct naming *naming, sim_ns now)
{
	return (struct fault_event){.site = SITE_FRAME, .naming = naming, .now = now};
}

static struct fault_event site_event(enum site site, uint64_t number, sim_ns now)
{
	return (struct fault_event){.site = site, .number = number, .now = now};
}

static bool is_event(const struct fault_address *address, enum site site, uint64_t number)
{
	const struct fault_event event = site_event(site, number, 0);

	return fault_address_is(address, &event);
}

static bool is_frame(const struct fault_address *address, const struct naming *naming)
{
	const struct fault_event event = frame_event(naming, 0);

	return fault_address_is(address, &event);
}

static void an_address_is_of_a_frame_or_of_a_site(void)
{
	const struct naming second = named(ADDRESS_TCP_SYN, 2), third = named(ADDRESS_TCP_SYN, 3);
	struct fault_address address = parsed("tcp.syn#2");

	CU_ASSERT_EQUAL(address.site, SITE_FRAME);
	CU_ASSERT(is_frame(&address, &second));
	CU_ASSERT_FALSE(is_frame(&address, &third));
	CU_ASSERT_FALSE(is_event(&address, SITE_TX, 2));
	for (unsigned site = 0; site < SITES; site++) {
		char text[64];
		(void)snprintf(text, sizeof text, "%s#2..4", fault_sites[site].name);
		address = parsed(text);
		CU_ASSERT_EQUAL(address.site, site);
		CU_ASSERT_FALSE(is_frame(&address, &second));
		for (uint64_t n = 1; n <= 5; n++)
			CU_ASSERT_EQUAL(is_event(&address, (enum site)site, n), n >= 2 && n <= 4);
		CU_ASSERT_FALSE(is_event(&address, (enum site)((site + 1) % SITES), 3));
	}
	address = parsed("spi.msg#7..");
	CU_ASSERT(is_event(&address, SITE_SPI, UINT64_MAX) && !is_event(&address, SITE_SPI, 6));
}

static void what_has_no_address_has_no_name_in_one(void)
{
	for (unsigned site = SITES; site < SITES_ALL; site++)
		CU_ASSERT_EQUAL(site_find(fault_sites[site].name, strlen(fault_sites[site].name)), SITES);
}

static void what_is_no_address_is_refused(void)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"enc.tx", "the address 'enc.tx' needs a number: enc.tx#1, enc.tx#2 and so on"},
		{"enc.tx#0", "counted from 1"},
		{"enc.tx[80]#1", "only frames have flows: write enc.tx#7 or enc.tx#7..9"},
		{"enc.tx#3..2", "runs backwards"},
		{"enc.tt#1", "unknown address word"},
		{"", "unknown address word"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fault_address address = {.first = 77};
		struct error err = {0};
		CU_ASSERT_FALSE(fault_address_parse(rows[i].text, &address, &err));
		CU_ASSERT_EQUAL(address.first, 77);
		TEST_CONTAINS(err.text, rows[i].why);
	}
}

static void sees_frame(struct window *window, const struct naming *naming, sim_ns now)
{
	const struct fault_event event = frame_event(naming, now);

	window_sees(window, &event);
}

static void sees_event(struct window *window, enum site site, uint64_t number, sim_ns now)
{
	const struct fault_event event = site_event(site, number, now);

	window_sees(window, &event);
}

/*
 * -- windows: a SYN passes at 1 s, 2 s ... 8 s; "X" where the window is open once it has passed --
 */

static const char *open_at_syns(const char *match)
{
	static char text[9];
	const struct fault fault = made_fault("f", match, "drop", "");
	struct window window;

	window_init(&window, &fault.match);
	for (uint64_t n = 1; n <= 8; n++) {
		const struct naming naming = named(ADDRESS_TCP_SYN, n);
		sees_frame(&window, &naming, n * SIM_S);
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

/*
 * While it is open, a frame that would open it changes nothing; once it is closed, it opens it
 * again.
 */
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
	sees_frame(&window, &naming, 5 * SIM_S);
	CU_ASSERT_EQUAL(window_begun(&window), 5 * SIM_S);
	sees_frame(&window, &again, 6 * SIM_S);
	CU_ASSERT_EQUAL(window_begun(&window), 5 * SIM_S);
}

static void events_open_and_close_a_window(void)
{
	const struct fault fault = made_fault("f", "from=spi.msg#3;until=int.edge#2", "drop", "");
	struct window window;

	window_init(&window, &fault.match);
	sees_event(&window, SITE_SPI, 2, 10);
	sees_event(&window, SITE_TX, 3, 11);
	CU_ASSERT_FALSE(window_is_open(&window, 11));
	sees_event(&window, SITE_SPI, 3, 12);
	CU_ASSERT(window_is_open(&window, 12));
	sees_event(&window, SITE_INT, 1, 13);
	CU_ASSERT(window_is_open(&window, 13));
	/* A frame is no event of a site. */
	const struct naming naming = named(ADDRESS_TCP_SYN, 2);
	sees_frame(&window, &naming, 14);
	CU_ASSERT(window_is_open(&window, 14));
	sees_event(&window, SITE_INT, 2, 15);
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

const CU_TestInfo tests_window[] = {
	{"an address is of a frame or of a site", an_address_is_of_a_frame_or_of_a_site},
	{"what has no address has no name in one", what_has_no_address_has_no_name_in_one},
	{"what is no address is refused", what_is_no_address_is_refused},
	{"frames open and close a window", frames_open_and_close_a_window},
	{"a duration counts from the opening", a_duration_counts_from_the_opening},
	{"a window opens again when it was closed", a_window_opens_again_when_it_was_closed},
	{"the time of the opening is told", the_time_of_the_opening_is_told},
	{"events open and close a window", events_open_and_close_a_window},
	{"a phase closes a window for all others", a_phase_closes_a_window_for_all_others},
	CU_TEST_INFO_NULL,
};
