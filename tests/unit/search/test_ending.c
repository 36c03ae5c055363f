/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/ending.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_ending[];

static struct ending ending(enum verdict_kind kind, const char *judge, const char *phase, const char *reason)
{
	struct verdict verdict = {.kind = kind};
	struct ending ending;

	(void)snprintf(verdict.judge, sizeof verdict.judge, "%s", judge);
	(void)snprintf(verdict.phase, sizeof verdict.phase, "%s", phase);
	(void)snprintf(verdict.reason, sizeof verdict.reason, "%s", reason);
	ending_of(&verdict, &ending);
	return ending;
}

/* Whether both are the same way to end, by comparison and by number. */
static bool same(const struct ending *a, const struct ending *b)
{
	CU_ASSERT_EQUAL(ending_same(a, b), ending_signature(a) == ending_signature(b));
	return ending_same(a, b);
}

static void amounts_in_a_reason_do_not_tell_failures_apart(void)
{
	const struct ending a = ending(VERDICT_FAIL, "hang", "download", "no progress for 120.5 s after 4096 bytes");
	const struct ending b = ending(VERDICT_FAIL, "hang", "download", "no progress for 61 s after 12 bytes");

	CU_ASSERT(same(&a, &b));
}

static void judge_phase_and_error_tell_failures_apart(void)
{
	const struct ending base = ending(VERDICT_FAIL, "hang", "download", "curl 28");
	const struct ending others[] = {
		ending(VERDICT_FAIL, "storm", "download", "curl 28"), ending(VERDICT_FAIL, "hang", "connect", "curl 28"),
		ending(VERDICT_FAIL, "hang", "download", "curl 7"), ending(VERDICT_PASS, "hang", "download", "curl 28")};

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		CU_ASSERT_FALSE(same(&base, &others[i]));
}

static void sessions_that_pass_have_ended_in_the_same_way(void)
{
	const struct ending a = ending(VERDICT_PASS, "", "done", "updated after 1 retry");
	const struct ending b = ending(VERDICT_PASS, "", "done", "updated");

	CU_ASSERT(same(&a, &b));
}

static void an_inconclusive_session_equals_no_other(void)
{
	const struct ending a = ending(VERDICT_INCONCLUSIVE, "", "", "no memory");

	CU_ASSERT_FALSE(ending_same(&a, &a));
}

static void an_ending_is_said_in_one_line(void)
{
	const struct ending judged = ending(VERDICT_FAIL, "hang", "download", "no progress");
	const struct ending plain = ending(VERDICT_FAIL, "", "", "gave up");
	char text[256];

	TEST_SAME_TEXT(ending_say(&judged, text, sizeof text), "fail in download, judge hang: no progress");
	TEST_SAME_TEXT(ending_say(&plain, text, sizeof text), "fail: gave up");
}

static void a_reason_is_what_results_can_keep(void)
{
	struct verdict verdict = {.kind = VERDICT_FAIL};
	struct ending ending;

	(void)snprintf(verdict.reason, sizeof verdict.reason, "said \xff\xfe and no more");
	ending_of(&verdict, &ending);
	TEST_SAME_TEXT(ending.reason, "said ?? and no more");
	(void)snprintf(verdict.reason, sizeof verdict.reason, "said \u00e9");
	ending_of(&verdict, &ending);
	TEST_SAME_TEXT(ending.reason, "said \u00e9");
}

const CU_TestInfo tests_ending[] = {
	{"a reason is what results can keep", a_reason_is_what_results_can_keep},
	{"amounts in a reason do not tell failures apart", amounts_in_a_reason_do_not_tell_failures_apart},
	{"judge, phase and error tell failures apart", judge_phase_and_error_tell_failures_apart},
	{"sessions that pass have ended in the same way", sessions_that_pass_have_ended_in_the_same_way},
	{"an inconclusive session equals no other", an_inconclusive_session_equals_no_other},
	{"an ending is said in one line", an_ending_is_said_in_one_line},
	CU_TEST_INFO_NULL,
};
