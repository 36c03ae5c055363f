/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `stutter shrink` over whole sessions. */
#include "harness/search/shrink.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/session/fixture.h"
#include "tests/test.h"

extern const CU_TestInfo tests_shrink[];

/*
 * A client that gives a connection up after 2 s: two SYNs that are lost are too many, one is not.
 */
#define WEAK \
	"image: small.bin\ndeadline: 5min\ndevice: {name: weak, agent: {connect_timeout: 2s, retries: 0}}\nfaults:\n" \
	"  - {name: lost, at: tcp.syn#1..2, direction: to-server, drop: true}\n"

static char output[65536];

/* Runs a scenario of this text as seed 1, and leaves its session in NAME.run/NAME/seed-1. */
static void leave_session(const char *name, const char *text, int status)
{
	char file[64];

	(void)snprintf(file, sizeof file, "%s.yaml", name);
	(void)test_write(file, text);
	int found = session_fixture_run(output, sizeof output, "run %s --quiet --history none --out %s.run", file, name);
	test_expect_status(output, found, status);
}

static void shrink(const char *name, const char *out, const char *options, int status)
{
	int found = session_fixture_run(output, sizeof output, "shrink %s.run/%s/seed-1/plan.yaml --quiet --out %s %s", name, name, out,
	                                options);

	test_expect_status(output, found, status);
}

static void same_files(const char *a, const char *b)
{
	char *left = test_read_own(a), *right = test_read_own(b);

	CU_ASSERT_STRING_EQUAL(left, right);
	free(left);
	free(right);
}

static void two_lost_syns_are_found_among_many_decisions(void)
{
	leave_session("weak", "name: weak\n" WEAK "  - {name: slow, first: 25, delay: {time: 8ms, jitter: 6ms}}\n", 1);
	shrink("weak", "s", "", 0);
	TEST_CONTAINS(output, "fails iff tcp.syn#1..2 to the server are lost");
	char *plan = test_read_own("s/shrunk.yaml");
	const char *decisions = strstr(plan, "\ndecisions:");
	CU_ASSERT_PTR_NOT_NULL_FATAL(decisions);
	CU_ASSERT_EQUAL(test_count(decisions, "  - {"), 2);
	TEST_CONTAINS(decisions, "tcp.syn[80/1]#1");
	TEST_CONTAINS(decisions, "tcp.syn[80/1]#2");
	free(plan);
	/* The new plan is one that is replayed as any other. */
	int status = session_fixture_run(output, sizeof output, "replay s/shrunk.yaml --quiet --out again");
	test_expect_status(output, status, 1);
	TEST_CONTAINS(output, "weak");
}

static void the_result_is_the_same_at_any_number_of_jobs(void)
{
	leave_session("weak", "name: weak\n" WEAK "  - {name: slow, first: 9, delay: {time: 8ms, jitter: 6ms}}\n", 1);
	shrink("weak", "two", "--jobs 2", 0);
	shrink("weak", "one", "--jobs 1", 0);
	same_files("two/shrunk.yaml", "one/shrunk.yaml");
}

static void a_plan_that_passes_has_nothing_to_shrink(void)
{
	leave_session("fine", "name: fine\nimage: small.bin\nfaults:\n  - {name: lost, at: tcp.syn#1, drop: true}\n", 0);
	shrink("fine", "s", "", 2);
	TEST_CONTAINS(output, "fine.run/fine/seed-1/plan.yaml: nothing to shrink: its session passed; ");
	/* No session was run for it. */
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, "ls %s/s", test_folder()), 0);
	/* Nothing is known of a plan that was moved. */
	int status = test_shell(output, sizeof output, "cd %s && cp fine.run/fine/seed-1/plan.yaml fine-plan.yaml", test_folder());
	CU_ASSERT_EQUAL(status, 0);
	status = session_fixture_run(output, sizeof output, "shrink fine-plan.yaml --quiet --out s");
	test_expect_status(output, status, 2);
	TEST_CONTAINS(output, "Nothing to shrink: it passes");
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, "ls %s/s/shrunk.yaml", test_folder()), 0);
}

static void a_plan_that_passes_against_expectation_has_nothing_to_shrink_either(void)
{
	leave_session("fine", "name: fine\nimage: small.bin\nexpect: {verdict: fail}\n", 1);
	shrink("fine", "s", "", 2);
	TEST_CONTAINS(output, "nothing to shrink: its session passed (not as its 'expect:' has it: fail was expected); ");
}

/*
 * The failure is what counts, whether it is expected or not; a removed fault is not expected to
 * act.
 */
static void an_expected_failure_is_shrunk_as_any_other(void)
{
	leave_session("known",
	              "name: known\n" WEAK "  - {name: slow, first: 5, delay: {time: 8ms, jitter: 6ms}}\n"
	              "expect: {verdict: fail, phase: connect, acted: [slow, lost]}\n",
	              0);
	shrink("known", "s", "", 0);
	TEST_CONTAINS(output, "fails iff tcp.syn#1..2 to the server are lost");
	CU_ASSERT_PTR_NULL(strstr(output, "mistake in stutter"));
	int status = session_fixture_run(output, sizeof output, "replay s/shrunk.yaml --quiet --out again");
	test_expect_status(output, status, 0);
	TEST_CONTAINS(output, "1 confirmed failure");
}

/*
 * Without the SYNs' losses the session fails too, in the same phase, but by the answer that with
 * them is the one to its report.
 */
