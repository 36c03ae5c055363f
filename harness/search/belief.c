/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/belief.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* Rates on the grid: never, POINTS between, always. */
#define POINTS 62
#define GRID (POINTS + 2)
/* The prior share of "never" before the culprit, and of "always" from it on. */
#define SHARE_OF_END 0.2
/*
 * Rates are plausible that explain what was seen at least this well, compared with those that
 * explain it best.
 */
#define PLAUSIBLE 0.15
/* The logarithm of what cannot be. */
#define IMPOSSIBLE (-1e9)
/*
 * So many sessions at least have to say nothing until a revision is not asked again: one that was
 * inconclusive may have been bad luck.
 */
#define NOTHING_SAID 4
/*
 * The good end is compared with the bad one for as long as it is less probable than this that it is
 * the better of the two.
 */
#define ENDS_DIFFER 0.7
/* Two worths that differ by less are the same; then the earlier revision is asked. */
#define SAME_WORTH 1e-9
/* A worth that is no more than what rounding makes. */
#define NOTHING 1e-12

/* -- arithmetic that is the same everywhere -- */

#define LN2 0.69314718055994530942

/* By the series of artanh, on a number between 0.7 and 1.42. */
static double logarithm(double value)
{
	int exponent;

	if (value <= 0)
		return IMPOSSIBLE;
	double part = frexp(value, &exponent);
	if (part < 0.70710678118654752440) {
		part *= 2;
		exponent--;
	}
	const double ratio = (part - 1) / (part + 1), square = ratio * ratio;
	double sum = 0;
	for (int odd = 23; odd >= 1; odd -= 2)
		sum = sum * square + 1.0 / odd;
	return 2 * ratio * sum + exponent * LN2;
}

static double exponential(double value)
{
	if (value < -700)
		return 0;
	const int halvings = (int)(value / LN2);
	const double rest = value - halvings * LN2;
	double sum = 1;
	for (int i = 18; i >= 1; i--)
		sum = 1 + sum * rest / i;
	return ldexp(sum, halvings);
}

/* -- rates -- */

struct grid {
	double rate[GRID], log_fails[GRID], log_passes[GRID];
	double before[GRID], after[GRID]; /* the prior */
};

static void make_grid(struct grid *grid)
{
	for (size_t i = 0; i < GRID; i++) {
		const double x = i == 0 ? 0 : i == GRID - 1 ? 1 : ((double)i - 0.5) / POINTS;
		grid->rate[i] = x * x / (x * x + (1 - x) * (1 - x));
		grid->log_fails[i] = logarithm(grid->rate[i]);
		grid->log_passes[i] = logarithm(1 - grid->rate[i]);
		const bool is_end = i == 0 || i == GRID - 1;
		grid->before[i] = i == 0 ? SHARE_OF_END : is_end ? 0 : (1 - SHARE_OF_END) / POINTS;
		grid->after[i] = i == GRID - 1 ? SHARE_OF_END : is_end ? 0 : (1 - SHARE_OF_END) / POINTS;
	}
}

/* -- hypotheses -- */

/* Hypotheses that divide what was seen alike. */
struct group {
	uint64_t failed, passed; /* from the culprit on */
	size_t members, like_best;
	double weight; /* of the whole, compared with the others */
	/* how well a rate explains what was seen on its side, compared with the best rate there */
	double before[GRID], after[GRID];
	double share; /* of the belief, a member */
};

struct view {
	struct grid grid;
	struct group *groups;
	size_t count;
	size_t *group_of; /* of a revision; REVISION_NONE */
	uint64_t failed, passed;
};

static size_t group_at(struct view *view, uint64_t failed, uint64_t passed)
{
	for (size_t i = 0; i < view->count; i++)
		if (view->groups[i].failed == failed && view->groups[i].passed == passed)
			return i;
	view->groups = memory_resize(view->groups, view->count + 1, sizeof *view->groups);
	view->groups[view->count] = (struct group){.failed = failed, .passed = passed};
	return view->count++;
}

