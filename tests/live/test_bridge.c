/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bridge between two socket pairs: faults act as the plan says, the folder is that of a session,
 * and decisions are those of virtual time. No test here depends on how fast the machine is.
 */
#include "harness/live/bridge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/proxy/proxy.h"
#include "harness/session/passing.h"
#include "tests/live/fixture.h"
#include "tests/test.h"
#include "tests/trace_text.h"
#include "tests/unit/proxy/chain.h"
#include "tests/unit/proxy/submit.h"
#include "tests/unit/scenario/fixture.h"

#define MANY 200U

static struct live_fixture fixture;

/* -- what most tests do -- */

static bool device_sends_five(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	for (unsigned i = 1; i <= 5; i++)
		live_fixture_send(f, TO_SERVER, 1, i);
	return true;
}

static bool server_sends_three(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	for (unsigned i = 1; i <= 3; i++)
		live_fixture_send(f, TO_DEVICE, 1, i);
	return true;
}

static bool five_have_come(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	return f->got_count[TO_SERVER] == 5;
}

static bool three_have_come_back(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	return f->got_count[TO_DEVICE] == 3;
}

/* All that came in was decided about, and nothing waits. */
static bool all_is_through(struct live_fixture *f, struct bridge *bridge)
{
	const struct bridge_status status = bridge_status(bridge);

	return status.frames[TO_SERVER] + status.frames[TO_DEVICE] == f->counters[0].received + f->counters[1].received &&
	       status.frames[TO_SERVER] == 5 && status.frames[TO_DEVICE] == 3 && status.waiting == 0;
}

static void expect_numbers(enum direction direction, const unsigned *numbers, size_t count)
{
	CU_ASSERT_EQUAL_FATAL(fixture.got_count[direction], count);
	for (size_t i = 0; i < count; i++)
		CU_ASSERT_EQUAL(live_fixture_number(&fixture, direction, i), numbers[i]);
}

/* -- frames -- */

static void without_faults_everything_crosses_as_it_is(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, server_sends_three, three_have_come_back, NULL};
	struct frame *expected = chain_frame(1, TO_SERVER, 80);

	live_fixture_open(&fixture, "name: x\n");
	live_fixture_run(&fixture, steps);
	put_be16(expected->data + 44, 1);
	CU_ASSERT(fixture.got[TO_SERVER][0]->length == expected->length &&
	          memcmp(fixture.got[TO_SERVER][0]->data, expected->data, expected->length) == 0);
	expect_numbers(TO_SERVER, (const unsigned[]){1, 2, 3, 4, 5}, 5);
	expect_numbers(TO_DEVICE, (const unsigned[]){1, 2, 3}, 3);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_PASS);
	CU_ASSERT(fixture.result.verdict.met_expectation);
	TEST_SAME_TEXT(fixture.result.verdict.reason, "carried out until the test was over; what went on at its ends is not known here");
	CU_ASSERT(fixture.result.status.frames[TO_SERVER] == 5 && fixture.result.status.frames[TO_DEVICE] == 3);
	CU_ASSERT(fixture.result.status.skew.frames == 8 && fixture.result.verdict.live.sent == 8 && fixture.result.verdict.live.lost == 0);
	frame_free(expected);
	live_fixture_close(&fixture);
}

static void faults_act_as_the_plan_has_it(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, server_sends_three, all_is_through, NULL};

	live_fixture_open(&fixture, "name: x\nfaults:\n"
	                            "- {name: lost, direction: to-server, nth: 2, drop: true}\n"
	                            "- {name: slow, direction: to-device, delay: 20ms}\n"
	                            "- {name: held, direction: to-server, nth: 3, hold: {frames: 1}}\n");
	live_fixture_run(&fixture, steps);
	expect_numbers(TO_SERVER, (const unsigned[]){1, 3, 5, 4}, 4);
	expect_numbers(TO_DEVICE, (const unsigned[]){1, 2, 3}, 3);
	CU_ASSERT_EQUAL_FATAL(fixture.result.rule_count, 3);
	CU_ASSERT(fixture.result.rules[0].counters.matched == 5 && fixture.result.rules[0].counters.applied == 1);
	CU_ASSERT(fixture.result.rules[1].counters.applied == 3);
	live_fixture_close(&fixture);
}

