/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/reduce.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

size_t reduce_left(const struct reduce *reduce)
{
	size_t left = 0;

	for (size_t i = 0; i < reduce->count; i++)
		left += reduce->keep[i];
	return left;
}

/* -- rounds -- */

/* Candidates of a round: each begins as the set so far. */
struct round {
	struct reduce *reduce;
	bool *rows, *does;
	size_t count, room;
};

static struct round round_open(struct reduce *reduce, size_t room)
{
	return (struct round){.reduce = reduce,
	                      .rows = memory_new((room > 0 ? room : 1) * (reduce->count > 0 ? reduce->count : 1) * sizeof(bool)),
	                      .does = memory_new((room > 0 ? room : 1) * sizeof(bool)),
	                      .room = room};
}

static void round_close(struct round *round)
{
	free(round->rows);
	free(round->does);
}

static bool *round_add(struct round *round)
{
	bool *row = round->rows + round->count++ * round->reduce->count;

	memcpy(row, round->reduce->keep, round->reduce->count * sizeof *row);
	return row;
}

static bool *round_row(const struct round *round, size_t index)
{
	return round->rows + index * round->reduce->count;
}

/* @return false: it is over. */
static bool round_ask(struct round *round)
{
	if (round->reduce->is_over || round->count == 0)
		return !round->reduce->is_over;
	round->reduce->is_over = !round->reduce->ask(round->reduce->ctx, round->rows, round->count, round->does);
	return !round->reduce->is_over;
}

static void take(struct reduce *reduce, const bool *row)
{
	memcpy(reduce->keep, row, reduce->count * sizeof *row);
}

/*
 * The set so far without all that each of the candidates from @p first on that do it leaves out;
 * false if no two do.
 */
static bool join(const struct round *round, bool *ret_row)
{
	size_t good = 0;

	memcpy(ret_row, round->reduce->keep, round->reduce->count * sizeof *ret_row);
	for (size_t i = 0; i < round->count; i++)
		for (size_t k = 0; k < round->reduce->count && round->does[i]; k++)
			ret_row[k] = ret_row[k] && round_row(round, i)[k];
	for (size_t i = 0; i < round->count; i++)
		good += round->does[i];
	return good > 1;
}

/*
 * Takes what the round has shown: all candidates that do it together if that does it too, else the
 * first of them.
 * @return whether anything was left out.
 */
static bool take_round(struct round *round)
{
	struct reduce *reduce = round->reduce;
	struct round joint = round_open(reduce, 1);
	bool *row = round_add(&joint), any = false;
	const bool several = join(round, row);

	if (several && round_ask(&joint) && joint.does[0]) {
		take(reduce, row);
		any = true;
	}
	/* Each candidate was made from the set as it was before the round. */
	for (size_t i = 0; i < round->count && !any; i++) {
		if (!round->does[i])
			continue;
		take(reduce, round_row(round, i));
		any = true;
	}
	round_close(&joint);
	return any;
}

/* -- what is left out -- */

/* The places of the items that are kept. @return how many. */
static size_t list_kept(const struct reduce *reduce, size_t *ret_places)
{
	size_t count = 0;

	for (size_t i = 0; i < reduce->count; i++)
		if (reduce->keep[i])
			ret_places[count++] = i;
	return count;
}

void reduce_tail(struct reduce *reduce)
{
	size_t *places = memory_new((reduce->count + 1) * sizeof *places);
	size_t high = list_kept(reduce, places), low = 0;

	/*
	 * The first `high` do it, the first `low` do not (with none nothing is asked: that is for
	 * the classes).
	 */
	while (high - low > 1 && !reduce->is_over) {
		size_t cuts[3] = {0}, count = 0;
		struct round round = round_open(reduce, 3);
		for (size_t k = 3; k >= 1; k--) {
			size_t cut = low + (high - low) * k / 4;
			if (cut > low && cut < high && (count == 0 || cuts[count - 1] != cut))
				cuts[count++] = cut;
		}
		if (count == 0)
			cuts[count++] = low + (high - low) / 2;
		for (size_t i = 0; i < count; i++) {
			bool *row = round_add(&round);
			for (size_t k = cuts[i]; k < high; k++)
				row[places[k]] = false;
		}
		if (round_ask(&round)) {
			size_t good = 0;
			while (good < count && round.does[good])
				good++;
			if (good > 0) {
				take(reduce, round_row(&round, good - 1));
				high = cuts[good - 1];
			}
			if (good < count)
				low = cuts[good];
		}
		round_close(&round);
	}
	free(places);
}

void reduce_classes(struct reduce *reduce, const size_t *class_of, size_t classes)
{
	struct round round = round_open(reduce, classes);

	for (size_t class = 0; class < classes; class ++) {
		bool *row = round_add(&round), any = false;
		size_t left = 0;
		for (size_t i = 0; i < reduce->count; i++) {
			if (row[i] && class_of[i] == class) {
				row[i] = false;
				any = true;
			}
			left += row[i];
		}
		/* A class that is gone already, or is all there is. */
		if (!any || left == 0)
			round.count--;
	}
	if (round_ask(&round))
		(void)take_round(&round);
	round_close(&round);
}

