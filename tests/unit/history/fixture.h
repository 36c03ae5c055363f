/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file Histories of runs, in the test's folder. */
#ifndef TESTS_HISTORY_FIXTURE_H
#define TESTS_HISTORY_FIXTURE_H

#include "harness/history/history.h"

/** Opens the history of this name in the test's folder for writing; ends the test if that fails. */
struct history *history_fixture_open(const char *name);

/**
 * Records a run that ended at @p ended_s. @param sessions "scenario/device/seed/outcome/seconds",
 * separated by blanks; the outcome is one of "pass", "fail" (a failure that was not expected) and
 * "inconclusive"; seconds are of wall time.
 * @return whether it was new.
 */
bool history_fixture_add(struct history *history, int64_t ended_s, const char *sessions);

/** Records a run; ends the test if that fails. */
struct history_recorded history_fixture_run(struct history *history, const struct history_run *run);

/** How many sessions are in the history. */
unsigned history_fixture_sessions(const char *name);

#endif
