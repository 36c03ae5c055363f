/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

/* What an item is worth that one session alone has reached. */
#define WORTH (UINT64_C(1) << 20)

void corpus_close(struct corpus *corpus)
{
	for (size_t i = 0; i < corpus->count; i++)
		reach_close(&corpus->list[i].reach);
	free(corpus->list);
	reach_close(&corpus->map);
	memset(corpus, 0, sizeof *corpus);
}

size_t corpus_take(struct corpus *corpus, const struct candidate *candidate, struct reach *reach)
{
	const size_t news = reach_merge(&corpus->map, reach);

	if (news > 0 && candidate != NULL) {
		if (corpus->count == corpus->room) {
			corpus->room = corpus->room > 0 ? 2 * corpus->room : 32;
			corpus->list = memory_resize(corpus->list, corpus->room, sizeof *corpus->list);
		}
		corpus->list[corpus->count++] = (struct corpus_entry){.candidate = *candidate, .reach = *reach};
		memset(reach, 0, sizeof *reach);
	}
	reach_close(reach);
	return news;
}

uint64_t corpus_energy(const struct corpus *corpus, size_t index)
{
	const struct corpus_entry *entry = &corpus->list[index];
	const uint64_t tired = entry->chosen + 1;
	uint64_t worth = 0;

	/*
	 * Squared, so that a hundred items that all have do not outweigh one that nobody else has.
	 */
	for (size_t i = 0; i < entry->reach.count; i++) {
		const struct reach_item *item = reach_find(&corpus->map, entry->reach.list[i].text);
		if (item != NULL)
			worth += WORTH / (item->sessions * item->sessions);
	}
	return 1 + worth / tired;
}

const struct candidate *corpus_choose(struct corpus *corpus, struct dice *dice)
{
	uint64_t all = 0;
	size_t i = 0;

	for (size_t k = 0; k < corpus->count; k++)
		all += corpus_energy(corpus, k);
	uint64_t ticket = dice_below(dice, all);
	for (uint64_t energy; ticket >= (energy = corpus_energy(corpus, i)); i++)
		ticket -= energy;
	corpus->list[i].chosen++;
	return &corpus->list[i].candidate;
}
