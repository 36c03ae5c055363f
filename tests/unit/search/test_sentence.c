/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "harness/search/explain_words.h"
#include "harness/search/shrinking.h"
#include "tests/test.h"

extern const CU_TestInfo tests_sentence[];

/*
 * What an outage of a second at the first SYN was shrunk to: from 1 s on it fails, at 900 ms it
 * does not.
 */
static struct shrunk outage(struct decision *decision, struct shrunk_part *part)
{
	*decision =
		(struct decision){.at = "tcp.syn#1", .direction = MATCH_TO_SERVER, .time = 12345 * SIM_MS, .action = action_find("outage")};
	*part = (struct shrunk_part){.has_magnitude = true,
	                             .magnitude = magnitude_of(decision->action),
	                             .borders = {.low = SIM_S,
	                                         .below = 900 * SIM_MS,
	                                         .high = 60 * SIM_S,
	                                         .has_below = true,
	                                         .sharp_below = true,
	                                         .sharp_above = true,
	                                         .low_is_found = true,
	                                         .high_is_found = true},
	                             .without = ANSWER_OTHER,
	                             .below = ANSWER_OTHER};
	struct shrunk shrunk = {.both_sides = true, .has_plan = true, .parts = part, .count = 1};
	shrunk.smallest.plan.replay = true;
	shrunk.smallest.plan.decisions = (struct decisions){.list = decision, .count = 1, .room = 1};
	return shrunk;
}

static void what_was_shown_on_both_sides_is_iff(void)
{
	struct decision decision;
	struct shrunk_part part;
	struct shrunk shrunk = outage(&decision, &part);

	shrinking_sentence(&shrunk);
	CU_ASSERT_STRING_EQUAL(shrunk.sentence, "fails iff an outage from tcp.syn#1 to the server on lasts at least 1 s");
}

/* Nothing is said about larger values, which were not tried. */
static void without_an_upper_border_there_is_no_at_least(void)
{
	struct decision decision;
	struct shrunk_part part;
	struct shrunk shrunk = outage(&decision, &part);

	shrunk.both_sides = part.borders.high_is_found = false;
	shrinking_sentence(&shrunk);
	CU_ASSERT_STRING_EQUAL(shrunk.sentence, "fails if an outage from tcp.syn#1 to the server on lasts 1 s");
}

/* The border was found while something else was larger, and with all that is left it is none. */
static void a_border_that_does_not_hold_in_the_end_is_not_sharp(void)
{
	struct decision decision;
	struct shrunk_part part;
	struct shrunk shrunk = outage(&decision, &part);

	shrunk.both_sides = false;
	part.below = ANSWER_SAME;
	shrinking_sentence(&shrunk);
	TEST_CONTAINS(shrunk.sentence, "at least 1 s (the border is not sharp: 900 ms does so too)");
	CU_ASSERT_FALSE(shrunk_is_sharp(&part));
}

/* A hole, and what shows nothing. */
static void what_is_on_the_wrong_side_is_named_if_it_is_known(void)
{
	struct decision decision;
	struct shrunk_part part;
	struct shrunk shrunk = outage(&decision, &part);

	shrunk.both_sides = part.borders.sharp_below = false;
	shrinking_sentence(&shrunk);
	TEST_CONTAINS(shrunk.sentence, "fails if an outage from tcp.syn#1 to the server on lasts at least 1 s (the border is not sharp)");
	part.borders.odd_below = 2 * SIM_S;
	shrinking_sentence(&shrunk);
	TEST_CONTAINS(shrunk.sentence, "(the border is not sharp: 2 s does not)");
	part.borders.high = 1250 * SIM_MS;
	part.borders.above = 2 * SIM_S;
	part.borders.has_above = part.borders.sharp_below = true;
	part.borders.sharp_above = false;
	part.borders.odd_below = 0;
	part.borders.odd_above = 4 * SIM_S;
	shrinking_sentence(&shrunk);
	TEST_CONTAINS(shrunk.sentence, "from 1 s to 1.25 s (the border is not sharp: 4 s does so too)");
}

static void what_acts_at_an_instant_is_told_with_it(void)
{
	struct decision decision;
	struct shrunk_part part;
	struct shrunk shrunk = outage(&decision, &part);

	decision.at[0] = '\0';
	shrinking_sentence(&shrunk);
	CU_ASSERT_STRING_EQUAL(shrunk.sentence, "fails iff an outage from 12.345 s on lasts at least 1 s");
}

/*
 * Inconclusive redraws neither differ nor are alike, and a search that was whole has not ended
 * early.
 */
static void redraws_that_say_nothing_are_told_so(void)
{
	static struct explanation explanation;
	struct cut cut = {.tally = {.unknown = 4}};

	explanation.curve = (struct cut_curve){.count = 1, .list = &cut, .whole = true};
	char *sentence = explain_sentence(&explanation);
	TEST_CONTAINS(sentence, "too many redraws were inconclusive");
	free(sentence);
	cut.tally.same = 4;
	sentence = explain_sentence(&explanation);
	TEST_CONTAINS(sentence, "no redraw differed");
	free(sentence);
	explanation.curve.differs = true;
	explanation.curve.whole = false;
	sentence = explain_sentence(&explanation);
	TEST_CONTAINS(sentence, "the search ended before");
	free(sentence);
}

const CU_TestInfo tests_sentence[] = {
	{"what was shown on both sides is iff", what_was_shown_on_both_sides_is_iff},
	{"without an upper border there is no at least", without_an_upper_border_there_is_no_at_least},
	{"a border that does not hold in the end is not sharp", a_border_that_does_not_hold_in_the_end_is_not_sharp},
	{"what is on the wrong side is named if it is known", what_is_on_the_wrong_side_is_named_if_it_is_known},
	{"what acts at an instant is told with it", what_acts_at_an_instant_is_told_with_it},
	{"redraws that say nothing are told so", redraws_that_say_nothing_are_told_so},
	CU_TEST_INFO_NULL,
};
