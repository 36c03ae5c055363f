/* SPDX-License-Identifier: GPL-2.0-or-later */
/**
 * @file
 * The judge: hears what the device reports, compares it with what the far end knows, and comes to a verdict.
 *
 * What the device can say is in guest/language/report.h.
 */
#ifndef SESSION_JUDGE_H
#define SESSION_JUDGE_H

#include "guest/language/report.h"
#include "session/oracle.h"
#include "session/verdict.h"
#include "session/world.h"

/** How the session ended. */
enum session_end {
	END_RESULT,   /**< the device reported a result */
	END_DEADLINE, /**< virtual time is up */
	END_HANG,     /**< the client gave no sign of life for longer than its judge allows */
	END_LOST,     /**< a judge was lost that nothing could win back */
	END_BROKEN,   /**< something of ours or of this machine broke: why says what */
};

struct judge {
	char phase[REPORT_PHASE_MAX];
	char trouble[VERDICT_TEXT_MAX], faults[VERDICT_TEXT_MAX]; /* of the first thing that went wrong */
	char frames[VERDICT_FRAMES_MAX];                          /* the last ones before it */
	struct oracle_notes notes;
	struct verdict_stretch stretch;       /* before the last retry or failure, which was */
	char stretch_phase[REPORT_PHASE_MAX]; /* in this phase; empty: there was none */
	char last[VERDICT_TEXT_MAX];          /* the last report */
	sim_ns last_ns;
	uint64_t retries;
	bool has_result, result_pass;
	char result[VERDICT_TEXT_MAX]; /* what follows "result fail" */
};

/** Starts before the device's first report. */
void judge_init(struct judge *judge);

/** The device has booted again. */
void judge_reset(struct judge *judge);

/** A report of the device at the world's now. @return true if it was the session's result. */
bool judge_report(struct judge *judge, const struct world *world, const struct report *report);

/**
 * Comes to the verdict: kind, reason, phase, trouble, faults and expectation. The other fields are the caller's.
 * @param world The world at the end; NULL if it was never built.
 * @param why Of END_BROKEN.
 */
void judge_decide(const struct judge *judge, const struct world *world, enum session_end end, const char *why, struct verdict *verdict);

/** Withdraws the verdict of a replay in which too few of the decisions found what they are about. @param least In billionths of those before the end. */
void judge_replay(uint64_t least, struct verdict *verdict);

/** Withdraws the verdict of a frozen plan's session that is made from other files, or by another program, than the plan was, unless that may be. */
void judge_origin(const struct plan *plan, struct verdict *verdict);

/** Compares a verdict, with its virtual_ns, with what the plan expects. */
void judge_expectation(const struct expectation *expect, struct verdict *verdict);

#endif
