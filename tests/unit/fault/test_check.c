/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lib/fault/check.c: which conditions a match may have where. */
#include "lib/fault/fault.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

static void a_window_that_ends_before_it_starts_is_refused_in_every_layer(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		expect_wrong(made_ready(action_at(i), "from=2s;until=1s"), "until", "must be later");
		expect_wrong(made_ready(action_at(i), "from=2s;until=2s"), "until", "must be later");
	}
	expect_right(made_fault("f", "from=2s;until=2000000001ns", "brown_out", ""));
}

static void what_happens_at_power_on_takes_no_window(void)
{
	static const char *const names[] = {"clkrdy", "warm_start"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		expect_wrong(made_ready(action_find(names[i]), "from=1s"), "from", "is about power on");
		expect_wrong(made_ready(action_find(names[i]), "until=1s"), "until", "is about power on");
		expect_wrong(made_ready(action_find(names[i]), "from=1s;until=2s"), "from", "is about power on");
		expect_wrong(made_ready(action_find(names[i]), "nth=1"), "nth", "happens once, at its time");
	}
}

static void any_fault_may_happen_with_a_probability(void)
{
	for (size_t i = 0; i < actions_count(); i++)
		expect_right(made_ready(action_at(i), "probability=50%"));
}

static void ordinals_exclude_each_other(void)
{
	expect_wrong(made_fault("f", "nth=1;every=2", "brown_out", ""), "nth", "are mutually exclusive");
	expect_wrong(made_fault("f", "nth=1;first=2", "brown_out", ""), "nth", "are mutually exclusive");
	expect_wrong(made_fault("f", "every=1;first=2", "brown_out", ""), "every", "are mutually exclusive");
	expect_right(made_fault("f", "nth=3", "brown_out", ""));
	expect_right(made_fault("f", "every=3", "brown_out", ""));
	expect_right(made_fault("f", "first=3", "brown_out", ""));
}

/* -- addresses -- */

static const char *const sites[] = {"enc.tx",   "enc.rx",  "enc.mii", "spi.msg", "int.edge", "nor.op",  "nor.read",
                                    "srv.dhcp", "srv.dns", "srv.ntp", "srv.tcp", "srv.tls",  "srv.http"};

static struct fault addressed(const struct action *action, const char *site, const char *rest, const char *more)
{
	char match[128];

	(void)snprintf(match, sizeof match, "at=%s%s%s", site, rest, more);
	return made_ready(action, match);
}

static void an_address_is_of_the_actions_own_site(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		unsigned own = 0;
		for (size_t s = 0; s < sizeof sites / sizeof sites[0]; s++) {
			bool is_own = strcmp(fault_sites[action->site].name, sites[s]) == 0;
			own += is_own;
			if (is_own)
				expect_right(addressed(action, sites[s], "#7", ""));
			else
				expect_wrong(addressed(action, sites[s], "#7", ""), "at",
				             action_layer(action) == LAYER_PROXY ? "acts on frames, and"
				             : action->site >= SITES             ? "so 'at' cannot be used here"
				                                                 : "does not fit");
		}
		CU_ASSERT_EQUAL(own, action->site < SITES);
	}
}

static void an_address_counts_from_1(void)
{
	static const struct {
		const char *rest, *why;
	} wrong[] = {
		{"", "#1,"},
		{"#0", "counted from 1"},
		{"#00", "counted from 1"},
		{"#", ""},
		{"#x", ""},
		{"#-1", ""},
		{"#1.5", ""},
		{"##1", ""},
		{"#1#2", ""},
		{"#1 2", ""},
		{"x#1", "does not fit"},
		{" #1", "does not fit"},
		{"#18446744073709551616", ""},
		{"#1ms", ""},
	};
	const struct action *action = action_find("tx_stall");

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		expect_wrong(addressed(action, "enc.tx", wrong[i].rest, ""), "at", wrong[i].why);
	expect_wrong(addressed(action, "enc.t", "#1", ""), "at", "'enc.t#1' does not fit 'tx_stall', which happens at enc.tx#1");
	expect_wrong(addressed(action, "", "#1", ""), "at", "does not fit");
	expect_wrong(addressed(action, "ENC.TX", "#1", ""), "at", "does not fit");
	expect_wrong(addressed(action, " enc.tx", "#1", ""), "at", "does not fit");
	expect_right(addressed(action, "enc.tx", "#1", ""));
	expect_right(addressed(action, "enc.tx", "#18446744073709551615", ""));
}

