/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checks a whole fault: what the tables of its parameters cannot.
 *
 * How it works: what a match may ask depends on what its site offers (site.h). One table says which
 * offer a condition needs; what is left to check are the values.
 */
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "lib/fault/fault.h"
#include "lib/fault/window.h"

/* -- what a site offers -- */

#define ABOUT_FRAMES "is not about frames between wire and far end"

/* In the order in which they are complained of. */
static const struct condition {
	const char *key;
	unsigned needs;      /* enum site_offer */
	const char *lacking; /* what is the case where it is not offered */
} conditions[] = {
	{"host", SITE_HAS_HOST, "does not happen at a host"},
	{"path", SITE_HAS_PATH, "does not happen to HTTP requests"},
	{"kind", SITE_HAS_KIND, "does not happen to DHCP messages"},
	{"correlation", SITE_HAS_EVENTS, "happens once, at its time"},
	{"netem_exact", SITE_HAS_DIRECTION, ABOUT_FRAMES},
	{"message", SITE_HAS_MESSAGE, "does not happen to SPI messages"},
	{"direction", SITE_HAS_DIRECTION, ABOUT_FRAMES},
	{"filter", SITE_HAS_DIRECTION, ABOUT_FRAMES},
	{"at", SITE_HAS_EVENTS, "happens once, at its time"},
	{"nth", SITE_HAS_EVENTS, "happens once, at its time"},
	{"every", SITE_HAS_EVENTS, "happens once, at its time"},
	{"first", SITE_HAS_EVENTS, "happens once, at its time"},
	{"from", SITE_HAS_WINDOW, "is about power on"},
	{"until", SITE_HAS_WINDOW, "is about power on"},
	{"during", SITE_HAS_WINDOW, "is about power on"},
};

static bool is_asked(const struct match *match, const char *key)
{
	const struct param *row = param_find(match_params, key);
	char value[PARAM_VALUE_MAX];

	CHECK(row != NULL);
	return strcmp(param_get(row, match, value), row->standard) != 0;
}

static bool check_offers(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct fault_site *site = &fault_sites[fault->action->site];

	for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
		const struct condition *condition = &conditions[i];
		if ((site->offers & condition->needs) != 0 || !is_asked(&fault->match, condition->key))
			continue;
		*ret_key = condition->key;
		return error_set(err, "'%s' %s, so '%s' cannot be used here", fault->action->name, condition->lacking, condition->key);
	}
	return true;
}

/* -- the values of single conditions -- */

static bool check_kind(const struct fault *fault, struct error *err)
{
	static const char *const kinds[] = {"", "discover", "request", "decline", "release", "inform"};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i], fault->match.kind) == 0)
			return true;
	return error_set(err, "unknown DHCP message '%s': a client sends discover, request, decline, release or inform", fault->match.kind);
}

static bool check_correlation(const struct fault *fault, struct error *err)
{
	return fault->match.correlation == 0 || fault->match.probability != UNIT_PROBABILITY_ONE ||
	       error_set(err, "a correlation needs a probability below 100%%");
}

#define NETEMS_MAX 256

/* "loss, delay or rate": all that sch_netem does. */
static const char *list_netems(char ret_text[NETEMS_MAX])
{
	const struct action *action, *last = NULL;
	struct text text = text_in(ret_text, NETEMS_MAX);

	for (size_t i = 0; (action = action_at(i)) != NULL; i++) {
		if (!action->is_netems)
			continue;
		if (last != NULL)
			text_add(&text, "%s%s", text_separator(&text, ", "), last->name);
		last = action;
	}
	CHECK(last != NULL);
	/* cppcheck-suppress nullPointer; check_failed() does not return */
	text_add(&text, " or %s", last->name);
	CHECK(!text_is_cut(&text));
	return ret_text;
}

/*
 * What becomes of a copy is told as bits and a time (proxy/twin.h), and Linux does no more to one.
 */
static bool check_exact(const struct fault *fault, struct error *err)
{
	char all[NETEMS_MAX];

	return !fault->match.netem_exact || fault->action->is_netems ||
	       error_set(err, "'%s' is not an effect of sch_netem, so 'netem_exact' cannot be used here: leave it out, or use %s",
	                 fault->action->name, list_netems(all));
}

static bool check_message(const struct fault *fault, struct error *err)
{
	uint8_t bytes[FAULT_MESSAGE_MAX];
	size_t length;

	if (fault->match.message[0] == '\0')
		return true;
	return (fault_message_bytes(fault->match.message, bytes, &length) && length > 0) ||
	       error_set(err, "invalid message '%s': expected at most %u bytes in hexadecimal, two digits each, such as '9b 80'",
	                 fault->match.message, FAULT_MESSAGE_MAX);
}

