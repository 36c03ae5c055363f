/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the plan is replayed, and what it comes to is the target. Then one stage after the
 * other makes it smaller, each by asking for variants of the smallest plan so far:
 *
 *   stalls              thousands of decisions are replaced by outages, where that fails so
 *                       (stalls.h)
 *   what did nothing    decisions that did not find their frame, or lie behind the session's end,
 *                       go all at once
 *   whole classes       all of one fault, of one action, of one direction
 *   the tail            what comes after the point of no return
 *   fewest              ProbDD, and then one by one (reduce.h)
 *   magnitudes          the border of each, until all of them hold at once (magnitude.h)
 *   words               the simplest address of each (words.h)
 *   both sides          without each part, and beyond each border, near and far, it must not fail
 *                       so; three times from power on it must
 */
#include "harness/search/shrink.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "harness/search/reduce.h"
#include "harness/search/shrinking.h"

/* From so many decisions on it is worth while to look for stalls. */
#define MANY 100
/* So few are left out one by one. */
#define FEW 6

/* -- the target -- */

static bool run_one(struct shrinking *shrinking, struct trial *trial, enum answer *ret_answer)
{
	trial->keep = true;
	(void)shrinking_ask(shrinking, trial, 1, ret_answer);
	if (trial->state == TRIAL_DONE)
		memcpy(shrinking->session, trial->dir, sizeof shrinking->session);
	return trial->state == TRIAL_DONE && !shrinking->has_failed;
}

/* Runs a plan that was never frozen, and reads what it has left. */
static bool freeze(struct shrinking *shrinking, const struct plan *plan, struct plan *ret_frozen, struct ending *ret_ending)
{
	char path[DEVICE_PATH_MAX + 16];
	struct trial trial;
	enum answer answer;

	trial_with_faults(&trial, plan, plan->faults, plan->fault_count);
	(void)snprintf(trial.name, sizeof trial.name, "the plan as it is");
	bool good = run_one(shrinking, &trial, &answer);
	if (good) {
		*ret_ending = trial.ending;
		(void)snprintf(path, sizeof path, "%s/plan.yaml", trial.dir);
		good = plan_open_frozen(ret_frozen, path, NULL, search_paths(shrinking->search), shrinking->err);
		shrinking->has_failed = !good;
	}
	if (good) {
		ret_frozen->may_differ = plan->may_differ;
		plan_look(ret_frozen);
	}
	trial_close(&trial);
	return good;
}

/*
 * Decides what is shrunk, and what is the target. @return false: there is nothing to shrink, by the
 * state.
 */
static bool take_target(struct shrinking *shrinking, const struct ending *before)
{
	struct shrunk *shrunk = shrinking->shrunk;
	const struct plan *plan = shrinking->plan;
	struct trial decided, faults;
	enum answer answer;

	trial_with_decisions(&decided, plan, plan->decisions.list, plan->decisions.count);
	(void)snprintf(decided.name, sizeof decided.name, "all %zu decisions", plan->decisions.count);
	const bool is_known = run_one(shrinking, &decided, &answer);
	shrunk->ending = decided.ending;
	if (is_known && decided.ending.kind == VERDICT_FAIL && (before == NULL || ending_same(&decided.ending, before))) {
		shrinking_take(shrinking, &decided);
		return true;
	}
	shrunk->decided = decided.ending;
	trial_close(&decided);
	shrunk->state = !is_known ? SHRINK_ENDED : shrunk->ending.kind == VERDICT_PASS ? SHRINK_PASSES : SHRINK_UNCLEAR;
	if (!is_known || plan->fault_count == 0)
		return false;
	trial_with_faults(&faults, plan, plan->faults, plan->fault_count);
	(void)snprintf(faults.name, sizeof faults.name, "the faults with seed %llu", (unsigned long long)plan->seed);
	const bool is_run = run_one(shrinking, &faults, &answer);
	if (!is_run)
		shrunk->state = SHRINK_ENDED;
	const bool fails = is_run && faults.ending.kind == VERDICT_FAIL && (before == NULL || ending_same(&faults.ending, before));
	shrunk->of_faults = fails;
	if (fails) {
		shrunk->state = SHRINK_DONE;
		shrunk->ending = faults.ending;
		shrinking_take(shrinking, &faults);
	} else {
		trial_close(&faults);
	}
	return fails;
}

