/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults that have hit nothing in any session of their scenario: a mistake of whoever wrote them, most likely.
 *
 * The sessions of a scenario stand side by side among the jobs of a run, and no two scenarios of a run have the same name.
 */
#ifndef CLI_IDLE_H
#define CLI_IDLE_H

#include "campaign/pool.h"

/** How many jobs, from the first on, are sessions of its scenario. @param count At least 1. */
size_t idle_sessions(const struct job *jobs, size_t count);

/**
 * Whether a fault never matched anything.
 * @param sessions All of its scenario. @param rule Which of its faults.
 * @param ret_told How many sessions can tell; if none can, the fault is not called idle.
 */
bool idle_rule(const struct job *sessions, size_t count, size_t rule, size_t *ret_told);

/** What `--strict` wants: a session of which a fault is idle is not as expected, in its verdict.json too. What was not as expected before stays as it was. */
void idle_enforce(struct job *jobs, size_t count);

#endif
