/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/limits.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "harness/scenario/sense.h"

/* So often it is tried anew before a drawer gives up. */
#define TRIES 64
/* Of so many faults of the bus one begins at power on. */
#define FROM_START 8
/* The most messages of a kind that pass before the one that is hit. */
#define MESSAGES_BEFORE 256

/* clang-format off */
const struct limit limits[] = {
	/* Single frames. */
	{"drop",            LIMIT_FRAME,  6, 4, .params = {{NULL, NULL, NULL}}},
	{"delay",           LIMIT_FRAME,  4, 8, .params = {{"time", "1ms", "5s"}, {"keep_order", "true|false", NULL}}},
	{"outage",          LIMIT_FRAME,  6, 1, .params = {{"for", "100ms", "60s"}}},
	{"duplicate",       LIMIT_FRAME,  2, 4, .params = {{"copies", "1", "3"}, {"delay", "1us", "1s"}}},
	{"hold",            LIMIT_FRAME,  2, 2, .params = {{"frames", "1", "4"}}},
	{"corrupt",         LIMIT_FRAME,  2, 4, .params = {{"bits", "1", "8"}}},
	{"truncate",        LIMIT_FRAME,  2, 2, .params = {{"by", "1", "64"}}},
	{"forge",           LIMIT_FRAME,  3, 1, true, {{"what", "rst|fin|unreachable_net|unreachable_host|unreachable_port|ttl", NULL},
	                                               {"to", "sender|receiver|both", NULL}, {"drop", "true|false", NULL}}},
	{"rebind",          LIMIT_FRAME,  1, 1, true, {{NULL, NULL, NULL}}},
	/* A bad link for some time. */
	{"loss",            LIMIT_WINDOW, 4, 0, .params = {{"percent", "1%", "30%"}}},
	{"gemodel",         LIMIT_WINDOW, 2, 0, .params = {{"p", "0.1%", "4%"}, {"r", "10%", "50%"}, {"1-h", "50%", "100%"}}},
	{"delay",           LIMIT_WINDOW, 3, 0, .params = {{"time", "100ms", "2s"}, {"jitter", "1ms", "100ms"}}},
	{"rate",            LIMIT_WINDOW, 2, 0, .params = {{"rate", "1Mbit", "10Mbit"}, {"limit", "10", "1000"}}},
	{"slot",            LIMIT_WINDOW, 1, 0, .params = {{"min_delay", "1ms", "200ms"}}},
	{"duplicate",       LIMIT_WINDOW, 1, 0, .params = {{"@probability", "1%", "30%"}}},
	{"corrupt",         LIMIT_WINDOW, 1, 0, .params = {{"bits", "1", "8"}, {"@probability", "0.1%", "10%"}}},
	{"hold",            LIMIT_WINDOW, 1, 0, .params = {{"frames", "1", "3"}, {"@probability", "1%", "30%"}}},
	{"mtu",             LIMIT_WINDOW, 1, 0, .params = {{"size", "576", "1400"}}},
	/* The cable. */
	{"carrier",         LIMIT_FROM,   3, 0, .params = {{"for", "100ms", "60s"}}},
	{"babble",          LIMIT_FROM,   1, 0, .params = {{"for", "10ms", "5s"}}},
	{"pause",           LIMIT_FROM,   1, 0, .params = {{"for", "1s", "30s"}}},
	/* The chip. */
	{"collision",       LIMIT_SITE,   1, 2, .params = {{"times", "1", "16"}, {"after", "20", "200"}}},
	{"tx_stall",        LIMIT_SITE,   2, 1, .params = {{"flags", "true|false", NULL}}},
	{"tx_flags",        LIMIT_SITE,   1, 2, .params = {{"lose_txif", "true", NULL}}},
	{"tx_flags",        LIMIT_SITE,   1, 2, .params = {{"raise_txerif", "true", NULL}}},
	{"tx_flags",        LIMIT_SITE,   1, 2, .params = {{"early_txif", "true", NULL}}},
	{"link_pulse",      LIMIT_SITE,   1, 2, .params = {{NULL, NULL, NULL}}},
	{"rx_pointer",      LIMIT_SITE,   1, 1, .params = {{"xor", "1|2|4|8|16|64|256|1024|4096", NULL}}},
	{"rx_overflow",     LIMIT_SITE,   1, 4, .params = {{"flag", "true|false", NULL}}},
	{"rx_uncounted",    LIMIT_SITE,   1, 2, .params = {{NULL, NULL, NULL}}},
	{"rx_error",        LIMIT_SITE,   1, 4, .params = {{NULL, NULL, NULL}}},
	{"rx_pktif",        LIMIT_SITE,   1, 2, .params = {{"kind", "lost|false", NULL}}},
	{"mii_stuck",       LIMIT_SITE,   1, 1, .params = {{NULL, NULL, NULL}}},
	{"clkrdy",          LIMIT_ONCE,   1, 0, .params = {{"after", "300us", "10ms"}}},
	{"warm_start",      LIMIT_ONCE,   1, 0, .params = {{NULL, NULL, NULL}}},
	/* The bus, the interrupt line, the supply. */
	{"spi_bit",         LIMIT_MESSAGE, 6, 0, .params = {{"line", "miso|mosi", NULL}, {"byte", "0", "2"}, {"bit", "0|1|2|3|4|5|6|7", NULL}}},
	{"spi_stuck",       LIMIT_MESSAGE, 2, 0, .params = {{"level", "0|1", NULL}}},
	{"spi_cut",         LIMIT_MESSAGE, 2, 0, .params = {{"after", "1", "4"}, {"resume", "true|false", NULL}}},
	{"spi_stall",       LIMIT_MESSAGE, 1, 0, .params = {{"for", "10us", "1s"}}},
	{"spi_slow",        LIMIT_MESSAGE, 1, 0, .params = {{"factor", "2", "100"}}},
	{"brown_out",       LIMIT_MESSAGE, 1, 0, .params = {{NULL, NULL, NULL}}},
	{"int_lost",        LIMIT_SITE,   2, 1, .params = {{NULL, NULL, NULL}}},
	{"int_stuck",       LIMIT_SITE,   1, 1, .params = {{"level", "0|1", NULL}, {"for", "1ms", "5s"}}},
	{"int_double",      LIMIT_SITE,   1, 2, .params = {{"after", "1us", "100us"}}},
	/* The flash. */
	{"power_cut",       LIMIT_SITE,   3, 1, .params = {{"after", "1%", "99%"}, {"for", "100ms", "10s"}}},
	{"nor_stuck",       LIMIT_SITE,   1, 1, .params = {{"for", "1ms", "5s"}}},
	{"nor_slow",        LIMIT_SITE,   1, 4, .params = {{"factor", "2", "50"}}},
	/* The far end. */
	{"dhcp",            LIMIT_SITE,   2, 2, .params = {{"answer", "silence|nak|short_lease|other_address", NULL}, {"lease", "1min", "1h"}}},
	{"dns",             LIMIT_SITE,   3, 2, .params = {{"answer", "silence|nxdomain|servfail|wrong_address|truncated|ttl_0", NULL}}},
	{"ntp",             LIMIT_SITE,   1, 1, .params = {{"answer", "silence|kiss_of_death", NULL}}},
	{"server_down",     LIMIT_SITE,   4, 1, .params = {{"for", "100ms", "60s"}, {"how", "silence|reset", NULL}, {"all", "true|false", NULL}}},
	{"tls_stall",       LIMIT_SITE,   2, 1, .params = {{"at", "server_hello|certificate|finished", NULL}}},
	{"tls_certificate", LIMIT_SITE,   1, 1, .params = {{"kind", "expired|not_yet|other_name|unknown_issuer", NULL}}},
	{"tls_alert",       LIMIT_SITE,   1, 1, .params = {{"code", "0|20|40|70|80|90", NULL}}},
	{"http_status",     LIMIT_SITE,   4, 2, .params = {{"code", "408|429|500|502|503|504", NULL}}},
	{"http_delay",      LIMIT_SITE,   2, 1, .params = {{"before", "100ms", "60s"}}},
	{"http_delay",      LIMIT_SITE,   2, 1, .params = {{"pause", "100ms", "60s"}, {"at_byte", "1B", "256KiB"}}},
	{"http_truncate",   LIMIT_SITE,   3, 1, .params = {{"at_byte", "1B", "512KiB"}, {"end", "close|stall", NULL}}},
	{"http_length",     LIMIT_SITE,   1, 1, .params = {{"kind", "missing", NULL}}},
	{"http_range",      LIMIT_SITE,   2, 2, .params = {{"kind", "ignored|wrong_start|multipart|changed", NULL}}},
	{"http_body",       LIMIT_SITE,   1, 1, .params = {{"kind", "portal|empty", NULL}}},
	{"http_reset",      LIMIT_SITE,   2, 2, .params = {{NULL, NULL, NULL}}},
	{"zero_window",     LIMIT_SITE,   2, 1, .params = {{"for", "100ms", "60s"}}},
	{.action = NULL},
};

