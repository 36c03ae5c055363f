/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: first all stalls at once become outages, at places halved ever more often. If none
 * of these plans fails so, they are put in one after the other: of the places of one that is chosen
 * at which the device has to begin anew most often, and a stall that does not make it begin anew is
 * left out.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/shrinking.h"
#include "harness/search/stalls.h"

/* Places that are tried for an outage: its ordinal halved so often, less 1. */
#define PLACES 4

/* The outages so far. */
struct chain {
	struct shrinking *shrinking;
	const struct stall *stalls;
	size_t stall_count;
	struct decision *list;
	size_t count;
	uint64_t retries; /* in a session with these */
};

static void name_outages(struct trial *trial, size_t count)
{
	(void)snprintf(trial->name, sizeof trial->name, "%zu outages, the last at %s", count,
	               count > 0 ? trial->plan.decisions.list[count - 1].at : "none");
}

/* @return whether one of them ends as the target does; it is the smallest now. */
static bool ask_places(struct chain *chain, struct trial trials[PLACES])
{
	enum answer answers[PLACES];

	for (size_t i = 0; i < PLACES; i++)
		name_outages(&trials[i], trials[i].plan.decisions.count);
	(void)shrinking_ask(chain->shrinking, trials, PLACES, answers);
	for (size_t i = 0; i < PLACES; i++)
		if (answers[i] == ANSWER_SAME) {
			shrinking_take(chain->shrinking, &trials[i]);
			return true;
		}
	return false;
}

static void close_trials(struct trial trials[PLACES])
{
	for (size_t i = 0; i < PLACES; i++)
		trial_close(&trials[i]);
}

static bool try_all(struct chain *chain)
{
	const struct plan *plan = &chain->shrinking->shrunk->smallest.plan;
	struct trial trials[PLACES];

	for (unsigned halvings = 0; halvings < PLACES; halvings++) {
		for (size_t i = 0; i < chain->stall_count; i++)
			stall_outage(&chain->stalls[i], halvings, &chain->list[i]);
		trial_with_decisions(&trials[halvings], plan, chain->list, chain->stall_count);
	}
	const bool good = ask_places(chain, trials);
	close_trials(trials);
	return good;
}

/* @return whether with it the plan ends as the target does. */
static bool try_next(struct chain *chain, const struct stall *stall)
{
	const struct plan *plan = &chain->shrinking->shrunk->smallest.plan;
	struct trial trials[PLACES];
	size_t best = PLACES;

	for (unsigned halvings = 0; halvings < PLACES; halvings++) {
		stall_outage(stall, halvings, &chain->list[chain->count]);
		trial_with_decisions(&trials[halvings], plan, chain->list, chain->count + 1);
	}
	const bool good = ask_places(chain, trials);
	for (size_t i = 0; i < PLACES && !good && !chain->shrinking->is_over; i++)
		if (trials[i].state == TRIAL_DONE && trials[i].ending.retries > chain->retries) {
			chain->retries = trials[i].ending.retries;
			best = i;
		}
	if (best < PLACES) {
		chain->list[chain->count] = trials[best].plan.decisions.list[chain->count];
		chain->count++;
	}
	close_trials(trials);
	return good;
}

void shrinking_stalls(struct shrinking *shrinking, bool thoroughly)
{
	struct stall *stalls = NULL;
	struct chain chain = {.shrinking = shrinking};

	chain.stall_count = stalls_find(&shrinking->plan->decisions, &stalls);
	chain.stalls = stalls;
	chain.list = memory_new((chain.stall_count + 1) * sizeof *chain.list);
	const bool is_shorter = chain.stall_count > 0 && chain.stall_count < item_count(&shrinking->shrunk->smallest.plan);
	bool good = is_shorter && try_all(&chain);
	for (size_t i = 0; is_shorter && i < chain.stall_count && thoroughly && !good && !shrinking->is_over; i++)
		good = try_next(&chain, &stalls[i]);
	free(chain.list);
	free(stalls);
}
