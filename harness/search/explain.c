/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"

const struct section *explain_section(const struct explanation *explanation, uint64_t at_ns)
{
	const struct events *events = &explanation->events;
	const struct section *found = NULL;

	for (size_t i = 0; i < events->section_count && events->sections[i].from <= at_ns; i++)
		found = &events->sections[i];
	return found;
}

static enum explain_outcome check(const struct trial *failing, struct error *err)
{
	char text[2 * VERDICT_TEXT_MAX];

	if (failing->state != TRIAL_DONE) {
		error_set(err, "the search ended before the plan itself was replayed");
		return EXPLAIN_UNCLEAR;
	}
	if (failing->ending.kind == VERDICT_FAIL)
		return EXPLAIN_DONE;
	if (failing->ending.kind == VERDICT_PASS) {
		error_set(err, "%s passes: there is nothing to explain; `explain` takes the plan.yaml of a session that fails",
		          failing->plan.path);
		return EXPLAIN_PASSES;
	}
	error_set(err, "%s proves nothing, so there is nothing to explain: %s", failing->plan.path,
	          ending_say(&failing->ending, text, sizeof text));
	return EXPLAIN_UNCLEAR;
}

/* The replay, and what a run of the faults comes to: the same, unless the plan was changed. */
static bool run_itself(struct search *search, const struct plan *plan, struct trial *failing, struct trial *drawn, struct error *err)
{
	struct trial both[2];

	trial_with_decisions(&both[0], plan, plan->decisions.list, plan->decisions.count);
	trial_with_faults(&both[1], plan, plan->faults, plan->fault_count);
	both[0].keep = true;
	/* A plan that does not match what it meets shows nothing of itself. */
	both[0].plan.least_found = UNIT_PROBABILITY_ONE;
	(void)snprintf(both[0].name, sizeof both[0].name, "the plan's decisions");
	(void)snprintf(both[1].name, sizeof both[1].name, "the plan's faults");
	search_stage(search, 0, "replays the plan");
	bool good = search_run(search, both, 2, NULL, NULL, err);
	*failing = both[0];
	*drawn = both[1];
	return good;
}

static bool draws(const struct plan *plan)
{
	for (size_t i = 0; i < plan->fault_count; i++)
		if (fault_draws(&plan->faults[i]))
			return true;
	return false;
}

/*
 * Says what comes next, and how many sessions it all takes, as far as that can be told. @param more
 * From here on.
 */
static void begin_stage(struct search *search, uint64_t more, const char *stage)
{
	const struct search_counts counts = search_counts(search);

	search_stage(search, counts.run + counts.cached + more, stage);
}

static uint64_t count_redraws(const struct cut_options *cut)
{
	return cut->redraws * (cut->cuts + cut->steps + cut->steps / 2 + 2);
}

static bool look_into(struct search *search, const struct plan *plan, const struct trial *drawn, const struct explain_options *options,
                      struct explanation *explanation, struct error *err)
{
	const struct ending *failing = &explanation->failing.ending;
	const struct events *events = &explanation->events;

	const bool is_drawn = draws(plan) && options->seeds > 0;
	const uint64_t redraws = draws(plan) ? count_redraws(&options->cut) : 0, rates = is_drawn ? 2 * options->seeds : 0;

	begin_stage(search, options->removals + redraws + rates, "takes decisions out");
	if (!weight_run(search, plan, failing, options->removals, &explanation->weights, err))
		return false;
	begin_stage(search, redraws + rates, "draws the rest anew");
	if (!cut_run(search, plan, failing, drawn, events->start, events->end, &options->cut, &explanation->curve, err))
		return false;
	begin_stage(search, rates, "runs the nearest session that passes");
	if (!neighbour_run(search, plan, explanation->failing.dir, &explanation->curve, &explanation->weights, &explanation->neighbour,
	                   err))
		return false;
	begin_stage(search, rates, "takes faults out");
	return !is_drawn || search_is_over(search) || weight_rates(search, plan, failing, options->seeds, &explanation->weights, err);
}

enum explain_outcome explain_plan(struct search *search, const struct plan *plan, const struct explain_options *options,
                                  struct explanation *ret_explanation, struct error *err)
{
	struct trial drawn;

	memset(ret_explanation, 0, sizeof *ret_explanation);
	bool good = run_itself(search, plan, &ret_explanation->failing, &drawn, err);
	enum explain_outcome outcome = good ? check(&ret_explanation->failing, err) : EXPLAIN_BROKEN;
	if (outcome == EXPLAIN_DONE) {
		char *path = memory_format("%s/trace.txt", ret_explanation->failing.dir);
		events_read(&ret_explanation->events, path);
		free(path);
		if (!look_into(search, plan, &drawn, options, ret_explanation, err))
			outcome = EXPLAIN_BROKEN;
	}
	trial_close(&drawn);
	return outcome;
}

void explanation_close(struct explanation *explanation)
{
	trial_close(&explanation->failing);
	events_close(&explanation->events);
	cut_curve_close(&explanation->curve);
	weights_close(&explanation->weights);
	neighbour_close(&explanation->neighbour);
	memset(explanation, 0, sizeof *explanation);
}
