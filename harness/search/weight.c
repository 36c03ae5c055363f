/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/weight.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/sim/random.h"

/* -- parts -- */

bool weight_has(const struct weight *weight, const struct decisions *decisions, size_t index)
{
	return index >= weight->first && index <= weight->last && strcmp(decisions->list[index].name, weight->name) == 0;
}

static struct weight *find(struct weight *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	return NULL;
}

size_t weight_faults(const struct decisions *decisions, struct weight **ret_list)
{
	struct weight *list = memory_new((FAULTS_MAX + 1) * sizeof *list);
	size_t count = 0;

	for (size_t i = 0; i < decisions->count; i++) {
		const char *name = decisions->list[i].name;
		struct weight *weight = find(list, count, name);
		if (weight == NULL && count < FAULTS_MAX) {
			weight = &list[count++];
			weight->first = i;
			(void)snprintf(weight->name, sizeof weight->name, "%s", name);
		}
		if (weight == NULL)
			continue;
		weight->last = i;
		weight->count++;
	}
	*ret_list = list;
	return count;
}

/* A place to split at: before this member, which comes so long after the one before it. */
struct gap {
	size_t before; /* the index of the decision */
	uint64_t ns;
};

static int wider_first(const void *a, const void *b)
{
	const struct gap *left = a, *right = b;

	if (left->ns != right->ns)
		return left->ns > right->ns ? -1 : 1;
	return left->before < right->before ? -1 : left->before > right->before;
}

static int earlier_first(const void *a, const void *b)
{
	const struct gap *left = a, *right = b;

	return left->before < right->before ? -1 : left->before > right->before;
}

static size_t find_gaps(const struct decisions *decisions, const struct weight *weight, struct gap *ret_gaps)
{
	size_t count = 0, last = weight->first;

	for (size_t i = weight->first + 1; i <= weight->last; i++) {
		if (!weight_has(weight, decisions, i))
			continue;
		ret_gaps[count++] = (struct gap){i, decisions->list[i].time - decisions->list[last].time};
		last = i;
	}
	return count;
}

/* The members from one index up to another, exclusive. */
static struct weight part_of(const struct decisions *decisions, const struct weight *weight, size_t from, size_t to)
{
	struct weight part = {.first = from, .depth = weight->depth + 1};

	memcpy(part.name, weight->name, sizeof part.name);
	for (size_t i = from; i < to; i++)
		if (weight_has(weight, decisions, i)) {
			part.last = i;
			part.count++;
		}
	return part;
}

size_t weight_split(const struct decisions *decisions, const struct weight *weight, struct weight ret_parts[WEIGHT_PARTS_MAX])
{
	struct gap *gaps = memory_new((weight->count + 1) * sizeof *gaps);
	size_t count = find_gaps(decisions, weight, gaps), from = weight->first;

	qsort(gaps, count, sizeof *gaps, wider_first);
	if (count > WEIGHT_PARTS_MAX - 1)
		count = WEIGHT_PARTS_MAX - 1;
	qsort(gaps, count, sizeof *gaps, earlier_first);
	for (size_t i = 0; i <= count; i++) {
		const size_t to = i < count ? gaps[i].before : weight->last + 1;
		ret_parts[i] = part_of(decisions, weight, from, to);
		from = to;
	}
	free(gaps);
	return count + 1;
}

/* -- trials -- */

void weight_trial(struct trial *ret_trial, const struct plan *plan, const struct weight *weight)
{
	const struct decisions *all = &plan->decisions;
	struct decision *rest = memory_new((all->count + 1) * sizeof *rest);
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++)
		if (!weight_has(weight, all, i))
			rest[count++] = all->list[i];
	trial_with_decisions(ret_trial, plan, rest, count);
	/*
	 * What comes after is not what came then: that frames are missing says nothing against the
	 * session.
	 */
	ret_trial->plan.least_found = 0;
	if (weight->count == 1)
		(void)snprintf(ret_trial->name, sizeof ret_trial->name, "without '%s' at %s", weight->name, all->list[weight->first].at);
	else
		(void)snprintf(ret_trial->name, sizeof ret_trial->name, "without %zu decisions of '%s'", weight->count, weight->name);
	free(rest);
}