/* SPI messages of the driver, by how they begin (DS39662 table 4-1). */
static const struct {
	const char *bytes, *name;
} messages[] = {
	{"1c", "RCR EIR"}, {"1d", "RCR ESTAT"}, {"1e", "RCR ECON2"}, {"1f", "RCR ECON1"}, {"1b", "RCR EIE"}, {"19", "RCR EPKTCNT"},
	{"3a", "RBM"}, {"7a", "WBM"}, {"9f 08", "BFS ECON1 TXRTS"}, {"9f 04", "BFS ECON1 RXEN"}, {"9b 80", "BFS EIE INTIE"},
	{"bb 80", "BFC EIE INTIE"}, {"9e 40", "BFS ECON2 PKTDEC"}, {"bc", "BFC EIR"}, {"bf", "BFC ECON1"}, {"9f", "BFS ECON1"},
	{"4c", "WCR ERXRDPTL"}, {"4d", "WCR ERXRDPTH"}, {"40", "WCR ERDPTL"}, {"41", "WCR ERDPTH"}, {"42", "WCR EWRPTL"},
	{"44", "WCR ETXSTL"}, {"46", "WCR ETXNDL"}, {"58", "WCR ERXFCON"}, {"ff", "SRC"},
};
/* clang-format on */

#define MESSAGES (sizeof messages / sizeof messages[0])

