/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file A flash for the boot library: the model of the chip, a driver for it, and a supply that
 * fails where the test says.
 */
#ifndef TESTS_BOOT_FIXTURE_H
#define TESTS_BOOT_FIXTURE_H

#include "emulator/guest/boot/slot.h"
#include "emulator/nor/nor.h"

struct boot_fixture {
	struct nor nor;
	uint8_t *array;
	uint64_t now_ns;
	uint64_t cut_op;       /* the supply fails in this operation since power on; 0: in none */
	unsigned cut_permille; /* at this part of it */
	uint64_t first_op;     /* so many operations were done before power on */
	struct boot_flash flash;
};

/** A blank flash, powered on. */
void boot_fixture_open(struct boot_fixture *f);
void boot_fixture_close(struct boot_fixture *f);

/**
 * Switches it off, if it is not, and on. The next power cut comes in the @p cut_op-th operation
 * from now.
 */
void boot_fixture_restart(struct boot_fixture *f, uint64_t cut_op, unsigned cut_permille);
/** Operations begun since power on. */
uint64_t boot_fixture_operations(const struct boot_fixture *f);

/** What the boot library uses of the flash while images are as small as they are here. */
struct boot_fixture_contents {
	uint8_t record[BOOT_RECORD_SECTORS * BOOT_SECTOR], slots[BOOT_SLOTS][4 * BOOT_SECTOR];
};
void boot_fixture_save(const struct boot_fixture *f, struct boot_fixture_contents *ret_contents);
void boot_fixture_load(struct boot_fixture *f, const struct boot_fixture_contents *contents);

/** Cryptography with a key pair that is always the same. */
struct boot_crypto *boot_fixture_crypto(void);
/** Fills in hash and signature. */
void boot_fixture_sign(struct slot_header *header, const uint8_t *payload);

/** Bytes of every payload here: three sectors with the header. */
#define BOOT_FIXTURE_PAYLOAD 9000U

/** Writes a whole system to a slot. @return false if the supply failed. */
bool boot_fixture_write_slot(struct boot_fixture *f, unsigned slot, const char *version, const char *behaviour);

#endif
