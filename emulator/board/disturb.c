/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "board/disturb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/memory.h"
#include "fault/point.h"

/* In the order of fault_sites. */
enum site { SITE_TX, SITE_RX, SITE_MII, SITE_SPI, SITE_INT, SITES };

/* A fault at work. */
struct trouble {
	const struct fault *fault;
	size_t index; /* in the plan */
	struct random_stream stream;
	int site; /* enum site; -1: none */
	bool has_message;
	struct point at; /* if the match has one */
	struct window window;
	uint64_t matched, applied;
	bool in_message; /* acts on the message that is on the bus */
};

struct disturber {
	struct trace *trace;
	struct disturber_ops ops;
	void *ctx;
	struct trouble *troubles;
	size_t count;
	size_t by_points; /* whose window begins or ends at a point */
	uint64_t occasions[SITES];
	bool int_was;     /* as the chip drove it last */
	bool edge_hidden; /* the processor missed this assertion */
	sim_ns int_stuck_until;
	bool int_stuck_asserted;
	struct medium_noise noise;
	sim_ns int_up_from, int_up_until; /* the line is high in between, though the chip asserts it */
};

static void open_trouble(struct trouble *trouble, const struct fault *faults, size_t index, uint64_t seed)
{
	struct error err;

	*trouble = (struct trouble){.fault = &faults[index], .index = index, .stream = fault_stream(faults, index, seed), .site = -1};
	for (int site = 0; site < SITES && trouble->fault->action->site != NULL; site++)
		if (strcmp(fault_sites[site].name, trouble->fault->action->site) == 0)
			trouble->site = site;
	trouble->has_message = trouble->fault->match.message[0] != '\0';
	if (trouble->fault->match.at[0] != '\0')
		CHECK(point_parse(trouble->fault->match.at, &trouble->at, &err));
	window_init(&trouble->window, &trouble->fault->match);
}

struct disturber *disturber_open(const struct fault *faults, size_t count, uint64_t seed, struct trace *trace, struct disturber_ops ops,
                                 void *ctx)
{
	struct disturber *disturber = memory_new(sizeof *disturber);

	disturber->trace = trace;
	disturber->ops = ops;
	disturber->ctx = ctx;
	disturber->troubles = memory_new(count * sizeof *disturber->troubles);
	for (size_t i = 0; i < count; i++)
		if (faults[i].action->layer == LAYER_BOARD)
			open_trouble(&disturber->troubles[disturber->count++], faults, i, seed);
	for (size_t i = 0; i < disturber->count; i++)
		disturber->by_points += disturber->troubles[i].window.by_points;
	return disturber;
}

void disturber_sees(struct disturber *disturber, const struct naming *naming, sim_ns now)
{
	for (size_t i = 0; i < disturber->count; i++)
		window_sees_frame(&disturber->troubles[i].window, naming, now);
}

void disturber_enter(struct disturber *disturber, const char *phase)
{
	for (size_t i = 0; i < disturber->count; i++)
		window_enters(&disturber->troubles[i].window, phase);
}

/* @at: an address, or empty. */
static void tell_decision(struct disturber *disturber, const struct fault *fault, const char *at, sim_ns now)
{
	struct decision decision = {.direction = MATCH_BOTH, .time = now, .action = fault->action, .params = fault->params};

	if (disturber->ops.decided == NULL)
		return;
	(void)snprintf(decision.at, sizeof decision.at, "%s", at);
	memcpy(decision.name, fault->name, sizeof decision.name);
	disturber->ops.decided(disturber->ctx, &decision);
}

/* Before the faults of a site are asked. */
static void begin_occasion(struct disturber *disturber, enum site site, uint64_t occasion, sim_ns now)
{
	for (size_t i = 0; i < disturber->count && disturber->by_points > 0; i++)
		window_sees_occasion(&disturber->troubles[i].window, fault_sites[site].name, occasion, now);
	if (disturber->ops.occasion != NULL)
		disturber->ops.occasion(disturber->ctx, fault_sites[site].name, occasion, now);
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
		tell_decision(disturber, trouble->fault, "", now);
	}
	return standard_ns;
}

/* "enabled: false" takes a fault without other parameters out. */
static bool is_taken_out(const struct fault *fault)
{
	switch ((int)action_kind(fault->action)) {
	case FAULT_LINK_PULSE:
	case FAULT_RX_UNCOUNTED:
	case FAULT_RX_ERROR:
	case FAULT_RX_PATTERN:
	case FAULT_MII_STUCK:
	case FAULT_BROWN_OUT:
	case FAULT_INT_LOST:
	case FAULT_WARM_START:
		return !fault->params.plain.enabled;
	default:
		return false;
	}
}

