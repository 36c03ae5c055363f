/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "board/board.h"

#include <inttypes.h>
#include <string.h>

#include <xxhash.h>

#include "base/check.h"
#include "board/warm.h"

static void follow_int(struct board *board)
{
	bool asserted = disturber_int(board->disturber, stutter_enc28j60_int_asserted(&board->chip), board->sim->now);

	sim_schedule(board->sim, &board->int_event, disturber_next(board->disturber, board->sim->now));
	if (asserted == board->int_was)
		return;
	board->int_was = asserted;
	board->int_fell |= asserted;
	if (board->int_changed != NULL)
		board->int_changed(board->int_ctx, asserted, board->sim->now);
}

static void fire_int(void *ctx, sim_ns now)
{
	(void)now;
	follow_int(ctx);
}

/* After whatever touched the chip: when it acts next, and where INT stands. */
static void plan_chip(struct board *board)
{
	uint64_t at = stutter_enc28j60_next(&board->chip);

	sim_schedule(board->sim, &board->chip_event, at < board->sim->now ? board->sim->now : at);
	follow_int(board);
}

static void disturb(void *ctx, enum stutter_enc28j60_site site, unsigned number, struct stutter_enc28j60_disturbance *ret_disturbance)
{
	struct board *board = ctx;

	disturber_chip(board->disturber, site, number, board->sim->now, ret_disturbance);
}

static void fire_chip(void *ctx, sim_ns now)
{
	struct board *board = ctx;

	stutter_enc28j60_run(&board->chip, now);
	plan_chip(board);
}

static void transmit(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct board *board = ctx;
	const struct stutter_enc28j60_mac mac = stutter_enc28j60_mac(&board->chip);
	const struct medium_rules rules = {
		.full_duplex = mac.full_duplex,
		.defer_forever = mac.defer_forever,
		.no_backoff = mac.no_backoff,
		.no_backoff_after_backpressure = mac.no_backoff_after_pressure,
		.retries_max = mac.retries_max,
		.window_bytes = mac.window_bytes,
		.gap_bits = mac.gap_bits,
		.gap1_bits = mac.gap1_bits,
		.gap2_bits = mac.gap2_bits,
	};

	(void)now_ns;
	link_device_sends(board->link, frame->bytes, frame->length, &rules, disturber_noise(board->disturber));
}

static void cancel(void *ctx, const struct stutter_enc28j60_frame *frame, uint64_t now_ns)
{
	struct board *board = ctx;

	(void)frame;
	(void)now_ns;
	link_device_cancels(board->link);
}

static void backpressure(void *ctx, bool on, uint64_t now_ns)
{
	struct board *board = ctx;

	(void)now_ns;
	link_device_backpressure(board->link, on);
}

#define NOT_COUNTED SIZE_MAX

/* How each kind of event is counted and told. What goes well is counted only: the capture has the frames. */
static const struct kind {
	const char *word;
	size_t counter; /* offset in struct board_counters; NOT_COUNTED */
	bool told;
	const char *frame; /* "rx" or "tx" for events about a frame */
} kinds[] = {
	[STUTTER_ENC28J60_EVENT_RESET] = {"reset", NOT_COUNTED, true, NULL},
	[STUTTER_ENC28J60_EVENT_READY] = {"ready", NOT_COUNTED, false, NULL},
	[STUTTER_ENC28J60_EVENT_LINK] = {"PHY", NOT_COUNTED, true, NULL},
	[STUTTER_ENC28J60_EVENT_RX_ACCEPTED] = {"accepted", offsetof(struct board_counters, received), false, "rx"},
	[STUTTER_ENC28J60_EVENT_RX_FILTERED] = {"filtered", offsetof(struct board_counters, refused), true, "rx"},
	[STUTTER_ENC28J60_EVENT_RX_CRC] = {"refused for its FCS", offsetof(struct board_counters, refused), true, "rx"},
	[STUTTER_ENC28J60_EVENT_RX_OVERFLOW] = {"overflow", offsetof(struct board_counters, overflowed), true, "rx"},
	[STUTTER_ENC28J60_EVENT_RX_IGNORED] = {"ignored", offsetof(struct board_counters, refused), true, "rx"},
	[STUTTER_ENC28J60_EVENT_RX_CONTROL] = {"control frame", offsetof(struct board_counters, refused), true, "rx"},
	[STUTTER_ENC28J60_EVENT_TX_START] = {"start", NOT_COUNTED, false, "tx"},
	[STUTTER_ENC28J60_EVENT_TX_DONE] = {"done", offsetof(struct board_counters, sent), false, "tx"},
	[STUTTER_ENC28J60_EVENT_TX_ABORTED] = {"aborted", offsetof(struct board_counters, aborted), true, "tx"},
	[STUTTER_ENC28J60_EVENT_TX_CANCELLED] = {"cancelled", offsetof(struct board_counters, aborted), true, "tx"},
	[STUTTER_ENC28J60_EVENT_FLOW] = {"flow control", NOT_COUNTED, true, NULL},
	[STUTTER_ENC28J60_EVENT_DISTURBED] = {"disturbed", NOT_COUNTED, true, NULL},
	[STUTTER_ENC28J60_EVENT_ERRATUM] = {"erratum", NOT_COUNTED, true, NULL},
	[STUTTER_ENC28J60_EVENT_NOTE] = {"note", NOT_COUNTED, true, NULL},
	[STUTTER_ENC28J60_EVENT_FINDING] = {"finding", offsetof(struct board_counters, findings), true, NULL},
	[STUTTER_ENC28J60_EVENT_NOT_MODELLED] = {"not modelled", NOT_COUNTED, true, NULL},
};

