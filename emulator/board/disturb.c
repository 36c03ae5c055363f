/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "board/disturb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum site { SITE_TX, SITE_RX, SITE_MII, SITE_SPI, SITE_INT, SITES };

static const char *const site_names[SITES] = {"enc.tx", "enc.rx", "enc.mii", "spi.msg", "int.edge"};

/* A fault at work. */
struct trouble {
	const struct fault *fault;
	size_t index; /* in the plan */
	struct random_stream stream;
	uint64_t matched, applied;
};

struct disturber {
	struct trace *trace;
	struct trouble *troubles;
	size_t count;
	uint64_t occasions[SITES];
	bool int_was;     /* as the chip drove it last */
	bool edge_hidden; /* the processor missed this assertion */
	sim_ns int_stuck_until;
	bool int_stuck_asserted;
	struct medium_noise noise;
};

struct disturber *disturber_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace)
{
	struct disturber *disturber = memory_new(sizeof *disturber);

	disturber->trace = trace;
	disturber->troubles = memory_new(count * sizeof *disturber->troubles);
	for (size_t i = 0; i < count; i++)
		if (faults[i].action->layer == LAYER_BOARD)
			disturber->troubles[disturber->count++] =
				(struct trouble){.fault = &faults[i], .index = i, .stream = fault_stream(faults, i, seed)};
	return disturber;
}

void disturber_close(struct disturber *disturber)
{
	if (disturber == NULL)
		return;
	free(disturber->troubles);
	free(disturber);
}

uint64_t disturber_startup(struct disturber *disturber, uint64_t standard_ns, sim_ns now)
{
	for (size_t i = 0; i < disturber->count; i++) {
		struct trouble *trouble = &disturber->troubles[i];
		if (action_kind(trouble->fault->action) != FAULT_CLKRDY)
			continue;
		standard_ns = trouble->fault->params.clkrdy.after_ns;
		trouble->matched++;
		trouble->applied++;
		trace_line(disturber->trace, now, "fault", "'%s' clkrdy", trouble->fault->name);
	}
	return standard_ns;
}

/* "enabled: false" takes a fault without other parameters out. */
static bool is_taken_out(const struct fault *fault)
{
	switch ((int)action_kind(fault->action)) {
	case FAULT_RX_OVERFLOW:
	case FAULT_RX_UNCOUNTED:
	case FAULT_RX_ERROR:
	case FAULT_MII_STUCK:
	case FAULT_BROWN_OUT:
	case FAULT_INT_LOST:
		return !fault->params.plain.enabled;
	default:
		return false;
	}
}

/* Whether a fault acts on this occasion of its site; tells of it if so. */
static bool acts(struct disturber *disturber, struct trouble *trouble, enum site site, uint64_t occasion, sim_ns now)
{
	const struct fault *fault = trouble->fault;

	if (fault->action->site == NULL || strcmp(fault->action->site, site_names[site]) != 0 || !fault_is_open(fault, now) ||
	    is_taken_out(fault))
		return false;
	trouble->matched++;
	/* An address names the occasion since power on, an ordinal the one within the window. */
	if (!fault_picks(fault, fault->match.at[0] != '\0' ? occasion : trouble->matched) ||
	    !random_happens(trouble->stream, site, occasion, fault->match.probability))
		return false;
	trouble->applied++;
	trace_line(disturber->trace, now, "fault", "%s#%" PRIu64 ": '%s' %s", site_names[site], occasion, fault->name, fault->action->name);
	return true;
}

/* -- the chip -- */

