/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Fills a part of the flash from its beginning, in pieces of any size, as they come: sectors are
 * erased when they are reached, bytes are programmed by pages.
 */
#ifndef BOOT_WRITER_H
#define BOOT_WRITER_H

#include "flash.h"
#include "layout.h"

struct writer {
	const struct boot_flash *flash;
	uint32_t at;     /* where the page being collected begins */
	uint32_t end;    /* nothing is written from here on */
	uint32_t erased; /* up to here */
	uint32_t used;   /* bytes of the page */
	uint8_t page[BOOT_PAGE];
};

/**
 * @param start Where to begin, a multiple of BOOT_PAGE; erased: up to where the caller has erased.
 */
void writer_begin(struct writer *writer, const struct boot_flash *flash, uint32_t start, uint32_t end, uint32_t erased);
/** @return false if it does not fit, or the flash does not do it. */
bool writer_put(struct writer *writer, const void *data, size_t size);
/** Programs what is left of the last page. */
bool writer_end(struct writer *writer);

#endif
