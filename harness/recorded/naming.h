/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Inside of the losses: gives each its address, by a walk through the capture with all that
 * was lost in front of it put in.
 */
#ifndef RECORDED_NAMING_H
#define RECORDED_NAMING_H

#include "lib/base/error.h"
#include "harness/recorded/losses.h"

/** Fills in `at` of each. @return false with @p err if the file cannot be read any more. */
bool naming_find(struct losses *losses, const char *path, const struct owner *device, struct error *err);

#endif