static enum weight_effect effect_of(const struct trial *trial, const struct ending *failing)
{
	if (trial->state != TRIAL_DONE)
		return WEIGHT_UNTRIED;
	if (trial->ending.kind == VERDICT_INCONCLUSIVE)
		return WEIGHT_UNKNOWN;
	if (trial->ending.kind == VERDICT_PASS)
		return WEIGHT_PASSES;
	return ending_same(&trial->ending, failing) ? WEIGHT_SAME : WEIGHT_OTHER;
}

const char *weight_effect_name(enum weight_effect effect)
{
	static const char *const names[] = {[WEIGHT_UNTRIED] = "not tried",
	                                    [WEIGHT_PASSES] = "passes",
	                                    [WEIGHT_SAME] = "fails in the same way",
	                                    [WEIGHT_OTHER] = "fails in another way",
	                                    [WEIGHT_UNKNOWN] = "inconclusive"};

	return names[effect];
}

struct weighing {
	struct search *search;
	const struct plan *plan;
	const struct ending *failing;
	uint64_t left; /* sessions */
	struct weights *weights;
};

/*
 * Tries the last of the list, from one index on, in one batch; those that there are no sessions
 * left for stay untried.
 */
static bool try_from(struct weighing *weighing, size_t from, struct error *err)
{
	struct weights *weights = weighing->weights;
	const size_t wanted = weights->count - from, count = wanted < weighing->left ? wanted : weighing->left;
	struct trial *trials = memory_new((count + 1) * sizeof *trials);

	for (size_t i = 0; i < count; i++)
		weight_trial(&trials[i], weighing->plan, &weights->list[from + i]);
	weights->whole = weights->whole && count == wanted;
	weighing->left -= count;
	bool good = search_run(weighing->search, trials, count, NULL, NULL, err);
	for (size_t i = 0; i < count; i++) {
		struct weight *weight = &weights->list[from + i];
		weight->effect = good ? effect_of(&trials[i], weighing->failing) : WEIGHT_UNTRIED;
		weight->ending = trials[i].ending;
		weights->whole = weights->whole && trials[i].state == TRIAL_DONE;
		if (weight->effect == WEIGHT_PASSES)
			search_find(weighing->search, "passes %s", trials[i].name);
		trial_close(&trials[i]);
	}
	free(trials);
	return good;
}

static void add(struct weights *weights, const struct weight *weight)
{
	if (weights->count == weights->room) {
		weights->room = weights->room > 0 ? 2 * weights->room : 32;
		weights->list = memory_resize(weights->list, weights->room, sizeof *weights->list);
	}
	weights->list[weights->count++] = *weight;
}

/*
 * What is worth a look inside: first what passes without it, then what fails in another way; of
 * these the smallest. @return its index; the count: nothing.
 */
static size_t next_to_split(const struct weights *weights)
{
	size_t best = weights->count;

	for (size_t i = 0; i < weights->count; i++) {
		const struct weight *weight = &weights->list[i];
		if (weight->is_split || weight->count < 2 || (weight->effect != WEIGHT_PASSES && weight->effect != WEIGHT_OTHER))
			continue;
		if (best == weights->count || weight->effect < weights->list[best].effect ||
		    (weight->effect == weights->list[best].effect && weight->count < weights->list[best].count))
			best = i;
	}
	return best;
}

static bool split_next(struct weighing *weighing, size_t index, struct error *err)
{
	struct weight parts[WEIGHT_PARTS_MAX];
	struct weights *weights = weighing->weights;
	const size_t from = weights->count;

	weights->list[index].is_split = true;
	const size_t count = weight_split(&weighing->plan->decisions, &weights->list[index], parts);
	for (size_t i = 0; i < count; i++)
		add(weights, &parts[i]);
	return try_from(weighing, from, err);
}