void reduce_singly(struct reduce *reduce)
{
	size_t *places = memory_new((reduce->count + 1) * sizeof *places);
	bool any = true;

	while (any && !reduce->is_over) {
		size_t kept = list_kept(reduce, places);
		struct round round = round_open(reduce, kept);
		for (size_t i = 0; i < kept && kept > 1; i++)
			round_add(&round)[places[i]] = false;
		any = round_ask(&round) && take_round(&round);
		round_close(&round);
	}
	free(places);
}

/* -- ProbDD -- */

/*
 * What an item's probability is at first: of few items a tenth, as in the paper, and of many as
 * much as makes this number of them needed. In a session that fails few decisions matter, however
 * many there are, and the first candidate leaves out one in this number.
 */
#define AT_FIRST 0.1
#define FEW 2.0
/* From when on one is as good as needed. */
#define NEEDED 0.9999

struct weights {
	double *of;     /* of each item: how likely it is needed */
	size_t *places; /* those that may go, the least needed first */
	size_t count;
};

static int compare_weights(const void *a, const void *b, void *of)
{
	const size_t left = *(const size_t *)a, right = *(const size_t *)b;
	const double *weights = of;

	if (weights[left] < weights[right] || weights[left] > weights[right])
		return weights[left] < weights[right] ? -1 : 1;
	/* Later ones first: what comes late matters less. */
	return left < right ? 1 : -1;
}

static void sort_weights(const struct reduce *reduce, struct weights *weights)
{
	weights->count = 0;
	for (size_t i = 0; i < reduce->count; i++)
		if (reduce->keep[i] && weights->of[i] < NEEDED)
			weights->places[weights->count++] = i;
	qsort_r(weights->places, weights->count, sizeof *weights->places, compare_weights, weights->of);
}

/*
 * How many from the @p first on are to go at once: so many that the expected number of those that
 * go is largest.
 */
static size_t best_length(const struct weights *weights, size_t first)
{
	double none = 1, best = 0;
	size_t length = 0;

	for (size_t i = first; i < weights->count; i++) {
		none *= 1 - weights->of[weights->places[i]];
		const double gain = none * (double)(i - first + 1);
		if (gain <= best)
			break;
		best = gain;
		length = i - first + 1;
	}
	return length > 0 ? length : weights->count > first;
}

/* They cannot all go: each is needed likelier than was thought. */
static void learn(struct weights *weights, const size_t *places, size_t count)
{
	double none = 1;

	for (size_t i = 0; i < count; i++)
		none *= 1 - weights->of[places[i]];
	for (size_t i = 0; i < count; i++)
		weights->of[places[i]] = count == 1 ? 1 : weights->of[places[i]] / (1 - none);
}

/* @return false: there is nothing left to ask. */
static bool weighed_round(struct reduce *reduce, struct weights *weights, size_t width)
{
	struct round round = round_open(reduce, width);
	size_t *firsts = memory_new(width * sizeof *firsts), *lengths = memory_new(width * sizeof *lengths), next = 0;

	sort_weights(reduce, weights);
	for (size_t i = 0; i < width && next < weights->count; i++) {
		firsts[i] = next;
		lengths[i] = best_length(weights, next);
		bool *row = round_add(&round);
		for (size_t k = 0; k < lengths[i]; k++)
			row[weights->places[next++]] = false;
	}
	const bool going = round.count > 0 && round_ask(&round);
	for (size_t i = 0; i < round.count && going; i++)
		if (!round.does[i])
			learn(weights, weights->places + firsts[i], lengths[i]);
	if (going)
		(void)take_round(&round);
	free(firsts);
	free(lengths);
	round_close(&round);
	return going;
}

void reduce_weighed_by(struct reduce *reduce, size_t width)
{
	struct weights weights = {.of = memory_new((reduce->count + 1) * sizeof(double)),
	                          .places = memory_new((reduce->count + 1) * sizeof(size_t))};

	for (size_t i = 0; i < reduce->count; i++)
		weights.of[i] = FEW / (double)reduce->count < AT_FIRST ? FEW / (double)reduce->count : AT_FIRST;
	while (!reduce->is_over && weighed_round(reduce, &weights, width))
		;
	free(weights.of);
	free(weights.places);
}

void reduce_weighed(struct reduce *reduce)
{
	reduce_weighed_by(reduce, REDUCE_WIDTH);
}

/* -- ddmin -- */

/* Leaves out one of @p parts parts. @return whether one could go. */
static bool halved_round(struct reduce *reduce, const size_t *places, size_t kept, size_t parts)
{
	for (size_t i = 0; i < parts && !reduce->is_over; i++) {
		struct round round = round_open(reduce, 1);
		bool *row = round_add(&round);
		for (size_t k = kept * i / parts; k < kept * (i + 1) / parts; k++)
			row[places[k]] = false;
		const bool goes = round_ask(&round) && round.does[0];
		if (goes)
			take(reduce, row);
		round_close(&round);
		if (goes)
			return true;
	}
	return false;
}

void reduce_halved(struct reduce *reduce)
{
	size_t *places = memory_new((reduce->count + 1) * sizeof *places), parts = 2;

	for (size_t kept; (kept = list_kept(reduce, places)) > 1 && !reduce->is_over;) {
		parts = parts < kept ? parts : kept;
		if (halved_round(reduce, places, kept, parts))
			parts = parts > 2 ? parts - 1 : 2;
		else if (parts == kept)
			break;
		else
			parts *= 2;
	}
	free(places);
}
