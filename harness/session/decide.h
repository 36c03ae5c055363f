/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * Comes to the verdict at a session's end: of what the device has told, of what the judges find,
 * and of what the plan expects.
 *
 * In their order: decide_verdict(), then whatever withdraws it (decide_replay(), decide_origin()),
 * then decide_expectation().
 */
#ifndef SESSION_DECIDE_H
#define SESSION_DECIDE_H

#include "harness/session/account.h"

/** How the session ended. */
enum session_end {
	END_RESULT,   /**< the device reported a result */
	END_DEADLINE, /**< virtual time is up */
	END_OVERDUE,  /**< what a judge waited for did not come in time */
	END_LOST,     /**< a judge was lost that nothing could win back */
	END_BROKEN,   /**< something of ours or of this machine broke: why says what */
};

/**
 * Comes to the verdict: kind, reason, judge, phase, problem, faults and retries. The other fields
 * are the caller's.
 * @param world The world at the end; NULL if it was never built.
 * @param why Of END_BROKEN.
 */
void decide_verdict(const struct account *account, const struct world *world, enum session_end end, const char *why,
                    struct verdict *verdict);

/**
 * Withdraws the verdict of a replay in which too few of the decisions found what they are about.
 * @param least In billionths of those before the end.
 */
void decide_replay(uint64_t least, struct verdict *verdict);

/**
 * Withdraws the verdict of a frozen plan's session that is made from other files, or by another
 * program, than the plan was, unless that may be.
 */
void decide_origin(const struct plan *plan, struct verdict *verdict);

/** Compares a verdict, with its virtual_ns, with what the plan expects. */
void decide_expectation(const struct expectation *expect, struct verdict *verdict);

#endif
