/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/unit.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SUFFIXES_MAX 8

struct suffix {
	const char *name;
	uint64_t factor;
};

/*
 * Suffixes from the smallest to the largest; formatting takes the largest that divides the value.
 */
static const struct kind {
	const char *what;
	const char *names;
	bool bare; /* may be written without a suffix; a probability only if it is 0 */
	struct suffix suffixes[SUFFIXES_MAX];
} kinds[] = {
	[UNIT_NONE] = {"a whole number", "", true, {{"", 1}}},
	[UNIT_DURATION] = {"a duration",
                           "ns, us, ms, s, min, h or d",
                           false,
                           {{"ns", 1},
                            {"us", 1000},
                            {"ms", 1000000},
                            {"s", 1000000000},
                            {"min", 60000000000},
                            {"h", 3600000000000},
                            {"d", 86400000000000}}},
	[UNIT_SIZE] = {"a size",
                       "B, kB, KiB, MB, MiB or GiB",
                       false,
                       {{"B", 1}, {"kB", 1000}, {"KiB", 1024}, {"MB", 1000000}, {"MiB", 1048576}, {"GiB", 1073741824}}},
	[UNIT_FREQUENCY] = {"a frequency", "Hz, kHz or MHz", false, {{"Hz", 1}, {"kHz", 1000}, {"MHz", 1000000}}},
	[UNIT_RATE] = {"a rate", "bit, kbit or Mbit (per second)", false, {{"bit", 1}, {"kbit", 1000}, {"Mbit", 1000000}}},
	[UNIT_PROBABILITY] = {"a probability", "%", true, {{"%", 10000000}, {"", UNIT_PROBABILITY_ONE}}},
};

const char *unit_names(enum unit unit)
{
	return kinds[unit].names;
}

static bool not_a_quantity(const struct kind *kind, const char *text, struct error *err)
{
	if (kind->names[0] == '\0')
		return error_set(err, "'%s' is not %s", text, kind->what);
	return error_set(err, "'%s' is not %s: write a number and its unit, one of %s", text, kind->what, kind->names);
}

static const struct suffix *find_suffix(const struct kind *kind, const char *name)
{
	if (name[0] == '\0' && !kind->bare)
		return NULL;
	for (size_t i = 0; i < SUFFIXES_MAX && kind->suffixes[i].name != NULL; i++)
		if (strcmp(kind->suffixes[i].name, name) == 0)
			return &kind->suffixes[i];
	return NULL;
}

static const char *format_probability(uint64_t value, char ret_text[UNIT_TEXT_MAX])
{
	int length = snprintf(ret_text, UNIT_TEXT_MAX, "%" PRIu64 ".%07" PRIu64, value / 10000000U, value % 10000000U);

	while (ret_text[length - 1] == '0')
		length--;
	if (ret_text[length - 1] == '.')
		length--;
	(void)snprintf(ret_text + length, (size_t)(UNIT_TEXT_MAX - length), "%%");
	return ret_text;
}

/*
 * To tc-netem, and in a key called `percent`, 1 is one per cent; elsewhere it is certainty. Only
 * nought means the same to everybody.
 */
static bool check_not_bare(const char *text, uint64_t value, struct error *err)
{
	char share[UNIT_TEXT_MAX];

	if (value == 0)
		return true;
	if (value > UINT64_C(100) * UNIT_PROBABILITY_ONE)
		return error_set(err, "'%s' is more than 100%%", text);
	if (value > UNIT_PROBABILITY_ONE)
		return error_set(err, "'%s' has no unit: write %s%%", text, text);
	return error_set(err, "'%s' is ambiguous without a unit: write %s%% or %s", text, text, format_probability(value, share));
}

bool unit_parse(enum unit unit, const char *text, uint64_t *ret_value, struct error *err)
{
	const struct kind *kind = &kinds[unit];
	const char *at = text;
	uint64_t digits = 0, divisor = 1;
	int decimals = 0;
	bool point = false;

	if (!isdigit((unsigned char)*at))
		return not_a_quantity(kind, text, err);
	for (; isdigit((unsigned char)*at) || (*at == '.' && !point); at++) {
		if (*at == '.') {
			point = true;
			continue;
		}
		if (__builtin_mul_overflow(digits, 10U, &digits) || __builtin_add_overflow(digits, (uint64_t)(*at - '0'), &digits))
			return error_set(err, "'%s' is too large", text);
		if (point && ++decimals > UNIT_DECIMALS_MAX)
			return error_set(err, "'%s' has more than %d decimals", text, UNIT_DECIMALS_MAX);
		divisor *= point ? 10 : 1;
	}
	if (point && decimals == 0)
		return not_a_quantity(kind, text, err);

	const struct suffix *suffix = find_suffix(kind, at);
	if (suffix == NULL)
		return not_a_quantity(kind, text, err);
	/*
	 * Nine decimals of a large number need more than 64 bits until the divisor has taken them
	 * away.
	 */
	__extension__ const unsigned __int128 scaled = (__extension__(unsigned __int128) digits) * suffix->factor;
	if (scaled / divisor > UINT64_MAX)
		return error_set(err, "'%s' is too large", text);
	if (scaled % divisor != 0)
		return error_set(err, "'%s' is finer than the resolution of %s", text, kind->what);
	if (unit == UNIT_PROBABILITY && *at == '\0' && !check_not_bare(text, (uint64_t)(scaled / divisor), err))
		return false;
	if (unit == UNIT_PROBABILITY && scaled / divisor > UNIT_PROBABILITY_ONE)
		return error_set(err, "'%s' is more than 100%%", text);
	*ret_value = (uint64_t)(scaled / divisor);
	return true;
}

const char *unit_format(enum unit unit, uint64_t value, char ret_text[UNIT_TEXT_MAX])
{
	const struct kind *kind = &kinds[unit];
	const struct suffix *best = &kind->suffixes[0];

	if (unit == UNIT_PROBABILITY)
		return format_probability(value, ret_text);
	for (size_t i = 0; i < SUFFIXES_MAX && kind->suffixes[i].name != NULL; i++)
		if (value != 0 && value % kind->suffixes[i].factor == 0 && kind->suffixes[i].factor > best->factor)
			best = &kind->suffixes[i];
	(void)snprintf(ret_text, UNIT_TEXT_MAX, "%" PRIu64 "%s", value / best->factor, best->name);
	return ret_text;
}

const char *unit_show_duration(uint64_t ns, char ret_text[UNIT_TEXT_MAX])
{
	static const struct suffix steps[] = {{"d", 86400000000000},
	                                      {"h", 3600000000000},
	                                      {"min", 60000000000},
	                                      {"s", 1000000000},
	                                      {"ms", 1000000},
	                                      {"us", 1000},
	                                      {"ns", 1}};
	const struct suffix *step = steps;

	/* Longer units than a second are for those who count in them. */
	while (step->factor > 1 && (ns < step->factor || (step->factor > 1000000000 && ns % step->factor != 0)))
		step++;
	uint64_t whole = ns / step->factor, hundredths = (ns % step->factor * 100 + step->factor / 2) / step->factor;
	if (hundredths == 100) {
		whole++;
		hundredths = 0;
	}
	if (hundredths == 0)
		(void)snprintf(ret_text, UNIT_TEXT_MAX, "%" PRIu64 " %s", whole, step->name);
	else
		(void)snprintf(ret_text, UNIT_TEXT_MAX, "%" PRIu64 ".%0*" PRIu64 " %s", whole, hundredths % 10 == 0 ? 1 : 2,
		               hundredths % 10 == 0 ? hundredths / 10 : hundredths, step->name);
	return ret_text;
}
