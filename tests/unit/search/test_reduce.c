/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/reduce.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/map.h"
#include "lib/base/memory.h"
#include "tests/test.h"

#include <xxhash.h>

extern const CU_TestInfo tests_reduce[];

/* -- what is asked -- */

/* A set does it if all needed items are kept, and of those that hinder either all or none. */
struct reduce_fixture {
	size_t count;
	bool *needed;
	bool *hinders;         /* may only be gone together with all others that hinder */
	size_t asked, batches; /* different sets; rounds */
	size_t limit;          /* so many rounds, then it is over; 0: none */
	struct map known;
};

static bool does(const struct reduce_fixture *f, const bool *kept)
{
	size_t hindering = 0, hinders = 0;

	for (size_t i = 0; i < f->count; i++) {
		if (f->needed[i] && !kept[i])
			return false;
		hindering += f->hinders[i] && kept[i];
		hinders += f->hinders[i];
	}
	return hindering == 0 || hindering == hinders;
}

static bool ask(void *ctx, const bool *candidates, size_t count, bool *ret_does)
{
	struct reduce_fixture *f = ctx;

	memset(ret_does, 0, count * sizeof *ret_does);
	if (f->limit > 0 && f->batches == f->limit)
		return false;
	f->batches++;
	for (size_t i = 0; i < count; i++) {
		const bool *kept = candidates + i * f->count;
		uint64_t *known = map_at(&f->known, XXH3_64bits(kept, f->count * sizeof *kept));
		f->asked += *known == 0;
		*known = 1;
		ret_does[i] = does(f, kept);
	}
	return true;
}

static struct reduce_fixture reduce_fixture_open(size_t count, const size_t *needed, size_t needed_count)
{
	struct reduce_fixture f = {.count = count, .needed = memory_new(count * sizeof(bool)), .hinders = memory_new(count * sizeof(bool))};

	for (size_t i = 0; i < needed_count; i++)
		f.needed[needed[i]] = true;
	return f;
}

static void reduce_fixture_close(struct reduce_fixture *f)
{
	free(f->needed);
	free(f->hinders);
	map_close(&f->known);
}

static struct reduce reduce_of(struct reduce_fixture *f)
{
	struct reduce reduce = {.count = f->count, .keep = memory_new(f->count * sizeof(bool)), .ask = ask, .ctx = f};

	memset(reduce.keep, true, f->count * sizeof *reduce.keep);
	return reduce;
}

/* @return how many sets were asked about. */
static size_t run(struct reduce_fixture *f, void (*how)(struct reduce *), struct reduce *ret_reduce)
{
	*ret_reduce = reduce_of(f);
	map_close(&f->known);
	f->asked = f->batches = 0;
	how(ret_reduce);
	return f->asked;
}

static void comes_to(struct reduce_fixture *f, void (*how)(struct reduce *), const char *name)
{
	struct reduce reduce;

	(void)run(f, how, &reduce);
	reduce_singly(&reduce);
	if (memcmp(reduce.keep, f->needed, f->count * sizeof *reduce.keep) != 0)
		printf("    %s leaves %zu of %zu\n", name, reduce_left(&reduce), f->count);
	CU_ASSERT_EQUAL(memcmp(reduce.keep, f->needed, f->count * sizeof *reduce.keep), 0);
	free(reduce.keep);
}

/* -- tests -- */

static const size_t few[] = {1, 20, 47};

static void just_what_is_needed_is_left(void)
{
	struct reduce_fixture f = reduce_fixture_open(50, few, 3);

	comes_to(&f, reduce_weighed, "weighed");
	comes_to(&f, reduce_halved, "halved");
	comes_to(&f, reduce_singly, "singly");
	reduce_fixture_close(&f);
}

static void one_item_alone_is_found(void)
{
	for (size_t at = 0; at < 20; at++) {
		struct reduce_fixture f = reduce_fixture_open(20, &at, 1);
		comes_to(&f, reduce_weighed, "weighed");
		comes_to(&f, reduce_halved, "halved");
		reduce_fixture_close(&f);
	}
}

static void what_is_all_needed_stays(void)
{
	const size_t all[] = {0, 1, 2, 3, 4, 5, 6};
	struct reduce_fixture f = reduce_fixture_open(7, all, 7);

	comes_to(&f, reduce_weighed, "weighed");
	comes_to(&f, reduce_halved, "halved");
	reduce_fixture_close(&f);
}

