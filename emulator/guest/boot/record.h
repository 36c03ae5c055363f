/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The boot record: which slot is to be booted, and what is known of it. It survives a power cut at
 * any instant: after one, the newest record is the one before or the one that was being written,
 * and never anything else.
 */
#ifndef BOOT_RECORD_H
#define BOOT_RECORD_H

#include "flash.h"

#define RECORD_DIGEST 8U

enum record_state {
	RECORD_CONFIRMED, /**< the active slot is good: the system in it has said so */
	RECORD_TRIAL,     /**< the active slot is new; the other is the way back */
	/** the active slot is the way back that was taken; nobody has been told yet */
	RECORD_ROLLED_BACK,
};

struct boot_record {
	uint32_t sequence; /**< counted up by record_append() */
	uint8_t active;    /**< the slot to boot: 0 is A, 1 is B */
	uint8_t state;     /**< enum record_state */
	uint8_t tries;     /**< RECORD_TRIAL: boots left, the present one not among them */
	uint8_t failed;    /**< RECORD_ROLLED_BACK: the slot that was given up */
	/**
	 * The first bytes of the SHA-256 of the images that are installed beside the slots; zeros:
	 * none, or not whole.
	 */
	uint8_t trust[RECORD_DIGEST], application[RECORD_DIGEST];
};

/**
 * Reads the newest record.
 * @param ret_found Receives false if there is none, as on a new flash.
 * @return false if the flash cannot be read.
 */
bool record_read(const struct boot_flash *flash, struct boot_record *ret_record, bool *ret_found);

/**
 * Writes a record behind the newest one.
 * @param record Its sequence is set.
 * @return false if it is not there; then the one before still is.
 */
bool record_append(const struct boot_flash *flash, struct boot_record *record);

/** The next boots are trials of @p slot, so many of them. */
void record_activate(struct boot_record *record, unsigned slot, unsigned tries);
/** The system that runs is good, or the way back has been told of: it stays. */
void record_confirm(struct boot_record *record);
/** Whether an update may be written now, and to which slot: never to the way back of a trial. */
bool record_spare(const struct boot_record *record, unsigned *ret_slot);

#endif
