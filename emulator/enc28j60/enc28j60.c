/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The chip's outside: life cycle, time, SPI.
 *
 * How it works: every public call begins with advance(), which runs each timer that is due at its
 * own instant, in order, and then sets the time. What the chip does by itself later is a timer
 * (enum stutter_enc28j60_timer) and a row in timer_rows; there is no other way to act later. An SPI
 * command is a row in commands: the first byte picks it, each further byte goes to its handler.
 *
 * A register write takes effect with the last bit of its byte, not when CS rises; the difference, a
 * few hundred nanoseconds for MAC and MII registers (DS39662 table 16-6), can be seen by nobody. A
 * system reset takes effect when CS rises (DS39662 sec. 4.2.7).
 */
#include "enc28j60.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"

/*
 * SO is high impedance where the chip has nothing to say; the line is taken as pulled up (DS39662
 * sec. 4.1).
 */
#define MISO_IDLE 0xffu

_Noreturn void stutter_enc_die(const struct stutter_enc28j60 *chip, const char *what,
                               uint64_t found, uint64_t limit)
{
	fprintf(stderr, "enc28j60: at %" PRIu64 " ns: %s: found %" PRIu64 ", limit %" PRIu64 "\n",
	        chip->now_ns, what, found, limit);
	abort();
}

void stutter_enc_emit(struct stutter_enc28j60 *chip, struct stutter_enc28j60_event event)
{
	event.now_ns = chip->now_ns;
	if (chip->ops && chip->ops->event)
		chip->ops->event(chip->ctx, &event);
}

/* Time. */

static void (*const timer_rows[STUTTER_ENC28J60_TIMER_COUNT])(struct stutter_enc28j60 *chip) = {
	[STUTTER_ENC28J60_TIMER_STARTUP] = stutter_enc_startup_done,
	[STUTTER_ENC28J60_TIMER_SETTLE] = stutter_enc_settle_done,
	[STUTTER_ENC28J60_TIMER_PHY] = stutter_enc_phy_settle_done,
	[STUTTER_ENC28J60_TIMER_LINK] = stutter_enc_phy_link_found,
	[STUTTER_ENC28J60_TIMER_PHY_RESET] = stutter_enc_phy_reset_done,
	[STUTTER_ENC28J60_TIMER_MII] = stutter_enc_mii_done,
	[STUTTER_ENC28J60_TIMER_DMA] = stutter_enc_dma_done,
	[STUTTER_ENC28J60_TIMER_SELF_TEST] = stutter_enc_self_test_done,
	[STUTTER_ENC28J60_TIMER_TRANSMIT] = stutter_enc_tx_left_mac,
	[STUTTER_ENC28J60_TIMER_PAUSE] = stutter_enc_tx_retry,
	[STUTTER_ENC28J60_TIMER_FLOW] = stutter_enc_flow_period_over,
	[STUTTER_ENC28J60_TIMER_CONTROL] = stutter_enc_flow_sent,
	[STUTTER_ENC28J60_TIMER_GAP] = stutter_enc_flow_gap_over,
};

struct stutter_enc28j60_effect stutter_enc_injected(struct stutter_enc28j60 *chip,
                                                    enum stutter_enc28j60_site site,
                                                    unsigned number)
{
	struct stutter_enc28j60_effect effect;

	memset(&effect, 0, sizeof(effect));
	if (chip->ops && chip->ops->inject)
		chip->ops->inject(chip->ctx, site, number, &effect);
	return effect;
}

void stutter_enc_arm(struct stutter_enc28j60 *chip, enum stutter_enc28j60_timer timer,
                     uint64_t delay_ns)
{
	chip->timers[timer] = chip->now_ns + delay_ns;
}

void stutter_enc_disarm(struct stutter_enc28j60 *chip, enum stutter_enc28j60_timer timer)
{
	chip->timers[timer] = ENC28J60_NEVER;
}

bool stutter_enc_armed(const struct stutter_enc28j60 *chip, enum stutter_enc28j60_timer timer)
{
	return chip->timers[timer] != ENC28J60_NEVER;
}

