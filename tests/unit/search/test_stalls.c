/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/stalls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_stalls[];

static struct decisions decisions;

static void add(unsigned ms, const char *at, unsigned direction, const char *action)
{
	struct decision decision = {.direction = direction, .time = ms * SIM_MS, .action = action_find(action)};

	(void)snprintf(decision.at, sizeof decision.at, "%s", at);
	action_init(decision.action, &decision.params);
	decisions_add(&decisions, &decision);
}

static void lost(unsigned ms, const char *at)
{
	add(ms, at, MATCH_TO_DEVICE, "drop");
}

static void passed(unsigned ms, const char *at)
{
	add(ms, at, MATCH_TO_DEVICE, "delay");
}

/* @return what was found, as "ADDRESS for MILLISECONDS", in a line each. */
static const char *found(void)
{
	static char text[512];
	struct stall *stalls;
	struct decision outage;
	const size_t count = stalls_find(&decisions, &stalls);

	text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		stall_outage(&stalls[i], 0, &outage);
		TEST_APPEND(text, "%s for %u\n", outage.at, (unsigned)(action_quantity(outage.action, &outage.params, "for") / SIM_MS));
	}
	free(stalls);
	decisions_close(&decisions);
	return text;
}

static void a_stretch_begins_at_the_last_frame_that_is_no_repetition(void)
{
	passed(100, "tcp.data[80/3]#91");
	lost(200, "tcp.data[80/3]#92");
	passed(210, "tcp.data[80/3]#93");
	lost(300, "tcp.retransmission[80/3]#1");
	lost(1300, "tcp.retransmission[80/3]#2");
	lost(9300, "tcp.retransmission[80/3]#3");
	TEST_SAME_TEXT(found(), "tcp.data[80/3]#93 for 9000\n");
}

static void short_stretches_are_none(void)
{
	lost(200, "tcp.data[80/3]#92");
	lost(210, "tcp.data[80/3]#93");
	passed(900, "tcp.retransmission[80/3]#1");
	lost(5000, "tcp.data[80/3]#99");
	TEST_SAME_TEXT(found(), "");
}

static void a_frame_between_that_nothing_was_decided_about_ends_it(void)
{
	lost(200, "tcp.retransmission[80/3]#1");
	lost(1700, "tcp.retransmission[80/3]#2");
	lost(9700, "tcp.retransmission[80/3]#4");
	TEST_SAME_TEXT(found(), "tcp.retransmission[80/3]#1 for 1500\n");
}

static void directions_and_conversations_are_kept_apart(void)
{
	lost(200, "tcp.data[80/3]#5");
	add(500, "tcp.ack[80/3]#9", MATCH_TO_SERVER, "delay");
	passed(600, "tcp.data[443/1]#1");
	lost(2200, "tcp.data[80/3]#6");
	TEST_SAME_TEXT(found(), "tcp.data[80/3]#5 for 2000\n");
}

static void what_is_lost_of_a_conversation_that_was_given_up_says_nothing(void)
{
	lost(200, "tcp.data[80/3]#5");
	lost(4200, "tcp.data[80/3]#6");
	passed(5000, "tcp.synack[80/4]#1");
	lost(6000, "tcp.data[80/3]#7");
	lost(26000, "tcp.data[80/3]#8");
	TEST_SAME_TEXT(found(), "tcp.data[80/3]#5 for 4000\n");
}

static void they_come_in_the_order_of_time(void)
{
	lost(100, "tcp.data[80/1]#5");
	lost(200, "tcp.data[443/1]#5");
	lost(2100, "tcp.data[80/1]#6");
	lost(2200, "tcp.data[443/1]#6");
	passed(2300, "tcp.retransmission[443/1]#1");
	passed(2400, "tcp.retransmission[80/1]#1");
	TEST_SAME_TEXT(found(), "tcp.data[80/1]#5 for 2000\ntcp.data[443/1]#5 for 2000\n");
}

static void the_place_is_halved_down_to_the_first(void)
{
	const struct stall stall = {
		.at = {.word = ADDRESS_TCP_DATA, .has_flow = true, .port = 80, .connection = 3, .first = 92, .last = 92},
		.direction = MATCH_TO_DEVICE,
		.for_ns = 5};
	struct decision outage;

	stall_outage(&stall, 2, &outage);
	CU_ASSERT_STRING_EQUAL(outage.at, "tcp.data[80/3]#23");
	CU_ASSERT(outage.action == action_find("outage") && outage.direction == MATCH_TO_DEVICE);
	stall_outage(&stall, 9, &outage);
	CU_ASSERT_STRING_EQUAL(outage.at, "tcp.data[80/3]#1");
}

const CU_TestInfo tests_stalls[] = {
	{"a stretch begins at the last frame that is no repetition", a_stretch_begins_at_the_last_frame_that_is_no_repetition},
	{"short stretches are none", short_stretches_are_none},
	{"a frame between that nothing was decided about ends it", a_frame_between_that_nothing_was_decided_about_ends_it},
	{"directions and conversations are kept apart", directions_and_conversations_are_kept_apart},
	{"what is lost of a conversation that was given up says nothing", what_is_lost_of_a_conversation_that_was_given_up_says_nothing},
	{"they come in the order of time", they_come_in_the_order_of_time},
	{"the place is halved down to the first", the_place_is_halved_down_to_the_first},
	CU_TEST_INFO_NULL,
};