/* @return the logarithm of how well the best rate does. */
static double explain(const struct grid *grid, const double prior[GRID], uint64_t failed, uint64_t passed, double ret_well[GRID])
{
	double best = 2 * IMPOSSIBLE * (double)(failed + passed + 1);

	for (size_t i = 0; i < GRID; i++) {
		ret_well[i] = (failed > 0 ? (double)failed * grid->log_fails[i] : 0) +
		              (passed > 0 ? (double)passed * grid->log_passes[i] : 0);
		if (prior[i] > 0 && ret_well[i] > best)
			best = ret_well[i];
	}
	for (size_t i = 0; i < GRID; i++)
		ret_well[i] = prior[i] > 0 ? prior[i] * exponential(ret_well[i] - best) : 0;
	return best;
}

static void weigh_groups(struct view *view)
{
	double best = 0;

	for (size_t i = 0; i < view->count; i++) {
		struct group *group = &view->groups[i];
		group->weight = explain(&view->grid, view->grid.after, group->failed, group->passed, group->after) +
		                explain(&view->grid, view->grid.before, view->failed - group->failed, view->passed - group->passed,
		                        group->before);
		if (i == 0 || group->weight > best)
			best = group->weight;
	}
	for (size_t i = 0; i < view->count; i++)
		view->groups[i].weight = exponential(view->groups[i].weight - best);
}

static void view_open(struct view *view, const struct belief *belief)
{
	const struct revisions *revisions = belief->options.revisions;

	*view = (struct view){.group_of = memory_new((revisions->count + 1) * sizeof *view->group_of)};
	make_grid(&view->grid);
	for (size_t i = 0; i < revisions->count; i++) {
		view->failed += belief->counts[i].failed;
		view->passed += belief->counts[i].passed;
	}
	for (size_t culprit = 0; culprit < revisions->count; culprit++) {
		uint64_t failed = 0, passed = 0;
		view->group_of[culprit] = REVISION_NONE;
		if (!revisions->list[culprit].is_candidate)
			continue;
		for (size_t at = culprit; at < revisions->count; at++)
			if (belief->counts[at].failed + belief->counts[at].passed > 0 && revisions_is_after(revisions, at, culprit)) {
				failed += belief->counts[at].failed;
				passed += belief->counts[at].passed;
			}
		view->group_of[culprit] = group_at(view, failed, passed);
		view->groups[view->group_of[culprit]].members++;
	}
	weigh_groups(view);
}

static void view_close(struct view *view)
{
	free(view->groups);
	free(view->group_of);
}

/* -- what is believed -- */

/* Sums over all pairs of rates, that before at most as high as that after. */
static void sum_rates(struct belief *belief, struct view *view)
{
	double all = 0, before = 0, after = 0;

	for (size_t g = 0; g < view->count; g++) {
		struct group *group = &view->groups[g];
		double sum = 0, lower = 0, lower_rate = 0;
		for (size_t i = 0; i < GRID; i++) {
			lower += group->before[i];
			lower_rate += group->before[i] * view->grid.rate[i];
			sum += group->after[i] * lower;
			before += (double)group->members * group->weight * group->after[i] * lower_rate;
			after += (double)group->members * group->weight * group->after[i] * view->grid.rate[i] * lower;
		}
		group->share = group->weight * sum;
		all += (double)group->members * group->share;
	}
	for (size_t g = 0; g < view->count; g++)
		view->groups[g].share /= all;
	belief->before = before / all;
	belief->after = after / all;
}

/* Whether some revision that can be tested, and is worth it, would tell two hypotheses apart. */
static bool are_told_apart(const struct belief *belief, size_t a, size_t b)
{
	const struct revisions *revisions = belief->options.revisions;

	for (size_t at = a < b ? a : b; at < revisions->count; at++)
		if (!belief->untestable[at] && revisions_is_after(revisions, at, a) != revisions_is_after(revisions, at, b))
			return true;
	return false;
}

