/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "search/hunt.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_hunt[];

static const char *kinds_of(const char *const *names, char ret_kinds[HUNT_KINDS_MAX])
{
	struct decisions decisions = {.count = 0};

	for (; *names != NULL; names++) {
		struct decision decision = {.at = ""};
		decision.action = action_find(*names);
		CU_ASSERT_FATAL(decision.action != NULL);
		decisions_add(&decisions, &decision);
	}
	(void)hunt_kinds(&decisions, ret_kinds);
	decisions_close(&decisions);
	return ret_kinds;
}

static void the_last_three_decisions_name_the_kinds(void)
{
	char kinds[HUNT_KINDS_MAX];

	CU_ASSERT_STRING_EQUAL(kinds_of((const char *const[]){"outage", "drop", "delay", "drop", NULL}, kinds), "delay, drop");
	CU_ASSERT_STRING_EQUAL(kinds_of((const char *const[]){"outage", "drop", NULL}, kinds), "drop, outage");
	CU_ASSERT_STRING_EQUAL(kinds_of((const char *const[]){NULL}, kinds), "");
}

static struct ending ending(const char *judge, const char *phase, const char *reason)
{
	struct ending made = {.kind = VERDICT_FAIL, .virtual_ns = strlen(reason)};

	(void)snprintf(made.judge, sizeof made.judge, "%s", judge);
	(void)snprintf(made.phase, sizeof made.phase, "%s", phase);
	(void)snprintf(made.reason, sizeof made.reason, "%s", reason);
	return made;
}

static void failures_are_told_apart_by_what_failed_and_what_acted_last(void)
{
	const struct ending one = ending("hang", "download", "nothing for 120 s"), two = ending("hang", "download", "nothing for 7 s"),
			    elsewhere = ending("hang", "check", "nothing for 120 s"), other = ending("", "download", "curl 28");
	const uint64_t signature = hunt_signature(&one, "drop");

	CU_ASSERT_EQUAL(hunt_signature(&two, "drop"), signature);
	const struct ending silent = ending("hang", "download", "nothing for 9 s; the last was 18.1 to-server tcp.ack"),
			    besides = ending("hang", "download", "nothing for 9 s; besides: curl 60");
	CU_ASSERT_EQUAL(hunt_signature(&silent, "drop"), signature);
	CU_ASSERT_NOT_EQUAL(hunt_signature(&besides, "drop"), signature);
	CU_ASSERT_NOT_EQUAL(hunt_signature(&one, "outage"), signature);
	CU_ASSERT_NOT_EQUAL(hunt_signature(&elsewhere, "drop"), signature);
	CU_ASSERT_NOT_EQUAL(hunt_signature(&other, "drop"), signature);
}

const CU_TestInfo tests_hunt[] = {
	{"the_last_three_decisions_name_the_kinds", the_last_three_decisions_name_the_kinds},
	{"failures_are_told_apart_by_what_failed_and_what_acted_last", failures_are_told_apart_by_what_failed_and_what_acted_last},
	CU_TEST_INFO_NULL,
};
