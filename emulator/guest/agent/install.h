/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What is installed in the flash, and how more is: stores that write it while it is downloaded, and
 * entries of the boot record that make it count.
 *
 * Lifecycle: install_open() once; for an image install_begin(), the store's use,
 * install_activate(); install_confirm() for a system on trial.
 */
#ifndef AGENT_INSTALL_H
#define AGENT_INSTALL_H

#include "../boot/record.h"
#include "../boot/slot.h"
#include "boot_state.h"
#include "manifest.h"
#include "store.h"

/** A part of the flash that an image is written to. */
struct flash_store {
	struct store store;
	const struct boot_flash *flash;
	uint32_t begin, end;  /**< of the part */
	unsigned slot;        /**< of an OS image: which one it is */
	struct writer writer; /**< of what lies behind the image's header */
	/** of an OS image: the header is kept back until all else is verified */
	uint8_t head[SLOT_HEADER];
	uint32_t head_size; /**< so many bytes of the image are kept back; 0: none */
	uint32_t head_have;
	bool ended; /**< the last page is programmed */
};

struct install {
	struct boot_flash flash;
	struct boot_record record;
	struct flash_store store;
	const struct image *image; /**< that is being written */
};

/**
 * Opens the flash and reads the boot record; the trust store, if an update has left one, is taken
 * into use. @return false if there is none.
 */
bool install_open(struct install *ret_install, const char *path, struct failure *ret_why);

/** Whether every stage of the system that runs is installed. */
bool install_is_complete(const struct install *install);

/** Whether the image is installed; an OS image by the version that runs. */
bool install_has(const struct install *install, const struct image *image, const char *version, const struct boot_state *boot);

/**
 * Prepares to write an image. @return the store for its download, valid until the next call; NULL
 * if it does not fit or may not be written now.
 */
struct store *install_begin(struct install *install, const struct image *image, struct failure *ret_why);

/**
 * Makes the image that was written and verified count: an OS from the next boot on, all else at
 * once.
 */
bool install_activate(struct install *install, struct failure *ret_why);

/** The system that runs stays; or that it is the way back has been told. */
bool install_confirm(struct install *install, struct failure *ret_why);

#endif
