/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the range between a value that fails so and one that does not is cut into four,
 * three values are asked at once, and what is left is a quarter. Where the range spans several
 * orders of magnitude it is cut by ratio. Values have three digits, so that a border is one that
 * can be said. Then some values on either side of a border are asked, farther away from it: where
 * one of them is on the wrong side, the border is not sharp. Above, values grow by four, and so
 * that no hole just above the lower border stays unseen, a quarter more and twice as much are asked
 * with them.
 */
#include "harness/search/magnitude.h"

#include <string.h>

#include "lib/base/param.h"

/* Values that are asked for at once. */
#define CUTS 3
/* A border is looked for as finely as this share of it. */
#define SHARE 100
/* Digits that a value has. */
#define DIGITS_ONE 1000
/* Larger values that are asked for at once. */
#define LARGER_MAX 8
/* From this ratio on a range is cut by ratio. */
#define RATIO 8

static uint64_t rounded(uint64_t value)
{
	uint64_t unit = 1;

	while (value / unit >= DIGITS_ONE)
		unit *= 10;
	return (value + unit / 2) / unit * unit;
}

__extension__ typedef unsigned __int128 wide;

/* The geometric mean, rounded down: whole numbers are the same on every machine. */
static uint64_t mean_ratio(uint64_t a, uint64_t b)
{
	const wide product = (wide)a * b;
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 63; bit > 0; bit >>= 1)
		if ((wide)(root | bit) * (root | bit) <= product)
			root |= bit;
	return root;
}

/* The @p k-th of CUTS values between both, in the order from @p low to @p high. */
static uint64_t cut(uint64_t low, uint64_t high, unsigned k, uint64_t step)
{
	const uint64_t from = low > step ? low : step;
	uint64_t value = low + (high - low) / (CUTS + 1) * k + (high - low) % (CUTS + 1) * k / (CUTS + 1);

	if (high / from >= RATIO) {
		const uint64_t middle = mean_ratio(from, high);
		value = k == 1 ? mean_ratio(from, middle) : k == 2 ? middle : mean_ratio(middle, high);
	}
	const uint64_t round = rounded(value);
	return round > low && round < high ? round : value;
}

/* Values strictly between both, increasing. */
static size_t cut_range(uint64_t low, uint64_t high, uint64_t step, uint64_t ret_values[CUTS])
{
	size_t count = 0;

	for (unsigned k = 1; k <= CUTS; k++) {
		const uint64_t value = cut(low, high, k, step);
		if (value > low && value < high && (count == 0 || value > ret_values[count - 1]))
			ret_values[count++] = value;
	}
	return count;
}

static bool is_near(const struct magnitude *magnitude, uint64_t fails, uint64_t passes)
{
	const uint64_t apart = fails > passes ? fails - passes : passes - fails, fine = fails / SHARE;

	return apart <= (fine > magnitude->step ? fine : magnitude->step);
}

/* A border as it is looked for. */
struct border {
	uint64_t *fails, *passes; /* the values on both sides of it */
	bool *is_sharp;
	uint64_t *odd;
};

static struct border border_below(struct borders *borders)
{
	return (struct border){&borders->low, &borders->below, &borders->sharp_below, &borders->odd_below};
}

static struct border border_above(struct borders *borders)
{
	return (struct border){&borders->high, &borders->above, &borders->sharp_above, &borders->odd_above};
}

/* What is not known shows nothing, and so no sharp border either. */
static void compare(const struct border *border, uint64_t value, enum answer answer, enum answer wanted)
{
	if (answer == wanted)
		return;
	if (answer != ANSWER_UNKNOWN && *border->odd == 0)
		*border->odd = value;
	*border->is_sharp = false;
}

/*
 * Takes what was answered about values between both sides, increasing: the nearest value to what
 * fails that does not fail so is the new limit, and the one before it is the new value.
 */
static void take(const struct border *border, const uint64_t *values, const enum answer *answers, size_t count)
{
	const bool down = *border->passes < *border->fails;
	bool beyond = false;

	for (size_t i = 0; i < count; i++) {
		const size_t at = down ? count - 1 - i : i;
		const bool does = answers[at] == ANSWER_SAME;
		if (beyond)
			compare(border, values[at], answers[at], ANSWER_OTHER);
		else if (does)
			*border->fails = values[at];
		else
			*border->passes = values[at];
		beyond = beyond || !does;
	}
}

