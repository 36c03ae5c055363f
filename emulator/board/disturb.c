/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "board/disturb.h"

#include <stdlib.h>

#include "base/memory.h"
#include "board/fault.h"

struct disturber {
	struct troubles troubles;
	bool *in_message; /* of each fault: it acts on the message that is on the bus */
	bool int_was;     /* as the chip drove it last */
	struct int_line line;
	struct medium_noise noise;
};

static const struct board_fault *act_of(const struct trouble *trouble)
{
	return trouble->fault->action->act;
}

struct disturber *disturber_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct trouble_ops ops,
                                 void *ctx)
{
	struct disturber *disturber = memory_new(sizeof *disturber);

	troubles_open(&disturber->troubles, faults, count, LAYER_BOARD, seed, trace, ops, ctx);
	disturber->in_message = memory_new(count * sizeof *disturber->in_message);
	return disturber;
}

void disturber_close(struct disturber *disturber)
{
	if (disturber == NULL)
		return;
	troubles_close(&disturber->troubles);
	free(disturber->in_message);
	free(disturber);
}

struct troubles *disturber_troubles(struct disturber *disturber)
{
	return &disturber->troubles;
}

bool board_fault_check_power_on(const struct fault *fault, const char **ret_key, struct error *err)
{
	const struct match *match = &fault->match;
	bool begins = match->from.kind != MOMENT_TIME || match->from.ns != 0,
	     ends = match->until.kind != MOMENT_TIME || match->until.ns != 0;

	if (!begins && !ends)
		return true;
	*ret_key = begins ? "from" : "until";
	return error_set(err, "'%s' is about power on, so '%s' has no place here", fault->action->name, *ret_key);
}

uint64_t disturber_startup(struct disturber *disturber, uint64_t standard_ns, sim_ns now)
{
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		struct trouble *trouble = &disturber->troubles.list[i];
		if (act_of(trouble)->startup == NULL)
			continue;
		standard_ns = act_of(trouble)->startup(fault_params(trouble->fault));
		trouble_acted(&disturber->troubles, trouble, now);
	}
	return standard_ns;
}

bool disturber_warm(struct disturber *disturber, sim_ns now)
{
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		struct trouble *trouble = &disturber->troubles.list[i];
		if (!act_of(trouble)->is_warm || fault_is_taken_out(trouble->fault))
			continue;
		trouble_acted(&disturber->troubles, trouble, now);
		/* INT fell in the former life: that was no edge of this one. */
		disturber->int_was = true;
	}
	return disturber->int_was;
}

/* -- the chip -- */

void disturber_chip(struct disturber *disturber, enum enc28j60_site chip_site, unsigned number, sim_ns now,
                    struct enc28j60_disturbance *ret_disturbance)
{
	static const enum site sites[] = {[ENC28J60_SITE_TX] = SITE_TX, [ENC28J60_SITE_RX] = SITE_RX, [ENC28J60_SITE_MII] = SITE_MII};
	struct troubles *troubles = &disturber->troubles;

	if (chip_site == ENC28J60_SITE_TX)
		disturber->noise = (struct medium_noise){0};
	troubles_begin(troubles, sites[chip_site], number, now);
	for (size_t i = 0; i < troubles->count; i++)
		if (trouble_acts(troubles, &troubles->list[i], sites[chip_site], now))
			act_of(&troubles->list[i])->chip(fault_params(troubles->list[i].fault), ret_disturbance, &disturber->noise);
}

struct medium_noise disturber_noise(const struct disturber *disturber)
{
	return disturber->noise;
}

/* -- the flash -- */

uint64_t disturber_flash_op(struct disturber *disturber, uint64_t number, sim_ns now, struct nor_disturbance *ret_disturbance)
{
	struct troubles *troubles = &disturber->troubles;
	uint64_t off_ns = 0;

	troubles_begin(troubles, SITE_NOR_OP, number, now);
	for (size_t i = 0; i < troubles->count; i++)
		if (trouble_acts(troubles, &troubles->list[i], SITE_NOR_OP, now))
			act_of(&troubles->list[i])->flash_op(fault_params(troubles->list[i].fault), ret_disturbance, &off_ns);
	return off_ns;
}

void disturber_flash_read(struct disturber *disturber, uint64_t number, sim_ns now, struct nor *nor)
{
	struct troubles *troubles = &disturber->troubles;

	troubles_begin(troubles, SITE_NOR_READ, number, now);
	for (size_t i = 0; i < troubles->count; i++)
		if (trouble_acts(troubles, &troubles->list[i], SITE_NOR_READ, now))
			act_of(&troubles->list[i])->flash_read(fault_params(troubles->list[i].fault), nor);
}

/* -- the bus -- */

void spi_lengthen(struct spi_disturbance *disturbance, uint64_t by_ns)
{
	uint64_t room_ns = FAULT_TIME_MAX - disturbance->longer_ns;

	disturbance->longer_ns += by_ns < room_ns ? by_ns : room_ns;
}

struct spi_disturbance disturber_spi(struct disturber *disturber, const uint8_t *mosi, size_t length, uint64_t bus_ns, sim_ns now)
{
	struct spi_disturbance disturbance = {0};

	(void)troubles_next(&disturber->troubles, SITE_SPI, now);
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		struct trouble *trouble = &disturber->troubles.list[i];
		disturber->in_message[i] = fault_takes_message(trouble->fault, mosi, length) &&
		                           trouble_acts(&disturber->troubles, trouble, SITE_SPI, now);
		if (disturber->in_message[i] && act_of(trouble)->message != NULL)
			act_of(trouble)->message(fault_params(trouble->fault), bus_ns, &disturbance);
	}
	return disturbance;
}

/* What the @p index-th fault does, if it acts on the message that is on the bus; else nothing. */
static const struct board_fault *on_bus(const struct disturber *disturber, size_t index, const void **ret_params)
{
	static const struct board_fault nothing = {0};
	const struct trouble *trouble = &disturber->troubles.list[index];

	*ret_params = fault_params(trouble->fault);
	return disturber->in_message[index] ? act_of(trouble) : &nothing;
}

void disturber_mosi(const struct disturber *disturber, uint8_t *bytes, size_t length)
{
	const void *params;

	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->mosi != NULL)
			act->mosi(params, bytes, length);
	}
}

void disturber_miso(const struct disturber *disturber, uint8_t *bytes, size_t length)
{
	const void *params;

	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->miso != NULL)
			act->miso(params, bytes, length);
	}
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->drive_miso != NULL)
			act->drive_miso(params, bytes, length);
	}
}

size_t disturber_command(const struct disturber *disturber, size_t from, size_t length)
{
	const void *params;
	size_t end = length;

	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const struct board_fault *act = on_bus(disturber, i, &params);
		if (act->select != NULL)
			end = act->select(params, from, end);
	}
	return end > from ? end - from : 0;
}

/* -- INT -- */

bool disturber_int(struct disturber *disturber, bool asserted, sim_ns now)
{
	struct troubles *troubles = &disturber->troubles;
	struct int_line *line = &disturber->line;
	bool is_up = now >= line->up_from && now < line->up_until;

	if (asserted && !disturber->int_was) {
		(void)troubles_next(troubles, SITE_INT, now);
		line->edge_hidden = false;
		for (size_t i = 0; i < troubles->count; i++)
			if (trouble_acts(troubles, &troubles->list[i], SITE_INT, now))
				act_of(&troubles->list[i])->edge(fault_params(troubles->list[i].fault), now, line);
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
