/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Histories and runs for tests. */
#ifndef TESTS_HISTORY_RECORDED_H
#define TESTS_HISTORY_RECORDED_H

#include "harness/history/history.h"

/** The path of a file in the test's folder, valid for the rest of the test. */
const char *recorded_path(const char *name);

/** Opens the history of this name in the test's folder for writing; ends the test if that fails. */
struct history *recorded_open(const char *name);

/**
 * Records a run that ended at @p ended_s. @param sessions A word a session, "scenario/device/seed/outcome/seconds", between blanks; the outcome is one of
 * "pass", "fail" (a failure that was not expected) and "inconclusive"; seconds are of the wall.
 * @return whether it was new.
 */
bool recorded_add(struct history *history, int64_t ended_s, const char *sessions);

/** Records a run; ends the test if that fails. */
struct history_recorded recorded_run(struct history *history, const struct history_run *run);

/** How many sessions are in the history. */
unsigned recorded_sessions(const char *name);

#endif
