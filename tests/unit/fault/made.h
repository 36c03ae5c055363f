/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults from short texts, for the tests of every layer.
 */
#ifndef TESTS_UNIT_FAULT_MADE_H
#define TESTS_UNIT_FAULT_MADE_H

#include "lib/fault/fault.h"

/**
 * A fault without a check.
 * @param match "key=value;key=value", as is params.
 */
struct fault made_fault(const char *name, const char *match, const char *action, const char *params);

/** A fault that fault_check() accepts. */
struct fault made_checked_fault(const char *name, const char *match, const char *action, const char *params);

/** A parameter as text; valid until the next call. */
const char *made_value(const struct fault *fault, const char *key);

#endif
