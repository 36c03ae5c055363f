/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks a whole fault, and answers what all layers ask of one. */
#include "fault/fault.h"

#include <inttypes.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "fault/point.h"

#define SNAPLEN 65535
/* What stands between two words of a filter. */
#define FILTER_BREAKS " \t\\()[]!&|<>=+*%^"

/* -- checking a whole fault -- */

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

bool fault_compile_filter(const char *expression, struct bpf_program *ret_program, struct error *err)
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
	if (!check_numeric(filter, err) || !fault_compile_filter(filter, &program, err))
		return false;
	pcap_freecode(&program);
	return true;
}

/* What `at` says must be of the kind that the action is about. */
static bool check_at(const struct fault *fault, struct error *err)
{
	const struct action *action = fault->action;
	struct point point;

	if (!point_parse(fault->match.at, &point, err)) {
		if (action->site == NULL)
			return false;
		return error_context(err, "'%s' is no address of '%s', which happens at %s#1, %s#2 and so on", fault->match.at,
		                     action->name, action->site, action->site);
	}
	if (action->layer == LAYER_PROXY)
		return point.site == NULL || error_set(err, "'%s' happens to frames, and %s is a site", action->name, point.site);
	if (action->site == NULL)
		return error_set(err, "'%s' happens at no site, so it takes no 'at'", action->name);
	if (point.site == NULL || strcmp(point.site, action->site) != 0)
		return error_set(err, "'%s' is no address of '%s', which happens at %s#1, %s#2 and so on", fault->match.at, action->name,
		                 action->site, action->site);
	return true;
}

/* libpcap finds out itself that no frame can be both what the address and what the filter says. */
static bool check_filter_and_at(const struct fault *fault, struct error *err)
{
	const struct match *match = &fault->match;
	struct bpf_program program;
	struct point point;
	struct error inner;
	char both[FAULT_FILTER_MAX + 128];

	if (match->at[0] == '\0' || match->filter[0] == '\0' || !point_parse(match->at, &point, &inner) || point.site != NULL)
		return true;
	(void)snprintf(both, sizeof both, "(%s) and (%s)", match->filter, address_words[point.address.word].filter);
	if (point.address.has_flow)
		(void)snprintf(both + strlen(both), sizeof both - strlen(both), " and port %u", point.address.port);
	if (!compile(both, both, &program, &inner))
		return error_set(err, "no frame is '%s' and matches the filter '%s'", match->at, match->filter);
	pcap_freecode(&program);
	return true;
}

/* "9b 80" into its bytes; digits come in pairs, and there may be spaces between the pairs. @return false if it is something else or too long. */
static bool read_message(const char *text, uint8_t ret_bytes[FAULT_MESSAGE_MAX], size_t *ret_length)
{
	unsigned value;
	int used;

	*ret_length = 0;
	while (text += strspn(text, " "), *text != '\0') {
		if (*ret_length == FAULT_MESSAGE_MAX || strspn(text, "0123456789abcdefABCDEF") < 2 ||
		    sscanf(text, "%2x%n", &value, &used) != 1)
			return false;
		ret_bytes[(*ret_length)++] = (uint8_t)value;
		text += used;
	}
	return true;
}

/* Which sites know the conditions of a server's fault. */
static bool knows_host(const char *site)
{
	return strcmp(site, "srv.tcp") == 0 || strcmp(site, "srv.tls") == 0 || strcmp(site, "srv.http") == 0 ||
	       strcmp(site, "srv.dns") == 0;
}

static bool is_dhcp_kind(const char *kind)
{
	static const char *const kinds[] = {"discover", "request", "decline", "release", "inform"};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i], kind) == 0)
			return true;
	return false;
}

