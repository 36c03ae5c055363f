/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/cut.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "lib/base/unit.h"
#include "lib/sim/random.h"

/* Cuts that are nearer to each other than this tell nothing apart. */
#define NEAREST_NS SIM_MS
/*
 * A jump of the rate is worth a cut if it is as large as this, and its cuts so far apart, as a part
 * of the session.
 */
#define JUMP_LEAST 200000000U
#define JUMP_PART 64U
/* So many times the redraws of a cut make the proof. */
#define PROOF_TIMES 2U

/* -- the curve -- */

void cut_put(struct cut_curve *curve, const struct cut *cut)
{
	size_t at = 0;

	while (at < curve->count && curve->list[at].at_ns < cut->at_ns)
		at++;
	if (at < curve->count && curve->list[at].at_ns == cut->at_ns) {
		struct tally *tally = &curve->list[at].tally;
		tally->passed += cut->tally.passed;
		tally->same += cut->tally.same;
		tally->other += cut->tally.other;
		tally->unknown += cut->tally.unknown;
		return;
	}
	if (curve->count == curve->room) {
		curve->room = curve->room > 0 ? 2 * curve->room : 16;
		curve->list = memory_resize(curve->list, curve->room, sizeof *curve->list);
	}
	memmove(&curve->list[at + 1], &curve->list[at], (curve->count - at) * sizeof *curve->list);
	curve->list[at] = *cut;
	curve->count++;
}

size_t cut_last_passed(const struct cut_curve *curve)
{
	size_t last = curve->count;

	while (last > 0 && curve->list[last - 1].tally.passed == 0)
		last--;
	return last;
}

size_t cut_first_lost(const struct cut_curve *curve)
{
	size_t first = cut_last_passed(curve);

	while (first < curve->count && tally_known(&curve->list[first].tally) == 0)
		first++;
	return first;
}

bool cut_between(const struct cut_curve *curve, uint64_t *ret_at_ns)
{
	const size_t passed = cut_last_passed(curve), lost = cut_first_lost(curve);

	if (passed == 0)
		return false;
	const uint64_t from = curve->list[passed - 1].at_ns, to = lost < curve->count ? curve->list[lost].at_ns : curve->end_ns;
	*ret_at_ns = from + (to - from) / 2;
	return to - from >= 2 * NEAREST_NS;
}

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

bool cut_of_jump(const struct cut_curve *curve, uint64_t *ret_at_ns)
{
	const uint64_t nearest = (curve->end_ns - curve->start_ns) / JUMP_PART;
	uint64_t largest = JUMP_LEAST;
	bool found = false;

	for (size_t i = 0; i + 1 < curve->count; i++) {
		const struct cut *a = &curve->list[i], *b = &curve->list[i + 1];
		const uint64_t jump = distance(tally_rate(&a->tally), tally_rate(&b->tally));
		const bool known = tally_known(&a->tally) > 0 && tally_known(&b->tally) > 0;
		if (!known || jump <= largest || b->at_ns - a->at_ns < nearest || b->at_ns - a->at_ns < 2 * NEAREST_NS)
			continue;
		found = true;
		largest = jump;
		*ret_at_ns = a->at_ns + (b->at_ns - a->at_ns) / 2;
	}
	return found;
}

size_t cut_surely_below(const struct cut_curve *curve, uint64_t share)
{
	size_t last = curve->count;

	while (last > 0 && (tally_known(&curve->list[last - 1].tally) == 0 || tally_interval(&curve->list[last - 1].tally).high >= share))
		last--;
	return last;
}

void cut_curve_close(struct cut_curve *curve)
{
	free(curve->list);
	memset(curve, 0, sizeof *curve);
}

/* -- redraws -- */

void cut_trial(struct trial *ret_trial, const struct plan *plan, uint64_t at_ns, uint64_t seed)
{
	char text[UNIT_TEXT_MAX];

	trial_with_faults(ret_trial, plan, plan->faults, plan->fault_count);
	ret_trial->plan.redraw = (struct redraw){.asked = true, .from_ns = at_ns, .seed = seed};
	(void)snprintf(ret_trial->name, sizeof ret_trial->name, "drawn anew from %s on, seed %llu", unit_show_duration(at_ns, text),
	               (unsigned long long)seed);
}

