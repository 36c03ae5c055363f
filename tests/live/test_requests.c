/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests to a running bridge: each is answered, a valid one takes effect from the next frame on,
 * an invalid one changes nothing.
 */
#include "harness/live/requests.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/live/fixture.h"
#include "tests/test.h"
#include "tests/unit/scenario/fixture.h"

static struct live_fixture fixture;

/* -- one after the other -- */

/* A request, its answer, and what becomes of a frame that the device sends behind it. */
struct asked {
	const char *request, *answer; /* a part of it; NULL: nothing is asked */
	bool passes;
};

static const struct asked *asked;
static size_t asked_count, asked_done, passed;
static bool frame_under_way;

static bool ask_all(struct live_fixture *f, struct bridge *bridge)
{
	const struct asked *now = &asked[asked_done];
	const struct bridge_status status = bridge_status(bridge);

	if (!frame_under_way) {
		if (now->request != NULL)
			TEST_CONTAINS(live_fixture_ask(f, bridge, now->request), now->answer);
		live_fixture_send(f, TO_SERVER, 1, (unsigned)asked_done);
		frame_under_way = true;
		return false;
	}
	if (status.frames[TO_SERVER] != asked_done + 1 || (now->passes && f->got_count[TO_SERVER] != passed + 1))
		return false;
	passed += now->passes;
	if (f->got_count[TO_SERVER] != passed)
		printf("    the frame behind '%s' has passed\n", now->request);
	CU_ASSERT_EQUAL(f->got_count[TO_SERVER], passed);
	frame_under_way = false;
	return ++asked_done == asked_count;
}

static void run(const char *scenario, const struct asked *list, size_t count)
{
	static live_fixture_step *const steps[] = {ask_all, NULL};

	asked = list;
	asked_count = count;
	live_fixture_open(&fixture, scenario);
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(asked_done, asked_count);
}

#define RUN(scenario, list) run(scenario, list, sizeof(list) / sizeof(list)[0])

static void faults_come_change_and_go(void)
{
	static const struct asked list[] = {
		{NULL, NULL, true},  {"add {name: lost, drop: true}", "{\"ok\":true,\"added\":[\"lost\"]}\n", false},
		{NULL, NULL, false}, {"change lost {every: 2, drop: true}", "{\"ok\":true,\"changed\":[\"lost\"]}\n", true},
		{NULL, NULL, false}, {"remove lost", "{\"ok\":true,\"removed\":\"lost\"}\n", true},
		{NULL, NULL, true},
	};

	RUN("name: x\n", list);
	CU_ASSERT_EQUAL_FATAL(fixture.result.rule_count, 2);
	CU_ASSERT(fixture.result.rules[0].gone && fixture.result.rules[0].counters.applied == 2);
	CU_ASSERT(fixture.result.rules[1].gone && fixture.result.rules[1].counters.applied == 1 &&
	          fixture.result.rules[1].counters.matched == 2);
	char *trace = live_fixture_read("trace.txt"), *verdict = live_fixture_read("verdict.json");
	TEST_CONTAINS(trace, "control add 'lost' drop\n");
	TEST_CONTAINS(trace, "control change 'lost' drop\n");
	TEST_CONTAINS(trace, "control remove 'lost'\n");
	TEST_CONTAINS(trace, "'lost': 2 matched, 1 applied; it was taken away\n");
	TEST_CONTAINS(verdict, "\"applied\": 2");
	free(trace);
	free(verdict);
	live_fixture_close(&fixture);
}

static void bad_requests_are_told_and_change_nothing(void)
{
	static const struct asked list[] = {
		{"", "{\"ok\":false,\"error\":\"unknown request ''; allowed: list, add, change, remove, phase, counters, stop\"}\n", false},
		{"lost", "unknown request 'lost'", false},
		{"list all", "'list' takes no argument: unexpected 'all'", false},
		{"add", "`add` needs a fault, such as: add {name: slow, delay: 20ms}", false},
		{"add {name: x, dorp: true}", "fault:1:11: unknown key 'dorp' in a fault; did you mean 'drop'?", false},
		{"add {name: x, delay: 20}", "fault:1:", false},
		{"add {name: x", "this is not YAML", false},
		{"add drop", "fault:1:1: ", false},
		{"add {name: lost, delay: 1ms}", "the fault 'lost' exists already: use another name, or `change` it", false},
		{"add {name: x, tx_stall: true}", "the fault 'x' cannot be used here: 'tx_stall' acts inside the emulated device", false},
		{"add {name: x, from: enc.tx#1, drop: true}", "would never act: 'from: enc.tx#1' belongs to the emulated device", false},
		{"change", "`change` needs a name and a fault", false},
		{"change lost", "`change` needs a name and a fault", false},
		{"change lots {drop: true}", "unknown fault 'lots'; did you mean 'lost'?; `list` shows their names", false},
		{"change lost {delay: 20}", "fault:1:9: ", false},
		{"change lost {name: other, drop: true}", "the fault 'other' exists already", false},
		{"remove", "no fault named; `list` shows their names", false},
		{"remove x", "unknown fault 'x'", false},
		{"phase",
	         "a phase must be 1 to 15 letters, digits, "
	         "dashes or underscores, such as download, "
	         "not ''",
	         false},
		{"phase a b", "not 'a b'", false},
		{"stop now", "'stop' takes no argument: unexpected 'now'", false},
	};

	RUN("name: x\nfaults:\n- {name: other, direction: to-device, delay: 1ms}\n- {name: lost, drop: true}\n", list);
	CU_ASSERT_EQUAL(fixture.result.rule_count, 2);
	CU_ASSERT_EQUAL(fixture.result.rules[1].counters.applied, sizeof list / sizeof list[0]);
	live_fixture_close(&fixture);
}

