/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Looking into the device's flash: what judges see there by themselves, instead of believing the
 * device. Reads only.
 */
#ifndef JUDGE_FLASH_VIEW_H
#define JUDGE_FLASH_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "emulator/guest/boot/flash.h"
#include "emulator/guest/boot/slot.h"

struct release;

struct flash_view {
	struct boot_flash flash;
	const struct boot_crypto *crypto; /**< by which systems are verified */
	const char *version;              /**< that the service offers to this device */
	const struct release *release;    /**< the one with this version */
};

/**
 * Whether what lies in a slot, "A" or "B", is a system that was signed.
 * @param ret_what What it is instead.
 */
bool flash_view_is_genuine(const struct flash_view *view, const char *slot, char *ret_what,
                           size_t size);

/**
 * Whether the whole update on offer is in the flash, and its system confirmed.
 * @param ret_what What is missing.
 */
bool flash_view_is_applied(const struct flash_view *view, char *ret_what, size_t size);

/** Whether a boot program would find a system to boot. @param ret_what What it would find. */
bool flash_view_is_bootable(const struct flash_view *view, char *ret_what, size_t size);

#endif
