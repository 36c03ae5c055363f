/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/sweep_told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "reports/search/told.h"

#define ANY SIZE_MAX

static const char *const outcome_words[OUTCOMES] = {"survived", "failed", "hung", "inconclusive", "did not act"};
static const char *const outcome_members[OUTCOMES] = {"survived", "failed", "hung", "inconclusive", "did_not_act"};

static bool is_in(const struct sweep *sweep, size_t cell, size_t kind, size_t phase)
{
	return (kind == ANY || sweep->sampling.cells[cell].kind == kind) && (phase == ANY || sweep->sampling.cells[cell].phase == phase);
}

struct coverage_counts sweep_counts(const struct sweep *sweep, size_t kind, size_t phase)
{
	struct coverage_counts counts = {.targets = 0};

	for (size_t i = 0; i < sweep->sampling.count; i++)
		counts.targets += is_in(sweep, i, kind, phase) ? sweep->sampling.cells[i].count : 0;
	for (size_t i = 0; i < sweep->single_count; i++) {
		if (!is_in(sweep, sweep->attempts[i].cell[0], kind, phase))
			continue;
		counts.tried++;
		counts.outcomes[sweep->attempts[i].outcome]++;
	}
	return counts;
}

static size_t kills_of(const struct coverage_counts *counts)
{
	return counts->outcomes[OUTCOME_FAILED] + counts->outcomes[OUTCOME_HUNG];
}

/* The plan of the first find in a cell, for a link; NULL if there is none. */
static const char *first_plan(const struct sweep *sweep, size_t kind, size_t phase)
{
	for (size_t i = 0; i < sweep->single_count; i++)
		if (sweep_is_kill(&sweep->attempts[i]) && is_in(sweep, sweep->attempts[i].cell[0], kind, phase))
			return sweep->attempts[i].plan;
	return NULL;
}

/* -- the table of phases and kinds -- */

/* "1 of 4 failed", "4 ok": of those that were tried and acted. */
static void tell_cell(const struct sweep *sweep, json_t *row, size_t kind, size_t phase)
{
	const struct coverage_counts counts = sweep_counts(sweep, kind, phase);
	const size_t acted = counts.tried - counts.outcomes[OUTCOME_NO_ACT] - counts.outcomes[OUTCOME_INCONCLUSIVE];
	const size_t failed = counts.outcomes[OUTCOME_FAILED], hung = counts.outcomes[OUTCOME_HUNG];
	const char *plan = first_plan(sweep, kind, phase);

	if (counts.targets == 0)
		told_cell(row, TOLD_PLAIN, NULL, "%s", "");
	else if (counts.tried == 0)
		told_cell(row, TOLD_PLAIN, NULL, "not tried");
	else if (failed > 0 && hung > 0)
		told_cell(row, TOLD_BAD, plan, "%zu of %zu failed or hung", failed + hung, acted);
	else if (failed > 0 || hung > 0)
		told_cell(row, TOLD_BAD, plan, "%zu of %zu %s", failed + hung, acted, failed > 0 ? "failed" : "hung");
	else if (acted > 0)
		told_cell(row, TOLD_GOOD, NULL, "%zu ok", acted);
	else
		told_cell(row, TOLD_UNKNOWN, NULL, "%s", counts.outcomes[OUTCOME_INCONCLUSIVE] > 0 ? "inconclusive" : "did not act");
}

static void tell_kind(const struct sweep *sweep, json_t *row, size_t kind, const size_t *phases, size_t count)
{
	const struct coverage_counts counts = sweep_counts(sweep, kind, ANY);

	told_cell(row, TOLD_PLAIN, NULL, "%s", kind != ANY ? kinds[kind].name : "all");
	for (size_t i = 0; i < count; i++)
		tell_cell(sweep, row, kind, phases[i]);
	tell_cell(sweep, row, kind, ANY);
	told_cell(row, TOLD_PLAIN, NULL, "%zu of %zu", counts.tried, counts.targets);
}