static unsigned limits_count(void)
{
	unsigned count = 0;

	while (limits[count].action != NULL)
		count++;
	return count;
}

/* -- parameters -- */

/* The row that a key means, and what its value lies in. */
static const struct param *row_of(struct fault *fault, const char *key, void **ret_object)
{
	const bool is_match = key[0] == '@';

	*ret_object = is_match ? (void *)&fault->match : (void *)&fault->params;
	return is_match ? param_find(match_params, key + 1) : param_find(fault->action->params, key);
}

static size_t words_count(const char *words)
{
	size_t count = 1;

	for (; *words != '\0'; words++)
		count += *words == '|';
	return count;
}

static void word_at(const char *words, size_t index, char ret_word[PARAM_VALUE_MAX])
{
	while (index-- > 0)
		words = strchr(words, '|') + 1;
	(void)snprintf(ret_word, PARAM_VALUE_MAX, "%.*s", (int)strcspn(words, "|"), words);
}

/* So that people can read it: what is left of a number are its two first digits. */
static uint64_t rounded(uint64_t value)
{
	uint64_t unit = 1;

	while (value / unit >= 100)
		unit *= 10;
	return value / unit * unit;
}

/* Reads the limits of a number. */
static void bounds_of(const struct limit *limit, size_t index, const struct param *row, uint64_t *ret_least, uint64_t *ret_most)
{
	struct error err = {.text = ""};

	CHECK(row->type == PARAM_QUANTITY && unit_parse(row->unit, limit->params[index].least, ret_least, &err) &&
	      unit_parse(row->unit, limit->params[index].most, ret_most, &err));
}

static void draw_param(struct fault *fault, const struct limit *limit, size_t index, struct dice *dice)
{
	char text[PARAM_VALUE_MAX], quantity[UNIT_TEXT_MAX];
	struct error err = {.text = ""};
	void *object;
	const struct param *row = row_of(fault, limit->params[index].key, &object);

	CHECK(row != NULL);
	if (limit->params[index].most == NULL) {
		word_at(limit->params[index].least, dice_below(dice, words_count(limit->params[index].least)), text);
	} else {
		uint64_t least, most;
		bounds_of(limit, index, row, &least, &most);
		const uint64_t value = rounded(dice_between(dice, least, most));
		(void)snprintf(text, sizeof text, "%s", unit_format(row->unit, value < least ? least : value, quantity));
	}
	CHECK(param_set(row, object, text, &err));
}