bool weight_run(struct search *search, const struct plan *plan, const struct ending *failing, uint64_t removals,
                struct weights *ret_weights, struct error *err)
{
	struct weighing weighing = {.search = search, .plan = plan, .failing = failing, .left = removals, .weights = ret_weights};
	struct weight *faults;
	size_t next;

	*ret_weights = (struct weights){.whole = true};
	const size_t count = weight_faults(&plan->decisions, &faults);
	for (size_t i = 0; i < count; i++)
		add(ret_weights, &faults[i]);
	free(faults);
	bool good = try_from(&weighing, 0, err);
	while (good && weighing.left > 0 && !search_is_over(search) && (next = next_to_split(ret_weights)) < ret_weights->count)
		good = split_next(&weighing, next, err);
	ret_weights->whole = ret_weights->whole && next_to_split(ret_weights) == ret_weights->count;
	return good;
}

/* -- rates -- */

/* All faults but one. @param without FAULTS_MAX: with all. */
static void rate_trial(struct trial *ret_trial, const struct plan *plan, size_t without, uint64_t seed)
{
	struct fault *faults = memory_new((plan->fault_count + 1) * sizeof *faults);
	size_t count = 0;

	for (size_t i = 0; i < plan->fault_count; i++)
		if (i != without)
			faults[count++] = plan->faults[i];
	trial_with_faults(ret_trial, plan, faults, count);
	plan_set_seed(&ret_trial->plan, seed);
	if (without < plan->fault_count)
		(void)snprintf(ret_trial->name, sizeof ret_trial->name, "without '%s', seed %" PRIu64, plan->faults[without].name, seed);
	else
		(void)snprintf(ret_trial->name, sizeof ret_trial->name, "all faults, seed %" PRIu64, seed);
	free(faults);
}

static bool has_acted(const struct plan *plan, const struct fault *fault)
{
	for (size_t i = 0; i < plan->decisions.count; i++)
		if (strcmp(plan->decisions.list[i].name, fault->name) == 0)
			return true;
	return false;
}

/* What is taken out: nothing at first, then the faults that have acted. @return how many. */
static size_t choose_rates(const struct plan *plan, size_t ret_without[WEIGHT_RATES_MAX])
{
	size_t count = 0;

	ret_without[count++] = FAULTS_MAX;
	for (size_t i = 0; i < plan->fault_count && count < WEIGHT_RATES_MAX; i++)
		if (has_acted(plan, &plan->faults[i]))
			ret_without[count++] = i;
	return count;
}

bool weight_rates(struct search *search, const struct plan *plan, const struct ending *failing, uint64_t seeds, struct weights *weights,
                  struct error *err)
{
	size_t without[WEIGHT_RATES_MAX];
	const size_t rows = choose_rates(plan, without);
	struct trial *trials = memory_new(rows * seeds * sizeof *trials);
	const struct random_stream stream = random_stream(plan->seed, "other seeds");

	weights->rates = memory_new(rows * sizeof *weights->rates);
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < seeds; k++)
			rate_trial(&trials[i * seeds + k], plan, without[i], random_bits(stream, k, 0) >> 33);
	bool good = search_run(search, trials, rows * seeds, NULL, NULL, err);
	for (size_t i = 0; i < rows; i++) {
		struct weight_rate *rate = &weights->rates[i];
		if (i > 0)
			memcpy(rate->name, plan->faults[without[i]].name, sizeof rate->name);
		bool whole = true;
		for (size_t k = 0; k < seeds; k++) {
			whole = whole && trials[i * seeds + k].state == TRIAL_DONE;
			tally_add(&rate->tally, &trials[i * seeds + k], failing);
			trial_close(&trials[i * seeds + k]);
		}
		/*
		 * Which were run of those that were not all run depends on how long they take, and
		 * that on how they end.
		 */
		if (!whole)
			rate->tally = (struct tally){0};
	}
	weights->rate_count = good ? rows : 0;
	free(trials);
	return good;
}

void weights_close(struct weights *weights)
{
	free(weights->list);
	free(weights->rates);
	memset(weights, 0, sizeof *weights);
}
