/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/param.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"

#define WORD_MAX 32

static void *field(const struct param *row, void *object)
{
	return (char *)object + row->offset;
}

static const void *const_field(const struct param *row, const void *object)
{
	return (const char *)object + row->offset;
}

void params_init(const struct param *table, void *object)
{
	struct error err;

	for (const struct param *row = table; row->key != NULL; row++)
		if (row->standard != NULL)
			CHECK(param_set(row, object, row->standard, &err));
}

const struct param *param_find(const struct param *table, const char *key)
{
	for (const struct param *row = table; row->key != NULL; row++)
		if (strcmp(row->key, key) == 0)
			return row;
	return NULL;
}

uint64_t param_quantity(const struct param *row, const void *object)
{
	CHECK(row->type == PARAM_QUANTITY);
	return *(const uint64_t *)const_field(row, object);
}

void param_set_quantity(const struct param *row, void *object, uint64_t value)
{
	CHECK(row->type == PARAM_QUANTITY);
	*(uint64_t *)field(row, object) = value;
}

static bool set_bool(const struct param *row, void *object, const char *text, struct error *err)
{
	bool yes = strcmp(text, "true") == 0;

	if (!yes && strcmp(text, "false") != 0)
		return error_set(err, "invalid value '%s': expected true or false", text);
	*(bool *)field(row, object) = yes;
	return true;
}

static bool set_quantity(const struct param *row, void *object, const char *text, struct error *err)
{
	char limit[UNIT_TEXT_MAX];
	uint64_t value;

	if (!unit_parse(row->unit, text, &value, err))
		return false;
	if (value < row->min)
		return error_set(err, "%s is below the minimum of %s", text, unit_format(row->unit, row->min, limit));
	if (row->max != 0 && value > row->max)
		return error_set(err, "%s is above the maximum of %s", text, unit_format(row->unit, row->max, limit));
	*(uint64_t *)field(row, object) = value;
	return true;
}

static bool set_text(const struct param *row, void *object, const char *text, struct error *err)
{
	if (strlen(text) >= row->size)
		return error_set(err, "the text is longer than %zu bytes", row->size - 1);
	if (strpbrk(text, "\n\r") != NULL)
		return error_set(err, "the text must be a single line");
	memset(field(row, object), 0, row->size);
	memcpy(field(row, object), text, strlen(text));
	return true;
}

static bool set_choice(const struct param *row, void *object, const char *text, struct error *err)
{
	char allowed[PARAM_VALUE_MAX];

	for (unsigned i = 0; row->choices[i] != NULL; i++)
		if (strcmp(row->choices[i], text) == 0) {
			*(unsigned *)field(row, object) = i;
			return true;
		}
	char meant[PARAM_VALUE_MAX];
	return error_set(err, "'%s' is not %s%s", text, param_allowed(row, allowed),
	                 param_did_you_mean(param_nearest(NULL, row->choices, text), meant));
}

static bool set_mac(const struct param *row, void *object, const char *text, struct error *err)
{
	unsigned b[6];
	char rest;

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%c", &b[0], &b[1], &b[2], &b[3], &b[4], &b[5], &rest) != 6 || strlen(text) != 17 ||
	    strspn(text, "0123456789abcdefABCDEF:") != 17)
		return error_set(err, "invalid MAC address '%s': expected six bytes, such as 02:00:00:12:34:56", text);
	if (b[0] & 1U)
		return error_set(err,
		                 "'%s' is a multicast address; a device needs a unicast "
		                 "one, whose first byte is even, such as 02:00:00:12:34:56",
		                 text);
	if ((b[0] | b[1] | b[2] | b[3] | b[4] | b[5]) == 0)
		return error_set(err, "invalid MAC address '%s': it is all zeros; use one such as 02:00:00:12:34:56", text);
	for (size_t i = 0; i < 6; i++)
		((uint8_t *)field(row, object))[i] = (uint8_t)b[i];
	return true;
}

bool param_set(const struct param *row, void *object, const char *text, struct error *err)
{
	switch (row->type) {
	case PARAM_BOOL:
		return set_bool(row, object, text, err);
	case PARAM_QUANTITY:
		return set_quantity(row, object, text, err);
	case PARAM_TEXT:
		return set_text(row, object, text, err);
	case PARAM_CHOICE:
		return set_choice(row, object, text, err);
	case PARAM_MAC:
		return set_mac(row, object, text, err);
	case PARAM_CUSTOM:
		return row->codec->set(field(row, object), text, err);
	}
	CHECK(row->type <= PARAM_CUSTOM);
	return false;
}

