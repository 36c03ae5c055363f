/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chip's outside: life cycle, time, SPI.
 *
 * How it works: every public call begins with advance(), which runs each timer that is due at its own instant, in order, and then
 * sets the time. What the chip does by itself later is a timer (enum enc28j60_timer) and a row in timer_rows; there is no other
 * way to act later. An SPI command is a row in commands: the first byte picks it, each further byte goes to its handler.
 *
 * A register write takes effect with the last bit of its byte, not when CS rises; the difference, a few hundred nanoseconds for MAC
 * and MII registers (DS39662 table 16-6), can be seen by nobody. A system reset takes effect when CS rises (DS39662 sec. 4.2.7).
 */
#include "enc28j60.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"

/* SO is high impedance where the chip has nothing to say; the line is taken as pulled up (DS39662 sec. 4.1). */
#define MISO_IDLE 0xffu

_Noreturn void enc28j60_die(const struct enc28j60 *chip, const char *what, uint64_t found, uint64_t limit)
{
	fprintf(stderr, "enc28j60: at %" PRIu64 " ns: %s: found %" PRIu64 ", limit %" PRIu64 "\n", chip->now_ns, what, found, limit);
	abort();
}

void enc28j60_emit(struct enc28j60 *chip, struct enc28j60_event event)
{
	event.now_ns = chip->now_ns;
	if (chip->ops && chip->ops->event)
		chip->ops->event(chip->ctx, &event);
}

/* Time. */

static void (*const timer_rows[ENC28J60_TIMER_COUNT])(struct enc28j60 *chip) = {
	[ENC28J60_TIMER_STARTUP] = enc28j60_startup_done,
	[ENC28J60_TIMER_SETTLE] = enc28j60_settle_done,
	[ENC28J60_TIMER_PHY] = enc28j60_phy_settle_done,
	[ENC28J60_TIMER_LINK] = enc28j60_phy_link_found,
	[ENC28J60_TIMER_PHY_RESET] = enc28j60_phy_reset_done,
	[ENC28J60_TIMER_MII] = enc28j60_mii_done,
	[ENC28J60_TIMER_DMA] = enc28j60_dma_done,
	[ENC28J60_TIMER_SELF_TEST] = enc28j60_self_test_done,
	[ENC28J60_TIMER_TRANSMIT] = enc28j60_tx_left_mac,
	[ENC28J60_TIMER_PAUSE] = enc28j60_tx_retry,
	[ENC28J60_TIMER_FLOW] = enc28j60_flow_period_over,
	[ENC28J60_TIMER_CONTROL] = enc28j60_flow_sent,
	[ENC28J60_TIMER_GAP] = enc28j60_flow_gap_over,
};

struct enc28j60_disturbance enc28j60_disturbed(struct enc28j60 *chip, enum enc28j60_site site, unsigned number)
{
	struct enc28j60_disturbance disturbance;

	memset(&disturbance, 0, sizeof(disturbance));
	if (chip->ops && chip->ops->disturb)
		chip->ops->disturb(chip->ctx, site, number, &disturbance);
	return disturbance;
}

void enc28j60_arm(struct enc28j60 *chip, enum enc28j60_timer timer, uint64_t delay_ns)
{
	chip->timers[timer] = chip->now_ns + delay_ns;
}

void enc28j60_disarm(struct enc28j60 *chip, enum enc28j60_timer timer)
{
	chip->timers[timer] = ENC28J60_NEVER;
}

bool enc28j60_armed(const struct enc28j60 *chip, enum enc28j60_timer timer)
{
	return chip->timers[timer] != ENC28J60_NEVER;
}

static enum enc28j60_timer earliest(const struct enc28j60 *chip)
{
	unsigned first = 0;

	for (unsigned i = 1; i < ENC28J60_TIMER_COUNT; i++)
		if (chip->timers[i] < chip->timers[first])
			first = i;
	return (enum enc28j60_timer)first;
}

/* Timers of one instant run in the order of their enum, so that runs are repeatable. */
static void advance(struct enc28j60 *chip, uint64_t now_ns)
{
	if (now_ns < chip->now_ns)
		enc28j60_die(chip, "time goes backwards, in ns", now_ns, chip->now_ns);
	for (;;) {
		enum enc28j60_timer timer = earliest(chip);

		if (chip->timers[timer] > now_ns || !enc28j60_armed(chip, timer))
			break;
		chip->now_ns = chip->timers[timer];
		enc28j60_disarm(chip, timer);
		timer_rows[timer](chip);
		if (chip->now_ns > now_ns)
			enc28j60_die(chip, "a callback moved time ahead of its caller, in ns", chip->now_ns, now_ns);
	}
	chip->now_ns = now_ns;
}

void enc28j60_run(struct enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
}

uint64_t enc28j60_next(const struct enc28j60 *chip)
{
	return chip->timers[earliest(chip)];
}

/* Life cycle. */

