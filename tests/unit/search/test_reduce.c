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
struct world {
	size_t count;
	bool *needed;
	bool *hinders;         /* may only be gone together with all others that hinder */
	size_t asked, batches; /* different sets; rounds */
	size_t limit;          /* so many rounds, then it is over; 0: none */
	struct map known;
};

static bool does(const struct world *world, const bool *kept)
{
	size_t hindering = 0, hinders = 0;

	for (size_t i = 0; i < world->count; i++) {
		if (world->needed[i] && !kept[i])
			return false;
		hindering += world->hinders[i] && kept[i];
		hinders += world->hinders[i];
	}
	return hindering == 0 || hindering == hinders;
}

static bool ask(void *ctx, const bool *candidates, size_t count, bool *ret_does)
{
	struct world *world = ctx;

	memset(ret_does, 0, count * sizeof *ret_does);
	if (world->limit > 0 && world->batches == world->limit)
		return false;
	world->batches++;
	for (size_t i = 0; i < count; i++) {
		const bool *kept = candidates + i * world->count;
		uint64_t *known = map_at(&world->known, XXH3_64bits(kept, world->count * sizeof *kept));
		world->asked += *known == 0;
		*known = 1;
		ret_does[i] = does(world, kept);
	}
	return true;
}

static struct world world_open(size_t count, const size_t *needed, size_t needed_count)
{
	struct world world = {.count = count, .needed = memory_new(count * sizeof(bool)), .hinders = memory_new(count * sizeof(bool))};

	for (size_t i = 0; i < needed_count; i++)
		world.needed[needed[i]] = true;
	return world;
}

static void world_close(struct world *world)
{
	free(world->needed);
	free(world->hinders);
	map_close(&world->known);
}

static struct reduce reduce_of(struct world *world)
{
	struct reduce reduce = {.count = world->count, .keep = memory_new(world->count * sizeof(bool)), .ask = ask, .ctx = world};

	memset(reduce.keep, true, world->count * sizeof *reduce.keep);
	return reduce;
}

/* @return how many sets were asked about. */
static size_t run(struct world *world, void (*how)(struct reduce *), struct reduce *ret_reduce)
{
	*ret_reduce = reduce_of(world);
	map_close(&world->known);
	world->asked = world->batches = 0;
	how(ret_reduce);
	return world->asked;
}

static void comes_to(struct world *world, void (*how)(struct reduce *), const char *name)
{
	struct reduce reduce;

	(void)run(world, how, &reduce);
	reduce_singly(&reduce);
	if (memcmp(reduce.keep, world->needed, world->count * sizeof *reduce.keep) != 0)
		printf("    %s leaves %zu of %zu\n", name, reduce_left(&reduce), world->count);
	CU_ASSERT_EQUAL(memcmp(reduce.keep, world->needed, world->count * sizeof *reduce.keep), 0);
	free(reduce.keep);
}

/* -- tests -- */

static const size_t few[] = {1, 20, 47};

static void just_what_is_needed_is_left(void)
{
	struct world world = world_open(50, few, 3);

	comes_to(&world, reduce_weighed, "weighed");
	comes_to(&world, reduce_halved, "halved");
	comes_to(&world, reduce_singly, "singly");
	world_close(&world);
}

static void one_item_alone_is_found(void)
{
	for (size_t at = 0; at < 20; at++) {
		struct world world = world_open(20, &at, 1);
		comes_to(&world, reduce_weighed, "weighed");
		comes_to(&world, reduce_halved, "halved");
		world_close(&world);
	}
}

static void what_is_all_needed_stays(void)
{
	const size_t all[] = {0, 1, 2, 3, 4, 5, 6};
	struct world world = world_open(7, all, 7);

	comes_to(&world, reduce_weighed, "weighed");
	comes_to(&world, reduce_halved, "halved");
	world_close(&world);
}

/* Half of the items hinder each other: only all of them can go, as a class. */
static void a_class_goes_that_could_not_go_in_part(void)
{
	struct world world = world_open(50, few, 3);
	struct reduce reduce;
	size_t class_of[50];

	for (size_t i = 0; i < 50; i++) {
		world.hinders[i] = i % 2 == 0 && i != 20;
		class_of[i] = world.hinders[i];
	}
	reduce = reduce_of(&world);
	reduce_singly(&reduce);
	CU_ASSERT_TRUE(reduce_left(&reduce) > 24);
	free(reduce.keep);
	reduce = reduce_of(&world);
	reduce_classes(&reduce, class_of, 2);
	CU_ASSERT_EQUAL(reduce_left(&reduce), 26);
	reduce_weighed(&reduce);
	CU_ASSERT_EQUAL(reduce_left(&reduce), 3);
	free(reduce.keep);
	world_close(&world);
}

static void the_tail_goes_up_to_the_last_that_is_needed(void)
{
	for (size_t last = 0; last < 50; last += 7) {
		struct world world = world_open(50, &last, 1);
		struct reduce reduce;
		(void)run(&world, reduce_tail, &reduce);
		CU_ASSERT_EQUAL(reduce_left(&reduce), last + 1);
		CU_ASSERT_TRUE(world.asked <= 12);
		free(reduce.keep);
		world_close(&world);
	}
}

/* However early it ends, what is left was seen to do it. */
static void what_is_left_when_it_ends_early_does_it(void)
{
	size_t before = 50;

	for (size_t limit = 1; limit < 20; limit++) {
		struct world world = world_open(50, few, 3);
		struct reduce reduce = reduce_of(&world);
		world.limit = limit;
		reduce_weighed(&reduce);
		CU_ASSERT_TRUE(does(&world, reduce.keep));
		CU_ASSERT_TRUE(reduce_left(&reduce) <= before);
		before = reduce_left(&reduce);
		free(reduce.keep);
		world_close(&world);
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
		struct world world = world_open(count, places, needed);
		struct reduce reduce;
		asked += run(&world, how, &reduce);
		batches += world.batches;
		CU_ASSERT_EQUAL(reduce_left(&reduce), needed);
		free(reduce.keep);
		world_close(&world);
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
			/* Of a single one halving knows after as many questions as there are bits in its number, and nothing is better. */
			if (needed[k] > 1)
				CU_ASSERT_TRUE(one < halved);
			CU_ASSERT_TRUE(rounds[2] < rounds[1]);
		}
}

const CU_TestInfo tests_reduce[] = {
	{"just_what_is_needed_is_left", just_what_is_needed_is_left},
	{"one_item_alone_is_found", one_item_alone_is_found},
	{"what_is_all_needed_stays", what_is_all_needed_stays},
	{"a_class_goes_that_could_not_go_in_part", a_class_goes_that_could_not_go_in_part},
	{"the_tail_goes_up_to_the_last_that_is_needed", the_tail_goes_up_to_the_last_that_is_needed},
	{"what_is_left_when_it_ends_early_does_it", what_is_left_when_it_ends_early_does_it},
	{"weighing_asks_less_often_than_halving", weighing_asks_less_often_than_halving},
	CU_TEST_INFO_NULL,
};
