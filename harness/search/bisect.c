/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/bisect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/sim/random.h"

/* Seeds are drawn from 1 to this. */
#define SEEDS UINT64_C(1000000000)
#define SAY_MAX 640

static bool can_run(const struct bisect *bisect, size_t at)
{
	return bisect->subjects[at].has_plan;
}

/* -- sessions -- */

static enum outcome outcome_of(const struct bisect *bisect, const struct ending *ending)
{
	if (ending->kind == VERDICT_INCONCLUSIVE)
		return OUTCOME_INCONCLUSIVE;
	if (ending->kind == VERDICT_PASS)
		return OUTCOME_PASSES;
	return bisect->options.any_failure || !bisect->has_reference || ending_same(ending, &bisect->reference) ? OUTCOME_FAILS
	                                                                                                        : OUTCOME_OTHER;
}

static void note(struct bisect *bisect, size_t at, const struct trial *trial)
{
	struct subject *subject = &bisect->subjects[at];
	const enum outcome outcome = outcome_of(bisect, &trial->ending);
	const bool is_first_failure = outcome == OUTCOME_FAILS && subject->counts[OUTCOME_FAILS] == 0;

	subject->counts[outcome]++;
	if (!subject->has_ending || is_first_failure)
		subject->ending = trial->ending;
	subject->has_ending = true;
}

static void make_trial(struct bisect *bisect, size_t at, unsigned nth, struct trial *ret_trial)
{
	const struct plan *plan = &bisect->subjects[at].plan;
	const struct revision *revision = &bisect->options.revisions->list[at];

	if (bisect->options.by_chance) {
		/*
		 * Seeds of its own for each revision: those in common would make one revision's
		 * luck the next one's.
		 */
		const struct random_stream stream = random_stream(plan->seed, "bisect");
		trial_with_seed(ret_trial, plan, 1 + random_below(stream, XXH3_64bits(revision->id, strlen(revision->id)), nth, SEEDS));
	} else {
		trial_with_decisions(ret_trial, plan, plan->decisions.list, plan->decisions.count);
	}
	(void)snprintf(ret_trial->name, sizeof ret_trial->name, "%.40s", revision->name);
}

static enum step run_trials(struct bisect *bisect, struct trial *trials, size_t count, const char *stage, struct error *err)
{
	enum step step = STEP_DONE;

	bisect_stage(bisect, stage);
	if (!search_run(bisect->options.search, trials, count, NULL, NULL, err))
		return STEP_BROKEN;
	for (size_t i = 0; i < count; i++)
		if (trials[i].state != TRIAL_DONE)
			step = STEP_HELD;
	return step;
}

static void begin_look(struct bisect *bisect, size_t at)
{
	if (bisect->subjects[at].looks == 0)
		bisect->subjects[at].looks = ++bisect->looks;
}

/* Runs one session at each of a few revisions, as one batch. */
static enum step run_each(struct bisect *bisect, const size_t *ats, size_t count, struct error *err)
{
	struct trial *trials = memory_new(count * sizeof *trials);
	char stage[128];

	for (size_t i = 0; i < count; i++) {
		begin_look(bisect, ats[i]);
		make_trial(bisect, ats[i], 0, &trials[i]);
	}
	(void)snprintf(stage, sizeof stage, "%s", count == 1 ? bisect->options.revisions->list[ats[0]].name : "the ends");
	const enum step step = run_trials(bisect, trials, count, stage, err);
	for (size_t i = 0; i < count; i++) {
		if (step == STEP_DONE && count == 1)
			note(bisect, ats[i], &trials[i]);
		else if (step == STEP_DONE) {
			bisect->subjects[ats[i]].ending = trials[i].ending;
			bisect->subjects[ats[i]].has_ending = true;
		}
		trial_close(&trials[i]);
	}
	free(trials);
	return step;
}

static void say_why(const struct bisect *bisect, size_t at, struct error *err, const char *end)
{
	char name[256];
	const struct subject *subject = &bisect->subjects[at];

	error_set(err, "the %s end %s cannot be tested: %.500s%s", end, bisect_name(bisect, at, name, sizeof name), subject->why_not,
	          bisect->options.builds != NULL && !subject->is_built ? "; build.log of its folder has more" : "");
}

