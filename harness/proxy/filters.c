/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of the table is the key and then the set of filters that take such a frame. The first word
 * of a key is the length, or 1 if no filter asks for it: never 0, so an empty row is nobody's.
 */
#include "harness/proxy/filters.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "lib/filter/filter.h"
#include "harness/proxy/loads.h"

#define ROWS 256U /* a power of two */
#define PART sizeof(uint64_t)
#define PARTS_MAX (LOADS_HEAD / PART)
#define BYTES(first, last) ((UINT64_C(1) << ((last) + 1)) - (UINT64_C(1) << (first)))

/*
 * IPv4's identification and checksum; TCP's sequence numbers, or UDP's length and checksum. Under
 * these, no frame would find what another has left.
 */
#define FLEETING (BYTES(18, 19) | BYTES(24, 25) | BYTES(38, 45))

/* Eight bytes of the frame, those that matter. */
struct part {
	size_t at;
	uint64_t mask;
};

struct filters {
	size_t count, words; /* of a set */
	struct bpf_program *programs;
	uint64_t *all, *programmed, *alone; /* alone: programs that are not in the table */
	struct part parts[PARTS_MAX];
	size_t part_count;
	bool by_length;
	size_t row_words;
	uint64_t *table; /* NULL: no filter is in it */
};

static uint64_t *new_set(const struct filters *filters)
{
	return memory_new(filters->words * sizeof(uint64_t));
}

static void compile(struct filters *filters, size_t index, const char *expression)
{
	struct error err;

	filters_add(filters->all, index);
	if (expression[0] == '\0')
		return;
	CHECK(filter_compile(expression, &filters->programs[index], &err));
	filters_add(filters->programmed, index);
}

/* @return what the filters in the table look at; the others are put down as alone. */
static struct loads divide(struct filters *filters)
{
	struct loads together = {0}, loads;

	for (size_t i = 0; i < filters->count; i++) {
		if (!filters_has(filters->programmed, i))
			continue;
		if (!loads_of(&filters->programs[i], &loads) || (loads.bytes & FLEETING) != 0) {
			filters_add(filters->alone, i);
			continue;
		}
		together.bytes |= loads.bytes;
		together.length |= loads.length;
	}
	return together;
}

/* Byte k of the part is to be compared if bit k of @p bytes is set. */
static uint64_t mask_of(uint64_t bytes)
{
	uint8_t mask[PART];
	uint64_t word;

	for (unsigned k = 0; k < PART; k++)
		mask[k] = bytes >> k & 1 ? 0xff : 0;
	memcpy(&word, mask, sizeof word);
	return word;
}

static void open_table(struct filters *filters, struct loads loads)
{
	filters->by_length = loads.length;
	for (size_t at = 0; at < LOADS_HEAD; at += PART)
		if ((loads.bytes >> at & 0xff) != 0)
			filters->parts[filters->part_count++] = (struct part){at, mask_of(loads.bytes >> at)};
	filters->row_words = 1 + filters->part_count + filters->words;
	filters->table = memory_new(ROWS * filters->row_words * sizeof *filters->table);
}

struct filters *filters_open(const char *const *expressions, size_t count)
{
	struct filters *filters = memory_new(sizeof *filters);

	filters->count = count;
	filters->words = filters_words(count);
	filters->programs = memory_new(count * sizeof *filters->programs);
	filters->all = new_set(filters);
	filters->programmed = new_set(filters);
	filters->alone = new_set(filters);
	for (size_t i = 0; i < count; i++)
		compile(filters, i, expressions[i]);
	struct loads loads = divide(filters);
	if (memcmp(filters->alone, filters->programmed, filters->words * sizeof(uint64_t)) != 0)
		open_table(filters, loads);
	return filters;
}

void filters_close(struct filters *filters)
{
	if (filters == NULL)
		return;
	for (size_t i = 0; i < filters->count; i++)
		if (filters_has(filters->programmed, i))
			pcap_freecode(&filters->programs[i]);
	free(filters->programs);
	free(filters->all);
	free(filters->programmed);
	free(filters->alone);
	free(filters->table);
	free(filters);
}

bool filters_take(const struct filters *filters, size_t index, const struct frame *frame)
{
	const struct pcap_pkthdr header = {.caplen = (bpf_u_int32)frame->length, .len = (bpf_u_int32)frame->length};

	return !filters_has(filters->programmed, index) || pcap_offline_filter(&filters->programs[index], &header, frame->data) != 0;
}

/* @return its hash. */
static uint64_t make_key(const struct filters *filters, const struct frame *frame, uint64_t key[1 + PARTS_MAX])
{
	uint64_t hash, word;

	hash = key[0] = filters->by_length ? frame->length : 1;
	for (size_t i = 0; i < filters->part_count; i++) {
		memcpy(&word, frame->data + filters->parts[i].at, sizeof word);
		word &= filters->parts[i].mask;
		key[1 + i] = word;
		/*
		 * The multiplier (2^64 / golden ratio) spreads to the left only, so what is there
		 * comes back to the right.
		 */
		hash = (hash ^ word) * 0x9e3779b97f4a7c15U;
		hash ^= hash >> 32;
	}
	return hash;
}

/* Those that run alone may take it. */
static void answer(const struct filters *filters, const struct frame *frame, uint64_t *ret_may)
{
	memcpy(ret_may, filters->all, filters->words * sizeof *ret_may);
	for (size_t i = 0; i < filters->count; i++)
		if (!filters_has(filters->alone, i) && !filters_take(filters, i, frame))
			ret_may[i / FILTERS_BITS] &= ~(UINT64_C(1) << i % FILTERS_BITS);
}

static bool is_same(const uint64_t *a, const uint64_t *b, size_t words)
{
	for (size_t i = 0; i < words; i++)
		if (a[i] != b[i])
			return false;
	return true;
}

struct filter_answers filters_ask(struct filters *filters, const struct frame *frame)
{
	size_t key_words = 1 + filters->part_count;
	uint64_t key[1 + PARTS_MAX];

	if (filters->table == NULL || !loads_plain(frame))
		return (struct filter_answers){filters->all, filters->programmed};
	uint64_t hash = make_key(filters, frame, key);
	uint64_t *row = filters->table + (hash & (ROWS - 1)) * filters->row_words;
	if (!is_same(row, key, key_words)) {
		memcpy(row, key, key_words * sizeof *key);
		answer(filters, frame, row + key_words);
	}
	return (struct filter_answers){row + key_words, filters->alone};
}
