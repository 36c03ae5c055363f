/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which bits of a frame are inverted, as text: `54:01 60:80ff` is 0x01 at byte 54, 0x80 at byte 60
 * and 0xff at byte 61, counted from 0 at the destination address.
 */
#ifndef FAULT_FLIPS_H
#define FAULT_FLIPS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/param.h"

/** Bytes of one frame that can be changed, and bits that can be drawn. */
#define FLIPS_MAX 32U

/** In ascending order of their offsets, each offset once, no mask 0. */
struct flips {
	size_t count;
	struct flip {
		uint16_t offset;
		uint8_t mask;
	} list[FLIPS_MAX];
};

extern const struct param_codec flips_codec;

/**
 * Inverts @p mask at @p offset, on top of what there is. @return false if there is no room for one
 * more.
 */
bool flips_add(struct flips *flips, uint16_t offset, uint8_t mask);

#endif