static void choose_best(struct belief *belief, struct view *view)
{
	const struct revisions *revisions = belief->options.revisions;

	belief->best = REVISION_NONE;
	for (size_t i = 0; i < revisions->count; i++) {
		belief->share[i] = view->group_of[i] != REVISION_NONE ? view->groups[view->group_of[i]].share : 0;
		if (belief->best == REVISION_NONE || belief->share[i] > belief->share[belief->best] * (1 + SAME_WORTH))
			belief->best = i;
	}
	belief->average = 0;
	for (size_t i = 0; i < revisions->count; i++) {
		belief->like_best[i] = revisions->list[i].is_candidate && !are_told_apart(belief, belief->best, i);
		if (!belief->like_best[i])
			continue;
		view->groups[view->group_of[i]].like_best++;
		belief->average += belief->share[i];
	}
}

/* How well a pair of rates explains all that was seen, and how much of that is the best's. */
static double weigh_pair(const struct view *view, size_t before, size_t after, double *ret_best)
{
	double all = 0;

	*ret_best = 0;
	for (size_t g = 0; g < view->count; g++) {
		const struct group *group = &view->groups[g];
		const double each = group->weight * group->before[before] * group->after[after];
		all += (double)group->members * each;
		*ret_best += (double)group->like_best * each;
	}
	return all;
}

static void find_least(struct belief *belief, const struct view *view)
{
	const struct grid *grid = &view->grid;
	double part, most = 0;

	for (size_t after = 1; after < GRID; after++)
		for (size_t before = 0; before < after; before++)
			if (grid->before[before] > 0 && grid->after[after] > 0) {
				const double all = weigh_pair(view, before, after, &part) / grid->before[before] / grid->after[after];
				most = all > most ? all : most;
			}
	belief->sure = 1;
	for (size_t after = 1; after < GRID; after++)
		for (size_t before = 0; before < after; before++) {
			if (grid->before[before] <= 0 || grid->after[after] <= 0)
				continue;
			const double all = weigh_pair(view, before, after, &part);
			if (all / grid->before[before] / grid->after[after] >= PLAUSIBLE * most && part < belief->sure * all)
				belief->sure = part / all;
		}
}

static void believe(struct belief *belief)
{
	struct view view;

	view_open(&view, belief);
	sum_rates(belief, &view);
	choose_best(belief, &view);
	find_least(belief, &view);
	view_close(&view);
}

/* -- what to ask -- */

static double entropy_of(const double *shares, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum -= shares[i] > 0 ? shares[i] * logarithm(shares[i]) : 0;
	return sum;
}

static void binomial(double rate, unsigned runs, double ret_shares[BELIEF_BATCH_MAX + 1])
{
	memset(ret_shares, 0, (BELIEF_BATCH_MAX + 1) * sizeof *ret_shares);
	ret_shares[0] = 1;
	for (unsigned run = 1; run <= runs; run++)
		for (unsigned k = run + 1; k-- > 0;)
			ret_shares[k] = ret_shares[k] * (1 - rate) + (k > 0 ? ret_shares[k - 1] * rate : 0);
}

/* What a batch is expected to come to, by the side of the culprit that it is run on. */
struct forecast {
	double shares[BELIEF_BATCH_MAX + 1];
	double entropy;
};

struct forecasts {
	struct forecast after, before;
};

static void forecast(const struct group *group, double of_counts[GRID][BELIEF_BATCH_MAX + 1], unsigned runs,
                     struct forecasts *ret_forecasts)
{
	double lower = 0, higher = 0, all = 0;

	memset(ret_forecasts, 0, sizeof *ret_forecasts);
	for (size_t i = 0; i < GRID; i++)
		higher += group->after[i];
	for (size_t i = 0; i < GRID; i++) {
		lower += group->before[i];
		all += group->after[i] * lower;
		for (unsigned k = 0; k <= runs; k++) {
			ret_forecasts->after.shares[k] += group->after[i] * lower * of_counts[i][k];
			ret_forecasts->before.shares[k] += group->before[i] * higher * of_counts[i][k];
		}
		higher -= group->after[i];
	}
	for (unsigned k = 0; k <= runs; k++) {
		ret_forecasts->after.shares[k] /= all;
		ret_forecasts->before.shares[k] /= all;
	}
	ret_forecasts->after.entropy = entropy_of(ret_forecasts->after.shares, runs + 1);
	ret_forecasts->before.entropy = entropy_of(ret_forecasts->before.shares, runs + 1);
}

