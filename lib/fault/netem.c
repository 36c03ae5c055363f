/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: a line is cut into words and read option by option, as tc does, with its units and
 * its abbreviations. What the words have said is kept in a struct netem, and faults are made of it
 * when all are read (netem_faults.c), as later options say what earlier ones mean.
 */
#include "lib/fault/netem_line.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "lib/base/check.h"

#define TEXT_MAX 512

__extension__ typedef unsigned __int128 wide;

/* -- quantities -- */

struct suffix {
	const char *name;
	uint64_t factor;
};

/*
 * A kind of quantity: in tc the case of a unit does not count, and a fraction of the base unit is
 * cut off.
 */
struct quantity {
	const char *what;
	const struct suffix *suffixes; /* the end has no name */
	uint64_t divisor, max;
};

static const struct suffix time_suffixes[] = {{"", 1000},          {"us", 1000},         {"usec", 1000},     {"usecs", 1000},
                                              {"ms", 1000000},     {"msec", 1000000},    {"msecs", 1000000}, {"s", 1000000000},
                                              {"sec", 1000000000}, {"secs", 1000000000}, {NULL, 0}};
static const struct suffix slot_suffixes[] = {
	{"", 1},           {"ns", 1},           {"nsec", 1},          {"nsecs", 1},      {"us", 1000},
	{"usec", 1000},    {"usecs", 1000},     {"ms", 1000000},      {"msec", 1000000}, {"msecs", 1000000},
	{"s", 1000000000}, {"sec", 1000000000}, {"secs", 1000000000}, {NULL, 0}};
static const struct suffix percent_suffixes[] = {{"", 10000000}, {"%", 10000000}, {NULL, 0}};
static const struct suffix count_suffixes[] = {{"", 1}, {NULL, 0}};
static const struct suffix size_suffixes[] = {{"", 8},
                                              {"b", 8},
                                              {"k", UINT64_C(8) << 10},
                                              {"kb", UINT64_C(8) << 10},
                                              {"m", UINT64_C(8) << 20},
                                              {"mb", UINT64_C(8) << 20},
                                              {"g", UINT64_C(8) << 30},
                                              {"gb", UINT64_C(8) << 30},
                                              {"kbit", UINT64_C(1) << 10},
                                              {"mbit", UINT64_C(1) << 20},
                                              {"gbit", UINT64_C(1) << 30},
                                              {NULL, 0}};
static const struct suffix rate_suffixes[] = {{"", 1},
                                              {"bit", 1},
                                              {"kbit", 1000},
                                              {"mbit", 1000000},
                                              {"gbit", 1000000000},
                                              {"tbit", UINT64_C(1000000000000)},
                                              {"kibit", UINT64_C(1) << 10},
                                              {"mibit", UINT64_C(1) << 20},
                                              {"gibit", UINT64_C(1) << 30},
                                              {"tibit", UINT64_C(1) << 40},
                                              {"bps", 8},
                                              {"kbps", 8000},
                                              {"mbps", 8000000},
                                              {"gbps", UINT64_C(8000000000)},
                                              {"tbps", UINT64_C(8000000000000)},
                                              {"kibps", UINT64_C(8) << 10},
                                              {"mibps", UINT64_C(8) << 20},
                                              {"gibps", UINT64_C(8) << 30},
                                              {"tibps", UINT64_C(8) << 40},
                                              {NULL, 0}};

static const struct quantity a_time = {"a time (a number and us, ms or s; us if nothing is said)", time_suffixes, 1, FAULT_TIME_MAX};
static const struct quantity slot_times = {"a time (a number and ns, us, ms or s; ns if nothing is said)", slot_suffixes, 1,
                                           FAULT_TIME_MAX};
static const struct quantity percents = {"a percentage from 0 to 100", percent_suffixes, 1, UNIT_PROBABILITY_ONE};
static const struct quantity counts = {"a whole number", count_suffixes, 1, INT32_MAX};
static const struct quantity sizes = {"a number (k, m and g are 1024 times as much each)", size_suffixes, 8, UINT32_MAX};
static const struct quantity rates = {"a rate (a number and bit, kbit, mbit, gbit, bps, kbps, ...; bit if nothing is said)", rate_suffixes,
                                      1, UINT64_C(1) << 62};

#define DIGITS_MAX 18

/*
 * Reads the number that @p text begins with: @p ret_digits / @p ret_divisor. @return what is behind
 * it, or NULL if there is none.
 */
