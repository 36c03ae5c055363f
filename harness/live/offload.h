/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * What an interface's hardware or driver does to frames in our place: joining those that come (GRO,
 * LRO), splitting those that leave (TSO, GSO, UFO), checksums. A bridge must see each frame as it
 * was on the wire, so all of it is switched off.
 *
 * Asked and set by the ethtool ioctl (linux/ethtool.h: ETHTOOL_GFEATURES, ETHTOOL_SFEATURES), under
 * the kernel's own names of features, which `ethtool -k` prints as well.
 */
#ifndef LIVE_OFFLOAD_H
#define LIVE_OFFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

#define OFFLOADS_MAX 24

struct offload {
	const char *name; /**< e.g. "rx-gro" */
	uint32_t bit;     /**< its number among the kernel's features */
	bool on;          /**< acts now */
	bool wanted;      /**< was asked for, whether it acts or not */
	bool fixed;       /**< cannot be switched */
	bool joins;       /**< joins or splits frames that pass through the bridge: must be off */
};

struct offloads {
	struct offload all[OFFLOADS_MAX];
	size_t count;
	uint32_t features; /**< how many features the kernel knows */
};

/**
 * Reads those features of an interface that are to be off. A driver without features has none.
 * @return false with @p err.
 */
bool offload_read(const char *interface, struct offloads *ret_offloads, struct error *err);

/** The first that acts, must not, and is fixed (@p only_fixed) or not; NULL if there is none. */
const struct offload *offload_in_the_way(const struct offloads *offloads, bool only_fixed);

/** Switches off what can be. @return false with @p err. */
bool offload_off(const char *interface, const struct offloads *offloads, struct error *err);

/** Has all asked for that was asked for in @p before. @return false with @p err. */
bool offload_restore(const char *interface, const struct offloads *before, struct error *err);

#endif
