/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/sampling.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"
#include "tests/test.h"
#include "tests/unit/search/places.h"

extern const CU_TestInfo tests_sampling[];

static void open_sampling(struct targets *targets, struct sampling *sampling, const char *only, size_t most)
{
	struct filter filter;
	struct error err;

	filter_init(&filter);
	CU_ASSERT_FATAL(filter_read(&filter, only, &err) && targets_parse(targets, PLACES, &err));
	sampling_open(sampling, targets, &filter, most);
}

static void close_sampling(struct targets *targets, struct sampling *sampling)
{
	sampling_close(sampling);
	targets_close(targets);
}

static void numbers_are_spread_and_each_comes_once(void)
{
	static const size_t of_eight[] = {0, 4, 2, 6, 1, 5, 3, 7};
	size_t cursor = 0;

	for (size_t i = 0; i < 8; i++)
		CU_ASSERT_EQUAL(sampling_spread(&cursor, 8), of_eight[i]);
	CU_ASSERT_EQUAL(sampling_spread(&cursor, 8), 8);
	for (size_t count = 0; count < 70; count++) {
		bool seen[70] = {false};
		cursor = 0;
		for (size_t i = 0; i < count; i++) {
			const size_t number = sampling_spread(&cursor, count);
			CU_ASSERT_FATAL(number < count && !seen[number]);
			seen[number] = true;
		}
		CU_ASSERT_EQUAL(sampling_spread(&cursor, count), count);
	}
}

/* However soon it ends: of two cells that have places left none has had two more than the other. */
static void every_cell_has_one_before_any_has_its_second(void)
{
	struct targets targets;
	struct sampling sampling;
	size_t cell, target;

	open_sampling(&targets, &sampling, "", 0);
	while (sampling_next(&sampling, &cell, &target))
		for (size_t i = 0; i < sampling.count; i++)
			if (sampling.cells[i].taken < sampling.cells[i].count)
				CU_ASSERT(sampling.cells[i].taken + 1 >= sampling.cells[cell].taken);
	for (size_t i = 0; i < sampling.count; i++)
		CU_ASSERT_EQUAL(sampling.cells[i].taken, sampling.cells[i].count);
	close_sampling(&targets, &sampling);
}

static void phases_take_turns(void)
{
	struct targets targets;
	struct sampling sampling;
	size_t cell, target, of_phase[3] = {0};

	open_sampling(&targets, &sampling, "", 0);
	/* The phase with the fewest cells, before the first report, has the bus and power on. */
	for (size_t i = 0; i < 24; i++) {
		CU_ASSERT_FATAL(sampling_next(&sampling, &cell, &target));
		of_phase[sampling.cells[cell].phase]++;
	}
	CU_ASSERT_EQUAL(of_phase[0], 8);
	CU_ASSERT_EQUAL(of_phase[1], 8);
	CU_ASSERT_EQUAL(of_phase[2], 8);
	close_sampling(&targets, &sampling);
}

static void the_first_of_a_phase_are_of_different_kinds(void)
{
	struct targets targets;
	struct sampling sampling;
	size_t cell, target;
	bool seen[FILTER_KINDS_MAX] = {false};

	open_sampling(&targets, &sampling, "data", 0);
	for (size_t i = 0; i < 8; i++) {
		CU_ASSERT_FATAL(sampling_next(&sampling, &cell, &target));
		CU_ASSERT_FALSE(seen[sampling.cells[cell].kind]);
		seen[sampling.cells[cell].kind] = true;
	}
	close_sampling(&targets, &sampling);
}