static const char *read_number(const char *text, uint64_t *ret_digits, uint64_t *ret_divisor)
{
	unsigned count = 0;
	bool point = false;

	*ret_digits = 0;
	*ret_divisor = 1;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text) || (*text == '.' && !point); text++) {
		if (*text == '.') {
			point = true;
			continue;
		}
		if (++count > DIGITS_MAX)
			return NULL;
		*ret_digits = *ret_digits * 10 + (uint64_t)(*text - '0');
		*ret_divisor *= point ? 10 : 1;
	}
	return text;
}

static bool read_quantity(const struct quantity *quantity, const char *word, uint64_t *ret_value)
{
	uint64_t digits, divisor;
	const char *unit = read_number(word, &digits, &divisor);
	const struct suffix *suffix = quantity->suffixes;

	while (unit != NULL && suffix->name != NULL && strcasecmp(suffix->name, unit) != 0)
		suffix++;
	if (unit == NULL || suffix->name == NULL || (quantity == &counts && divisor != 1))
		return false;
	const wide value = (wide)digits * suffix->factor / divisor / quantity->divisor;
	if (value > quantity->max)
		return false;
	*ret_value = (uint64_t)value;
	return true;
}

/* -- words -- */

/* tc takes any beginning of a word. */
static bool abbreviates(const char *word, const char *whole)
{
	return strncmp(word, whole, strlen(word)) == 0;
}

static const char *next_word(const struct netem *netem)
{
	return netem->at < netem->count ? netem->words[netem->at] : "";
}

static bool is_number_next(const struct netem *netem)
{
	return isdigit((unsigned char)next_word(netem)[0]);
}

/* Reads the next word as @p quantity. */
static bool take(struct netem *netem, const struct quantity *quantity, uint64_t *ret_value, struct error *err)
{
	const char *word = next_word(netem);

	if (word[0] == '\0')
		return error_set(err, "'%s' must be followed by %s", netem->words[netem->at - 1], quantity->what);
	if (!read_quantity(quantity, word, ret_value))
		return error_set(err, "'%s' in '%s' is not %s", word, netem->keyword, quantity->what);
	netem->at++;
	return true;
}

/* The same if a number follows at all. */
static bool take_more(struct netem *netem, const struct quantity *quantity, uint64_t *ret_value, struct error *err)
{
	return !is_number_next(netem) || take(netem, quantity, ret_value, err);
}

static bool take_signed(struct netem *netem, int64_t *ret_value, struct error *err)
{
	const char *word = next_word(netem);
	bool negative = word[0] == '-';
	uint64_t value;

	if (!isdigit((unsigned char)word[negative]))
		return true;
	if (!read_quantity(&counts, word + negative, &value) || value > 65535)
		return error_set(err, "'%s' in '%s' is not a whole number of bytes from -65535 to 65535", word, netem->keyword);
	*ret_value = negative ? -(int64_t)value : (int64_t)value;
	netem->at++;
	return true;
}

/* -- one option each -- */

static bool read_limit(struct netem *netem, struct error *err)
{
	netem->has_limit = true;
	if (!take(netem, &sizes, &netem->limit, err))
		return false;
	return netem->limit > 0 || error_set(err, "with 'limit 0' every frame is lost: use 'loss 100%%' if that is meant");
}

static bool read_delay(struct netem *netem, struct error *err)
{
	struct netem_times *delay = &netem->delay;

	netem->has_delay = true;
	delay->jitter_ns = delay->correlation = 0;
	if (!take(netem, &a_time, &delay->time_ns, err))
		return false;
	if (!is_number_next(netem))
		return true;
	return take(netem, &a_time, &delay->jitter_ns, err) && take_more(netem, &percents, &delay->correlation, err);
}

/* The name of a distribution or a file of one. */
static bool take_distribution(struct netem *netem, struct netem_times *times, struct error *err)
{
	static const char *const names[] = {"uniform", "normal", "pareto", "paretonormal"};
	const char *word = next_word(netem);

	if (word[0] == '\0')
		return error_set(err, "'distribution' must be followed by uniform, normal, pareto, paretonormal or a file");
	netem->at++;
	times->table[0] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], word) == 0) {
			times->distribution = names[i];
			return true;
		}
	if (strchr(word, '/') == NULL && strstr(word, ".dist") == NULL)
		return error_set(err,
		                 "unknown distribution '%s'; allowed: uniform, normal, pareto, "
		                 "paretonormal, or a file (with a / or .dist in its path)",
		                 word);
	if (strlen(word) >= FAULT_PATH_MAX)
		return error_set(err, "the path '%s' after 'distribution' is longer than %d bytes", word, FAULT_PATH_MAX - 1);
	times->distribution = "table";
	(void)snprintf(times->table, FAULT_PATH_MAX, "%s", word);
	return true;
}

