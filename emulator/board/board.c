/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: the NIC acts when it is called and at instants of its own. So whatever touches it
 * ends in plan_nic(), which schedules the next of these instants and lets INT follow. The faults
 * stand between NIC and processor (board_faults.h): they change messages and the INT line, and
 * answer the chip when it asks how a site misbehaves. The chip itself knows of no faults.
 *
 * Without supply the NIC keeps running, unheard: what it says is left out, frames pass it by, and
 * the bus reads ones.
 */
#include "emulator/board/board.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "lib/base/check.h"
#include "lib/base/memory.h"

static void follow_int(struct board *board)
{
	bool asserted = board_faults_int(board->board_faults, board->model->int_asserted(board->nic), board->sim->now);

	sim_schedule(board->sim, &board->int_event, board_faults_next(board->board_faults, board->sim->now));
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

/* After whatever touched the NIC: when it acts next, and where INT stands. */
static void plan_nic(struct board *board)
{
	uint64_t at = board->model->next(board->nic);

	sim_schedule(board->sim, &board->nic_event, at < board->sim->now ? board->sim->now : at);
	follow_int(board);
}

static void inject(void *ctx, size_t site, unsigned number, void *ret_effect)
{
	struct board *board = ctx;

	if (board->sites[site] != SITES)
		board_faults_nic(board->board_faults, board->sites[site], number, board->sim->now, ret_effect);
}

static void fire_nic(void *ctx, sim_ns now)
{
	struct board *board = ctx;

	board->model->run(board->nic, now);
	plan_nic(board);
}

static void transmit(void *ctx, const struct nic_frame *frame, const struct nic_mac *mac, uint64_t now_ns)
{
	struct board *board = ctx;
	const struct medium_rules rules = {
		.full_duplex = mac->full_duplex,
		.defer_forever = mac->defer_forever,
		.no_backoff = mac->no_backoff,
		.no_backoff_after_backpressure = mac->no_backoff_after_backpressure,
		.retries_max = mac->retries_max,
		.window_bytes = mac->window_bytes,
		.gap_bits = mac->gap_bits,
		.gap1_bits = mac->gap1_bits,
		.gap2_bits = mac->gap2_bits,
	};
	const struct medium_effect medium = frame->is_hosts ? board_faults_medium(board->board_faults) : (struct medium_effect){0};

	(void)now_ns;
	link_device_sends(board->link, frame->bytes, frame->length, &rules, medium);
}

static void cancel(void *ctx, uint64_t now_ns)
{
	struct board *board = ctx;

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
#define COUNTER(member) offsetof(struct board_counters, member)

/*
 * How each kind of event is counted and told. What goes well is counted only: the capture has the
 * frames.
 */
static const struct kind {
	const char *word;
	size_t counter; /* offset in struct board_counters; NOT_COUNTED */
	bool told;
	const char *frame; /* "rx" or "tx" for events about a frame */
} kinds[NIC_EVENT_KINDS] = {
	[NIC_EVENT_RESET] = {"reset", NOT_COUNTED, true, NULL},
	[NIC_EVENT_READY] = {"ready", NOT_COUNTED, false, NULL},
	[NIC_EVENT_LINK] = {"PHY", NOT_COUNTED, true, NULL},
	[NIC_EVENT_RX_STORED] = {"accepted", COUNTER(received), false, "rx"},
	[NIC_EVENT_RX_FILTERED] = {"filtered", COUNTER(refused), true, "rx"},
	[NIC_EVENT_RX_BAD_FCS] = {"refused for its FCS", COUNTER(refused), true, "rx"},
	[NIC_EVENT_RX_OVERFLOW] = {"overflow", COUNTER(overflowed), true, "rx"},
	[NIC_EVENT_RX_IGNORED] = {"ignored", COUNTER(refused), true, "rx"},
	[NIC_EVENT_RX_CONTROL] = {"control frame", COUNTER(refused), true, "rx"},
	[NIC_EVENT_TX_BEGUN] = {"start", NOT_COUNTED, false, "tx"},
	[NIC_EVENT_TX_SENT] = {"done", COUNTER(sent), false, "tx"},
	[NIC_EVENT_TX_ABORTED] = {"aborted", COUNTER(aborted), true, "tx"},
	[NIC_EVENT_TX_CANCELLED] = {"cancelled", COUNTER(aborted), true, "tx"},
	[NIC_EVENT_FLOW] = {"flow control", NOT_COUNTED, true, NULL},
	[NIC_EVENT_INJECTED] = {"disturbed", NOT_COUNTED, true, NULL},
	[NIC_EVENT_ERRATUM] = {"erratum", NOT_COUNTED, true, NULL},
	[NIC_EVENT_NOTE] = {"note", NOT_COUNTED, true, NULL},
	[NIC_EVENT_FINDING] = {"finding", COUNTER(findings), true, NULL},
	[NIC_EVENT_NOT_MODELLED] = {"not modelled", NOT_COUNTED, true, NULL},
};

/*
 * "finding erxrdpt-even ERXRDPTH: TEXT (DS39662 ...)", "reset: power on (...)"; what the event
 * lacks is left out.
 */
static void tell_register(struct board *board, const struct nic_event *event, const char *word)
{
	trace_line(board->trace, event->now_ns, "chip", "%s%s%s%s%s: %s%s%s%s", word, event->id != NULL ? " " : "",
	           event->id != NULL ? event->id : "", event->reg != NULL ? " " : "", event->reg != NULL ? event->reg : "", event->text,
	           event->section != NULL ? " (" : "", event->section != NULL ? event->section : "", event->section != NULL ? ")" : "");
}

static void tell_frame(struct board *board, const struct nic_event *event, const struct kind *kind)
{
	bool said = strcmp(kind->word, event->text) == 0;

	trace_line(board->trace, event->now_ns, "chip", "%s.%s#%u %zu B: %s%s%s", board->model->prefix, kind->frame, event->number,
	           event->length, kind->word, said ? "" : ", ", said ? "" : event->text);
}

static void on_event(void *ctx, const struct nic_event *event)
{
	struct board *board = ctx;
	const struct kind *kind = &kinds[event->kind];

	if (board->is_off)
		return;

	if (kind->counter != NOT_COUNTED)
		++*(uint64_t *)((char *)&board->counters + kind->counter);
	if (!kind->told)
		return;
	if (event->kind == NIC_EVENT_NOT_MODELLED)
		trace_not_modelled(board->trace, event->now_ns, "chip", "%s: %s", event->reg != NULL ? event->reg : board->model->part,
		                   event->text);
	else if (kind->frame != NULL)
		tell_frame(board, event, kind);
	else
		tell_register(board, event, kind->word);
}

static const struct nic_ops nic_ops = {
	.transmit = transmit, .cancel = cancel, .backpressure = backpressure, .event = on_event, .inject = inject};

static void name_sites(struct board *board)
{
	const char *const *names = board->model->sites;

	for (size_t i = 0; names[i] != NULL; i++) {
		CHECK_INT(i, <, BOARD_NIC_SITES_MAX);
		board->sites[i] = site_find(names[i], strlen(names[i]));
	}
}

/* A NIC that cannot have had a former life begins as any. */
static void power_on(struct board *board, const struct nic_config *wanted)
{
	const struct nic_model *model = board->model;
	const sim_ns now = board->sim->now;
	struct nic_config config = *wanted;

	board->int_was = model->init_warm != NULL && board_faults_warm(board->board_faults, now);
	if (board->int_was) {
		CHECK_INT(now, >=, model->warm_life_ns);
		model->init_warm(board->nic, &config, &nic_ops, board, now);
		CHECK(model->int_asserted(board->nic));
		/* The cable may have been pulled meanwhile. */
		model->set_link(board->nic, board->link->config.up_at_ns <= now, now);
	} else {
		config.startup_ns = board_faults_startup(board->board_faults, model->startup_ns, now);
		model->init(board->nic, &config, &nic_ops, board, now);
	}
}

void board_open(struct board *board, const struct nic_model *model, const struct nic_config *config, struct link *link,
                struct board_faults *board_faults, struct sim *sim, struct trace *trace)
{
	memset(board, 0, sizeof *board);
	board->sim = sim;
	board->trace = trace;
	board->link = link;
	board->model = model;
	board->nic = memory_new(model->state_size);
	board->nic_event = (struct sim_event){.fire = fire_nic, .ctx = board};
	board->bus_digest = XXH3_createState();
	CHECK(board->bus_digest != NULL && XXH3_64bits_reset(board->bus_digest) == XXH_OK);
	board->board_faults = board_faults;
	board->int_event = (struct sim_event){.fire = fire_int, .ctx = board};
	name_sites(board);
	power_on(board, config);
	plan_nic(board);
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
	board->flash = flash_open(config, board->board_faults, board->sim, board->trace, power_failed, board);
	return board->flash->array;
}

/*
 * A chip without supply is one that has just been powered on and whom nobody hears: what it sent is
 * cancelled and its INT rises, and when the supply is back it is powered on for good.
 */
void board_power(struct board *board, bool on, sim_ns now)
{
	CHECK_INT(now, ==, board->sim->now);
	if (on != board->is_off)
		return;
	if (!on)
		trace_line(board->trace, now, "power", "off");
	board->is_off = !on;
	if (on)
		trace_line(board->trace, now, "power", "on");
	if (board->flash != NULL)
		flash_power(board->flash, on);
	board->model->brown_out(board->nic, now);
	plan_nic(board);
}

void board_close(struct board *board)
{
	flash_close(board->flash);
	sim_cancel(board->sim, &board->nic_event);
	sim_cancel(board->sim, &board->int_event);
	board_faults_close(board->board_faults);
	free(board->nic);
	board->nic = NULL;
	XXH3_freeState(board->bus_digest);
	board->bus_digest = NULL;
}

void board_frame_arrived(struct board *board, const uint8_t *data, size_t length, sim_ns now)
{
	if (board->is_off)
		return;
	board->model->receive(board->nic, data, length, now);
	plan_nic(board);
}

void board_frame_sent(struct board *board, const struct medium_outcome *outcome, sim_ns now)
{
	const struct nic_outcome told = {
		.collisions = outcome->collisions,
		.late_collision = outcome->late_collision,
		.excessive_collisions = outcome->excessive_collisions,
		.deferred = outcome->deferred,
		.excessive_deferral = outcome->excessive_deferral,
		.collided_bytes = outcome->collided_bytes,
	};

	board->model->sent(board->nic, &told, now);
	plan_nic(board);
}

void board_carrier_sensed(struct board *board, bool carrier, sim_ns now)
{
	board->model->set_carrier(board->nic, carrier, now);
	plan_nic(board);
}

void board_carrier(struct board *board, bool up, sim_ns now)
{
	board->model->set_link(board->nic, up, now);
	plan_nic(board);
}

/*
 * A message to the NIC and back, with whatever faults there are on the way. The bytes are the
 * guest's: faults work on a copy.
 * @return for how much longer it occupies the bus.
 */
static uint64_t transfer(struct board *board, const uint8_t *mosi, uint8_t *ret_miso, size_t length, uint64_t bus_ns)
{
	const struct spi_effect effect = board_faults_spi(board->board_faults, mosi, length, bus_ns, board->sim->now);
	size_t at = 0, more;

	if (effect.brown_out)
		board->model->brown_out(board->nic, board->sim->now);
	memcpy(ret_miso, mosi, length);
	board_faults_mosi(board->board_faults, ret_miso, length);
	for (; (more = board_faults_command(board->board_faults, at, length)) > 0; at += more)
		board->model->transfer(board->nic, ret_miso + at, ret_miso + at, more, board->sim->now);
	memset(ret_miso + at, 0xff, length - at);
	board_faults_miso(board->board_faults, ret_miso, length);
	plan_nic(board);
	return effect.longer_ns;
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
	if (board_faults_next(board->board_faults, board->sim->now) != SIM_NEVER)
		return true;
	return board->model->can_interrupt(board->nic);
}

unsigned board_rx_fill(const struct board *board)
{
	return board->model->rx_fill(board->nic);
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