/* Narrows the range between both sides, from that of what fails. @return false: it is over. */
static bool narrow(const struct magnitude *magnitude, const struct border *border)
{
	while (!is_near(magnitude, *border->fails, *border->passes)) {
		const uint64_t fails = *border->fails, passes = *border->passes;
		uint64_t values[CUTS] = {0};
		enum answer answers[CUTS];
		const size_t count = passes < fails ? cut_range(passes, fails, magnitude->step, values)
		                                    : cut_range(fails, passes, magnitude->step, values);
		if (count == 0)
			return true;
		if (!magnitude->ask(magnitude->ctx, values, count, answers))
			return false;
		take(border, values, answers, count);
	}
	return true;
}

/* -- below -- */

static bool ask_one(const struct magnitude *magnitude, uint64_t value, enum answer *ret_answer)
{
	return magnitude->ask(magnitude->ctx, &value, 1, ret_answer);
}

/*
 * What holds elsewhere is asked first: it is the border here too, or on one side of it.
 * @param borders Comes nearer to the border; has_below if one was found that need not be the
 * nearest.
 * @return false: it is over.
 */
static bool take_hint(const struct magnitude *magnitude, struct borders *borders, bool *ret_is_near)
{
	const struct borders *hint = magnitude->hint;
	const struct border border = border_below(borders);
	enum answer answers[2];

	*ret_is_near = false;
	if (hint == NULL || !hint->low_is_found || !hint->has_below || hint->low >= borders->low || hint->below < magnitude->least)
		return true;
	const uint64_t values[2] = {hint->below, hint->low};
	if (!magnitude->ask(magnitude->ctx, values, 2, answers))
		return false;
	if (answers[1] == ANSWER_SAME)
		borders->low = answers[0] == ANSWER_SAME ? hint->below : hint->low;
	else if (answers[0] == ANSWER_SAME)
		compare(&border, hint->below, answers[0], ANSWER_OTHER);
	borders->has_below = answers[0] != ANSWER_SAME || answers[1] != ANSWER_SAME;
	borders->below = answers[1] != ANSWER_SAME ? hint->low : hint->below;
	*ret_is_near = answers[1] == ANSWER_SAME && answers[0] != ANSWER_SAME;
	return true;
}

/*
 * The least there is, and a sixteenth, a quarter and a half of the value: the border is likelier
 * near it than orders of magnitude below.
 * @return false: it is over.
 */
static bool begin_below(const struct magnitude *magnitude, struct borders *borders)
{
	const struct border border = border_below(borders);
	uint64_t values[4] = {magnitude->least};
	enum answer answers[4];
	size_t count = 1;

	for (unsigned part = 16; part >= 2; part /= part == 16 ? 4 : 2)
		if (rounded(borders->low / part) > values[count - 1] && rounded(borders->low / part) < borders->low)
			values[count++] = rounded(borders->low / part);
	if (!magnitude->ask(magnitude->ctx, values, count, answers))
		return false;
	borders->has_below = false;
	for (size_t i = 0; i < count; i++)
		borders->has_below = borders->has_below || answers[i] != ANSWER_SAME;
	borders->below = magnitude->least;
	if (borders->has_below)
		take(&border, values, answers, count);
	else
		borders->low = magnitude->least;
	return true;
}

static bool find_below(const struct magnitude *magnitude, const struct borders *known, struct borders *borders, bool *ret_is_near)
{
	const struct border border = border_below(borders);
	enum answer answer = ANSWER_UNKNOWN;

	*ret_is_near = false;
	if (borders->low <= magnitude->least)
		return true;
	/*
	 * A border that still holds: its value fails so, being the one at which the search begins.
	 */
	if (known != NULL && known->has_below) {
		if (!ask_one(magnitude, known->below, &answer))
			return false;
		borders->below = known->below;
		borders->has_below = answer != ANSWER_SAME;
		if (borders->has_below)
			return true;
		borders->low = known->below;
	} else if (!take_hint(magnitude, borders, ret_is_near)) {
		return false;
	}
	if (*ret_is_near || borders->low <= magnitude->least)
		return true;
	if (!borders->has_below && !begin_below(magnitude, borders))
		return false;
	return !borders->has_below || narrow(magnitude, &border);
}

