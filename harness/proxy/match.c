/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frames a rule is about, and the key of a draw for one.
 */
#include "proxy/rule.h"

bool rule_matches(const struct rule *rule, const struct passage *passage)
{
	const struct match *match = &rule->fault.match;

	if (match->direction != MATCH_BOTH && (match->direction == MATCH_TO_SERVER) != (passage->direction == TO_SERVER))
		return false;
	if (!rule->window.always && !window_is_open(&rule->window, passage->now))
		return false;
	return !rule->has_at || address_matches(&rule->at, passage->naming);
}

uint64_t passage_what(const struct passage *passage)
{
	return passage->flow * 2 + (passage->direction == TO_DEVICE);
}

static uint64_t which_of(uint64_t ordinal, enum purpose purpose)
{
	return ordinal << 8 | purpose;
}

uint64_t passage_which(const struct passage *passage, enum purpose purpose)
{
	return which_of(passage->ordinal, purpose);
}

uint64_t passage_correlated(const struct rule *rule, const struct passage *passage, struct map *last, enum purpose purpose,
                            enum purpose repeat, uint64_t correlation)
{
	uint64_t what = passage_what(passage);

	if (correlation == 0)
		return passage_which(passage, purpose);
	/* The ordinal of the frame whose draw counts; 0: there was none yet. */
	uint64_t *drawn = map_at(last, what);
	if (*drawn == 0 || !random_happens(rule->stream, what, passage_which(passage, repeat), correlation))
		*drawn = passage->ordinal;
	return which_of(*drawn, purpose);
}

bool rule_picks(struct rule *rule, const struct passage *passage, uint64_t ordinal)
{
	const struct match *match = &rule->fault.match;

	if (!fault_picks(&rule->fault, ordinal))
		return false;
	uint64_t which = passage_correlated(rule, passage, &rule->picks, PURPOSE_PROBABILITY, PURPOSE_REPEAT_PICK, match->correlation);
	return random_happens(rule->stream, passage_what(passage), which, match->probability);
}