struct enc28j60_config enc28j60_config_default(void)
{
	return (struct enc28j60_config){
		.revision = ENC28J60_B7,
		.errata = enc28j60_errata(ENC28J60_B7),
		.bit_field_ops_reach_mac = true,
		.ambient_celsius = 25,
		.startup_ns = 300000,
		.src_settle_ns = 1000000,
		.pin_settle_ns = 50000,
		.relink_ns = 64000000,
	};
}

static void check_config(const struct enc28j60 *chip)
{
	uint32_t unknown = (chip->config.errata | chip->config.errata_worst) & ~ENC28J60_ERRATA_SWITCHABLE;

	if (!enc28j60_errata(chip->config.revision))
		enc28j60_die(chip, "a revision that was never sold, as in EREVID", chip->config.revision, ENC28J60_B7);
	if (unknown)
		enc28j60_die(chip, "errata that cannot be switched, as bits", unknown, ENC28J60_ERRATA_SWITCHABLE);
}

void enc28j60_init(struct enc28j60 *chip, const struct enc28j60_config *config, const struct enc28j60_ops *ops, void *ctx, uint64_t now_ns)
{
	memset(chip, 0, sizeof(*chip));
	chip->config = config ? *config : enc28j60_config_default();
	chip->now_ns = now_ns;
	check_config(chip);
	enc28j60_attach(chip, ops, ctx);
	memset(chip->sram, chip->config.sram_fill, sizeof(chip->sram));
	for (unsigned i = 0; i < ENC28J60_TIMER_COUNT; i++)
		chip->timers[i] = ENC28J60_NEVER;
	enc28j60_reset(chip, ENC28J60_RESET_POWER);
}

void enc28j60_attach(struct enc28j60 *chip, const struct enc28j60_ops *ops, void *ctx)
{
	chip->ops = ops;
	chip->ctx = ctx;
}

void enc28j60_brown_out(struct enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	enc28j60_reset(chip, ENC28J60_RESET_POWER);
}

void enc28j60_reset_pin(struct enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	enc28j60_reset(chip, ENC28J60_RESET_PIN);
}

/* SPI. A handler gets every byte after the first; chip->spi.count is its position, 1 being the first data byte. */

/* The register repeats for as long as it is clocked out. */
static uint8_t read_control(struct enc28j60 *chip, uint8_t mosi)
{
	bool has_dummy = enc28j60_reg_has_dummy(chip, chip->spi.address);

	(void)mosi;
	if (chip->spi.count == 1 && has_dummy)
		return 0;
	if (chip->spi.count == (has_dummy ? 3 : 2))
		enc28j60_find(chip, FINDING_SPI_REPEAT, enc28j60_reg_index(chip, chip->spi.address), 0);
	return enc28j60_reg_read(chip, chip->spi.address);
}

static uint8_t read_buffer(struct enc28j60 *chip, uint8_t mosi)
{
	uint8_t miso;

	(void)mosi;
	enc28j60_memory_read(chip, &miso, 1);
	return miso;
}

static uint8_t write_buffer(struct enc28j60 *chip, uint8_t mosi)
{
	enc28j60_memory_write(chip, &mosi, 1);
	return MISO_IDLE;
}

/* The command takes one byte; whatever comes after it does nothing. */
static bool is_extra(struct enc28j60 *chip, uint8_t mosi)
{
	if (chip->spi.count == 2)
		enc28j60_find(chip, FINDING_SPI_EXTRA, enc28j60_reg_index(chip, chip->spi.address), mosi);
	return chip->spi.count > 1;
}

static uint8_t write_control(struct enc28j60 *chip, uint8_t mosi)
{
	if (!is_extra(chip, mosi))
		enc28j60_reg_write(chip, chip->spi.address, mosi);
	return MISO_IDLE;
}

static uint8_t set_bits(struct enc28j60 *chip, uint8_t mosi)
{
	if (!is_extra(chip, mosi))
		enc28j60_reg_set(chip, chip->spi.address, mosi);
	return MISO_IDLE;
}

static uint8_t clear_bits(struct enc28j60 *chip, uint8_t mosi)
{
	if (!is_extra(chip, mosi))
		enc28j60_reg_clear(chip, chip->spi.address, mosi);
	return MISO_IDLE;
}

static uint8_t ignore(struct enc28j60 *chip, uint8_t mosi)
{
	(void)chip;
	(void)mosi;
	return MISO_IDLE;
}

enum { RCR, RBM, WCR, WBM, BFS, BFC, NO_COMMAND, SRC };

/* DS39662 table 4-1. */
struct command {
	uint8_t (*byte)(struct enc28j60 *chip, uint8_t mosi);
	bool has_constant; /* the five low bits are fixed */
	uint8_t constant;
	bool needs_data;
};

static const struct command commands[] = {
	[RCR] = {read_control, false, 0, true},    [RBM] = {read_buffer, true, 0x1a, false}, [WCR] = {write_control, false, 0, true},
	[WBM] = {write_buffer, true, 0x1a, false}, [BFS] = {set_bits, false, 0, true},       [BFC] = {clear_bits, false, 0, true},
	[NO_COMMAND] = {ignore, false, 0, false},  [SRC] = {ignore, true, 0x1f, false},
};

