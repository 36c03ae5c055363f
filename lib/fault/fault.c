/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all layers ask of a fault. */
#include "lib/fault/fault.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

static bool fits(const char *pattern, const char *text)
{
	return pattern[0] == '\0' || (text != NULL && fnmatch(pattern, text, 0) == 0);
}

bool fault_takes_service(const struct fault *fault, const char *host, const char *path, const char *kind)
{
	const struct match *match = &fault->match;

	return fits(match->host, host) && fits(match->path, path) && fits(match->kind, kind);
}

#define FAULT_TEXT_MAX 4096

/*
 * Texts that are left out of the key where they are empty: without them a fault has the draws that
 * it always had.
 */
static bool is_left_out_if_empty(const struct param *row)
{
	static const size_t offsets[] = {offsetof(struct match, during), offsetof(struct match, message), offsetof(struct match, host),
	                                 offsetof(struct match, path), offsetof(struct match, kind)};

	for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
		if (row->offset == offsets[i])
			return true;
	return false;
}

/* @return the text in @p ret_text, to be gone on with. */
static struct text render(const struct fault *fault, char *ret_text, size_t size)
{
	char value[PARAM_VALUE_MAX];
	struct text text = text_in(ret_text, size);

	text_add(&text, "fault %s %s", fault->name, fault->action->name);
	for (const struct param *row = match_params; row->key != NULL; row++) {
		/*
		 * The probability is a value too, and so are its correlation and what is made of a
		 * draw.
		 */
		if (row->offset == offsetof(struct match, probability) || row->offset == offsetof(struct match, correlation) ||
		    row->offset == offsetof(struct match, netem_exact))
			continue;
		if (is_left_out_if_empty(row) && *((const char *)&fault->match + row->offset) == '\0')
			continue;
		text_add(&text, " %s=%s", row->key, param_get(row, &fault->match, value));
	}
	CHECK(!text_is_cut(&text));
	return text;
}

struct random_stream fault_stream(const struct fault *faults, size_t index, uint64_t seed)
{
	char name[FAULT_TEXT_MAX + 24], other[FAULT_TEXT_MAX];
	struct text text = render(&faults[index], name, sizeof name);
	size_t twins = 0;

	for (size_t i = 0; i < index; i++) {
		(void)render(&faults[i], other, sizeof other);
		twins += strcmp(other, name) == 0;
	}
	text_add(&text, " %zu", twins);
	CHECK(!text_is_cut(&text));
	return random_stream(seed, name);
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

/*
 * "9b 80" into its bytes; digits come in pairs, and there may be spaces between the pairs. @return
 * false if it is something else or too long.
 */
bool fault_message_bytes(const char *text, uint8_t ret_bytes[FAULT_MESSAGE_MAX], size_t *ret_length)
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

bool fault_takes_message(const struct fault *fault, struct bytes message)
{
	uint8_t wanted[FAULT_MESSAGE_MAX];
	size_t count;

	if (fault->match.message[0] == '\0')
		return true;
	CHECK(fault_message_bytes(fault->match.message, wanted, &count));
	return count <= message.length && memcmp(message.data, wanted, count) == 0;
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