static bool check_service(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;
	const char *site = fault->action->site != NULL ? fault->action->site : "";

	*ret_key = "host";
	if (match->host[0] != '\0' && !knows_host(site))
		return error_set(err, "'%s' does not happen at a host, so 'host' has no place here", fault->action->name);
	*ret_key = "path";
	if (match->path[0] != '\0' && strcmp(site, "srv.http") != 0)
		return error_set(err, "'%s' does not happen to HTTP requests, so 'path' has no place here", fault->action->name);
	*ret_key = "kind";
	if (match->kind[0] != '\0' && strcmp(site, "srv.dhcp") != 0)
		return error_set(err, "'%s' does not happen to DHCP messages, so 'kind' has no place here", fault->action->name);
	return match->kind[0] == '\0' || is_dhcp_kind(match->kind) ||
	       error_set(err, "'%s' is no DHCP message of a client: discover, request, decline, release or inform", match->kind);
}

static bool fits(const char *pattern, const char *text)
{
	return pattern[0] == '\0' || (text != NULL && fnmatch(pattern, text, 0) == 0);
}

bool fault_takes_service(const struct fault *fault, const char *host, const char *path, const char *kind)
{
	const struct match *match = &fault->match;

	return fits(match->host, host) && fits(match->path, path) && fits(match->kind, kind);
}

#define NETEMS_MAX 256
#define SITE_OF_MESSAGES "spi.msg"

static bool check_message(const struct fault *fault, struct error *err)
{
	const struct action *action = fault->action;
	uint8_t bytes[FAULT_MESSAGE_MAX];
	size_t length;

	if (fault->match.message[0] == '\0')
		return true;
	if (action->site == NULL || strcmp(action->site, SITE_OF_MESSAGES) != 0)
		return error_set(err, "'%s' does not happen to SPI messages, so 'message' has no place here", action->name);
	if (!read_message(fault->match.message, bytes, &length) || length == 0)
		return error_set(err, "'%s' is not up to %u bytes in hexadecimal, two digits each, such as '9b 80'", fault->match.message,
		                 FAULT_MESSAGE_MAX);
	return true;
}

/* Correlation is about the frame before in the same flow, and the board has no flows. */
static bool check_correlation(const struct fault *fault, struct error *err)
{
	const struct match *match = &fault->match;

	if (match->correlation == 0)
		return true;
	if (fault->action->layer != LAYER_PROXY)
		return error_set(err, "'%s' is not about frames between wire and far end, so 'correlation' has no place here",
		                 fault->action->name);
	return match->probability != UNIT_PROBABILITY_ONE || error_set(err, "a correlation needs a probability below 100%%");
}

/* "loss, delay or rate": all that sch_netem does. */
static const char *list_netems(char ret_text[NETEMS_MAX])
{
	const struct action *action, *last = NULL;
	size_t used = 0;

	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		if (!action->is_netems)
			continue;
		if (last != NULL)
			used += (size_t)snprintf(ret_text + used, NETEMS_MAX - used, "%s%s", used > 0 ? ", " : "", last->name);
		last = action;
	}
	CHECK(last != NULL);
	used += (size_t)snprintf(ret_text + used, NETEMS_MAX - used, " or %s", last->name);
	CHECK_INT(used, <, NETEMS_MAX);
	return ret_text;
}

/* What becomes of a copy is told as bits and a time (proxy/twin.h), and Linux does no more to one. */
static bool check_exact(const struct fault *fault, struct error *err)
{
	char all[NETEMS_MAX];

	if (!fault->match.netem_exact)
		return true;
	if (fault->action->layer != LAYER_PROXY)
		return error_set(err, "'%s' is not about frames between wire and far end, so 'netem_exact' has no place here",
		                 fault->action->name);
	if (fault->action->is_netems)
		return true;
	return error_set(err, "'%s' is nothing that sch_netem does, so 'netem_exact' has no place here: take it out, or say %s",
	                 fault->action->name, list_netems(all));
}

