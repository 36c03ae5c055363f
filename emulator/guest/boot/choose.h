/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Which slot is booted: a function of the boot record and of what verifies. */
#ifndef BOOT_CHOOSE_H
#define BOOT_CHOOSE_H

#include "record.h"
#include "slot.h"

enum choice_state {
	CHOICE_CONFIRMED,
	CHOICE_TRIAL,    /**< the system that is booted must confirm itself */
	CHOICE_ROLLBACK, /**< an update was given up, and nobody has been told yet */
	CHOICE_RECOVERY, /**< nothing verifies: nothing is booted */
};

#define CHOICE_REASON 96

struct choice {
	enum choice_state state;
	unsigned slot;              /**< unless CHOICE_RECOVERY */
	char reason[CHOICE_REASON]; /**< for people */
	bool writes;                /**< this record must be written before the slot is booted */
	struct boot_record record;
};

/** "confirmed", "trial", "rollback", "recovery". */
const char *choice_state_name(enum choice_state state);

/**
 * Chooses.
 * @param record The newest, or NULL if there is none.
 * @param verdicts Of both slots.
 */
void choose(const struct boot_record *record, const enum slot_verdict verdicts[BOOT_SLOTS], struct choice *ret_choice);

/**
 * Reads the record, verifies both slots, chooses, and writes the record if need be. @return false
 * if the flash could not be used.
 */
bool choose_from(const struct boot_flash *flash, const struct boot_crypto *crypto, struct choice *ret_choice,
                 struct slot_header *ret_header);

#endif