static void faults_wait_for_the_phase_that_is_told(void)
{
	static const struct asked list[] = {
		{NULL, NULL, true},
		{"phase download", "{\"ok\":true,\"phase\":\"download\"}\n", false},
		{"add {name: more, during: verify, drop: true}", "\"ok\":true", false},
		{"phase verify", "\"ok\":true", false},
		{"phase poll", "\"ok\":true", true},
	};

	RUN("name: x\nfaults:\n- {name: lost, during: download, drop: true}\n", list);
	TEST_SAME_TEXT(fixture.result.verdict.phase, "poll");
	live_fixture_close(&fixture);
}

/* What it was ended by stands in the plan, so that a replay lets through what came behind. */
static void an_outage_that_is_removed_ends_in_the_plan_too(void)
{
	static const struct asked list[] = {
		{NULL, NULL, false},
		{NULL, NULL, false},
		{"remove out", "\"ok\":true", true},
	};
	struct plan frozen;
	struct error err;

	RUN("name: x\nfaults:\n- {name: out, nth: 1, outage: {for: 1h}}\n", list);
	CU_ASSERT_FATAL(plan_open_frozen(&frozen, live_fixture_path("plan.yaml"), NULL, &plan_fixture_paths, &err));
	CU_ASSERT_EQUAL_FATAL(frozen.decisions.count, 1);
	CU_ASSERT(action_quantity(frozen.decisions.list[0].action, &frozen.decisions.list[0].params, "for") < 600 * SIM_S);
	plan_close(&frozen);
	live_fixture_close(&fixture);
}

static void a_line_of_netem_is_several_faults_of_one_name(void)
{
	static const struct asked list[] = {
		{"add {name: line, netem: \"loss 100% delay 1ms\"}", "\"added\":[\"line: ", false},
		{"change line {netem: \"delay 1ms\"}", "\"changed\":[\"line: ", true},
		{"remove line", "\"ok\":true", true},
		{"counters", "\"gone\":true", true},
	};

	RUN("name: x\n", list);
	live_fixture_close(&fixture);
}

/* -- answers -- */

static bool list_and_give_back(struct live_fixture *f, struct bridge *bridge)
{
	static const char name[] = "\"name\":\"second one\",\"fault\":\"";
	char request[4096] = "add ", *at = request + 4;

	(void)live_fixture_ask(f, bridge, "list");
	TEST_CONTAINS(f->answer,
	              "{\"ok\":true,\"rules\":[{\"name\":\"first\",\"fault\":\"{name: \\\"first\\\", direction: \\\"to-server\\\", ");
	const char *from = strstr(f->answer, name);
	CU_ASSERT_PTR_NOT_NULL_FATAL(from);
	/* JSON's text back into what it says. */
	for (from += sizeof name - 1; *from != '"'; *at++ = *from++)
		from += *from == '\\';
	*at = '\0';
	const struct fault *faults;
	CU_ASSERT_EQUAL_FATAL(bridge_faults(bridge, &faults), 2);
	struct fault before = faults[1];
	TEST_CONTAINS(live_fixture_ask(f, bridge, "remove second one"), "\"ok\":true");
	TEST_CONTAINS(live_fixture_ask(f, bridge, request), "\"ok\":true");
	CU_ASSERT_EQUAL_FATAL(bridge_faults(bridge, &faults), 2);
	CU_ASSERT_EQUAL(memcmp(&before, &faults[1], sizeof before), 0);
	return true;
}

