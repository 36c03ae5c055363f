/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "harness/search/sampling.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/memory.h"

size_t sampling_spread(size_t *cursor, size_t count)
{
	unsigned bits = 0;

	while ((UINT64_C(1) << bits) < count)
		bits++;
	while (*cursor < (UINT64_C(1) << bits)) {
		size_t reversed = 0;
		for (unsigned i = 0; i < bits; i++)
			reversed |= ((*cursor >> i) & 1) << (bits - 1 - i);
		(*cursor)++;
		if (reversed < count)
			return reversed;
	}
	return count;
}

static void add_place(struct cell *cell, size_t target)
{
	if (cell->count == cell->room) {
		cell->room = cell->room > 0 ? 2 * cell->room : 8;
		cell->targets = memory_resize(cell->targets, cell->room, sizeof *cell->targets);
	}
	cell->targets[cell->count++] = target;
}

/*
 * What begins at an address begins when that passes first, whichever way: what passes the other way
 * later is no place of its own.
 */
static bool is_passed_before(const struct targets *targets, size_t index)
{
	const struct target *target = &targets->list[index];

	for (size_t i = 0; i < index; i++)
		if (targets->list[i].sort == target->sort && strcmp(targets->list[i].at, target->at) == 0)
			return true;
	return false;
}

/* The cells of one kind, in the order of sorts and phases; those without targets are left out. */
static void add_kind(struct sampling *sampling, const struct targets *targets, const struct filter *filter, size_t kind)
{
	const size_t width = targets->phase_count;
	struct cell *all = memory_new(TARGET_SORTS * width * sizeof *all);

	for (size_t i = 0; i < targets->count; i++) {
		const struct target *target = &targets->list[i];
		if (kind_fits(&kinds[kind], target) && filter_takes_target(filter, target) &&
		    (kinds[kind].how != KIND_FROM || !is_passed_before(targets, i)))
			add_place(&all[target->sort * width + target->phase], i);
	}
	for (size_t i = 0; i < TARGET_SORTS * width; i++) {
		if (all[i].count == 0)
			continue;
		all[i].kind = kind;
		all[i].sort = (unsigned)(i / width);
		all[i].phase = (unsigned)(i % width);
		sampling->cells = memory_resize(sampling->cells, sampling->count + 1, sizeof *sampling->cells);
		sampling->cells[sampling->count++] = all[i];
	}
	free(all);
}

/* The cells of one phase, in the order of the table. @return how many. */
static size_t cells_of_phase(const struct sampling *sampling, unsigned phase, size_t *ret_cells)
{
	size_t count = 0;

	for (size_t i = 0; i < sampling->count; i++)
		if (sampling->cells[i].phase == phase)
			ret_cells[count++] = i;
	return count;
}

/* Where each phase is within its own cells, while the order of a round is made. */
struct turn {
	size_t *cells;
	size_t count, cursor;
};

static void order_cells(struct sampling *sampling, size_t phase_count)
{
	struct turn *turns = memory_new(phase_count * sizeof *turns);
	size_t done = 0;

	for (unsigned p = 0; p < phase_count; p++) {
		turns[p].cells = memory_new((sampling->count + 1) * sizeof *turns[p].cells);
		turns[p].count = cells_of_phase(sampling, p, turns[p].cells);
	}
	sampling->order = memory_new((sampling->count + 1) * sizeof *sampling->order);
	/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a cell is of a phase, so there is one. */
	for (unsigned p = 0; done < sampling->count; p = (p + 1) % (unsigned)phase_count) {
		struct turn *turn = &turns[p];
		const size_t next = turn->count > 0 ? sampling_spread(&turn->cursor, turn->count) : 0;
		if (next < turn->count)
			/* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): likewise. */
			sampling->order[done++] = turn->cells[(next + p * turn->count / phase_count) % turn->count];
	}
	for (unsigned p = 0; p < phase_count; p++)
		free(turns[p].cells);
	free(turns);
}

void sampling_open(struct sampling *sampling, const struct targets *targets, const struct filter *filter, size_t most)
{
	*sampling = (struct sampling){.most = most};
	for (size_t kind = 0; kinds[kind].name != NULL; kind++)
		if (filter_takes_kind(filter, kind))
			add_kind(sampling, targets, filter, kind);
	order_cells(sampling, targets->phase_count);
}

void sampling_close(struct sampling *sampling)
{
	for (size_t i = 0; i < sampling->count; i++)
		free(sampling->cells[i].targets);
	free(sampling->cells);
	free(sampling->order);
	memset(sampling, 0, sizeof *sampling);
}

/*
 * Of what steers an update there is not much, and it is all tried; data, the chip's work and the
 * bus's are sampled.
 */
static bool is_all_tried(unsigned sort)
{
	if (sort == TARGET_CONTROL || sort == TARGET_START)
		return true;
	return sort >= TARGET_SITE && sort != TARGET_SORT_OF(SITE_TCP) && fault_sites[sort - TARGET_SITE].layer == LAYER_SERVER;
}

static size_t wanted(const struct sampling *sampling, const struct cell *cell)
{
	const bool is_all = is_all_tried(cell->sort);

	return is_all || sampling->most == 0 || cell->count < sampling->most ? cell->count : sampling->most;
}

size_t sampling_size(const struct sampling *sampling)
{
	size_t size = 0;

	for (size_t i = 0; i < sampling->count; i++)
		size += wanted(sampling, &sampling->cells[i]);
	return size;
}

/* The next cell that has something left, of this round or the next one; count if there is none. */
static size_t next_cell(struct sampling *sampling)
{
	for (size_t passed = 0; passed < sampling->count; passed++) {
		const size_t cell = sampling->order[sampling->at];
		sampling->at = (sampling->at + 1) % sampling->count;
		if (sampling->cells[cell].taken < wanted(sampling, &sampling->cells[cell]))
			return cell;
	}
	return sampling->count;
}

bool sampling_next(struct sampling *sampling, size_t *ret_cell, size_t *ret_target)
{
	const size_t index = next_cell(sampling);

	if (index == sampling->count)
		return false;
	struct cell *cell = &sampling->cells[index];
	*ret_cell = index;
	*ret_target = cell->targets[sampling_spread(&cell->cursor, cell->count)];
	cell->taken++;
	return true;
}