static bool check_layer(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;
	const char *key;

	if (!check_service(fault, &key, err)) {
		*ret_key = key;
		return false;
	}
	if (!check_correlation(fault, err)) {
		*ret_key = "correlation";
		return false;
	}
	if (!check_exact(fault, err)) {
		*ret_key = "netem_exact";
		return false;
	}
	if (!check_message(fault, err)) {
		*ret_key = "message";
		return false;
	}
	if (match->at[0] != '\0' && !check_at(fault, err)) {
		*ret_key = "at";
		return false;
	}
	if (match->at[0] != '\0' && fault->action->site != NULL && (match->nth.first != 0 || match->every != 0 || match->first != 0)) {
		*ret_key = "at";
		return error_set(err, "'at' says which occasion, so 'nth', 'every' and 'first' have no place beside it");
	}
	if (!check_filter_and_at(fault, err)) {
		*ret_key = "filter";
		return false;
	}
	if (fault->action->layer != LAYER_PROXY && fault->action->site == NULL &&
	    (match->nth.first != 0 || match->every != 0 || match->first != 0 || match->probability != UNIT_PROBABILITY_ONE)) {
		*ret_key = match->nth.first != 0 ? "nth" : match->every != 0 ? "every" : match->first != 0 ? "first" : "probability";
		return error_set(err, "'%s' happens once, at its time, so '%s' has no place here", fault->action->name, *ret_key);
	}
	bool ends = match->until.kind != MOMENT_TIME || match->until.ns != 0;
	if (fault->action->layer != LAYER_PROXY && fault->action->site == NULL &&
	    (match->during[0] != '\0' || (fault->action->layer == LAYER_LINK && ends))) {
		*ret_key = match->during[0] != '\0' ? "during" : "until";
		return error_set(err, "'%s' happens once, at its 'from', so '%s' has no place here", fault->action->name, *ret_key);
	}
	if (fault->action->layer == LAYER_PROXY || (match->direction == MATCH_BOTH && match->filter[0] == '\0'))
		return true;
	*ret_key = match->direction != MATCH_BOTH ? "direction" : "filter";
	return error_set(err, "'%s' is not about frames between wire and far end, so 'direction' and 'filter' have no place here",
	                 fault->action->name);
}

/* Two points of the same kind come in the order of their numbers. */
static bool check_points(const struct match *match, struct error *err)
{
	struct point from, until;

	if (match->from.kind != MOMENT_POINT || match->until.kind != MOMENT_POINT)
		return true;
	if (!point_parse(match->from.at, &from, err) || !point_parse(match->until.at, &until, err))
		return false;
	bool same_site = from.site != NULL && from.site == until.site && until.first != 0 && until.first <= from.first;
	bool same_frame = from.site == NULL && until.site == NULL && from.address.word == until.address.word &&
	                  from.address.has_flow == until.address.has_flow && from.address.port == until.address.port &&
	                  from.address.connection == until.address.connection && until.address.first != 0 &&
	                  until.address.first <= from.address.first;
	return !(same_site || same_frame) ||
	       error_set(err, "the window ends before it starts: %s comes before %s", match->until.at, match->from.at);
}

bool fault_check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;

	if (match->from.kind == MOMENT_AFTER) {
		*ret_key = "from";
		return error_set(err, "'+' counts from 'from', so only 'until' can have it");
	}
	if (match->until.kind == MOMENT_TIME && match->until.ns != 0 && match->from.kind == MOMENT_TIME &&
	    match->until.ns <= match->from.ns) {
		*ret_key = "until";
		return error_set(err, "the window ends before it starts: 'until' must be later than 'from'");
	}
	if (!check_points(match, err)) {
		*ret_key = "until";
		return false;
	}
	if ((match->nth.first != 0) + (match->every != 0) + (match->first != 0) > 1) {
		*ret_key = match->nth.first != 0 ? "nth" : "every";
		return error_set(err, "'nth', 'every' and 'first' exclude each other: give one of them");
	}
	if (match->until.kind == MOMENT_AFTER && match->until.ns == 0) {
		*ret_key = "until";
		return error_set(err, "the window ends when it starts");
	}
	if (!check_filter(match->filter, err)) {
		*ret_key = "filter";
		return false;
	}
	return check_layer(fault, ret_key, err) && (fault->action->check == NULL || fault->action->check(fault, ret_key, err));
}