static void tell_coverage(const struct sweep *sweep, json_t *told)
{
	const char *columns[TARGETS_PHASES_MAX + 4] = {"fault"};
	size_t phases[TARGETS_PHASES_MAX], count = 0;

	for (size_t i = 0; i < sweep->targets.phase_count; i++) {
		if (sweep_counts(sweep, ANY, i).targets == 0)
			continue;
		phases[count++] = i;
		columns[count] = sweep->targets.phases[i];
	}
	columns[count + 1] = "all";
	columns[count + 2] = "addresses tried";
	json_t *table = told_table(
		told, "Fault coverage: what came of each kind of fault in each phase of the update, where it was tried and acted", columns);
	for (size_t kind = 0; kinds[kind].name != NULL; kind++)
		if (sweep_counts(sweep, kind, ANY).targets > 0)
			tell_kind(sweep, told_row(table), kind, phases, count);
	tell_kind(sweep, told_row(table), ANY, phases, count);
}

static void tell_phases(const struct sweep *sweep, json_t *told)
{
	static const char *const columns[] = {"phase",        "tried",       "survived",  "failed", "hung",
	                                      "inconclusive", "did not act", "not tried", NULL};
	json_t *table = told_table(told, "By phase: faults at addresses", columns);

	for (size_t i = 0; i <= sweep->targets.phase_count; i++) {
		const size_t phase = i < sweep->targets.phase_count ? i : ANY;
		const struct coverage_counts counts = sweep_counts(sweep, ANY, phase);
		if (counts.targets == 0)
			continue;
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "%s", phase != ANY ? sweep->targets.phases[i] : "all");
		told_cell(row, TOLD_PLAIN, NULL, "%zu", counts.tried);
		for (size_t k = 0; k < OUTCOMES; k++) {
			const bool is_bad = k == OUTCOME_FAILED || k == OUTCOME_HUNG;
			const enum told_sense sense = counts.outcomes[k] == 0 ? TOLD_PLAIN : is_bad ? TOLD_BAD : TOLD_PLAIN;
			told_cell(row, sense, NULL, "%zu", counts.outcomes[k]);
		}
		told_cell(row, TOLD_PLAIN, NULL, "%zu", counts.targets - counts.tried);
	}
}

/* -- finds -- */

static size_t count_of_way(const struct sweep *sweep, size_t way)
{
	size_t count = 0;

	for (size_t i = 0; i < sweep->count; i++)
		count += sweep_is_kill(&sweep->attempts[i]) && sweep->attempts[i].way == way;
	return count;
}

static void tell_ways(const struct sweep *sweep, json_t *told)
{
	static const char *const columns[] = {"way", "faults", "how the update ends", "for example", "session", NULL};
	char text[VERDICT_TEXT_MAX + 128];

	json_t *table = told_table(told, "The ways in which it fails", columns);
	for (size_t i = 0; i < sweep->count; i++) {
		const struct attempt *attempt = &sweep->attempts[i];
		if (!attempt->is_first)
			continue;
		json_t *row = told_row(table);
		told_cell(row, TOLD_PLAIN, NULL, "%zu", attempt->way);
		told_cell(row, TOLD_PLAIN, NULL, "%zu", count_of_way(sweep, attempt->way));
		told_cell(row, TOLD_BAD, NULL, "%s", ending_say(&attempt->ending, text, sizeof text));
		told_cell(row, TOLD_PLAIN, attempt->plan, "%s", attempt->what);
		told_cell(row, TOLD_PLAIN, attempt->trace[0] != '\0' ? attempt->trace : NULL, "%s",
		          attempt->trace[0] != '\0' ? "its trace" : "");
	}
}

static void tell_replay(json_t *row, const struct attempt *attempt)
{
	switch (attempt->replayed) {
	case REPLAYED_SAME:
		told_cell(row, TOLD_GOOD, NULL, "fails in the same way");
		break;
	case REPLAYED_OTHER:
		told_cell(row, TOLD_BAD, NULL, "ends in another way");
		break;
	case REPLAYED_UNKNOWN:
		told_cell(row, TOLD_UNKNOWN, NULL, "inconclusive");
		break;
	case REPLAYED_NOT:
		told_cell(row, TOLD_UNKNOWN, NULL, "not replayed");
		break;
	}
}

static void tell_kills(const struct sweep *sweep, json_t *told)
{
	static const char *const columns[] = {"fault", "address in phase", "outcome", "way", "replay of its plan", "plan", NULL};
	json_t *table = told_table(told, "The faults that kill the update", columns);

	for (size_t way = 1; way <= sweep->ways; way++)
		for (size_t i = 0; i < sweep->count; i++) {
			const struct attempt *attempt = &sweep->attempts[i];
			if (!sweep_is_kill(attempt) || attempt->way != way)
				continue;
			json_t *row = told_row(table);
			told_cell(row, TOLD_PLAIN, NULL, "%s", attempt->what);
			told_cell(row, TOLD_PLAIN, NULL, "%s", sweep->targets.phases[sweep->targets.list[attempt->target[0]].phase]);
			told_cell(row, TOLD_BAD, NULL, "%s", outcome_words[attempt->outcome]);
			told_cell(row, TOLD_PLAIN, NULL, "%zu", way);
			tell_replay(row, attempt);
			told_cell(row, TOLD_PLAIN, attempt->plan, "%s", attempt->plan);
		}
}

