/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/shrink_told.h"

#include <stdlib.h>

#include "lib/base/memory.h"
#include "reports/search/told.h"

static void tell_stages(json_t *told, const struct shrunk *shrunk)
{
	static const char *const columns[] = {"stage", "left", "sessions", NULL};
	json_t *table = told_table(told, "How it became smaller", columns);

	for (size_t i = 0; i < shrunk->stage_count; i++) {
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "%s", shrunk->stages[i].name);
		told_cell(row, TOLD_PLAIN, NULL, "%zu", shrunk->stages[i].left);
		told_cell(row, TOLD_PLAIN, NULL, "%zu", shrunk->stages[i].sessions);
	}
}

static void show_amount(const struct param *param, uint64_t value, char ret_text[UNIT_TEXT_MAX])
{
	if (param->unit == UNIT_DURATION)
		(void)unit_show_duration(value, ret_text);
	else
		(void)unit_format(param->unit, value, ret_text);
}

/*
 * What the values beyond the borders came to in the end is told, not what they came to while other
 * amounts were larger.
 */
static void tell_borders(json_t *row, const struct shrunk_part *part)
{
	static const char *const answers[] = {"is not known", "does so too", "does not"};
	const struct borders *borders = &part->borders;
	char low[UNIT_TEXT_MAX], below[UNIT_TEXT_MAX], high[UNIT_TEXT_MAX], above[UNIT_TEXT_MAX];

	if (!part->has_magnitude) {
		for (int i = 0; i < 3; i++)
			told_cell(row, TOLD_PLAIN, NULL, "-");
		return;
	}
	show_amount(part->magnitude, borders->low, low);
	show_amount(part->magnitude, borders->below, below);
	show_amount(part->magnitude, borders->high, high);
	show_amount(part->magnitude, borders->above, above);
	if (borders->has_below)
		told_cell(row, part->below == ANSWER_OTHER ? TOLD_PLAIN : TOLD_UNKNOWN, NULL, "%s %s fails so, %s %s", part->magnitude->key,
		          low, below, answers[part->below]);
	else
		told_cell(row, TOLD_PLAIN, NULL, "%s %s fails so%s", part->magnitude->key, low,
		          borders->low_is_found ? ", the least there is" : "; not looked for further");
	if (borders->has_above)
		told_cell(row, part->above == ANSWER_OTHER ? TOLD_PLAIN : TOLD_UNKNOWN, NULL, "%s fails so, %s %s", high, above,
		          answers[part->above]);
	else
		told_cell(row, TOLD_PLAIN, NULL, borders->high_is_found ? "none up to %s" : "not looked for", high);
	const bool is_sharp = shrunk_is_sharp(part);
	told_cell(row, is_sharp ? TOLD_PLAIN : TOLD_UNKNOWN, NULL, "%s",
	          !borders->low_is_found || !borders->high_is_found ? "not known"
	          : is_sharp                                        ? "yes"
	                                                            : "no: some values on the wrong side do otherwise");
}

static const char *way_of(unsigned direction)
{
	return direction == MATCH_TO_SERVER ? " to the server" : direction == MATCH_TO_DEVICE ? " to the device" : "";
}

/*
 * Where a part acts by itself: an address, an instant, or where its fault matches. To be released
 * with free().
 */
static char *say_where(const struct plan *plan, size_t index, const char *at, unsigned direction)
{
	if (at[0] != '\0')
		return memory_format("%s%s", at, way_of(direction));
	if (plan->replay)
		return memory_format("%.3f s", (double)plan->decisions.list[index].time / (double)SIM_S);
	return memory_format("as it matches%s", way_of(direction));
}

static void tell_parts(json_t *told, const struct shrunk *shrunk)
{
	static const char *const columns[] = {"what",         "where",        "simplest words", "without it",
	                                      "border below", "border above", "sharp",          NULL};
	static const char *const answers[] = {"not known", "fails so all the same", "does not fail so"};
	const struct plan *plan = &shrunk->smallest.plan;
	json_t *table = told_table(told, shrunk->of_faults ? "The faults that are left" : "The decisions that are left", columns);

	for (size_t i = 0; i < shrunk->count; i++) {
		const struct shrunk_part *part = &shrunk->parts[i];
		const struct action *action = plan->replay ? plan->decisions.list[i].action : plan->faults[i].action;
		const char *name = plan->replay ? plan->decisions.list[i].name : plan->faults[i].name;
		const char *at = plan->replay ? plan->decisions.list[i].at : plan->faults[i].match.at;
		const unsigned direction = plan->replay ? plan->decisions.list[i].direction : plan->faults[i].match.direction;
		char *where = say_where(plan, i, at, direction),
		     *simplest = say_where(plan, i, part->at[0] != '\0' ? part->at : at, direction);
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "%s '%s'", action->name, name);
		told_cell(row, TOLD_PLAIN, NULL, "%s", where);
		told_cell(row, TOLD_PLAIN, NULL, "%s", simplest);
		free(where);
		free(simplest);
		told_cell(row, part->without == ANSWER_OTHER ? TOLD_PLAIN : TOLD_UNKNOWN, NULL, "%s", answers[part->without]);
		tell_borders(row, part);
	}
}

static void tell_faults_instead(json_t *told, const struct shrunk *shrunk)
{
	char text[VERDICT_TEXT_MAX + 128];

	if (shrunk->of_faults)
		told_text(
			told,
			"Replayed by its decisions the plan does not fail in the same way (%s): ordinals have moved. So its faults were made "
			"fewer, with its seed; `stutter run` takes the result.",
			ending_say(&shrunk->decided, text, sizeof text));
}

