/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults under a name: access networks as they are measured, and bugs of the field by their number.
 */
#ifndef FAULT_PRESET_H
#define FAULT_PRESET_H

#include "lib/fault/fault.h"

/** Faults that one preset can make. */
#define PRESET_FAULTS_MAX 6

/** A fault of a preset, in short texts: "key=value;key=value". */
struct preset_fault {
	const char *match;  /**< holds where the user's own match says nothing about a key */
	const char *action; /**< NULL behind the last */
	const char *params;
};

struct preset {
	const char *name, *summary;
	const char *source; /**< where the figures or the bug can be read about */
	struct preset_fault faults[PRESET_FAULTS_MAX + 1];
};

/** In the order of the help; ends with a NULL name. */
extern const struct preset presets[];

/**
 * Makes the faults of the preset called @p name, in the order in which a frame meets them.
 * @param base Name and match of each; theirs become "NAME: rate" and so on. What goes only one way
 * is left out if the match is about the other.
 * @return false with @p err (no place), which has the nearest name.
 */
bool preset_expand(const char *name, const struct fault *base, struct fault ret_faults[PRESET_FAULTS_MAX], size_t *ret_count,
                   struct error *err);

#endif