static void disturb_chip(const struct fault *fault, struct enc28j60_disturbance *disturbance)
{
	const union action_params *params = &fault->params;

	switch ((int)action_kind(fault->action)) {
	case FAULT_TX_STALL:
		disturbance->tx_stall = true;
		disturbance->tx_stall_flagged |= params->tx_stall.flags;
		break;
	case FAULT_TX_FLAGS:
		disturbance->tx_no_txif |= params->tx_flags.lose_txif;
		disturbance->tx_txerif |= params->tx_flags.raise_txerif;
		break;
	case FAULT_RX_POINTER:
		disturbance->rx_next_xor = (uint16_t)(disturbance->rx_next_xor ^ params->rx_pointer.xor_bits);
		break;
	case FAULT_RX_OVERFLOW:
		disturbance->rx_overflow = true;
		break;
	case FAULT_RX_UNCOUNTED:
		disturbance->rx_uncounted = true;
		break;
	case FAULT_RX_ERROR:
		disturbance->rx_rxerif = true;
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
	for (size_t i = 0; i < disturber->count; i++) {
		const struct fault *fault = disturber->troubles[i].fault;
		if (!acts(disturber, &disturber->troubles[i], sites[chip_site], number, now))
			continue;
		disturb_chip(fault, ret_disturbance);
		if (action_kind(fault->action) == FAULT_COLLISION)
			disturber->noise = (struct medium_noise){(unsigned)fault->params.collision.times,
			                                         (unsigned)fault->params.collision.after};
	}
}

struct medium_noise disturber_noise(const struct disturber *disturber)
{
	return disturber->noise;
}

/* -- the bus -- */

/* Several bits of one byte add up; of two bytes the later fault's counts. */
static void invert(size_t *byte, uint8_t *bits, const union action_params *params)
{
	*bits = (uint8_t)((*byte == params->spi_bit.byte ? *bits : 0U) ^ 1U << params->spi_bit.bit);
	*byte = params->spi_bit.byte;
}

static void disturb_spi(const struct fault *fault, struct spi_disturbance *disturbance)
{
	const union action_params *params = &fault->params;

	switch ((int)action_kind(fault->action)) {
	case FAULT_SPI_BIT:
		if (params->spi_bit.line == SPI_MOSI) {
			invert(&disturbance->mosi_byte, &disturbance->mosi_bits, params);
		} else {
			invert(&disturbance->miso_byte, &disturbance->miso_bits, params);
		}
		break;
	case FAULT_SPI_STUCK:
		disturbance->miso_stuck = true;
		disturbance->miso_level = params->spi_stuck.level ? 0xff : 0x00;
		break;
	case FAULT_SPI_CUT:
		disturbance->seen = params->spi_cut.after < disturbance->seen ? params->spi_cut.after : disturbance->seen;
		break;
	case FAULT_BROWN_OUT:
		disturbance->brown_out = true;
		break;
	default:
		break;
	}
}

struct spi_disturbance disturber_spi(struct disturber *disturber, size_t length, sim_ns now)
{
	struct spi_disturbance disturbance = {.seen = length, .mosi_byte = SIZE_MAX, .miso_byte = SIZE_MAX};
	uint64_t occasion = ++disturber->occasions[SITE_SPI];

	for (size_t i = 0; i < disturber->count; i++)
		if (acts(disturber, &disturber->troubles[i], SITE_SPI, occasion, now))
			disturb_spi(disturber->troubles[i].fault, &disturbance);
	return disturbance;
}

/* -- INT -- */

static void disturb_edge(struct disturber *disturber, const struct fault *fault, sim_ns now)
{
	if (action_kind(fault->action) == FAULT_INT_LOST)
		disturber->edge_hidden = true;
	/* A shorter stand does not end a longer one. */
	if (action_kind(fault->action) != FAULT_INT_STUCK || now + fault->params.int_stuck.for_ns < disturber->int_stuck_until)
		return;
	disturber->int_stuck_until = now + fault->params.int_stuck.for_ns;
	disturber->int_stuck_asserted = fault->params.int_stuck.level == 0;
}

bool disturber_int(struct disturber *disturber, bool asserted, sim_ns now)
{
	if (asserted && !disturber->int_was) {
		uint64_t occasion = ++disturber->occasions[SITE_INT];
		disturber->edge_hidden = false;
		for (size_t i = 0; i < disturber->count; i++)
			if (acts(disturber, &disturber->troubles[i], SITE_INT, occasion, now))
				disturb_edge(disturber, disturber->troubles[i].fault, now);
	}
	disturber->int_was = asserted;
	if (now < disturber->int_stuck_until)
		return disturber->int_stuck_asserted;
	/* What the processor has missed it does not see before the line rises and falls again. */
	return asserted && !disturber->edge_hidden;
}

sim_ns disturber_next(const struct disturber *disturber)
{
	return disturber->int_stuck_until > 0 ? disturber->int_stuck_until : SIM_NEVER;
}

bool disturber_counters(const struct disturber *disturber, size_t index, uint64_t *ret_matched, uint64_t *ret_applied)
{
	for (size_t i = 0; i < disturber->count; i++)
		if (disturber->troubles[i].index == index) {
			*ret_matched = disturber->troubles[i].matched;
			*ret_applied = disturber->troubles[i].applied;
			return true;
		}
	return false;
}
