/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frames a rule is about, and the key of a draw for one.
 */
#include "fault/crandom.h"
#include "proxy/rule.h"

bool rule_matches(const struct rule *rule, const struct passage *passage)
{
	const struct match *match = &rule->fault.match;

	if (rule->retired)
		return false;
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
	return which_of(passage->ordinal, purpose) + (passage->twin ? PURPOSE_TWIN : 0);
}

uint64_t rule_scope(const struct rule *rule, const struct passage *passage)
{
	return rule->fault.match.netem_exact ? passage->direction : passage_what(passage);
}

uint32_t passage_crandom(const struct rule *rule, const struct passage *passage, struct map *last, enum purpose purpose,
                         uint64_t correlation)
{
	const uint32_t drawn = (uint32_t)(random_bits(rule->stream, passage_what(passage), passage_which(passage, purpose)) >> 32);

	if (correlation == 0)
		return drawn;
	/* The last result plus 1; 0: there was none yet, and one is drawn in its place. */
	uint64_t *kept = map_at(last, passage->direction);
	uint32_t mixed = *kept != 0 ? (uint32_t)(*kept - 1)
	                            : (uint32_t)(random_bits(rule->stream, passage->direction, PURPOSE_LAST + purpose) >> 32);
	(void)crandom_mix(drawn, &mixed, crandom_share(correlation));
	*kept = (uint64_t)mixed + 1;
	return mixed;
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
	if (match->netem_exact)
		return crandom_hits(match->probability,
		                    passage_crandom(rule, passage, &rule->picks, PURPOSE_PROBABILITY, match->correlation));
	uint64_t which = passage_correlated(rule, passage, &rule->picks, PURPOSE_PROBABILITY, PURPOSE_REPEAT_PICK, match->correlation);
	return random_happens(rule->stream, passage_what(passage), which, match->probability);
}
