/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who is hit: direction, window, filter, ordinal, probability.
 */
#include <stdio.h>
#include <string.h>

#include "proxy/rule.h"

#define SNAPLEN 65535
/* What stands between two words of a filter. */
#define FILTER_BREAKS " \t\\()[]!&|<>=+*%^"

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

/* Compiles @p expression; an error shows @p shown. */
static bool compile(const char *expression, const char *shown, struct bpf_program *ret_program, struct error *err)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, SNAPLEN);

	if (dead == NULL)
		return error_set(err, "libpcap has no memory");
	bool compiled = pcap_compile(dead, ret_program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!compiled)
		error_set(err, "'%s' is not a pcap filter expression: %s (see man pcap-filter)", shown, pcap_geterr(dead));
	pcap_close(dead);
	return compiled;
}

bool rule_compile_filter(const char *expression, struct bpf_program *ret_program, struct error *err)
{
	return compile(expression, expression, ret_program, err);
}

/* The words of pcap-filter(7), those of its indices included. */
static const char *const filter_words[] = {
	"and",	      "or",	  "not",       "src",	    "dst",	 "host",     "net",    "mask",	 "port", "portrange", "proto",
	"protochain", "gateway",  "broadcast", "multicast", "less",	 "greater",  "len",    "ether",	 "link", "ip",	      "ip6",
	"arp",	      "rarp",	  "tcp",       "udp",	    "sctp",	 "icmp",     "icmp6",  "igmp",	 "igrp", "pim",	      "vrrp",
	"carp",	      "ah",	  "esp",       "vlan",	    "mpls",	 "pppoed",   "pppoes", "geneve", "llc",	 "stp",	      "inbound",
	"outbound",   "icmptype", "icmpcode",  "icmp6type", "icmp6code", "tcpflags", NULL,
};

static bool is_filter_word(const char *word)
{
	static const char *const fields[] = {"tcp-", "icmp-", "icmp6-"};

	for (size_t i = 0; filter_words[i] != NULL; i++)
		if (strcmp(word, filter_words[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		if (strncmp(word, fields[i], strlen(fields[i])) == 0)
			return true;
	return false;
}

/* A number, a range of ports, a network, or an address of any kind. Without a colon, hexadecimal digits may be a name: "face". */
static bool is_number(const char *word)
{
	static const char decimal[] = "0123456789./-", hexadecimal[] = "0123456789abcdefABCDEF./:-";

	if (strncmp(word, "0x", 2) == 0)
		return strspn(word + 2, hexadecimal) == strlen(word + 2);
	return strspn(word, strchr(word, ':') != NULL ? hexadecimal : decimal) == strlen(word);
}

/* Writes @p filter with every word that it does not know replaced; tells the first of them, or NULL. */
static const char *replace_names(const char *filter, const char *replacement, char *ret_filter, char ret_name[FAULT_FILTER_MAX])
{
	char word[FAULT_FILTER_MAX];

	ret_name[0] = '\0';
	for (size_t length; *filter != '\0'; filter += length) {
		length = strcspn(filter, FILTER_BREAKS);
		bool is_word = length > 0;
		length += !is_word;
		(void)snprintf(word, sizeof word, "%.*s", (int)length, filter);
		bool is_name = is_word && !is_number(word) && !is_filter_word(word);
		if (is_name && ret_name[0] == '\0')
			(void)snprintf(ret_name, FAULT_FILTER_MAX, "%s", word);
		ret_filter = stpcpy(ret_filter, is_name ? replacement : word);
	}
	*ret_filter = '\0';
	return ret_name[0] != '\0' ? ret_name : NULL;
}

/*
 * libpcap asks the DNS and the files of the host for every word that it does not know, and not only behind "host": "src a", "host 1.2.3.4 or a". A filter
 * must mean the same everywhere. So it never sees such a word, but a number instead, and that tells what the word would have been.
 */
static bool check_numeric(const char *filter, struct error *err)
{
	static const char address[] = "203.0.113.77", number[] = "1";
	char numeric[FAULT_FILTER_MAX * sizeof address], word[FAULT_FILTER_MAX];
	struct bpf_program program;
	const char *name = replace_names(filter, address, numeric, word);

	if (name == NULL)
		return true;
	if (compile(numeric, filter, &program, err)) {
		pcap_freecode(&program);
		return error_set(err, "'%s' in the filter is a host name; only numeric addresses are allowed", name);
	}
	(void)replace_names(filter, number, numeric, word);
	if (!compile(numeric, filter, &program, err))
		return false;
	pcap_freecode(&program);
	return error_set(err, "'%s' in the filter is the name of a port or protocol; only numbers are allowed", name);
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