static void add_accepts_what_list_prints(void)
{
	static live_fixture_step *const steps[] = {list_and_give_back, NULL};

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: first, direction: to-server, nth: 2, drop: true}\n"
	                            "- {name: second one, filter: \"udp port 53\", probability: 12.5%, from: frame#3, until: +2s, "
	                            "delay: {time: 20ms, jitter: 5ms, distribution: normal}}\n");
	live_fixture_run(&fixture, steps);
	live_fixture_close(&fixture);
}

static bool count_and_stop(struct live_fixture *f, struct bridge *bridge)
{
	(void)live_fixture_ask(f, bridge, "counters");
	TEST_CONTAINS(f->answer, "{\"ok\":true,\"elapsed_s\":");
	TEST_CONTAINS(f->answer, "\"frames_to_server\":0,\"frames_to_device\":0,\"waiting\":0,\"phase\":\"\"");
	TEST_CONTAINS(f->answer,
	              "\"rules\":[{\"name\":\"lost\",\"action\":\"drop\",\"seen\":0,\"matched\":0,\"applied\":0,\"gone\":false}]}\n");
	TEST_SAME_TEXT(live_fixture_ask(f, bridge, "stop"), "{\"ok\":true}\n");
	return true;
}

static bool never(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	return false;
}

static void counters_tell_all_and_stop_ends_it(void)
{
	static live_fixture_step *const steps[] = {count_and_stop, never, NULL};

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: lost, drop: true}\n");
	fixture.options.dir = NULL;
	live_fixture_run(&fixture, steps);
	TEST_CONTAINS(fixture.result.verdict.reason, "carried out until it was told to stop");
	live_fixture_close(&fixture);
}

static bool add_what_counts_from_now(struct live_fixture *f, struct bridge *bridge)
{
	const struct fault *faults;

	TEST_CONTAINS(live_fixture_ask(f, bridge, "add {name: a, until: +5s, drop: true}"), "\"ok\":true");
	TEST_CONTAINS(live_fixture_ask(f, bridge, "add {name: b, drop: true}"), "\"ok\":true");
	TEST_CONTAINS(live_fixture_ask(f, bridge, "add {name: c, from: 1s, until: +5s, drop: true}"), "\"ok\":true");
	CU_ASSERT_EQUAL_FATAL(bridge_faults(bridge, &faults), 3);
	CU_ASSERT(faults[0].match.from.ns > 0 && faults[0].match.from.ns <= bridge_now(bridge));
	CU_ASSERT(faults[1].match.from.ns == 0 && faults[2].match.from.ns == SIM_S);
	return true;
}

static void a_window_of_an_added_fault_begins_now(void)
{
	static live_fixture_step *const steps[] = {add_what_counts_from_now, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.dir = NULL;
	live_fixture_run(&fixture, steps);
	live_fixture_close(&fixture);
}

static bool try_to_change_a_replay(struct live_fixture *f, struct bridge *bridge)
{
	TEST_CONTAINS(live_fixture_ask(f, bridge, "add {drop: true}"), "this is a replay: its decisions are those "
	                                                               "of an earlier run, and cannot be changed");
	TEST_CONTAINS(live_fixture_ask(f, bridge, "remove lost"), "unknown fault 'lost'");
	return true;
}

static void a_replay_cannot_be_changed(void)
{
	static live_fixture_step *const none[] = {NULL}, *const steps[] = {try_to_change_a_replay, NULL};
	char path[640];

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: lost, drop: true}\n");
	live_fixture_run(&fixture, none);
	live_fixture_close(&fixture);
	(void)snprintf(path, sizeof path, "%s/first.yaml", test_folder());
	CU_ASSERT_FATAL(rename(live_fixture_path("plan.yaml"), path) == 0);
	live_fixture_open_frozen(&fixture, path);
	live_fixture_run(&fixture, steps);
	live_fixture_close(&fixture);
}

const CU_TestInfo tests_live_requests[] = {
	{"faults come, change and go", faults_come_change_and_go},
	{"bad requests are told and change nothing", bad_requests_are_told_and_change_nothing},
	{"faults wait for the phase that is told", faults_wait_for_the_phase_that_is_told},
	{"an outage that is removed ends in the plan, too", an_outage_that_is_removed_ends_in_the_plan_too},
	{"a line of netem is several faults of one name", a_line_of_netem_is_several_faults_of_one_name},
	{"add accepts what list prints", add_accepts_what_list_prints},
	{"counters tell all, and stop ends it", counters_tell_all_and_stop_ends_it},
	{"a window of an added fault begins now", a_window_of_an_added_fault_begins_now},
	{"a replay cannot be changed", a_replay_cannot_be_changed},
	CU_TEST_INFO_NULL,
};
