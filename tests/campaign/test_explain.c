/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `stutter explain` over real sessions: short ones, of a client that gives up soon. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reports/member.h"
#include "lib/sim/sim.h"
#include "tests/session/fixture.h"
#include "tests/test.h"

static const char device[] =
	"name: hasty\nclient: /usr/bin/agent\nagent: {connect_timeout: 2s, retries: 1, backoff: 1s, low_speed_time: 2s}\n";

#define HEAD "device: hasty.yaml\nimage: small.bin\ndeadline: 1min\n"

/*
 * Both tries at the first connection are two SYNs each, and all four are lost; the delays do not
 * matter.
 */
static const char lost[] = "name: lost\n" HEAD "faults:\n  - {name: lost SYN, at: tcp.syn, first: 4, drop: true}\n"
			   "  - {name: slow, at: dns.reply, delay: 20ms}\n";
static const char lossy[] = "name: lossy\n" HEAD "faults:\n  - {name: lost, at: tcp.syn, loss: 65%}\n";

static char output[65536];

static void write_all(void)
{
	char path[600];

	session_fixture_needs("initramfs.cpio");
	/* Of a size of its own, since which sessions fail depends on it. */
	(void)snprintf(path, sizeof path, "%s/small.bin", test_folder());
	FILE *stream = fopen(path, "we");
	CU_ASSERT_FATAL(stream != NULL && ftruncate(fileno(stream), 20000) == 0);
	(void)fclose(stream);
	(void)test_write("hasty.yaml", device);
	(void)test_write("lost.yaml", lost);
	(void)test_write("lossy.yaml", lossy);
}

/* The member `explain` of a search's search.json; to be released with json_decref(). */
static json_t *explained(const char *name)
{
	char *text = test_read_own(name);
	json_t *json = json_loads(text, 0, NULL), *member = json_object_get(json, "explain");

	CU_ASSERT_PTR_NOT_NULL_FATAL(member);
	CU_ASSERT_STRING_EQUAL(member_text(json, "command"), "explain");
	json_incref(member);
	json_decref(json);
	free(text);
	return member;
}

/* How many rows of single decisions of this fault have this effect. */
static size_t count_rows(const json_t *explained_as, const char *fault, const char *effect)
{
	const json_t *row;
	size_t i, count = 0;

	json_array_foreach(json_object_get(explained_as, "decisions"), i, row) count += member_number(row, "count") == 1 &&
	                                                                                strcmp(member_text(row, "fault"), fault) == 0 &&
	                                                                                strcmp(member_text(row, "effect"), effect) == 0;
	return count;
}

static void the_decisions_that_matter_are_found(void)
{
	write_all();
	test_expect_status(output, session_fixture_run(output, sizeof output, "run lost.yaml --out r"), 1);
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain r/lost/seed-1/plan.yaml --out e"), 0);
	TEST_CONTAINS(output, "its faults draw nothing");
	TEST_CONTAINS(output, "it passes without any one of 4 decisions, the last of them 'lost SYN' at tcp.syn[80/2]#2");
	json_t *json = explained("e/search.json");
	CU_ASSERT_EQUAL(count_rows(json, "lost SYN", "passes"), 4);
	CU_ASSERT_EQUAL(count_rows(json, "slow", "passes"), 0);
	/* They are no cause, so they are not tested one by one. */
	CU_ASSERT_EQUAL(count_rows(json, "slow", "fails in the same way"), 0);
	CU_ASSERT_STRING_EQUAL(member_text(json_object_get(json, "neighbour"), "what"), "without 'lost SYN' at tcp.syn[80/2]#2");
	json_decref(json);
	free(test_read_own("e/sessions/compare.html"));
	/* Known results are not run again, and reported in the same words. */
	char *first = test_read_own("e/search.json");
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain --resume e --jobs 1"), 0);
	TEST_CONTAINS(output, "0 sessions were run");
	json = explained("e/search.json");
	char *again = json_dumps(json, JSON_COMPACT);
	json_t *before = json_loads(first, 0, NULL);
	char *was = json_dumps(json_object_get(before, "explain"), JSON_COMPACT);
	TEST_SAME_TEXT(again, was);
	free(again);
	free(was);
	json_decref(before);
	json_decref(json);
	free(first);
}

static uint64_t failed(const json_t *tally)
{
	return member_number(tally, "failed_alike") + member_number(tally, "failed_otherwise");
}

/*
 * From less than one to one; the cut at which nothing passes is behind all at which something does.
 */
static void the_failure_rate_rises_until_it_is_lost(void)
{
	write_all();
	test_expect_status(
		output,
		session_fixture_run(
			output, sizeof output,
			"explain lossy.yaml --seed 3 --out e --redraws 4 --cuts 2 --steps 3 --removals 1 --other-seeds 0 --quiet"),
		0);
	json_t *json = explained("e/search.json");
	const json_t *curve = json_object_get(json, "curve"), *cuts = json_object_get(curve, "cuts"), *first = json_array_get(cuts, 0);
	const json_t *lost_at = json_object_get(curve, "lost"), *saved = json_object_get(curve, "saved");

	CU_ASSERT(json_array_size(cuts) > 2);
	CU_ASSERT(member_number(first, "passed") > 0);
	CU_ASSERT_FATAL(lost_at != NULL && saved != NULL);
	CU_ASSERT(member_number(lost_at, "passed") == 0 && failed(lost_at) == 8);
	CU_ASSERT(member_number(saved, "passed") > 0 && member_number(saved, "at_ns") < member_number(lost_at, "at_ns"));
	/* The last SYN that could have come through was lost in between. */
	CU_ASSERT(member_number(saved, "at_ns") < 15232 * SIM_MS + SIM_MS && member_number(lost_at, "at_ns") > 15232 * SIM_MS);
	TEST_CONTAINS(output, "8 of 8 redraws failed");
	TEST_CONTAINS(output, "95 %: at least 63.0 %");
	json_decref(json);
}