/* Short, as people read it in plans. */
uint64_t cut_seed(uint64_t plan_seed, uint64_t at_ns, uint64_t index)
{
	return random_bits(random_stream(plan_seed, "redraw"), at_ns, index) >> 33;
}

struct cutting {
	struct search *search;
	const struct plan *plan;
	const struct ending *failing;
	const struct cut_options *options;
	struct cut_curve *curve;
};

/* Counts what a redraw of a cut came to, and remembers the last cut at which one passed. */
static void count_redraw(struct cutting *cutting, const struct trial *trial, struct cut *cut)
{
	struct cut_curve *curve = cutting->curve;

	curve->whole = curve->whole && trial->state == TRIAL_DONE;
	tally_add(&cut->tally, trial, cutting->failing);
	if (trial->state != TRIAL_DONE || trial->ending.kind == VERDICT_INCONCLUSIVE)
		return;
	curve->differs = curve->differs || strcmp(trial->ending.digest, cutting->failing->digest) != 0;
	if (trial->ending.kind != VERDICT_PASS || (curve->has_saved && curve->saved_ns >= cut->at_ns))
		return;
	curve->has_saved = true;
	curve->saved_ns = cut->at_ns;
	curve->saved_seed = trial->plan.redraw.seed;
}

static void find(const struct cutting *cutting, const struct cut *cut)
{
	char text[UNIT_TEXT_MAX];

	if (tally_known(&cut->tally) > 0)
		search_find(cutting->search, "drawn anew from %s on %llu of %llu fail", unit_show_duration(cut->at_ns, text),
		            (unsigned long long)tally_failed(&cut->tally), (unsigned long long)tally_known(&cut->tally));
}

static bool is_whole(const struct cut *cut, uint64_t redraws)
{
	return tally_known(&cut->tally) + cut->tally.unknown == redraws;
}

/* Redraws that were asked for at some cuts, numbered through, cut by cut. */
struct redraws {
	struct cut *cuts;
	uint64_t first; /* the index of the first redraw of each cut */
	uint64_t per_cut;
};

static bool run_redraws(struct cutting *cutting, const struct redraws *redraws, uint64_t from, size_t count, struct trial *trials,
                        struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct cut *cut = &redraws->cuts[(from + i) / redraws->per_cut];
		cut_trial(&trials[i], cutting->plan, cut->at_ns,
		          cut_seed(cutting->plan->seed, cut->at_ns, redraws->first + (from + i) % redraws->per_cut));
	}
	const bool good = search_run(cutting->search, trials, count, NULL, NULL, err);
	for (size_t i = 0; i < count; i++) {
		struct cut *cut = &redraws->cuts[(from + i) / redraws->per_cut];
		if (good)
			count_redraw(cutting, &trials[i], cut);
		if (good && (from + i + 1) % redraws->per_cut == 0 && is_whole(cut, redraws->per_cut))
			find(cutting, cut);
		trial_close(&trials[i]);
	}
	return good;
}

/*
 * Runs redraws at some cuts, in as few batches as may be. Where the search ends before all of a cut
 * are run, those that were are forgotten: which they are depends on how long they take, and
 * sessions that fail take longer. @param first The index of the first redraw.
 */
static bool try_cuts(struct cutting *cutting, struct cut *cuts, size_t count, uint64_t first, uint64_t per_cut, struct error *err)
{
	const struct redraws redraws = {.cuts = cuts, .first = first, .per_cut = per_cut};
	const uint64_t all = count * per_cut;
	struct trial *trials = memory_new((all < CUT_BATCH_MAX ? all : CUT_BATCH_MAX) * sizeof *trials);
	bool good = true;

	for (uint64_t from = 0; from < all && good && cutting->curve->whole; from += CUT_BATCH_MAX)
		good = run_redraws(cutting, &redraws, from, all - from < CUT_BATCH_MAX ? all - from : CUT_BATCH_MAX, trials, err);
	for (size_t i = 0; i < count; i++)
		if (!is_whole(&cuts[i], per_cut))
			cuts[i].tally = (struct tally){0};
	free(trials);
	return good;
}