/* Builds both ends. @return BISECT_FOUND if they are there. */
static enum bisect_state prepare_ends(struct bisect *bisect, struct error *err)
{
	const size_t bad = revisions_bad(bisect->options.revisions), ends[] = {bad, REVISIONS_GOOD};

	for (size_t i = 0; i < 2; i++) {
		const enum step step = bisect_prepare(bisect, ends[i], err);
		if (step != STEP_DONE)
			return step == STEP_HELD ? BISECT_HELD : BISECT_BROKEN;
	}
	if (can_run(bisect, bad) && can_run(bisect, REVISIONS_GOOD))
		return BISECT_FOUND;
	if (can_run(bisect, bad) || can_run(bisect, REVISIONS_GOOD)) {
		say_why(bisect, can_run(bisect, bad) ? REVISIONS_GOOD : bad, err, can_run(bisect, bad) ? "good" : "bad");
		return BISECT_WRONG_ENDS;
	}
	say_why(bisect, bad, err, "bad");
	error_context(err, "neither end can be tested, so the build command is likely to be wrong");
	return BISECT_WRONG_ENDS;
}

static bool look_at(struct bisect *bisect, size_t at)
{
	begin_look(bisect, at);
	return can_run(bisect, at);
}

/* -- by certainty -- */

static enum bisect_state wrong(struct bisect *bisect, enum bisect_state state, size_t at, const char *what, struct error *err)
{
	char name[256], ending[SAY_MAX];

	error_set(err, "the %s end %s %s: %s", at == REVISIONS_GOOD ? "good" : "bad", bisect_name(bisect, at, name, sizeof name), what,
	          ending_say(&bisect->subjects[at].ending, ending, sizeof ending));
	return state;
}

static enum bisect_state judge_ends(struct bisect *bisect, struct error *err)
{
	const size_t bad = revisions_bad(bisect->options.revisions);
	const struct ending *at_bad = &bisect->subjects[bad].ending, *at_good = &bisect->subjects[REVISIONS_GOOD].ending;

	if (at_bad->kind == VERDICT_INCONCLUSIVE)
		return wrong(bisect, BISECT_NO_PROOF, bad, "proves nothing", err);
	if (at_bad->kind == VERDICT_PASS)
		return wrong(
			bisect, BISECT_WRONG_ENDS, bad,
			"passes with this plan, so there is no failure to look for (--by-chance runs the plan's faults with other seeds)",
			err);
	bisect->reference = *at_bad;
	bisect->has_reference = true;
	if (at_good->kind == VERDICT_INCONCLUSIVE)
		return wrong(bisect, BISECT_NO_PROOF, REVISIONS_GOOD, "proves nothing", err);
	if (at_good->kind == VERDICT_FAIL)
		return wrong(bisect, BISECT_WRONG_ENDS, REVISIONS_GOOD,
		             ending_same(at_bad, at_good) ? "fails, too" : "fails in another way", err);
	bisect->subjects[bad].counts[OUTCOME_FAILS]++;
	bisect->subjects[REVISIONS_GOOD].counts[OUTCOME_PASSES]++;
	return BISECT_FOUND;
}

static enum bisect_state test_ends(struct bisect *bisect, struct error *err)
{
	const size_t ends[] = {revisions_bad(bisect->options.revisions), REVISIONS_GOOD};
	const enum bisect_state state = prepare_ends(bisect, err);

	if (state != BISECT_FOUND)
		return state;
	const enum step step = run_each(bisect, ends, 2, err);
	if (step != STEP_DONE)
		return step == STEP_HELD ? BISECT_HELD : BISECT_BROKEN;
	return judge_ends(bisect, err);
}

static void tell_look(struct bisect *bisect, size_t at)
{
	const struct subject *subject = &bisect->subjects[at];
	char name[256], ending[SAY_MAX];

	search_find(bisect->options.search, "revision %s: %s; %zu of %zu revisions are suspects",
	            bisect_name(bisect, at, name, sizeof name),
	            subject->has_ending ? ending_say(&subject->ending, ending, sizeof ending) : subject->why_not, bisect->suspects.count,
	            revisions_candidates(bisect->options.revisions));
}

/* Asks one revision. */
static enum step ask(struct bisect *bisect, size_t at, struct error *err)
{
	struct subject *subject = &bisect->subjects[at];
	enum step step = bisect_prepare(bisect, at, err);

