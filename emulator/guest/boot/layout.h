/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The map of the device's flash, 8 MiB.
 *
 *     000000  boot record, two sectors
 *     010000  trust store
 *     040000  application ("deployment")
 *     100000  slot A
 *     400000  slot B
 *     700000  not used
 */
#ifndef BOOT_LAYOUT_H
#define BOOT_LAYOUT_H

#define BOOT_FLASH_SIZE 0x800000U
#define BOOT_SECTOR 0x1000U /**< the least that can be erased */
#define BOOT_PAGE 0x100U    /**< the most programmed at once, if it crosses no multiple of it */

#define BOOT_RECORD 0x000000U
#define BOOT_RECORD_SECTORS 2U
#define BOOT_TRUST 0x010000U
#define BOOT_TRUST_SIZE 0x10000U
#define BOOT_APPLICATION 0x040000U
#define BOOT_APPLICATION_SIZE 0x40000U
#define BOOT_SLOT_A 0x100000U
#define BOOT_SLOT_B 0x400000U
#define BOOT_SLOT_SIZE 0x300000U

#define BOOT_SLOTS 2U

/** Where a slot begins. @param slot 0 is A, 1 is B. */
static inline unsigned boot_slot_offset(unsigned slot)
{
	return slot == 0 ? BOOT_SLOT_A : BOOT_SLOT_B;
}

#endif