static bool add_cuts(struct cutting *cutting, struct cut *cuts, size_t count, struct error *err)
{
	if (!try_cuts(cutting, cuts, count, 0, cutting->options->redraws, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (tally_known(&cuts[i].tally) + cuts[i].tally.unknown > 0)
			cut_put(cutting->curve, &cuts[i]);
	return true;
}

static bool add_even_cuts(struct cutting *cutting, struct error *err)
{
	const struct cut_curve *curve = cutting->curve;
	const uint64_t count = cutting->options->cuts;
	struct cut *cuts = memory_new(count * sizeof *cuts);

	/* The first is at power on, before the first frame: then all is drawn anew. */
	for (size_t i = 1; i < count; i++)
		cuts[i].at_ns = curve->start_ns + (curve->end_ns - curve->start_ns) / count * i;
	bool good = add_cuts(cutting, cuts, count, err);
	free(cuts);
	return good;
}

/* Narrows the border, and then looks where else the rate jumps. */
static bool refine(struct cutting *cutting, struct error *err)
{
	const uint64_t steps = cutting->options->steps;
	struct cut cut = {.at_ns = 0};

	for (uint64_t i = 0; i < steps && cutting->curve->whole && cut_between(cutting->curve, &cut.at_ns); i++) {
		cut.tally = (struct tally){0};
		if (!add_cuts(cutting, &cut, 1, err))
			return false;
	}
	for (uint64_t i = 0; i < steps / 2 && cutting->curve->whole && cut_of_jump(cutting->curve, &cut.at_ns); i++) {
		cut.tally = (struct tally){0};
		if (!add_cuts(cutting, &cut, 1, err))
			return false;
	}
	return true;
}

/*
 * Where one of the redraws of the proof passes the border lies further on, and what was seen here
 * joins the curve.
 */
static bool prove(struct cutting *cutting, struct error *err)
{
	struct cut_curve *curve = cutting->curve;
	const uint64_t redraws = cutting->options->redraws;
	size_t lost;

	while (curve->whole && (lost = cut_first_lost(curve)) < curve->count) {
		struct cut proof = {.at_ns = curve->list[lost].at_ns};
		if (!try_cuts(cutting, &proof, 1, redraws, PROOF_TIMES * redraws, err))
			return false;
		if (proof.tally.passed == 0 && tally_known(&proof.tally) > 0) {
			curve->proof = proof;
			curve->has_proof = true;
			return true;
		}
		if (proof.tally.passed == 0)
			return true;
		cut_put(curve, &proof);
	}
	return true;
}

static const char *why_not(const struct plan *plan, const struct ending *failing, const struct trial *drawn)
{
	bool draws = false;

	for (size_t i = 0; i < plan->fault_count; i++)
		draws = draws || fault_draws(&plan->faults[i]);
	if (!draws)
		return "its faults draw nothing: each of its decisions is fixed, and there is nothing to redraw";
	if (plan->redraw.asked)
		return "its faults were drawn anew already, and are not once more";
	if (drawn->state != TRIAL_DONE)
		return "there was no time left to run its faults";
	if (drawn->ending.kind == VERDICT_INCONCLUSIVE)
		return "a run of its faults is inconclusive";
	if (strcmp(drawn->ending.digest, failing->digest) != 0)
		return "its decisions are not those that its faults draw, as of a plan that was changed: there is nothing to redraw";
	return NULL;
}

bool cut_run(struct search *search, const struct plan *plan, const struct ending *failing, const struct trial *drawn, uint64_t start_ns,
             uint64_t end_ns, const struct cut_options *options, struct cut_curve *ret_curve, struct error *err)
{
	struct cutting cutting = {.search = search, .plan = plan, .failing = failing, .options = options, .curve = ret_curve};

	*ret_curve = (struct cut_curve){.start_ns = start_ns, .end_ns = end_ns, .whole = true};
	ret_curve->why_not = why_not(plan, failing, drawn);
	if (ret_curve->why_not != NULL)
		return true;
	return add_even_cuts(&cutting, err) && refine(&cutting, err) && prove(&cutting, err);
}
