/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/filter.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/text.h"
#include "harness/scenario/phases.h"
#include "harness/scenario/sense.h"

#define WORD_MAX 64

void filter_init(struct filter *filter)
{
	CHECK(kinds_count() <= FILTER_KINDS_MAX);
	*filter = (struct filter){.phases = UINT32_MAX, .any_kind = true, .any_target = true};
}

/* The next of some words with commas between them. @return false behind the last. */
static bool next_word(const char **words, char ret_word[WORD_MAX])
{
	*words += strspn(*words, ", ");
	size_t length = strcspn(*words, ",");
	if (length == 0)
		return false;
	size_t end = length;
	while (end > 0 && (*words)[end - 1] == ' ')
		end--;
	(void)snprintf(ret_word, WORD_MAX, "%.*s", (int)(end < WORD_MAX ? end : WORD_MAX - 1), *words);
	*words += length;
	return true;
}

static bool take_kind(struct filter *filter, const char *word)
{
	bool found = false;

	for (size_t i = 0; kinds[i].name != NULL; i++)
		if (strcmp(kinds[i].name, word) == 0 || strcmp(kinds[i].action, word) == 0)
			found = filter->kinds[i] = true;
	filter->any_kind = filter->any_kind && !found;
	return found;
}

static bool take_target(struct filter *filter, const char *word)
{
	bool found = false;

	for (unsigned sort = 0; sort < TARGET_SORTS; sort++)
		if (strcmp(target_sort_name(sort), word) == 0) {
			filter->sorts |= KIND_SORT(sort);
			found = true;
		}
	for (unsigned i = 0; i < ADDRESS_WORDS; i++)
		if (strcmp(address_words[i].word, word) == 0) {
			filter->words |= UINT64_C(1) << i;
			found = true;
		}
	filter->any_target = filter->any_target && !found;
	return found;
}

static const char *nearest(const char *word)
{
	const char *names[FILTER_KINDS_MAX + TARGET_SORTS + ADDRESS_WORDS + 1] = {NULL};
	size_t count = 0;

	for (size_t i = 0; kinds[i].name != NULL; i++)
		names[count++] = kinds[i].name;
	for (unsigned sort = 0; sort < TARGET_SORTS; sort++)
		names[count++] = target_sort_name(sort);
	for (unsigned i = 0; i < ADDRESS_WORDS; i++)
		names[count++] = address_words[i].word;
	return param_nearest(NULL, names, word);
}

bool filter_read(struct filter *filter, const char *words, struct error *err)
{
	char word[WORD_MAX];

	while (next_word(&words, word)) {
		bool is_kind = take_kind(filter, word), is_target = take_target(filter, word);
		if (is_kind || is_target)
			continue;
		char meant[PARAM_VALUE_MAX];
		return error_set(err,
		                 "unknown word '%s'%s; expected a fault, a group of addresses (control, data, power-on, enc.tx, "
		                 "srv.http, ...) or an address word (tcp.syn, ...)",
		                 word, param_did_you_mean(nearest(word), meant));
	}
	return true;
}

bool filter_check_phases(const char *words, const struct device *device, struct error *err)
{
	struct phases phases;
	char word[WORD_MAX];

	phases_of(device, &phases);
	while (next_word(&words, word))
		if (!phases_check(&phases, word, err))
			return false;
	return true;
}

bool filter_read_phases(struct filter *filter, const char *phases, const struct targets *targets, struct error *err)
{
	char word[WORD_MAX], all[TARGETS_PHASES_MAX * (FAULT_PHASE_MAX + 2)];
	struct text list = text_in(all, sizeof all);

	filter->phases = 0;
	while (next_word(&phases, word)) {
		size_t phase = targets_phase(targets, word);
		if (phase < targets->phase_count) {
			filter->phases |= UINT32_C(1) << phase;
			continue;
		}
		for (size_t i = 0; i < targets->phase_count; i++)
			text_add(&list, "%s%s", text_separator(&list, ", "), targets->phases[i]);
		CHECK(!text_is_cut(&list));
		return error_set(err, "the session has no phase '%s'; it has %s", word, all);
	}
	return true;
}

void filter_leave_out(struct filter *filter, const struct plan *plan, const struct targets *targets)
{
	struct fault fault;
	struct error err;
	const char *key;

	for (size_t kind = 0; kinds[kind].name != NULL; kind++) {
		size_t i = 0;
		while (i < targets->count && !kind_fits(&kinds[kind], &targets->list[i]))
			i++;
		if (i == targets->count)
			continue;
		kind_fault(&kinds[kind], &targets->list[i], &fault);
		filter->cannot_be[kind] = !sense_fault(plan, &fault, &key, &err);
	}
}

bool filter_takes_kind(const struct filter *filter, size_t kind)
{
	return (filter->any_kind || filter->kinds[kind]) && !filter->cannot_be[kind];
}

bool filter_takes_target(const struct filter *filter, const struct target *target)
{
	struct fault_address address;
	struct error err;

	if ((filter->phases & (UINT32_C(1) << target->phase)) == 0)
		return false;
	if (filter->any_target || (filter->sorts & KIND_SORT(target->sort)) != 0)
		return true;
	return filter->words != 0 && target->sort < TARGET_SITE && fault_address_parse(target->at, &address, &err) &&
	       (filter->words & (UINT64_C(1) << address.frame.word)) != 0;
}