/* -- all together -- */

static size_t count_pair_kills(const struct sweep *sweep)
{
	size_t kills = 0;

	for (size_t i = sweep->single_count; i < sweep->count; i++)
		kills += sweep_is_kill(&sweep->attempts[i]);
	return kills;
}

/* Single faults come first, so a way that one of them has is found by one. */
static size_t count_single_ways(const struct sweep *sweep)
{
	size_t ways = 0;

	for (size_t i = 0; i < sweep->single_count; i++)
		ways += sweep->attempts[i].is_first;
	return ways;
}

static void tell_result(const struct sweep *sweep, json_t *told)
{
	const struct coverage_counts counts = sweep_counts(sweep, ANY, ANY);
	const size_t acted = counts.tried - counts.outcomes[OUTCOME_NO_ACT] - counts.outcomes[OUTCOME_INCONCLUSIVE];
	const size_t kills = kills_of(&counts), of_pairs = count_pair_kills(sweep), ways = count_single_ways(sweep);

	if (kills > 0)
		told_result(told, TOLD_BAD, "%zu of %zu single faults %s the update of '%s' on device '%s'; it fails in %zu %s.", kills,
		            acted, kills == 1 ? "kills" : "kill", sweep->plan->name, sweep->plan->device.name, ways,
		            ways == 1 ? "way" : "ways");
	else if (of_pairs > 0)
		told_result(told, TOLD_BAD,
		            "'%s' on device '%s' survives all of the %zu single faults that acted; %zu of %zu pairs of them %s the update.",
		            sweep->plan->name, sweep->plan->device.name, acted, of_pairs, sweep->count - sweep->single_count,
		            of_pairs == 1 ? "kills" : "kill");
	else if (acted > 0 && counts.targets == counts.tried)
		told_result(told, TOLD_GOOD, "'%s' on device '%s' survives all of the %zu single faults that acted.", sweep->plan->name,
		            sweep->plan->device.name, acted);
	else if (acted > 0)
		told_result(told, TOLD_GOOD, "'%s' on device '%s' survives all of the %zu single faults that acted, a sample of %zu.",
		            sweep->plan->name, sweep->plan->device.name, acted, counts.targets);
	else
		told_result(told, TOLD_UNKNOWN, "No fault was tried that acted: nothing is known.");
	if (counts.targets > counts.tried)
		told_text(
			told,
			"%zu faults at addresses were tried, spread evenly over phases and kinds of fault; %zu were not, and nothing is known "
			"of them.",
			counts.tried, counts.targets - counts.tried);
	else if (counts.tried > 0)
		told_text(told, "All %zu faults at addresses were tried.", counts.tried);
	if (counts.outcomes[OUTCOME_NO_ACT] > 0)
		told_text(told, "%zu found nothing to act on at their address, such as a collision in full duplex. They count apart.",
		          counts.outcomes[OUTCOME_NO_ACT]);
	if (counts.outcomes[OUTCOME_INCONCLUSIVE] > 0)
		told_text(told, "%zu are inconclusive: neither survived nor failed.", counts.outcomes[OUTCOME_INCONCLUSIVE]);
}

static void tell_pairs(const struct sweep *sweep, json_t *told)
{
	size_t outcomes[OUTCOMES] = {0};

	for (size_t i = sweep->single_count; i < sweep->count; i++)
		outcomes[sweep->attempts[i].outcome]++;
	told_text(told,
	          "%zu pairs of faults were tried, each of them of two that were survived alone: %zu survived, %zu failed, %zu hung, %zu "
	          "inconclusive, %zu in which not both acted.",
	          sweep->count - sweep->single_count, outcomes[OUTCOME_SURVIVED], outcomes[OUTCOME_FAILED], outcomes[OUTCOME_HUNG],
	          outcomes[OUTCOME_INCONCLUSIVE], outcomes[OUTCOME_NO_ACT]);
}

