/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "emulator/board/disturb.h"

#include <stdlib.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"
#include "emulator/board/fault.h"

struct disturber {
	struct armed_faults faults;
	bool *in_message; /* of each fault: it acts on the message that is on the bus */
	bool int_was;     /* as the chip drove it last */
	struct int_line line;
	struct medium_noise noise;
};

static const struct board_fault *act_of(const struct armed_fault *armed)
{
	return armed->fault->action->act;
}

/* Whether a fault has what is asked for at its site. */
static bool has_effect(const struct armed_fault *armed)
{
	const struct board_fault *act = act_of(armed);
	const bool has[SITES_ALL] = {
		[SITE_TX] = act->nic != NULL,
		[SITE_RX] = act->nic != NULL,
		[SITE_MII] = act->nic != NULL,
		[SITE_SPI] = act->message != NULL || act->mosi != NULL || act->miso != NULL || act->drive_miso != NULL ||
	                     act->select != NULL,
		[SITE_INT] = act->edge != NULL,
		[SITE_NOR_OP] = act->flash_op != NULL,
		[SITE_NOR_READ] = act->flash_read != NULL,
		[SITE_POWER] = act->startup != NULL || act->is_warm,
	};

	return has[armed->site];
}

struct disturber *disturber_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct armed_ops ops,
                                 void *ctx)
{
	struct disturber *disturber = memory_new(sizeof *disturber);

	armed_faults_open(&disturber->faults, faults, count, LAYER_BOARD, seed, trace, ops, ctx);
	for (size_t i = 0; i < disturber->faults.count; i++)
		CHECK(has_effect(&disturber->faults.list[i]));
	disturber->in_message = memory_new(count * sizeof *disturber->in_message);
	return disturber;
}

void disturber_close(struct disturber *disturber)
{
	if (disturber == NULL)
		return;
	armed_faults_close(&disturber->faults);
	free(disturber->in_message);
	free(disturber);
}

struct armed_faults *disturber_faults(struct disturber *disturber)
{
	return &disturber->faults;
}

uint64_t disturber_startup(struct disturber *disturber, uint64_t standard_ns, sim_ns now)
{
	const struct fault_event event = armed_faults_next(&disturber->faults, SITE_POWER, now);

	for (size_t i = 0; i < disturber->faults.count; i++) {
		struct armed_fault *armed = &disturber->faults.list[i];
		if (act_of(armed)->startup != NULL && armed_fault_acts(&disturber->faults, armed, &event))
			standard_ns = act_of(armed)->startup(fault_params(armed->fault));
	}
	return standard_ns;
}

bool disturber_warm(struct disturber *disturber, sim_ns now)
{
	const struct fault_event event = armed_faults_next(&disturber->faults, SITE_POWER, now);

	for (size_t i = 0; i < disturber->faults.count; i++) {
		struct armed_fault *armed = &disturber->faults.list[i];
		/* INT fell in the former life: that was no edge of this one. */
		if (act_of(armed)->is_warm && armed_fault_acts(&disturber->faults, armed, &event))
			disturber->int_was = true;
	}
	return disturber->int_was;
}

/* -- the NIC -- */

void disturber_nic(struct disturber *disturber, enum site site, unsigned number, sim_ns now,
                   void *ret_effect)
{
	struct armed_faults *faults = &disturber->faults;
	const struct fault_event event = armed_faults_event(faults, site, number, now);

	disturber->noise = (struct medium_noise){0};
	for (size_t i = 0; i < faults->count; i++)
		if (armed_fault_acts(faults, &faults->list[i], &event))
			act_of(&faults->list[i])->nic(fault_params(faults->list[i].fault), ret_effect, &disturber->noise);
}

struct medium_noise disturber_noise(const struct disturber *disturber)
{
	return disturber->noise;
}

/* -- the flash -- */

uint64_t disturber_flash_op(struct disturber *disturber, uint64_t number, sim_ns now, struct nor_disturbance *ret_disturbance)
{
	struct armed_faults *faults = &disturber->faults;
	uint64_t off_ns = 0;

	const struct fault_event event = armed_faults_event(faults, SITE_NOR_OP, number, now);
	for (size_t i = 0; i < faults->count; i++)
		if (armed_fault_acts(faults, &faults->list[i], &event))
			act_of(&faults->list[i])->flash_op(fault_params(faults->list[i].fault), ret_disturbance, &off_ns);
	return off_ns;
}