static enum stutter_enc28j60_timer earliest(const struct stutter_enc28j60 *chip)
{
	unsigned first = 0;

	for (unsigned i = 1; i < STUTTER_ENC28J60_TIMER_COUNT; i++)
		if (chip->timers[i] < chip->timers[first])
			first = i;
	return (enum stutter_enc28j60_timer)first;
}

/* Timers of one instant run in the order of their enum, so that runs are repeatable. */
static void advance(struct stutter_enc28j60 *chip, uint64_t now_ns)
{
	if (now_ns < chip->now_ns)
		stutter_enc_die(chip, "time goes backwards, in ns", now_ns, chip->now_ns);
	for (;;) {
		enum stutter_enc28j60_timer timer = earliest(chip);

		if (chip->timers[timer] > now_ns || !stutter_enc_armed(chip, timer))
			break;
		chip->now_ns = chip->timers[timer];
		stutter_enc_disarm(chip, timer);
		timer_rows[timer](chip);
		if (chip->now_ns > now_ns)
			stutter_enc_die(chip, "a callback moved time ahead of its caller, in ns",
			                chip->now_ns, now_ns);
	}
	chip->now_ns = now_ns;
}

void stutter_enc28j60_run(struct stutter_enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
}

uint64_t stutter_enc28j60_next(const struct stutter_enc28j60 *chip)
{
	return chip->timers[earliest(chip)];
}

/* Life cycle. */

struct stutter_enc28j60_config stutter_enc28j60_config_default(void)
{
	return (struct stutter_enc28j60_config){
		.revision = STUTTER_ENC28J60_B7,
		.errata = stutter_enc28j60_errata(STUTTER_ENC28J60_B7),
		.bit_field_ops_reach_mac = true,
		.ambient_celsius = 25,
		.startup_ns = 300000,
		.src_settle_ns = 1000000,
		.pin_settle_ns = 50000,
		.relink_ns = 64000000,
	};
}

static void check_config(const struct stutter_enc28j60 *chip)
{
	uint32_t unknown = (chip->config.errata | chip->config.errata_worst) &
	                   ~STUTTER_ENC28J60_ERRATA_SWITCHABLE;

	if (!stutter_enc28j60_errata(chip->config.revision))
		stutter_enc_die(chip, "a revision that was never sold, as in EREVID",
		                chip->config.revision, STUTTER_ENC28J60_B7);
	if (unknown)
		stutter_enc_die(chip, "errata that cannot be switched, as bits", unknown,
		                STUTTER_ENC28J60_ERRATA_SWITCHABLE);
}

void stutter_enc28j60_init(struct stutter_enc28j60 *chip,
                           const struct stutter_enc28j60_config *config,
                           const struct stutter_enc28j60_ops *ops, void *ctx, uint64_t now_ns)
{
	memset(chip, 0, sizeof(*chip));
	chip->config = config ? *config : stutter_enc28j60_config_default();
	chip->now_ns = now_ns;
	check_config(chip);
	stutter_enc28j60_attach(chip, ops, ctx);
	memset(chip->sram, chip->config.sram_fill, sizeof(chip->sram));
	for (unsigned i = 0; i < STUTTER_ENC28J60_TIMER_COUNT; i++)
		chip->timers[i] = ENC28J60_NEVER;
	stutter_enc_reset(chip, STUTTER_ENC28J60_RESET_POWER);
}

void stutter_enc28j60_attach(struct stutter_enc28j60 *chip, const struct stutter_enc28j60_ops *ops,
                             void *ctx)
{
	chip->ops = ops;
	chip->ctx = ctx;
}

void stutter_enc28j60_brown_out(struct stutter_enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	stutter_enc_reset(chip, STUTTER_ENC28J60_RESET_POWER);
}

void stutter_enc28j60_reset_pin(struct stutter_enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	stutter_enc_reset(chip, STUTTER_ENC28J60_RESET_PIN);
}

/*
 * SPI. A handler gets every byte after the first; chip->spi.count is its position, 1 being the
 * first data byte.
 */