/* -- above -- */

/*
 * A quarter more than the lower border, and twice as much, as far as these are below the limit.
 * @return how many.
 */
static size_t probes_above(const struct magnitude *magnitude, uint64_t low, uint64_t limit, uint64_t ret_values[2])
{
	const uint64_t from = low > magnitude->step ? low : magnitude->step;
	size_t count = 0;

	if (from >= limit / 2)
		return 0;
	if (rounded(from + (from + 3) / 4) > from && rounded(from + (from + 3) / 4) < rounded(2 * from))
		ret_values[count++] = rounded(from + (from + 3) / 4);
	if (rounded(2 * from) < limit)
		ret_values[count++] = rounded(2 * from);
	return count;
}

/* As take_hint(); what is asked above any border is asked too. */
static bool take_hint_above(const struct magnitude *magnitude, struct borders *borders)
{
	const struct borders *hint = magnitude->hint;
	const struct border border = border_above(borders);
	uint64_t values[5];
	enum answer answers[5];

	if (hint == NULL || !hint->high_is_found || !hint->has_above || hint->high <= borders->low || hint->above >= magnitude->most)
		return true;
	const size_t before = probes_above(magnitude, borders->low, hint->high, values);
	values[before] = hint->high;
	values[before + 1] = hint->above;
	values[before + 2] = magnitude->most;
	if (!magnitude->ask(magnitude->ctx, values, before + 3, answers))
		return false;
	borders->has_above = answers[before + 1] != ANSWER_SAME;
	for (size_t i = 0; i <= before; i++)
		borders->has_above = borders->has_above && answers[i] == ANSWER_SAME;
	if (!borders->has_above)
		return true;
	borders->high = hint->high;
	borders->above = hint->above;
	compare(&border, magnitude->most, answers[before + 2], ANSWER_OTHER);
	return true;
}

/*
 * Ever larger values, each four times the one before, but for two near the lower border; the last
 * one is the most that there is.
 */
static size_t begin_above(const struct magnitude *magnitude, const struct borders *borders, uint64_t ret_values[LARGER_MAX])
{
	const uint64_t from = borders->high > magnitude->step ? borders->high : magnitude->step;
	size_t count = probes_above(magnitude, borders->high, magnitude->most, ret_values);

	for (uint64_t value = from > magnitude->most / 4 ? magnitude->most : from * 4; count < LARGER_MAX;) {
		ret_values[count++] = rounded(value) < magnitude->most ? rounded(value) : magnitude->most;
		if (ret_values[count - 1] == magnitude->most)
			break;
		value = count == LARGER_MAX - 1 || value > magnitude->most / 4 ? magnitude->most : value * 4;
	}
	return count;
}

static bool find_above(const struct magnitude *magnitude, struct borders *borders)
{
	const struct border border = border_above(borders);
	uint64_t values[LARGER_MAX];
	enum answer answers[LARGER_MAX];

	if (!take_hint_above(magnitude, borders))
		return false;
	if (borders->has_above || borders->high >= magnitude->most)
		return true;
	const size_t count = begin_above(magnitude, borders, values);
	/* All at once. */
	if (!magnitude->ask(magnitude->ctx, values, count, answers))
		return false;
	for (size_t i = 0; i < count; i++) {
		/*
		 * What comes behind a value that does not fail so must not fail so either, or the
		 * border is not sharp.
		 */
		if (borders->has_above)
			compare(&border, values[i], answers[i], ANSWER_OTHER);
		else if (answers[i] == ANSWER_SAME)
			borders->high = values[i];
		else
			borders->above = values[i];
		borders->has_above = borders->has_above || answers[i] != ANSWER_SAME;
	}
	return !borders->has_above || narrow(magnitude, &border);
}

/* -- sharpness -- */

/*
 * Below the lower border at nine tenths and a half. @param few At nine tenths only. @return how
 * many.
 */