	if (step == STEP_DONE && look_at(bisect, at))
		step = run_each(bisect, &at, 1, err);
	if (step != STEP_DONE)
		return step;
	if (subject->counts[OUTCOME_FAILS] + subject->counts[OUTCOME_PASSES] > 0)
		suspects_take(&bisect->suspects, at, subject->counts[OUTCOME_FAILS] > 0);
	else
		bisect->suspects.untestable[at] = true;
	tell_look(bisect, at);
	return STEP_DONE;
}

static size_t only_suspect(const struct suspects *suspects)
{
	size_t at = 0;

	while (!suspects->is[at])
		at++;
	return at;
}

/* One revision's part of the proof: three trials, and what they have to come to. */
struct evidence {
	size_t at;
	bool must_fail;
};

static void judge_proof(struct bisect *bisect, const struct evidence *evidence, const struct trial *trials)
{
	struct subject *subject = &bisect->subjects[evidence->at];

	subject->proof.right = 0;
	subject->proof.asked = BISECT_PROOF;
	for (size_t i = 0; i < BISECT_PROOF; i++)
		subject->proof.right += evidence->must_fail ? ending_same(&trials[i].ending, &bisect->reference)
		                                            : trials[i].ending.kind == VERDICT_PASS;
	(void)snprintf(subject->proof.dir, sizeof subject->proof.dir, "%s", trials[0].dir);
	bisect->is_proved = bisect->is_proved && subject->proof.right == BISECT_PROOF;
}

static enum step run_proof(struct bisect *bisect, const struct evidence *evidence, size_t count, struct error *err)
{
	struct trial *trials = memory_new(count * BISECT_PROOF * sizeof *trials);

	for (size_t i = 0; i < count * BISECT_PROOF; i++) {
		make_trial(bisect, evidence[i / BISECT_PROOF].at, 0, &trials[i]);
		trials[i].alone = true;
		trials[i].round = 1 + (unsigned)(i % BISECT_PROOF);
		trials[i].keep = i % BISECT_PROOF == 0;
	}
	const enum step step = run_trials(bisect, trials, count * BISECT_PROOF, "the proof", err);
	for (size_t i = 0; i < count && step == STEP_DONE; i++)
		judge_proof(bisect, &evidence[i], trials + i * BISECT_PROOF);
	for (size_t i = 0; i < count * BISECT_PROOF; i++)
		trial_close(&trials[i]);
	free(trials);
	return step;
}

/*
 * The culprit fails three times, each of its parents passes three times. A parent that cannot be
 * tested leaves it unproved.
 */
static enum step prove(struct bisect *bisect, size_t culprit, struct error *err)
{
	const struct revision *revision = &bisect->options.revisions->list[culprit];
	struct evidence *evidence = memory_new((revision->parent_count + 1) * sizeof *evidence);
	size_t count = 0;
	enum step step = bisect_prepare(bisect, culprit, err);

	/* Of a root nothing shows that it was good before. */
	bisect->is_proved = can_run(bisect, culprit) && revision->parent_count > 0;
	if (can_run(bisect, culprit))
		evidence[count++] = (struct evidence){culprit, true};
	for (size_t i = 0; i < revision->parent_count && step == STEP_DONE; i++) {
		step = bisect_prepare(bisect, revision->parents[i], err);
		if (can_run(bisect, revision->parents[i]))
			evidence[count++] = (struct evidence){revision->parents[i], false};
		else
			bisect->is_proved = false;
	}
	if (step == STEP_DONE && count > 0)
		step = run_proof(bisect, evidence, count, err);
	free(evidence);
	return step;
}

static enum bisect_state state_of(enum step step)
{
	return step == STEP_HELD ? BISECT_HELD : BISECT_BROKEN;
}

static enum bisect_state halve(struct bisect *bisect, struct error *err)
{
	size_t at;

	while (bisect->suspects.count > 1 && (at = suspects_halve(&bisect->suspects)) != REVISION_NONE) {
		const enum step step = search_is_over(bisect->options.search) ? STEP_HELD : ask(bisect, at, err);
		if (step != STEP_DONE)
			return state_of(step);
	}
	if (bisect->suspects.count > 1)
		return BISECT_SUSPECTS;
	const enum step step = prove(bisect, only_suspect(&bisect->suspects), err);
	if (step != STEP_DONE)
		return state_of(step);
	return bisect->is_proved ? BISECT_FOUND : BISECT_SUSPECTS;
}

