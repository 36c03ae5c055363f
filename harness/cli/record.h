/* SPDX-License-Identifier: GPL-2.0-or-later */
/** @file The history that commands record runs in and look back at: where it is, and what a run puts there. */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "cli/jobs.h"
#include "history/history.h"

/** What an option `--history` says for none at all. */
#define RECORD_NONE "none"
#define RECORD_PLACE "stutter/history.db in $XDG_STATE_HOME or ~/.local/state"

/**
 * Opens the history. @param wanted By the user, whose folder must be there; NULL: the standard one, whose folder is made for writing.
 * @return NULL with @p err.
 */
struct history *record_open(const char *wanted, enum history_use use, struct error *err);

/** Fills in what each session is expected to take, from what its scenario took on its device last. What is not known stays as it is. */
bool record_estimate(struct history *history, struct jobs *jobs, struct error *err);

/** Writes into the folder of a run that begins what is known of earlier runs like it (reports/run/before.h); nothing if there was none. */
bool record_before(struct history *history, const struct jobs *jobs, const char *dir, struct error *err);

/** Records the run in the folder @p dir. @param ret_sessions How many sessions that are; NULL: not asked. @param ret_new false: it is there already. */
bool record_run(struct history *history, const char *dir, size_t *ret_sessions, bool *ret_new, struct error *err);

#endif
