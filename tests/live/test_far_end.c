/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The emulator's far end as one end of a bridge, and its verdict on a session whose command has
 * ended; without namespaces or a bridge.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/link/frame.h"
#include "harness/live/conclusion.h"
#include "harness/live/far_end.h"
#include "harness/server/host.h"
#include "tests/test.h"
#include "tests/trace_text.h"

extern const CU_TestInfo tests_live_far_end[];

static struct {
	struct plan plan;
	struct fault fault;
	struct far_end *far_end;
	struct port port;
	sim_ns now;
	unsigned frames;
	uint8_t last[FRAME_MAX];
	size_t length;
} it;

static sim_ns tell_time(void *ctx)
{
	(void)ctx;
	return it.now;
}

static void ignore_decision(void *ctx, const struct decision *decision)
{
	(void)ctx;
	(void)decision;
}

static void ignore_event(void *ctx, const struct fault_event *event)
{
	(void)ctx;
	(void)event;
}

static void ignore_secret(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static void open_it(void)
{
	const struct service_ties ties = {
		.trace = trace_open_null(), .now = tell_time, .faults = {ignore_decision, ignore_event}, .secret = ignore_secret};
	struct error err;

	memset(&it, 0, sizeof it);
	params_init(service_params, &it.plan.server);
	(void)snprintf(it.plan.image, sizeof it.plan.image, "%s", test_write("os.bin", "an image"));
	it.plan.seed = 1;
	it.far_end = far_end_open(&it.plan, &err);
	CU_ASSERT_PTR_NOT_NULL_FATAL(it.far_end);
	it.port = far_end_port(it.far_end);
	far_end_begin(it.far_end, &ties);
}

static void take(void *ctx, struct bytes frame, uint64_t stamp_ns)
{
	(void)ctx;
	(void)stamp_ns;
	it.frames++;
	memcpy(it.last, frame.data, frame.length);
	it.length = frame.length;
}

static bool is_readable(int timeout_ms)
{
	struct pollfd ready = {.fd = it.port.fd, .events = POLLIN};

	return poll(&ready, 1, timeout_ms) == 1;
}

static void read_all(void)
{
	struct error err;

	CU_ASSERT(it.port.ops->read(it.port.state, 32, take, NULL, &err));
}

/* Who has 192.0.2.1? */
static void ask_by_arp(void)
{
	static const uint8_t question[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0,   0, 0, 0,   9, 8, 6, 0, 1, 8, 0,   6, 4, 0,
	                                     1,    2,    0,    0,    0,    0,    9, 192, 0, 2, 100, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1};
	struct error err;

	CU_ASSERT(it.port.ops->send(it.port.state, bytes_of(question, sizeof question), &err));
}

static void what_it_answers_waits_to_be_read(void)
{
	static const uint8_t mac[] = HOST_MAC;

	open_it();
	read_all();
	it.frames = 0;
	it.now = SIM_S;
	ask_by_arp();
	CU_ASSERT_EQUAL(it.frames, 0);
	CU_ASSERT_FATAL(is_readable(2000));
	read_all();
	CU_ASSERT_EQUAL_FATAL(it.frames, 1);
	CU_ASSERT_EQUAL(it.length, 42);
	CU_ASSERT_EQUAL(it.last[21], 2);
	CU_ASSERT_EQUAL(memcmp(it.last + 22, mac, sizeof mac), 0);
	const struct port_counters counters = it.port.ops->counters(it.port.state);
	CU_ASSERT_EQUAL(counters.sent, 1);
	CU_ASSERT_EQUAL(counters.lost_out, 0);
	far_end_close(it.far_end);
}

static void at_most_so_many_are_read_as_are_asked_for(void)
{
	struct error err;

	open_it();
	read_all();
	it.frames = 0;
	for (unsigned i = 0; i < 5; i++)
		ask_by_arp();
	CU_ASSERT(it.port.ops->read(it.port.state, 3, take, NULL, &err));
	CU_ASSERT_EQUAL(it.frames, 3);
	CU_ASSERT(is_readable(2000));
	read_all();
	CU_ASSERT_EQUAL(it.frames, 5);
	far_end_close(it.far_end);
}

static void a_client_gets_what_it_needs_to_be_known(void)
{
	struct error err;
	char path[512];

	open_it();
	CU_ASSERT_FATAL(far_end_write_credentials(it.far_end, test_folder(), &err));
	(void)snprintf(path, sizeof path, "%s/trust.pem", test_folder());
	char *text = test_read(path);
	TEST_CONTAINS(text, "BEGIN CERTIFICATE");
	free(text);
	CU_ASSERT(!far_end_write_credentials(it.far_end, "/nowhere/at/all", &err));
	far_end_close(it.far_end);
}

/* -- what a command's end says -- */

static struct verdict reach(enum verdict_kind of_the_bridge, bool ended, int status, bool asked)
{
	const struct conclusion_facts facts = {.ended = ended, .status = status, .asked = asked};
	struct verdict verdict = {.kind = of_the_bridge, .reason = "as the bridge says"};

	conclusion_reach(&it.plan, &facts, &verdict);
	return verdict;
}

static void a_status_is_a_verdict(void)
{
	struct verdict verdict;

	memset(&it.plan, 0, sizeof it.plan);
	verdict = reach(VERDICT_PASS, true, 0, false);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_PASS);
	CU_ASSERT(verdict.met_expectation);
	verdict = reach(VERDICT_PASS, true, 22, false);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	CU_ASSERT_STRING_EQUAL(verdict.reason, "the command ended with status 22");
	CU_ASSERT(!verdict.met_expectation);
	verdict = reach(VERDICT_PASS, true, 128 + 11, false);
	TEST_CONTAINS(verdict.reason, "signal 11");
	verdict = reach(VERDICT_PASS, false, 0, false);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_FAIL);
	TEST_CONTAINS(verdict.reason, "deadline");
}

static void what_the_bridge_cannot_vouch_for_stays_inconclusive(void)
{
	struct verdict verdict = reach(VERDICT_INCONCLUSIVE, true, 0, false);

	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	CU_ASSERT_STRING_EQUAL(verdict.reason, "as the bridge says");
	verdict = reach(VERDICT_PASS, true, 0, true);
	CU_ASSERT_EQUAL(verdict.kind, VERDICT_INCONCLUSIVE);
	CU_ASSERT(!verdict.met_expectation);
}

const CU_TestInfo tests_live_far_end[] = {
	{"what it answers waits to be read", what_it_answers_waits_to_be_read},
	{"at most so many are read as are asked for", at_most_so_many_are_read_as_are_asked_for},
	{"a client gets what it needs to be known", a_client_gets_what_it_needs_to_be_known},
	{"a status is a verdict", a_status_is_a_verdict},
	{"what the bridge cannot vouch for stays inconclusive", what_the_bridge_cannot_vouch_for_stays_inconclusive},
	CU_TEST_INFO_NULL,
};
