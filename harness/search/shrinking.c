/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/shrinking.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* -- items -- */

size_t item_count(const struct plan *plan)
{
	return plan->replay ? plan->decisions.count : plan->fault_count;
}

const struct action *item_action(const struct plan *plan, size_t index)
{
	return plan->replay ? plan->decisions.list[index].action : plan->faults[index].action;
}

struct action_params *item_params(struct plan *plan, size_t index)
{
	return plan->replay ? &plan->decisions.list[index].params : &plan->faults[index].params;
}

const char *item_name(const struct plan *plan, size_t index)
{
	return plan->replay ? plan->decisions.list[index].name : plan->faults[index].name;
}

unsigned item_direction(const struct plan *plan, size_t index)
{
	return plan->replay ? plan->decisions.list[index].direction : plan->faults[index].match.direction;
}

const char *item_at(const struct plan *plan, size_t index)
{
	return plan->replay ? plan->decisions.list[index].at : plan->faults[index].match.at;
}

/* -- variants -- */

/* Moves what is kept to the front. @return how many. */
static size_t pack(void *list, size_t count, size_t size, const bool *keep)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (!keep[i])
			continue;
		if (left != i)
			memcpy((char *)list + left * size, (const char *)list + i * size, size);
		left++;
	}
	return left;
}

static void name_variant(struct trial *trial)
{
	const size_t count = item_count(&trial->plan);

	if (count == 1)
		(void)snprintf(trial->name, sizeof trial->name, "%s %s", item_action(&trial->plan, 0)->name, item_at(&trial->plan, 0));
	else
		(void)snprintf(trial->name, sizeof trial->name, "%zu %s", count, trial->plan.replay ? "decisions" : "faults");
}

void shrinking_variant(const struct shrinking *shrinking, const bool *keep, struct trial *ret_trial)
{
	const struct plan *plan = &shrinking->shrunk->smallest.plan;

	if (plan->replay)
		trial_with_decisions(ret_trial, plan, plan->decisions.list, plan->decisions.count);
	else
		trial_with_faults(ret_trial, plan, plan->faults, plan->fault_count);
	if (keep != NULL && plan->replay)
		ret_trial->plan.decisions.count = pack(ret_trial->plan.decisions.list, plan->decisions.count, sizeof *plan->decisions.list,
		                                       keep);
	else if (keep != NULL)
		ret_trial->plan.fault_count = pack(ret_trial->plan.faults, plan->fault_count, sizeof *plan->faults, keep);
	trial_expect(ret_trial);
	name_variant(ret_trial);
}

static enum answer answer_of(const struct shrinking *shrinking, const struct trial *trial)
{
	if (trial->state != TRIAL_DONE || trial->ending.kind == VERDICT_INCONCLUSIVE)
		return ANSWER_UNKNOWN;
	return ending_same(&trial->ending, &shrinking->shrunk->ending) ? ANSWER_SAME : ANSWER_OTHER;
}

bool shrinking_ask(struct shrinking *shrinking, struct trial *trials, size_t count, enum answer *ret_answers)
{
	memset(ret_answers, 0, count * sizeof *ret_answers);
	if (shrinking->is_over)
		return false;
	shrinking->asked += count;
	shrinking->has_failed = !search_run(shrinking->search, trials, count, NULL, NULL, shrinking->err);
	shrinking->is_over = shrinking->has_failed;
	for (size_t i = 0; i < count; i++) {
		ret_answers[i] = answer_of(shrinking, &trials[i]);
		/*
		 * A search that is held decides nothing more, or it would decide by what happened
		 * to be done.
		 */
		shrinking->is_over |= trials[i].state != TRIAL_DONE;
	}
	return !shrinking->is_over;
}

void shrinking_take(struct shrinking *shrinking, struct trial *trial)
{
	struct trial old = shrinking->shrunk->smallest;

	shrinking->shrunk->smallest = *trial;
	shrinking->shrunk->has_plan = true;
	trial_close(&old);
	memset(trial, 0, sizeof *trial);
}

/* -- stages -- */

/*
 * How many sessions are still to come, roughly: few parts are left in the end, and borders that
 * were found for one part are soon found for the next.
 */
static size_t estimate(const struct plan *plan)
{
	const size_t count = item_count(plan), few = count < 6 ? count : 6;
	size_t amounts = 0, sessions = 4 + 4 * few;

	for (size_t i = 0; i < few; i++)
		amounts += magnitude_of(item_action(plan, i)) != NULL;
	for (size_t left = count; left > few; left /= 2)
		sessions += 6;
	return sessions + (amounts > 0 ? 25 + 9 * (amounts - 1) : 0);
}

void shrinking_stage(struct shrinking *shrinking, const char *name)
{
	const struct search_counts counts = search_counts(shrinking->search);

	shrinking->begun = shrinking->asked;
	search_stage(shrinking->search,
	             shrinking->shrunk->has_plan ? counts.run + counts.cached + estimate(&shrinking->shrunk->smallest.plan) : 0, name);
}

void shrinking_end_stage(struct shrinking *shrinking, const char *name)
{
	struct shrunk *shrunk = shrinking->shrunk;
	const size_t left = item_count(&shrunk->smallest.plan), sessions = shrinking->asked - shrinking->begun;

	shrinking->begun = shrinking->asked;
	if (shrunk->stage_count == SHRINK_STAGES_MAX || sessions == 0)
		return;
	struct shrink_stage *stage = &shrunk->stages[shrunk->stage_count++];
	*stage = (struct shrink_stage){.left = left, .sessions = sessions};
	(void)snprintf(stage->name, sizeof stage->name, "%s", name);
	search_find(shrinking->search, "%s: %zu left of %zu, %zu sessions", name, left, shrunk->before, sessions);
}