static enum bisect_state bisect_by_certainty(struct bisect *bisect, struct error *err)
{
	const enum bisect_state state = test_ends(bisect, err);

	return state == BISECT_FOUND ? halve(bisect, err) : state;
}

/* -- by chance -- */

/*
 * The failure that is looked for is the most frequent of the bad end's first batch with one; of
 * those equally frequent, the first.
 */
static void choose_reference(struct bisect *bisect, const struct trial *trials, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		size_t like = 0;
		for (size_t j = 0; j < count; j++)
			like += trials[i].ending.kind == VERDICT_FAIL && ending_same(&trials[i].ending, &trials[j].ending);
		if (like > most) {
			most = like;
			bisect->reference = trials[i].ending;
			bisect->has_reference = true;
		}
	}
}

static void take_batch(struct bisect *bisect, size_t at, const struct trial *trials, size_t count)
{
	struct subject *subject = &bisect->subjects[at];
	unsigned before[OUTCOME_INCONCLUSIVE + 1];

	if (!bisect->has_reference && at == revisions_bad(bisect->options.revisions))
		choose_reference(bisect, trials, count);
	memcpy(before, subject->counts, sizeof before);
	for (size_t i = 0; i < count; i++)
		note(bisect, at, &trials[i]);
	const struct belief_count found = {.failed = subject->counts[OUTCOME_FAILS] - before[OUTCOME_FAILS],
	                                   .passed = subject->counts[OUTCOME_PASSES] - before[OUTCOME_PASSES],
	                                   .neither = subject->counts[OUTCOME_OTHER] + subject->counts[OUTCOME_INCONCLUSIVE] -
	                                              before[OUTCOME_OTHER] - before[OUTCOME_INCONCLUSIVE]};
	belief_add(&bisect->belief, at, &found);
}

static unsigned sessions_at(const struct subject *subject)
{
	unsigned sum = 0;

	for (size_t i = 0; i <= OUTCOME_INCONCLUSIVE; i++)
		sum += subject->counts[i];
	return sum;
}

/* Those that said something. */
static unsigned decided_at(const struct subject *subject)
{
	return subject->counts[OUTCOME_FAILS] + subject->counts[OUTCOME_PASSES];
}

static void say_share(double share, char *ret_text, size_t size)
{
	(void)snprintf(ret_text, size, share > 0.9995 && share < 1 ? "more than 99.9 %%" : "%.3g %%", 100 * share);
}

static void tell_belief(struct bisect *bisect, size_t at)
{
	const struct subject *subject = &bisect->subjects[at];
	const struct belief *belief = &bisect->belief;
	const unsigned neither = sessions_at(subject) - decided_at(subject);
	char name[256], culprit[256], share[32], others[48] = "";

	(void)bisect_name(bisect, at, name, sizeof name);
	if (subject->why_not[0] != '\0') {
		search_find(bisect->options.search, "revision %s cannot be tested: %s", name, subject->why_not);
		return;
	}
	say_share(belief->share[belief->best], share, sizeof share);
	if (neither > 0)
		(void)snprintf(others, sizeof others, ", %u more said nothing", neither);
	search_find(bisect->options.search, "revision %s: %u of %u failed%s; culprit %s with %s (%.2g %% fail before it, %.2g %% after)",
	            name, subject->counts[OUTCOME_FAILS], decided_at(subject), others,
	            bisect_name(bisect, belief->best, culprit, sizeof culprit), share, 100 * belief->before, 100 * belief->after);
}

static enum step run_batch(struct bisect *bisect, size_t at, struct error *err)
{
	const size_t count = bisect->options.belief.batch;
	struct trial *trials = memory_new(count * sizeof *trials);
	const unsigned first = sessions_at(&bisect->subjects[at]);

	for (size_t i = 0; i < count; i++)
		make_trial(bisect, at, first + (unsigned)i, &trials[i]);
	const enum step step = run_trials(bisect, trials, count, bisect->options.revisions->list[at].name, err);
	if (step == STEP_DONE)
		take_batch(bisect, at, trials, count);
	for (size_t i = 0; i < count; i++)
		trial_close(&trials[i]);
	free(trials);
	return step;
}

