/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file The history that commands record runs in and look back at: where it is, and what a run puts
 *        there.
 */
#ifndef CAMPAIGN_RECORD_H
#define CAMPAIGN_RECORD_H

#include "harness/campaign/jobs.h"
#include "harness/history/history.h"

/** What an option `--history` says for none at all. */
#define RECORD_NONE "none"
#define RECORD_PLACE "stutter/history.db in $XDG_STATE_HOME or ~/.local/state"

/**
 * Opens the history.
 * @param wanted By the user, whose folder must be there; NULL: the standard one, whose folder is
 *        made for writing.
 * @return NULL with @p err.
 */
struct history *record_open(const char *wanted, enum history_use use, struct error *err);

/**
 * Opens the history that something is to be recorded in. To have none is no reason not to do it;
 * that the one cannot be had which the user names is.
 * @param wanted What an option `--history` says; NULL: nothing.
 * @param ret_history NULL: nothing is recorded; @p err says why, or is empty if that is what the
 *        user wants.
 * @return false with @p err if the user's cannot be opened.
 */
bool record_open_wanted(const char *wanted, struct history **ret_history, struct error *err);

/**
 * Fills in what each session is expected to take, from what its scenario took on its device last.
 * What is not known stays as it is.
 */
bool record_estimate(struct history *history, struct jobs *jobs, struct error *err);

/**
 * Writes into the folder of a run what is known of earlier runs like it (reports/run/before.h);
 * nothing if there was none.
 * @param run The number of the run itself if it is recorded already; 0: it is not.
 */
bool record_before(struct history *history, const struct history_place *places, size_t count, int64_t run, const char *dir,
                   struct error *err);

/** Records the run in the folder @p dir. */
bool record_run(struct history *history, const char *dir, struct history_recorded *ret_recorded, struct error *err);

#endif