/* -- fewest -- */

static bool ask_sets(void *ctx, const bool *candidates, size_t count, bool *ret_does)
{
	struct shrinking *shrinking = ctx;
	const size_t items = item_count(&shrinking->shrunk->smallest.plan);
	struct trial *trials = memory_new(count * sizeof *trials);
	enum answer *answers = memory_new(count * sizeof *answers);

	for (size_t i = 0; i < count; i++)
		shrinking_variant(shrinking, candidates + i * items, &trials[i]);
	const bool going = shrinking_ask(shrinking, trials, count, answers);
	for (size_t i = 0; i < count; i++) {
		ret_does[i] = answers[i] == ANSWER_SAME;
		trial_close(&trials[i]);
	}
	free(trials);
	free(answers);
	return going;
}

/*
 * The places of all items with one name, action or direction have the number of the first of them,
 * packed. @return how many classes.
 */
static size_t classify(const struct plan *plan, unsigned by, size_t *ret_class)
{
	size_t classes = 0;

	for (size_t i = 0; i < item_count(plan); i++) {
		ret_class[i] = classes;
		for (size_t k = 0; k < i && ret_class[i] == classes; k++)
			if (by == 0   ? strcmp(item_name(plan, i), item_name(plan, k)) == 0
			    : by == 1 ? item_action(plan, i) == item_action(plan, k)
			              : item_direction(plan, i) == item_direction(plan, k))
				ret_class[i] = ret_class[k];
		classes += ret_class[i] == classes;
	}
	return classes;
}

/* Runs a reduction over the smallest plan's items, and makes what is left the smallest. */
static void reduce_by(struct shrinking *shrinking, void (*how)(struct reduce *reduce))
{
	const size_t count = item_count(&shrinking->shrunk->smallest.plan);
	struct reduce reduce = {.count = count,
	                        .keep = memory_new((count + 1) * sizeof(bool)),
	                        .ask = ask_sets,
	                        .ctx = shrinking,
	                        .is_over = shrinking->is_over};
	struct trial left;

	memset(reduce.keep, true, count * sizeof *reduce.keep);
	if (count > 1)
		how(&reduce);
	if (reduce_left(&reduce) < count) {
		shrinking_variant(shrinking, reduce.keep, &left);
		shrinking_take(shrinking, &left);
	}
	free(reduce.keep);
}

static void reduce_all_classes(struct reduce *reduce)
{
	struct shrinking *shrinking = reduce->ctx;
	size_t *class = memory_new((reduce->count + 1) * sizeof *class);

	for (unsigned by = 0; by < 3; by++) {
		const size_t classes = classify(&shrinking->shrunk->smallest.plan, by, class);
		/* More classes than this are no shorter way. */
		if (classes > 1 && classes <= 16)
			reduce_classes(reduce, class, classes);
	}
	free(class);
}

/*
 * What did not find its frame did nothing, and the session without it is the same, as the next
 * stages see anyway.
 */