/* -- the folder -- */

static void its_folder_is_that_of_a_session(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, server_sends_three, all_is_through, NULL};
	static const char *const files[] = {"plan.yaml", "trace.txt", "device.pcapng", "server.pcapng", "addresses.txt", "verdict.json"};
	struct stat status;

	live_fixture_open(&fixture,
	                  "name: x\nfaults:\n- {name: lost, direction: to-server, nth: 2, drop: true}\nexpect: {acted: [lost]}\n");
	live_fixture_run(&fixture, steps);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		CU_ASSERT(stat(live_fixture_path(files[i]), &status) == 0 && status.st_size > 0);
	CU_ASSERT(access(live_fixture_path("decisions.kept"), F_OK) != 0 && access(live_fixture_path("secrets.kept"), F_OK) != 0);
	char *trace = live_fixture_read("trace.txt"), *verdict = live_fixture_read("verdict.json"), *plan = live_fixture_read("plan.yaml");
	TEST_CONTAINS(trace, "session 'x' seed 1 between device0 and server0, in wall time\n");
	TEST_CONTAINS(trace, "192.0.2.100:1 > 192.0.2.1:7777 80 B: 'lost' drop -> dropped\n");
	TEST_CONTAINS(trace, "wire    5 frames to-server, 3 frames to-device, digest ");
	TEST_CONTAINS(trace, "skew    7 frames left later than asked by ");
	TEST_CONTAINS(verdict, "\"verdict\": \"pass\"");
	TEST_CONTAINS(verdict, "\"live\": {");
	TEST_CONTAINS(verdict, "\"skew_p99_s\": ");
	TEST_CONTAINS(verdict, "\"name\": \"lost\"");
	TEST_CONTAINS(plan, "by: \"lost\", drop: {");
	free(trace);
	free(verdict);
	free(plan);
	CU_ASSERT(fixture.result.verdict.met_expectation);
	live_fixture_close(&fixture);
}

static void a_fault_that_was_to_act_and_did_not_is_told(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, NULL};

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: late, nth: 99, drop: true}\nexpect: {acted: [late]}\n");
	fixture.options.dir = NULL;
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_PASS);
	CU_ASSERT_FALSE(fixture.result.verdict.met_expectation);
	TEST_SAME_TEXT(fixture.result.verdict.expectation, "the fault 'late' was to act, and never did");
	live_fixture_close(&fixture);
}

static void captures_have_the_true_date(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, NULL};
	char output[4096];

	if (access("/usr/bin/tshark", X_OK) != 0)
		test_skip("no tshark");
	live_fixture_open(&fixture, "name: x\n");
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(
		test_shell(output, sizeof output,
	                   "test $(($(date +%%s) - $(tshark -r %s -T fields -e frame.time_epoch -c 1 2>/dev/null | cut -d. -f1))) -lt 3600",
	                   live_fixture_path("server.pcapng")),
		0);
	live_fixture_close(&fixture);
}

/* -- the same plan, both ways -- */

static bool device_sends_many(struct live_fixture *f, struct bridge *bridge)
{
	static unsigned sent;

	(void)bridge;
	/* Not more at once than the sockets hold. */
	for (unsigned i = 0; i < 20 && sent < MANY; i++, sent++)
		live_fixture_send(f, TO_SERVER, 1 + sent % 3, sent);
	return sent == MANY;
}

static bool many_are_through(struct live_fixture *f, struct bridge *bridge)
{
	const struct bridge_status status = bridge_status(bridge);

	(void)f;
	return status.frames[TO_SERVER] == MANY && status.waiting == 0;
}

static live_fixture_step *const many_steps[] = {device_sends_many, many_are_through, NULL};

