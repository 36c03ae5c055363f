/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "board/disturb.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct disturber {
	struct troubles troubles;
	bool *in_message; /* of each fault: it acts on the message that is on the bus */
	bool int_was;     /* as the chip drove it last */
	bool edge_hidden; /* the processor missed this assertion */
	sim_ns int_stuck_until;
	bool int_stuck_asserted;
	struct medium_noise noise;
	sim_ns int_up_from, int_up_until; /* the line is high in between, though the chip asserts it */
};

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

uint64_t disturber_startup(struct disturber *disturber, uint64_t standard_ns, sim_ns now)
{
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		struct trouble *trouble = &disturber->troubles.list[i];
		if (trouble->fault->action->kind != FAULT_CLKRDY)
			continue;
		standard_ns = trouble->fault->params.clkrdy.after_ns;
		trouble_acted(&disturber->troubles, trouble, now);
	}
	return standard_ns;
}

bool disturber_warm(struct disturber *disturber, sim_ns now)
{
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		struct trouble *trouble = &disturber->troubles.list[i];
		if (trouble->fault->action->kind != FAULT_WARM_START || fault_is_taken_out(trouble->fault))
			continue;
		trouble_acted(&disturber->troubles, trouble, now);
		/* INT fell in the former life: that was no edge of this one. */
		disturber->int_was = true;
	}
	return disturber->int_was;
}

/* -- the chip -- */

static void disturb_chip(const struct fault *fault, struct enc28j60_disturbance *disturbance)
{
	const union action_params *params = &fault->params;

	switch ((int)fault->action->kind) {
	case FAULT_TX_STALL:
		disturbance->tx_stall = true;
		disturbance->tx_stall_flagged |= params->tx_stall.flags;
		break;
	case FAULT_TX_FLAGS:
		disturbance->tx_no_txif |= params->tx_flags.lose_txif;
		disturbance->tx_txerif |= params->tx_flags.raise_txerif;
		disturbance->tx_early_txif |= params->tx_flags.early_txif;
		break;
	case FAULT_LINK_PULSE:
		disturbance->tx_link_pulse = true;
		break;
	case FAULT_RX_POINTER:
		disturbance->rx_next_xor = (uint16_t)(disturbance->rx_next_xor ^ params->rx_pointer.xor_bits);
		break;
	case FAULT_RX_OVERFLOW:
		disturbance->rx_overflow = true;
		disturbance->rx_rxerif_lost |= !params->rx_overflow.flag;
		break;
	case FAULT_RX_UNCOUNTED:
		disturbance->rx_uncounted = true;
		break;
	case FAULT_RX_ERROR:
		disturbance->rx_rxerif = true;
		break;
	case FAULT_RX_PKTIF:
		disturbance->rx_pktif_lost |= params->rx_pktif.kind == PKTIF_LOST;
		disturbance->rx_pktif_false |= params->rx_pktif.kind == PKTIF_FALSE;
		break;
	case FAULT_RX_PATTERN:
		disturbance->rx_pattern_passes = true;
		break;
	case FAULT_MII_STUCK:
		disturbance->mii_stuck = true;
		break;
	default:
		break;
	}
}

void disturber_chip(struct disturber *disturber, enum enc28j60_site chip_site, unsigned number, sim_ns now,
                    struct enc28j60_disturbance *ret_disturbance)
{
	static const enum site sites[] = {[ENC28J60_SITE_TX] = SITE_TX, [ENC28J60_SITE_RX] = SITE_RX, [ENC28J60_SITE_MII] = SITE_MII};

	if (chip_site == ENC28J60_SITE_TX)
		disturber->noise = (struct medium_noise){0};
	troubles_begin(&disturber->troubles, sites[chip_site], number, now);
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const struct fault *fault = disturber->troubles.list[i].fault;
		if (!trouble_acts(&disturber->troubles, &disturber->troubles.list[i], sites[chip_site], now))
			continue;
		disturb_chip(fault, ret_disturbance);
		if (fault->action->kind == FAULT_COLLISION)
			disturber->noise = (struct medium_noise){(unsigned)fault->params.collision.times,
			                                         (unsigned)fault->params.collision.after};
	}
}

