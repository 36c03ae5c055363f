/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What the factory leaves in a device's flash: a boot record that confirms slot A, a system in it, and the other slot blank or with the rest of something.
 */
#ifndef SESSION_FACTORY_H
#define SESSION_FACTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/boot/slot.h"

/** Whoever has the key that system images are signed with. */
struct factory_signer {
	void *ctx;
	void (*sign)(void *ctx, const void *data, size_t size, uint8_t ret_signature[SLOT_SIGNATURE]);
};

struct factory_config {
	const char *version;   /**< of the system in slot A; shorter than SLOT_VERSION */
	const char *behaviour; /**< of that system; shorter than SLOT_BEHAVIOUR */
	uint32_t payload_size; /**< at most SLOT_PAYLOAD_MAX */
	bool is_dirty;         /**< slot B holds bytes of no meaning */
};

/**
 * Makes a system image: header and payload, as they lie in a slot and as the update service offers them.
 * @param ret_image SLOT_HEADER + @p payload_size bytes; the payload is a function of the version.
 */
void factory_image(const char *version, const char *behaviour, uint32_t payload_size, const struct factory_signer *signer,
                   uint8_t *ret_image);

/** Fills a blank flash. @param array All of it, BOOT_FLASH_SIZE bytes. */
void factory_fill(uint8_t *array, const struct factory_config *config, const struct factory_signer *signer);

#endif
