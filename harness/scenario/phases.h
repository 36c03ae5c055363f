/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Which phases a session can be in, by its device's client: what `during:` and `phase` under
 * `expect:` may name. The words of what the build makes are the guest's (guest/language/phases.h);
 * a client of somebody else has those that its device file lists.
 */
#ifndef SCENARIO_PHASES_H
#define SCENARIO_PHASES_H

#include "harness/scenario/device.h"

/** More than a device file can list, with those of the build. */
#define PHASES_MAX (DEVICE_PHASES_MAX / 2 + 32)

struct phases {
	const char *names[PHASES_MAX + 1]; /**< ends with NULL */
	size_t count;
	/** the client may report others, as nobody says which it has */
	bool any;
	char own[DEVICE_PHASES_MAX]; /* the words of the device's file, cut apart */
};

/** @param ret_phases Refers to itself: not to be copied. */
void phases_of(const struct device *device, struct phases *ret_phases);

/**
 * Whether a session can be in a phase of this @p name.
 * @return false with @p err (no place): the nearest, and all that there are.
 */
bool phases_check(const struct phases *phases, const char *name, struct error *err);

/** The words of a device file: a char[DEVICE_PHASES_MAX]. */
extern const struct param_codec phases_codec;

#endif