static void a_failure_of_another_kind_is_not_the_same(void)
{
	leave_session("kinds", "name: kinds\n" WEAK "  - {name: busy, at: srv.http#1, http_status: 503}\n", 1);
	shrink("kinds", "s", "", 0);
	TEST_CONTAINS(output, "fails iff tcp.syn#1..2 to the server are lost");
	TEST_FILE_CONTAINS("s/results.jsonl", "\"reason\":\"connect: HTTP status 503\"");
}

/* As if ordinals had moved: the decisions that matter are about frames that never come. */
static void faults_are_shrunk_where_the_decisions_do_not_fail_so(void)
{
	leave_session("weak", "name: weak\n" WEAK "  - {name: slow, first: 9, delay: {time: 8ms, jitter: 6ms}}\n", 1);
	CU_ASSERT_EQUAL(test_shell(output, sizeof output, "cd %s && sed -i 's|syn.80/1.#|syn[80/9]#|' weak.run/weak/seed-1/plan.yaml",
	                           test_folder()),
	                0);
	shrink("weak", "s", "", 0);
	TEST_CONTAINS(output, "fails iff the fault 'lost' acts");
	TEST_CONTAINS(output, "Replayed by its decisions the plan does not fail in the same way");
	int status = session_fixture_run(output, sizeof output, "run s/shrunk.yaml --quiet --history none --out again");
	test_expect_status(output, status, 1);
}

static void an_outage_is_shrunk_to_its_shortest_length(void)
{
	leave_session("gap",
	              "name: gap\nimage: small.bin\ndeadline: 5min\ndevice: {name: weak, agent: {connect_timeout: 2s, retries: 0}}\n"
	              "faults:\n  - {name: gap, at: tcp.syn#1, direction: to-server, outage: 2.5s}\n",
	              1);
	shrink("gap", "s", "", 0);
	TEST_CONTAINS(output, "fails iff an outage from tcp.syn#1 to the server on lasts at least 1.0");
	TEST_CONTAINS(output, "none up to 5 min");
	/*
	 * Without it, and just below its border; and how sharp that is, once more: at nine tenths
	 * and at a half.
	 */
	char *search = test_read_own("s/search.json"), *both = strstr(search, "\"stage\": \"both sides\"");
	unsigned left, sessions;
	CU_ASSERT_PTR_NOT_NULL_FATAL(both);
	CU_ASSERT_EQUAL(sscanf(strstr(both, "\"left\""), "\"left\": %u, \"sessions\": %u", &left, &sessions), 2);
	CU_ASSERT_EQUAL(sessions, 4);
	free(search);
}

static void a_killed_shrink_is_resumed(void)
{
	leave_session("weak", "name: weak\n" WEAK "  - {name: slow, first: 9, delay: {time: 8ms, jitter: 6ms}}\n", 1);
	shrink("weak", "whole", "", 0);
	int status = test_shell(output, sizeof output,
	                        "cd %s && { %s shrink weak.run/weak/seed-1/plan.yaml --quiet --out cut >cut.log 2>&1 & } && pid=$! && "
	                        "for i in $(seq 600); do [ $(cat cut/results.jsonl 2>/dev/null | wc -l) -ge 4 ] && break; sleep 0.1; done; "
	                        "kill -9 $pid; wait $pid; wc -l <cut/results.jsonl",
	                        test_folder(), test_program());
	CU_ASSERT_EQUAL(status, 0);
	status = session_fixture_run(output, sizeof output, "shrink --resume cut --quiet");
	test_expect_status(output, status, 0);
	TEST_CONTAINS(output, "results were known");
	CU_ASSERT_PTR_NULL(strstr(output, " 0 results were known"));
	same_files("whole/shrunk.yaml", "cut/shrunk.yaml");
}

static void wrong_options_are_refused_before_a_session_is_run(void)
{
	int status;

	(void)test_write("s.yaml", "name: s\nimage: small.bin\n");
	status = session_fixture_run(output, sizeof output, "shrink s.yaml --out s");
	test_expect_status(output, status, 2);
	TEST_CONTAINS(output, "this is not a frozen plan");
	status = session_fixture_run(output, sizeof output, "shrink");
	test_expect_status(output, status, 2);
	status = session_fixture_run(output, sizeof output, "shrink nothing.yaml --out s");
	test_expect_status(output, status, 2);
	CU_ASSERT_NOT_EQUAL(test_shell(output, sizeof output, "ls %s/s", test_folder()), 0);
}

const CU_TestInfo tests_shrink[] = {
	{"two lost syns are found among many decisions", two_lost_syns_are_found_among_many_decisions},
	{"the result is the same at any number of jobs", the_result_is_the_same_at_any_number_of_jobs},
	{"a plan that passes has nothing to shrink", a_plan_that_passes_has_nothing_to_shrink},
	{"a plan that passes against expectation has nothing to shrink either",
         a_plan_that_passes_against_expectation_has_nothing_to_shrink_either},
	{"an expected failure is shrunk as any other", an_expected_failure_is_shrunk_as_any_other},
	{"a failure of another kind is not the same", a_failure_of_another_kind_is_not_the_same},
	{"faults are shrunk where the decisions do not fail so", faults_are_shrunk_where_the_decisions_do_not_fail_so},
	{"an outage is shrunk to its shortest length", an_outage_is_shrunk_to_its_shortest_length},
	{"a killed shrink is resumed", a_killed_shrink_is_resumed},
	{"wrong options are refused before a session is run", wrong_options_are_refused_before_a_session_is_run},
	CU_TEST_INFO_NULL,
};
