/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link with a device that only listens, and one fault of the cable. What the device receives is
 * logged as lines "TIME what", times in microseconds.
 */
#include "harness/cable/cable.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/fault/made.h"

struct cable_fixture {
	struct sim sim;
	struct trace_text trace;
	struct link link;
	struct cable *cable;
	struct fault faults[2];
	char notes[4096];
	uint8_t last[64];
};

static struct cable_fixture f;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list args;

	TEST_APPEND(f.notes, "%" PRIu64 " ", f.sim.now / SIM_US);
	va_start(args, format);
	test_append_list(f.notes, sizeof f.notes, format, args);
	va_end(args);
}

static void to_partner(void *ctx, struct frame *frame, sim_ns now)
{
	(void)ctx;
	(void)now;
	frame_free(frame);
}

static void to_device(void *ctx, const struct link_arrival *arrival, sim_ns now)
{
	(void)ctx;
	(void)now;
	note("frame\n");
	CU_ASSERT_EQUAL_FATAL(arrival->length, sizeof f.last);
	memcpy(f.last, arrival->data, arrival->length);
}

static void sent(void *ctx, const struct medium_outcome *outcome, sim_ns now)
{
	(void)ctx;
	(void)outcome;
	(void)now;
}

static void carrier_sensed(void *ctx, bool carrier, sim_ns now)
{
	(void)ctx;
	(void)now;
	note(carrier ? "carrier\n" : "silence\n");
}

static void carrier_changed(void *ctx, bool up, sim_ns now)
{
	(void)ctx;
	(void)now;
	note(up ? "link\n" : "no link\n");
}

/* Another fault of the cable, or none. */
static const char *other_match, *other_action, *other_params;

/* Called for each decision; may be NULL. */
static void (*decided)(void *ctx, const struct decision *decision);

static void cable_fixture_open(const char *match, const char *action, const char *params, sim_ns until)
{
	const struct link_config config = {.duplex = LINK_HALF, .queue_max = 16};
	const struct link_ops ops = {to_partner, to_device, sent, carrier_sensed, carrier_changed, NULL};

	memset(&f, 0, sizeof f);
	sim_open(&f.sim, 0);
	trace_text_open(&f.trace);
	link_init(&f.link, &config, MEDIUM_10_BIT_NS, &ops, &f, &f.sim, f.trace.trace, 1);
	f.faults[0] = other_action != NULL ? made_checked_fault("other", other_match, other_action, other_params)
	                                   : made_checked_fault("other", "", "drop", "");
	f.faults[1] = made_checked_fault("it", match, action, params);
	f.cable = cable_open(f.faults, 2, 1, &f.link, &f.sim, f.trace.trace, (struct armed_ops){decided, NULL}, NULL);
	sim_run_until(&f.sim, until);
}

static void cable_fixture_close(void)
{
	struct fault_counters counters;

	CU_ASSERT_EQUAL(armed_faults_counters(cable_faults(f.cable), 0, &counters), other_action != NULL);
	other_action = NULL;
	cable_close(f.cable);
	link_close(&f.link);
	CU_ASSERT_EQUAL(f.sim.count, 0);
	trace_text_close(&f.trace);
	sim_close(&f.sim);
}

static uint64_t applied_to(size_t index)
{
	struct fault_counters counters = {0};

	CU_ASSERT(armed_faults_counters(cable_faults(f.cable), index, &counters));
	CU_ASSERT_EQUAL(counters.matched, counters.applied);
	return counters.applied;
}