void disturber_flash_read(struct disturber *disturber, uint64_t number, sim_ns now, struct nor *nor)
{
	struct armed_faults *faults = &disturber->faults;

	const struct fault_event event = armed_faults_event(faults, SITE_NOR_READ, number, now);
	for (size_t i = 0; i < faults->count; i++)
		if (armed_fault_acts(faults, &faults->list[i], &event))
			act_of(&faults->list[i])->flash_read(fault_params(faults->list[i].fault), nor);
}

/* -- the bus -- */

struct spi_disturbance disturber_spi(struct disturber *disturber, const uint8_t *mosi, size_t length, uint64_t bus_ns, sim_ns now)
{
	struct spi_disturbance disturbance = {0};

	struct fault_event event = armed_faults_next(&disturber->faults, SITE_SPI, now);
	event.message = bytes_of(mosi, length);
	for (size_t i = 0; i < disturber->faults.count; i++) {
		struct armed_fault *armed = &disturber->faults.list[i];
		disturber->in_message[i] = armed_fault_acts(&disturber->faults, armed, &event);
		if (disturber->in_message[i] && act_of(armed)->message != NULL)
			act_of(armed)->message(fault_params(armed->fault), bus_ns, &disturbance);
	}
	return disturbance;
}

/* What the @p index-th fault does, if it acts on the message that is on the bus; else nothing. */
static const struct board_fault *on_bus(const struct disturber *disturber, size_t index, const void **ret_params)
{
	static const struct board_fault nothing = {0};
	const struct armed_fault *armed = &disturber->faults.list[index];

	*ret_params = fault_params(armed->fault);
	return disturber->in_message[index] ? act_of(armed) : &nothing;
}

void disturber_mosi(const struct disturber *disturber, uint8_t *bytes, size_t length)
{
	const void *params;

	for (size_t i = 0; i < disturber->faults.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->mosi != NULL)
			act->mosi(params, bytes, length);
	}
}

void disturber_miso(const struct disturber *disturber, uint8_t *bytes, size_t length)
{
	const void *params;

	for (size_t i = 0; i < disturber->faults.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->miso != NULL)
			act->miso(params, bytes, length);
	}
	for (size_t i = 0; i < disturber->faults.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->drive_miso != NULL)
			act->drive_miso(params, bytes, length);
	}
}

size_t disturber_command(const struct disturber *disturber, size_t from, size_t length)
{
	const void *params;
	size_t end = length;

	for (size_t i = 0; i < disturber->faults.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->select != NULL)
			end = act->select(params, from, end);
	}
	return end > from ? end - from : 0;
}

/* -- INT -- */

bool disturber_int(struct disturber *disturber, bool asserted, sim_ns now)
{
	struct armed_faults *faults = &disturber->faults;
	struct int_line *line = &disturber->line;
	bool is_up = now >= line->up_from && now < line->up_until;

	if (asserted && !disturber->int_was) {
		const struct fault_event event = armed_faults_next(faults, SITE_INT, now);
		line->edge_hidden = false;
		for (size_t i = 0; i < faults->count; i++)
			if (armed_fault_acts(faults, &faults->list[i], &event))
				act_of(&faults->list[i])->edge(fault_params(faults->list[i].fault), now, line);
	}
	disturber->int_was = asserted;
	if (now < line->stuck_until)
		return line->stuck_asserted;
	/* What the processor has missed it does not see before the line rises and falls again. */
	line->edge_hidden &= !is_up;
	return asserted && !line->edge_hidden && !is_up;
}

sim_ns disturber_next(const struct disturber *disturber, sim_ns now)
{
	const sim_ns changes[] = {disturber->line.stuck_until, disturber->line.up_from, disturber->line.up_until};
	sim_ns next = SIM_NEVER;

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		if (changes[i] > now && changes[i] < next)
			next = changes[i];
	return next;
}