static void places_are_where_the_kind_fits_and_come_once(void)
{
	struct targets targets;
	struct sampling sampling;
	size_t cell, target, count = 0;

	open_sampling(&targets, &sampling, "", 0);
	bool *seen = memory_new(sampling.count * targets.count * sizeof *seen);
	while (sampling_next(&sampling, &cell, &target)) {
		CU_ASSERT(kind_fits(&kinds[sampling.cells[cell].kind], &targets.list[target]));
		CU_ASSERT_EQUAL(targets.list[target].phase, sampling.cells[cell].phase);
		CU_ASSERT_FALSE(seen[cell * targets.count + target]);
		seen[cell * targets.count + target] = true;
		count++;
	}
	CU_ASSERT_EQUAL(count, sampling_size(&sampling));
	free(seen);
	close_sampling(&targets, &sampling);
}

static void what_steers_is_all_tried_and_data_is_sampled(void)
{
	struct targets targets;
	struct sampling sampling;
	size_t cell, target, control = 0, data = 0;

	open_sampling(&targets, &sampling, "drop", 2);
	while (sampling_next(&sampling, &cell, &target))
		*(sampling.cells[cell].sort == TARGET_DATA ? &data : &control) += 1;
	CU_ASSERT_EQUAL(control, 6);
	CU_ASSERT_EQUAL(data, 2);
	close_sampling(&targets, &sampling);
}

static void the_order_is_always_the_same(void)
{
	struct targets targets[2];
	struct sampling sampling[2];
	size_t cell[2], target[2];

	open_sampling(&targets[0], &sampling[0], "", 3);
	open_sampling(&targets[1], &sampling[1], "", 3);
	while (sampling_next(&sampling[0], &cell[0], &target[0])) {
		CU_ASSERT_FATAL(sampling_next(&sampling[1], &cell[1], &target[1]));
		CU_ASSERT(cell[0] == cell[1] && target[0] == target[1]);
	}
	CU_ASSERT_FALSE(sampling_next(&sampling[1], &cell[1], &target[1]));
	close_sampling(&targets[0], &sampling[0]);
	close_sampling(&targets[1], &sampling[1]);
}

static void an_empty_selection_yields_nothing(void)
{
	struct targets targets;
	struct sampling sampling;
	size_t cell, target;

	open_sampling(&targets, &sampling, "drop,tls.alert", 0);
	CU_ASSERT_EQUAL(sampling.count, 0);
	CU_ASSERT_FALSE(sampling_next(&sampling, &cell, &target));
	close_sampling(&targets, &sampling);
}

/* A point of time knows no direction. */
static void what_begins_at_an_address_begins_there_once(void)
{
	static const char text[] = "1000 phase dhcp\n2000 to-server tcp.fin[80/1]#1\n3000 to-device tcp.fin[80/1]#1\n";
	struct targets targets;
	struct sampling sampling;
	struct filter filter;
	struct error err;

	filter_init(&filter);
	CU_ASSERT_FATAL(filter_read(&filter, "drop,carrier", &err) && targets_parse(&targets, text, &err));
	sampling_open(&sampling, &targets, &filter, 0);
	for (size_t i = 0; i < sampling.count; i++)
		CU_ASSERT_EQUAL(sampling.cells[i].count, strcmp(kinds[sampling.cells[i].kind].action, "drop") == 0 ? 2 : 1);
	CU_ASSERT_EQUAL(sampling_size(&sampling), 3);
	close_sampling(&targets, &sampling);
}

const CU_TestInfo tests_sampling[] = {
	{"what begins at an address begins there once", what_begins_at_an_address_begins_there_once},
	{"numbers are spread and each comes once", numbers_are_spread_and_each_comes_once},
	{"every cell has one before any has its second", every_cell_has_one_before_any_has_its_second},
	{"phases take turns", phases_take_turns},
	{"the first of a phase are of different kinds", the_first_of_a_phase_are_of_different_kinds},
	{"places are where the kind fits and come once", places_are_where_the_kind_fits_and_come_once},
	{"what steers is all tried and data is sampled", what_steers_is_all_tried_and_data_is_sampled},
	{"the order is always the same", the_order_is_always_the_same},
	{"an empty selection yields nothing", an_empty_selection_yields_nothing},
	CU_TEST_INFO_NULL,
};