/* "finding erxrdpt-even ERXRDPTH: TEXT (DS39662 ...)", "reset: power on (...)"; what the event lacks is left out. */
static void tell_register(struct board *board, const struct stutter_enc28j60_event *event, const char *word)
{
	trace_line(board->trace, event->now_ns, "chip", "%s%s%s%s%s: %s%s%s%s", word, event->id != NULL ? " " : "",
	           event->id != NULL ? event->id : "", event->reg != NULL ? " " : "", event->reg != NULL ? event->reg : "", event->text,
	           event->section != NULL ? " (" : "", event->section != NULL ? event->section : "", event->section != NULL ? ")" : "");
}

static void tell_frame(struct board *board, const struct stutter_enc28j60_event *event, const struct kind *kind)
{
	bool said = strcmp(kind->word, event->text) == 0;

	trace_line(board->trace, event->now_ns, "chip", "enc.%s#%u %zu B: %s%s%s", kind->frame, event->number, event->length, kind->word,
	           said ? "" : ", ", said ? "" : event->text);
}

static void on_event(void *ctx, const struct stutter_enc28j60_event *event)
{
	struct board *board = ctx;
	const struct kind *kind = &kinds[event->kind];

	if (board->is_off)
		return;

	if (kind->counter != NOT_COUNTED)
		++*(uint64_t *)((char *)&board->counters + kind->counter);
	if (!kind->told)
		return;
	if (event->kind == STUTTER_ENC28J60_EVENT_NOT_MODELLED)
		trace_not_modelled(board->trace, event->now_ns, "chip", "%s: %s", event->reg != NULL ? event->reg : "ENC28J60",
		                   event->text);
	else if (kind->frame != NULL)
		tell_frame(board, event, kind);
	else
		tell_register(board, event, kind->word);
}

static const struct stutter_enc28j60_ops chip_ops = {
	.transmit = transmit, .cancel = cancel, .backpressure = backpressure, .event = on_event, .disturb = disturb};

void board_open(struct board *board, const struct stutter_enc28j60_config *wanted, struct link *link, struct disturber *disturber,
                struct sim *sim, struct trace *trace)
{
	struct stutter_enc28j60_config config = *wanted;

	memset(board, 0, sizeof *board);
	board->sim = sim;
	board->trace = trace;
	board->link = link;
	board->chip_event = (struct sim_event){.fire = fire_chip, .ctx = board};
	board->bus_digest = XXH3_createState();
	CHECK(board->bus_digest != NULL && XXH3_64bits_reset(board->bus_digest) == XXH_OK);
	board->disturber = disturber;
	board->int_event = (struct sim_event){.fire = fire_int, .ctx = board};
	board->int_was = disturber_warm(disturber, sim->now);
	if (board->int_was) {
		warm_start(&board->chip, &config, sim->now);
		stutter_enc28j60_attach(&board->chip, &chip_ops, board);
		/* The cable may have been pulled meanwhile. */
		stutter_enc28j60_set_link(&board->chip, link->config.up_at_ns <= sim->now, sim->now);
	} else {
		config.startup_ns = disturber_startup(disturber, config.startup_ns, sim->now);
		stutter_enc28j60_init(&board->chip, &config, &chip_ops, board, sim->now);
	}
	plan_chip(board);
}

/* -- the flash, and the supply -- */

static void power_failed(void *ctx, uint64_t off_ns, sim_ns now)
{
	struct board *board = ctx;

	board_power(board, false, now);
	if (board->power_cut != NULL)
		board->power_cut(board->power_ctx, off_ns, now);
}

uint8_t *board_flash_memory(struct board *board)
{
	return board->flash != NULL ? board->flash->array : NULL;
}

uint8_t *board_fit_flash(struct board *board, const struct nor_config *config)
{
	CHECK(board->flash == NULL);
	board->flash = flash_open(config, board->disturber, board->sim, board->trace, power_failed, board);
	return board->flash->array;
}

/*
 * A chip without supply is one that has just been powered on and whom nobody hears: what it sent is cancelled and its INT rises, and when the supply is back
 * it is powered on for good.
 */
void board_power(struct board *board, bool on, sim_ns now)
{
	CHECK_INT(now, ==, board->sim->now);
	if (on != board->is_off)
		return;
	if (!on)
		trace_line(board->trace, now, "supply", "off");
	board->is_off = !on;
	if (on)
		trace_line(board->trace, now, "supply", "on");
	if (board->flash != NULL)
		flash_power(board->flash, on);
	stutter_enc28j60_brown_out(&board->chip, now);
	plan_chip(board);
}

