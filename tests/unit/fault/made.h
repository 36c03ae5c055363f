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

/** A fault of @p action with the parameters that it must have, without a check. */
struct fault made_ready(const struct action *action, const char *match);

/** Asserts that fault_check() takes the fault, */
void expect_right(struct fault fault);
/** or refuses it because of @p wrong_key, with @p why in its text. */
void expect_wrong(struct fault fault, const char *wrong_key, const char *why);
/** Asserts that a table refuses a value, with @p why in its text, and changes nothing. */
void expect_refused(const struct param *table, const char *key, const char *value, const char *why);

/** A parameter as text; valid until the next call. */
const char *made_value(const struct fault *fault, const char *key);

#endif
