/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* An ordinal over all conversations is simpler than one within its own as long as it is small. */
#define SIMPLE_MAX 9

/* -- simpler addresses -- */

/* How many frames of an address' word and direction there were. */
struct counts {
	/* before: in earlier conversations with the same port; elsewhere: with other ports */
	uint64_t all, own, before, elsewhere;
};

static void count_line(const char *line, size_t length, const struct address *at, unsigned direction, struct counts *counts)
{
	const char *word = direction == MATCH_TO_SERVER ? "to-server " : "to-device ";
	char text[ADDRESS_TEXT_MAX];
	struct address other;
	struct error err;

	if (length <= strlen(word) || strncmp(line, word, strlen(word)) != 0 || length - strlen(word) >= sizeof text)
		return;
	(void)snprintf(text, sizeof text, "%.*s", (int)(length - strlen(word)), line + strlen(word));
	if (!address_parse(text, &other, &err) || other.word != at->word)
		return;
	if (!other.has_flow)
		counts->all = other.last;
	else if (other.port != at->port)
		counts->elsewhere += other.last;
	else if (other.connection == at->connection)
		counts->own = other.last;
	else if (other.connection < at->connection)
		counts->before += other.last;
}

bool words_simplify(const struct decision *decision, const char *addresses, char ret_at[FAULT_AT_MAX], bool *ret_is_certain)
{
	struct counts counts = {0};
	struct address at;
	struct error err;

	if (decision->action->site != SITE_FRAME || !address_parse(decision->at, &at, &err) || !at.has_flow || at.connection == 0 ||
	    at.first == 0 || at.first != at.last)
		return false;
	for (const char *line = addresses; *line != '\0';) {
		const size_t length = strcspn(line, "\n");
		count_line(line, length, &at, decision->direction, &counts);
		line += length + (line[length] != '\0');
	}
	*ret_is_certain = counts.own > 0 && counts.own == counts.all;
	const uint64_t ordinal = at.first + (*ret_is_certain ? 0 : counts.before);
	if (counts.own == 0 || (!*ret_is_certain && (counts.elsewhere > 0 || ordinal > SIMPLE_MAX)))
		return false;
	at.has_flow = false;
	at.port = 0;
	at.connection = 0;
	at.first = at.last = ordinal;
	(void)address_format(&at, ret_at);
	return true;
}

/* -- several as one -- */

bool words_join(struct words_place *first, const struct words_place *next)
{
	struct address left, right;
	struct error err;

	if (first->direction != next->direction || !address_parse(first->at, &left, &err) || !address_parse(next->at, &right, &err))
		return false;
	if (left.word != right.word || left.has_flow != right.has_flow || left.port != right.port || left.connection != right.connection ||
	    left.first == 0 || right.first == 0 || left.last + 1 != right.first)
		return false;
	left.last = right.last;
	(void)address_format(&left, first->at);
	return true;
}

const char *words_say_place(const struct words_place *place, char *ret_text, size_t size)
{
	static const char *const ways[] = {"", " to the server", " to the device"};

	(void)snprintf(ret_text, size, "%s%s", place->at, ways[place->direction]);
	return ret_text;
}