static void the_link_goes_away_and_comes_back(void)
{
	cable_fixture_open("from=2ms", "carrier", "for=3ms", SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n2000 no link\n5000 link\n");
	TEST_CONTAINS(f.trace.text, "[  0.002000000] fault   'it' carrier\n");
	CU_ASSERT_EQUAL(applied_to(1), 1);
	cable_fixture_close();
}

static void a_babbling_port_is_a_carrier_without_a_frame(void)
{
	cable_fixture_open("from=2ms", "babble", "for=3ms", SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n2000 carrier\n5000 silence\n");
	CU_ASSERT_EQUAL(applied_to(1), 1);
	cable_fixture_close();
}

static void a_pausing_port_asks_again_and_again(void)
{
	static const uint8_t expected[18] = {0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0x5e, 0, 0x53, 0xfe, 0x88, 8, 0, 1, 0x12, 0x34};

	cable_fixture_open("from=2ms", "pause", "for=25ms;every=10ms;quanta=4660", SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n2000 carrier\n2057 frame\n2057 silence\n12000 carrier\n12057 frame\n12057 silence\n"
	                        "22000 carrier\n22057 frame\n22057 silence\n");
	CU_ASSERT(memcmp(f.last, expected, sizeof expected) == 0);
	CU_ASSERT_EQUAL(applied_to(1), 3);
	cable_fixture_close();
}

static void a_fault_that_is_still_to_come_has_done_nothing(void)
{
	cable_fixture_open("from=2s", "babble", "for=3ms", SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n");
	CU_ASSERT_EQUAL(applied_to(1), 0);
	cable_fixture_close();
}

static void an_effect_of_two_faults_ends_with_the_last(void)
{
	other_match = "from=1ms";
	other_action = "carrier";
	other_params = "for=3ms";
	cable_fixture_open("from=2ms", "carrier", "for=10ms", SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n1000 no link\n12000 link\n");
	cable_fixture_close();
	other_match = "from=1ms";
	other_action = "babble";
	other_params = "for=30ms";
	cable_fixture_open("from=2ms", "babble", "for=10ms", SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n1000 carrier\n31000 silence\n");
	cable_fixture_close();
}

static void enter_at(const char *phase, sim_ns at)
{
	sim_run_until(&f.sim, at);
	cable_enter(f.cable, phase, at);
	sim_run_until(&f.sim, at);
}

static void a_phase_begins_it_once(void)
{
	cable_fixture_open("during=download", "carrier", "for=3ms", SIM_MS);
	enter_at("dhcp", 2 * SIM_MS);
	enter_at("download", 4 * SIM_MS);
	enter_at("verify", 5 * SIM_MS);
	enter_at("download", 20 * SIM_MS);
	sim_run_until(&f.sim, SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n4000 no link\n7000 link\n");
	CU_ASSERT_EQUAL(applied_to(1), 1);
	cable_fixture_close();
}

static void a_time_in_a_phase_is_the_later_of_both(void)
{
	cable_fixture_open("from=3ms;during=download", "carrier", "for=3ms", 0);
	enter_at("download", 2 * SIM_MS);
	sim_run_until(&f.sim, SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n3000 no link\n6000 link\n");
	cable_fixture_close();
	cable_fixture_open("from=3ms;until=6ms;during=download", "carrier", "for=3ms", 0);
	enter_at("download", 2 * SIM_MS);
	enter_at("verify", 2500 * SIM_US);
	enter_at("download", 5 * SIM_MS);
	sim_run_until(&f.sim, SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n5000 no link\n8000 link\n");
	cable_fixture_close();
	cable_fixture_open("from=3ms;until=4ms;during=download", "carrier", "for=3ms", 0);
	enter_at("download", 5 * SIM_MS);
	sim_run_until(&f.sim, SIM_S);
	TEST_SAME_TEXT(f.notes, "0 link\n");
	CU_ASSERT_EQUAL(applied_to(1), 0);
	cable_fixture_close();
}

/* The seed is 1 in all of them: what differs is the name, which is the draw's key. */
static void a_probability_is_drawn_when_it_would_begin(void)
{
	struct fault_counters counters;
	unsigned begun = 0;

	for (unsigned i = 0; i < 200; i++) {
		char match[64];
		(void)snprintf(match, sizeof match, "from=%uus;probability=25%%", 2000 + i);
		cable_fixture_open(match, "carrier", "for=3ms", SIM_S);
		CU_ASSERT(armed_faults_counters(cable_faults(f.cable), 1, &counters));
		CU_ASSERT_EQUAL(counters.matched, 1);
		begun += counters.applied == 1;
		CU_ASSERT_EQUAL(strstr(f.notes, "no link") != NULL, counters.applied == 1);
		cable_fixture_close();
	}
	/* Four standard deviations around 50. */
	CU_ASSERT(begun > 25 && begun < 75);
}

static struct decision kept;

static void keep(void *ctx, const struct decision *decision)
{
	(void)ctx;
	kept = *decision;
}

/* A decision is again what began it: a time, or a phase whenever that comes. */
static void a_decision_begins_as_the_fault_did(void)
{
	static const struct {
		const char *match, *during;
		sim_ns from_ns, time;
	} rows[] = {{"from=2ms", "", 2 * SIM_MS, 2 * SIM_MS},
	            {"during=download", "download", 0, 4 * SIM_MS},
	            {"from=2ms;during=download;probability=99%", "download", 2 * SIM_MS, 4 * SIM_MS}};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		decided = keep;
		cable_fixture_open(rows[i].match, "carrier", "for=3ms", 0);
		enter_at("download", 4 * SIM_MS);
		decided = NULL;
		CU_ASSERT_EQUAL(kept.time, rows[i].time);
		const struct fault again = fault_again(&kept);
		CU_ASSERT_STRING_EQUAL(again.match.during, rows[i].during);
		CU_ASSERT_EQUAL(again.match.from.ns, rows[i].from_ns);
		CU_ASSERT_EQUAL(again.match.probability, UNIT_PROBABILITY_ONE);
		cable_fixture_close();
	}
}

const CU_TestInfo tests_cable[] = {
	{"the link goes away and comes back", the_link_goes_away_and_comes_back},
	{"a babbling port is a carrier without a frame", a_babbling_port_is_a_carrier_without_a_frame},
	{"a pausing port asks again and again", a_pausing_port_asks_again_and_again},
	{"an effect of two faults ends with the last", an_effect_of_two_faults_ends_with_the_last},
	{"a phase begins it once", a_phase_begins_it_once},
	{"a time in a phase is the later of both", a_time_in_a_phase_is_the_later_of_both},
	{"a probability is drawn when it would begin", a_probability_is_drawn_when_it_would_begin},
	{"a decision begins as the fault did", a_decision_begins_as_the_fault_did},
	{"a fault that is still to come has done nothing", a_fault_that_is_still_to_come_has_done_nothing},
	CU_TEST_INFO_NULL,
};
