/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which events a fault picks, and what it draws for them. */
#include "lib/fault/draw.h"
#include "lib/fault/window.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

/* -- which event -- */

/* One character for each of the first eight ordinals. */
static const char *picks(const char *match, const char *action)
{
	static char text[9];
	const struct fault fault = made_fault("f", match, action, "");

	for (uint64_t n = 1; n <= 8; n++)
		text[n - 1] = fault_picks(&fault, n) ? 'X' : '.';
	return text;
}

static void a_fault_picks_what_its_match_says(void)
{
	CU_ASSERT_STRING_EQUAL(picks("", "drop"), "XXXXXXXX");
	CU_ASSERT_STRING_EQUAL(picks("nth=1", "drop"), "X.......");
	CU_ASSERT_STRING_EQUAL(picks("nth=8", "drop"), ".......X");
	CU_ASSERT_STRING_EQUAL(picks("nth=9", "drop"), "........");
	CU_ASSERT_STRING_EQUAL(picks("every=1", "drop"), "XXXXXXXX");
	CU_ASSERT_STRING_EQUAL(picks("every=3", "drop"), "..X..X..");
	CU_ASSERT_STRING_EQUAL(picks("first=1", "drop"), "X.......");
	CU_ASSERT_STRING_EQUAL(picks("first=3", "drop"), "XXX.....");
	CU_ASSERT_STRING_EQUAL(picks("first=8", "drop"), "XXXXXXXX");
	/* The probability is asked elsewhere. */
	CU_ASSERT_STRING_EQUAL(picks("probability=0%", "drop"), "XXXXXXXX");
}

static void the_largest_ordinals_are_told_apart(void)
{
	const struct fault nth = made_fault("f", "nth=18446744073709551615", "drop", "");

	CU_ASSERT(fault_picks(&nth, UINT64_MAX));
	CU_ASSERT_FALSE(fault_picks(&nth, UINT64_MAX - 1));
}

static bool is_open(const struct fault *fault, sim_ns now)
{
	struct window window;

	window_init(&window, &fault->match);
	return window_is_open(&window, now);
}

static void a_window_has_its_first_instant_and_not_its_last(void)
{
	const struct fault always = made_fault("f", "", "drop", ""), from = made_fault("f", "from=1s", "drop", ""),
			   until = made_fault("f", "until=1s", "drop", ""),
			   both = made_fault("f", "from=1s;until=1000000001ns", "drop", "");

	CU_ASSERT(is_open(&always, 0) && is_open(&always, UINT64_MAX));
	CU_ASSERT_FALSE(is_open(&from, SIM_S - 1));
	CU_ASSERT(is_open(&from, SIM_S) && is_open(&from, UINT64_MAX));
	CU_ASSERT(is_open(&until, 0) && is_open(&until, SIM_S - 1));
	CU_ASSERT_FALSE(is_open(&until, SIM_S));
	CU_ASSERT_FALSE(is_open(&both, SIM_S - 1));
	CU_ASSERT(is_open(&both, SIM_S));
	CU_ASSERT_FALSE(is_open(&both, SIM_S + 1));
}

/* -- streams -- */

static uint64_t key_of(struct fault fault)
{
	return fault_stream(&fault, 0, 1).key;
}