static bool read_distribution(struct netem *netem, struct error *err)
{
	netem->has_distribution = true;
	return take_distribution(netem, &netem->delay, err);
}

/*
 * A loss model: the first probability, and as many more as are said; the others are the action's
 * own.
 */
static bool read_losses(struct netem *netem, const char *action, size_t most, struct error *err)
{
	netem->loss = action;
	if (!take(netem, &percents, &netem->losses[netem->loss_count++], err))
		return false;
	while (netem->loss_count < most && is_number_next(netem))
		if (!take(netem, &percents, &netem->losses[netem->loss_count++], err))
			return false;
	return true;
}

static bool read_loss_random(struct netem *netem, struct error *err)
{
	return read_losses(netem, "loss", 2, err);
}

static bool read_loss_state(struct netem *netem, struct error *err)
{
	return read_losses(netem, "loss_state", 5, err);
}

/* tc's r is what is left of p, if nothing is said. */
static bool read_loss_gemodel(struct netem *netem, struct error *err)
{
	if (!read_losses(netem, "gemodel", 4, err))
		return false;
	if (netem->loss_count == 1)
		netem->losses[netem->loss_count++] = UNIT_PROBABILITY_ONE - netem->losses[0];
	return true;
}

static bool read_loss(struct netem *netem, struct error *err)
{
	static const struct {
		const char *name;
		bool (*read)(struct netem *netem, struct error *err);
	} models[] = {{"random", read_loss_random}, {"state", read_loss_state}, {"gemodel", read_loss_gemodel}};
	const char *word = next_word(netem);

	if (netem->loss != NULL)
		return error_set(err, "more than one loss model, at '%s': netem has one", netem->keyword);
	if (is_number_next(netem))
		return read_loss_random(netem, err);
	for (size_t i = 0; i < sizeof models / sizeof models[0]; i++)
		if (strcmp(models[i].name, word) == 0) {
			netem->at++;
			return models[i].read(netem, err);
		}
	return error_set(err, "'%s' after '%s' is not a percentage, random, state or gemodel", word, netem->keyword);
}

static bool read_ecn(struct netem *netem, struct error *err)
{
	(void)netem;
	return error_set(err, "'ecn' is not emulated: frames are lost, not marked");
}

static bool read_reorder(struct netem *netem, struct error *err)
{
	return take(netem, &percents, &netem->reorder, err) && take_more(netem, &percents, &netem->reorder_correlation, err);
}

static bool read_gap(struct netem *netem, struct error *err)
{
	return take(netem, &counts, &netem->gap, err);
}

static bool read_corrupt(struct netem *netem, struct error *err)
{
	netem->has_corrupt = true;
	return take(netem, &percents, &netem->corrupt, err) && take_more(netem, &percents, &netem->corrupt_correlation, err);
}

static bool read_duplicate(struct netem *netem, struct error *err)
{
	netem->has_duplicate = true;
	return take(netem, &percents, &netem->duplicate, err) && take_more(netem, &percents, &netem->duplicate_correlation, err);
}

static bool read_rate(struct netem *netem, struct error *err)
{
	netem->has_rate = true;
	memset(&netem->rate, 0, sizeof netem->rate);
	if (!take(netem, &rates, &netem->rate.rate_bps, err) || !take_signed(netem, &netem->rate.overhead, err))
		return false;
	/* A cell's size is never negative, so one that is belongs to the cell's overhead. */
	if (!take_more(netem, &counts, &netem->rate.cell_size, err))
		return false;
	if (netem->rate.cell_size > 65535)
		return error_set(err, "the cell size in 'rate' is above the maximum of 65535 bytes");
	return take_signed(netem, &netem->rate.cell_overhead, err);
}

