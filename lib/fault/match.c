/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of what a match asks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/fault/fault.h"
#include "lib/fault/address.h"

static const char *const directions[] = {"both", "to-server", "to-device", NULL};

static bool set_edge(void *value, const char *text, struct error *err)
{
	struct window_edge edge = {.kind = EDGE_TIME};
	bool after = text[0] == '+';

	if (after || (text[0] >= '0' && text[0] <= '9')) {
		edge.kind = after ? EDGE_AFTER : EDGE_TIME;
		if (!unit_parse(UNIT_DURATION, text + after, &edge.ns, err))
			return false;
		if (edge.ns > FAULT_TIME_MAX)
			return error_set(err, "%s is above the maximum of 365d", text);
	} else {
		struct fault_address address;
		edge.kind = EDGE_ADDRESS;
		if (!fault_address_parse(text, &address, err))
			return false;
		(void)snprintf(edge.at, sizeof edge.at, "%s", text);
	}
	*(struct window_edge *)value = edge;
	return true;
}

static void get_edge(const void *value, char *ret_text, size_t size)
{
	const struct window_edge *edge = value;
	char quantity[UNIT_TEXT_MAX];

	if (edge->kind == EDGE_ADDRESS)
		(void)snprintf(ret_text, size, "%s", edge->at);
	else
		(void)snprintf(ret_text, size, "%s%s", edge->kind == EDGE_AFTER ? "+" : "", unit_format(UNIT_DURATION, edge->ns, quantity));
}

static const struct param_codec edge_codec = {set_edge, get_edge, "a duration (ns, us, ms, s, min, h or d) or an address", false};

/* In place of an ordinal. */
#define SEED_WORD "seed"

static bool set_ordinals(void *value, const char *text, struct error *err)
{
	struct ordinals known, *ordinals = &known;
	const char *dots = strstr(text, "..");
	char first[32];

	if (strcmp(text, SEED_WORD) == 0) {
		*(struct ordinals *)value = (struct ordinals){ORDINALS_SEED, ORDINALS_SEED};
		return true;
	}
	(void)snprintf(first, sizeof first, "%.*s", dots != NULL ? (int)(dots - text) : 31, text);
	if (!unit_parse(UNIT_NONE, first, &ordinals->first, err))
		return false;
	ordinals->last = ordinals->first;
	if (dots != NULL && ordinals->first == 0)
		return error_set(err, "a range must begin at 1 or later");
	if (dots != NULL && dots[2] == '\0')
		ordinals->last = UINT64_MAX;
	else if (dots != NULL && !unit_parse(UNIT_NONE, dots + 2, &ordinals->last, err))
		return false;
	if (ordinals->last < ordinals->first)
		return error_set(err, "the range '%s' runs backwards", text);
	*(struct ordinals *)value = known;
	return true;
}

static void get_ordinals(const void *value, char *ret_text, size_t size)
{
	const struct ordinals *ordinals = value;

	if (ordinals->first == ORDINALS_SEED)
		(void)snprintf(ret_text, size, SEED_WORD);
	else if (ordinals->last == UINT64_MAX && ordinals->first != UINT64_MAX)
		(void)snprintf(ret_text, size, "%" PRIu64 "..", ordinals->first);
	else if (ordinals->last > ordinals->first)
		(void)snprintf(ret_text, size, "%" PRIu64 "..%" PRIu64, ordinals->first, ordinals->last);
	else
		(void)snprintf(ret_text, size, "%" PRIu64, ordinals->first);
}

const struct param_codec ordinals_codec = {set_ordinals, get_ordinals, "a whole number, a range of them, or seed", true};

const struct param match_params[] = {
	PARAM_ROW_TEXT(match, at, "at", "", "an address, such as tcp.syn#2 or enc.tx#7 (`stutter list addresses`)"),
	PARAM_ROW_CHOICE(match, direction, "direction", directions, "both", "direction of the frame"),
	PARAM_ROW_TEXT(match, filter, "filter", "", "frames that this pcap filter expression takes; numeric addresses only"),
	PARAM_ROW_TEXT(match, message, "message", "", "SPI messages that begin with these bytes, in hexadecimal, such as '9b 80'"),
	PARAM_ROW_TEXT(match, host, "host", "",
                       "what comes to servers whose name fits this pattern, such as 'images*'; of DNS: queries for it"),
	PARAM_ROW_TEXT(match, path, "path", "", "HTTP requests whose target fits this pattern, such as '/images/*'"),
	PARAM_ROW_TEXT(match, kind, "kind", "", "DHCP messages of this kind: discover, request, inform, release or decline"),
	PARAM_ROW_CUSTOM(match, from, "from", &edge_codec, "0ns", "start of the window: a time since power on, or an address"),
	PARAM_ROW_CUSTOM(match, until, "until", &edge_codec, "0ns",
                         "end of the window: a time since power on, a time after 'from' (+2s), or an address; 0ns: none"),
	PARAM_ROW_TEXT(match, during, "during", "", "phase of the session"),
	PARAM_ROW_CUSTOM(
		match, nth, "nth", &ordinals_codec, "0",
		"ordinal of the match that it acts on, counted from 1, or a range of them (3..7, 3..); seed: the n-th in a session with seed n"),
	PARAM_ROW_QUANTITY(match, every, "every", UNIT_NONE, "0", 0, 0, "period: it acts on every n-th match"),
	PARAM_ROW_QUANTITY(match, first, "first", UNIT_NONE, "0", 0, 0, "the first n that match"),
	PARAM_ROW_QUANTITY(match, probability, "probability", UNIT_PROBABILITY, "100%", 0, 0,
                           "probability with which each of these is hit"),
	PARAM_ROW_QUANTITY(match, correlation, "correlation", UNIT_PROBABILITY, "0%", 0, 0,
                           "correlation of the probability with the event before at the site; of frames, in the same flow and direction"),
	PARAM_ROW_BOOL(match, netem_exact, "netem_exact", "false",
                       "arithmetic of Linux' sch_netem for probabilities, correlations and jitter, with one state for each direction"),
	{0},
};
