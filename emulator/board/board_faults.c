/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the board asks at each event of a site, and all faults that act change the same
 * effect, in the order of the plan. What a fault of the bus does spans the bytes of a message, so
 * which of them act is decided at its beginning and kept until its end; INT is a line with a level
 * and a time.
 */
#include "emulator/board/board_faults.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "emulator/board/fault.h"

struct board_faults {
	struct armed_faults faults;
	bool *in_message; /* of each fault: it acts on the message that is on the bus */
	bool int_was;     /* as the chip drove it last */
	struct int_line line;
	struct medium_effect medium;
};

static const struct board_fault *act_of(const struct armed_fault *armed)
{
	return action_act(armed->fault->action, LAYER_BOARD);
}

struct board_faults *board_faults_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct armed_ops ops,
                                       void *ctx)
{
	struct board_faults *board_faults = memory_new(sizeof *board_faults);

	armed_faults_open(&board_faults->faults, faults, count, LAYER_BOARD, seed, trace, ops, ctx);
	board_faults->in_message = memory_new(count * sizeof *board_faults->in_message);
	return board_faults;
}

void board_faults_close(struct board_faults *board_faults)
{
	if (board_faults == NULL)
		return;
	armed_faults_close(&board_faults->faults);
	free(board_faults->in_message);
	free(board_faults);
}

struct armed_faults *board_faults_armed(struct board_faults *board_faults)
{
	return &board_faults->faults;
}

uint64_t board_faults_startup(struct board_faults *board_faults, uint64_t standard_ns, sim_ns now)
{
	const struct fault_event event = armed_faults_next(&board_faults->faults, SITE_POWER, now);

	for (size_t i = 0; i < board_faults->faults.count; i++) {
		struct armed_fault *armed = &board_faults->faults.list[i];
		if (act_of(armed)->startup != NULL && armed_fault_acts(&board_faults->faults, armed, &event))
			standard_ns = act_of(armed)->startup(fault_params(armed->fault));
	}
	return standard_ns;
}

bool board_faults_warm(struct board_faults *board_faults, sim_ns now)
{
	const struct fault_event event = armed_faults_next(&board_faults->faults, SITE_POWER, now);

	for (size_t i = 0; i < board_faults->faults.count; i++) {
		struct armed_fault *armed = &board_faults->faults.list[i];
		/* INT fell in the former life: that was no edge of this one. */
		if (act_of(armed)->is_warm && armed_fault_acts(&board_faults->faults, armed, &event))
			board_faults->int_was = true;
	}
	return board_faults->int_was;
}

/* -- the NIC -- */

void board_faults_nic(struct board_faults *board_faults, enum site site, unsigned number, sim_ns now, void *ret_effect)
{
	struct armed_faults *faults = &board_faults->faults;
	const struct fault_event event = armed_faults_event(faults, site, number, now);

	board_faults->medium = (struct medium_effect){0};
	for (size_t i = 0; i < faults->count; i++)
		if (armed_fault_acts(faults, &faults->list[i], &event))
			act_of(&faults->list[i])->nic(fault_params(faults->list[i].fault), ret_effect, &board_faults->medium);
}

struct medium_effect board_faults_medium(const struct board_faults *board_faults)
{
	return board_faults->medium;
}

/* -- the flash -- */

uint64_t board_faults_flash_op(struct board_faults *board_faults, uint64_t number, sim_ns now, struct nor_effect *ret_effect)
{
	struct armed_faults *faults = &board_faults->faults;
	uint64_t off_ns = 0;

	const struct fault_event event = armed_faults_event(faults, SITE_NOR_OP, number, now);
	for (size_t i = 0; i < faults->count; i++)
		if (armed_fault_acts(faults, &faults->list[i], &event))
			act_of(&faults->list[i])->flash_op(fault_params(faults->list[i].fault), ret_effect, &off_ns);
	return off_ns;
}