static const char many_faults[] = "name: x\nseed: 11\nfaults:\n"
				  "- {name: lost, loss: {percent: 20%, correlation: 30%}}\n"
				  "- {name: bursts, gemodel: {p: 10%, r: 40%}}\n"
				  "- {name: flips, probability: 10%, corrupt: {bits: 2}}\n"
				  "- {name: slow, probability: 30%, delay: {time: 2ms, jitter: 1ms, keep_order: false}}\n"
				  "- {name: twice, probability: 10%, duplicate: {copies: 2, delay: 1ms}}\n"
				  "- {name: jump, probability: 20%, reorder: {gap: 3}}\n"
				  "- {name: fifth, nth: 5, drop: true}\n"
				  "- {name: held, every: 7, hold: {frames: 1}}\n"
				  "- {name: between, from: 'udp[2/1]#10', until: 'udp[2/1]#30', every: 2, delay: 1ms}\n";

static struct passing virtual_passing;

static void decided(void *ctx, const struct frame *frame, const struct fault_event *event, const struct proxy_fate *fate)
{
	(void)ctx;
	passing_decided(&virtual_passing, frame, event, fate);
}

/* The same frames in virtual time, a millisecond apart. */
static void run_virtually(const struct plan *plan)
{
	struct trace *trace = trace_open_null();

	passing_open(&virtual_passing, trace, &(const struct captures){0});
	struct proxy *proxy = proxy_open(plan->faults, plan->fault_count, plan->seed, (struct proxy_ops){.decided = decided}, NULL);
	struct namer *namer = namer_open();
	virtual_passing.proxy = proxy;
	for (unsigned i = 0; i < MANY; i++) {
		struct frame *frame = chain_frame(1 + i % 3, TO_SERVER, 80);
		put_be16(frame->data + 44, i);
		submit(namer, proxy, frame, TO_SERVER, (i + 1) * SIM_MS);
	}
	proxy_close(proxy);
	namer_close(namer);
	trace_close(trace);
}

static void decisions_are_those_of_virtual_time(void)
{
	struct plan frozen;
	struct error err;

	live_fixture_open(&fixture, many_faults);
	live_fixture_run(&fixture, many_steps);
	for (size_t i = 0; i < fixture.result.rule_count; i++)
		CU_ASSERT(fixture.result.rules[i].counters.applied > 0);
	run_virtually(&fixture.plan);
	CU_ASSERT_FATAL(plan_open_frozen(&frozen, live_fixture_path("plan.yaml"), NULL, &plan_fixture_paths, &err));
	CU_ASSERT(frozen.decisions.count > MANY / 3);
	CU_ASSERT_EQUAL_FATAL(frozen.decisions.count, virtual_passing.decisions.count);
	for (size_t i = 0; i < frozen.decisions.count; i++) {
		const struct decision *live = &frozen.decisions.list[i], *virtual = &virtual_passing.decisions.list[i];
		CU_ASSERT_STRING_EQUAL(live->at, virtual->at);
		CU_ASSERT_STRING_EQUAL(live->name, virtual->name);
		CU_ASSERT(live->action == virtual->action && live->place == virtual->place && live->direction == virtual->direction);
	}
	plan_close(&frozen);
	passing_close(&virtual_passing);
	live_fixture_close(&fixture);
}

static void a_frozen_plan_is_replayed(void)
{
	static live_fixture_step *const first_steps[] = {device_sends_five, server_sends_three, all_is_through, NULL};
	char path[640];

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: lost, direction: to-server, every: 2, drop: true}\n");
	live_fixture_run(&fixture, first_steps);
	live_fixture_close(&fixture);
	(void)snprintf(path, sizeof path, "%s/first.yaml", test_folder());
	CU_ASSERT_FATAL(rename(live_fixture_path("plan.yaml"), path) == 0);
	live_fixture_open_frozen(&fixture, path);
	fixture.plan.least_found = UNIT_PROBABILITY_ONE;
	live_fixture_run(&fixture, first_steps);
	expect_numbers(TO_SERVER, (const unsigned[]){1, 3, 5}, 3);
	CU_ASSERT(fixture.result.verdict.kind == VERDICT_PASS && fixture.result.verdict.replay && fixture.result.verdict.decisions == 2 &&
	          fixture.result.verdict.unfound == 0);
	char *replay = live_fixture_read("replay.txt");
	TEST_CONTAINS(replay, "found       'lost' drop at ");
	free(replay);
	live_fixture_close(&fixture);
}