uint32_t disturber_errata(const struct disturber *disturber)
{
	uint32_t errata = 0;

	for (size_t i = 0; i < disturber->count; i++) {
		const struct fault *fault = disturber->troubles[i].fault;
		if (is_taken_out(fault))
			continue;
		if (action_kind(fault->action) == FAULT_LINK_PULSE)
			errata |= ENC28J60_ERRATUM(13);
		if (action_kind(fault->action) == FAULT_RX_PATTERN)
			errata |= ENC28J60_ERRATUM(18);
	}
	return errata;
}

bool disturber_warm(struct disturber *disturber, sim_ns now)
{
	for (size_t i = 0; i < disturber->count; i++) {
		struct trouble *trouble = &disturber->troubles[i];
		if (action_kind(trouble->fault->action) != FAULT_WARM_START || is_taken_out(trouble->fault))
			continue;
		trouble->matched++;
		trouble->applied++;
		trace_line(disturber->trace, now, "fault", "'%s' warm_start", trouble->fault->name);
		tell_decision(disturber, trouble->fault, "", now);
		/* INT fell in the former life: that was no edge of this one. */
		disturber->int_was = true;
	}
	return disturber->int_was;
}

/* Whether a fault acts on this occasion of its site; tells of it if so. */
static bool acts(struct disturber *disturber, struct trouble *trouble, enum site site, uint64_t occasion, sim_ns now)
{
	const struct fault *fault = trouble->fault;
	char at[FAULT_AT_MAX];

	if (fault->action->site == NULL || strcmp(fault->action->site, fault_sites[site].name) != 0 ||
	    !window_is_open(&trouble->window, now) || is_taken_out(fault))
		return false;
	trouble->matched++;
	/* An address names the occasion since power on, an ordinal the one within the window. */
	if (fault->match.at[0] != '\0' ? !point_is_occasion(&trouble->at, fault_sites[site].name, occasion)
	                               : !fault_picks(fault, trouble->matched))
		return false;
	if (!random_happens(trouble->stream, site, occasion, fault->match.probability))
		return false;
	trouble->applied++;
	(void)snprintf(at, sizeof at, "%s#%" PRIu64, fault_sites[site].name, occasion);
	trace_line(disturber->trace, now, "fault", "%s: '%s' %s", at, fault->name, fault->action->name);
	tell_decision(disturber, fault, at, now);
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
	disturber->occasions[sites[chip_site]] = number;
	begin_occasion(disturber, sites[chip_site], number, now);
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

static void lengthen(struct spi_disturbance *disturbance, uint64_t by_ns)
{
	uint64_t room_ns = FAULT_TIME_MAX - disturbance->longer_ns;

	disturbance->longer_ns += by_ns < room_ns ? by_ns : room_ns;
}

static void disturb_spi(const struct fault *fault, uint64_t bus_ns, struct spi_disturbance *disturbance)
{
	switch ((int)action_kind(fault->action)) {
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
	uint64_t occasion = ++disturber->occasions[SITE_SPI];

	begin_occasion(disturber, SITE_SPI, occasion, now);
	for (size_t i = 0; i < disturber->count; i++) {
		struct trouble *trouble = &disturber->troubles[i];
		trouble->in_message = (!trouble->has_message || fault_takes_message(trouble->fault, mosi, length)) &&
		                      acts(disturber, trouble, SITE_SPI, occasion, now);
		if (trouble->in_message)
			disturb_spi(trouble->fault, bus_ns, &disturbance);
	}
	return disturbance;
}

/* What acts on the message that is on the bus, as the @kind of fault it is; NULL if that fault does not. */
static const union action_params *in_message(const struct disturber *disturber, size_t index, enum fault_kind kind)
{
	const struct trouble *trouble = &disturber->troubles[index];

	return trouble->in_message && action_kind(trouble->fault->action) == kind ? &trouble->fault->params : NULL;
}

static void invert(const struct disturber *disturber, unsigned line, uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < disturber->count; i++) {
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
	for (size_t i = 0; i < disturber->count; i++) {
		const union action_params *params = in_message(disturber, i, FAULT_SPI_STUCK);
		if (params != NULL)
			memset(bytes, params->spi_stuck.level ? 0xff : 0x00, length);
	}
}

size_t disturber_command(const struct disturber *disturber, size_t from, size_t length)
{
	size_t end = length;

	for (size_t i = 0; i < disturber->count; i++) {
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

	switch ((int)action_kind(fault->action)) {
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
		uint64_t occasion = ++disturber->occasions[SITE_INT];
		begin_occasion(disturber, SITE_INT, occasion, now);
		disturber->edge_hidden = false;
		for (size_t i = 0; i < disturber->count; i++)
			if (acts(disturber, &disturber->troubles[i], SITE_INT, occasion, now))
				disturb_edge(disturber, disturber->troubles[i].fault, now);
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

uint64_t disturber_occasions(const struct disturber *disturber, size_t site)
{
	return disturber->occasions[site];
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