void sweep_tell(const struct sweep *sweep, json_t *told)
{
	tell_result(sweep, told);
	if (sweep->pairs)
		tell_pairs(sweep, told);
	if (sweep->sampling.count == 0)
		return;
	tell_coverage(sweep, told);
	tell_phases(sweep, told);
	if (sweep->ways == 0)
		return;
	tell_ways(sweep, told);
	tell_kills(sweep, told);
}

/* -- JSON -- */

static void set_number(json_t *json, const char *key, size_t number)
{
	(void)json_object_set_new(json, key, json_integer((json_int_t)number));
}

static void set_text(json_t *json, const char *key, const char *text)
{
	json_t *value = json_string(text);

	(void)json_object_set_new(json, key, value != NULL ? value : json_string(""));
}

static void set_counts(json_t *json, const struct coverage_counts *counts)
{
	set_number(json, "places", counts->targets);
	set_number(json, "tried", counts->tried);
	for (size_t i = 0; i < OUTCOMES; i++)
		set_number(json, outcome_members[i], counts->outcomes[i]);
	set_number(json, "not_tried", counts->targets - counts->tried);
}

static json_t *cells_json(const struct sweep *sweep)
{
	json_t *cells = json_array();

	for (size_t kind = 0; kinds[kind].name != NULL; kind++)
		for (size_t phase = 0; phase < sweep->targets.phase_count; phase++) {
			const struct coverage_counts counts = sweep_counts(sweep, kind, phase);
			if (counts.targets == 0)
				continue;
			json_t *cell = json_object();
			set_text(cell, "kind", kinds[kind].name);
			set_text(cell, "action", kinds[kind].action);
			set_text(cell, "phase", sweep->targets.phases[phase]);
			set_counts(cell, &counts);
			(void)json_array_append_new(cells, cell);
		}
	return cells;
}

static json_t *kill_json(const struct sweep *sweep, size_t index)
{
	static const char *const words[] = {
		[REPLAYED_NOT] = "no", [REPLAYED_SAME] = "same", [REPLAYED_OTHER] = "other", [REPLAYED_UNKNOWN] = "inconclusive"};
	const struct attempt *attempt = &sweep->attempts[index];
	json_t *kill = json_object(), *faults = json_array();
	char signature[17];

	for (size_t i = 0; i < attempt->faults; i++) {
		const struct target *target = &sweep->targets.list[attempt->target[i]];
		json_t *fault = json_object();
		set_text(fault, "kind", kinds[sweep->sampling.cells[attempt->cell[i]].kind].name);
		set_text(fault, "at", target->at);
		set_text(fault, "phase", sweep->targets.phases[target->phase]);
		(void)json_array_append_new(faults, fault);
	}
	(void)snprintf(signature, sizeof signature, "%016" PRIx64, attempt->signature);
	set_text(kill, "what", attempt->what);
	(void)json_object_set_new(kill, "faults", faults);
	set_text(kill, "outcome", outcome_members[attempt->outcome]);
	set_text(kill, "judge", attempt->ending.judge);
	set_text(kill, "phase", attempt->ending.phase);
	set_text(kill, "reason", attempt->ending.reason);
	set_text(kill, "digest", attempt->ending.digest);
	set_text(kill, "signature", signature);
	set_number(kill, "way", attempt->way);
	set_text(kill, "plan", attempt->plan);
	set_text(kill, "replayed", words[attempt->replayed]);
	return kill;
}

json_t *sweep_json(const struct sweep *sweep)
{
	const struct coverage_counts counts = sweep_counts(sweep, ANY, ANY);
	json_t *json = json_object(), *all = json_object(), *phases = json_array(), *kills = json_array();

	for (size_t i = 0; i < sweep->targets.phase_count; i++)
		(void)json_array_append_new(phases, json_string(sweep->targets.phases[i]));
	for (size_t i = 0; i < sweep->count; i++)
		if (sweep_is_kill(&sweep->attempts[i]))
			(void)json_array_append_new(kills, kill_json(sweep, i));
	set_counts(all, &counts);
	set_text(json, "golden", sweep->golden.digest);
	(void)json_object_set_new(json, "phases", phases);
	(void)json_object_set_new(json, "all", all);
	(void)json_object_set_new(json, "cells", cells_json(sweep));
	set_number(json, "ways", sweep->ways);
	(void)json_object_set_new(json, "kills", kills);
	set_number(json, "pairs", sweep->count - sweep->single_count);
	return json;
}