static void draws_do_not_move_with_parameters_or_probability(void)
{
	uint64_t key = key_of(made_fault("f", "probability=1%;nth=2", "delay", "time=1ms"));

	CU_ASSERT_EQUAL(key_of(made_fault("f", "probability=2%;nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "probability=2%;correlation=9%;nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "probability=0%;nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "nth=2", "delay", "time=1ms")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "nth=2", "delay", "time=2ms;jitter=1ms;keep_order=false")), key);
	CU_ASSERT_EQUAL(key_of(made_fault("f", "", "rx_pointer", "xor=1")), key_of(made_fault("f", "", "rx_pointer", "xor=2")));
}

static void draws_are_others_with_another_name_action_match_or_seed(void)
{
	static const char *const matches[] = {
		"at=enc.rx#1",
		"direction=to-server",
		"direction=to-device",
		"filter=tcp",
		"from=1s",
		"until=1s",
		"nth=1",
		"nth=2",
		"every=1",
		"first=1",
		"message=9b",
	};
	const struct fault fault = made_fault("f", "", "drop", "");
	uint64_t keys[17];
	size_t count = 0;

	keys[count++] = key_of(fault);
	keys[count++] = key_of(made_fault("g", "", "drop", ""));
	keys[count++] = key_of(made_fault("f", "", "rx_error", ""));
	keys[count++] = fault_stream(&fault, 0, 2).key;
	for (size_t i = 0; i < sizeof matches / sizeof matches[0]; i++)
		keys[count++] = key_of(made_fault("f", matches[i], "drop", ""));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i; k++)
			CU_ASSERT_NOT_EQUAL(keys[i], keys[k]);
}

/* Runs that were recorded by an older version keep their draws. */
static void the_draws_of_a_fault_never_change(void)
{
	CU_ASSERT_EQUAL(key_of(made_fault("f", "", "drop", "")), UINT64_C(0x3a858818cda97361));
}

static void identical_faults_draw_independently(void)
{
	const struct fault twin = made_fault("f", "probability=1%", "delay", "time=1ms"),
			   other = made_fault("f", "probability=7%", "delay", "time=9ms");
	const struct fault twins[] = {twin, twin, other};
	uint64_t keys[3];

	for (size_t i = 0; i < 3; i++)
		keys[i] = fault_stream(twins, i, 1).key;
	CU_ASSERT_NOT_EQUAL(keys[0], keys[1]);
	CU_ASSERT_NOT_EQUAL(keys[1], keys[2]);
	CU_ASSERT_NOT_EQUAL(keys[0], keys[2]);
	CU_ASSERT_EQUAL(keys[0], key_of(twin));
}

static void a_fault_put_in_front_moves_no_draw(void)
{
	const struct fault a = made_fault("a", "", "drop", ""), b = made_fault("b", "nth=2", "rx_error", ""),
			   new = made_fault("new", "", "drop", "");
	const struct fault before[] = {a, b, a}, after[] = {new, a, b, new, a};

	CU_ASSERT_EQUAL(fault_stream(before, 0, 1).key, fault_stream(after, 1, 1).key);
	CU_ASSERT_EQUAL(fault_stream(before, 1, 1).key, fault_stream(after, 2, 1).key);
	CU_ASSERT_EQUAL(fault_stream(before, 2, 1).key, fault_stream(after, 4, 1).key);
	CU_ASSERT_NOT_EQUAL(fault_stream(before, 0, 1).key, fault_stream(before, 2, 1).key);
}

/* Of what draws and could as well be certain it is said that it draws. */
static void what_draws_is_told_from_what_does_not(void)
{
	const struct fault draw[] = {made_checked_fault("f", "", "loss", "percent=1%"),
	                             made_checked_fault("f", "", "gemodel", "p=1%;r=1%"),
	                             made_checked_fault("f", "probability=99.999%", "drop", "enabled=true"),
	                             made_checked_fault("f", "", "delay", "time=2ms;jitter=1ms"),
	                             made_checked_fault("f", "", "slot", "min_delay=1ms;max_delay=2ms"),
	                             made_checked_fault("f", "", "corrupt", "bits=1"),
	                             made_checked_fault("f", "probability=1%", "spi_bit", "bit=3"),
	                             made_checked_fault("f", "", "http_body", "kind=garbage")};
	const struct fault none[] = {made_checked_fault("f", "at=tcp.syn#1", "drop", "enabled=true"),
	                             made_checked_fault("f", "", "delay", "time=2ms"),
	                             made_checked_fault("f", "", "slot", "min_delay=1ms"),
	                             made_checked_fault("f", "", "corrupt", "xor=54:01"),
	                             made_checked_fault("f", "probability=0%", "drop", "enabled=true"),
	                             made_checked_fault("f", "", "outage", "for=1s"),
	                             made_checked_fault("f", "", "http_body", "kind=empty")};

	for (size_t i = 0; i < sizeof draw / sizeof draw[0]; i++)
		CU_ASSERT(fault_draws(&draw[i]));
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		CU_ASSERT_FALSE(fault_draws(&none[i]));
}

const CU_TestInfo tests_draw[] = {
	{"a fault picks what its match says", a_fault_picks_what_its_match_says},
	{"the largest ordinals are told apart", the_largest_ordinals_are_told_apart},
	{"a window has its first instant and not its last", a_window_has_its_first_instant_and_not_its_last},
	{"draws do not move with parameters or probability", draws_do_not_move_with_parameters_or_probability},
	{"draws are others with another name action match or seed", draws_are_others_with_another_name_action_match_or_seed},
	{"the draws of a fault never change", the_draws_of_a_fault_never_change},
	{"identical faults draw independently", identical_faults_draw_independently},
	{"a fault put in front moves no draw", a_fault_put_in_front_moves_no_draw},
	{"what draws is told from what does not", what_draws_is_told_from_what_does_not},
	CU_TEST_INFO_NULL,
};