static enum step ask_by_chance(struct bisect *bisect, size_t at, struct error *err)
{
	enum step step = bisect_prepare(bisect, at, err);

	if (step != STEP_DONE)
		return step;
	if (look_at(bisect, at))
		step = run_batch(bisect, at, err);
	else
		belief_cannot_test(&bisect->belief, at);
	if (step == STEP_DONE)
		tell_belief(bisect, at);
	return step;
}

static enum bisect_state end_belief(struct bisect *bisect, enum belief_state state, struct error *err)
{
	const size_t bad = revisions_bad(bisect->options.revisions);
	char name[256], good[256];

	(void)bisect_name(bisect, bad, name, sizeof name);
	(void)bisect_name(bisect, REVISIONS_GOOD, good, sizeof good);
	if (state == BELIEF_NO_FAILURE) {
		error_set(
			err,
			"the bad end %s has not failed once in %u sessions with different seeds, of which %u were inconclusive, so there is no failure to look for",
			name, sessions_at(&bisect->subjects[bad]), bisect->subjects[bad].counts[OUTCOME_INCONCLUSIVE]);
		return BISECT_WRONG_ENDS;
	}
	if (state == BELIEF_NO_DIFFERENCE) {
		error_set(err, "the good end %s fails in %u of %u sessions and the bad end %s in %u of %u: they do not differ enough", good,
		          bisect->subjects[REVISIONS_GOOD].counts[OUTCOME_FAILS], decided_at(&bisect->subjects[REVISIONS_GOOD]), name,
		          bisect->subjects[bad].counts[OUTCOME_FAILS], decided_at(&bisect->subjects[bad]));
		return BISECT_WRONG_ENDS;
	}
	if (state == BELIEF_GIVEN_UP)
		return BISECT_HELD;
	const bool has_ends = !bisect->belief.untestable[bad] && !bisect->belief.untestable[REVISIONS_GOOD];
	if (state == BELIEF_UNTESTABLE && !has_ends) {
		const size_t at = bisect->belief.untestable[bad] ? bad : REVISIONS_GOOD;
		return wrong(bisect, BISECT_NO_PROOF, at, "proves nothing", err);
	}
	size_t alike = 0;
	for (size_t i = 0; i < bisect->options.revisions->count; i++)
		alike += bisect->belief.like_best[i];
	return state == BELIEF_SURE && alike == 1 ? BISECT_FOUND : BISECT_SUSPECTS;
}

static enum bisect_state bisect_by_chance(struct bisect *bisect, struct error *err)
{
	enum bisect_state ends = prepare_ends(bisect, err);
	enum belief_state state;
	size_t at;

	if (ends != BISECT_FOUND)
		return ends;
	/*
	 * What an earlier run of the same search has built does not count: it would ask other
	 * revisions than that did.
	 */
	for (size_t i = 0; i < bisect->options.revisions->count; i++)
		bisect->belief.built[i] = bisect->options.builds == NULL || can_run(bisect, i);
	while ((state = belief_next(&bisect->belief, &at)) == BELIEF_GOES_ON) {
		const enum step step = search_is_over(bisect->options.search) ? STEP_HELD : ask_by_chance(bisect, at, err);
		if (step != STEP_DONE)
			return state_of(step);
	}
	return end_belief(bisect, state, err);
}

/* -- in the whole -- */

static void close_all(struct bisect *bisect)
{
	for (size_t i = 0; i < bisect->options.revisions->count; i++)
		if (bisect->subjects[i].has_plan)
			plan_close(&bisect->subjects[i].plan);
	free(bisect->subjects);
	suspects_close(&bisect->suspects);
	belief_close(&bisect->belief);
}

enum bisect_state bisect_run(const struct bisect_options *options, struct error *err)
{
	struct bisect bisect = {.options = *options, .subjects = memory_new(options->revisions->count * sizeof *bisect.subjects)};

	bisect.options.belief.revisions = options->revisions;
	suspects_open(&bisect.suspects, options->revisions);
	belief_open(&bisect.belief, &bisect.options.belief);
	const enum bisect_state state = options->by_chance ? bisect_by_chance(&bisect, err) : bisect_by_certainty(&bisect, err);
	bisect_tell(&bisect, state);
	close_all(&bisect);
	return state;
}
