/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: where the numbers of frames alone do not show that a simpler address is the same
 * frame, a session is run in which faults with the simpler addresses stand in for the decisions;
 * what it leaves as its decisions must be just what was there.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/shrinking.h"

/* A decision as a fault that hits what @p at names. */
static struct fault fault_of(const struct decision *decision, const char *at)
{
	struct fault fault = {.action = decision->action, .params = decision->params};

	params_init(match_params, &fault.match);
	memcpy(fault.name, decision->name, sizeof fault.name);
	fault.match.direction = decision->direction;
	(void)snprintf(fault.match.at, sizeof fault.match.at, "%s", at);
	return fault;
}

static bool is_same(const struct decision *a, const struct decision *b)
{
	const struct param *amount = magnitude_of(a->action);

	return strcmp(a->at, b->at) == 0 && a->direction == b->direction && a->action == b->action && a->time == b->time &&
	       (amount == NULL || param_quantity(amount, &a->params) == param_quantity(amount, &b->params));
}

/* Whether @p left has just the decisions that the session @p was had, as both were made. */
static bool are_same(const struct decisions *was, const struct decisions *left)
{
	bool same = was->count == left->count;

	for (size_t i = 0; i < was->count && same; i++)
		same = is_same(&was->list[i], &left->list[i]);
	return same;
}

static bool read_decisions(struct shrinking *shrinking, const char *dir, struct plan *ret_plan)
{
	char path[DEVICE_PATH_MAX + 16];
	struct error err;

	(void)snprintf(path, sizeof path, "%s/plan.yaml", dir);
	return plan_open_frozen(ret_plan, path, NULL, search_paths(shrinking->search), &err);
}

/*
 * Whether faults with these addresses come to the same session. @param was What the replay of the
 * smallest plan has left.
 */
static bool holds(struct shrinking *shrinking, const struct plan *was, char (*at)[FAULT_AT_MAX])
{
	const struct plan *plan = &shrinking->shrunk->smallest.plan;
	struct fault *faults = memory_new((plan->decisions.count + 1) * sizeof *faults);
	struct trial trial;
	struct plan left;
	enum answer answer;

	for (size_t i = 0; i < plan->decisions.count; i++)
		faults[i] = fault_of(&plan->decisions.list[i], at[i][0] != '\0' ? at[i] : plan->decisions.list[i].at);
	trial_with_faults(&trial, plan, faults, plan->decisions.count);
	trial.keep = true;
	(void)snprintf(trial.name, sizeof trial.name, "in simpler words");
	bool good = shrinking_ask(shrinking, &trial, 1, &answer) && answer == ANSWER_SAME;
	if (good && (good = read_decisions(shrinking, trial.dir, &left))) {
		good = are_same(&was->decisions, &left.decisions);
		plan_close(&left);
	}
	trial_close(&trial);
	free(faults);
	return good;
}

/* Frames only: what happens at a site has one name anyway. */
static bool are_frames(const struct plan *plan)
{
	for (size_t i = 0; i < plan->decisions.count; i++)
		if (plan->decisions.list[i].action->site != SITE_FRAME)
			return false;
	return plan->decisions.count <= FAULTS_MAX;
}

/* All guesses at once, and if they do not hold together, one after the other. */
static void try_guesses(struct shrinking *shrinking, char (*certain)[FAULT_AT_MAX], char (*guesses)[FAULT_AT_MAX])
{
	struct shrunk *shrunk = shrinking->shrunk;
	struct plan was;

	if (!are_frames(&shrunk->smallest.plan) || !read_decisions(shrinking, shrinking->session, &was))
		return;
	bool all = holds(shrinking, &was, guesses);
	for (size_t i = 0; i < shrunk->count; i++) {
		if (strcmp(guesses[i], certain[i]) == 0)
			continue;
		char before[FAULT_AT_MAX];
		memcpy(before, certain[i], sizeof before);
		memcpy(certain[i], guesses[i], sizeof before);
		if (!all && !holds(shrinking, &was, certain))
			memcpy(certain[i], before, sizeof before);
	}
	plan_close(&was);
}

void shrinking_words(struct shrinking *shrinking)
{
	struct shrunk *shrunk = shrinking->shrunk;

	if (shrinking->session[0] == '\0')
		return;
	char *path = memory_format("%s/addresses.txt", shrinking->session), *addresses = memory_file(path);
	char(*certain)[FAULT_AT_MAX] = memory_new((shrunk->count + 1) * sizeof *certain);
	char(*guesses)[FAULT_AT_MAX] = memory_new((shrunk->count + 1) * sizeof *guesses);
	bool is_certain, guessed = false;

	for (size_t i = 0; i < shrunk->count && addresses != NULL && shrunk->smallest.plan.replay; i++) {
		if (!words_simplify(&shrunk->smallest.plan.decisions.list[i], addresses, guesses[i], &is_certain))
			continue;
		if (is_certain)
			memcpy(certain[i], guesses[i], sizeof certain[i]);
		guessed |= !is_certain;
	}
	if (guessed)
		try_guesses(shrinking, certain, guesses);
	for (size_t i = 0; i < shrunk->count; i++)
		memcpy(shrunk->parts[i].at, certain[i], sizeof shrunk->parts[i].at);
	free(certain);
	free(guesses);
	free(path);
	free(addresses);
}
