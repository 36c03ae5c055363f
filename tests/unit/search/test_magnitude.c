/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/magnitude.h"

#include <string.h>

#include "lib/base/param.h"
#include "lib/sim/sim.h"
#include "tests/test.h"

extern const CU_TestInfo tests_magnitude[];

/* Values from low to high fail so, but for a hole, and perhaps an island below. */
struct magnitude_fixture {
	uint64_t low, high;
	uint64_t hole_from, hole_until, island_from, island_until;
	uint64_t unknown; /* cannot be told; 0: none */
	size_t asked, limit;
};

static bool is_in(uint64_t value, uint64_t from, uint64_t until)
{
	return value >= from && value < until;
}

static bool ask(void *ctx, const uint64_t *values, size_t count, enum answer *ret_answers)
{
	struct magnitude_fixture *f = ctx;

	for (size_t i = 0; i < count; i++) {
		const uint64_t value = values[i];
		bool fails = value >= f->low && value <= f->high && !is_in(value, f->hole_from, f->hole_until);
		fails = fails || is_in(value, f->island_from, f->island_until);
		ret_answers[i] = f->unknown != 0 && value == f->unknown ? ANSWER_UNKNOWN : fails ? ANSWER_SAME : ANSWER_OTHER;
		if (f->limit > 0 && f->asked == f->limit) {
			ret_answers[i] = ANSWER_UNKNOWN;
			return false;
		}
		f->asked++;
	}
	return true;
}

static struct magnitude magnitude_over(struct magnitude_fixture *f)
{
	return (struct magnitude){.least = 1, .most = 1800 * SIM_S, .step = 1000, .ask = ask, .ctx = f};
}

static struct borders find(struct magnitude_fixture *f, uint64_t value)
{
	const struct magnitude magnitude = magnitude_over(f);
	struct borders borders = {0};

	magnitude_find_low(&magnitude, value, &borders);
	magnitude_find_high(&magnitude, &borders);
	return borders;
}

/* The true border lies between what fails and what does not, which are a hundredth apart. */
static void check_low(const struct borders *borders, uint64_t border)
{
	CU_ASSERT_TRUE(borders->low_is_found && borders->has_below);
	CU_ASSERT_TRUE(borders->low >= border && borders->below < border);
	CU_ASSERT_TRUE(borders->low - borders->below <= border / 99 + 1000);
}

static void the_smallest_that_fails_is_found(void)
{
	static const uint64_t places[] = {5000, 77 * SIM_MS, SIM_S, 23456789012, 61150 * SIM_MS, 69 * SIM_S};

	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		struct magnitude_fixture f = {.low = places[i], .high = UINT64_MAX};
		const struct borders borders = find(&f, 70 * SIM_S);
		check_low(&borders, places[i]);
		CU_ASSERT_TRUE(borders.sharp_below && borders.sharp_above && !borders.has_above && borders.high_is_found);
		CU_ASSERT_EQUAL(borders.high, 1800 * SIM_S);
		CU_ASSERT_TRUE(f.asked < 50);
		/*
		 * Nothing changed, so nothing is judged otherwise, and what is asked was asked
		 * before.
		 */
		const struct magnitude magnitude = magnitude_over(&f);
		struct borders again = borders;
		magnitude_judge(&magnitude, &again);
		CU_ASSERT_EQUAL(memcmp(&again, &borders, sizeof again), 0);
	}
}

static void values_have_three_digits(void)
{
	struct magnitude_fixture f = {.low = 61150 * SIM_MS, .high = UINT64_MAX};
	const struct borders borders = find(&f, 70123456789);

	CU_ASSERT_EQUAL(borders.low % (100 * SIM_MS), 0);
	CU_ASSERT_EQUAL(borders.below % (100 * SIM_MS), 0);
}

static void both_borders_are_found(void)
{
	struct magnitude_fixture f = {.low = 30 * SIM_S, .high = 72 * SIM_S};
	const struct borders borders = find(&f, 40 * SIM_S);

	check_low(&borders, 30 * SIM_S);
	CU_ASSERT_TRUE(borders.has_above && borders.high <= 72 * SIM_S && borders.above > 72 * SIM_S);
	CU_ASSERT_TRUE(borders.above - borders.high <= SIM_S);
	CU_ASSERT_TRUE(borders.sharp_below && borders.sharp_above);
}

static void even_the_least_may_fail(void)
{
	struct magnitude_fixture f = {.low = 0, .high = UINT64_MAX};
	const struct borders borders = find(&f, SIM_S);

	CU_ASSERT_TRUE(borders.low_is_found && !borders.has_below);
	CU_ASSERT_EQUAL(borders.low, 1);
}

