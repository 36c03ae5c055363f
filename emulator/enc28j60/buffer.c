/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The 8 KB memory and everything that walks in it (DS39662 sec. 3.2, 4.2.2, 4.2.4).
 *
 * How it works: three walkers, three wraps. The host reads (RBM) from ERXND on to ERXST, and from
 * 1FFFh to 0000h; the DMA source goes the same way. The host writes (WBM), and all else the chip
 * writes but received frames, wraps only from 1FFFh to 0000h. Received frames stay in the ring
 * ERXST..ERXND, both included, which may itself span 1FFFh; distances are taken modulo 8192, so
 * that the span needs no case of its own.
 */
#include "chip.h"

#include <string.h>

struct enc28j60_ring stutter_enc_ring(const struct stutter_enc28j60 *chip)
{
	uint16_t start = stutter_enc_reg16(chip, ENC28J60_ERXSTL);
	uint16_t end = stutter_enc_reg16(chip, ENC28J60_ERXNDL);

	return (struct enc28j60_ring){.start = start,
	                              .end = end,
	                              .size = (((unsigned)end - start) & ENC28J60_SRAM_MASK) + 1};
}

static unsigned steps_between(unsigned from, unsigned to)
{
	return (to - from) & ENC28J60_SRAM_MASK;
}

bool stutter_enc_ring_has(struct enc28j60_ring ring, uint16_t address)
{
	return steps_between(ring.start, address) < ring.size;
}

/* A walker outside the ring goes on until it meets the end, and is in the ring from then on. */
uint16_t stutter_enc_ring_add(struct enc28j60_ring ring, uint16_t address, unsigned count)
{
	unsigned to_end = steps_between(address, ring.end);

	if (count <= to_end)
		return (address + count) & ENC28J60_SRAM_MASK;
	return (ring.start + (count - to_end - 1) % ring.size) & ENC28J60_SRAM_MASK;
}

/* Steps of the same walker; `to` must be in the ring. */
unsigned stutter_enc_ring_distance(struct enc28j60_ring ring, uint16_t from, uint16_t to)
{
	unsigned to_end = steps_between(from, ring.end);
	unsigned direct = steps_between(from, to);

	return direct <= to_end ? direct : to_end + 1 + steps_between(ring.start, to);
}

/* Copies to memory linearly; only 1FFFh wraps. */
static void put_linear(struct stutter_enc28j60 *chip, uint16_t address, const uint8_t *bytes,
                       size_t length)
{
	size_t first = STUTTER_ENC28J60_SRAM_SIZE - address;

	if (first > length)
		first = length;
	memcpy(chip->sram + address, bytes, first);
	memcpy(chip->sram, bytes + first, length - first);
}

uint16_t stutter_enc_ring_put(struct stutter_enc28j60 *chip, uint16_t address, const uint8_t *bytes,
                              size_t length)
{
	struct enc28j60_ring ring = stutter_enc_ring(chip);

	while (length > 0) {
		size_t run = steps_between(address, ring.end) + 1u;

		if (run > length)
			run = length;
		put_linear(chip, address, bytes, run);
		address = stutter_enc_ring_add(ring, address, (unsigned)run);
		bytes += run;
		length -= run;
	}
	return address;
}

uint16_t stutter_enc_source_next(const struct stutter_enc28j60 *chip, uint16_t address)
{
	if (address == stutter_enc_reg16(chip, ENC28J60_ERXNDL))
		return stutter_enc_reg16(chip, ENC28J60_ERXSTL);
	return (address + 1u) & ENC28J60_SRAM_MASK;
}

/*
 * Bytes under transmission should not be touched (DS39662 sec. 7.1). Tells the first of @p length
 * bytes from @p address on that is one of them, once a command, whether its bytes come one by one
 * or at once.
 */
static void check_touched(struct stutter_enc28j60 *chip, unsigned pointer, uint16_t address,
                          size_t length)
{
	bool inside = steps_between(chip->tx.start, address) <=
	              steps_between(chip->tx.start, chip->tx.end);

	if (!chip->tx.busy || chip->spi.met || length == 0 ||
	    (!inside && steps_between(address, chip->tx.start) >= length))
		return;
	chip->spi.met = true;
	stutter_enc_report_finding(chip, FINDING_TX_MEMORY_BUSY, pointer,
	                           inside ? address : chip->tx.start);
}

/* As many bytes as lie in one piece from address on, before the next wrap. */
static size_t run_to_wrap(const struct stutter_enc28j60 *chip, uint16_t address)
{
	uint16_t end = stutter_enc_reg16(chip, ENC28J60_ERXNDL);

	return (address <= end ? end + 1u : STUTTER_ENC28J60_SRAM_SIZE) - address;
}

void stutter_enc_memory_read(struct stutter_enc28j60 *chip, uint8_t *ret_bytes, size_t length)
{
	uint16_t address = stutter_enc_reg16(chip, ENC28J60_ERDPTL);

	if (!(chip->regs[ENC28J60_ECON2] & ECON2_AUTOINC)) {
		check_touched(chip, ENC28J60_ERDPTL, address, length ? 1 : 0);
		memset(ret_bytes, chip->sram[address], length);
		length = 0;
	}
	while (length > 0) {
		size_t run = run_to_wrap(chip, address);

		if (run > length)
			run = length;
		check_touched(chip, ENC28J60_ERDPTL, address, run);
		memcpy(ret_bytes, chip->sram + address, run);
		address = stutter_enc_source_next(chip, (uint16_t)(address + run - 1));
		ret_bytes += run;
		length -= run;
	}
	stutter_enc_set_reg16(chip, ENC28J60_ERDPTL, address);
}

void stutter_enc_memory_write(struct stutter_enc28j60 *chip, const uint8_t *bytes, size_t length)
{
	uint16_t address = stutter_enc_reg16(chip, ENC28J60_EWRPTL);
	bool moves = chip->regs[ENC28J60_ECON2] & ECON2_AUTOINC;

	if (length == 0)
		return;
	check_touched(chip, ENC28J60_EWRPTL, address, moves ? length : 1);
	if (!moves) {
		chip->sram[address] = bytes[length - 1];
		return;
	}
	while (length > 0) {
		size_t run = length < STUTTER_ENC28J60_SRAM_SIZE ? length
		                                                 : STUTTER_ENC28J60_SRAM_SIZE;

		put_linear(chip, address, bytes, run);
		address = (uint16_t)((address + run) & ENC28J60_SRAM_MASK);
		bytes += run;
		length -= run;
	}
	stutter_enc_set_reg16(chip, ENC28J60_EWRPTL, address);
}
