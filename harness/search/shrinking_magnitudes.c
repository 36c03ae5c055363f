/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The amounts of all parts, one part after the other, until all borders hold at once. The last one
 * comes first: sessions that differ late share most of their way, and what is found there is a hint
 * for the others.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/search/shrinking.h"

/* Rounds over all parts. */
#define ROUNDS 3
/* Values that are asked for at once. */
#define VALUES_MAX 8

/* What magnitude_find_low() asks about. */
struct asked {
	struct shrinking *shrinking;
	size_t part;
};

static void vary(const struct asked *asked, uint64_t value, struct trial *ret_trial)
{
	const struct shrunk_part *part = &asked->shrinking->shrunk->parts[asked->part];

	shrinking_variant(asked->shrinking, NULL, ret_trial);
	param_set_quantity(part->magnitude, item_params(&ret_trial->plan, asked->part), value);
	(void)snprintf(ret_trial->name, sizeof ret_trial->name, "%s: %llu", part->magnitude->key, (unsigned long long)value);
}

static bool ask(void *ctx, const uint64_t *values, size_t count, enum answer *ret_answers)
{
	const struct asked *asked = ctx;
	struct trial trials[VALUES_MAX];

	for (size_t i = 0; i < count; i++)
		vary(asked, values[i], &trials[i]);
	const bool going = shrinking_ask(asked->shrinking, trials, count, ret_answers);
	for (size_t i = 0; i < count; i++)
		trial_close(&trials[i]);
	return going;
}

/* The borders of another part of the same kind: outages of one client are alike. */
static const struct borders *hint_for(const struct shrunk *shrunk, size_t index)
{
	for (size_t i = 0; i < shrunk->count; i++)
		if (i != index && shrunk->parts[i].magnitude == shrunk->parts[index].magnitude && shrunk->parts[i].borders.low_is_found)
			return &shrunk->parts[i].borders;
	return NULL;
}

static void open_magnitude(struct asked *asked, struct magnitude *ret_magnitude)
{
	struct plan *plan = &asked->shrinking->shrunk->smallest.plan;
	const struct param *jitter = param_find(item_action(plan, asked->part)->params, "jitter");
	const uint64_t jitter_ns = jitter != NULL ? param_quantity(jitter, item_params(plan, asked->part)) : 0;

	magnitude_limits(asked->shrinking->shrunk->parts[asked->part].magnitude, plan->deadline_ns, ret_magnitude);
	ret_magnitude->hint = hint_for(asked->shrinking->shrunk, asked->part);
	ret_magnitude->ask = ask;
	ret_magnitude->ctx = asked;
	/* A uniform delay is no shorter than its jitter. */
	if (jitter_ns > ret_magnitude->least)
		ret_magnitude->least = jitter_ns;
}

/* @return whether the amount has become another. */
static bool lessen(struct shrinking *shrinking, size_t index)
{
	struct shrunk_part *part = &shrinking->shrunk->parts[index];
	struct asked asked = {.shrinking = shrinking, .part = index};
	const uint64_t value = param_quantity(part->magnitude, item_params(&shrinking->shrunk->smallest.plan, index));
	struct magnitude magnitude;
	struct trial lesser;

	open_magnitude(&asked, &magnitude);
	magnitude_find_low(&magnitude, value, &part->borders);
	if (part->borders.low == value)
		return false;
	vary(&asked, part->borders.low, &lesser);
	shrinking_take(shrinking, &lesser);
	return true;
}

void shrinking_magnitudes(struct shrinking *shrinking)
{
	bool changed = true;

	for (unsigned round = 0; round < ROUNDS && changed && !shrinking->is_over; round++) {
		changed = false;
		for (size_t i = shrinking->shrunk->count; i > 0 && !shrinking->is_over; i--)
			changed |= shrinking->shrunk->parts[i - 1].has_magnitude && lessen(shrinking, i - 1);
	}
}

/* Does something for each part whose lower border is found, the last one first. */
static void for_each_border(struct shrinking *shrinking, void (*act)(const struct magnitude *magnitude, struct borders *borders))
{
	for (size_t i = shrinking->shrunk->count; i > 0 && !shrinking->is_over; i--) {
		struct asked asked = {.shrinking = shrinking, .part = i - 1};
		struct shrunk_part *part = &shrinking->shrunk->parts[i - 1];
		struct magnitude magnitude;
		if (!part->has_magnitude || !part->borders.low_is_found)
			continue;
		open_magnitude(&asked, &magnitude);
		act(&magnitude, &part->borders);
	}
}

void shrinking_upper_borders(struct shrinking *shrinking)
{
	for_each_border(shrinking, magnitude_find_high);
}

void shrinking_judge_borders(struct shrinking *shrinking)
{
	for_each_border(shrinking, magnitude_judge);
}