static void a_border_with_exceptions_is_not_sharp(void)
{
	struct magnitude_fixture below = {.low = 30 * SIM_S, .high = UINT64_MAX, .island_from = 10 * SIM_S, .island_until = 20 * SIM_S};
	struct magnitude_fixture hole = {.low = 30 * SIM_S, .high = UINT64_MAX, .hole_from = 40 * SIM_S, .hole_until = 43 * SIM_S};
	struct borders borders = find(&below, 60 * SIM_S);

	CU_ASSERT_FALSE(borders.sharp_below);
	borders = find(&hole, 60 * SIM_S);
	CU_ASSERT_FALSE(borders.sharp_below);
	/* What was seen all the same: this value fails so, and that one does not. */
	CU_ASSERT_TRUE(borders.low >= 30 * SIM_S && borders.has_below);
}

static void a_border_that_holds_is_not_looked_for_again(void)
{
	struct magnitude_fixture f = {.low = 30 * SIM_S, .high = UINT64_MAX};
	const struct magnitude magnitude = magnitude_over(&f);
	struct borders borders = {0}, before;

	magnitude_find_low(&magnitude, 60 * SIM_S, &borders);
	before = borders;
	f.asked = 0;
	magnitude_find_low(&magnitude, borders.low, &borders);
	CU_ASSERT_EQUAL(f.asked, 1);
	CU_ASSERT_EQUAL(memcmp(&before, &borders, sizeof borders), 0);
	/* One that has moved is. */
	f.low = 10 * SIM_S;
	magnitude_find_low(&magnitude, borders.low, &borders);
	check_low(&borders, 10 * SIM_S);
}

/*
 * Something else became smaller, and with it the border, which is where it was, became one with
 * exceptions; or was rid of them.
 */
static void a_border_that_was_kept_is_judged_as_it_is_in_the_end(void)
{
	struct magnitude_fixture f = {.low = 30 * SIM_S, .high = UINT64_MAX};
	const struct magnitude magnitude = magnitude_over(&f);
	struct borders borders = {0};

	for (unsigned time = 0; time < 2; time++) {
		magnitude_find_low(&magnitude, time == 0 ? 60 * SIM_S : borders.low, &borders);
		CU_ASSERT_TRUE(borders.low_is_found && borders.sharp_below);
	}
	f.island_from = 26 * SIM_S;
	f.island_until = 28 * SIM_S;
	magnitude_find_low(&magnitude, borders.low, &borders);
	magnitude_find_high(&magnitude, &borders);
	magnitude_judge(&magnitude, &borders);
	check_low(&borders, 30 * SIM_S);
	CU_ASSERT_FALSE(borders.sharp_below);
	CU_ASSERT_TRUE(is_in(borders.odd_below, f.island_from, f.island_until));
	f.island_until = 0;
	magnitude_judge(&magnitude, &borders);
	CU_ASSERT_TRUE(borders.low_is_found && borders.sharp_below);
	CU_ASSERT_EQUAL(borders.odd_below, 0);
	/* What could not be asked is not said. */
	f.limit = f.asked;
	magnitude_judge(&magnitude, &borders);
	CU_ASSERT_FALSE(borders.low_is_found);
}

/* The next value that is tried without these is four times as much. */
static void a_hole_just_above_the_border_is_seen(void)
{
	static const uint64_t holes[][2] = {{36, 39}, {55, 65}, {36, 100}};

	for (size_t i = 0; i < sizeof holes / sizeof holes[0]; i++) {
		struct magnitude_fixture f = {
			.low = 30 * SIM_S, .high = UINT64_MAX, .hole_from = holes[i][0] * SIM_S, .hole_until = holes[i][1] * SIM_S};
		const struct borders borders = find(&f, 30 * SIM_S);
		check_low(&borders, 30 * SIM_S);
		CU_ASSERT_TRUE(borders.high_is_found && borders.has_above && borders.above >= f.hole_from);
		CU_ASSERT_TRUE(borders.high < f.hole_from && borders.above < f.hole_until);
		CU_ASSERT_FALSE(borders.sharp_above);
		CU_ASSERT_TRUE(borders.odd_above >= f.hole_until);
	}
}

/* Nor does one stay unseen below an upper border that is the same elsewhere. */
static void a_hint_hides_no_hole(void)
{
	struct magnitude_fixture f = {.low = 30 * SIM_S, .high = 300 * SIM_S};
	const struct borders hint = find(&f, 40 * SIM_S);
	struct magnitude magnitude = magnitude_over(&f);
	struct borders borders = {0};

	magnitude.hint = &hint;
	f.hole_from = 55 * SIM_S;
	f.hole_until = 65 * SIM_S;
	magnitude_find_low(&magnitude, 40 * SIM_S, &borders);
	magnitude_find_high(&magnitude, &borders);
	CU_ASSERT_TRUE(borders.has_above && borders.high < 55 * SIM_S && borders.above < 65 * SIM_S);
	CU_ASSERT_FALSE(borders.sharp_above);
}

