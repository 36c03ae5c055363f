/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Faults that have hit nothing in any session of their scenario: a mistake of whoever wrote them, most likely.
 */
#ifndef CLI_IDLE_H
#define CLI_IDLE_H

#include "campaign/pool.h"

/**
 * Whether a fault never matched anything.
 * @param job One of the scenario's sessions. @param rule Which of its faults.
 * @param ret_sessions How many sessions can tell; if none can, the fault is not called idle.
 */
bool idle_rule(const struct job *jobs, size_t count, const struct job *job, size_t rule, size_t *ret_sessions);

/** What `--strict` wants: a session of which a fault is idle is not as expected, in its verdict.json too. What was not as expected before stays as it was. */
void idle_enforce(struct job *jobs, size_t count);

#endif
