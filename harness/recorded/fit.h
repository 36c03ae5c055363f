/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file Whether the session of a plan can be played: what is wrong with it is told before anything
 * runs.
 */
#ifndef RECORDED_FIT_H
#define RECORDED_FIT_H

#include "lib/base/error.h"
#include "harness/scenario/plan.h"

/**
 * Reads the session that a plan names, if it names one. @return false with @p err, in the session's
 * file or in the plan's.
 */
bool recording_check_plan(const struct plan *plan, struct error *err);

/**
 * Of a plan for the emulated device: whether those who judge it find what they ask, if it names a
 * session. @return false with @p err, in the plan's file.
 */
bool recording_check_judges(const struct plan *plan, struct error *err);

#endif
