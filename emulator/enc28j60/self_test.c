/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The built-in self-test of the memory (DS39662 sec. 15, register 15-1).
 *
 * How it works: with TME set, setting BISTST fills all 8 KB with a pattern, at the speed at which
 * the DMA sums up, so that a host may start the DMA's checksum right behind it. A timer runs
 * meanwhile; the bytes are written when it runs out, or, when the host clears BISTST or TME, as
 * many as would have been written by then. In the end EBSTCS has the checksum, counted as the DMA
 * counts it.
 *
 * Race mode fills like random data; what makes it a race is that DMA and self-test take turns at
 * the memory, which takes no time here.
 */
#include "chip.h"

#define BYTE_NS 40u
/*
 * The taps of a shift register with a period of 255; the data sheet does not tell how its random
 * data are made.
 */
#define RANDOM_TAPS 0xb8u

enum mode { RANDOM_FILL, ADDRESS_FILL, PATTERN_SHIFT_FILL, RACE };

static enum mode mode_of(uint8_t control)
{
	return (enum mode)((control & EBSTCON_TMSEL) >> 2);
}

static uint8_t rotate_left(uint8_t byte, unsigned count)
{
	return (uint8_t)(byte << count | byte >> (8 - count));
}

static uint8_t random_next(uint8_t byte)
{
	return (uint8_t)(byte >> 1 ^ (byte & 1 ? RANDOM_TAPS : 0));
}

static void step(struct stutter_enc28j60 *chip)
{
	struct stutter_enc28j60_self_test *test = &chip->self_test;
	enum mode mode = mode_of(test->control);
	uint8_t byte = mode == ADDRESS_FILL ? (uint8_t)test->done : test->pattern;

	chip->sram[test->done] = byte;
	test->sum = stutter_enc_checksum_add(test->sum, test->done, byte);
	test->pattern = mode == PATTERN_SHIFT_FILL ? rotate_left(byte, test->control >> 5)
	                                           : random_next(byte);
	test->done++;
}

static void become_idle(struct stutter_enc28j60 *chip)
{
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_SELF_TEST);
	chip->self_test.runs = false;
	chip->regs[ENC28J60_EBSTCON] &= (uint8_t)~EBSTCON_BISTST;
}

static void start(struct stutter_enc28j60 *chip)
{
	uint8_t busy = chip->regs[ENC28J60_ECON1] & (ECON1_RXEN | ECON1_TXRTS);

	if (busy)
		stutter_enc_report_finding(chip, FINDING_SELF_TEST_BUSY, ENC28J60_ECON1, busy);
	chip->self_test = (struct stutter_enc28j60_self_test){
		.runs = true,
		.start_ns = chip->now_ns,
		.control = chip->regs[ENC28J60_EBSTCON],
		.pattern = chip->regs[ENC28J60_EBSTSD],
	};
	stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_SELF_TEST,
	                (uint64_t)STUTTER_ENC28J60_SRAM_SIZE * BYTE_NS);
}

static void cancel(struct stutter_enc28j60 *chip)
{
	uint64_t elapsed = (chip->now_ns - chip->self_test.start_ns) / BYTE_NS;

	while (chip->self_test.done < elapsed && chip->self_test.done < STUTTER_ENC28J60_SRAM_SIZE)
		step(chip);
	become_idle(chip);
}

void stutter_enc_self_test_changed(struct stutter_enc28j60 *chip)
{
	uint8_t control = chip->regs[ENC28J60_EBSTCON];
	bool wanted = (control & EBSTCON_TME) && (control & EBSTCON_BISTST);

	if (wanted && !chip->self_test.runs)
		start(chip);
	else if (!wanted && chip->self_test.runs)
		cancel(chip);
	else if (!wanted)
		become_idle(chip);
}

void stutter_enc_self_test_done(struct stutter_enc28j60 *chip)
{
	while (chip->self_test.done < STUTTER_ENC28J60_SRAM_SIZE)
		step(chip);
	stutter_enc_set_reg16(chip, ENC28J60_EBSTCSL,
	                      stutter_enc_checksum_end(chip->self_test.sum));
	become_idle(chip);
}

/* A reset ends it where it is. */
void stutter_enc_self_test_reset(struct stutter_enc28j60 *chip)
{
	if (chip->self_test.runs)
		cancel(chip);
}
