/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Brings runs together as one: the shards of a run, or one that was made in parts on several
 * machines.
 *
 * A session that several of them have is taken from one that has a verdict of it. Two verdicts must
 * be of the same plan and have the same digest: the same plan gives the same run on every machine,
 * and where it does not, nothing that is merged would mean anything.
 */
#ifndef REPORTS_RUN_MERGE_H
#define REPORTS_RUN_MERGE_H

#include "reports/run/run.h"

/**
 * Writes the folders of their sessions below @p dir, as hard links where that can be, and then
 * run.json: a merge that died has left none.
 * @param dir Is there, and empty.
 * @return false with @p err: two runs contradict each other, or something cannot be read or
 * written.
 */
bool run_merge(const char *dir, const struct run *runs, size_t count, struct error *err);

#endif