static void leave_out_idle(struct shrinking *shrinking)
{
	struct plan *plan = &shrinking->shrunk->smallest.plan;
	char *path = memory_format("%s/replay.txt", shrinking->session), *text = memory_file(path);
	bool *keep = memory_new((plan->decisions.count + 1) * sizeof *keep);
	size_t lines = 0, found = 0;
	struct trial left;
	enum answer answer;

	const char *line = text;
	for (; plan->replay && line != NULL && *line != '\0' && lines < plan->decisions.count; lines++) {
		keep[lines] = strncmp(line, "found ", 6) == 0;
		found += keep[lines];
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	/* Or it is another plan's. */
	const bool is_its = line != NULL && *line == '\0' && lines == plan->decisions.count;
	free(path);
	free(text);
	if (is_its && found < lines) {
		shrinking_variant(shrinking, keep, &left);
		if (shrinking_ask(shrinking, &left, 1, &answer) && answer == ANSWER_SAME)
			shrinking_take(shrinking, &left);
		else
			trial_close(&left);
	}
	free(keep);
}

/* A plan can fail without any of its decisions. */
static bool fails_without_any(struct shrinking *shrinking)
{
	bool *keep = memory_new((item_count(&shrinking->shrunk->smallest.plan) + 1) * sizeof *keep);
	struct trial none;
	enum answer answer;

	shrinking_variant(shrinking, keep, &none);
	(void)snprintf(none.name, sizeof none.name, "nothing");
	free(keep);
	(void)shrinking_ask(shrinking, &none, 1, &answer);
	if (answer == ANSWER_SAME)
		shrinking_take(shrinking, &none);
	else
		trial_close(&none);
	return answer == ANSWER_SAME;
}

static void replace_losses(struct shrinking *shrinking, bool thoroughly)
{
	shrinking_stage(shrinking, "outages in place of losses");
	shrinking_stalls(shrinking, thoroughly);
	shrinking_end_stage(shrinking, "outages in place of losses");
}

static void find_fewest(struct shrinking *shrinking)
{
	const struct plan *plan = &shrinking->shrunk->smallest.plan;

	/*
	 * Thousands of decisions make a session slow, and most subsets of them mean nothing: so
	 * this comes before anything else is asked.
	 */
	const bool are_many = plan->replay && item_count(plan) >= MANY;
	if (are_many)
		replace_losses(shrinking, true);
	shrinking_stage(shrinking, "whole classes");
	leave_out_idle(shrinking);
	if (fails_without_any(shrinking))
		return;
	reduce_by(shrinking, reduce_all_classes);
	shrinking_end_stage(shrinking, "whole classes");
	shrinking_stage(shrinking, "the point of no return");
	if (plan->replay && item_count(plan) > FEW)
		reduce_by(shrinking, reduce_tail);
	shrinking_end_stage(shrinking, "the point of no return");
	shrinking_stage(shrinking, "fewest");
	if (item_count(plan) > FEW)
		reduce_by(shrinking, reduce_weighed);
	shrinking_end_stage(shrinking, "fewest");
	/* So many single losses are hardly what a person would say. */
	if (plan->replay && !are_many && item_count(plan) > FEW)
		replace_losses(shrinking, false);
	shrinking_stage(shrinking, "one by one");
	reduce_by(shrinking, reduce_singly);
	shrinking_end_stage(shrinking, "one by one");
}

/* -- both sides -- */

static void vary(struct shrinking *shrinking, size_t index, uint64_t value, struct trial *ret_trial)
{
	shrinking_variant(shrinking, NULL, ret_trial);
	param_set_quantity(shrinking->shrunk->parts[index].magnitude, item_params(&ret_trial->plan, index), value);
}

/*
 * Each part is left out, and each border passed, in one batch. @return whether every one of these
 * ends otherwise.
 */
static bool check_both_sides(struct shrinking *shrinking)
{
	struct shrunk *shrunk = shrinking->shrunk;
	struct trial *trials = memory_new((3 * shrunk->count + 1) * sizeof *trials);
	enum answer *answers = memory_new((3 * shrunk->count + 1) * sizeof *answers);
	enum answer **into = memory_new((3 * shrunk->count + 1) * sizeof *into);
	bool *keep = memory_new((shrunk->count + 1) * sizeof *keep), good = true;
	size_t count = 0;

	for (size_t i = 0; i < shrunk->count; i++) {
		memset(keep, true, shrunk->count * sizeof *keep);
		keep[i] = false;
		into[count] = &shrunk->parts[i].without;
		shrinking_variant(shrinking, keep, &trials[count++]);
	}
	for (size_t i = 0; i < shrunk->count; i++) {
		struct shrunk_part *part = &shrunk->parts[i];
		into[count] = &part->below;
		if (part->has_magnitude && part->borders.has_below)
			vary(shrinking, i, part->borders.below, &trials[count++]);
		into[count] = &part->above;
		if (part->has_magnitude && part->borders.has_above)
			vary(shrinking, i, part->borders.above, &trials[count++]);
	}
	(void)shrinking_ask(shrinking, trials, count, answers);
	for (size_t i = 0; i < count; i++) {
		*into[i] = answers[i];
		good = good && answers[i] == ANSWER_OTHER;
		trial_close(&trials[i]);
	}
	free(trials);
	free(answers);
	free(into);
	free(keep);
	return good;
}

static bool is_sharp(const struct shrunk *shrunk)
{
	for (size_t i = 0; i < shrunk->count; i++) {
		const struct shrunk_part *part = &shrunk->parts[i];
		if (part->has_magnitude && (!part->borders.low_is_found || !part->borders.high_is_found || !part->borders.sharp_below ||
		                            !part->borders.sharp_above))
			return false;
	}
	return true;
}

static void prove(struct shrinking *shrinking)
{
	struct shrunk *shrunk = shrinking->shrunk;
	struct trial proofs[SHRINK_PROOFS];
	enum answer answers[SHRINK_PROOFS];

	for (unsigned i = 0; i < SHRINK_PROOFS; i++) {
		shrinking_variant(shrinking, NULL, &proofs[i]);
		(void)snprintf(proofs[i].name, sizeof proofs[i].name, "the result from power on, time %u", i + 1);
		proofs[i].alone = true;
		proofs[i].round = i;
		proofs[i].keep = i == 0;
	}
	const bool is_known = shrinking_ask(shrinking, proofs, SHRINK_PROOFS, answers);
	for (unsigned i = 0; i < SHRINK_PROOFS && is_known; i++) {
		/* One that is inconclusive proves nothing, nor does it speak against the others. */
		if (answers[i] == ANSWER_UNKNOWN)
			continue;
		if (shrunk->digest[0] == '\0')
			memcpy(shrunk->digest, proofs[i].ending.digest, sizeof shrunk->digest);
		if (answers[i] != ANSWER_SAME || strcmp(proofs[i].ending.digest, shrunk->digest) != 0)
			shrunk->state = SHRINK_UNSTEADY;
		else
			shrunk->proofs++;
	}
	/* Words are found in the session of the smallest plan, and in no other. */
	shrinking->session[0] = '\0';
	if (is_known && answers[0] == ANSWER_SAME)
		memcpy(shrinking->session, proofs[0].dir, sizeof shrinking->session);
	for (unsigned i = 0; i < SHRINK_PROOFS; i++)
		trial_close(&proofs[i]);
}

/* -- the whole -- */

/* Parts as they are at first. */
static void open_parts(struct shrunk *shrunk)
{
	struct plan *plan = &shrunk->smallest.plan;

	free(shrunk->parts);
	shrunk->count = item_count(plan);
	shrunk->parts = memory_new((shrunk->count + 1) * sizeof *shrunk->parts);
	for (size_t i = 0; i < shrunk->count; i++) {
		struct shrunk_part *part = &shrunk->parts[i];
		part->magnitude = magnitude_of(item_action(plan, i));
		part->has_magnitude = part->magnitude != NULL;
		if (part->has_magnitude)
			part->borders.low = part->borders.high = param_quantity(part->magnitude, item_params(plan, i));
	}
}

static void find_magnitudes(struct shrinking *shrinking)
{
	struct shrunk *shrunk = shrinking->shrunk;

	/*
	 * What is left out makes borders move, and borders that move can make more of it needless:
	 * it ends, as each round but the last leaves something out.
	 */
	for (size_t before = shrunk->count + 1; before != shrunk->count && !shrinking->is_over;) {
		before = shrunk->count;
		shrinking_stage(shrinking, "smallest magnitudes");
		shrinking_magnitudes(shrinking);
		shrinking_end_stage(shrinking, "smallest magnitudes");
		shrinking_stage(shrinking, "once more the fewest");
		reduce_by(shrinking, reduce_singly);
		shrinking_end_stage(shrinking, "once more the fewest");
		if (item_count(&shrunk->smallest.plan) != before)
			open_parts(shrunk);
	}
	shrinking_stage(shrinking, "upper borders");
	shrinking_upper_borders(shrinking);
	shrinking_end_stage(shrinking, "upper borders");
}

static void shrink(struct shrinking *shrinking)
{
	struct shrunk *shrunk = shrinking->shrunk;

	find_fewest(shrinking);
	open_parts(shrunk);
	find_magnitudes(shrinking);
	shrinking_stage(shrinking, "both sides");
	shrinking_judge_borders(shrinking);
	const bool shown = check_both_sides(shrinking);
	shrinking_end_stage(shrinking, "both sides");
	shrinking_stage(shrinking, "from power on");
	prove(shrinking);
	shrinking_end_stage(shrinking, "from power on");
	shrinking_stage(shrinking, "simplest words");
	shrinking_words(shrinking);
	shrinking_end_stage(shrinking, "simplest words");
	shrunk->both_sides = shown && is_sharp(shrunk) && shrunk->proofs == SHRINK_PROOFS && shrunk->count > 0;
	if (shrinking->is_over && shrunk->state == SHRINK_DONE)
		shrunk->state = SHRINK_ENDED;
	shrinking_sentence(shrunk);
}

bool shrink_plan(struct search *search, const struct plan *plan, const char *name, const struct ending *before, struct shrunk *ret_shrunk,
                 struct error *err)
{
	struct shrunk shrunk = {.state = SHRINK_DONE};
	struct shrinking shrinking = {.search = search, .plan = plan, .shrunk = &shrunk, .err = err};
	struct plan *own = memory_new(sizeof *own);
	struct ending ran;

	shrinking_stage(&shrinking, "the plan as it is");
	if (plan->made.tool[0] == '\0') {
		if (!freeze(&shrinking, plan, own, &ran)) {
			free(own);
			if (shrinking.has_failed)
				return false;
			*ret_shrunk = shrunk;
			ret_shrunk->state = SHRINK_ENDED;
			return true;
		}
		shrinking.plan = own;
		before = before != NULL ? before : &ran;
	}
	shrunk.own = own;
	shrunk.before = shrinking.plan->decisions.count;
	if (take_target(&shrinking, before)) {
		shrunk.before = item_count(&shrunk.smallest.plan);
		shrinking_end_stage(&shrinking, "the plan as it is");
		shrink(&shrinking);
	}
	bool good = !shrinking.has_failed;
	if (good && name != NULL && shrunk.has_plan)
		good = trial_write_plan(&shrunk.smallest, search_dir(search), name, err);
	if (good)
		*ret_shrunk = shrunk;
	else
		shrunk_close(&shrunk);
	return good;
}

void shrunk_close(struct shrunk *shrunk)
{
	trial_close(&shrunk->smallest);
	free(shrunk->parts);
	if (shrunk->own != NULL) {
		plan_close(shrunk->own);
		free(shrunk->own);
	}
	memset(shrunk, 0, sizeof *shrunk);
}

bool shrink_may(const char *path, const struct ending *before, const char *missed, struct error *err)
{
	if (before->kind == VERDICT_FAIL)
		return true;
	return error_set(err,
	                 "%s: nothing to shrink: its session passed%s%s%s; `shrink` takes the plan.yaml of a session that fails, whether "
	                 "that is expected or not",
	                 path, missed[0] != '\0' ? " (not as its 'expect:' has it: " : "", missed, missed[0] != '\0' ? ")" : "");
}