/* The register repeats for as long as it is clocked out. */
static uint8_t read_control(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	bool has_dummy = stutter_enc_reg_has_dummy(chip, chip->spi.address);

	(void)mosi;
	if (chip->spi.count == 1 && has_dummy)
		return 0;
	if (chip->spi.count == (has_dummy ? 3 : 2))
		stutter_enc_report_finding(chip, FINDING_SPI_REPEAT,
		                           stutter_enc_reg_index(chip, chip->spi.address), 0);
	return stutter_enc_reg_read(chip, chip->spi.address);
}

static uint8_t read_buffer(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	uint8_t miso;

	(void)mosi;
	stutter_enc_memory_read(chip, &miso, 1);
	return miso;
}

static uint8_t write_buffer(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	stutter_enc_memory_write(chip, &mosi, 1);
	return MISO_IDLE;
}

/* The command takes one byte; whatever comes after it does nothing. */
static bool is_extra(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	if (chip->spi.count == 2)
		stutter_enc_report_finding(chip, FINDING_SPI_EXTRA,
		                           stutter_enc_reg_index(chip, chip->spi.address), mosi);
	return chip->spi.count > 1;
}

static uint8_t write_control(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	if (!is_extra(chip, mosi))
		stutter_enc_reg_write(chip, chip->spi.address, mosi);
	return MISO_IDLE;
}

static uint8_t set_bits(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	if (!is_extra(chip, mosi))
		stutter_enc_reg_set(chip, chip->spi.address, mosi);
	return MISO_IDLE;
}

static uint8_t clear_bits(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	if (!is_extra(chip, mosi))
		stutter_enc_reg_clear(chip, chip->spi.address, mosi);
	return MISO_IDLE;
}

static uint8_t ignore(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	(void)chip;
	(void)mosi;
	return MISO_IDLE;
}

enum { RCR, RBM, WCR, WBM, BFS, BFC, NO_COMMAND, SRC };

/* DS39662 table 4-1. */
struct command {
	uint8_t (*byte)(struct stutter_enc28j60 *chip, uint8_t mosi);
	bool has_constant; /* the five low bits are fixed */
	uint8_t constant;
	bool needs_data;
};

static const struct command commands[] = {
	[RCR] = {read_control, false, 0, true},   [RBM] = {read_buffer, true, 0x1a, false},
	[WCR] = {write_control, false, 0, true},  [WBM] = {write_buffer, true, 0x1a, false},
	[BFS] = {set_bits, false, 0, true},       [BFC] = {clear_bits, false, 0, true},
	[NO_COMMAND] = {ignore, false, 0, false}, [SRC] = {ignore, true, 0x1f, false},
};

static void begin_command(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	const struct command *command;

	chip->spi.opcode = mosi >> 5;
	chip->spi.address = mosi & 0x1f;
	command = &commands[chip->spi.opcode];
	if (chip->spi.opcode == NO_COMMAND)
		stutter_enc_report_finding(chip, FINDING_SPI_OPCODE, ENC28J60_NO_REGISTER, mosi);
	if (command->has_constant && command->constant != chip->spi.address)
		stutter_enc_report_finding(chip, FINDING_SPI_CONSTANT, ENC28J60_NO_REGISTER, mosi);
}

static uint8_t exchange(struct stutter_enc28j60 *chip, uint8_t mosi)
{
	uint8_t miso = MISO_IDLE;

	if (chip->spi.count == 0)
		begin_command(chip, mosi);
	else
		miso = commands[chip->spi.opcode].byte(chip, mosi);
	chip->spi.count++;
	return miso;
}

