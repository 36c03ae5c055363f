/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link with a device that only listens, and one fault of the cable. What the device hears is noted as lines "TIME what", times in microseconds.
 */
#include "cable/cable.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"

struct bench {
	struct sim sim;
	struct trace *trace;
	struct link link;
	struct cable *cable;
	struct fault faults[2];
	char notes[4096], told[4096];
	size_t noted, told_length;
	uint8_t last[64];
};

static struct bench bench;

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	va_list args;

	bench.noted += (size_t)snprintf(bench.notes + bench.noted, sizeof bench.notes - bench.noted, "%" PRIu64 " ",
	                                bench.sim.now / SIM_US);
	va_start(args, format);
	bench.noted += (size_t)vsnprintf(bench.notes + bench.noted, sizeof bench.notes - bench.noted, format, args);
	va_end(args);
	CU_ASSERT_FATAL(bench.noted < sizeof bench.notes);
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
	CU_ASSERT_EQUAL_FATAL(arrival->length, sizeof bench.last);
	memcpy(bench.last, arrival->data, arrival->length);
}

static void sent(void *ctx, const struct medium_outcome *outcome, sim_ns now)
{
	(void)ctx;
	(void)outcome;
	(void)now;
}

static void heard(void *ctx, bool carrier, sim_ns now)
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

static void tell(void *ctx, const char *line, size_t length)
{
	(void)ctx;
	CU_ASSERT_FATAL(bench.told_length + length < sizeof bench.told);
	memcpy(bench.told + bench.told_length, line, length);
	bench.told_length += length;
}

/* Another fault of the cable, or none. */
static const char *other_match, *other_action, *other_params;

static void run(const char *match, const char *action, const char *params, sim_ns until)
{
	const struct link_config config = {.duplex = LINK_HALF, .queue_max = 16};
	const struct link_ops ops = {to_partner, to_device, sent, heard, carrier_changed, NULL};

	memset(&bench, 0, sizeof bench);
	sim_open(&bench.sim, 0);
	bench.trace = trace_open((struct trace_sink){tell, NULL});
	link_init(&bench.link, &config, &ops, &bench, &bench.sim, bench.trace, 1);
	bench.faults[0] = other_action != NULL ? made_checked_fault("other", other_match, other_action, other_params)
	                                       : made_checked_fault("other", "", "drop", "");
	bench.faults[1] = made_checked_fault("it", match, action, params);
	bench.cable = cable_open(bench.faults, 2, &bench.link, &bench.sim, bench.trace, NULL, NULL);
	sim_run_until(&bench.sim, until);
}

static void end(void)
{
	uint64_t matched, applied;

	CU_ASSERT_EQUAL(cable_counters(bench.cable, 0, &matched, &applied), other_action != NULL);
	other_action = NULL;
	cable_close(bench.cable);
	link_close(&bench.link);
	CU_ASSERT_EQUAL(bench.sim.count, 0);
	trace_close(bench.trace);
	sim_close(&bench.sim);
}

static uint64_t applied_to(size_t index)
{
	uint64_t matched = 0, applied = 0;

	CU_ASSERT(cable_counters(bench.cable, index, &matched, &applied));
	CU_ASSERT_EQUAL(matched, applied);
	return applied;
}

static void the_link_goes_away_and_comes_back(void)
{
	run("from=2ms", "carrier", "for=3ms", SIM_S);
	TEST_SAME_TEXT(bench.notes, "0 link\n2000 no link\n5000 link\n");
	TEST_CONTAINS(bench.told, "[  0.002000000] fault   'it' carrier\n");
	CU_ASSERT_EQUAL(applied_to(1), 1);
	end();
}

static void a_babbling_port_is_a_carrier_without_a_frame(void)
{
	run("from=2ms", "babble", "for=3ms", SIM_S);
	TEST_SAME_TEXT(bench.notes, "0 link\n2000 carrier\n5000 silence\n");
	CU_ASSERT_EQUAL(applied_to(1), 1);
	end();
}

static void a_pausing_port_asks_again_and_again(void)
{
	static const uint8_t expected[18] = {0x01, 0x80, 0xc2, 0, 0, 1, 2, 0, 0x5e, 0, 0x53, 0xfe, 0x88, 8, 0, 1, 0x12, 0x34};

	run("from=2ms", "pause", "for=25ms;every=10ms;quanta=4660", SIM_S);
	TEST_SAME_TEXT(bench.notes, "0 link\n2000 carrier\n2057 frame\n2057 silence\n12000 carrier\n12057 frame\n12057 silence\n"
	                            "22000 carrier\n22057 frame\n22057 silence\n");
	CU_ASSERT(memcmp(bench.last, expected, sizeof expected) == 0);
	CU_ASSERT_EQUAL(applied_to(1), 3);
	end();
}

static void a_fault_that_is_still_to_come_has_done_nothing(void)
{
	run("from=2s", "babble", "for=3ms", SIM_S);
	TEST_SAME_TEXT(bench.notes, "0 link\n");
	CU_ASSERT_EQUAL(applied_to(1), 0);
	end();
}

static void what_two_faults_hold_ends_with_the_last(void)
{
	other_match = "from=1ms";
	other_action = "carrier";
	other_params = "for=3ms";
	run("from=2ms", "carrier", "for=10ms", SIM_S);
	TEST_SAME_TEXT(bench.notes, "0 link\n1000 no link\n12000 link\n");
	end();
	other_match = "from=1ms";
	other_action = "babble";
	other_params = "for=30ms";
	run("from=2ms", "babble", "for=10ms", SIM_S);
	TEST_SAME_TEXT(bench.notes, "0 link\n1000 carrier\n31000 silence\n");
	end();
}

const CU_TestInfo tests_cable[] = {
	{"the link goes away and comes back", the_link_goes_away_and_comes_back},
	{"a babbling port is a carrier without a frame", a_babbling_port_is_a_carrier_without_a_frame},
	{"a pausing port asks again and again", a_pausing_port_asks_again_and_again},
	{"what two faults hold ends with the last", what_two_faults_hold_ends_with_the_last},
	{"a fault that is still to come has done nothing", a_fault_that_is_still_to_come_has_done_nothing},
	CU_TEST_INFO_NULL,
};
