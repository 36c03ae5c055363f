/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the faults of a scenario are read: what becomes one fault or several, and the files that they
 * name.
 */
#include "harness/scenario/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/unit/fault/made.h"
#include "tests/unit/scenario/fixture.h"

static void a_fault_does_one_thing(void)
{
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - drop: true\n    outage: 3s\n",
	                     "s.yaml:5:5: a fault has one action, and this one already has 'drop'");
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - {name: idle, nth: 1}\n",
	                     "s.yaml:4:5: this fault has no action: add one, such as "
	                     "drop, delay or outage (`stutter list faults` shows them "
	                     "all)");
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - gemodel: 5%\n",
	                     "s.yaml:4:14: gemodel needs 'r' too, so write its parameters as keys and values");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - gemodel: {p: 5%}\n", "s.yaml:4:14: gemodel needs 'r', a probability");
	plan_fixture_refuses("name: x\ndevice: box\nfaults: drop\n", "s.yaml:3:9: 'faults' must be a list ('- ' before each), not 'drop'");
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - drop\n", "s.yaml:4:5: a fault must be keys and values, not 'drop'");
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - {drop: true, name: [a]}\n",
	                     "s.yaml:4:24: a fault's name must be a text of 1 to 63 bytes");
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - {drop: true, name: \"\"}\n",
	                     "s.yaml:4:24: a fault's name must be a text of 1 to 63 bytes");
}

static void what_a_fault_says_must_make_sense(void)
{
	plan_fixture_refuses("name: x\ndevice: box\nfaults:\n  - drop: true\n    from: 5s\n    until: 4s\n",
	                     "s.yaml:6:12: the window ends before it starts: 'until' must be later than 'from'");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    filter: \"tcp and and\"\n",
	                          "s.yaml:5:13: 'tcp and and' is not a pcap filter expression: ");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    filter: host localhost\n",
	                          "s.yaml:5:13: 'localhost' in the filter is ");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - drop: true\n    nth: 1\n    first: 2\n",
	                          "s.yaml:5:10: 'nth', 'every' and 'first' are mutually exclusive");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - delay: {time: 1ms, jitter: 2ms}\n",
	                          "s.yaml:4:32: the jitter is larger than the delay");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - gemodel: {p: 0%, r: 0%}\n", "s.yaml:4:18: with p and r both 0");
}

static void netem_becomes_a_fault_for_each_of_its_words(void)
{
	static const char *const names[] = {"first", "far: loss", "far: delay", "netem: delay"};
	struct plan plan;

	TEST_SAME_TEXT(plan_fixture_open(&plan,
	                                 "name: x\ndevice: box\nfaults:\n"
	                                 "  - {name: first, drop: true}\n"
	                                 "  - {name: far, direction: to-server, filter: tcp, from: 1s, netem: \"delay 100ms loss 1%\"}\n"
	                                 "  - netem: delay 1s\n",
	                                 NULL),
	               "");
	CU_ASSERT_EQUAL_FATAL(plan.fault_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_STRING_EQUAL(plan.faults[i].name, names[i]);
		CU_ASSERT_EQUAL(plan.faults[i].match.direction, i == 1 || i == 2 ? MATCH_TO_SERVER : MATCH_BOTH);
	}
	CU_ASSERT(strcmp(plan.faults[2].match.filter, "tcp") == 0 && plan.faults[2].match.from.ns == 1000000000);
	CU_ASSERT_EQUAL(action_quantity(plan.faults[2].action, &plan.faults[2].params, "time"), 100000000);
	plan_close(&plan);
}

static void netem_that_makes_no_sense_is_refused_at_its_place(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - netem: delay 10xs\n",
	                          "s.yaml:4:12: netem: '10xs' in 'delay' is not a time");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - netem: delay 1ms 2ms\n",
	                          "s.yaml:4:12: netem: the jitter is larger than the delay");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - netem: delay 1ms 1ms distribution no/such.dist\n",
	                          "s.yaml:4:12: the table ");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - netem: {delay: 1ms}\n",
	                          "s.yaml:4:12: 'netem' must be a text, such as");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, drop: true}\n",
	                          "s.yaml:4:24: a fault has one action");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, probability: 5%}\n",
	                          "s.yaml:4:24: 'probability' cannot be used with 'netem'");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, filter: host foo}\n",
	                          "s.yaml:4:32: 'foo' in the filter is a host name");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, at: enc.tx#1}\n", "'delay' acts on frames");
	plan_fixture_refuses_with("name: x\ndevice: box\ndecisions:\n  - {netem: delay 1ms}\n", "unknown key 'netem' in a decision");
	CU_ASSERT_FATAL(stream != NULL);
	fputs("name: x\ndevice: box\nfaults:\n", stream);
	for (unsigned i = 0; i < 128; i++)
		fputs("  - netem: delay 1ms loss 1% rate 1mbit\n", stream);
	(void)fclose(stream);
	plan_fixture_refuses_with(text, "s.yaml:89:5: too many faults: at most 256");
	free(text);
}

