/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which frames a rule is about, and the key of a draw for one.
 */
#include "proxy/rule.h"

static bool filter_takes(const struct rule *rule, const struct frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)frame->length, .len = (bpf_u_int32)frame->length};

	return !rule->has_filter || pcap_offline_filter(&rule->filter, &header, frame->data) != 0;
}

bool rule_matches(const struct rule *rule, const struct passage *passage, const struct frame *frame)
{
	const struct match *match = &rule->fault.match;

	if (match->direction != MATCH_BOTH && (match->direction == MATCH_TO_SERVER) != (passage->direction == TO_SERVER))
		return false;
	if (!window_is_open(&rule->window, passage->now))
		return false;
	if (rule->has_at && !address_matches(&rule->at, passage->naming))
		return false;
	return filter_takes(rule, frame);
}

bool rule_picks(const struct rule *rule, const struct passage *passage, uint64_t ordinal)
{
	return fault_picks(&rule->fault, ordinal) &&
	       random_happens(rule->stream, passage_what(passage), passage_which(passage, PURPOSE_PROBABILITY),
	                      rule->fault.match.probability);
}

uint64_t passage_what(const struct passage *passage)
{
	return passage->flow * 2 + (passage->direction == TO_DEVICE);
}

uint64_t passage_which(const struct passage *passage, enum purpose purpose)
{
	return passage->ordinal << 8 | purpose;
}