static size_t params_count(const struct limit *limit)
{
	size_t count = 0;

	while (count < LIMIT_PARAMS_MAX && limit->params[count].key != NULL)
		count++;
	return count;
}

/* -- where -- */

/* SITES: it happens to frames, or at no site that has addresses. */
static unsigned site_of(const struct action *action)
{
	return action->site < SITES ? (unsigned)action->site : SITES;
}

/* A frame with which something begins. @return false if there is none. */
static bool draw_from(const struct grounds *grounds, struct dice *dice, struct match *match)
{
	const struct aim *aim = aims_draw(grounds->aims, AIMS_FRAMES, false, dice);

	if (aim == NULL)
		return false;
	match->from.kind = EDGE_ADDRESS;
	aim_address(aim, 1, dice, match->from.at);
	return true;
}

static bool aim_at(const struct grounds *grounds, struct dice *dice, const struct limit *limit, unsigned site, struct match *match)
{
	const struct aim *aim = aims_draw(grounds->aims, site, limit->tcp_only, dice);

	if (aim == NULL)
		return false;
	aim_address(aim, limit->times, dice, match->at);
	match->direction = aim->direction;
	return true;
}

/* What passes from an event on: in both directions, or in one. */
static bool aim_window(const struct grounds *grounds, struct dice *dice, struct match *match)
{
	if (!draw_from(grounds, dice, match))
		return false;
	match->until.kind = EDGE_AFTER;
	match->until.ns = rounded(dice_between(dice, UINT64_C(1000000000), LIMIT_WINDOW_NS));
	switch (dice_below(dice, 4)) {
	case 0:
		match->direction = MATCH_TO_SERVER;
		break;
	case 1:
		match->direction = MATCH_TO_DEVICE;
		break;
	default:
		break;
	}
	return true;
}

static void aim_message(const struct grounds *grounds, struct dice *dice, struct drawn *drawn)
{
	struct match *match = &drawn->fault.match;
	const size_t which = dice_below(dice, MESSAGES);

	if (!dice_once_in(dice, FROM_START))
		(void)draw_from(grounds, dice, match);
	(void)snprintf(match->message, sizeof match->message, "%s", messages[which].bytes);
	(void)snprintf(drawn->fault.name, sizeof drawn->fault.name, "%s, %s", drawn->fault.action->name, messages[which].name);
	match->nth.first = dice_between(dice, 1, MESSAGES_BEFORE);
	match->nth.last = match->nth.first + dice_between(dice, 1, LIMIT_MESSAGES) - 1;
}

/*
 * Says where the fault happens; what the match has of parameters stays. @return false if there is
 * no such place.
 */
static bool draw_place(const struct grounds *grounds, struct dice *dice, struct drawn *drawn)
{
	const struct limit *limit = &limits[drawn->limit];
	struct match *match = &drawn->fault.match;
	const uint64_t probability = match->probability;

	params_init(match_params, match);
	match->probability = probability;
	switch (limit->how) {
	case LIMIT_FRAME:
		return aim_at(grounds, dice, limit, AIMS_FRAMES, match);
	case LIMIT_SITE:
		return aim_at(grounds, dice, limit, site_of(drawn->fault.action), match);
	case LIMIT_WINDOW:
		return aim_window(grounds, dice, match);
	case LIMIT_MESSAGE:
		aim_message(grounds, dice, drawn);
		return true;
	case LIMIT_FROM:
		return draw_from(grounds, dice, match);
	default:
		return true;
	}
}

static bool makes_sense(const struct grounds *grounds, const struct fault *fault)
{
	struct error err = {.text = ""};
	const char *key;
	bool good = fault_check(fault, &key, &err);

	for (size_t i = 0; i < 2 && grounds->plans[i] != NULL; i++)
		good = good && sense_fault(grounds->plans[i], fault, &key, &err);
	return good;
}

/* -- drawing -- */

static unsigned draw_limit(struct dice *dice)
{
	uint64_t all = 0;
	unsigned i = 0;

	for (unsigned k = 0; limits[k].action != NULL; k++)
		all += limits[k].weight;
	uint64_t ticket = dice_below(dice, all);
	for (; ticket >= limits[i].weight; i++)
		ticket -= limits[i].weight;
	return i;
}

