/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The receive filters (DS39662 sec. 8, register 8-1, figures 8-1 and 8-2).
 *
 * How it works: one row a filter. With ANDOR clear a frame is accepted if any enabled filter is
 * met, with ANDOR set if all are; with none enabled every frame is accepted. The CRC check stands
 * before all that and is done by the receiver.
 */
#include <string.h>

#include "chip.h"

#define ADDRESS_SIZE 6u
#define WINDOW_SIZE 64u
#define DATA_OFFSET 14u
#define FCS_SIZE 4u
#define MAGIC_REPEATS 16u
#define HASH_BITS 6u

/* MAADR1 is the first byte on the wire; the registers do not lie in that order (DS39662 table 3-1).
 */
bool stutter_enc_filter_is_own(const struct stutter_enc28j60 *chip, const uint8_t *address)
{
	const uint8_t own[ADDRESS_SIZE] = {
		chip->regs[ENC28J60_MAADR1], chip->regs[ENC28J60_MAADR2],
		chip->regs[ENC28J60_MAADR3], chip->regs[ENC28J60_MAADR4],
		chip->regs[ENC28J60_MAADR5], chip->regs[ENC28J60_MAADR6],
	};

	return memcmp(address, own, sizeof(own)) == 0;
}

static bool meets_unicast(const struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length)
{
	(void)length;
	return stutter_enc_filter_is_own(chip, frame);
}

static bool mask_has(const struct stutter_enc28j60 *chip, unsigned position)
{
	return chip->regs[ENC28J60_EPMM0 + position / 8] >> position % 8 & 1;
}

/* The window must lie in the frame, FCS included, whatever the mask selects (DS39662 sec. 8.2). */
static bool meets_pattern(const struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length)
{
	size_t offset = stutter_enc_reg16(chip, ENC28J60_EPMOL);
	uint32_t sum = 0;
	unsigned used = 0;

	if (offset + WINDOW_SIZE > length)
		return false;
	for (unsigned i = 0; i < WINDOW_SIZE; i++)
		if (mask_has(chip, i))
			sum = stutter_enc_checksum_add(sum, used++, frame[offset + i]);
	return stutter_enc_checksum_end(sum) == stutter_enc_reg16(chip, ENC28J60_EPMCSL);
}

static bool is_magic_at(const uint8_t *sync, const uint8_t *address)
{
	for (unsigned i = 0; i < ADDRESS_SIZE; i++)
		if (sync[i] != 0xff)
			return false;
	for (unsigned i = 1; i <= MAGIC_REPEATS; i++)
		if (memcmp(sync + (size_t)i * ADDRESS_SIZE, address, ADDRESS_SIZE) != 0)
			return false;
	return true;
}

static bool meets_magic(const struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length)
{
	size_t pattern = (size_t)(1 + MAGIC_REPEATS) * ADDRESS_SIZE;

	if (!stutter_enc_filter_is_own(chip, frame))
		return false;
	for (size_t i = DATA_OFFSET; i + pattern + FCS_SIZE <= length; i++)
		if (is_magic_at(frame + i, frame))
			return true;
	return false;
}

/*
 * The bits of the CRC that config.hash_index names, most significant first. stutter_enc28j60_fcs()
 * has them the other way round, and inverted.
 */
static unsigned hash_of(const struct stutter_enc28j60 *chip, const uint8_t *address)
{
	uint32_t inverted = stutter_enc28j60_fcs(address, ADDRESS_SIZE);
	bool high = chip->config.hash_index == STUTTER_ENC28J60_HASH_INVERTED_31_26;
	uint32_t taken = high ? inverted : ~inverted;
	unsigned lowest = high ? 26 : 23;
	unsigned hash = 0;

	for (unsigned i = 0; i < HASH_BITS; i++)
		hash |= (taken >> (31 - (lowest + i)) & 1) << i;
	return hash;
}

static bool meets_hash(const struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length)
{
	unsigned hash = hash_of(chip, frame);

	(void)length;
	return chip->regs[ENC28J60_EHT0 + hash / 8] >> hash % 8 & 1;
}

/* A broadcast address has the multicast bit too (DS39662 sec. 8.5). */
static bool meets_multicast(const struct stutter_enc28j60 *chip, const uint8_t *frame,
                            size_t length)
{
	(void)chip;
	(void)length;
	return frame[0] & 1;
}

static bool meets_broadcast(const struct stutter_enc28j60 *chip, const uint8_t *frame,
                            size_t length)
{
	(void)chip;
	(void)length;
	return stutter_enc_frame_is_broadcast(frame);
}

static const struct {
	uint8_t enable;
	bool (*meets)(const struct stutter_enc28j60 *chip, const uint8_t *frame, size_t length);
} rows[] = {
	{ERXFCON_UCEN, meets_unicast},   {ERXFCON_BCEN, meets_broadcast},
	{ERXFCON_MCEN, meets_multicast}, {ERXFCON_HTEN, meets_hash},
	{ERXFCON_PMEN, meets_pattern},   {ERXFCON_MPEN, meets_magic},
};

bool stutter_enc_filter_accepts(const struct stutter_enc28j60 *chip, const uint8_t *frame,
                                size_t length, bool pattern_passes)
{
	uint8_t control = chip->regs[ENC28J60_ERXFCON];
	bool all = control & ERXFCON_ANDOR;
	bool any_enabled = false;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool met;

		if (!(control & rows[i].enable))
			continue;
		any_enabled = true;
		met = (pattern_passes && rows[i].enable == ERXFCON_PMEN) ||
		      rows[i].meets(chip, frame, length);
		if (met != all)
			return !all;
	}
	return all || !any_enabled;
}