/* -- what makes it inconclusive -- */

static bool device_goes(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	(void)close(f->peers[TO_SERVER]);
	f->peers[TO_SERVER] = -1;
	return true;
}

static bool nothing_more_comes(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	return false;
}

static void an_end_that_is_gone_ends_it(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, device_goes, nothing_more_comes, NULL};

	live_fixture_open(&fixture, "name: x\n");
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_SAME_TEXT(fixture.result.verdict.reason, "the cable is out");
	char *trace = live_fixture_read("trace.txt");
	TEST_CONTAINS(trace, "session inconclusive: the cable is out\n");
	free(trace);
	live_fixture_close(&fixture);
}

static bool kernel_loses_one(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	f->counters[TO_DEVICE].lost_in++;
	return true;
}

static void frames_that_were_lost_make_it_inconclusive(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, kernel_loses_one, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.dir = NULL;
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_SAME_TEXT(fixture.result.verdict.reason,
	               "1 frames were lost that no fault asked for: 1 came and were not seen, 0 could not be sent");
	live_fixture_close(&fixture);
}

static void what_was_lost_before_it_began_does_not_count(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.dir = NULL;
	fixture.counters[TO_DEVICE] = (struct port_counters){.lost_in = 7, .too_long = 2, .lost_out = 3};
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_PASS);
	CU_ASSERT_EQUAL(fixture.result.verdict.live.lost, 0);
	live_fixture_close(&fixture);
}

static bool kernel_joins_segments(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	f->counters[TO_DEVICE].lost_in += 2;
	f->counters[TO_DEVICE].too_long += 2;
	return true;
}

static void joined_segments_are_told_with_the_cure(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, kernel_joins_segments, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.dir = NULL;
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_CONTAINS(fixture.result.verdict.reason, "2 frames were lost as they were longer than the interface takes");
	TEST_CONTAINS(fixture.result.verdict.reason, "(ethtool -K IF tso off gso off tx off)");
	live_fixture_close(&fixture);
}

static bool something_odd_comes(struct live_fixture *f, struct bridge *bridge)
{
	static const uint8_t data[FRAME_MAX + 1];

	(void)bridge;
	CU_ASSERT(send(f->peers[TO_SERVER], data, 5, 0) == 5 && send(f->peers[TO_SERVER], data, sizeof data, 0) == (ssize_t)sizeof data);
	return true;
}

static bool both_were_read(struct live_fixture *f, struct bridge *bridge)
{
	(void)bridge;
	return f->counters[TO_SERVER].received == 2;
}

static void what_is_no_frame_is_lost(void)
{
	static live_fixture_step *const steps[] = {something_odd_comes, both_were_read, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.dir = NULL;
	live_fixture_run(&fixture, steps);
	CU_ASSERT(fixture.result.verdict.kind == VERDICT_INCONCLUSIVE && fixture.result.verdict.live.lost == 2);
	CU_ASSERT(fixture.got_count[TO_SERVER] == 0 && fixture.result.status.frames[TO_SERVER] == 0);
	live_fixture_close(&fixture);
}

/* No machine keeps a limit of a nanosecond. */
static void a_skew_beyond_the_limit_makes_it_inconclusive(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, five_have_come, NULL};

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: slow, delay: 1ms}\n");
	fixture.options.skew_limit_ns = 1;
	live_fixture_run(&fixture, steps);
	CU_ASSERT_EQUAL(fixture.result.verdict.kind, VERDICT_INCONCLUSIVE);
	TEST_CONTAINS(fixture.result.verdict.reason, "5 of 5 frames left more than 1ns later than asked, the latest ");
	CU_ASSERT(fixture.result.verdict.live.beyond == 5 && fixture.result.verdict.live.skew_p50_ns > 1 &&
	          fixture.result.verdict.live.skew_p99_ns <= fixture.result.verdict.live.skew_max_ns);
	live_fixture_close(&fixture);
}