static void digest_of(const char *name, char ret_digest[64])
{
	char *text = test_read_own(name);
	json_t *json = json_loads(text, 0, NULL);

	(void)snprintf(ret_digest, 64, "%s", member_text(json, "digest"));
	CU_ASSERT_NOT_EQUAL(ret_digest[0], '\0');
	json_decref(json);
	free(text);
}

static void a_redraw_with_its_own_seed_is_the_session_itself(void)
{
	char plain[64], own[64], other[64], text[512];

	write_all();
	(void)snprintf(text, sizeof text, "%sredraw: {from: 0s, seed: 1}\n", lossy);
	(void)test_write("own.yaml", text);
	(void)snprintf(text, sizeof text, "%sredraw: {from: 0s, seed: 2}\n", lossy);
	(void)test_write("other.yaml", text);
	(void)session_fixture_run(output, sizeof output, "run lossy.yaml --seed 1 --out a");
	(void)session_fixture_run(output, sizeof output, "run own.yaml --seed 1 --out b");
	(void)session_fixture_run(output, sizeof output, "run other.yaml --seed 1 --out c");
	digest_of("a/lossy/seed-1/verdict.json", plain);
	digest_of("b/lossy/seed-1/verdict.json", own);
	digest_of("c/lossy/seed-1/verdict.json", other);
	CU_ASSERT_STRING_EQUAL(own, plain);
	CU_ASSERT_STRING_NOT_EQUAL(other, plain);
	/* Its plan says so, and is repeated and replayed. */
	(void)session_fixture_run(output, sizeof output, "run c/lossy/seed-1/plan.yaml --out d");
	digest_of("d/lossy/seed-1/verdict.json", own);
	CU_ASSERT_STRING_EQUAL(own, other);
	(void)session_fixture_run(output, sizeof output, "replay c/lossy/seed-1/plan.yaml --out f");
	digest_of("f/lossy/seed-1/verdict.json", own);
	CU_ASSERT_STRING_EQUAL(own, other);
}

/*
 * The folder of a search that ended with an error tells it as the search did; going on is offered
 * only where that is of use.
 */
static void expect_told(const char *dir, int status, const char *error, bool goes_on)
{
	char name[32];

	CU_ASSERT_EQUAL(strstr(output, "explain --resume") != NULL, goes_on);
	(void)snprintf(name, sizeof name, "%s/search.json", dir);
	char *text = test_read_own(name);
	json_t *json = json_loads(text, 0, NULL);
	CU_ASSERT_EQUAL(json_integer_value(json_object_get(json, "status")), status);
	CU_ASSERT_EQUAL(json_is_false(json_object_get(json, "whole")), goes_on);
	TEST_CONTAINS(member_text(json, "error"), error);
	json_decref(json);
	free(text);
	test_expect_status(output, session_fixture_run(output, sizeof output, "report %s", dir), status);
	TEST_CONTAINS(output, "The search ended with an error: ");
	TEST_CONTAINS(output, error);
	CU_ASSERT_EQUAL(strstr(output, "explain --resume") != NULL, goes_on);
}

static void what_cannot_be_explained_is_refused(void)
{
	write_all();
	(void)test_write("good.yaml", "name: good\n" HEAD);
	test_expect_status(output, session_fixture_run(output, sizeof output, "run good.yaml --out r"), 0);
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain r/good/seed-1/plan.yaml --out a"), 2);
	TEST_CONTAINS(output, "passes: there is nothing to explain");
	expect_told("a", 2, "passes: there is nothing to explain", false);
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain good.yaml --out b"), 2);
	TEST_CONTAINS(output, "passes with seed 1: there is nothing to explain; --seed names one that fails");
	expect_told("b", 2, "passes with seed 1: there is nothing to explain", false);
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain r/good/seed-1/plan.yaml --seed 3 --out c"), 2);
	TEST_CONTAINS(output, "a seed goes with a scenario");
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain --out d"), 2);
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain lost.yaml --redraws 0 --out d"), 2);
	TEST_CONTAINS(output, "--redraws");
}

/* Two results of one plan that differ, as if a shared beginning had made a session another one. */
static void what_is_wrong_is_not_offered_to_go_on(void)
{
	write_all();
	(void)session_fixture_run(output, sizeof output, "run lost.yaml --out r");
	test_expect_status(output,
	                   session_fixture_run(output, sizeof output,
	                                       "explain r/lost/seed-1/plan.yaml --out e --redraws 2 --removals 2 --other-seeds 0"),
	                   0);
	(void)test_shell(output, sizeof output, "cd %s/e && sed -i '3s/\"digest\": *\"[0-9a-f]*\"/\"digest\":\"11111111\"/' results.jsonl",
	                 test_folder());
	test_expect_status(output, session_fixture_run(output, sizeof output, "explain --resume e"), 3);
	TEST_CONTAINS(output, "with a shared beginning: a bug in stutter");
	expect_told("e", 3, "with a shared beginning: a bug in stutter", false);
}

const CU_TestInfo tests_explain[] = {{"the decisions that matter are found", the_decisions_that_matter_are_found},
                                     {"the failure rate rises until it is lost", the_failure_rate_rises_until_it_is_lost},
                                     {"a redraw with its own seed is the session itself", a_redraw_with_its_own_seed_is_the_session_itself},
                                     {"what cannot be explained is refused", what_cannot_be_explained_is_refused},
                                     {"what is wrong is not offered to go on", what_is_wrong_is_not_offered_to_go_on},
                                     CU_TEST_INFO_NULL};