struct medium_noise disturber_noise(const struct disturber *disturber)
{
	return disturber->noise;
}

/* -- the flash -- */

/* Of several cuts the earliest comes, and of several delays the sum or the product. */
static void disturb_op(const struct fault *fault, struct nor_disturbance *disturbance, uint64_t *off_ns)
{
	const union action_params *params = &fault->params;
	const unsigned permille = (unsigned)(params->power_cut.after / (UNIT_PROBABILITY_ONE / 1000));

	switch ((int)fault->action->kind) {
	case FAULT_POWER_CUT:
		if (disturbance->cut && disturbance->cut_permille <= permille)
			break;
		disturbance->cut = true;
		disturbance->cut_permille = permille;
		*off_ns = params->power_cut.for_ns;
		break;
	case FAULT_NOR_STUCK:
		disturbance->stuck_ns += params->nor_stuck.for_ns;
		break;
	case FAULT_NOR_SLOW:
		disturbance->slow_factor = (disturbance->slow_factor > 0 ? disturbance->slow_factor : 1) *
		                           (unsigned)params->nor_slow.factor;
		if (disturbance->slow_factor > FAULT_FACTOR_MAX)
			disturbance->slow_factor = FAULT_FACTOR_MAX;
		break;
	default:
		break;
	}
}

uint64_t disturber_flash_op(struct disturber *disturber, uint64_t number, sim_ns now, struct nor_disturbance *ret_disturbance)
{
	struct troubles *troubles = &disturber->troubles;
	uint64_t off_ns = 0;

	troubles_begin(troubles, SITE_NOR_OP, number, now);
	for (size_t i = 0; i < troubles->count; i++)
		if (trouble_acts(troubles, &troubles->list[i], SITE_NOR_OP, now))
			disturb_op(troubles->list[i].fault, ret_disturbance, &off_ns);
	return off_ns;
}

void disturber_flash_read(struct disturber *disturber, uint64_t number, sim_ns now, struct nor *nor)
{
	struct troubles *troubles = &disturber->troubles;

	troubles_begin(troubles, SITE_NOR_READ, number, now);
	for (size_t i = 0; i < troubles->count; i++)
		if (trouble_acts(troubles, &troubles->list[i], SITE_NOR_READ, now)) {
			const struct nor_rot_params *rot = &troubles->list[i].fault->params.nor_rot;
			nor_rot(nor, (uint32_t)rot->offset, (uint8_t)(1U << rot->bit));
		}
}

/* -- the bus -- */

static void lengthen(struct spi_disturbance *disturbance, uint64_t by_ns)
{
	uint64_t room_ns = FAULT_TIME_MAX - disturbance->longer_ns;

	disturbance->longer_ns += by_ns < room_ns ? by_ns : room_ns;
}

static void disturb_spi(const struct fault *fault, uint64_t bus_ns, struct spi_disturbance *disturbance)
{
	switch ((int)fault->action->kind) {
	case FAULT_BROWN_OUT:
		disturbance->brown_out = true;
		break;
	case FAULT_SPI_STALL:
		lengthen(disturbance, fault->params.spi_stall.for_ns);
		break;
	case FAULT_SPI_SLOW:
		lengthen(disturbance, bus_ns * (fault->params.spi_slow.factor - 1));
		break;
	default:
		break;
	}
}

struct spi_disturbance disturber_spi(struct disturber *disturber, const uint8_t *mosi, size_t length, uint64_t bus_ns, sim_ns now)
{
	struct spi_disturbance disturbance = {0};

	(void)troubles_next(&disturber->troubles, SITE_SPI, now);
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		struct trouble *trouble = &disturber->troubles.list[i];
		disturber->in_message[i] = fault_takes_message(trouble->fault, mosi, length) &&
		                           trouble_acts(&disturber->troubles, trouble, SITE_SPI, now);
		if (disturber->in_message[i])
			disturb_spi(trouble->fault, bus_ns, &disturbance);
	}
	return disturbance;
}

