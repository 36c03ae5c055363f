/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/words.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

extern const CU_TestInfo tests_words[];

static const char addresses[] = "to-server tcp.syn#1..3\n"
				"to-server tcp.syn[80/1]#1..2\n"
				"to-server tcp.syn[80/2]#1\n"
				"to-device tcp.synack#1..2\n"
				"to-device tcp.synack[80/1]#1\n"
				"to-device tcp.synack[80/2]#1\n"
				"to-device tls.server_hello#1\n"
				"to-device tls.server_hello[443/1]#1\n"
				"to-device tcp.data#1..90\n"
				"to-device tcp.data[80/1]#1..40\n"
				"to-device tcp.data[80/2]#1..50\n"
				"to-server tcp.ack#1..3\n"
				"to-server tcp.ack[443/1]#1..2\n"
				"to-server tcp.ack[80/2]#1\n"
				"board     enc.tx#1..90\n";

static const char *simple(const char *at, unsigned direction, bool *certain)
{
	static char text[FAULT_AT_MAX];
	struct decision decision = {.direction = direction, .action = action_find("drop")};

	(void)snprintf(decision.at, sizeof decision.at, "%s", at);
	return words_simplify(&decision, addresses, text, certain) ? text : "";
}

static void check(const char *at, unsigned direction, const char *wanted, bool wanted_certain)
{
	bool certain = false;

	TEST_SAME_TEXT(simple(at, direction, &certain), wanted);
	CU_ASSERT_EQUAL(certain, wanted_certain);
}

static void the_only_conversation_with_such_frames_needs_no_name(void)
{
	check("tls.server_hello[443/1]#1", MATCH_TO_DEVICE, "tls.server_hello#1", true);
}

static void a_small_ordinal_over_all_is_a_guess(void)
{
	check("tcp.syn[80/1]#2", MATCH_TO_SERVER, "tcp.syn#2", false);
	check("tcp.syn[80/2]#1", MATCH_TO_SERVER, "tcp.syn#3", false);
	check("tcp.synack[80/2]#1", MATCH_TO_DEVICE, "tcp.synack#2", false);
}

static void large_or_unknown_ordinals_stay_in_their_conversation(void)
{
	check("tcp.data[80/2]#3", MATCH_TO_DEVICE, "", false);
	/* Other ports may have come before or after. */
	check("tcp.ack[80/2]#1", MATCH_TO_SERVER, "", false);
	/* There was none in this direction. */
	check("tcp.syn[80/1]#1", MATCH_TO_DEVICE, "", false);
	check("tcp.syn#1", MATCH_TO_SERVER, "", false);
}

static void neighbours_are_joined(void)
{
	struct words_place first = {"tcp.syn[80/1]#1", MATCH_TO_SERVER}, next = {"tcp.syn[80/1]#2", MATCH_TO_SERVER};
	struct words_place third = {"tcp.syn[80/1]#4", MATCH_TO_SERVER}, other = {"tcp.syn[80/2]#3", MATCH_TO_SERVER};
	struct words_place back = {"tcp.syn[80/1]#3", MATCH_TO_DEVICE};
	char text[128];

	CU_ASSERT_TRUE(words_join(&first, &next));
	CU_ASSERT_STRING_EQUAL(words_say_place(&first, text, sizeof text), "tcp.syn[80/1]#1..2 to the server");
	CU_ASSERT_FALSE(words_join(&first, &third));
	CU_ASSERT_FALSE(words_join(&first, &other));
	CU_ASSERT_FALSE(words_join(&first, &back));
	CU_ASSERT_STRING_EQUAL(first.at, "tcp.syn[80/1]#1..2");
}

const CU_TestInfo tests_words[] = {
	{"the only conversation with such frames needs no name", the_only_conversation_with_such_frames_needs_no_name},
	{"a small ordinal over all is a guess", a_small_ordinal_over_all_is_a_guess},
	{"large or unknown ordinals stay in their conversation", large_or_unknown_ordinals_stay_in_their_conversation},
	{"neighbours are joined", neighbours_are_joined},
	CU_TEST_INFO_NULL,
};