/* -- what all layers ask of a fault -- */

#define FAULT_TEXT_MAX 4096

/* Conditions, all of them texts, that came when there were frozen draws already. */
static bool is_younger(const struct param *row)
{
	static const size_t offsets[] = {offsetof(struct match, during), offsetof(struct match, message), offsetof(struct match, host),
	                                 offsetof(struct match, path), offsetof(struct match, kind)};

	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
		if (row->offset == offsets[i])
			return true;
	return false;
}

static void render(const struct fault *fault, char ret_text[FAULT_TEXT_MAX])
{
	char value[PARAM_VALUE_MAX];
	size_t used = (size_t)snprintf(ret_text, FAULT_TEXT_MAX, "fault %s %s", fault->name, fault->action->name);

	for (const struct param *row = match_params; row->key != NULL; row++) {
		/* The probability is a value too, and so are its correlation and what is made of a draw. */
		if (row->offset == offsetof(struct match, probability) || row->offset == offsetof(struct match, correlation) ||
		    row->offset == offsetof(struct match, netem_exact))
			continue;
		/* Where one of these is not named, faults keep the draws that they had before it could be named. */
		if (is_younger(row) && *((const char *)&fault->match + row->offset) == '\0')
			continue;
		used += (size_t)snprintf(ret_text + used, FAULT_TEXT_MAX - used, " %s=%s", row->key, param_get(row, &fault->match, value));
	}
	CHECK_INT(used, <, FAULT_TEXT_MAX);
}

struct random_stream fault_stream(const struct fault *faults, size_t index, uint64_t seed)
{
	char text[FAULT_TEXT_MAX + 24], other[FAULT_TEXT_MAX];
	size_t twins = 0;

	render(&faults[index], text);
	for (size_t i = 0; i < index; i++) {
		render(&faults[i], other);
		twins += strcmp(other, text) == 0;
	}
	(void)snprintf(text + strlen(text), 24, " %zu", twins);
	return random_stream(seed, text);
}

static bool have_same_values(const struct param *table, const void *a, const void *b)
{
	char value[PARAM_VALUE_MAX], other[PARAM_VALUE_MAX];

	for (const struct param *row = table; row->key != NULL; row++)
		if (strcmp(param_get(row, a, value), param_get(row, b, other)) != 0)
			return false;
	return true;
}

bool fault_is_same(const struct fault *a, const struct fault *b)
{
	return strcmp(a->name, b->name) == 0 && a->action == b->action && have_same_values(match_params, &a->match, &b->match) &&
	       have_same_values(a->action->params, &a->params, &b->params);
}

bool fault_draws(const struct fault *fault)
{
	if (fault->match.probability > 0 && fault->match.probability < UNIT_PROBABILITY_ONE)
		return true;
	return fault->action->draws != NULL && fault->action->draws(&fault->params);
}

bool fault_is_taken_out(const struct fault *fault)
{
	return action_is_taken_out(fault->action, &fault->params);
}

bool fault_takes_message(const struct fault *fault, const uint8_t *bytes, size_t length)
{
	uint8_t wanted[FAULT_MESSAGE_MAX];
	size_t count;

	if (fault->match.message[0] == '\0')
		return true;
	CHECK(read_message(fault->match.message, wanted, &count));
	return count <= length && memcmp(bytes, wanted, count) == 0;
}

bool fault_picks(const struct fault *fault, uint64_t ordinal)
{
	const struct match *match = &fault->match;

	if (match->nth.first != 0 && (ordinal < match->nth.first || ordinal > match->nth.last))
		return false;
	if (match->every != 0 && ordinal % match->every != 0)
		return false;
	return match->first == 0 || ordinal <= match->first;
}