static void end_command(struct stutter_enc28j60 *chip)
{
	struct stutter_enc28j60_spi spi = chip->spi;

	memset(&chip->spi, 0, sizeof(chip->spi));
	if (!spi.selected || spi.count == 0)
		return;
	if (spi.count == 1 && commands[spi.opcode].needs_data)
		stutter_enc_report_finding(chip, FINDING_SPI_SHORT,
		                           stutter_enc_reg_index(chip, spi.address), 0);
	if (spi.count == 2 && spi.opcode == RCR && stutter_enc_reg_has_dummy(chip, spi.address))
		stutter_enc_report_finding(chip, FINDING_SPI_DUMMY,
		                           stutter_enc_reg_index(chip, spi.address), 0);
	if (spi.count > 1 && spi.opcode == SRC)
		stutter_enc_report_finding(chip, FINDING_SRC_EXTRA, ENC28J60_NO_REGISTER,
		                           (uint32_t)(spi.count - 1));
	if (spi.opcode == SRC)
		stutter_enc_reset(chip, STUTTER_ENC28J60_RESET_SRC);
}

void stutter_enc28j60_select(struct stutter_enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	end_command(chip);
	chip->spi.selected = true;
}

uint8_t stutter_enc28j60_exchange(struct stutter_enc28j60 *chip, uint8_t mosi, uint64_t now_ns)
{
	advance(chip, now_ns);
	return chip->spi.selected ? exchange(chip, mosi) : MISO_IDLE;
}

void stutter_enc28j60_deselect(struct stutter_enc28j60 *chip, uint64_t now_ns)
{
	advance(chip, now_ns);
	end_command(chip);
}

/*
 * The buffer commands move all their bytes at once. The output may be the input, so the input is
 * used up first.
 */
static bool transfer_buffer(struct stutter_enc28j60 *chip, const uint8_t *mosi, uint8_t *ret_miso,
                            size_t length)
{
	uint8_t scratch[256];

	if (chip->spi.opcode == WBM) {
		stutter_enc_memory_write(chip, mosi, length);
		if (ret_miso)
			memset(ret_miso, MISO_IDLE, length);
	} else if (chip->spi.opcode == RBM && ret_miso) {
		stutter_enc_memory_read(chip, ret_miso, length);
	} else if (chip->spi.opcode == RBM) {
		for (size_t left = length; left > 0;
		     left -= left < sizeof(scratch) ? left : sizeof(scratch))
			stutter_enc_memory_read(chip, scratch,
			                        left < sizeof(scratch) ? left : sizeof(scratch));
	} else {
		return false;
	}
	chip->spi.count += length;
	return true;
}

void stutter_enc28j60_transfer(struct stutter_enc28j60 *chip, const uint8_t *mosi,
                               uint8_t *ret_miso, size_t length, uint64_t now_ns)
{
	stutter_enc28j60_select(chip, now_ns);
	for (size_t i = 0; i < length; i++) {
		uint8_t miso;

		if (i == 1 &&
		    transfer_buffer(chip, mosi + 1, ret_miso ? ret_miso + 1 : NULL, length - 1))
			break;
		miso = exchange(chip, mosi[i]);
		if (ret_miso)
			ret_miso[i] = miso;
	}
	end_command(chip);
}

/* The jack. */

void stutter_enc28j60_receive(struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length,
                              uint64_t now_ns)
{
	if (length == 0 || length > STUTTER_ENC28J60_FRAME_MAX)
		stutter_enc_die(chip, "length of a received frame, in bytes", length,
		                STUTTER_ENC28J60_FRAME_MAX);
	advance(chip, now_ns);
	stutter_enc_rx_arrive(chip, frame, length, true);
}

void stutter_enc28j60_set_link(struct stutter_enc28j60 *chip, bool up, uint64_t now_ns)
{
	advance(chip, now_ns);
	stutter_enc_phy_set_cable(chip, up);
}

void stutter_enc28j60_set_activity(struct stutter_enc28j60 *chip, bool receiving, bool colliding,
                                   uint64_t now_ns)
{
	advance(chip, now_ns);
	stutter_enc_phy_set_activity(chip, receiving, colliding);
}

void stutter_enc28j60_transmitted(struct stutter_enc28j60 *chip,
                                  const struct stutter_enc28j60_tx_status *status, uint64_t now_ns)
{
	advance(chip, now_ns);
	if (chip->flow.on_wire)
		stutter_enc_flow_sent(chip);
	else
		stutter_enc_tx_answer(chip, status);
}