static size_t probes_below(const struct magnitude *magnitude, const struct borders *borders, bool few, uint64_t ret_values[2])
{
	const uint64_t below = borders->below;
	size_t count = 0;

	if (borders->has_below && below / 10 * 9 > magnitude->least && below / 10 * 9 < below)
		ret_values[count++] = rounded(below / 10 * 9);
	if (!few && borders->has_below && below / 2 > magnitude->least)
		ret_values[count++] = rounded(below / 2);
	return count;
}

/*
 * Below the lower border, and above it, up to the value that it began with, at four places between.
 * @param few Of a border that is the same elsewhere: at the nearest of each.
 */
static bool probe(const struct magnitude *magnitude, uint64_t began, bool few, struct borders *borders)
{
	const struct border border = border_below(borders);
	const uint64_t low = borders->low;
	const uint64_t gap = began > low ? began - low : 0;
	uint64_t values[6];
	enum answer answers[6];
	const size_t below = probes_below(magnitude, borders, few, values);
	size_t count = below;

	for (unsigned eighths = 1; borders->has_below && gap > 16 * magnitude->step && eighths < (few ? 2 : 8); eighths += 2)
		values[count++] = rounded(low + gap / 8 * eighths) > low ? rounded(low + gap / 8 * eighths) : low + gap / 8 * eighths;
	if (count == 0)
		return true;
	if (!magnitude->ask(magnitude->ctx, values, count, answers))
		return false;
	for (size_t i = 0; i < count; i++)
		compare(&border, values[i], answers[i], i < below ? ANSWER_OTHER : ANSWER_SAME);
	return true;
}

void magnitude_judge(const struct magnitude *magnitude, struct borders *borders)
{
	const struct border border = border_below(borders);
	const uint64_t odd = borders->odd_below;
	uint64_t values[3];
	enum answer answers[3];
	size_t count = probes_below(magnitude, borders, false, values);

	/* What spoke against it before is asked again: it may be as it should by now. */
	if (odd != 0)
		values[count++] = odd;
	if (!borders->low_is_found || count == 0)
		return;
	borders->low_is_found = magnitude->ask(magnitude->ctx, values, count, answers);
	borders->sharp_below = true;
	borders->odd_below = 0;
	for (size_t i = 0; i < count; i++)
		compare(&border, values[i], answers[i],
		        values[i] >= borders->low && values[i] <= borders->high ? ANSWER_SAME : ANSWER_OTHER);
}

void magnitude_find_low(const struct magnitude *magnitude, uint64_t value, struct borders *borders)
{
	const struct borders known = *borders;
	const bool is_known = known.low_is_found && known.low == value;

	bool is_near;

	*borders = (struct borders){.low = value, .high = value, .sharp_below = true, .sharp_above = true};
	if (!find_below(magnitude, is_known ? &known : NULL, borders, &is_near))
		return;
	/*
	 * A border that holds as it was counts as it did until all else is as it will be: see
	 * magnitude_judge().
	 */
	if (is_known && borders->low == known.low) {
		borders->sharp_below = known.sharp_below;
		borders->odd_below = known.odd_below;
	} else if (!probe(magnitude, value, is_near, borders)) {
		return;
	}
	borders->high = borders->low;
	borders->low_is_found = true;
}

void magnitude_find_high(const struct magnitude *magnitude, struct borders *borders)
{
	borders->high = borders->low;
	borders->has_above = false;
	borders->sharp_above = true;
	borders->odd_above = 0;
	borders->high_is_found = find_above(magnitude, borders);
}

/* -- the parameters -- */

const struct param *magnitude_of(const struct action *action)
{
	return action->amount != NULL ? param_find(action->params, action->amount) : NULL;
}

void magnitude_limits(const struct param *param, uint64_t deadline_ns, struct magnitude *ret_magnitude)
{
	const bool is_time = param->unit == UNIT_DURATION;

	ret_magnitude->least = param->min > 0 ? param->min : is_time ? 1 : 0;
	ret_magnitude->most = param->max;
	ret_magnitude->step = is_time ? 1000 : 1;
	if (is_time && (ret_magnitude->most == 0 || ret_magnitude->most > deadline_ns))
		ret_magnitude->most = deadline_ns;
	if (ret_magnitude->most == 0)
		ret_magnitude->most = 64;
}