static void a_hint_that_holds_is_taken_and_one_that_does_not_misleads_nobody(void)
{
	struct magnitude_fixture f = {.low = 30 * SIM_S, .high = 90 * SIM_S};
	const struct borders hint = find(&f, 60 * SIM_S);
	struct magnitude magnitude = magnitude_over(&f);
	static const uint64_t lows[] = {30, 10, 29, 31, 55}, highs[] = {90, 80, 100, 900, 91};

	magnitude.hint = &hint;
	for (size_t i = 0; i < sizeof lows / sizeof lows[0]; i++) {
		struct borders borders = {0};
		f.low = lows[i] * SIM_S;
		f.high = highs[i] * SIM_S;
		f.asked = 0;
		magnitude_find_low(&magnitude, 60 * SIM_S, &borders);
		magnitude_find_high(&magnitude, &borders);
		check_low(&borders, lows[i] * SIM_S);
		CU_ASSERT_TRUE(borders.has_above && borders.high <= highs[i] * SIM_S && borders.above > highs[i] * SIM_S);
		if (i == 0)
			CU_ASSERT_TRUE(f.asked <= 9);
	}
}

static void what_ends_early_has_no_border(void)
{
	for (size_t limit = 1; limit < 12; limit++) {
		struct magnitude_fixture f = {.low = 30 * SIM_S, .high = UINT64_MAX, .limit = limit};
		const struct borders borders = find(&f, 60 * SIM_S);
		CU_ASSERT_FALSE(borders.low_is_found);
		CU_ASSERT_TRUE(borders.low >= 30 * SIM_S);
	}
}

/* What cannot be told is never taken for a failure of that kind. */
static void what_is_not_known_is_not_taken(void)
{
	struct magnitude_fixture f = {.low = 0, .high = UINT64_MAX, .unknown = 1};
	const struct borders borders = find(&f, SIM_S);

	CU_ASSERT_TRUE(borders.low > 1);
}

/*
 * Nor for a session that does not fail so: a border is sharp only if what lies beyond it is known.
 */
static void a_border_with_what_is_not_known_beyond_is_not_sharp(void)
{
	/* Half of what lies below the border, and the most that there is. */
	struct magnitude_fixture below = {.low = 30 * SIM_S, .high = UINT64_MAX}, above = {.low = 30 * SIM_S, .high = 72 * SIM_S};
	struct borders borders = find(&below, 60 * SIM_S);

	CU_ASSERT_TRUE(borders.sharp_below);
	below.unknown = borders.below / 10 * 9 / (100 * SIM_MS) * (100 * SIM_MS);
	for (uint64_t near = 0; near < 2 && borders.sharp_below; near++, below.unknown += 100 * SIM_MS)
		borders = find(&below, 60 * SIM_S);
	CU_ASSERT_FALSE(borders.sharp_below);
	above.unknown = 1800 * SIM_S;
	CU_ASSERT_FALSE(find(&above, 60 * SIM_S).sharp_above);
}

/* The most is no round number. */
static void no_value_is_beyond_the_most(void)
{
	struct magnitude_fixture f = {.low = 1, .high = 1799600 * SIM_MS};
	struct magnitude magnitude = magnitude_over(&f);
	struct borders borders = {.low = 449876 * SIM_MS};

	magnitude.most = 1799600 * SIM_MS;
	magnitude_find_high(&magnitude, &borders);
	CU_ASSERT_TRUE(borders.high_is_found && !borders.has_above);
	CU_ASSERT_EQUAL(borders.high, magnitude.most);
}

static void amounts_of_actions_are_numbers_of_theirs(void)
{
	size_t with = 0;

	for (size_t i = 0; action_at(i) != NULL; i++) {
		const struct param *param = magnitude_of(action_at(i));
		if (param == NULL)
			continue;
		with++;
		CU_ASSERT_EQUAL(param->type, PARAM_QUANTITY);
		struct action_params params;
		memset(&params, 0, sizeof params);
		param_set_quantity(param, &params, 7);
		CU_ASSERT_EQUAL(param_quantity(param, &params), 7);
	}
	CU_ASSERT_TRUE(with >= 17);
}

const CU_TestInfo tests_magnitude[] = {
	{"the smallest that fails is found", the_smallest_that_fails_is_found},
	{"values have three digits", values_have_three_digits},
	{"both borders are found", both_borders_are_found},
	{"even the least may fail", even_the_least_may_fail},
	{"a border with exceptions is not sharp", a_border_with_exceptions_is_not_sharp},
	{"a border that holds is not looked for again", a_border_that_holds_is_not_looked_for_again},
	{"a border that was kept is judged as it is in the end", a_border_that_was_kept_is_judged_as_it_is_in_the_end},
	{"a hole just above the border is seen", a_hole_just_above_the_border_is_seen},
	{"a hint hides no hole", a_hint_hides_no_hole},
	{"a hint that holds is taken and one that does not misleads nobody",
         a_hint_that_holds_is_taken_and_one_that_does_not_misleads_nobody},
	{"what ends early has no border", what_ends_early_has_no_border},
	{"what is not known is not taken", what_is_not_known_is_not_taken},
	{"a border with what is not known beyond is not sharp", a_border_with_what_is_not_known_beyond_is_not_sharp},
	{"no value is beyond the most", no_value_is_beyond_the_most},
	{"amounts of actions are numbers of theirs", amounts_of_actions_are_numbers_of_theirs},
	CU_TEST_INFO_NULL,
};
