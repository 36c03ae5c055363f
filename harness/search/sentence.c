/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A sentence says no more than sessions have shown: "iff" only where both sides of each part were
 * seen.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"
#include "lib/base/unit.h"
#include "harness/search/shrinking.h"

static const char *say_amount(const struct param *param, uint64_t value, char ret_text[UNIT_TEXT_MAX])
{
	return param->unit == UNIT_DURATION ? unit_show_duration(value, ret_text) : unit_format(param->unit, value, ret_text);
}

bool shrunk_is_sharp(const struct shrunk_part *part)
{
	return part->borders.sharp_below && part->borders.sharp_above && part->below != ANSWER_SAME && part->above != ANSWER_SAME;
}

/* A value on the wrong side of a border, if one was seen with all else as it is in the end. */
static void say_odd(struct text *sentence, const struct shrunk_part *part)
{
	const struct borders *borders = &part->borders;
	char text[UNIT_TEXT_MAX];
	const uint64_t odd = part->below == ANSWER_SAME   ? borders->below
	                     : part->above == ANSWER_SAME ? borders->above
	                     : borders->odd_below != 0    ? borders->odd_below
	                                                  : borders->odd_above;

	if (odd != 0)
		text_add(sentence, ": %s %s", say_amount(part->magnitude, odd, text),
		         odd >= borders->low && odd <= borders->high ? "does not" : "does so too");
}

/* "at least 61.2 s", "from 61.2 s to 90 s", "of 3 s". */
static void say_range(struct text *sentence, const struct shrunk_part *part)
{
	const struct borders *borders = &part->borders;
	char low[UNIT_TEXT_MAX], high[UNIT_TEXT_MAX];

	say_amount(part->magnitude, borders->low, low);
	say_amount(part->magnitude, borders->high, high);
	/* "At least" and "any" speak of larger values too. */
	if (!borders->low_is_found || !borders->high_is_found)
		text_add(sentence, "%s", low);
	else if (borders->has_below && borders->has_above)
		text_add(sentence, "from %s to %s", low, high);
	else if (borders->has_below)
		text_add(sentence, "at least %s", low);
	else if (borders->has_above)
		text_add(sentence, "at most %s", high);
	else
		text_add(sentence, "any %s, as little as %s", part->magnitude->unit == UNIT_DURATION ? "time" : "number", low);
	if (!borders->low_is_found || shrunk_is_sharp(part))
		return;
	text_add(sentence, " (the border is not sharp");
	say_odd(sentence, part);
	text_add(sentence, ")");
}

static struct words_place place_of(const struct shrunk *shrunk, size_t index)
{
	struct words_place place = {.direction = item_direction(&shrunk->smallest.plan, index)};
	const char *at = shrunk->parts[index].at[0] != '\0' ? shrunk->parts[index].at : item_at(&shrunk->smallest.plan, index);

	(void)snprintf(place.at, sizeof place.at, "%s", at);
	return place;
}

static bool is_action(const struct action *action, const char *name)
{
	return strcmp(action->name, name) == 0;
}

/* Losses, delays and outages have words of their own. */
static void say_frame(struct text *sentence, const struct shrunk *shrunk, size_t index, const char *place, bool several)
{
	const struct shrunk_part *part = &shrunk->parts[index];

	const struct action *action = item_action(&shrunk->smallest.plan, index);

	if (is_action(action, "drop")) {
		text_add(sentence, "%s %s lost", place, several ? "are" : "is");
	} else if (is_action(action, "outage")) {
		text_add(sentence, "an outage from %s on lasts ", place);
		say_range(sentence, part);
	} else if (is_action(action, "delay")) {
		text_add(sentence, "%s is delayed by ", place);
		say_range(sentence, part);
	} else {
		text_add(sentence, "%s at %s", action->name, place);
		if (!part->has_magnitude)
			return;
		text_add(sentence, " with '%s' ", part->magnitude->key);
		say_range(sentence, part);
	}
}

static void say_fault(struct text *sentence, const struct shrunk *shrunk, size_t index)
{
	const struct shrunk_part *part = &shrunk->parts[index];

	text_add(sentence, "the fault '%s' acts", item_name(&shrunk->smallest.plan, index));
	if (!part->has_magnitude)
		return;
	text_add(sentence, " with '%s' ", part->magnitude->key);
	say_range(sentence, part);
}

/* How many from @p index on are neighbours that are lost alike. */
static size_t join(const struct shrunk *shrunk, size_t index, struct words_place *place)
{
	const struct plan *plan = &shrunk->smallest.plan;
	size_t count = 1;

	*place = place_of(shrunk, index);
	while (plan->replay && index + count < shrunk->count && is_action(item_action(plan, index), "drop") &&
	       is_action(item_action(plan, index + count), "drop")) {
		const struct words_place next = place_of(shrunk, index + count);
		if (!words_join(place, &next))
			break;
		count++;
	}
	return count;
}

/* What acts at no frame and no event acts at an instant. */
static const char *say_place(const struct shrunk *shrunk, size_t index, const struct words_place *place, char *ret_text, size_t size)
{
	if (place->at[0] != '\0')
		return words_say_place(place, ret_text, size);
	(void)snprintf(ret_text, size, "%.3f s", (double)shrunk->smallest.plan.decisions.list[index].time / (double)SIM_S);
	return ret_text;
}

void shrinking_sentence(struct shrunk *shrunk)
{
	struct text sentence = text_in(shrunk->sentence, sizeof shrunk->sentence);
	struct words_place place;
	char text[FAULT_AT_MAX + 32];

	if (shrunk->count == 0) {
		text_add(&sentence, "fails so without any fault");
		return;
	}
	text_add(&sentence, "fails %s ", shrunk->both_sides ? "iff" : "if");
	for (size_t i = 0, count; i < shrunk->count; i += count) {
		count = join(shrunk, i, &place);
		text_add(&sentence, "%s", i > 0 ? " and " : "");
		if (!shrunk->smallest.plan.replay)
			say_fault(&sentence, shrunk, i);
		else
			say_frame(&sentence, shrunk, i, say_place(shrunk, i, &place, text, sizeof text), count > 1);
	}
}