static void a_preset_becomes_its_faults(void)
{
	static const char *const names[] = {"edge: rate", "edge: rate", "edge: delay", "bug: int_lost"};
	struct plan plan;

	TEST_SAME_TEXT(
		plan_fixture_open(&plan,
	                          "name: x\ndevice: box\nfaults:\n  - {from: 1s, preset: edge}\n  - {name: bug, preset: zephyr-82529}\n",
	                          NULL),
		"");
	CU_ASSERT_EQUAL_FATAL(plan.fault_count, 4);
	for (size_t i = 0; i < 4; i++) {
		CU_ASSERT_STRING_EQUAL(plan.faults[i].name, names[i]);
		CU_ASSERT_EQUAL(plan.faults[i].match.from.ns, i < 3 ? 1000000000 : 0);
	}
	plan_close(&plan);
}

static void a_preset_that_makes_no_sense_is_refused_at_its_place(void)
{
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - preset: egde\n",
	                          "s.yaml:4:13: preset: unknown preset 'egde'; did you mean 'edge'?");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - preset: [edge]\n",
	                          "s.yaml:4:13: 'preset' must be a text, such as gprs");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {preset: edge, drop: true}\n",
	                          "s.yaml:4:20: a fault has one action, and this one already has 'preset'");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {netem: delay 1ms, preset: edge}\n",
	                          "s.yaml:4:24: a fault has one action, and this one already has 'netem'");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - {preset: riot-9043, direction: to-server}\n",
	                          "s.yaml:4:36: 'tx_stall' is not about frames between wire and far end");
	plan_fixture_refuses_with("name: x\ndevice: box\ndecisions:\n  - {preset: edge}\n", "unknown key 'preset' in a decision");
}

static void a_recording_is_found_from_its_scenario_and_from_its_plan(void)
{
	static const char *const scenarios[] = {"name: x\ndevice: box\nfaults:\n  - mahimahi: up.trace\n",
	                                        "name: x\ndevice: box\nfaults:\n  - link_trace: {file: link.csv, queue: 7}\n"};

	(void)test_write("up.trace", "1\n2\n");
	(void)test_write("link.csv", "time,rate\n0s,1Mbit\n");
	for (size_t i = 0; i < 2; i++) {
		struct plan plan, again;
		TEST_SAME_TEXT(plan_fixture_open(&plan, scenarios[i], NULL), "");
		const char *path = made_value(&plan.faults[0], "file");
		CU_ASSERT_EQUAL(path[0], '/');
		TEST_CONTAINS(path, i == 0 ? "/up.trace" : "/link.csv");
		char *text = plan_fixture_written(&plan);
		TEST_SAME_TEXT(plan_fixture_open(&again, text, NULL), "");
		CU_ASSERT_EQUAL(memcmp(&again.faults[0], &plan.faults[0], sizeof plan.faults[0]), 0);
		free(text);
		plan_close(&plan);
		plan_close(&again);
	}
}

static void a_recording_that_is_wrong_is_refused_with_both_places(void)
{
	(void)test_write("bad.trace", "1\n2\n1\n");
	(void)test_write("bad.csv", "time,rate\n0s,fast\n");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - mahimahi: bad.trace\n",
	                          "bad.trace:3: the time runs backwards, to 1 ms");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - link_trace: {file: bad.csv}\n", "s.yaml:4:24: ");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - link_trace: {file: bad.csv}\n", "bad.csv:2: rate: 'fast'");
	plan_fixture_refuses_with("name: x\ndevice: box\nfaults:\n  - link_trace: {file: none.csv}\n", "s.yaml:4:24: the recording ");
}

/* The plan of a run is in another folder. */
static void a_table_is_found_from_its_scenario_and_from_its_plan(void)
{
	static const char *const scenarios[] = {
		"name: x\ndevice: box\nfaults:\n  - slot: {time: 9ms, jitter: 1ms, distribution: table, table: t.dist}\n",
		"name: x\ndevice: box\nfaults:\n  - delay: {time: 9ms, jitter: 1ms, distribution: table, table: t.dist}\n",
		"name: x\ndevice: box\nfaults:\n  - netem: delay 9ms 1ms distribution t.dist\n"};
	struct plan plan;

	for (size_t i = 0; i < 3; i++) {
		(void)test_write("t.dist", "1 2 3\n");
		TEST_SAME_TEXT(plan_fixture_open(&plan, scenarios[i], NULL), "");
		CU_ASSERT_FATAL(plan.fault_count == 1);
		const char *table = made_value(&plan.faults[0], "table");
		CU_ASSERT_EQUAL(table[0], '/');
		TEST_CONTAINS(table, "/t.dist");
		plan_close(&plan);
		(void)test_write("t.dist", "1 2\n3 x\n");
		plan_fixture_refuses_with(scenarios[i], "/t.dist:2: 'x' is not a whole number");
	}
}

const CU_TestInfo tests_faults[] = {
	{"a fault has one action", a_fault_does_one_thing},
	{"what a fault says must make sense", what_a_fault_says_must_make_sense},
	{"netem becomes a fault for each of its words", netem_becomes_a_fault_for_each_of_its_words},
	{"netem that makes no sense is refused at its place", netem_that_makes_no_sense_is_refused_at_its_place},
	{"a preset becomes its faults", a_preset_becomes_its_faults},
	{"a preset that makes no sense is refused at its place", a_preset_that_makes_no_sense_is_refused_at_its_place},
	{"a recording is found from its scenario and from its plan", a_recording_is_found_from_its_scenario_and_from_its_plan},
	{"a recording that is wrong is refused with both places", a_recording_that_is_wrong_is_refused_with_both_places},
	{"a table is found from its scenario and from its plan", a_table_is_found_from_its_scenario_and_from_its_plan},
	CU_TEST_INFO_NULL,
};
