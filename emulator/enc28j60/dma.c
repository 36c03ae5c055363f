/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The DMA: copies in the memory, or computes an IP checksum (DS39662 sec. 13; erratum 17).
 *
 * How it works: it reads from EDMAST to EDMAND, both included, and wraps like RBM. When it starts,
 * the bytes are counted and a timer is set; the bytes move when the timer runs out, or, on
 * cancelling, as many as would have moved by then. A walk that never meets EDMAND sets no timer and
 * lasts until it is cancelled.
 */
#include <string.h>

#include "chip.h"

/* Two clock cycles of 40 ns a byte copied, one a byte summed up (DS39662 sec. 13.1, 13.2). */
#define COPY_BYTE_NS 80u
#define SUM_BYTE_NS 40u
#define ENDLESS (2 * STUTTER_ENC28J60_SRAM_SIZE)

/*
 * Bytes go alternately into the high and the low half of a 16-bit sum; a missing last byte counts
 * as 0.
 */
uint32_t stutter_enc_checksum_add(uint32_t sum, unsigned position, uint8_t byte)
{
	return sum + (position % 2 ? (uint32_t)byte : (uint32_t)byte << 8);
}

uint16_t stutter_enc_checksum_end(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* Half open: a checksum that ends as a frame begins does not meet it. */
bool stutter_enc_dma_summed_up_since(const struct stutter_enc28j60 *chip, uint64_t since_ns)
{
	bool runs = chip->dma.steps > 0 && chip->dma.sums_up;

	return (runs && chip->dma.start_ns < chip->now_ns) || chip->summed_up_ns > since_ns;
}

static bool sums_up(const struct stutter_enc28j60 *chip)
{
	return chip->regs[ENC28J60_ECON1] & ECON1_CSUMEN;
}

static unsigned byte_ns(const struct stutter_enc28j60 *chip)
{
	return sums_up(chip) ? SUM_BYTE_NS : COPY_BYTE_NS;
}

/* By design a copy looks for EDMAND only after its first byte (DS39662 sec. 13.0 note 2). */
static unsigned count_steps(const struct stutter_enc28j60 *chip)
{
	uint16_t end = stutter_enc_reg16(chip, ENC28J60_EDMANDL);
	uint16_t at = chip->dma.source;
	unsigned steps = 1;

	if (at == end && !sums_up(chip)) {
		at = stutter_enc_source_next(chip, at);
		steps++;
	}
	while (at != end && steps < ENDLESS) {
		at = stutter_enc_source_next(chip, at);
		steps++;
	}
	return steps;
}

static void step(struct stutter_enc28j60 *chip)
{
	struct stutter_enc28j60_dma *dma = &chip->dma;

	if (sums_up(chip))
		dma->sum = stutter_enc_checksum_add(dma->sum, dma->done, chip->sram[dma->source]);
	else
		chip->sram[dma->target] = chip->sram[dma->source];
	dma->source = stutter_enc_source_next(chip, dma->source);
	dma->target = (dma->target + 1u) & ENC28J60_SRAM_MASK;
	dma->done++;
}

static void check(struct stutter_enc28j60 *chip)
{
	uint16_t end = stutter_enc_reg16(chip, ENC28J60_EDMANDL);

	if (chip->dma.steps == ENDLESS)
		stutter_enc_report_finding(chip, FINDING_DMA_ENDLESS, ENC28J60_EDMANDL, end);
	if (chip->dma.source == end && !sums_up(chip))
		stutter_enc_report_finding(chip, FINDING_DMA_ONE_BYTE, ENC28J60_EDMANDL, end);
	if (sums_up(chip) && (chip->regs[ENC28J60_ECON1] & ECON1_RXEN) && stutter_enc_has(chip, 17))
		stutter_enc_report_finding(chip, FINDING_DMA_RECEIVING, ENC28J60_ECON1,
		                           chip->regs[ENC28J60_ECON1]);
}

static void start(struct stutter_enc28j60 *chip)
{
	memset(&chip->dma, 0, sizeof(chip->dma));
	chip->dma.start_ns = chip->now_ns;
	chip->dma.source = stutter_enc_reg16(chip, ENC28J60_EDMASTL);
	chip->dma.target = stutter_enc_reg16(chip, ENC28J60_EDMADSTL);
	chip->dma.steps = count_steps(chip);
	chip->dma.sums_up = sums_up(chip);
	check(chip);
	if (chip->dma.steps < ENDLESS)
		stutter_enc_arm(chip, STUTTER_ENC28J60_TIMER_DMA,
		                (uint64_t)chip->dma.steps * byte_ns(chip));
}

void stutter_enc_dma_request(struct stutter_enc28j60 *chip)
{
	if (chip->regs[ENC28J60_ECON1] & ECON1_TXRTS)
		chip->dma.waiting = true;
	else
		start(chip);
}

void stutter_enc_dma_retry(struct stutter_enc28j60 *chip)
{
	if (chip->dma.waiting)
		start(chip);
}

static void become_idle(struct stutter_enc28j60 *chip)
{
	stutter_enc_disarm(chip, STUTTER_ENC28J60_TIMER_DMA);
	if (chip->dma.sums_up)
		chip->summed_up_ns = chip->now_ns;
	memset(&chip->dma, 0, sizeof(chip->dma));
	chip->regs[ENC28J60_ECON1] &= (uint8_t)~ECON1_DMAST;
}

void stutter_enc_dma_done(struct stutter_enc28j60 *chip)
{
	while (chip->dma.done < chip->dma.steps)
		step(chip);
	if (sums_up(chip))
		stutter_enc_set_reg16(chip, ENC28J60_EDMACSL,
		                      stutter_enc_checksum_end(chip->dma.sum));
	become_idle(chip);
	chip->regs[ENC28J60_EIR] |= EIR_DMAIF;
	stutter_enc_tx_retry(chip);
}

/*
 * Some bytes may have been copied already; no register changes, and DMAIF is set (DS39662
 * sec. 13.0, 12.1.6).
 */
void stutter_enc_dma_cancel(struct stutter_enc28j60 *chip)
{
	uint64_t elapsed = (chip->now_ns - chip->dma.start_ns) / byte_ns(chip);

	while (!chip->dma.waiting && !sums_up(chip) && chip->dma.done < elapsed &&
	       chip->dma.done < chip->dma.steps)
		step(chip);
	become_idle(chip);
	chip->regs[ENC28J60_EIR] |= EIR_DMAIF;
	stutter_enc_tx_retry(chip);
}

void stutter_enc_dma_reset(struct stutter_enc28j60 *chip)
{
	become_idle(chip);
}