/* What acts on the message that is on the bus, as the @kind of fault it is; NULL if that fault does not. */
static const union action_params *in_message(const struct disturber *disturber, size_t index, enum fault_kind kind)
{
	const struct fault *fault = disturber->troubles.list[index].fault;

	return disturber->in_message[index] && fault->action->kind == kind ? &fault->params : NULL;
}

static void invert(const struct disturber *disturber, unsigned line, uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const union action_params *params = in_message(disturber, i, FAULT_SPI_BIT);
		if (params != NULL && params->spi_bit.line == line && params->spi_bit.byte < length)
			bytes[params->spi_bit.byte] = (uint8_t)(bytes[params->spi_bit.byte] ^ 1U << params->spi_bit.bit);
	}
}

void disturber_mosi(const struct disturber *disturber, uint8_t *bytes, size_t length)
{
	invert(disturber, SPI_MOSI, bytes, length);
}

void disturber_miso(const struct disturber *disturber, uint8_t *bytes, size_t length)
{
	invert(disturber, SPI_MISO, bytes, length);
	/* A line that does not move has no wrong bits either. */
	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const union action_params *params = in_message(disturber, i, FAULT_SPI_STUCK);
		if (params != NULL)
			memset(bytes, params->spi_stuck.level ? 0xff : 0x00, length);
	}
}

size_t disturber_command(const struct disturber *disturber, size_t from, size_t length)
{
	size_t end = length;

	for (size_t i = 0; i < disturber->troubles.count; i++) {
		const union action_params *params = in_message(disturber, i, FAULT_SPI_CUT);
		/* A glitch that is over ends nothing any more; one without a resumption ends all that comes after it. */
		if (params != NULL && params->spi_cut.after < end && (params->spi_cut.after > from || !params->spi_cut.resume))
			end = params->spi_cut.after;
	}
	return end > from ? end - from : 0;
}

/* -- INT -- */

static void disturb_edge(struct disturber *disturber, const struct fault *fault, sim_ns now)
{
	const union action_params *params = &fault->params;

	switch ((int)fault->action->kind) {
	case FAULT_INT_LOST:
		disturber->edge_hidden = true;
		break;
	case FAULT_INT_STUCK:
		/* A shorter stand does not end a longer one. */
		if (now + params->int_stuck.for_ns < disturber->int_stuck_until)
			break;
		disturber->int_stuck_until = now + params->int_stuck.for_ns;
		disturber->int_stuck_asserted = params->int_stuck.level == 0;
		break;
	case FAULT_INT_DOUBLE:
		disturber->int_up_from = now + params->int_double.after_ns;
		disturber->int_up_until = disturber->int_up_from + params->int_double.after_ns;
		break;
	default:
		break;
	}
}

bool disturber_int(struct disturber *disturber, bool asserted, sim_ns now)
{
	bool is_up = now >= disturber->int_up_from && now < disturber->int_up_until;

	if (asserted && !disturber->int_was) {
		(void)troubles_next(&disturber->troubles, SITE_INT, now);
		disturber->edge_hidden = false;
		for (size_t i = 0; i < disturber->troubles.count; i++)
			if (trouble_acts(&disturber->troubles, &disturber->troubles.list[i], SITE_INT, now))
				disturb_edge(disturber, disturber->troubles.list[i].fault, now);
	}
	disturber->int_was = asserted;
	if (now < disturber->int_stuck_until)
		return disturber->int_stuck_asserted;
	/* What the processor has missed it does not see before the line rises and falls again. */
	disturber->edge_hidden &= !is_up;
	return asserted && !disturber->edge_hidden && !is_up;
}

sim_ns disturber_next(const struct disturber *disturber, sim_ns now)
{
	const sim_ns changes[] = {disturber->int_stuck_until, disturber->int_up_from, disturber->int_up_until};
	sim_ns next = SIM_NEVER;

	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++)
		if (changes[i] > now && changes[i] < next)
			next = changes[i];
	return next;
}