static void begin_command(struct enc28j60 *chip, uint8_t mosi)
{
	const struct command *command;

	chip->spi.opcode = mosi >> 5;
	chip->spi.address = mosi & 0x1f;
	command = &commands[chip->spi.opcode];
	if (chip->spi.opcode == NO_COMMAND)
		enc28j60_find(chip, FINDING_SPI_OPCODE, ENC28J60_NO_REGISTER, mosi);
	if (command->has_constant && command->constant != chip->spi.address)
		enc28j60_find(chip, FINDING_SPI_CONSTANT, ENC28J60_NO_REGISTER, mosi);
}

static uint8_t exchange(struct enc28j60 *chip, uint8_t mosi)
{
	uint8_t miso = MISO_IDLE;

	if (chip->spi.count == 0)
		begin_command(chip, mosi);
	else
		miso = commands[chip->spi.opcode].byte(chip, mosi);
	chip->spi.count++;
	return miso;
}

static void end_command(struct enc28j60 *chip)
{
	struct enc28j60_spi spi = chip->spi;

	memset(&chip->spi, 0, sizeof(chip->spi));
	if (!spi.selected || spi.count == 0)
		return;
	if (spi.count == 1 && commands[spi.opcode].needs_data)
		enc28j60_find(chip, FINDING_SPI_SHORT, enc28j60_reg_index(chip, spi.address), 0);
	if (spi.count == 2 && spi.opcode == RCR && enc28j60_reg_has_dummy(chip, spi.address))
		enc28j60_find(chip, FINDING_SPI_DUMMY, enc28j60_reg_index(chip, spi.address), 0);
	if (spi.count > 1 && spi.opcode == SRC)
		enc28j60_find(chip, FINDING_SRC_EXTRA, ENC28J60_NO_REGISTER, (uint32_t)(spi.count - 1));
	if (spi.opcode == SRC)
		enc28j60_reset(chip, ENC28J60_RESET_SRC);
}

void enc28j60_select(struct enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	end_command(chip);
	chip->spi.selected = true;
}

uint8_t enc28j60_exchange(struct enc28j60 *chip, uint8_t mosi, uint64_t now_ns)
{
	advance(chip, now_ns);
	return chip->spi.selected ? exchange(chip, mosi) : MISO_IDLE;
}

void enc28j60_deselect(struct enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	end_command(chip);
}

/* The buffer commands move all their bytes at once. The output may be the input, so the input is used up first. */
static bool transfer_buffer(struct enc28j60 *chip, const uint8_t *mosi, uint8_t *ret_miso, size_t length)
{
	uint8_t scratch[256];

	if (chip->spi.opcode == WBM) {
		enc28j60_memory_write(chip, mosi, length);
		if (ret_miso)
			memset(ret_miso, MISO_IDLE, length);
	} else if (chip->spi.opcode == RBM && ret_miso) {
		enc28j60_memory_read(chip, ret_miso, length);
	} else if (chip->spi.opcode == RBM) {
		for (size_t left = length; left > 0; left -= left < sizeof(scratch) ? left : sizeof(scratch))
			enc28j60_memory_read(chip, scratch, left < sizeof(scratch) ? left : sizeof(scratch));
	} else {
		return false;
	}
	chip->spi.count += length;
	return true;
}

void enc28j60_transfer(struct enc28j60 *chip, const uint8_t *mosi, uint8_t *ret_miso, size_t length, uint64_t now_ns)
{
	enc28j60_select(chip, now_ns);
	for (size_t i = 0; i < length; i++) {
		uint8_t miso;

		if (i == 1 && transfer_buffer(chip, mosi + 1, ret_miso ? ret_miso + 1 : NULL, length - 1))
			break;
		miso = exchange(chip, mosi[i]);
		if (ret_miso)
			ret_miso[i] = miso;
	}
	end_command(chip);
}

/* The jack. */

void enc28j60_receive(struct enc28j60 *chip, const uint8_t *frame, size_t length, uint64_t now_ns)
{
	if (length == 0 || length > ENC28J60_FRAME_MAX)
		enc28j60_die(chip, "length of a received frame, in bytes", length, ENC28J60_FRAME_MAX);
	advance(chip, now_ns);
	enc28j60_rx_arrive(chip, frame, length, true);
}

void enc28j60_set_link(struct enc28j60 *chip, bool up, uint64_t now_ns)
{
	advance(chip, now_ns);
	enc28j60_phy_set_cable(chip, up);
}

void enc28j60_set_activity(struct enc28j60 *chip, bool receiving, bool colliding, uint64_t now_ns)
{
	advance(chip, now_ns);
	enc28j60_phy_set_activity(chip, receiving, colliding);
}

void enc28j60_transmitted(struct enc28j60 *chip, const struct enc28j60_tx_status *status, uint64_t now_ns)
{
	advance(chip, now_ns);
	if (chip->flow.on_wire)
		enc28j60_flow_sent(chip);
	else
		enc28j60_tx_answer(chip, status);
}
