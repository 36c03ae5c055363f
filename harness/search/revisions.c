/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/revisions.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

#define WORD_BITS 64

/* -- the history -- */

size_t revisions_add(struct revisions *revisions, const char *id, const char *name, bool is_candidate)
{
	if (revisions->count == revisions->room) {
		revisions->room = revisions->room > 0 ? 2 * revisions->room : 64;
		revisions->list = memory_resize(revisions->list, revisions->room, sizeof *revisions->list);
	}
	revisions->list[revisions->count] = (struct revision){.id = memory_text(id),
	                                                      .name = memory_text(name),
	                                                      .subject = memory_text(""),
	                                                      .date = memory_text(""),
	                                                      .is_candidate = is_candidate};
	return revisions->count++;
}

void revisions_add_parent(struct revisions *revisions, size_t at, size_t parent)
{
	struct revision *revision = &revisions->list[at];

	CHECK(parent < at);
	revision->parents = memory_resize(revision->parents, revision->parent_count + 1, sizeof *revision->parents);
	revision->parents[revision->parent_count++] = parent;
}

static uint64_t *set_of(const struct revisions *revisions, size_t at)
{
	return revisions->ancestors + at * revisions->words;
}

void revisions_link(struct revisions *revisions)
{
	revisions->words = (revisions->count + WORD_BITS - 1) / WORD_BITS;
	revisions->ancestors = memory_new((revisions->count * revisions->words + 1) * sizeof *revisions->ancestors);
	for (size_t at = 0; at < revisions->count; at++) {
		const struct revision *revision = &revisions->list[at];
		uint64_t *own = set_of(revisions, at);
		own[at / WORD_BITS] |= UINT64_C(1) << at % WORD_BITS;
		for (size_t i = 0; i < revision->parent_count; i++) {
			const uint64_t *set = set_of(revisions, revision->parents[i]);
			for (size_t word = 0; word < revisions->words; word++)
				own[word] |= set[word];
		}
	}
}

void revisions_close(struct revisions *revisions)
{
	for (size_t i = 0; i < revisions->count; i++) {
		struct revision *revision = &revisions->list[i];
		free(revision->id);
		free(revision->name);
		free(revision->subject);
		free(revision->date);
		free(revision->parents);
	}
	free(revisions->list);
	free(revisions->ancestors);
	memset(revisions, 0, sizeof *revisions);
}

size_t revisions_bad(const struct revisions *revisions)
{
	return revisions->count - 1;
}

size_t revisions_candidates(const struct revisions *revisions)
{
	size_t count = 0;

	for (size_t i = 0; i < revisions->count; i++)
		count += revisions->list[i].is_candidate;
	return count;
}

size_t revisions_find(const struct revisions *revisions, const char *id)
{
	for (size_t i = 0; i < revisions->count; i++)
		if (strcmp(revisions->list[i].id, id) == 0)
			return i;
	return REVISION_NONE;
}

bool revisions_is_after(const struct revisions *revisions, size_t at, size_t culprit)
{
	return (set_of(revisions, at)[culprit / WORD_BITS] >> culprit % WORD_BITS & 1) != 0;
}

uint64_t revisions_clearance(const struct revisions *revisions, const bool *untestable, size_t at, size_t among)
{
	size_t distance = revisions->count;

	for (size_t i = 0; i < revisions->count; i++) {
		const size_t away = i > at ? i - at : at - i;
		if (untestable[i] && away < distance)
			distance = away;
	}
	return distance == revisions->count ? 1000 : 1000 * distance / (distance + among / 8 + 1);
}

/* -- suspects -- */

void suspects_open(struct suspects *suspects, const struct revisions *revisions)
{
	*suspects = (struct suspects){.revisions = revisions,
	                              .is = memory_new((revisions->count + 1) * sizeof *suspects->is),
	                              .untestable = memory_new((revisions->count + 1) * sizeof *suspects->untestable)};
	for (size_t i = 0; i < revisions->count; i++) {
		suspects->is[i] = revisions->list[i].is_candidate;
		suspects->count += suspects->is[i];
	}
}

void suspects_close(struct suspects *suspects)
{
	free(suspects->is);
	free(suspects->untestable);
	memset(suspects, 0, sizeof *suspects);
}

void suspects_take(struct suspects *suspects, size_t at, bool is_bad)
{
	suspects->count = 0;
	for (size_t i = 0; i < suspects->revisions->count; i++) {
		suspects->is[i] = suspects->is[i] && revisions_is_after(suspects->revisions, at, i) == is_bad;
		suspects->count += suspects->is[i];
	}
}

/* How many suspects the answer clears, whatever it is. */
static size_t cleared_at_worst(const struct suspects *suspects, size_t at)
{
	size_t before = 0;

	for (size_t i = 0; i <= at; i++)
		before += suspects->is[i] && revisions_is_after(suspects->revisions, at, i);
	return before < suspects->count - before ? before : suspects->count - before;
}

size_t suspects_halve(const struct suspects *suspects)
{
	const struct revisions *revisions = suspects->revisions;
	uint64_t best_worth = 0;
	size_t best = REVISION_NONE;

	for (size_t at = 0; at < revisions->count; at++) {
		if (!revisions->list[at].is_candidate || suspects->untestable[at])
			continue;
		const uint64_t worth = (uint64_t)cleared_at_worst(suspects, at) *
		                       (1 + revisions_clearance(revisions, suspects->untestable, at, suspects->count));
		if (worth > best_worth) {
			best_worth = worth;
			best = at;
		}
	}
	return best;
}