static struct forecasts *forecast_all(const struct view *view, unsigned runs)
{
	struct forecasts *forecasts = memory_new((view->count + 1) * sizeof *forecasts);
	double(*of_counts)[BELIEF_BATCH_MAX + 1] = memory_new(GRID * sizeof *of_counts);

	for (size_t i = 0; i < GRID; i++)
		binomial(view->grid.rate[i], runs, of_counts[i]);
	for (size_t g = 0; g < view->count; g++)
		forecast(&view->groups[g], of_counts, runs, &forecasts[g]);
	free(of_counts);
	return forecasts;
}

/*
 * What a batch's count at a revision is expected to tell about the culprit: by the revision's side,
 * and by what it tells of the rates.
 */
static double information(const struct belief *belief, const struct view *view, const struct forecasts *forecasts, size_t at)
{
	const unsigned runs = belief->options.batch;
	double mixed[BELIEF_BATCH_MAX + 1] = {0}, within = 0;
	double *on_side = memory_new((view->count + 1) * sizeof *on_side);

	for (size_t i = 0; i <= at; i++)
		if (view->group_of[i] != REVISION_NONE && revisions_is_after(belief->options.revisions, at, i))
			on_side[view->group_of[i]]++;
	for (size_t g = 0; g < view->count; g++) {
		const double after = on_side[g] * view->groups[g].share;
		const double before = ((double)view->groups[g].members - on_side[g]) * view->groups[g].share;
		within += after * forecasts[g].after.entropy + before * forecasts[g].before.entropy;
		for (unsigned k = 0; k <= runs; k++)
			mixed[k] += after * forecasts[g].after.shares[k] + before * forecasts[g].before.shares[k];
	}
	free(on_side);
	return entropy_of(mixed, runs + 1) - within;
}

/* Near those that break a build, others are likely to break it, too. */
static double worth_of(const struct belief *belief, size_t at, double told)
{
	const struct revisions *revisions = belief->options.revisions;

	if (belief->built[at])
		return told / belief->options.batch;
	return told * (double)(1 + revisions_clearance(revisions, belief->untestable, at, revisions_candidates(revisions))) / 1000 /
	       (belief->options.batch + belief->options.build_cost);
}

static bool can_be_asked(const struct belief *belief, size_t at)
{
	const struct revision *revision = &belief->options.revisions->list[at];

	return !belief->untestable[at] && (revision->is_candidate || at == REVISIONS_GOOD);
}

static size_t choose_next(const struct belief *belief)
{
	struct view view;
	double best_worth = NOTHING;
	size_t best = REVISION_NONE;

	view_open(&view, belief);
	for (size_t g = 0, at = 0; g < view.count; g++, at = 0) {
		while (view.group_of[at] != g)
			at++;
		view.groups[g].share = belief->share[at];
	}
	struct forecasts *forecasts = forecast_all(&view, belief->options.batch);
	for (size_t at = 0; at < belief->options.revisions->count; at++) {
		const double worth = can_be_asked(belief, at) ? worth_of(belief, at, information(belief, &view, forecasts, at)) : 0;
		if (worth > best_worth * (1 + SAME_WORTH)) {
			best_worth = worth;
			best = at;
		}
	}
	free(forecasts);
	view_close(&view);
	return best;
}

/* -- the ends -- */