/* @param say error_set(), or error_context() if there is an error already. */
static bool not_of_action(const struct fault *fault, struct error *err, bool (*say)(struct error *err, const char *format, ...))
{
	const char *site = fault_sites[fault->action->site].name;

	return say(err, "'%s' does not fit '%s', which happens at %s#1, %s#2 and so on", fault->match.at, fault->action->name, site, site);
}

/* What `at` says must be of the kind that the action is about. */
static bool check_at(const struct fault *fault, struct error *err)
{
	const struct action *action = fault->action;
	const struct match *match = &fault->match;
	struct fault_address address;

	if (match->at[0] == '\0')
		return true;
	if (!fault_address_parse(match->at, &address, err))
		return action->site != SITE_FRAME && not_of_action(fault, err, error_context);
	if (address.site != action->site)
		return action->site == SITE_FRAME ? error_set(err, "'%s' acts on frames, and %s is not an address of frames", action->name,
		                                              fault_sites[address.site].name)
		                                  : not_of_action(fault, err, error_set);
	return action->site == SITE_FRAME || (match->nth.first == 0 && match->every == 0 && match->first == 0) ||
	       error_set(err, "'at' selects the event already, so 'nth', 'every' and 'first' cannot be used with it");
}

/* In the order in which they are complained of. */
static const struct value_check {
	const char *key;
	bool (*check)(const struct fault *fault, struct error *err);
} value_checks[] = {
	{"kind", check_kind}, {"correlation", check_correlation}, {"netem_exact", check_exact}, {"message", check_message},
	{"at", check_at},
};

static bool check_site(const struct fault *fault, const char **ret_key, struct error *err)
{
	if (!check_offers(fault, ret_key, err))
		return false;
	for (size_t i = 0; i < sizeof value_checks / sizeof value_checks[0]; i++)
		if (!value_checks[i].check(fault, err)) {
			*ret_key = value_checks[i].key;
			return false;
		}
	return true;
}

/* -- the window -- */

/* Two addresses of the same kind come in the order of their numbers. */
static bool check_edges(const struct match *match, struct error *err)
{
	struct fault_address from, until;

	if (match->from.kind != EDGE_ADDRESS || match->until.kind != EDGE_ADDRESS)
		return true;
	if (!fault_address_parse(match->from.at, &from, err) || !fault_address_parse(match->until.at, &until, err))
		return false;
	bool same_site = from.site != SITE_FRAME && from.site == until.site && until.first != 0 && until.first <= from.first;
	bool same_frame = from.site == SITE_FRAME && until.site == SITE_FRAME && from.frame.word == until.frame.word &&
	                  from.frame.has_flow == until.frame.has_flow && from.frame.port == until.frame.port &&
	                  from.frame.connection == until.frame.connection && until.frame.first != 0 &&
	                  until.frame.first <= from.frame.first;
	return !(same_site || same_frame) ||
	       error_set(err, "the window ends before it starts: %s comes before %s", match->until.at, match->from.at);
}

bool fault_check(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct fault_catalogue *catalogue = fault_catalogues[action_layer(fault->action)];
	const struct match *match = &fault->match;

	if (match->from.kind == EDGE_AFTER) {
		*ret_key = "from";
		return error_set(err, "'+' is relative to 'from', so it can be used in 'until' only");
	}
	if (match->until.kind == EDGE_TIME && match->until.ns != 0 && match->from.kind == EDGE_TIME && match->until.ns <= match->from.ns) {
		*ret_key = "until";
		return error_set(err, "the window ends before it starts: 'until' must be later than 'from'");
	}
	if (!check_edges(match, err)) {
		*ret_key = "until";
		return false;
	}
	if ((match->nth.first != 0) + (match->every != 0) + (match->first != 0) > 1) {
		*ret_key = match->nth.first != 0 ? "nth" : "every";
		return error_set(err, "'nth', 'every' and 'first' are mutually exclusive: use one of them");
	}
	if (match->until.kind == EDGE_AFTER && match->until.ns == 0) {
		*ret_key = "until";
		return error_set(err, "the window ends when it starts");
	}
	return check_site(fault, ret_key, err) && (catalogue->check == NULL || catalogue->check(fault, ret_key, err)) &&
	       (fault->action->check == NULL || fault->action->check(fault, ret_key, err));
}
