/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How it works: two sectors take turns as a log of entries of fixed size. An entry is appended
 * behind the last one that is not blank, so nothing is ever programmed twice; when the sector is
 * full the other, which holds older entries only, is erased and continued in. The valid entry with
 * the highest sequence number counts, wherever it lies.
 *
 * Why that survives a cut. While an entry is programmed, all others stay as they are; a torn one
 * fails its CRC, is not blank, and is passed over for ever. While a sector is erased, the newest
 * entry lies in the other one. A sector is erased right before it is used, whatever it looks like:
 * after a cut it may look blank and not hold what is programmed into it.
 *
 * An entry that was programmed is read back; if it does not hold, the next place is tried.
 */
#include "record.h"

#include <string.h>

#include "layout.h"

#define ENTRY_SIZE 64U
#define ENTRIES (BOOT_SECTOR / ENTRY_SIZE)
#define CRC_AT (ENTRY_SIZE - 4U)

static const uint8_t magic[4] = {'B', 'o', 'R', '1'};

/* The CRC-32 of IEEE 802.3, bit by bit: some sixty bytes at a time. */
static uint32_t crc32(const uint8_t *data, size_t size)
{
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
	}
	return ~crc;
}

static void put32(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get32(const uint8_t *from)
{
	return from[0] | (uint32_t)from[1] << 8 | (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

static void encode(const struct boot_record *record, uint8_t entry[ENTRY_SIZE])
{
	memset(entry, 0, ENTRY_SIZE);
	memcpy(entry, magic, sizeof magic);
	put32(entry + 4, record->sequence);
	entry[8] = record->active;
	entry[9] = record->state;
	entry[10] = record->tries;
	entry[11] = record->failed;
	memcpy(entry + 12, record->trust, RECORD_DIGEST);
	memcpy(entry + 20, record->application, RECORD_DIGEST);
	put32(entry + CRC_AT, crc32(entry, CRC_AT));
}

static bool decode(const uint8_t entry[ENTRY_SIZE], struct boot_record *ret_record)
{
	if (memcmp(entry, magic, sizeof magic) != 0 || get32(entry + CRC_AT) != crc32(entry, CRC_AT))
		return false;
	if (entry[8] >= BOOT_SLOTS || entry[9] > RECORD_ROLLED_BACK || entry[11] >= BOOT_SLOTS)
		return false;
	*ret_record = (struct boot_record){
		.sequence = get32(entry + 4), .active = entry[8], .state = entry[9], .tries = entry[10], .failed = entry[11]};
	memcpy(ret_record->trust, entry + 12, RECORD_DIGEST);
	memcpy(ret_record->application, entry + 20, RECORD_DIGEST);
	return true;
}

static bool is_blank(const uint8_t entry[ENTRY_SIZE])
{
	for (unsigned i = 0; i < ENTRY_SIZE; i++)
		if (entry[i] != 0xff)
			return false;
	return true;
}

/* What lies in the two sectors. */
struct log {
	bool found;
	struct boot_record newest;
	unsigned sector; /* with the newest entry */
	/* the first place in that sector behind which, and in which, nothing lies; ENTRIES: none */
	unsigned free;
};

static bool look(const struct boot_flash *flash, struct log *ret_log)
{
	static const struct log nothing;
	uint8_t bytes[BOOT_SECTOR];
	struct boot_record record;

	*ret_log = nothing;
	for (unsigned sector = 0; sector < BOOT_RECORD_SECTORS; sector++) {
		unsigned free = 0;
		bool newest = false;
		if (!boot_read(flash, BOOT_RECORD + sector * BOOT_SECTOR, bytes, sizeof bytes))
			return false;
		for (unsigned i = 0; i < ENTRIES; i++) {
			const uint8_t *entry = bytes + (size_t)i * ENTRY_SIZE;
			if (!is_blank(entry))
				free = i + 1;
			if (!decode(entry, &record) || (ret_log->found && record.sequence <= ret_log->newest.sequence))
				continue;
			ret_log->found = newest = true;
			ret_log->newest = record;
		}
		if (newest) {
			ret_log->sector = sector;
			ret_log->free = free;
		}
	}
	return true;
}

bool record_read(const struct boot_flash *flash, struct boot_record *ret_record, bool *ret_found)
{
	struct log log;

	if (!look(flash, &log))
		return false;
	*ret_found = log.found;
	if (log.found)
		*ret_record = log.newest;
	return true;
}

/* Leaves the place for the next entry in @log; false if there is none in this sector. */
static bool put(const struct boot_flash *flash, struct log *log, const uint8_t entry[ENTRY_SIZE])
{
	uint8_t back[ENTRY_SIZE];

	for (; log->free < ENTRIES; log->free++) {
		const uint32_t offset = BOOT_RECORD + log->sector * BOOT_SECTOR + log->free * ENTRY_SIZE;
		if (!boot_program(flash, offset, entry, ENTRY_SIZE) || !boot_read(flash, offset, back, ENTRY_SIZE))
			return false;
		if (memcmp(back, entry, ENTRY_SIZE) == 0)
			return true;
	}
	return false;
}

bool record_append(const struct boot_flash *flash, struct boot_record *record)
{
	uint8_t entry[ENTRY_SIZE];
	struct log log;

	if (!look(flash, &log) || (log.found && log.newest.sequence == UINT32_MAX))
		return false;
	record->sequence = log.found ? log.newest.sequence + 1 : 1;
	encode(record, entry);
	if (log.found && put(flash, &log, entry))
		return true;
	/* A flash without a record has no sector to spare either. */
	if (log.found && log.free < ENTRIES)
		return false;
	log.sector = log.found ? 1 - log.sector : 0;
	log.free = 0;
	return boot_erase(flash, BOOT_RECORD + log.sector * BOOT_SECTOR, BOOT_SECTOR) && put(flash, &log, entry);
}

void record_activate(struct boot_record *record, unsigned slot, unsigned tries)
{
	record->active = (uint8_t)slot;
	record->state = RECORD_TRIAL;
	record->tries = (uint8_t)tries;
	record->failed = 0;
}

void record_confirm(struct boot_record *record)
{
	record->state = RECORD_CONFIRMED;
	record->tries = 0;
	record->failed = 0;
}

bool record_spare(const struct boot_record *record, unsigned *ret_slot)
{
	if (record->state == RECORD_TRIAL)
		return false;
	*ret_slot = 1U - record->active;
	return true;
}