static void an_address_stands_alone_but_for_window_and_probability(void)
{
	const struct action *action = action_find("rx_error");

	expect_wrong(addressed(action, "enc.rx", "#5", ";nth=1"), "at", "cannot be used with it");
	expect_wrong(addressed(action, "enc.rx", "#5", ";every=1"), "at", "cannot be used with it");
	expect_wrong(addressed(action, "enc.rx", "#5", ";first=1"), "at", "cannot be used with it");
	expect_right(addressed(action, "enc.rx", "#5", ";from=1s;until=2s"));
	expect_right(addressed(action, "enc.rx", "#5", ";probability=50%"));
}

static void direction_and_filter_are_the_proxys(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		static const struct {
			const char *match, *key;
		} rows[] = {{"direction=to-server", "direction"},
		            {"direction=to-device", "direction"},
		            {"filter=tcp", "filter"},
		            {"direction=to-device;filter=tcp", "direction"}};
		for (size_t r = 0; r < sizeof rows / sizeof rows[0]; r++)
			if (action_layer(action) == LAYER_PROXY)
				expect_right(made_ready(action, rows[r].match));
			else
				expect_wrong(made_ready(action, rows[r].match), rows[r].key, "cannot be used here");
		expect_right(made_ready(action, "direction=both"));
	}
}

static void a_correlation_needs_events_and_a_probability(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		if (fault_sites[action->site].offers & SITE_HAS_EVENTS) {
			expect_right(made_ready(action, "probability=5%;correlation=25%"));
			expect_wrong(made_ready(action, "correlation=25%"), "correlation", "needs a probability below 100%");
		} else
			expect_wrong(made_ready(action, "probability=5%;correlation=25%"), "correlation", "happens once");
	}
}

static void a_message_is_bytes_in_hexadecimal(void)
{
	static const char *const right[] = {"9b", "9b80", "9B 80", " 9b  80 ", "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee"};
	static const char *const wrong[] = {"9", "9b 8", "9b8", "0x9b", "9b,80", "9b -1", " ", "EIE", "9b\t80"};
	char match[128];

	for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
		(void)snprintf(match, sizeof match, "message=%s", right[i]);
		expect_right(made_fault("f", match, "brown_out", ""));
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		(void)snprintf(match, sizeof match, "message=%s", wrong[i]);
		expect_wrong(made_fault("f", match, "brown_out", ""), "message", "two digits each, such as '9b 80'");
	}
	expect_right(made_fault("f", "message=00112233445566778899aabbccddeeff", "brown_out", ""));
	expect_wrong(made_fault("f", "message=00112233445566778899aabbccddeeff00", "brown_out", ""), "message",
	             "expected at most 16 bytes");
	expect_refused(match_params, "message", "00 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff ", "longer than 47 bytes");
}

static void messages_are_the_buses(void)
{
	for (size_t i = 0; i < actions_count(); i++) {
		const struct action *action = action_at(i);
		if (action->site == SITE_SPI)
			expect_right(made_ready(action, "message=9b80"));
		else
			expect_wrong(made_ready(action, "message=9b80"), "message", "cannot be used here");
	}
}

const CU_TestInfo tests_fault_check[] = {
	{"a window that ends before it starts is refused in every layer", a_window_that_ends_before_it_starts_is_refused_in_every_layer},
	{"what happens at power on takes no window", what_happens_at_power_on_takes_no_window},
	{"any fault may happen with a probability", any_fault_may_happen_with_a_probability},
	{"ordinals exclude each other", ordinals_exclude_each_other},
	{"an address is of the actions own site", an_address_is_of_the_actions_own_site},
	{"an address counts from 1", an_address_counts_from_1},
	{"an address stands alone but for window and probability", an_address_stands_alone_but_for_window_and_probability},
	{"direction and filter are the proxys", direction_and_filter_are_the_proxys},
	{"a correlation needs events and a probability", a_correlation_needs_events_and_a_probability},
	{"a message is bytes in hexadecimal", a_message_is_bytes_in_hexadecimal},
	{"messages are the buses", messages_are_the_buses},
	CU_TEST_INFO_NULL,
};
