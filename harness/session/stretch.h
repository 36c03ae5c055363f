/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The last stretch before a failure: from the last progress on. */
#ifndef SESSION_STRETCH_H
#define SESSION_STRETCH_H

#include "lib/verdict/verdict.h"
#include "harness/session/world.h"

/**
 * Tells what is waited for now, and which faults have acted since the last progress. @param report
 * The device's last; empty if none came.
 */
void stretch_tell(const struct world *world, const char *report, sim_ns report_at, struct verdict_stretch *ret_stretch);

#endif