/* From slot to slot: the least and the longest, or a distribution with its mean and its jitter. */
static bool read_slot_times(struct netem *netem, struct error *err)
{
	struct netem_times *times = &netem->slot.times;

	if (next_word(netem)[0] != '\0' && abbreviates(next_word(netem), "distribution")) {
		netem->at++;
		return take_distribution(netem, times, err) && take(netem, &slot_times, &times->time_ns, err) &&
		       take(netem, &slot_times, &times->jitter_ns, err);
	}
	if (!take(netem, &slot_times, &netem->slot.min_ns, err) || !take_more(netem, &slot_times, &netem->slot.max_ns, err))
		return false;
	if (netem->slot.max_ns == 0)
		netem->slot.max_ns = netem->slot.min_ns;
	return true;
}

static bool read_slot(struct netem *netem, struct error *err)
{
	netem->has_slot = true;
	memset(&netem->slot, 0, sizeof netem->slot);
	netem->slot.times.distribution = NETEM_DISTRIBUTION;
	if (!read_slot_times(netem, err))
		return false;
	if (strcmp(next_word(netem), "packets") == 0 && (netem->at++, !take(netem, &counts, &netem->slot.packets, err)))
		return false;
	return strcmp(next_word(netem), "bytes") != 0 || (netem->at++, take(netem, &sizes, &netem->slot.bytes, err));
}

/* In the order in which tc looks for them, which decides what a single letter means. */
static const struct option {
	const char *name;
	bool (*read)(struct netem *netem, struct error *err);
} options[] = {
	{"limit", read_limit},
	{"latency", read_delay},
	{"delay", read_delay},
	{"loss", read_loss},
	{"drop", read_loss},
	{"ecn", read_ecn},
	{"reorder", read_reorder},
	{"corrupt", read_corrupt},
	{"gap", read_gap},
	{"duplicate", read_duplicate},
	{"distribution", read_distribution},
	{"rate", read_rate},
	{"slot", read_slot},
};
#define OPTIONS (sizeof options / sizeof options[0])

static bool read_option(struct netem *netem, struct error *err)
{
	const char *word = netem->words[netem->at++];

	for (size_t i = 0; i < OPTIONS; i++)
		if (abbreviates(word, options[i].name)) {
			netem->keyword = options[i].name;
			return options[i].read(netem, err);
		}
	return error_set(err,
	                 "unknown netem option '%s'; allowed: limit, delay, distribution, "
	                 "loss, corrupt, duplicate, reorder, gap, rate, slot",
	                 word);
}

/* What only the whole can tell; the rules are tc's. */
static bool check_whole(const struct netem *netem, struct error *err)
{
	if (netem->count == 0)
		return error_set(err, "no netem option given: use one such as 'delay 100ms'");
	if (netem->reorder > 0 && netem->delay.time_ns == 0)
		return error_set(err, "'reorder' needs a 'delay': only an undelayed frame can overtake delayed ones");
	if (netem->gap > 0 && netem->reorder == 0)
		return error_set(err, "'gap' needs 'reorder': it sets how often a frame is reordered");
	if (netem->has_distribution && (netem->delay.time_ns == 0 || netem->delay.jitter_ns == 0))
		return error_set(err, "'distribution' needs a 'delay' with jitter");
	return true;
}

/* -- a whole line -- */

/* Cuts @p text into its words. */
static bool cut(struct netem *netem, char *text, struct error *err)
{
	char *rest = NULL;

	for (char *word = strtok_r(text, " \t\n", &rest); word != NULL; word = strtok_r(NULL, " \t\n", &rest)) {
		if (netem->count == NETEM_WORDS_MAX)
			return error_set(err, "too many words, from '%s' on: at most %d are allowed", word, NETEM_WORDS_MAX);
		netem->words[netem->count++] = word;
	}
	return true;
}

bool netem_parse(const char *text, const struct fault *base, struct fault ret_faults[NETEM_FAULTS_MAX], size_t *ret_count,
                 struct error *err)
{
	struct netem netem = {.delay = {.distribution = NETEM_DISTRIBUTION}};
	char copy[TEXT_MAX];

	if (strlen(text) >= sizeof copy)
		return error_set(err, "the text is longer than %zu bytes", sizeof copy - 1);
	(void)snprintf(copy, sizeof copy, "%s", text);
	if (!cut(&netem, copy, err))
		return false;
	while (netem.at < netem.count)
		if (!read_option(&netem, err))
			return false;
	if (!check_whole(&netem, err))
		return false;
	*ret_count = netem_make(&netem, base, ret_faults);
	return true;
}