void board_close(struct board *board)
{
	flash_close(board->flash);
	sim_cancel(board->sim, &board->chip_event);
	sim_cancel(board->sim, &board->int_event);
	disturber_close(board->disturber);
	XXH3_freeState(board->bus_digest);
	board->bus_digest = NULL;
}

void board_frame_arrived(struct board *board, const uint8_t *data, size_t length, sim_ns now)
{
	if (board->is_off)
		return;
	stutter_enc28j60_receive(&board->chip, data, length, now);
	plan_chip(board);
}

void board_frame_sent(struct board *board, const struct medium_outcome *outcome, sim_ns now)
{
	const struct stutter_enc28j60_tx_status status = {
		.collisions = outcome->collisions,
		.late_collision = outcome->late_collision,
		.excessive_collisions = outcome->excessive_collisions,
		.deferred = outcome->deferred,
		.excessive_deferral = outcome->excessive_deferral,
		.collided_bytes = outcome->collided_bytes,
	};

	stutter_enc28j60_transmitted(&board->chip, &status, now);
	plan_chip(board);
}

/* That a collision is on is not told: the chip hears of it when its transmission ends. */
void board_carrier_sensed(struct board *board, bool carrier, sim_ns now)
{
	stutter_enc28j60_set_activity(&board->chip, carrier, false, now);
	plan_chip(board);
}

void board_carrier(struct board *board, bool up, sim_ns now)
{
	stutter_enc28j60_set_link(&board->chip, up, now);
	plan_chip(board);
}

/*
 * A message to the chip and back, with whatever faults there are on the way. The bytes are the guest's: faults work on a copy.
 * @return for how much longer it occupies the bus.
 */
static uint64_t transfer(struct board *board, const uint8_t *mosi, uint8_t *ret_miso, size_t length, uint64_t bus_ns)
{
	const struct spi_disturbance disturbance = disturber_spi(board->disturber, mosi, length, bus_ns, board->sim->now);
	size_t at = 0, more;

	if (disturbance.brown_out)
		stutter_enc28j60_brown_out(&board->chip, board->sim->now);
	memcpy(ret_miso, mosi, length);
	disturber_mosi(board->disturber, ret_miso, length);
	for (; (more = disturber_command(board->disturber, at, length)) > 0; at += more)
		stutter_enc28j60_transfer(&board->chip, ret_miso + at, ret_miso + at, more, board->sim->now);
	memset(ret_miso + at, 0xff, length - at);
	disturber_miso(board->disturber, ret_miso, length);
	plan_chip(board);
	return disturbance.longer_ns;
}

uint64_t board_spi(struct board *board, unsigned chip_select, const uint8_t *mosi, uint8_t *ret_miso, size_t length, uint64_t bus_ns)
{
	const uint64_t head[3] = {board->sim->now, chip_select, length};
	uint64_t longer_ns = 0;

	board->counters.messages++;
	board->counters.bytes += length;
	(void)XXH3_64bits_update(board->bus_digest, head, sizeof head);
	(void)XXH3_64bits_update(board->bus_digest, mosi, length);
	if (chip_select == 0 && !board->is_off)
		longer_ns = transfer(board, mosi, ret_miso, length, bus_ns);
	else if (chip_select == 1 && board->flash != NULL)
		flash_spi(board->flash, mosi, ret_miso, length);
	else
		memset(ret_miso, 0xff, length);
	(void)XXH3_64bits_update(board->bus_digest, ret_miso, length);
	return longer_ns;
}

bool board_int_asserted(const struct board *board)
{
	return board->int_was;
}

bool board_take_int_edge(struct board *board)
{
	bool fell = board->int_fell;

	board->int_fell = false;
	return fell;
}

bool board_can_interrupt(const struct board *board)
{
	/* The supply fails at its time, and takes the processor with it. */
	if (board->flash != NULL && nor_cut_at(&board->flash->nor) != NOR_NEVER)
		return true;
	/* A fault may move the line by itself. */
	if (disturber_next(board->disturber, board->sim->now) != SIM_NEVER)
		return true;
	return stutter_enc28j60_can_interrupt(&board->chip);
}

void board_finish(struct board *board)
{
	const struct board_counters *c = &board->counters;

	trace_line(board->trace, board->sim->now, "spi", "%" PRIu64 " messages, %" PRIu64 " bytes, digest %016" PRIx64, c->messages,
	           c->bytes, (uint64_t)XXH3_64bits_digest(board->bus_digest));
	trace_line(board->trace, board->sim->now, "chip",
	           "%" PRIu64 " frames received, %" PRIu64 " overflowed, %" PRIu64 " refused, %" PRIu64 " sent, %" PRIu64
	           " aborted, %" PRIu64 " findings",
	           c->received, c->overflowed, c->refused, c->sent, c->aborted, c->findings);
	if (board->flash != NULL)
		flash_finish(board->flash);
}
