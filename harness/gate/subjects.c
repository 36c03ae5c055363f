/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "harness/gate/gating.h"

struct choice subject_choice(const struct gate *gate, const struct subject *subject, size_t side)
{
	struct choice choice = *subject->choice;

	choice.device = (char *)(uintptr_t)gate->wish.devices[side];
	return choice;
}

static const struct exception *quarantine_of(const struct gate *gate, const struct subject *subject)
{
	const struct suite *suite = subject->choice->suite;

	for (size_t i = 0; suite != NULL && i < suite->exception_count; i++) {
		const struct exception *exception = &suite->exceptions[i];
		if (exception->reason[0] == '\0' && exception_holds(exception, gate->wish.day) &&
		    strcmp(exception->scenario, subject->like[GATE_CANDIDATE].name) == 0)
			return exception;
	}
	return NULL;
}

static bool read_subject(struct gate *gate, struct subject *subject, struct error *err)
{
	const struct jobs_wish wish = {.times = 1};
	char hashes[GATE_SIDES][HASH_TEXT_MAX];
	uint64_t last;

	for (size_t side = 0; side < GATE_SIDES; side++) {
		const struct choice choice = subject_choice(gate, subject, side);
		if (!reading_next(&gate->sides[side].reading, &choice, &subject->like[side], err))
			return false;
		subject->read++;
		plan_look(&subject->like[side]);
		plan_hash(&subject->like[side], hashes[side]);
	}
	jobs_find_seeds(&subject->like[GATE_CANDIDATE], subject->choice, &wish, &subject->next_seed, &last);
	subject->drawn = last > subject->next_seed;
	if (subject->drawn && gate->wish.seeds.first != 0) {
		subject->next_seed = gate->wish.seeds.first;
		last = gate->wish.seeds.last;
	}
	subject->left = subject->drawn ? last - subject->next_seed + 1 : 1;
	if (subject->left > gate_standard.runs_max)
		subject->left = gate_standard.runs_max;
	subject->same = strcmp(hashes[GATE_BASELINE], hashes[GATE_CANDIDATE]) == 0;
	subject->quarantine = quarantine_of(gate, subject);
	subject->pairs = memory_new((subject->left + 1) * sizeof *subject->pairs);
	return true;
}

bool subjects_read(struct gate *gate)
{
	struct error err;
	bool good = true;

	gate->subjects = memory_new((gate->selection.count + 1) * sizeof *gate->subjects);
	for (size_t i = 0; i < gate->selection.count; i++) {
		struct subject *subject = &gate->subjects[gate->subject_count++];
		subject->choice = &gate->selection.list[i];
		if (!read_subject(gate, subject, &err)) {
			gate->ops.campaign.wrong(gate->ops.campaign.ctx, &err);
			good = false;
		}
	}
	return good;
}

struct gate_scenario subject_scenario(const struct subject *subject)
{
	if (subject->drawn)
		return (struct gate_scenario){.takes_fresh = true, .pairs = subject->pairs, .pair_count = subject->pair_count};
	return (struct gate_scenario){.frozen = &subject->pairs[0].candidate, .frozen_count = subject->pair_count};
}

bool subject_is_waived(const struct gate *gate, const struct subject *subject, const struct verdict *verdict)
{
	const struct suite *suite = subject->choice->suite;

	for (size_t i = 0; suite != NULL && i < suite->exception_count; i++)
		if (exception_holds(&suite->exceptions[i], gate->wish.day) &&
		    exception_waives(&suite->exceptions[i], subject->like[GATE_CANDIDATE].name, verdict->reason))
			return true;
	return false;
}

void subjects_close(struct gate *gate)
{
	for (size_t i = 0; i < gate->subject_count; i++) {
		for (size_t side = 0; side < gate->subjects[i].read; side++)
			plan_close(&gate->subjects[i].like[side]);
		free(gate->subjects[i].pairs);
	}
	free(gate->subjects);
	gate->subjects = NULL;
	gate->subject_count = 0;
}