void board_faults_flash_read(struct board_faults *board_faults, uint64_t number, sim_ns now, struct nor *nor)
{
	struct armed_faults *faults = &board_faults->faults;

	const struct fault_event event = armed_faults_event(faults, SITE_NOR_READ, number, now);
	for (size_t i = 0; i < faults->count; i++)
		if (armed_fault_acts(faults, &faults->list[i], &event))
			act_of(&faults->list[i])->flash_read(fault_params(faults->list[i].fault), nor);
}

/* -- the bus -- */

struct spi_effect board_faults_spi(struct board_faults *board_faults, const uint8_t *mosi, size_t length, uint64_t bus_ns, sim_ns now)
{
	struct spi_effect effect = {0};

	struct fault_event event = armed_faults_next(&board_faults->faults, SITE_SPI, now);
	event.message = bytes_of(mosi, length);
	for (size_t i = 0; i < board_faults->faults.count; i++) {
		struct armed_fault *armed = &board_faults->faults.list[i];
		board_faults->in_message[i] = armed_fault_acts(&board_faults->faults, armed, &event);
		if (board_faults->in_message[i] && act_of(armed)->message != NULL)
			act_of(armed)->message(fault_params(armed->fault), bus_ns, &effect);
	}
	return effect;
}

/* What the @p index-th fault does, if it acts on the message that is on the bus; else nothing. */
static const struct board_fault *on_bus(const struct board_faults *board_faults, size_t index, const void **ret_params)
{
	static const struct board_fault nothing = {0};
	const struct armed_fault *armed = &board_faults->faults.list[index];

	*ret_params = fault_params(armed->fault);
	return board_faults->in_message[index] ? act_of(armed) : &nothing;
}

void board_faults_mosi(const struct board_faults *board_faults, uint8_t *bytes, size_t length)
{
	const void *params;

	for (size_t i = 0; i < board_faults->faults.count; i++) {
		const struct board_fault *act = on_bus(board_faults, i, &params);
		if (act->mosi != NULL)
			act->mosi(params, bytes, length);
	}
}

void board_faults_miso(const struct board_faults *board_faults, uint8_t *bytes, size_t length)
{
	const void *params;

	for (size_t i = 0; i < board_faults->faults.count; i++) {
		const struct board_fault *act = on_bus(board_faults, i, &params);
		if (act->miso != NULL)
			act->miso(params, bytes, length);
	}
	for (size_t i = 0; i < board_faults->faults.count; i++) {
		const struct board_fault *act = on_bus(board_faults, i, &params);
		if (act->drive_miso != NULL)
			act->drive_miso(params, bytes, length);
	}
}

size_t board_faults_command(const struct board_faults *board_faults, size_t from, size_t length)
{
	const void *params;
	size_t end = length;

	for (size_t i = 0; i < board_faults->faults.count; i++) {
		const struct board_fault *act = on_bus(board_faults, i, &params);
		if (act->select != NULL)
			end = act->select(params, from, end);
	}
	return end > from ? end - from : 0;
}

/* -- INT -- */

bool board_faults_int(struct board_faults *board_faults, bool asserted, sim_ns now)
{
	struct armed_faults *faults = &board_faults->faults;
	struct int_line *line = &board_faults->line;
	bool is_up = now >= line->up_from && now < line->up_until;

	if (asserted && !board_faults->int_was) {
		const struct fault_event event = armed_faults_next(faults, SITE_INT, now);
		line->edge_hidden = false;
		for (size_t i = 0; i < faults->count; i++)
			if (armed_fault_acts(faults, &faults->list[i], &event))
				act_of(&faults->list[i])->edge(fault_params(faults->list[i].fault), now, line);
	}
	board_faults->int_was = asserted;
	if (now < line->stuck_until)
		return line->stuck_asserted;
	/* What the processor has missed it does not see before the line rises and falls again. */
	line->edge_hidden &= !is_up;
	return asserted && !line->edge_hidden && !is_up;
}

sim_ns board_faults_next(const struct board_faults *board_faults, sim_ns now)
{
	const sim_ns changes[] = {board_faults->line.stuck_until, board_faults->line.up_from, board_faults->line.up_until};
	sim_ns next = SIM_NEVER;

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		if (changes[i] > now && changes[i] < next)
			next = changes[i];
	return next;
}
