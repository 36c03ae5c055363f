/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/hunt.h"

#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_hunt[];

static void the_last_decision_names_the_kind(void)
{
	struct decisions decisions = {.count = 0};
	struct decision decision = {.at = ""};

	CU_ASSERT_STRING_EQUAL(hunt_kind(&decisions), "");
	decision.action = action_find("outage");
	decisions_add(&decisions, &decision);
	decision.action = action_find("drop");
	decisions_add(&decisions, &decision);
	CU_ASSERT_STRING_EQUAL(hunt_kind(&decisions), "drop");
	decisions_close(&decisions);
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

static void without_a_find_it_shows_something_only_if_nothing_is_left_open(void)
{
	struct hunt_round round = {.sessions = 16, .inconclusive = 15};
	struct hunt hunt = {.rounds = &round, .round_count = 1, .sessions = 16};

	CU_ASSERT(hunt_shows(&hunt));
	round.inconclusive = 16;
	CU_ASSERT_FALSE(hunt_shows(&hunt));
	round = (struct hunt_round){.sessions = 16, .failures = 1, .unclear = 1};
	CU_ASSERT_FALSE(hunt_shows(&hunt));
	hunt.find_count = 1;
	CU_ASSERT(hunt_shows(&hunt));
	hunt = (struct hunt){.cut_sessions = 3};
	CU_ASSERT_FALSE(hunt_shows(&hunt));
}

static void of_a_shrunk_plan_only_what_the_control_device_did_is_said(void)
{
	struct hunt_find find = {.shrunk = "finds/002-shrunk.yaml"};
	char text[1024];

	TEST_CONTAINS(hunt_say_control(&find, 2, "good", text, sizeof text),
	              "The shrunk plan of failure 2 was not run on good, the control device.");
	find.control_ran = true;
	find.control = ending("", "", "updated");
	find.control.kind = VERDICT_PASS;
	TEST_CONTAINS(hunt_say_control(&find, 2, "good", text, sizeof text),
	              "The shrunk plan of failure 2 passes on good, the control device.");
	find.control = ending("hang", "download", "nothing for 120 s");
	TEST_CONTAINS(
		hunt_say_control(&find, 2, "good", text, sizeof text),
		"fails on good, the control device, too, where the plan as it was drawn passes: fail in download, judge hang: nothing");
	find.control.kind = VERDICT_INCONCLUSIVE;
	TEST_CONTAINS(hunt_say_control(&find, 2, "good", text, sizeof text), "is not known: inconclusive in download");
}

const CU_TestInfo tests_hunt[] = {
	{"of a shrunk plan only what the control device did is said", of_a_shrunk_plan_only_what_the_control_device_did_is_said},
	{"without a find it shows something only if nothing is left open", without_a_find_it_shows_something_only_if_nothing_is_left_open},
	{"the last decision names the kind", the_last_decision_names_the_kind},
	{"failures are told apart by what failed and what acted last", failures_are_told_apart_by_what_failed_and_what_acted_last},
	CU_TEST_INFO_NULL,
};
