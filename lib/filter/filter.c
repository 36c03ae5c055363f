/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcap filter expressions that mean the same on every machine. */
#include "lib/filter/filter.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/fault/address.h"

#define SNAPLEN 65535
/* What stands between two words of a filter. */
#define FILTER_BREAKS " \t\\()[]!&|<>=+*%^"

/* Compiles @p expression; an error shows @p shown. */
static bool compile(const char *expression, const char *shown, struct bpf_program *ret_program, struct error *err)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, SNAPLEN);

	if (dead == NULL)
		return error_set(err, "libpcap is out of memory");
	bool compiled = pcap_compile(dead, ret_program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (!compiled)
		error_set(err, "'%s' is not a pcap filter expression: %s (see man pcap-filter)", shown, pcap_geterr(dead));
	pcap_close(dead);
	return compiled;
}

bool filter_compile(const char *expression, struct bpf_program *ret_program, struct error *err)
{
	return compile(expression, expression, ret_program, err);
}

/* The words of pcap-filter(7), those of its indices included. */
static const char *const filter_words[] = {
	"and",        "or",       "not",       "src",       "dst",       "host",     "net",    "mask",   "port", "portrange", "proto",
	"protochain", "gateway",  "broadcast", "multicast", "less",      "greater",  "len",    "ether",  "link", "ip",        "ip6",
	"arp",        "rarp",     "tcp",       "udp",       "sctp",      "icmp",     "icmp6",  "igmp",   "igrp", "pim",       "vrrp",
	"carp",       "ah",       "esp",       "vlan",      "mpls",      "pppoed",   "pppoes", "geneve", "llc",  "stp",       "inbound",
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

/*
 * A number, a range of ports, a network, or an address of any kind. Without a colon, hexadecimal
 * digits may be a name: "face".
 */
static bool is_number(const char *word)
{
	static const char decimal[] = "0123456789./-", hexadecimal[] = "0123456789abcdefABCDEF./:-";

	if (strncmp(word, "0x", 2) == 0)
		return strspn(word + 2, hexadecimal) == strlen(word + 2);
	return strspn(word, strchr(word, ':') != NULL ? hexadecimal : decimal) == strlen(word);
}

/*
 * Writes @p filter with every word that it does not know replaced; tells the first of them, or
 * NULL.
 */
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
 * libpcap asks the DNS and the files of the host for every word that it does not know, and not only
 * behind "host": "src a", "host 1.2.3.4 or a". A filter must mean the same everywhere. So it never
 * sees such a word, but a number instead, and that tells what the word would have been.
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

/* libpcap finds out itself that no frame can be both what the address and what the filter says. */
static bool check_address(const struct match *match, struct error *err)
{
	struct bpf_program program;
	struct fault_address address;
	char both[FAULT_FILTER_MAX + 128];
	struct text text = text_in(both, sizeof both);

	if (match->at[0] == '\0' || !fault_address_parse(match->at, &address, err))
		return match->at[0] == '\0';
	text_add(&text, "(%s) and (%s)", match->filter, address_words[address.frame.word].filter);
	if (address.frame.has_flow)
		text_add(&text, " and port %u", address.frame.port);
	CHECK(!text_is_cut(&text));
	if (!filter_compile(both, &program, err))
		return error_set(err, "no frame can be '%s' and match the filter '%s'", match->at, match->filter);
	pcap_freecode(&program);
	return true;
}

bool filter_check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const char *filter = fault->match.filter;
	struct bpf_program program;

	if (filter[0] == '\0')
		return true;
	if (check_numeric(filter, err) && filter_compile(filter, &program, err)) {
		pcap_freecode(&program);
		if (check_address(&fault->match, err))
			return true;
	}
	*ret_key = "filter";
	return false;
}
