/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/recorded/casting.h"

static bool fits(const struct casting *casting, const struct step *step)
{
	return step->kind == STEP_TCP && step->opening == OPENING_ANSWERED && step->port == casting->port &&
	       step->address == casting->address;
}

/* Whether the first words of a step are the device's, and known. */
static bool begins_with_words(const struct step *step)
{
	return step->turn_count > 0 && step->turns[0].side == SIDE_DEVICE && step->turns[0].known_length > 0;
}

/* How far the first words are those of a step. */
static size_t likeness(const struct step *step, struct bytes words)
{
	size_t same = 0;

	if (!begins_with_words(step))
		return 0;
	while (same < words.length && same < step->turns[0].known_length && step->turns[0].known[same] == words.data[same])
		same++;
	return same;
}

size_t casting_choose(const struct casting *casting, struct bytes words, bool *ret_again)
{
	size_t best[2] = {SIZE_MAX, SIZE_MAX}, like[2] = {0, 0};

	for (size_t i = 0; i < casting->recording->step_count; i++) {
		const struct step *step = &casting->recording->steps[i];
		if (!fits(casting, step))
			continue;
		const bool again = casting->played[i];
		const size_t same = likeness(step, words);
		if (best[again] == SIZE_MAX || same > like[again] || (again && same == like[again])) {
			best[again] = i;
			like[again] = same;
		}
	}
	*ret_again = best[false] == SIZE_MAX && best[true] != SIZE_MAX;
	return best[*ret_again];
}

bool casting_needs_words(const struct casting *casting)
{
	size_t count[2] = {0, 0};

	for (size_t i = 0; i < casting->recording->step_count; i++) {
		const struct step *step = &casting->recording->steps[i];
		if (!fits(casting, step))
			continue;
		if (!begins_with_words(step))
			return false;
		count[casting->played[i]]++;
	}
	return count[false] > 1 || (count[false] == 0 && count[true] > 1);
}