static void tell_smallest(json_t *told, const struct shrunk *shrunk)
{
	char text[VERDICT_TEXT_MAX + 128];
	const bool is_shown = shrunk->both_sides;

	told_result(told, shrunk->state == SHRINK_DONE ? TOLD_BAD : TOLD_UNKNOWN, "%s%s", shrunk->sentence,
	            shrunk->state == SHRINK_ENDED      ? " (the search was ended: this is the smallest so far)"
	            : shrunk->state == SHRINK_UNSTEADY ? " (but not each time: see below)"
	                                               : "");
	told_text(told, "It fails so: %s.", ending_say(&shrunk->ending, text, sizeof text));
	tell_faults_instead(told, shrunk);
	if (shrunk->count == 0)
		told_text(told, "It fails so with nothing done to it: the faults have no part in it.");
	else if (is_shown)
		told_text(told,
		          "Both sides were run: with all of it the session fails so; without any one part, or beyond any one border, it "
		          "does not.");
	else
		told_text(told, "Not all of the other side was shown, so it says \"if\", not \"iff\": the table has what was.");
	if (shrunk->state == SHRINK_DONE && shrunk->proofs < SHRINK_PROOFS)
		told_text(told, "Of %u sessions from power on %u were inconclusive: `stutter shrink --resume` runs these again.",
		          SHRINK_PROOFS, SHRINK_PROOFS - shrunk->proofs);
	if (shrunk->proofs > 0 && shrunk->state != SHRINK_UNSTEADY)
		told_text(told, "From power on it came to the same %u times, with the digest %s.", shrunk->proofs, shrunk->digest);
	if (shrunk->state == SHRINK_UNSTEADY)
		told_text(told, "From power on only %u sessions came to the same digest and ending: that must not be; please report it.",
		          shrunk->proofs);
	told_link(told, SHRINK_PLAN, "the shrunk plan");
	tell_parts(told, shrunk);
	tell_stages(told, shrunk);
}

json_t *shrink_json(const struct shrunk *shrunk)
{
	json_t *json = json_object(), *stages = json_array(), *parts = json_array();

	for (size_t i = 0; i < shrunk->stage_count; i++)
		(void)json_array_append_new(stages, json_pack("{s:s, s:I, s:I}", "stage", shrunk->stages[i].name, "left",
		                                              (json_int_t)shrunk->stages[i].left, "sessions",
		                                              (json_int_t)shrunk->stages[i].sessions));
	for (size_t i = 0; i < shrunk->count; i++) {
		const struct shrunk_part *part = &shrunk->parts[i];
		const struct plan *plan = &shrunk->smallest.plan;
		const struct borders *borders = &part->borders;
		json_t *row = json_pack("{s:s, s:s, s:o}", "action",
		                        plan->replay ? plan->decisions.list[i].action->name : plan->faults[i].action->name, "at",
		                        part->at[0] != '\0' ? part->at
		                        : plan->replay      ? plan->decisions.list[i].at
		                                            : plan->faults[i].match.at,
		                        "needed",
		                        part->without == ANSWER_UNKNOWN ? json_null() : json_boolean(part->without == ANSWER_OTHER));
		if (part->has_magnitude) {
			(void)json_object_set_new(row, "amount", json_string(part->magnitude->key));
			(void)json_object_set_new(row, "low", json_integer((json_int_t)borders->low));
			if (borders->has_below && part->below == ANSWER_OTHER)
				(void)json_object_set_new(row, "below", json_integer((json_int_t)borders->below));
			if (borders->high_is_found)
				(void)json_object_set_new(row, "high", json_integer((json_int_t)borders->high));
			if (borders->has_above && part->above == ANSWER_OTHER)
				(void)json_object_set_new(row, "above", json_integer((json_int_t)borders->above));
			(void)json_object_set_new(row, "sharp", json_boolean(shrunk_is_sharp(part)));
		}
		(void)json_array_append_new(parts, row);
	}
	(void)json_object_set_new(json, "sentence", json_string(shrunk->sentence));
	(void)json_object_set_new(json, "both_sides", json_boolean(shrunk->both_sides));
	(void)json_object_set_new(json, "before", json_integer((json_int_t)shrunk->before));
	(void)json_object_set_new(json, "left", json_integer((json_int_t)shrunk->count));
	(void)json_object_set_new(json, "digest", json_string(shrunk->digest));
	(void)json_object_set_new(json, "proofs", json_integer((json_int_t)shrunk->proofs));
	(void)json_object_set_new(json, "parts", parts);
	(void)json_object_set_new(json, "stages", stages);
	return json;
}

/* -- the whole -- */

static void tell_nothing(json_t *told, const struct shrunk *shrunk, const char *why)
{
	char text[VERDICT_TEXT_MAX + 128];

	told_result(told, TOLD_UNKNOWN, "Nothing to shrink: %s.", why);
	told_text(told, "The plan's replay came to: %s.", ending_say(&shrunk->ending, text, sizeof text));
}

void shrink_tell(const struct shrunk *shrunk, json_t *told)
{
	if (shrunk->state == SHRINK_PASSES)
		tell_nothing(told, shrunk, "it passes");
	else if (shrunk->state == SHRINK_UNCLEAR)
		tell_nothing(told, shrunk,
		             shrunk->ending.kind == VERDICT_INCONCLUSIVE ? "its replay is inconclusive, and so shows nothing"
		                                                         : "it does not fail as the session did that left it");
	else if (!shrunk->has_plan)
		told_result(told, TOLD_UNKNOWN, "The search was ended before the plan had been replayed.");
	else
		tell_smallest(told, shrunk);
}