const char *param_get(const struct param *row, const void *object, char ret_text[PARAM_VALUE_MAX])
{
	const void *at = const_field(row, object);
	const uint8_t *mac = at;
	char quantity[UNIT_TEXT_MAX];

	switch (row->type) {
	case PARAM_BOOL:
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s", *(const bool *)at ? "true" : "false");
		break;
	case PARAM_QUANTITY:
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s", unit_format(row->unit, *(const uint64_t *)at, quantity));
		break;
	case PARAM_TEXT:
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s", (const char *)at);
		break;
	case PARAM_CHOICE:
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s", row->choices[*(const unsigned *)at]);
		break;
	case PARAM_MAC:
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
		break;
	case PARAM_CUSTOM:
		row->codec->get(at, ret_text, PARAM_VALUE_MAX);
		break;
	}
	return ret_text;
}

static void allowed_choices(const struct param *row, char ret_text[PARAM_VALUE_MAX])
{
	struct text text = text_in(ret_text, PARAM_VALUE_MAX);

	for (unsigned i = 0; row->choices[i] != NULL; i++)
		text_add(&text, "%s %s", i == 0 ? "one of" : ",", row->choices[i]);
}

const char *param_allowed(const struct param *row, char ret_text[PARAM_VALUE_MAX])
{
	static const char *const names[] = {"true or false", "a number", "a text", "", "a MAC address"};
	static const char *const quantities[] = {"a whole number", "a duration", "a size", "a frequency", "a rate", "a probability"};

	if (row->type == PARAM_CUSTOM)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s", row->codec->allowed);
	else if (row->type == PARAM_CHOICE)
		allowed_choices(row, ret_text);
	else if (row->type == PARAM_QUANTITY && row->unit != UNIT_NONE)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s (%s)", quantities[row->unit], unit_names(row->unit));
	else
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "%s", row->type == PARAM_QUANTITY ? quantities[row->unit] : names[row->type]);
	return ret_text;
}

const char *param_limits(const struct param *row, char ret_text[PARAM_VALUE_MAX])
{
	char least[UNIT_TEXT_MAX], most[UNIT_TEXT_MAX];

	ret_text[0] = '\0';
	if (row->type == PARAM_TEXT)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "up to %zu bytes", row->size - 1);
	if (row->type != PARAM_QUANTITY)
		return ret_text;
	(void)unit_format(row->unit, row->min, least);
	(void)unit_format(row->unit, row->max, most);
	if (row->min != 0 && row->max != 0)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "from %s to %s", least, most);
	else if (row->max != 0)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "up to %s", most);
	else if (row->min != 0)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "from %s on", least);
	return ret_text;
}

/*
 * Damerau's distance without transpositions of more than neighbours, for words of at most WORD_MAX
 * letters.
 */
static size_t distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b), rows[3][WORD_MAX + 1];

	if (la > WORD_MAX || lb > WORD_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *row = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < best)
				best = last[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
	}
	return rows[la % 3][lb];
}

static void keep_nearer(const char *name, const char *word, const char **best, size_t *best_distance)
{
	size_t d = distance(name, word);

	if (d < *best_distance) {
		*best = name;
		*best_distance = d;
	}
}

const char *param_nearest(const struct param *table, const char *const *names, const char *word)
{
	size_t best_distance = strlen(word) / 3 + 2;
	const char *best = NULL;

	for (const struct param *row = table; row != NULL && row->key != NULL; row++)
		keep_nearer(row->key, word, &best, &best_distance);
	for (size_t i = 0; names != NULL && names[i] != NULL; i++)
		keep_nearer(names[i], word, &best, &best_distance);
	return best;
}

const char *param_did_you_mean(const char *near, char ret_text[PARAM_VALUE_MAX])
{
	ret_text[0] = '\0';
	if (near != NULL)
		(void)snprintf(ret_text, PARAM_VALUE_MAX, "; did you mean '%s'?", near);
	return ret_text;
}
