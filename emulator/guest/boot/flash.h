/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * A flash as this folder sees it: on the device the MTD device, in a test the model of the chip, in
 * the factory plain memory.
 */
#ifndef BOOT_FLASH_H
#define BOOT_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct boot_flash {
	void *ctx;
	/** All return false if it was not done; then nothing is known of the bytes concerned. */
	bool (*read)(void *ctx, uint32_t offset, void *ret_data, uint32_t size);
	bool (*erase)(void *ctx, uint32_t offset, uint32_t size); /**< whole sectors */
	bool (*program)(void *ctx, uint32_t offset, const void *data, uint32_t size);
};

static inline bool boot_read(const struct boot_flash *flash, uint32_t offset, void *ret_data, uint32_t size)
{
	return flash->read(flash->ctx, offset, ret_data, size);
}

static inline bool boot_erase(const struct boot_flash *flash, uint32_t offset, uint32_t size)
{
	return flash->erase(flash->ctx, offset, size);
}

static inline bool boot_program(const struct boot_flash *flash, uint32_t offset, const void *data, uint32_t size)
{
	return flash->program(flash->ctx, offset, data, size);
}

#endif