/* Half of the items hinder each other: only all of them can go, as a class. */
static void a_class_goes_that_could_not_go_in_part(void)
{
	struct reduce_fixture f = reduce_fixture_open(50, few, 3);
	struct reduce reduce;
	size_t class_of[50];

	for (size_t i = 0; i < 50; i++) {
		f.hinders[i] = i % 2 == 0 && i != 20;
		class_of[i] = f.hinders[i];
	}
	reduce = reduce_of(&f);
	reduce_singly(&reduce);
	CU_ASSERT_TRUE(reduce_left(&reduce) > 24);
	free(reduce.keep);
	reduce = reduce_of(&f);
	reduce_classes(&reduce, class_of, 2);
	CU_ASSERT_EQUAL(reduce_left(&reduce), 26);
	reduce_weighed(&reduce);
	CU_ASSERT_EQUAL(reduce_left(&reduce), 3);
	free(reduce.keep);
	reduce_fixture_close(&f);
}

static void the_tail_goes_up_to_the_last_that_is_needed(void)
{
	for (size_t last = 0; last < 50; last += 7) {
		struct reduce_fixture f = reduce_fixture_open(50, &last, 1);
		struct reduce reduce;
		(void)run(&f, reduce_tail, &reduce);
		CU_ASSERT_EQUAL(reduce_left(&reduce), last + 1);
		CU_ASSERT_TRUE(f.asked <= 12);
		free(reduce.keep);
		reduce_fixture_close(&f);
	}
}

/* However early it ends, what is left was seen to do it. */
static void what_is_left_when_it_ends_early_does_it(void)
{
	size_t before = 50;

	for (size_t limit = 1; limit < 20; limit++) {
		struct reduce_fixture f = reduce_fixture_open(50, few, 3);
		struct reduce reduce = reduce_of(&f);
		f.limit = limit;
		reduce_weighed(&reduce);
		CU_ASSERT_TRUE(does(&f, reduce.keep));
		CU_ASSERT_TRUE(reduce_left(&reduce) <= before);
		before = reduce_left(&reduce);
		free(reduce.keep);
		reduce_fixture_close(&f);
	}
	CU_ASSERT_EQUAL(before, 3);
}

/* -- how many sessions -- */

static void weigh_one(struct reduce *reduce)
{
	reduce_weighed_by(reduce, 1);
}

/* Needed items at places that are drawn, the same each time. */
static void draw(size_t count, size_t needed, uint64_t seed, size_t *ret_needed)
{
	for (size_t i = 0; i < needed; i++) {
		bool fresh = false;
		for (uint64_t k = 0; !fresh; k++) {
			const uint64_t key[] = {seed, i, k};
			ret_needed[i] = XXH3_64bits(key, sizeof key) % count;
			fresh = true;
			for (size_t j = 0; j < i; j++)
				fresh = fresh && ret_needed[j] != ret_needed[i];
		}
	}
}

#define DRAWS 40

static double average(size_t count, size_t needed, void (*how)(struct reduce *), double *ret_batches)
{
	size_t asked = 0, batches = 0, places[16];

	for (uint64_t seed = 0; seed < DRAWS; seed++) {
		draw(count, needed, seed, places);
		struct reduce_fixture f = reduce_fixture_open(count, places, needed);
		struct reduce reduce;
		asked += run(&f, how, &reduce);
		batches += f.batches;
		CU_ASSERT_EQUAL(reduce_left(&reduce), needed);
		free(reduce.keep);
		reduce_fixture_close(&f);
	}
	*ret_batches = (double)batches / DRAWS;
	return (double)asked / DRAWS;
}

/* The table of harness/search/README.md; STUTTER_TABLES=1 prints it. */
static void weighing_asks_less_often_than_halving(void)
{
	static const size_t counts[] = {25, 50, 100, 400}, needed[] = {1, 2, 5, 10};

	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 4; k++) {
			double rounds[3];
			const double halved = average(counts[i], needed[k], reduce_halved, &rounds[0]);
			const double one = average(counts[i], needed[k], weigh_one, &rounds[1]);
			const double four = average(counts[i], needed[k], reduce_weighed, &rounds[2]);
			if (getenv("STUTTER_TABLES") != NULL)
				printf("| %zu | %zu | %.0f | %.0f | %.0f in %.0f rounds |\n", counts[i], needed[k], halved, one, four,
				       rounds[2]);
			/*
			 * Of a single one halving knows after as many questions as there are bits
			 * in its number, and nothing is better.
			 */
			if (needed[k] > 1)
				CU_ASSERT_TRUE(one < halved);
			CU_ASSERT_TRUE(rounds[2] < rounds[1]);
		}
}

const CU_TestInfo tests_reduce[] = {
	{"just what is needed is left", just_what_is_needed_is_left},
	{"one item alone is found", one_item_alone_is_found},
	{"what is all needed stays", what_is_all_needed_stays},
	{"a class goes that could not go in part", a_class_goes_that_could_not_go_in_part},
	{"the tail goes up to the last that is needed", the_tail_goes_up_to_the_last_that_is_needed},
	{"what is left when it ends early does it", what_is_left_when_it_ends_early_does_it},
	{"weighing asks less often than halving", weighing_asks_less_often_than_halving},
	CU_TEST_INFO_NULL,
};