/* No frame can have waited for a bridge longer than the bridge exists. */
static void what_came_before_it_began_is_not_late(void)
{
	static live_fixture_step *const steps[] = {five_have_come, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.older_ns = 9 * SIM_S;
	device_sends_five(&fixture, NULL);
	live_fixture_run(&fixture, steps);
	CU_ASSERT(fixture.result.verdict.live.sent == 5);
	/*
	 * Skew is told at most a thirty-second too large (live/skew.h), and each counts its wait
	 * and what it took to send it.
	 */
	CU_ASSERT(fixture.result.verdict.live.skew_max_ns <= 2 * fixture.result.status.elapsed_ns);
	live_fixture_close(&fixture);
}

/* -- the end -- */

static void it_ends_when_its_time_is_up(void)
{
	static live_fixture_step *const steps[] = {device_sends_five, nothing_more_comes, NULL};

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.for_ns = 50 * SIM_MS;
	live_fixture_run(&fixture, steps);
	CU_ASSERT(fixture.result.status.elapsed_ns >= 50 * SIM_MS);
	TEST_CONTAINS(fixture.result.verdict.reason, "carried out until its time was up");
	live_fixture_close(&fixture);
}

static volatile sig_atomic_t stopped;

static bool somebody_asks_to_stop(struct live_fixture *f, struct bridge *bridge)
{
	(void)f;
	(void)bridge;
	stopped = 1;
	return true;
}

static void it_ends_when_it_is_asked_to(void)
{
	static live_fixture_step *const steps[] = {somebody_asks_to_stop, nothing_more_comes, NULL};

	live_fixture_open(&fixture, "name: x\nfaults:\n- {name: slow, delay: 1h}\n");
	fixture.options.stop = &stopped;
	live_fixture_run(&fixture, steps);
	TEST_CONTAINS(fixture.result.verdict.reason, "carried out until it was asked to stop");
	live_fixture_close(&fixture);
}

static bool refuse(void *ctx, struct error *err)
{
	(void)ctx;
	return error_set(err, "not today");
}

static void what_is_not_ready_does_not_begin(void)
{
	struct error err;

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.ready = refuse;
	CU_ASSERT_FALSE(bridge_run(&fixture.options, &fixture.result, &err));
	TEST_SAME_TEXT(err.text, "not today");
	live_fixture_close(&fixture);
}

static void a_folder_that_cannot_be_made_is_told(void)
{
	struct error err;

	live_fixture_open(&fixture, "name: x\n");
	fixture.options.dir = "/proc/nowhere";
	CU_ASSERT_FALSE(bridge_run(&fixture.options, &fixture.result, &err));
	TEST_CONTAINS(err.text, "the folder /proc/nowhere cannot be made: ");
	live_fixture_close(&fixture);
}

const CU_TestInfo tests_live_bridge[] = {
	{"without faults everything crosses as it is", without_faults_everything_crosses_as_it_is},
	{"faults act as the plan has it", faults_act_as_the_plan_has_it},
	{"its folder is that of a session", its_folder_is_that_of_a_session},
	{"a fault that was to act and did not is told", a_fault_that_was_to_act_and_did_not_is_told},
	{"captures have the true date", captures_have_the_true_date},
	{"decisions are those of virtual time", decisions_are_those_of_virtual_time},
	{"a frozen plan is replayed", a_frozen_plan_is_replayed},
	{"an end that is gone ends it", an_end_that_is_gone_ends_it},
	{"frames that were lost make it inconclusive", frames_that_were_lost_make_it_inconclusive},
	{"what was lost before it began does not count", what_was_lost_before_it_began_does_not_count},
	{"joined segments are told with the cure", joined_segments_are_told_with_the_cure},
	{"what is no frame is lost", what_is_no_frame_is_lost},
	{"a skew beyond the limit makes it inconclusive", a_skew_beyond_the_limit_makes_it_inconclusive},
	{"what came before it began is not late", what_came_before_it_began_is_not_late},
	{"it ends when its time is up", it_ends_when_its_time_is_up},
	{"it ends when it is asked to", it_ends_when_it_is_asked_to},
	{"what is not ready does not begin", what_is_not_ready_does_not_begin},
	{"a folder that cannot be made is told", a_folder_that_cannot_be_made_is_told},
	CU_TEST_INFO_NULL,
};
