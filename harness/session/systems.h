/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The systems in the device's flash: what the factory puts there, what the service offers, and what the judges see when they look into the chip
 * themselves instead of believing the device.
 */
#ifndef SESSION_SYSTEMS_H
#define SESSION_SYSTEMS_H

#include "guest/boot/flash.h"
#include "session/verdict.h"
#include "session/world.h"

/**
 * Makes the systems of a session: the one that the device comes with, into its flash, and the one that the service offers.
 *
 * Both are images as emulator/guest/boot/slot.h says, signed by the update-signing key. The board must have its flash, and the service not have started.
 */
void systems_open(struct world *world);
void systems_close(struct world *world);

/** The version that the service offers to this device, by its feed. */
const char *systems_offered(const struct world *world);

/** The flash as the boot code sees it, without the chip's rules and times. */
struct boot_flash systems_flash(const struct world *world);

#define SYSTEMS_KEY_TEXT_MAX 65

/** The public key that systems are signed with, as hexadecimal digits. @return ret_text. */
const char *systems_key(const struct world *world, char ret_text[SYSTEMS_KEY_TEXT_MAX]);

/** Whether what lies in a slot, "A" or "B", is a system that was signed. @param ret_why What it is instead. */
bool systems_genuine(const struct world *world, const char *slot, char ret_why[VERDICT_TEXT_MAX]);

/** Whether the whole update on offer is in the flash, and its system confirmed. @param ret_why What is missing. */
bool systems_applied(const struct world *world, char ret_why[VERDICT_TEXT_MAX]);

/** Whether a boot program would find a system to boot. @param ret_why What it would find. */
bool systems_bootable(const struct world *world, char ret_why[VERDICT_TEXT_MAX]);

#endif