static bool draw_once(const struct grounds *grounds, struct dice *dice, struct drawn *drawn)
{
	struct fault *fault = &drawn->fault;

	memset(drawn, 0, sizeof *drawn);
	drawn->limit = draw_limit(dice);
	fault->action = action_find(limits[drawn->limit].action);
	CHECK(fault->action != NULL);
	params_init(match_params, &fault->match);
	params_init(fault->action->params, &fault->params);
	(void)snprintf(fault->name, sizeof fault->name, "%s", fault->action->name);
	if (!draw_place(grounds, dice, drawn))
		return false;
	for (size_t i = 0; i < params_count(&limits[drawn->limit]); i++)
		draw_param(fault, &limits[drawn->limit], i, dice);
	return makes_sense(grounds, fault);
}

bool limits_draw(const struct grounds *grounds, struct dice *dice, struct drawn *ret_drawn)
{
	for (unsigned i = 0; i < TRIES; i++)
		if (draw_once(grounds, dice, ret_drawn))
			return true;
	return false;
}

bool limits_aim(const struct grounds *grounds, struct dice *dice, struct drawn *drawn)
{
	for (unsigned i = 0; i < TRIES && limits[drawn->limit].how != LIMIT_ONCE; i++) {
		struct drawn other = *drawn;
		if (!draw_place(grounds, dice, &other) || !makes_sense(grounds, &other.fault))
			continue;
		*drawn = other;
		return true;
	}
	return false;
}

bool limits_alter(const struct grounds *grounds, struct dice *dice, struct drawn *drawn)
{
	const struct limit *limit = &limits[drawn->limit];
	const size_t count = params_count(limit);

	for (unsigned i = 0; i < TRIES && count > 0; i++) {
		struct drawn other = *drawn;
		draw_param(&other.fault, limit, dice_below(dice, count), dice);
		if (!makes_sense(grounds, &other.fault))
			continue;
		*drawn = other;
		return true;
	}
	return false;
}

/* -- whether they hold -- */

static bool param_holds(struct fault *fault, const struct limit *limit, size_t index)
{
	char value[PARAM_VALUE_MAX], word[PARAM_VALUE_MAX];
	void *object;
	const struct param *row = row_of(fault, limit->params[index].key, &object);

	if (limit->params[index].most != NULL) {
		uint64_t least, most, known;
		bounds_of(limit, index, row, &least, &most);
		memcpy(&known, (const char *)object + row->offset, sizeof known);
		return known >= least && known <= most;
	}
	(void)param_get(row, object, value);
	for (size_t i = 0; i < words_count(limit->params[index].least); i++) {
		word_at(limit->params[index].least, i, word);
		if (strcmp(word, value) == 0)
			return true;
	}
	return false;
}

static bool place_holds(const struct limit *limit, const struct match *match)
{
	struct fault_address address;
	struct error err = {.text = ""};

	switch (limit->how) {
	case LIMIT_FRAME:
	case LIMIT_SITE:
		if (match->at[0] == '\0' || !fault_address_parse(match->at, &address, &err))
			return false;
		return address.site != SITE_FRAME ? address.last - address.first < limit->times
		                                  : address.frame.first > 0 && address.frame.last - address.frame.first < limit->times;
	case LIMIT_WINDOW:
		return match->until.kind == EDGE_AFTER && match->until.ns > 0 && match->until.ns <= LIMIT_WINDOW_NS;
	case LIMIT_MESSAGE:
		return match->message[0] != '\0' && match->nth.first > 0 && match->nth.last - match->nth.first < LIMIT_MESSAGES;
	case LIMIT_FROM:
		return match->from.kind == EDGE_ADDRESS;
	default:
		return true;
	}
}

bool limits_hold(const struct drawn *drawn)
{
	struct fault fault = drawn->fault;

	if (drawn->limit >= limits_count() || fault.action != action_find(limits[drawn->limit].action))
		return false;
	const struct limit *limit = &limits[drawn->limit];
	bool holds = place_holds(limit, &fault.match);
	for (size_t i = 0; i < params_count(limit); i++)
		holds = holds && param_holds(&fault, limit, i);
	return holds;
}
