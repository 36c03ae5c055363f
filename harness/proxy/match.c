/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is hit: direction, window, filter, ordinal, probability.
 */
#include <string.h>

#include "proxy/rule.h"

#define SNAPLEN 65535

static const char *const directions[] = {"both", "to-server", "to-device", NULL};

const struct param match_params[] = {
	PARAM_ROW_CHOICE(match, direction, "direction", directions, "both", "frames that go this way"),
	PARAM_ROW_TEXT(match, filter, "filter", "", "frames that this pcap filter expression takes; numeric addresses only"),
	PARAM_ROW_QUANTITY(match, from_ns, "from", UNIT_DURATION, "0ns", 0, 0, "from this time since power on"),
	PARAM_ROW_QUANTITY(match, until_ns, "until", UNIT_DURATION, "0ns", 0, 0, "before this time since power on; 0ns: for ever"),
	PARAM_ROW_QUANTITY(match, nth, "nth", UNIT_NONE, "0", 0, 0, "only the n-th frame that matches, counted from 1"),
	PARAM_ROW_QUANTITY(match, every, "every", UNIT_NONE, "0", 0, 0, "every n-th frame that matches"),
	PARAM_ROW_QUANTITY(match, first, "first", UNIT_NONE, "0", 0, 0, "the first n frames that match"),
	PARAM_ROW_QUANTITY(match, probability, "probability", UNIT_PROBABILITY, "100%", 0, 0, "each of these with this probability"),
	{0},
};

bool rule_compile_filter(const char *expression, struct bpf_program *ret_program, struct error *err)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, SNAPLEN);

	if (dead == NULL)
		return error_set(err, "libpcap has no memory");
	bool compiled = pcap_compile(dead, ret_program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!compiled)
		error_set(err, "'%s' is not a pcap filter expression: %s (see man pcap-filter)", expression, pcap_geterr(dead));
	pcap_close(dead);
	return compiled;
}

/* libpcap asks the DNS for host names; a filter must mean the same everywhere. */
static bool check_numeric(const char *filter, struct error *err)
{
	static const char *const takers[] = {"host", "net", "gateway", NULL};
	char words[FAULT_FILTER_MAX];
	char *rest = NULL;

	memcpy(words, filter, sizeof words);
	for (char *word = strtok_r(words, " ()!", &rest); word != NULL; word = strtok_r(NULL, " ()!", &rest)) {
		bool takes = false;
		for (size_t i = 0; takers[i] != NULL; i++)
			takes = takes || strcmp(word, takers[i]) == 0;
		char *name = takes ? strtok_r(NULL, " ()!", &rest) : NULL;
		if (name != NULL && strspn(name, "0123456789abcdefABCDEF.:/") != strlen(name))
			return error_set(err, "'%s' in the filter is a host name; only numeric addresses are allowed", name);
	}
	return true;
}

static bool check_filter(const char *filter, struct error *err)
{
	struct bpf_program program;

	if (filter[0] == '\0')
		return true;
	if (!check_numeric(filter, err) || !rule_compile_filter(filter, &program, err))
		return false;
	pcap_freecode(&program);
	return true;
}

bool fault_check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;

	if (match->until_ns != 0 && match->until_ns <= match->from_ns) {
		*ret_key = "until";
		return error_set(err, "the window ends before it starts: 'until' must be later than 'from'");
	}
	if ((match->nth != 0) + (match->every != 0) + (match->first != 0) > 1) {
		*ret_key = match->nth != 0 ? "nth" : "every";
		return error_set(err, "'nth', 'every' and 'first' exclude each other: give one of them");
	}
	if (!check_filter(match->filter, err)) {
		*ret_key = "filter";
		return false;
	}
	return fault->action->check == NULL || fault->action->check(fault, ret_key, err);
}

static bool filter_takes(const struct rule *rule, const struct frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)frame->length, .len = (bpf_u_int32)frame->length};

	return !rule->has_filter || pcap_offline_filter(&rule->filter, &header, frame->data) != 0;
}

bool rule_matches(const struct rule *rule, const struct passage *passage)
{
	const struct match *match = &rule->fault.match;

	if (match->direction != MATCH_BOTH && (match->direction == MATCH_TO_SERVER) != (passage->direction == TO_SERVER))
		return false;
	if (passage->now < match->from_ns || (match->until_ns != 0 && passage->now >= match->until_ns))
		return false;
	return filter_takes(rule, passage->frame);
}

bool rule_picks(const struct rule *rule, const struct passage *passage, uint64_t ordinal)
{
	const struct match *match = &rule->fault.match;

	if (match->nth != 0 && ordinal != match->nth)
		return false;
	if (match->every != 0 && ordinal % match->every != 0)
		return false;
	if (match->first != 0 && ordinal > match->first)
		return false;
	return random_happens(rule->stream, passage_what(passage), passage_which(passage, PURPOSE_PROBABILITY), match->probability);
}

uint64_t passage_what(const struct passage *passage)
{
	return passage->flow * 2 + (passage->direction == TO_DEVICE);
}

uint64_t passage_which(const struct passage *passage, enum purpose purpose)
{
	return passage->ordinal * PURPOSE_COUNT + purpose;
}
