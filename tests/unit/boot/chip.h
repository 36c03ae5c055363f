/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file A flash for the boot library: the model of the chip, driven as a driver does, and a supply that fails where the test says. */
#ifndef TESTS_BOOT_CHIP_H
#define TESTS_BOOT_CHIP_H

#include "emulator/guest/boot/slot.h"
#include "emulator/nor/nor.h"

struct chip {
	struct nor nor;
	uint8_t *array;
	uint64_t now_ns;
	uint64_t cut_op;       /* the supply fails in this operation since power on; 0: in none */
	unsigned cut_permille; /* at this part of it */
	uint64_t first_op;     /* so many operations were done before power on */
	struct boot_flash flash;
};

/** A blank flash, powered on. */
void chip_open(struct chip *chip);
void chip_close(struct chip *chip);

/** Switches it off, if it is not, and on. The next power cut comes in the @p cut_op-th operation from now. */
void chip_restart(struct chip *chip, uint64_t cut_op, unsigned cut_permille);
/** Operations begun since power on. */
uint64_t chip_operations(const struct chip *chip);

/** What the boot library uses of the flash while images are as small as they are here. */
struct chip_contents {
	uint8_t record[BOOT_RECORD_SECTORS * BOOT_SECTOR], slots[BOOT_SLOTS][4 * BOOT_SECTOR];
};
void chip_save(const struct chip *chip, struct chip_contents *ret_contents);
void chip_load(struct chip *chip, const struct chip_contents *contents);

/** Cryptography with a key pair that is always the same. */
struct boot_crypto *chip_crypto(void);
/** Fills in hash and signature. */
void chip_sign(struct slot_header *header, const uint8_t *payload);

#define CHIP_PAYLOAD 9000U /**< bytes of every payload here: three sectors with the header */

/** Writes a whole system to a slot. @return false if the supply failed. */
bool chip_write_slot(struct chip *chip, unsigned slot, const char *version, const char *behaviour);

#endif