/* How probable it is that the first fails less often than the second. */
static double is_better(const struct belief_count *first, const struct belief_count *second)
{
	struct grid grid;
	double one[GRID], other[GRID], better = 0, all = 0;

	make_grid(&grid);
	memcpy(grid.after, grid.before, sizeof grid.after);
	(void)explain(&grid, grid.before, first->failed, first->passed, one);
	(void)explain(&grid, grid.after, second->failed, second->passed, other);
	for (size_t i = 0; i < GRID; i++)
		for (size_t j = 0; j < GRID; j++) {
			all += one[i] * other[j];
			better += i < j ? one[i] * other[j] : i == j ? one[i] * other[j] / 2 : 0;
		}
	return better / all;
}

static unsigned asked(const struct belief_count *count)
{
	return count->failed + count->passed + count->neither;
}

/*
 * Before anything is searched for: the bad end fails now and then, the good end less often. @return
 * where to run; REVISION_NONE: it is so.
 */
static size_t check_ends(const struct belief *belief, enum belief_state *ret_state)
{
	const size_t bad_at = revisions_bad(belief->options.revisions);
	const struct belief_count *good = &belief->counts[REVISIONS_GOOD], *bad = &belief->counts[bad_at];

	*ret_state = BELIEF_GOES_ON;
	if (belief->untestable[REVISIONS_GOOD] || belief->untestable[bad_at])
		*ret_state = BELIEF_UNTESTABLE;
	else if (bad->failed == 0 && asked(bad) >= BELIEF_ENDS_MAX)
		*ret_state = BELIEF_NO_FAILURE;
	else if (bad->failed == 0)
		return bad_at;
	else if (asked(good) == 0)
		return REVISIONS_GOOD;
	else if (is_better(good, bad) >= ENDS_DIFFER)
		return REVISION_NONE;
	else if (asked(good) >= BELIEF_ENDS_MAX && asked(bad) >= BELIEF_ENDS_MAX)
		*ret_state = BELIEF_NO_DIFFERENCE;
	else
		return asked(good) <= asked(bad) ? REVISIONS_GOOD : bad_at;
	return REVISION_NONE;
}

/* -- in the whole -- */

void belief_open(struct belief *belief, const struct belief_options *options)
{
	const size_t count = options->revisions->count + 1;

	*belief = (struct belief){.options = *options,
	                          .counts = memory_new(count * sizeof *belief->counts),
	                          .built = memory_new(count * sizeof *belief->built),
	                          .untestable = memory_new(count * sizeof *belief->untestable),
	                          .share = memory_new(count * sizeof *belief->share),
	                          .like_best = memory_new(count * sizeof *belief->like_best)};
	believe(belief);
}

void belief_close(struct belief *belief)
{
	free(belief->counts);
	free(belief->built);
	free(belief->untestable);
	free(belief->share);
	free(belief->like_best);
	memset(belief, 0, sizeof *belief);
}

enum belief_state belief_next(struct belief *belief, size_t *ret_at)
{
	const double confidence = (double)belief->options.confidence / 1e9;
	enum belief_state state;
	size_t at = check_ends(belief, &state);

	if (state != BELIEF_GOES_ON)
		return state;
	if (at == REVISION_NONE && (belief->options.on_average ? belief->average : belief->sure) >= confidence)
		return BELIEF_SURE;
	if (belief->sessions >= belief->options.most)
		return BELIEF_GIVEN_UP;
	if (at == REVISION_NONE)
		at = choose_next(belief);
	if (at == REVISION_NONE)
		return BELIEF_UNTESTABLE;
	*ret_at = at;
	return BELIEF_GOES_ON;
}

void belief_add(struct belief *belief, size_t at, const struct belief_count *count)
{
	struct belief_count *known = &belief->counts[at];

	belief->built[at] = true;
	belief->sessions += asked(count);
	known->failed += count->failed;
	known->passed += count->passed;
	known->neither += count->neither;
	if (count->failed + count->passed == 0 && known->neither >= NOTHING_SAID && known->neither > known->failed + known->passed)
		belief->untestable[at] = true;
	believe(belief);
}

void belief_cannot_test(struct belief *belief, size_t at)
{
	belief->untestable[at] = true;
	believe(belief);
}
