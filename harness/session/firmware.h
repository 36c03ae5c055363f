/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The firmware of a device that updates in stages: the system that the factory puts into its flash,
 * and the one that the service offers. What lies in the flash later the judges see for themselves
 * (judge/flash_view.h).
 */
#ifndef SESSION_FIRMWARE_H
#define SESSION_FIRMWARE_H

#include "emulator/guest/boot/flash.h"
#include "harness/judge/flash_view.h"
#include "harness/session/world.h"

/**
 * Makes the systems of a session: the one that the device comes with, into its flash, and the one
 * that the service offers.
 *
 * Both are images as emulator/guest/boot/slot.h says, signed by the update-signing key. The board
 * must have its flash, and the service not have started.
 */
void firmware_open(struct world *world);
void firmware_close(struct world *world);

/** The version that the service offers to this device, by its feed. */
const char *firmware_offered(const struct world *world);

/** The flash as the boot code sees it, without the chip's rules and times. */
struct boot_flash firmware_flash(const struct world *world);

#define FIRMWARE_KEY_TEXT_MAX 65

/** The public key that systems are signed with, as hexadecimal digits. @return ret_text. */
const char *firmware_key(const struct world *world, char ret_text[FIRMWARE_KEY_TEXT_MAX]);

/** What judges see of the flash; NULL: the device installs nothing into it. */
const struct flash_view *firmware_view(const struct world *world);

#endif
